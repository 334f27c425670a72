/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Values as text, and from text.
 */
#include <string.h>
#include <uk/errno_name.h>
#include <uk/snprintf.h>
#include "store_internal.h"

int uk_store_get_text(const struct uk_store_entry *e, char *buf, __sz len)
{
	char number[UK_DOUBLE_MAX];
	struct uk_store_value v;
	int ret = uk_store_read(e, &v);

	if (ret)
		return ret;
	switch (v.type) {
	case _UK_STORE_TYPE_s64:
		return uk_snprintf(buf, len, "%ld", v.s);
	case _UK_STORE_TYPE_u64:
		return uk_snprintf(buf, len, "%lu", v.u);
	case _UK_STORE_TYPE_dbl:
		uk_double_text(number, v.dbl);
		return uk_snprintf(buf, len, "%s", number);
	case _UK_STORE_TYPE_hist:
		return uk_snprintf(buf, len, "%lu %lu",
				   uk_store_cumulative(v.hist, v.hist->size),
				   *v.hist->sum);
	default:
		ret = uk_snprintf(buf, len, "%s", v.text);
		uk_store_value_free(e, &v);
		return ret;
	}
}

/* Decimal with an optional sign. */
static int parse(const char *text, __u64 *bits, int *negative)
{
	__u64 v = 0;

	*negative = *text == '-';
	text += *negative;
	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -EINVAL;
		if (__builtin_mul_overflow(v, 10UL, &v) ||
		    __builtin_add_overflow(v, (__u64)(*text - '0'), &v))
			return -ERANGE;
	}
	if (*negative && v > 1UL << 63)
		return -ERANGE;
	*bits = *negative ? -v : v;
	*negative = *negative && v;
	return 0;
}

static const char *range_of(enum uk_store_entry_type type)
{
	static const char *const ranges[] = {
		[_UK_STORE_TYPE_s8] = "-128 to 127",
		[_UK_STORE_TYPE_u8] = "0 to 255",
		[_UK_STORE_TYPE_s16] = "-32768 to 32767",
		[_UK_STORE_TYPE_u16] = "0 to 65535",
		[_UK_STORE_TYPE_s32] = "-2147483648 to 2147483647",
		[_UK_STORE_TYPE_u32] = "0 to 4294967295",
		[_UK_STORE_TYPE_s64] = "a number of 64 bits with a sign",
		[_UK_STORE_TYPE_u64] = "a number of 64 bits",
		[_UK_STORE_TYPE_uptr] = "a number of 64 bits",
		[_UK_STORE_TYPE_dbl] = "a decimal number of up to 19 digits",
	};

	return type < ARRAY_SIZE(ranges) && ranges[type] ? ranges[type]
							 : "what can be set";
}

/* What the setter says goes to *ret, unless the text is no number. */
static int set_number(const struct uk_store_entry *e, const char *text,
		      int *ret)
{
	int negative, bad;
	__u64 bits;

	if (e->type == _UK_STORE_TYPE_dbl) {
		bad = store_decimal(text, &bits);
		if (!bad)
			*ret = _uk_store_set_dbl(e, (const double *)&bits);
		return bad;
	}
	bad = parse(text, &bits, &negative);
	if (bad)
		return bad;
	*ret = negative ? uk_store_set_value(e, s64, (__s64)bits)
			: uk_store_set_value(e, u64, bits);
	return *ret == -ERANGE ? *ret : 0;
}

int uk_store_set_text(const struct uk_store_entry *e, const char *text,
		      char *why, __sz len)
{
	int ret = 0, bad = 0;

	if (e->type == _UK_STORE_TYPE_charp)
		ret = uk_store_set_value(e, charp, text);
	else if (e->type == _UK_STORE_TYPE_hist || !e->set.u64)
		ret = -ENOTSUP;
	else
		bad = set_number(e, text, &ret);
	if (bad && e->max)
		uk_snprintf(why, len, "\"%s\" is not 0 to %lu", text, e->max);
	else if (bad)
		uk_snprintf(why, len, "\"%s\" is not %s", text,
			    range_of(e->type));
	else if (ret == -ENOTSUP)
		uk_snprintf(why, len, "%s cannot be set", e->name);
	else if (ret < 0)
		uk_snprintf(why, len, "its setter refused \"%s\": %s", text,
			    uk_errno_name(ret));
	return bad ? bad : ret;
}
