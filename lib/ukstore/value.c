/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * From an entry to its value and back: the getter of the entry's type, a
 * conversion to the type that the caller wants, if the value fits.
 */
#include <string.h>
#include "store_internal.h"

struct uk_store_stats uk_store_stats;

struct call {
	const struct uk_store_entry *e;
	struct uk_store_value *v;
};

static void *cookie(const struct uk_store_entry *e)
{
	struct uk_store_object *obj = store_object(e);

	return obj ? obj->cookie : __NULL;
}

#define GET_SIGNED(name, ctype)                     \
	case _UK_STORE_TYPE_##name: {               \
		ctype out = 0;                      \
		ret = e->get.name(cookie(e), &out); \
		v->type = _UK_STORE_TYPE_s64;       \
		v->s = out;                         \
		break;                              \
	}
#define GET_UNSIGNED(name, ctype)                   \
	case _UK_STORE_TYPE_##name: {               \
		ctype out = 0;                      \
		ret = e->get.name(cookie(e), &out); \
		v->type = _UK_STORE_TYPE_u64;       \
		v->u = out;                         \
		break;                              \
	}

static int call_getter(void *arg)
{
	const struct call *c = arg;
	const struct uk_store_entry *e = c->e;
	struct uk_store_value *v = c->v;
	int ret = -EINVAL;

	v->type = e->type;
	switch (e->type) {
		GET_SIGNED(s8, __s8)
		GET_SIGNED(s16, __s16)
		GET_SIGNED(s32, __s32)
		GET_SIGNED(s64, __s64)
		GET_UNSIGNED(u8, __u8)
		GET_UNSIGNED(u16, __u16)
		GET_UNSIGNED(u32, __u32)
		GET_UNSIGNED(u64, __u64)
		GET_UNSIGNED(uptr, __uptr)
	case _UK_STORE_TYPE_charp:
		ret = e->get.charp(cookie(e), &v->text);
		break;
	case _UK_STORE_TYPE_dbl:
		ret = e->get.dbl(cookie(e), (double *)&v->dbl);
		break;
	case _UK_STORE_TYPE_hist:
		ret = e->get.hist(cookie(e), &v->hist);
		break;
	default:
		break;
	}
	return ret;
}

static void count(__u64 *number)
{
	__atomic_fetch_add(number, 1, __ATOMIC_RELAXED);
}

static int usable(const struct uk_store_entry *e, int can)
{
	struct uk_store_object *obj = store_object(e);

	if (!can)
		return -ENOTSUP;
	return obj && UK_READ_ONCE(obj->removed) ? -ENODEV : 0;
}

int uk_store_read(const struct uk_store_entry *e, struct uk_store_value *v)
{
	struct call c = { e, v };
	int ret = usable(e, uk_store_readable(e));

	if (ret)
		return ret;
	count(&uk_store_stats.reads);
	ret = store_guarded(call_getter, &c);
	if (ret == -EFAULT)
		count(&uk_store_stats.faulted);
	else if (ret < 0)
		count(&uk_store_stats.failed);
	return ret < 0 ? ret : 0;
}

void uk_store_value_free(const struct uk_store_entry *e,
			 struct uk_store_value *v)
{
	if (v->type == _UK_STORE_TYPE_charp &&
	    !(e->flags & UK_STORE_ENTRY_FLAG_CONST))
		store_text_free(v->text);
}

/* A number as 64 bits; *negative: read them as signed. */
static int read_number(const struct uk_store_entry *e, __u64 *bits,
		       int *negative)
{
	struct uk_store_value v;
	int ret = uk_store_read(e, &v);

	if (ret)
		return ret;
	if (v.type != _UK_STORE_TYPE_s64 && v.type != _UK_STORE_TYPE_u64) {
		uk_store_value_free(e, &v);
		return -EINVAL;
	}
	*bits = v.u;
	*negative = v.type == _UK_STORE_TYPE_s64 && v.s < 0;
	return 0;
}

/* Whether a number survives the way through a type. */
#define FITS(ctype, bits, negative)                                       \
	({                                                                \
		ctype __as = (ctype)(bits);                               \
		(__u64) __as == (bits) &&                                 \
			((ctype)-1 < (ctype)1 ? (__as < (ctype)1 &&       \
						 __as != 0) == (negative) \
					      : !(negative));             \
	})

#define DEFINE_GET(name, ctype)                                              \
	int _uk_store_get_##name(const struct uk_store_entry *e, ctype *out) \
	{                                                                    \
		__u64 bits;                                                  \
		int negative;                                                \
		int ret = read_number(e, &bits, &negative);                  \
                                                                             \
		if (ret)                                                     \
			return ret;                                          \
		if (!FITS(ctype, bits, negative))                            \
			return -ERANGE;                                      \
		*out = (ctype)bits;                                          \
		return 0;                                                    \
	}
_UK_STORE_NUMBERS(DEFINE_GET)

int _uk_store_get_charp(const struct uk_store_entry *e, char **out)
{
	struct uk_store_value v;
	int ret;

	if (e->type != _UK_STORE_TYPE_charp)
		return -EINVAL;
	ret = uk_store_read(e, &v);
	if (!ret)
		*out = v.text;
	return ret;
}

int _uk_store_get_dbl(const struct uk_store_entry *e, double *out)
{
	struct uk_store_value v;
	int ret;

	if (e->type != _UK_STORE_TYPE_dbl)
		return -EINVAL;
	ret = uk_store_read(e, &v);
	if (!ret)
		memcpy(out, &v.dbl, sizeof(v.dbl));
	return ret;
}

/* --- setting ------------------------------------------------------------- */

struct set_call {
	const struct uk_store_entry *e;
	__u64 bits;
	int negative;
	const char *text;
	const double *dbl;
};

#define CALL_SET(name, ctype)                           \
	case _UK_STORE_TYPE_##name:                     \
		if (!FITS(ctype, c->bits, c->negative)) \
			return -ERANGE;                 \
		return e->set.name(cookie(e), (ctype)c->bits);

static int call_setter(void *arg)
{
	const struct set_call *c = arg;
	const struct uk_store_entry *e = c->e;

	if (c->text)
		return e->type == _UK_STORE_TYPE_charp
			       ? e->set.charp(cookie(e), c->text)
			       : -EINVAL;
	if (c->dbl)
		return e->type == _UK_STORE_TYPE_dbl
			       ? e->set.dbl(cookie(e), c->dbl)
			       : -EINVAL;
	if (e->max && !c->negative && c->bits > e->max)
		return -ERANGE;
	switch (e->type) {
		_UK_STORE_NUMBERS(CALL_SET)
	default:
		return -EINVAL;
	}
}

static int set(struct set_call *c)
{
	int ret = usable(c->e, c->e->set.u64 != __NULL);

	return ret ? ret : store_guarded(call_setter, c);
}

#define DEFINE_SET(name, ctype)                                            \
	int _uk_store_set_##name(const struct uk_store_entry *e, ctype in) \
	{                                                                  \
		struct set_call c = { .e = e,                              \
				      .bits = (__u64)in,                   \
				      .negative = in < (ctype)1 && in };   \
                                                                           \
		return set(&c);                                            \
	}
_UK_STORE_NUMBERS(DEFINE_SET)

int _uk_store_set_charp(const struct uk_store_entry *e, const char *in)
{
	struct set_call c = { .e = e, .text = in };

	return set(&c);
}

int _uk_store_set_dbl(const struct uk_store_entry *e, const double *in)
{
	struct set_call c = { .e = e, .dbl = in };

	return set(&c);
}
