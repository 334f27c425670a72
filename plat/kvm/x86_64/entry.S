/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * From PVH to C. The machine enters in 32-bit protected mode, paging off,
 * EBX = physical address of hvm_start_info (Xen's docs/misc/pvh.pandoc). The
 * low gigabyte is mapped one to one with 2 MiB pages, all rights, until
 * plat_paging_init() replaces that.
 *
 * Before anything is relied upon it is checked that the whole image is in
 * memory and that the CPU has what x86-64 code needs.
 */
#include <uk/plat/lcpu.h>
#include "kvm_x86_64.h"

#define CR0_PE 0x00000001
#define CR0_MP 0x00000002
#define CR0_ET 0x00000010
#define CR0_NE 0x00000020
#define CR0_WP 0x00010000
#define CR0_PG 0x80000000
#define CR4_PAE 0x00000020
#define CR4_OSFXSR 0x00000200
#define CR4_OSXMMEXCPT 0x00000400
#define MSR_EFER 0xc0000080
#define CPUID_EXT_FEATURES 0x80000001
#define EXT_EDX_NX 20
#define EXT_EDX_LM 29
/* FPU, TSC, MSR, PAE, CX8, CMOV, FXSR, SSE, SSE2 (CPUID 1, EDX) */
#define EDX_NEEDED 0x07008171
#define COM1 0x3f8
#define EFER_LME 0x00000100
#define EFER_NXE 0x00000800

	.cfi_sections .debug_frame

	.section .note.Xen, "a", @note
	.long	4
	.long	8
	.long	18		/* XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz	"Xen"
	.quad	_start

	.section .text.boot, "ax", @progbits
	.code32
	.global _start
	.type _start, @function
_start:
	cld
	cli
	movl	%ebx, %ebp
	/* Where there is no memory writes change nothing. */
	movl	$no_memory, %esi
	movl	(_end - 4), %eax
	notl	(_end - 4)
	notl	%eax
	cmpl	%eax, (_end - 4)
	jne	failed
	notl	(_end - 4)

	movl	$no_features, %esi
	movl	$1, %eax
	cpuid
	notl	%edx
	testl	$EDX_NEEDED, %edx
	jnz	failed
	movl	$(CPUID_EXT_FEATURES - 1), %eax
	cpuid
	cmpl	$CPUID_EXT_FEATURES, %eax
	jb	failed
	movl	$CPUID_EXT_FEATURES, %eax
	cpuid
	btl	$EXT_EDX_LM, %edx
	jnc	failed
	movl	%edx, %esi

	/* A reset leaves memory as it was. */
	movl	$_bss, %edi
	movl	$_ebss, %ecx
	subl	%edi, %ecx
	shrl	$2, %ecx
	xorl	%eax, %eax
	rep stosl

	movl	$(boot_pdpt + 0x3), boot_pml4
	movl	$(boot_pd + 0x3), boot_pdpt
	movl	$boot_pd, %edi
	movl	$0x83, %eax		/* present, writable, 2 MiB */
1:	movl	%eax, (%edi)
	addl	$8, %edi
	addl	$0x200000, %eax
	cmpl	$(boot_pd + 4096), %edi
	jb	1b

	movl	$boot_pml4, %eax
	movl	%eax, %cr3
	movl	$(CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT), %eax
	movl	%eax, %cr4
	movl	$MSR_EFER, %ecx
	rdmsr
	orl	$EFER_LME, %eax
	btl	$EXT_EDX_NX, %esi
	jnc	2f
	orl	$EFER_NXE, %eax
2:	wrmsr
	movl	$(CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_PG), %eax
	movl	%eax, %cr0
	lgdt	boot_gdtr
	ljmp	$0x08, $entry64

	/* ESI = why: says so on the first serial port and ends the machine
	 * with status 71, in the ways of shutdown.c.
	 */
failed:	movl	%esi, %edi
	movl	$boot_failed, %esi
1:	movw	$COM1, %dx
2:	lodsb
	testb	%al, %al
	jz	3f
	outb	%al, %dx
	jmp	2b
3:	movl	%edi, %esi
	xorl	%edi, %edi
	testl	%esi, %esi
	jnz	1b
	movw	$KVM_DEBUG_EXIT, %dx
	movl	$UKPLAT_STATUS_SETUP, %eax
	outl	%eax, %dx
	movw	$KVM_ACPI_PM1_CONTROL, %dx
	movw	$KVM_ACPI_SLEEP, %ax
	outw	%ax, %dx
	lidt	no_idt
	ud2
	.size _start, . - _start

	.code64
	.type entry64, @function
entry64:
	.cfi_startproc
	.cfi_undefined %rip
	xorl	%eax, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%eax, %ss
	movq	$(plat_main_stack + 4096 + CONFIG_STACK_SIZE_KB * 1024), %rsp
	movl	%ebp, %edi
	xorl	%ebp, %ebp
	call	kvm_setup
	ud2
	.cfi_endproc
	.size entry64, . - entry64

	.section .rodata
	.balign 8
boot_gdt:
	.quad	0
	.quad	0x00af9b000000ffff
boot_gdtr:
	.word	. - boot_gdt - 1
	.long	boot_gdt
no_idt:
	.word	0
	.long	0
boot_failed:
	.asciz	"boot failed: "
no_memory:
	.asciz	"the image does not fit into memory\n"
no_features:
	.asciz	"the CPU lacks one of fpu tsc msr pae cx8 cmov fxsr sse sse2 lm\n"

	.section .bss.boot, "aw", @nobits
	.balign 4096
boot_pml4:
	.skip	4096
boot_pdpt:
	.skip	4096
boot_pd:
	.skip	4096
