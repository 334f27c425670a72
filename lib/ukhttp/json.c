/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Texts in JSON (RFC 8259, 7).
 */
#include "http_internal.h"

__sz uk_http_utf8(const char *s, __sz len)
{
	static const struct {
		__u8 mask, lead, low, high; /* of the second byte */
		__sz len;
	} forms[] = {
		{ 0xff, 0xe0, 0xa0, 0xbf, 3 }, { 0xff, 0xed, 0x80, 0x9f, 3 },
		{ 0xf0, 0xe0, 0x80, 0xbf, 3 }, { 0xff, 0xf0, 0x90, 0xbf, 4 },
		{ 0xff, 0xf4, 0x80, 0x8f, 4 }, { 0xfc, 0xf0, 0x80, 0xbf, 4 },
		{ 0xfe, 0xc0, 1, 0, 2 },       { 0xe0, 0xc0, 0x80, 0xbf, 2 },
	};
	const __u8 *b = (const __u8 *)s;

	if (len && b[0] < 0x80)
		return 1;
	for (unsigned int i = 0; i < ARRAY_SIZE(forms); i++) {
		if (!len || (b[0] & forms[i].mask) != forms[i].lead)
			continue;
		if (len < forms[i].len || b[1] < forms[i].low ||
		    b[1] > forms[i].high)
			return 0;
		for (__sz k = 2; k < forms[i].len; k++)
			if ((b[k] & 0xc0) != 0x80)
				return 0;
		return forms[i].len;
	}
	return 0;
}

void uk_http_json_string(struct uk_http_response *res, const char *s, __sz len)
{
	uk_http_putc(res, '"');
	while (len) {
		__sz n = uk_http_utf8(s, len);

		if (!n)
			uk_http_puts(res, "\xef\xbf\xbd");
		else if (*s == '"' || *s == '\\')
			uk_http_printf(res, "\\%c", *s);
		else if ((__u8)*s < 0x20 || *s == 0x7f)
			uk_http_printf(res, "\\u%04x", (unsigned int)*s);
		else
			uk_http_write(res, s, n);
		n = n ? n : 1;
		s += n;
		len -= n;
	}
	uk_http_putc(res, '"');
}
