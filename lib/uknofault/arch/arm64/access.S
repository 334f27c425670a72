/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The accesses that may fault. The copy moves 64 bytes a round. Pointers
 * advance only after the last access of a round, so that whichever access
 * faults, the round can be repeated byte by byte to find the place.
 */
#include <uk/extable.h>

	.cfi_sections .debug_frame

	.macro enter name
	.global \name
	.type \name, %function
\name:
	.cfi_startproc
	hint	#34	/* bti c: called through pointers */
	stp	x29, x30, [sp, #-16]!
	.cfi_def_cfa_offset 16
	.cfi_offset x29, -16
	.cfi_offset x30, -8
	mov	x29, sp
	.cfi_def_cfa_register x29
	.endm

	.macro leave_ret name
	ldp	x29, x30, [sp], #16
	.cfi_def_cfa sp, 0
	.cfi_restore x29
	.cfi_restore x30
	ret
	.cfi_endproc
	.size \name, . - \name
	.endm

	.macro load a, b, off
	may_fault .Lbytes
	ldp	\a, \b, [x1, \off]
	.endm

	.macro store a, b, off
	may_fault .Lbytes
	stp	\a, \b, [x0, \off]
	.endm

	.text
	enter	uk_nofault_arch_copy
	subs	x2, x2, #64
	b.lo	.Ltail
.Lround:
	load	x3, x4, 0
	load	x5, x6, 16
	load	x7, x8, 32
	load	x9, x10, 48
	store	x3, x4, 0
	store	x5, x6, 16
	store	x7, x8, 32
	store	x9, x10, 48
	add	x1, x1, #64
	add	x0, x0, #64
	subs	x2, x2, #64
	b.hs	.Lround
.Ltail:
	adds	x2, x2, #(64 - 8)
	b.mi	.Lrest
.Lword:
	may_fault .Lrest
	ldr	x3, [x1]
	may_fault .Lrest
	str	x3, [x0]
	add	x1, x1, #8
	add	x0, x0, #8
	subs	x2, x2, #8
	b.pl	.Lword
.Lrest:
	add	x2, x2, #8
	b	.Lbyte
.Lbytes:
	add	x2, x2, #64
.Lbyte:
	cbz	x2, .Lcopied
	may_fault .Lcopied
	ldrb	w3, [x1]
	may_fault .Lcopied
	strb	w3, [x0]
	add	x1, x1, #1
	add	x0, x0, #1
	sub	x2, x2, #1
	b	.Lbyte
.Lcopied:
	mov	x0, x2
	leave_ret uk_nofault_arch_copy

	enter	uk_nofault_arch_touch_r
	mov	x2, x0
	mov	x0, #0
	may_fault .Ltouched_r
	ldrb	w1, [x2]
	mov	x0, #1
.Ltouched_r:
	leave_ret uk_nofault_arch_touch_r

	enter	uk_nofault_arch_touch_rw
	mov	x2, x0
	mov	x0, #0
.Lagain:
	may_fault .Ltouched_rw
	ldxrb	w1, [x2]
	may_fault .Ltouched_rw
	stxrb	w3, w1, [x2]
	cbnz	w3, .Lagain
	mov	x0, #1
.Ltouched_rw:
	leave_ret uk_nofault_arch_touch_rw
