/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The guest of x86_64.S for arm64: prints its command line (the text from
 * "=@" to its end: it looks for that in the device tree, without parsing it)
 * and obeys the character after the '@'. Where x86_64 triple-faults or powers
 * off, this one asks PSCI to power off, which has no status. A status goes by
 * semihosting; where that is an undefined instruction, to the register of
 * support/vmm.
 */
	.set	UART, 0x09000000
	.text
	.globl _start
_start:	mov	x1, #0x40000000		/* the device tree */
1:	ldrb	w0, [x1], #1
	cmp	w0, #'='
	b.ne	1b
	ldrb	w0, [x1]
	cmp	w0, #'@'
	b.ne	1b
	mov	x2, #UART
	ldrb	w3, [x1, #1]
2:	ldrb	w0, [x1], #1
	cbz	w0, 3f
	str	w0, [x2]
	b	2b
3:	mov	w0, #'\n'
	str	w0, [x2]
	cmp	w3, #'h'
	b.eq	hang
	cmp	w3, #'t'
	b.eq	power_off
	cmp	w3, #'f'
	b.eq	flood
	cmp	w3, #'p'
	b.eq	power_off
	cmp	w3, #'l'
	b.eq	log
	cmp	w3, #'e'
	b.eq	echo
	cmp	w3, #'c'
	b.eq	crash
	sub	w0, w3, #'0'
exit:	mov	w6, w0
	adr	x1, vectors
	msr	vbar_el1, x1
	adr	x1, block
	ldr	x4, =0x20026
	stp	x4, x0, [x1]
	mov	w0, #0x20
	hlt	#0xf000
hang:	wfi
	b	hang

crash:	mov	w0, #70
	b	exit

log:	adr	x1, line
1:	ldrb	w0, [x1], #1
	cbz	w0, power_off
	str	w0, [x2]
	b	1b
flood:	mov	w1, #4000
	mov	w0, #'f'
1:	str	w0, [x2]
	subs	w1, w1, #1
	b.ne	1b
	mov	w0, #0
	b	exit

power_off:
	ldr	x0, =0x84000008
	hvc	#0

echo:	ldr	w0, [x2, #0x18]
	tbnz	w0, #4, echo
	ldr	w0, [x2]
	str	w0, [x2]
	cmp	w0, #'q'
	b.ne	echo
	mov	w0, #0
	b	exit

line:	.asciz "[    0.000001] INFO: exit 9\r\n"
	.balign 8
	.ltorg
block:	.quad 0, 0

	.balign 2048
vectors:
	.org	vectors + 0x200		/* of this level, with its own stack */
	mov	x1, #0x090f0000
	str	w6, [x1]
	b	hang
