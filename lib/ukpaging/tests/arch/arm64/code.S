/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* int f(void) { return 42; }, wherever it is copied to. */
	.section .rodata
	.global ukpaging_test_code, ukpaging_test_code_end
	.balign	4
ukpaging_test_code:
	hint	#34	/* bti c */
	mov	w0, #42
	ret
ukpaging_test_code_end:

	.text
	.global ukpaging_test_trap
	.type ukpaging_test_trap, %function
ukpaging_test_trap:
	brk	#0
	ret
	.size ukpaging_test_trap, . - ukpaging_test_trap
