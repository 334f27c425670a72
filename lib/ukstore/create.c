/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Making an object: one block holds the object, its entries by name, labels,
 * the order of the entries by id, and the texts.
 */
#include <string.h>
#include <uk/alloc.h>
#include <uk/print.h>
#include "store_internal.h"

static int by_entry_name(const void *entries, __u32 a, __u32 b)
{
	const struct uk_store_entry *const *e = entries;

	return strcmp(e[a]->name, e[b]->name);
}

static int by_entry_id(const void *entries, __u32 a, __u32 b)
{
	const struct uk_store_obj_entry *e = entries;

	return e[a].e.id < e[b].e.id ? -1 : e[a].e.id > e[b].e.id;
}

/* By name; the order of the ids stands apart. */
static void copy_entries(struct uk_store_object *obj, __u32 *order,
			 const struct uk_store_entry *entries[])
{
	obj->by_id = order;
	store_sort(order, (__u32)obj->count, by_entry_name, entries);
	for (__sz i = 0; i < obj->count; i++) {
		obj->entries[i].e = *entries[order[i]];
		obj->entries[i].e.library = __NULL;
		obj->entries[i].object = obj;
	}
	store_sort(order, (__u32)obj->count, by_entry_id, obj->entries);
}

/* The second one would be found nowhere. */
static int has_twins(const struct uk_store_object *obj, const char *name)
{
	for (__sz i = 1; i < obj->count; i++) {
		const struct uk_store_entry *a = &obj->entries[i - 1].e;
		const struct uk_store_entry *b = &obj->entries[i].e;
		int same_name = !strcmp(a->name, b->name);

		if (!same_name) {
			a = &obj->entries[obj->by_id[i - 1]].e;
			b = &obj->entries[obj->by_id[i]].e;
		}
		if (!same_name && a->id != b->id)
			continue;
		uk_pr_err("object %s: entry %s has the %s of %s; give it "
			  "another\n",
			  name, b->name, same_name ? "name" : "id", a->name);
		return 1;
	}
	return 0;
}

static __sz text_size(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

static char *copy_text(char **to, const char *text)
{
	__sz len = strlen(text) + 1;
	char *copy = memcpy(*to, text, len);

	*to += len;
	return copy;
}

static void copy_labels(struct uk_store_object *obj, struct uk_store_label *to,
			__sz count, const struct uk_store_label *labels,
			char **texts)
{
	if (!count)
		return;
	obj->labels = to;
	for (__sz i = 0; i < count; i++) {
		to[i].name = copy_text(texts, labels[i].name);
		to[i].value = labels[i].value
				      ? copy_text(texts, labels[i].value)
				      : obj->name;
	}
}

struct uk_store_object *
uk_store_obj_alloc_labels(struct uk_alloc *a, __u64 id, const char *name,
			  const struct uk_store_entry *entries[],
			  const struct uk_store_label *labels, void *cookie)
{
	__sz texts = strlen(name) + 1, count = 0, nlabels = 0, size;
	struct uk_store_object *obj;
	struct uk_store_label *to;
	__u32 *order;
	char *text;

	while (entries[count])
		count++;
	for (; labels && labels[nlabels].name; nlabels++)
		texts += text_size(labels[nlabels].name) +
			 text_size(labels[nlabels].value);
	size = sizeof(*obj) + count * sizeof(obj->entries[0]);
	size += (nlabels ? nlabels + 1 : 0) * sizeof(*labels);
	size += count * sizeof(*order);
	obj = uk_calloc(a, 1, size + texts);
	if (!obj)
		return __NULL;
	obj->id = id;
	obj->cookie = cookie;
	obj->refcount = 1;
	obj->a = a;
	obj->count = count;
	to = (struct uk_store_label *)&obj->entries[count];
	order = (__u32 *)(to + (nlabels ? nlabels + 1 : 0));
	text = (char *)(order + count);
	copy_entries(obj, order, entries);
	if (has_twins(obj, name)) {
		uk_free(a, obj);
		return __NULL;
	}
	obj->name = copy_text(&text, name);
	copy_labels(obj, to, nlabels, labels, &text);
	return obj;
}

struct uk_store_object *
uk_store_obj_alloc(struct uk_alloc *a, __u64 id, const char *name,
		   const struct uk_store_entry *entries[], void *cookie)
{
	return uk_store_obj_alloc_labels(a, id, name, entries, __NULL, cookie);
}

struct uk_store_object *
_uk_store_obj_publish(const char *libname, __u64 id, const char *name,
		      const struct uk_store_entry *entries[],
		      const struct uk_store_label *labels, void *cookie)
{
	struct uk_store_object *obj = uk_store_obj_alloc_labels(
		uk_alloc_get_default(), id, name, entries, labels, cookie);

	if (obj && _uk_store_obj_add(libname, obj)) {
		uk_store_obj_release(obj);
		return __NULL;
	}
	return obj;
}
