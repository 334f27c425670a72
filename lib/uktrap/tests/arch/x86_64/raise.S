/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Instructions that trap; see raise.h. All functions have the same frame, so
 * that raise_end can end any of them.
 */
	.macro enter name
	.global \name
	.type \name, @function
\name:
	pushq	%rbp
	movq	%rsp, %rbp
	.endm

	.macro insn name
	.global raise_\name\()_insn
raise_\name\()_insn:
	.endm

	.text
	enter	raise_read
	insn	read
	movl	(%rdi), %eax
	jmp	raise_end

	enter	raise_write
	insn	write
	movb	$1, (%rdi)
	jmp	raise_end

	enter	raise_exec
	jmp	*%rdi

	enter	raise_breakpoint
	int3
	insn	breakpoint
	nop
	jmp	raise_end

	enter	raise_undefined
	insn	undefined
	ud2

	enter	raise_divide
	xorl	%ecx, %ecx
	xorl	%edx, %edx
	movl	$1, %eax
	insn	divide
	divl	%ecx
	jmp	raise_end

	/* The smallest number does not fit when its sign is turned. */
	enter	raise_divide_overflow
	movl	$-1, %ecx
	movl	$0x80000000, %eax
	cltd
	insn	divide_overflow
	idivl	%ecx
	jmp	raise_end

	/* x87: 1/0 with that exception unmasked, which the next waiting
	 * instruction reports. (TCG does not raise SSE's.)
	 */
	enter	raise_x87
	subq	$16, %rsp
	fninit
	movw	$0x037b, (%rsp)
	fldcw	(%rsp)
	fld1
	fldz
	fdivrp
	insn	x87
	fwait
	jmp	raise_end

	enter	raise_x87_reset
	fninit
	jmp	raise_end

	/* Aligned operands. The stores do not happen. */
	enter	raise_movaps
	insn	movaps
	movaps	%xmm0, (%rdi)
	jmp	raise_end

	enter	raise_addps
	insn	addps
	addps	(%rdi), %xmm0
	jmp	raise_end

	enter	raise_vmovaps
	leaq	-0x40(%rdi), %rcx
	movl	$8, %eax
	insn	vmovaps
	vmovaps	%ymm0, 0x20(%rcx,%rax,4)
	jmp	raise_end

	enter	raise_cmpxchg16b
	insn	cmpxchg16b
	cmpxchg16b (%rdi)
	jmp	raise_end

	/* A reserved bit of IA32_PKRS; the read after it is not executed. */
	enter	raise_wrmsr
	movl	$0x6e1, %ecx
	movl	$1, %edx
	xorl	%eax, %eax
	insn	wrmsr
	wrmsr
	addl	(%rdi), %eax
	jmp	raise_end

	enter	raise_interrupt
	int	$0x80
	insn	interrupt
	nop
	jmp	raise_end

	/* One instruction with the trap flag set. The handler clears it. */
	enter	raise_step
	pushfq
	orl	$0x100, (%rsp)
	popfq
	nop
	insn	step
	nop
	jmp	raise_end

	.global raise_end
raise_end:
	leave
	ret

	.type raise_on_stack, @function
	.global raise_on_stack
raise_on_stack:
	pushq	%rbp
	movq	%rsp, %rbp
	pushq	%rbx
	movq	%rsp, %rbx
	movq	%rdx, %rsp
	movq	%rdi, %rax
	movq	%rsi, %rdi
	call	*%rax
	movq	%rbx, %rsp
	popq	%rbx
	popq	%rbp
	ret

	.type raise_all, @function
	.global raise_all
raise_all:
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	pushq	%rsi
	pushq	152(%rdi)
	popfq
	movq	0(%rdi), %r15
	movq	8(%rdi), %r14
	movq	16(%rdi), %r13
	movq	24(%rdi), %r12
	movq	32(%rdi), %rbp
	movq	40(%rdi), %rbx
	movq	48(%rdi), %r11
	movq	56(%rdi), %r10
	movq	64(%rdi), %r9
	movq	72(%rdi), %r8
	movq	80(%rdi), %rax
	movq	88(%rdi), %rcx
	movq	96(%rdi), %rdx
	movq	104(%rdi), %rsi
	movq	112(%rdi), %rdi
	int3
	insn	all
	.global raise_all_resume
raise_all_resume:
	pushfq
	pushq	%rdi
	movq	16(%rsp), %rdi
	popq	112(%rdi)
	popq	152(%rdi)
	movq	%r15, 0(%rdi)
	movq	%r14, 8(%rdi)
	movq	%r13, 16(%rdi)
	movq	%r12, 24(%rdi)
	movq	%rbp, 32(%rdi)
	movq	%rbx, 40(%rdi)
	movq	%r11, 48(%rdi)
	movq	%r10, 56(%rdi)
	movq	%r9, 64(%rdi)
	movq	%r8, 72(%rdi)
	movq	%rax, 80(%rdi)
	movq	%rcx, 88(%rdi)
	movq	%rdx, 96(%rdi)
	movq	%rsi, 104(%rdi)
	popq	%rsi
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	cld
	ret
