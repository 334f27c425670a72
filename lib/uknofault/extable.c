/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Search in the exception table.
 */
#include "extable.h"

extern const struct extable_entry uk_extable_start[], uk_extable_end[];

static __vaddr_t insn_of(const struct extable_entry *e)
{
	return (__vaddr_t)&e->insn + (__vaddr_t)(__s64)e->insn;
}

__vaddr_t extable_fixup(__vaddr_t pc)
{
	const struct extable_entry *lo = uk_extable_start, *hi = uk_extable_end;

	/* One array, between two symbols of the linker script. */
	/* cppcheck-suppress comparePointers */
	while (lo < hi) {
		/* cppcheck-suppress comparePointers */
		const struct extable_entry *mid = lo + (hi - lo) / 2;

		if (insn_of(mid) == pc)
			return (__vaddr_t)&mid->fixup +
			       (__vaddr_t)(__s64)mid->fixup;
		if (insn_of(mid) < pc)
			lo = mid + 1;
		else
			hi = mid;
	}
	return 0;
}
