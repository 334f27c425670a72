/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The quick walk: frame records only, for a place in C code at a call, where
 * unwind.c would find little else. Records must ascend, as stacks do.
 */
#include <uk/nofault.h>
#include <uk/plat/image.h>
#include <uk/unwind.h>

unsigned int uk_unwind_callers(const void *record, __uptr *pcs,
			       unsigned int max)
{
	struct {
		__uptr next, pc;
	} r = { .next = (__uptr)record };
	unsigned int n = 0;
	__uptr last = 0;

	while (n < max && r.next > last && r.next % sizeof(r.next) == 0) {
		last = r.next;
		if (!uk_nofault_try_read(r, last))
			break;
		r.pc = ukarch_unsigned(r.pc);
		if (!uk_image_is_text(r.pc - 1))
			break;
		if (r.pc == (__uptr)ukarch_trap_return)
			break;
		pcs[n++] = r.pc;
	}
	return n;
}
