/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A guest for the tests of support/run, without any of the project's own code.
 * It prints its command line, then obeys the character after the last '@'
 * there: a digit is its exit status, c: status 70, l: logs "exit 9" and
 * triple-faults, t: only that, p: powers off as on a PC, h: hangs, e: echoes
 * its input up to a 'q', f: writes 4,000 bytes without a look at the status.
 * 32-bit protected mode, as PVH enters it.
 */
	.section .note.pvh, "a", @note
	.long 4, 4, 18
	.asciz "Xen"
	.long _start

	.text
	.code32
	.globl _start
_start:
	mov	$stack_top, %esp
	mov	24(%ebx), %esi		/* hvm_start_info.cmdline_paddr */
	xor	%edi, %edi
1:	lodsb
	test	%al, %al
	jz	2f
	cmp	$'@', %al
	jne	3f
	movzbl	(%esi), %edi
3:	call	putc
	jmp	1b
2:	mov	$'\n', %al
	call	putc
	mov	%edi, %eax
	cmp	$'h', %al
	je	hang
	cmp	$'t', %al
	je	triple_fault
	cmp	$'f', %al
	je	flood
	cmp	$'p', %al
	je	power_off
	cmp	$'l', %al
	je	log
	cmp	$'e', %al
	je	echo
	cmp	$'c', %al
	je	crash
	sub	$'0', %eax
exit:	mov	$0xf4, %dx
	outl	%eax, %dx
hang:	hlt
	jmp	hang

crash:	mov	$70, %eax
	jmp	exit

log:	mov	$line, %esi
1:	lodsb
	test	%al, %al
	jz	triple_fault
	call	putc
	jmp	1b
triple_fault:
	lidt	no_idt
	ud2

flood:	mov	$4000, %ecx
	mov	$'f', %al
1:	call	putc
	loop	1b
	xor	%eax, %eax
	jmp	exit

power_off:
	mov	$0x604, %dx		/* ACPI 6.5, 4.8.3.2.1: SLP_EN */
	mov	$0x2000, %ax
	outw	%ax, %dx
	jmp	hang

echo:	mov	$0x3fd, %dx
	inb	%dx, %al
	test	$1, %al
	jz	echo
	mov	$0x3f8, %dx
	inb	%dx, %al
	call	putc
	cmp	$'q', %al
	jne	echo
	xor	%eax, %eax
	jmp	exit

putc:	mov	$0x3f8, %dx
	outb	%al, %dx
	ret

	.section .rodata
line:	.asciz "[    0.000001] INFO: exit 9\r\n"
no_idt:	.word 0
	.long 0

	.bss
	.balign 16
	.skip 256
stack_top:
