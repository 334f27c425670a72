/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The checks that the compilers call before each access. If the granule of
 * the first byte and the one after it are good, so is the access; if not, it
 * may still end before the first granule's good bytes do. All others are for
 * kasan_check_slowly().
 * Where no shadow is mapped the access is good: if there is no memory either,
 * it faults by itself.
 */
#include <uk/extable.h>
#include "../../kasan_internal.h"

	.cfi_sections .debug_frame

	.macro begin name
	.global \name
	.type \name, @function
	.balign 16
\name:
	.cfi_startproc
	.endm

	.macro end name
	.cfi_endproc
	.size \name, . - \name
	.endm

	.macro check name, size, how
	begin	\name
	movq	%rdi, %rax
	movabs	$CONFIG_LIBUKKASAN_OFFSET, %rcx
	shrq	$3, %rax
	may_fault .Lgood\@
	.if \size == 1
	cmpb	$0, (%rax,%rcx)
	.else
	cmpw	$0, (%rax,%rcx)
	.endif
	jne	.Lone\@
	.if \size > 8
	testb	$7, %dil
	jne	.Lone\@
	.endif
.Lgood\@:
	ret
.Lone\@:
	.if \size <= 8
	movsbl	(%rax,%rcx), %eax
	movl	%edi, %ecx
	andl	$7, %ecx
	.if \size > 1
	addl	$(\size - 1), %ecx
	testl	%eax, %eax
	jne	.Lpart\@
	movl	$8, %eax
.Lpart\@:
	.endif
	cmpl	%eax, %ecx
	jl	.Lgood\@
	.endif
	movl	$(\size | \how), %esi
	jmp	kasan_check_slowly
	end	\name
	.endm

	.text
	check	__asan_load1_noabort, 1, 0
	check	__asan_load2_noabort, 2, 0
	check	__asan_load4_noabort, 4, 0
	check	__asan_load8_noabort, 8, 0
	check	__asan_load16_noabort, 16, 0
	check	__asan_store1_noabort, 1, KASAN_WRITE
	check	__asan_store2_noabort, 2, KASAN_WRITE
	check	__asan_store4_noabort, 4, KASAN_WRITE
	check	__asan_store8_noabort, 8, KASAN_WRITE
	check	__asan_store16_noabort, 16, KASAN_WRITE

	/* %rdi: shadow, %rsi: n */
	begin	kasan_zeros
	xorl	%eax, %eax
.Lwords:
	leaq	8(%rax), %rcx
	cmpq	%rsi, %rcx
	ja	.Lbytes
	may_fault .Lall
	cmpq	$0, (%rdi,%rax)
	jne	.Lbytes
	movq	%rcx, %rax
	jmp	.Lwords
.Lbytes:
	cmpq	%rsi, %rax
	jae	.Lfound
	may_fault .Lall
	cmpb	$0, (%rdi,%rax)
	jne	.Lfound
	incq	%rax
	jmp	.Lbytes
.Lall:
	movq	%rsi, %rax
.Lfound:
	ret
	end	kasan_zeros
