/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Integers with a decimal point as text.
 */
#include "metrics_internal.h"

__sz metrics_u64(char *buf, __u64 v)
{
	char digits[20];
	__sz n = 0;

	do {
		digits[n++] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	for (__sz i = 0; i < n; i++)
		buf[i] = digits[n - 1 - i];
	buf[n] = '\0';
	return n;
}

__sz metrics_scaled(char *buf, __u64 v, unsigned int places)
{
	__u64 unit = 1, part;
	__sz n;

	for (unsigned int i = 0; i < places; i++)
		unit *= 10;
	n = metrics_u64(buf, v / unit);
	part = v % unit;
	if (!part)
		return n;
	buf[n++] = '.';
	while (part) {
		unit /= 10;
		buf[n++] = (char)('0' + part / unit);
		part %= unit;
	}
	buf[n] = '\0';
	return n;
}
