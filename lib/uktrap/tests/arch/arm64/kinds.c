/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The kinds of trap that arm64 has besides the common ones.
 */
#include <stddef.h>
#include <string.h>
#include "../../raise.h"

#define NON_CANONICAL 0x8000deadbeef0000
#define NO_DEVICE 0x09f00000UL /* between the devices of QEMU's virt */

void raise_unaligned(__u64 addr);
void raise_system(__u64 unused);
extern const char raise_unaligned_insn[], raise_system_insn[];

static const __u64 words[2];

const struct raise_kind raise_arch_kinds[] = {
	{ raise_unaligned, (__u64)words + 1, raise_unaligned_insn,
	  "UKARCH_TRAP_BUS_ERROR", UKARCH_WHY_UNALIGNED, UKARCH_ACCESS_READ, 1,
	  8 },
	{ raise_exec, (__u64)raise_all_insn + 2, NULL, "UKARCH_TRAP_BUS_ERROR",
	  UKARCH_WHY_UNALIGNED, UKARCH_ACCESS_EXEC, 1, 4 },
	{ raise_read, NO_DEVICE, raise_read_insn, "UKARCH_TRAP_BUS_ERROR",
	  UKARCH_WHY_EXTERNAL, UKARCH_ACCESS_READ, 1, 0 },
	{ raise_system, 0, raise_system_insn, "UKARCH_TRAP_OTHER",
	  UKARCH_WHY_OTHER, UKARCH_ACCESS_NONE, 0, 0 },
	{ raise_read, NON_CANONICAL, raise_read_insn, "UKARCH_TRAP_PAGE_FAULT",
	  UKARCH_WHY_NON_CANONICAL, UKARCH_ACCESS_READ, 1, 0 },
	{ raise_write, NON_CANONICAL, raise_write_insn,
	  "UKARCH_TRAP_PAGE_FAULT", UKARCH_WHY_NON_CANONICAL,
	  UKARCH_ACCESS_WRITE, 1, 0 },
};
const unsigned int raise_arch_count = ARRAY_SIZE(raise_arch_kinds);

void raise_arch_resume(struct __regs *regs __unused)
{
}

__u64 raise_all_mask(const char *name)
{
	if (!strcmp(name, "sp") || !strcmp(name, "pc"))
		return 0;
	/* NZCV: DDI 0487, C5.2.10 */
	return strcmp(name, "pstate") ? ~0UL : 0xf0000000;
}
