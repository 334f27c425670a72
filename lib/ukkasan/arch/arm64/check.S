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
	mov	x2, #CONFIG_LIBUKKASAN_OFFSET
	add	x2, x2, x0, lsr #3
	may_fault .Lgood\@
	.if \size == 1
	ldrb	w1, [x2]
	.else
	ldrh	w1, [x2]
	.endif
	cbnz	w1, .Lone\@
	.if \size > 8
	tst	x0, #7
	b.ne	.Lone\@
	.endif
.Lgood\@:
	ret
.Lone\@:
	.if \size <= 8
	sxtb	w1, w1
	and	w3, w0, #7
	.if \size > 1
	add	w3, w3, #(\size - 1)
	cbnz	w1, .Lpart\@
	mov	w1, #8
.Lpart\@:
	.endif
	cmp	w3, w1
	b.lt	.Lgood\@
	.endif
	mov	x1, #(\size | \how)
	b	kasan_check_slowly
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

	/* x0: shadow, x1: n */
	begin	kasan_zeros
	mov	x2, #0
.Lwords:
	add	x3, x2, #8
	cmp	x3, x1
	b.hi	.Lbytes
	may_fault .Lall
	ldr	x4, [x0, x2]
	cbnz	x4, .Lbytes
	mov	x2, x3
	b	.Lwords
.Lbytes:
	cmp	x2, x1
	b.hs	.Lfound
	may_fault .Lall
	ldrb	w4, [x0, x2]
	cbnz	w4, .Lfound
	add	x2, x2, #1
	b	.Lbytes
.Lall:
	mov	x2, x1
.Lfound:
	mov	x0, x2
	ret
	end	kasan_zeros
