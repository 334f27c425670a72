/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Records of the exception table: pairs of an instruction that may fault and
 * the place to go on if it does. Relative to themselves, hence read-only and
 * free of relocations; the build sorts them (support/build/extable.py).
 */
#ifndef __UK_EXTABLE_H__
#define __UK_EXTABLE_H__

#ifdef __ASSEMBLY__
/* clang-format off */
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
/** The same in an asm statement, for the instruction at one of its labels. */
#define UK_EXTABLE(insn, fixup)               \
	".pushsection .uk_extable, \"a\"\n\t" \
	".balign 4\n\t"                       \
	".long " #insn " - .\n\t"             \
	".long " #fixup " - .\n\t"            \
	".popsection\n"
#endif

#endif /* __UK_EXTABLE_H__ */
