/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The exception table: pairs of an instruction that may fault and the place
 * to go on if it does. Relative to itself, hence read-only and free of
 * relocations; sorted by the build (support/build/extable.py).
 */
#ifndef __EXTABLE_H__
#define __EXTABLE_H__

/* clang-format off */
#ifdef __ASSEMBLY__
	/* The next instruction may fault; go on at \fixup then. */
	.macro may_fault fixup
	.pushsection .uk_extable, "a"
	.balign 4
	.long	.Lmay_fault_\@ - .
	.long	\fixup - .
	.popsection
.Lmay_fault_\@:
	.endm
/* clang-format on */
#else
#include <uk/essentials.h>

struct extable_entry {
	__s32 insn;  /* from the address of this field */
	__s32 fixup; /* from the address of this field */
};

/**
 * Where to go on after a fault at pc; 0 if the table has no such place.
 * Contexts: any; constant data, O(log n).
 */
__vaddr_t extable_fixup(__vaddr_t pc);
#endif

#endif /* __EXTABLE_H__ */
