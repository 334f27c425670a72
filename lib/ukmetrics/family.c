/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Both formats want all values of one name together, but the store gives them
 * object by object. They are chained by family here, in one walk, with a table
 * of hashes; families stand in the order in which they were met. What would
 * make the text invalid (a name that another kind of value has, the same value
 * twice) is left out and counted.
 */
#include <string.h>
#include "metrics_internal.h"

const char *metrics_library(const struct metrics_item *item)
{
	return uk_store_library(item->obj ? item->obj->library
					  : item->e->library);
}

__u32 metrics_hash(const char *s, __sz len)
{
	__u32 hash = 2166136261U;

	for (__sz i = 0; i < len; i++)
		hash = (hash ^ (__u8)s[i]) * 16777619U;
	return hash;
}

static const char *libname(const struct metrics_item *item)
{
	return item->obj ? item->obj->library : item->e->library;
}

static int same_texts(const struct metrics_item *a,
		      const struct metrics_item *b)
{
	return a->e->name == b->e->name && a->e->unit == b->e->unit &&
	       a->e->kind == b->e->kind && a->e->type == b->e->type &&
	       a->e->series == b->e->series && libname(a) == libname(b);
}

/* 1 if an item is of a family; -EEXIST if only its name is, or that of one of
 * its samples.
 */
static int belongs(const struct metrics_item *item,
		   const struct metrics_name *name,
		   const struct metrics_item *first)
{
	static struct metrics_name other;

	if (first->hash != item->hash)
		return 0;
	if (same_texts(item, first))
		return 1;
	metrics_name(&other, metrics_library(first), first->e);
	if (!metrics_clash(name, &other))
		return 0;
	return other.type == name->type && other.len == name->len &&
			       !strcmp(metrics_library(item),
				       metrics_library(first))
		       ? 1
		       : -EEXIST;
}

/* The slot of its family, or the free one for it. */
static __u32 *find(struct metrics_index *ix, const struct metrics_item *item,
		   const struct metrics_name *name, int *found)
{
	__u32 at = item->hash % METRICS_SLOTS;

	for (*found = 0; ix->slots[at]; at = (at + 1) % METRICS_SLOTS) {
		*found = belongs(item, name, &ix->items[ix->slots[at] - 1]);
		if (*found)
			break;
	}
	return &ix->slots[at];
}

static int link_family(struct metrics_index *ix, __u32 *slot, __u32 number)
{
	*slot = number;
	if (ix->last)
		ix->items[ix->last - 1].family = number;
	else
		ix->first = number;
	ix->last = number;
	return 0;
}

/* Whether two of a family and of one object would be one value, or one label of
 * it.
 */
static int clash(const struct uk_store_entry *a, const struct uk_store_entry *b)
{
	const struct uk_store_label *la = metrics_series_label(a),
				    *lb = metrics_series_label(b);

	if ((a->series || b->series) &&
	    (a->kind == UK_STORE_INFO || a->type == _UK_STORE_TYPE_charp))
		return !a->series || !b->series ||
		       metrics_same_label(a->name, b->name);
	if (!la || !lb)
		return la == lb;
	return metrics_same_label(la->name, lb->name) &&
	       !strcmp(la->value, lb->value);
}

/* One value of each object and label, in the order of the walk; those of one
 * object come in a row.
 */
static int link_item(struct metrics_index *ix, __u32 family, __u32 number)
{
	struct metrics_item *first = &ix->items[family - 1];
	struct metrics_item *last = &ix->items[first->last - 1];
	const struct metrics_item *item = &ix->items[number - 1];

	if (last->obj != item->obj)
		first->run = number;
	else
		for (__u32 n = first->run; n; n = ix->items[n - 1].next)
			if (clash(ix->items[n - 1].e, item->e))
				return -EEXIST;
	last->next = number;
	first->last = number;
	return 0;
}

/* Objects of one sort have the same values in the same order: after one of a
 * family stands the same one as after the last one of that family, and what
 * the guess is right about needs no name.
 */
static int add_guessed(struct metrics_index *ix, __u32 number)
{
	__u32 guess = ix->guess ? *ix->guess : 0;

	if (!guess ||
	    !same_texts(&ix->items[guess - 1], &ix->items[number - 1]))
		return 0;
	return !link_item(ix, guess, number) ? (int)guess : 0;
}

/* Its family's first, or a negative errno. */
static int add_named(struct metrics_index *ix, __u32 number)
{
	static struct metrics_name name;
	struct metrics_item *item = &ix->items[number - 1];
	__u32 *slot;
	int found, ret;

	if (metrics_name(&name, metrics_library(item), item->e))
		return -EEXIST;
	item->hash = metrics_hash(name.text, metrics_root(&name));
	item->last = item->run = number;
	slot = find(ix, item, &name, &found);
	if (found < 0)
		return found;
	ret = found ? link_item(ix, *slot, number)
		    : link_family(ix, slot, number);
	return ret ? ret : (int)*slot;
}

static int add(struct metrics_index *ix)
{
	__u32 number = ix->count + 1;
	int family = add_guessed(ix, number);

	if (!family)
		family = add_named(ix, number);
	if (family < 0)
		return family;
	if (ix->guess)
		*ix->guess = (__u32)family;
	ix->guess = &ix->items[family - 1].after;
	ix->count++;
	return 0;
}

/* The object's first value, if it has one already. */
static __u32 holder_of(const struct metrics_index *ix,
		       const struct uk_store_object *obj)
{
	const struct metrics_item *end = &ix->items[ix->count];

	return ix->count && end[-1].obj == obj ? end[-1].holder : 0;
}

/* Held once, whatever the number of its values: they come in a row. 0, or
 * -ENOENT if it goes right now.
 */
static int hold(struct uk_store_object *obj)
{
	struct uk_store_object *held =
		uk_store_obj_acquire(uk_libid(obj->library), obj->id);

	if (held == obj)
		return 0;
	if (held)
		uk_store_obj_release(held);
	return -ENOENT;
}

static int visit(const struct uk_store_ref *ref, void *arg)
{
	struct metrics_index *ix = arg;
	struct metrics_item *item = &ix->items[ix->count];
	__u32 holder = ref->object ? holder_of(ix, ref->object) : 0;

	if (!uk_store_readable(ref->entry))
		return 0; /* can only be set */
	if (ix->count == CONFIG_LIBUKMETRICS_ENTRIES)
		return -ENOSPC;
	if (ref->object && !holder && hold(ref->object))
		return 0;
	*item = (struct metrics_item){ .e = ref->entry, .obj = ref->object };
	item->holder = holder ? holder : ix->count + 1;
	if (!add(ix))
		return 0;
	ix->conflicts++;
	if (ref->object && !holder)
		uk_store_obj_release(ref->object);
	return 0;
}

int metrics_collect(struct metrics_index *ix)
{
	memset(ix->slots, 0, sizeof(ix->slots));
	ix->count = ix->first = ix->last = 0;
	ix->guess = __NULL;
	ix->conflicts = 0;
	return uk_store_foreach(visit, ix);
}

void metrics_drop(struct metrics_index *ix)
{
	for (__u32 i = 0; i < ix->count; i++)
		if (ix->items[i].obj && ix->items[i].holder == i + 1)
			uk_store_obj_release(ix->items[i].obj);
	ix->count = 0;
}
