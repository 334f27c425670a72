/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Turns the output of mksymtab, symtab.bin of the build folder, into the
 * section that the second link puts after everything else. Read only.
 */
	.section .uk_symtab, "a", %progbits
	.incbin "symtab.bin"

	.section .note.GNU-stack, "", %progbits
