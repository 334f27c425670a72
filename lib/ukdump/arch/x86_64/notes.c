/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Registers of a thread in the notes of x86_64: Linux' struct user_regs_struct
 * begins like struct __regs; NT_FPREGSET is the FXSAVE area, NT_X86_XSTATE the
 * XSAVE area with XCR0 in its bytes for software (Linux, XSAVE state in core
 * dump).
 */
#include <string.h>
#include <uk/arch/fpstate.h>
#include "../../notes.h"

const __u16 dump_arch_machine = 62; /* EM_X86_64 */

#define NT_X86_XSTATE 0x202
#define MSR_GS_BASE 0xc0000101U
#define XSTATE_XCR0 464
#define XCR0_X87_SSE_AVX 7U
#define XCR0_AVX512 0xe0U

#define SEGMENT(seg)                                                         \
	({                                                                   \
		__u32 selector;                                              \
		__asm__ __volatile__("movl %%" seg ", %0" : "=r"(selector)); \
		(__u64) selector;                                            \
	})

static __u64 gs_base(void)
{
	__u32 lo, hi;

	__asm__ __volatile__("rdmsr" : "=a"(lo), "=d"(hi) : "c"(MSR_GS_BASE));
	return lo | (__u64)hi << 32;
}

/* r15 to rdi, orig_rax, rip, cs, eflags, rsp, ss, fs_base, gs_base, ds, es,
 * fs, gs; selectors but for cs and ss, and gs_base, are the same for all
 * threads, and in the CPU.
 */
__sz dump_arch_gregs(const struct dump_thread *t, __u64 gregs[DUMP_GREGS_MAX])
{
	const struct __regs *r = t->regs;
	const __u64 after[] = { ~0UL,	       r->rip,	      r->cs,
				r->eflags,     r->rsp,	      r->ss,
				t->tls,	       gs_base(),     SEGMENT("ds"),
				SEGMENT("es"), SEGMENT("fs"), SEGMENT("gs") };

	memcpy(gregs, &r->r15, 15 * sizeof(*gregs));
	memcpy(gregs + 15, after, sizeof(after));
	return 27;
}

__u64 dump_arch_hwcap(void)
{
	return 0;
}

void dump_arch_notes(struct dump_sink *sink, const struct dump_thread *t)
{
	__sz size = ukarch_fpstate_size();
	const char *area = t->fp;
	__u64 xcr0 = XCR0_X87_SSE_AVX;

	if (!t->fp)
		return;
	dump_note(sink, "CORE", DUMP_NT_FPREGSET, t->fp,
		  X86_FPSTATE_LEGACY_SIZE);
	if (size <= X86_FPSTATE_LEGACY_SIZE)
		return;
	if (x86_fpstate_offset(5))
		xcr0 |= XCR0_AVX512;
	dump_note_begin(sink, "LINUX", NT_X86_XSTATE, size);
	dump_put(sink, area, XSTATE_XCR0);
	dump_put(sink, &xcr0, sizeof(xcr0));
	dump_put(sink, area + XSTATE_XCR0 + sizeof(xcr0),
		 size - XSTATE_XCR0 - sizeof(xcr0));
	dump_note_end(sink, size);
}
