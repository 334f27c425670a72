/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Registers of a thread in the notes of arm64: Linux' struct user_pt_regs is
 * struct __regs, its struct user_fpsimd_state is struct ukarch_fpstate.
 * NT_ARM_PAC_MASK are the bits of a pointer that its signature takes (Arm ARM,
 * DDI 0487, D5.1.5), none where signatures are off.
 */
#include <string.h>
#include <uk/arch/fpstate.h>
#include <uk/arch/lcpu.h>
#include "../../notes.h"

const __u16 dump_arch_machine = 183; /* EM_AARCH64 */

#define NT_ARM_TLS 0x401
#define NT_ARM_PAC_MASK 0x406
#define HWCAP_PACA (1UL << 30)

__sz dump_arch_gregs(const struct dump_thread *t, __u64 gregs[DUMP_GREGS_MAX])
{
	_Static_assert(sizeof(*t->regs) == 34 * sizeof(*gregs),
		       "struct __regs is user_pt_regs");
	memcpy(gregs, t->regs, sizeof(*t->regs));
	return sizeof(*t->regs) / sizeof(*gregs);
}

/* gdb reads the note of the masks only where this says that there is one. */
__u64 dump_arch_hwcap(void)
{
	return arm64_signature_bits() ? HWCAP_PACA : 0;
}

void dump_arch_notes(struct dump_sink *sink, const struct dump_thread *t)
{
	const __u64 mask = arm64_signature_bits();
	const __u64 masks[2] = { mask, mask }; /* of data, of code */

	if (t->fp)
		dump_note(sink, "CORE", DUMP_NT_FPREGSET, t->fp,
			  UKARCH_FPSTATE_SIZE_MAX);
	dump_note(sink, "LINUX", NT_ARM_TLS, &t->tls, sizeof(t->tls));
	dump_note(sink, "LINUX", NT_ARM_PAC_MASK, masks, sizeof(masks));
}
