/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* int f(void) { return 42; }, wherever it is copied to. */
	.section .rodata
	.global ukpaging_test_code, ukpaging_test_code_end
ukpaging_test_code:
	movl	$42, %eax
	ret
ukpaging_test_code_end:

	.text
	.global ukpaging_test_trap
	.type ukpaging_test_trap, %function
ukpaging_test_trap:
	int3
	ret
	.size ukpaging_test_trap, . - ukpaging_test_trap
