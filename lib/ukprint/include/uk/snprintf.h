/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Formatting into a buffer, for every context and floor: no allocation, no
 * lock, no locale, general registers only. It is in the image whether the log
 * (LIBUKPRINT) is or not.
 *
 * Conversions: %d %i %u %o %x %X %c %s %p %%, with the flags - 0 + # and
 * blank, width and precision (numbers or *), and the lengths hh h l ll z j t.
 * They do what C says. Beyond C: %s of NULL gives "(null)"; %p gives 0x
 * and hex digits, 0x0 for NULL. There is no floating point, since that
 * would read vector registers: %f prints "%f?" and takes no argument; so does
 * every other letter that is not listed.
 */
#ifndef __UK_SNPRINTF_H__
#define __UK_SNPRINTF_H__

#include <stdarg.h>
#include <uk/essentials.h>

/**
 * Formats like C's vsnprintf().
 *
 * @param buf receives the text, cut to fit and terminated; may be NULL if len
 *   is 0
 * @param len size of buf in bytes; with 0 nothing is written
 * @return the length of the whole text without its terminator, whether it fit
 *   or not: cut if the result is >= len. Never negative.
 * Contexts: any. It faults where an argument of %s does.
 */
int uk_vsnprintf(char *buf, __sz len, const char *fmt, va_list ap)
	__printf_like(3, 0);

/** The same with the arguments in place. */
int uk_snprintf(char *buf, __sz len, const char *fmt, ...) __printf_like(3, 4);

#define UK_DOUBLE_MAX 32 /* bytes of its text, with the end */

/**
 * Writes a double with the fewest digits that are read back as it, of several
 * such texts the nearest, as Python's repr() does: "0.1", "1e21", "5e-324",
 * "-0.0", "NaN", "+Inf", "-Inf". A whole number below 1e21 has no point.
 *
 * @param bits the double's: it crosses general registers
 * @return the length of the text
 * Contexts: any; 600 bytes of stack.
 */
__sz uk_double_text(char buf[UK_DOUBLE_MAX], __u64 bits);

#endif /* __UK_SNPRINTF_H__ */
