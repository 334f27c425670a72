/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Reads where a slot is, as the machine writes it on the command line.
 */
#include <errno.h>
#include "mmio.h"

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

/* Decimal, or hexadecimal after 0x. NULL if there is none or it is too big. */
static const char *number(const char *s, __u64 *val)
{
	unsigned int base = 10;
	const char *first;

	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		s += 2;
	}
	*val = 0;
	for (first = s; digit(*s) < (int)base; s++) {
		if (*val > (~(__u64)0 >> 5))
			return __NULL;
		*val = *val * base + (__u64)digit(*s);
	}
	return s == first ? __NULL : s;
}

static const char *suffix(const char *s, __u64 *val)
{
	if (*s != 'K' && *s != 'M')
		return s;
	*val <<= *s == 'K' ? 10 : 20;
	return s + 1;
}

int mmio_place_parse(const char *text, struct mmio_place *place)
{
	__u64 irq;

	text = number(text, &place->size);
	if (!text)
		return -EINVAL;
	text = suffix(text, &place->size);
	if (*text != '@')
		return -EINVAL;
	text = number(text + 1, &place->base);
	if (!text || *text != ':')
		return -EINVAL;
	text = number(text + 1, &irq);
	if (!text || (*text && *text != ':') || irq > 0xffff)
		return -EINVAL;
	place->irq = (int)irq;
	return 0;
}
