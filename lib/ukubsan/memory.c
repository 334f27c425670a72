/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Handlers of the checks on pointers, arrays and the objects behind them.
 */
#include "ubsan_internal.h"

struct object_data {
	struct location at;
	const struct type *type;
	__u8 log_align; /* log2 of the alignment that the type needs */
	__u8 access;	/* see accesses[] */
};

struct alignment_data {
	struct location at;
	struct location assumed_at;
	const struct type *type;
};

struct bounds_data {
	struct location at;
	const struct type *array, *index;
};

struct vla_data {
	struct location at;
	const struct type *type;
};

struct value_data {
	struct location at;
	const struct type *type;
};

struct pointer_data {
	struct location at;
};

static const char *const accesses[] = {
	"load from",	       "store to",
	"reference to",	       "member access at",
	"member call at",      "constructor call at",
	"downcast of",	       "downcast of",
	"upcast of",	       "cast to virtual base of",
	"non-null binding to", "dynamic use of",
};

/* The checks null, alignment and object-size. */
static void type_mismatch_v1(enum then then, const struct object_data *data,
			     __uptr addr)
{
	const char *access = "access to";

	if (data->access < ARRAY_SIZE(accesses))
		access = accesses[data->access];
	if (!addr)
		ubsan_report(then, &data->at, "%s a null pointer of type %s",
			     access, data->type->name);
	else if (addr & ((1UL << data->log_align) - 1))
		ubsan_report(then, &data->at,
			     "%s the misaligned address 0x%lx: type %s needs "
			     "an alignment of %lu",
			     access, addr, data->type->name,
			     1UL << data->log_align);
	else
		ubsan_report(then, &data->at,
			     "%s address 0x%lx, which is too small for type %s",
			     access, addr, data->type->name);
}

/* __builtin_assume_aligned() and the like */
static void alignment_assumption(enum then then,
				 const struct alignment_data *data, __uptr addr,
				 __uptr align, __uptr offset)
{
	ubsan_report(
		then, &data->at,
		"address 0x%lx, less %lu, is not a multiple of %lu, as was "
		"assumed for type %s",
		addr, offset, align, data->type->name);
}

static void out_of_bounds(enum then then, const struct bounds_data *data,
			  value_t index)
{
	char v[VALUE_MAX];

	ubsan_report(then, &data->at, "index %s is out of bounds of type %s",
		     ubsan_value(data->index, index, v), data->array->name);
}

static void vla_bound_not_positive(enum then then, const struct vla_data *data,
				   value_t bound)
{
	char v[VALUE_MAX];

	ubsan_report(then, &data->at,
		     "array of variable length %s of type %s: the length must "
		     "be positive",
		     ubsan_value(data->type, bound, v), data->type->name);
}

/* The checks bool and enum. */
static void load_invalid_value(enum then then, const struct value_data *data,
			       value_t value)
{
	char v[VALUE_MAX];

	ubsan_report(then, &data->at,
		     "load of %s, which is not a value of type %s",
		     ubsan_value(data->type, value, v), data->type->name);
}

static void pointer_overflow(enum then then, const struct pointer_data *data,
			     __uptr base, __uptr result)
{
	if (!base)
		ubsan_report(then, &data->at,
			     "offset 0x%lx applied to a null pointer", result);
	else
		ubsan_report(then, &data->at,
			     "pointer arithmetic left the address space: from "
			     "0x%lx to 0x%lx",
			     base, result);
}

UBSAN_HANDLER(type_mismatch_v1, (const struct object_data *data, __uptr addr),
	      data, addr)
UBSAN_HANDLER(alignment_assumption,
	      (const struct alignment_data *data, __uptr addr, __uptr align,
	       __uptr offset),
	      data, addr, align, offset)
UBSAN_HANDLER(out_of_bounds, (const struct bounds_data *data, value_t index),
	      data, index)
UBSAN_HANDLER(vla_bound_not_positive,
	      (const struct vla_data *data, value_t bound), data, bound)
UBSAN_HANDLER(load_invalid_value,
	      (const struct value_data *data, value_t value), data, value)
UBSAN_HANDLER(pointer_overflow,
	      (const struct pointer_data *data, __uptr base, __uptr result),
	      data, base, result)
