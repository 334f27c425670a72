/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Handlers of the checks on arithmetic: results and operands that their type
 * has no room for. The C standard's clauses are those of C11 (N1570).
 */
#include "ubsan_internal.h"

struct overflow_data {
	struct location at;
	const struct type *type;
};

struct shift_data {
	struct location at;
	const struct type *left, *right;
};

struct cast_data {
	struct location at;
	const struct type *from, *to;
};

/* What gcc passes where it does not know the place. */
struct cast_data_no_place {
	const struct type *from, *to;
};

static void overflow(enum then then, const struct overflow_data *data,
		     const char *op, value_t a, value_t b)
{
	char va[VALUE_MAX], vb[VALUE_MAX];

	ubsan_report(then, &data->at,
		     "%s integer overflow: %s %s %s cannot be represented in "
		     "type %s",
		     type_is_signed(data->type) ? "signed" : "unsigned",
		     ubsan_value(data->type, a, va), op,
		     ubsan_value(data->type, b, vb), data->type->name);
}

/* 6.5 paragraph 5 */
static void add_overflow(enum then then, const struct overflow_data *data,
			 value_t a, value_t b)
{
	overflow(then, data, "+", a, b);
}

static void sub_overflow(enum then then, const struct overflow_data *data,
			 value_t a, value_t b)
{
	overflow(then, data, "-", a, b);
}

static void mul_overflow(enum then then, const struct overflow_data *data,
			 value_t a, value_t b)
{
	overflow(then, data, "*", a, b);
}

static void negate_overflow(enum then then, const struct overflow_data *data,
			    value_t a)
{
	char va[VALUE_MAX];

	ubsan_report(then, &data->at,
		     "%s integer overflow: -(%s) cannot be represented in "
		     "type %s",
		     type_is_signed(data->type) ? "signed" : "unsigned",
		     ubsan_value(data->type, a, va), data->type->name);
}

static int is_minus_one(const struct type *type, value_t v)
{
	char words[VALUE_MAX];

	if (!ubsan_is_negative(type, v))
		return 0;
	ubsan_value(type, v, words);
	return words[1] == '1' && !words[2];
}

/* 6.5.5 paragraphs 5 and 6: / and % look alike here. */
static void divrem_overflow(enum then then, const struct overflow_data *data,
			    value_t a, value_t b)
{
	char va[VALUE_MAX];

	if (is_minus_one(data->type, b))
		overflow(then, data, "/", a, b);
	else
		ubsan_report(then, &data->at,
			     "division by zero: %s / 0 in type %s",
			     ubsan_value(data->type, a, va), data->type->name);
}

/* 6.5.7 paragraphs 3 and 4 */
static void shift_out_of_bounds(enum then then, const struct shift_data *data,
				value_t left, value_t right)
{
	char vl[VALUE_MAX], vr[VALUE_MAX];

	ubsan_value(data->left, left, vl);
	ubsan_value(data->right, right, vr);
	if (ubsan_is_negative(data->right, right))
		ubsan_report(then, &data->at,
			     "shift of %s by a negative number of bits: %s", vl,
			     vr);
	else if (right >= type_bits(data->left))
		ubsan_report(then, &data->at,
			     "shift of %s by %s bits, but type %s has %u", vl,
			     vr, data->left->name, type_bits(data->left));
	else if (ubsan_is_negative(data->left, left))
		ubsan_report(then, &data->at,
			     "left shift of a negative value: %s << %s in "
			     "type %s",
			     vl, vr, data->left->name);
	else
		ubsan_report(then, &data->at,
			     "left shift: %s << %s cannot be represented in "
			     "type %s",
			     vl, vr, data->left->name);
}

/* Type descriptors start with a small kind or 0xffff, paths with neither. */
static int has_place(const void *data)
{
	const __u8 *start = *(const __u8 *const *)data;
	unsigned int kind;

	if (!start)
		return 1;
	kind = start[0] | (unsigned int)start[1] << 8;
	return kind > KIND_FLOAT && kind != KIND_UNKNOWN;
}

/* 6.3.1.4 paragraph 1 */
static void float_cast_overflow(enum then then, const void *data, value_t from)
{
	const struct cast_data_no_place *bare = data;
	struct cast_data d = { .at = { .file = __NULL } };
	char v[VALUE_MAX];

	if (has_place(data)) {
		d = *(const struct cast_data *)data;
	} else {
		d.from = bare->from;
		d.to = bare->to;
	}
	ubsan_report(then, &d.at,
		     "value %s of type %s cannot be represented in type %s",
		     ubsan_value(d.from, from, v), d.from->name, d.to->name);
}

UBSAN_HANDLER(add_overflow,
	      (const struct overflow_data *data, value_t a, value_t b), data, a,
	      b)
UBSAN_HANDLER(sub_overflow,
	      (const struct overflow_data *data, value_t a, value_t b), data, a,
	      b)
UBSAN_HANDLER(mul_overflow,
	      (const struct overflow_data *data, value_t a, value_t b), data, a,
	      b)
UBSAN_HANDLER(negate_overflow, (const struct overflow_data *data, value_t a),
	      data, a)
UBSAN_HANDLER(divrem_overflow,
	      (const struct overflow_data *data, value_t a, value_t b), data, a,
	      b)
UBSAN_HANDLER(shift_out_of_bounds,
	      (const struct shift_data *data, value_t a, value_t b), data, a, b)
UBSAN_HANDLER(float_cast_overflow, (const void *data, value_t from), data, from)
