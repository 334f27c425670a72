/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * From a value's text to the parameter's variable, and the description of the
 * right form for error messages.
 */
#include <errno.h>
#include <string.h>
#include <uk/snprintf.h>
#include "param_internal.h"

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

/* C's notation without sign; *end is the first character after it. */
static int parse_u64(const char *s, const char **end, __u64 *val)
{
	unsigned int base = 10, digits = 0;

	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		s += 2;
	} else if (s[0] == '0') {
		base = 8;
	}
	*val = 0;
	for (; digit_of(*s) < (int)base; s++, digits++)
		if (__builtin_mul_overflow(*val, base, val) ||
		    __builtin_add_overflow(*val, (__u64)digit_of(*s), val))
			return -EINVAL;
	*end = s;
	return digits ? 0 : -EINVAL;
}

/* The whole text is a number of at most max. */
static int parse_upto(const char *s, __u64 max, __u64 *val)
{
	const char *end;

	if (parse_u64(s, &end, val) || *end || *val > max)
		return -EINVAL;
	return 0;
}

static int parse_int(const char *s, int *var)
{
	int negative = *s == '-';
	__u64 val;

	if (parse_upto(s + (negative || *s == '+'),
		       0x7fffffffUL + (__u64)negative, &val))
		return -EINVAL;
	*var = (int)(negative ? -(__s64)val : (__s64)val);
	return 0;
}

static int parse_size(const char *s, __sz *var)
{
	static const char suffixes[] = "KMGT";
	const char *end, *suffix;
	unsigned int shift = 0;
	__u64 val;

	if (parse_u64(s, &end, &val))
		return -EINVAL;
	if (*end) {
		suffix = strchr(suffixes, *end & ~0x20);
		if (!suffix || !*suffix || end[1])
			return -EINVAL;
		shift = 10 * (unsigned int)(suffix - suffixes + 1);
	}
	if (val << shift >> shift != val)
		return -EINVAL;
	*var = val << shift;
	return 0;
}

static int parse_bool(const char *s, _Bool *var)
{
	static const char *const words[] = { "0", "n", "no",  "off", "false",
					     "1", "y", "yes", "on",  "true" };

	for (unsigned int i = 0; i < ARRAY_SIZE(words); i++)
		if (strcmp(s, words[i]) == 0) {
			*var = i >= ARRAY_SIZE(words) / 2;
			return 0;
		}
	return -EINVAL;
}

int value_set(const struct uk_param *param, char *text)
{
	__u64 val;
	int ret;

	if (!text) {
		if (param->type != UK_PARAM_TYPE_bool)
			return -EINVAL;
		*(_Bool *)param->var = 1;
		return 0;
	}
	switch (param->type) {
	case UK_PARAM_TYPE_int:
		return parse_int(text, param->var);
	case UK_PARAM_TYPE_uint:
		ret = parse_upto(text, 0xffffffffUL, &val);
		if (!ret)
			*(unsigned int *)param->var = (unsigned int)val;
		return ret;
	case UK_PARAM_TYPE_u64:
		ret = parse_upto(text, ~0UL, &val);
		if (!ret)
			*(__u64 *)param->var = val;
		return ret;
	case UK_PARAM_TYPE_size:
		return parse_size(text, param->var);
	case UK_PARAM_TYPE_bool:
		return parse_bool(text, param->var);
	case UK_PARAM_TYPE_charp:
	case UK_PARAM_TYPE_secret:
		*(char **)param->var = text;
		return 0;
	default:
		return -EINVAL;
	}
}

static const struct {
	const char *type;
	const char *form;
} types[] = {
	[UK_PARAM_TYPE_int] = { "int", "a number such as -12 or 0x1f, "
				       "-2147483648 to 2147483647" },
	[UK_PARAM_TYPE_uint] = { "uint", "a number such as 12 or 0x1f, "
					 "0 to 4294967295" },
	[UK_PARAM_TYPE_u64] = { "u64", "a number such as 12 or 0x1f" },
	[UK_PARAM_TYPE_size] = { "size", "bytes such as 4096, 64K, 16M or 1G" },
	[UK_PARAM_TYPE_bool] = { "bool", "yes or no" },
	[UK_PARAM_TYPE_charp] = { "charp", "a text" },
	[UK_PARAM_TYPE_secret] = { "secret", "a text" },
};

const char *value_form(const struct uk_param *param)
{
	return types[param->type].form;
}

const char *value_type(const struct uk_param *param)
{
	return types[param->type].type;
}

/* 65536 is written 64K, as a size is read. */
static void size_text(__sz size, char *buf, __sz len)
{
	static const char suffixes[] = "\0KMGT";
	const char *suffix = suffixes;

	while (size && size % 1024 == 0 && suffix[1]) {
		size /= 1024;
		suffix++;
	}
	if (*suffix)
		uk_snprintf(buf, len, "%lu%c", size, *suffix);
	else
		uk_snprintf(buf, len, "%lu", size);
}

void value_text(const struct uk_param *param, char *buf, __sz len)
{
	const char *text;

	switch (param->type) {
	case UK_PARAM_TYPE_int:
		uk_snprintf(buf, len, "%d", *(int *)param->var);
		break;
	case UK_PARAM_TYPE_uint:
		uk_snprintf(buf, len, "%u", *(unsigned int *)param->var);
		break;
	case UK_PARAM_TYPE_u64:
		uk_snprintf(buf, len, "%lu", *(__u64 *)param->var);
		break;
	case UK_PARAM_TYPE_size:
		size_text(*(__sz *)param->var, buf, len);
		break;
	case UK_PARAM_TYPE_bool:
		uk_snprintf(buf, len, "%s",
			    *(_Bool *)param->var ? "yes" : "no");
		break;
	default:
		text = *(char **)param->var;
		if (!text)
			uk_snprintf(buf, len, "not set");
		else if (param->type == UK_PARAM_TYPE_secret)
			uk_snprintf(buf, len, "not shown");
		else
			uk_snprintf(buf, len, "\"%s\"", text);
		break;
	}
}
