/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Where a CPU begins that a startup IPI woke: in real mode, at the copy of
 * kvm_lcpu_start below 1 MiB. That page only leads to protected mode; paging is
 * turned on in the image itself, so that no page is ever writable and
 * executable.
 *
 * A CPU finds its number by its APIC id.
 */
#include "kvm_x86_64.h"

#define MSR_EFER 0xc0000080
#define SEL_CODE64 0x08
#define SEL_CODE32 0x10
#define SEL_DATA 0x18

	.cfi_sections .debug_frame

	.section .rodata
	.global kvm_lcpu_start, kvm_lcpu_start_end
	.code16
kvm_lcpu_start:
	cli
	cld
	lgdtl	%cs:(gdtr - kvm_lcpu_start)
	movl	$1, %eax		/* CR0.PE */
	movl	%eax, %cr0
	ljmpl	$SEL_CODE32, $protected
	.balign 4
gdtr:
	.word	gdt_end - gdt - 1
	.long	gdt
kvm_lcpu_start_end:

	.balign 8
gdt:
	.quad	0
	.quad	0x00af9b000000ffff
	.quad	0x00cf9b000000ffff
	.quad	0x00cf93000000ffff
gdt_end:

	.section .text.boot, "ax", @progbits
	.code32
	.type protected, @function
protected:
	movl	$SEL_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	kvm_lcpu_regs + KVM_LCPU_CR4, %eax
	movl	%eax, %cr4
	movl	kvm_lcpu_regs + KVM_LCPU_CR3, %eax
	movl	%eax, %cr3
	movl	$MSR_EFER, %ecx
	movl	kvm_lcpu_regs + KVM_LCPU_EFER, %eax
	xorl	%edx, %edx
	wrmsr
	movl	kvm_lcpu_regs + KVM_LCPU_CR0, %eax
	movl	%eax, %cr0
	ljmp	$SEL_CODE64, $long_mode
	.size protected, . - protected

	.code64
	.type long_mode, @function
long_mode:
	.cfi_startproc
	.cfi_undefined %rip
	xorl	%eax, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%eax, %ss
	movl	$1, %eax
	cpuid
	shrl	$24, %ebx		/* the APIC id */
	xorl	%edi, %edi
1:	incl	%edi
	cmpl	$CONFIG_UKPLAT_LCPU_MAXCOUNT, %edi
	jae	2f
	cmpq	%rbx, plat_lcpu_hwid(, %rdi, 8)
	jne	1b
	movq	plat_lcpu_sp(, %rdi, 8), %rsp
	xorl	%ebp, %ebp
	call	plat_lcpu_main
2:	cli
	hlt
	jmp	2b
	.cfi_endproc
	.size long_mode, . - long_mode
