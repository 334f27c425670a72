/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Objects: an array of pointers, in the order of "library.name". Changes and
 * searches run with interrupts off; in a trap that hits inside of a change
 * there seem to be no objects.
 *
 * An object counts its references: one is the owner's, one each reader's. It
 * leaves the array when its owner removes it, or with the last reference.
 */
#include <string.h>
#include <uk/alloc.h>
#include <uk/arch/lcpu.h>
#include "store_internal.h"

UK_EVENT(UK_STORE_EVENT_CREATE_OBJECT);
UK_EVENT(UK_STORE_EVENT_RELEASE_OBJECT);

static struct {
	struct uk_store_object **objects;
	__sz count, room;
	int changing;
} store;

static struct uk_alloc *array_alloc;

void store_text_free(char *text)
{
	uk_free(uk_alloc_get_default(), text);
}

/* --- the array, interrupts off ------------------------------------------- */

/* The first object that is not before a key. */
static __sz lower_bound(const struct store_key *key)
{
	__sz low = 0, high = store.changing ? 0 : store.count;

	while (low < high) {
		__sz mid = (low + high) / 2;
		struct uk_store_object *obj = store.objects[mid];

		if (store_compare(obj->library, obj->name, key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct store_key key_of(const struct uk_store_object *obj)
{
	return (struct store_key){ "", obj->library, strlen(obj->library),
				   obj->name };
}

static struct uk_store_object *at(__sz idx)
{
	return !store.changing && idx < store.count ? store.objects[idx]
						    : __NULL;
}

static int is_listed(const struct uk_store_object *obj, __sz *idx)
{
	struct store_key key;

	if (!obj->library)
		return 0;
	key = key_of(obj);
	*idx = lower_bound(&key);
	return at(*idx) == obj;
}

static void unlist(struct uk_store_object *obj)
{
	__sz idx;

	if (!is_listed(obj, &idx))
		return;
	UK_WRITE_ONCE(store.changing, 1);
	store.count--;
	memmove(&store.objects[idx], &store.objects[idx + 1],
		(store.count - idx) * sizeof(*store.objects));
	UK_WRITE_ONCE(store.changing, 0);
}

static struct uk_store_object *by_id(__u16 libid, __u64 id)
{
	for (__sz i = 0; at(i); i++)
		if (at(i)->id == id && uk_libid(at(i)->library) == libid)
			return at(i);
	return __NULL;
}

static int list(struct uk_store_object *obj)
{
	struct store_key key = key_of(obj);
	__sz idx = lower_bound(&key);
	struct uk_store_object *there = at(idx);

	if ((there && !store_compare(there->library, there->name, &key)) ||
	    by_id(uk_libid(obj->library), obj->id))
		return -EEXIST;
	UK_WRITE_ONCE(store.changing, 1);
	memmove(&store.objects[idx + 1], &store.objects[idx],
		(store.count - idx) * sizeof(*store.objects));
	store.objects[idx] = obj;
	store.count++;
	UK_WRITE_ONCE(store.changing, 0);
	return 0;
}

/* --- room for one more, interrupts on ------------------------------------ */

static int make_room(struct uk_alloc *a)
{
	__sz room = store.room ? store.room * 2 : 16;
	struct uk_store_object **more, **old;
	unsigned long flags;

	if (store.count < store.room)
		return 0;
	if (!array_alloc)
		array_alloc = a;
	more = uk_malloc(array_alloc, room * sizeof(*more));
	if (!more)
		return -ENOMEM;
	flags = ukarch_irq_save();
	old = more;
	if (store.count >= store.room) {
		UK_WRITE_ONCE(store.changing, 1);
		old = store.objects;
		if (old)
			memcpy(more, old, store.count * sizeof(*more));
		store.objects = more;
		store.room = room;
		UK_WRITE_ONCE(store.changing, 0);
	}
	ukarch_irq_restore(flags);
	uk_free(array_alloc, old);
	return 0;
}

/* --- objects ------------------------------------------------------------- */

static void copy_entries(struct uk_store_object *obj,
			 const struct uk_store_entry *entries[])
{
	for (__sz i = 0; i < obj->count; i++) {
		__sz to = i;

		for (; to && strcmp(entries[i]->name,
				    obj->entries[to - 1].e.name) < 0;
		     to--)
			obj->entries[to] = obj->entries[to - 1];
		obj->entries[to].e = *entries[i];
		obj->entries[to].e.library = __NULL;
		obj->entries[to].object = obj;
	}
}

/* Texts and labels stand behind the entries, in one block with the object. */
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
		to[i].value = copy_text(texts, labels[i].value);
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
	char *text;

	while (entries[count])
		count++;
	for (; labels && labels[nlabels].name; nlabels++)
		texts += strlen(labels[nlabels].name) +
			 strlen(labels[nlabels].value) + 2;
	size = sizeof(*obj) + count * sizeof(obj->entries[0]);
	size += (nlabels ? nlabels + 1 : 0) * sizeof(*labels);
	obj = uk_calloc(a, 1, size + texts);
	if (!obj)
		return __NULL;
	obj->id = id;
	obj->cookie = cookie;
	obj->refcount = 1;
	obj->a = a;
	obj->count = count;
	copy_entries(obj, entries);
	to = (struct uk_store_label *)&obj->entries[count];
	text = (char *)obj + size;
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

static void raise(const struct uk_event *event,
		  const struct uk_store_object *obj)
{
	struct uk_store_event_data data = { uk_libid(obj->library), obj->id };

	uk_raise_event_ptr(event, &data);
}

int _uk_store_obj_add(const char *libname, struct uk_store_object *obj)
{
	unsigned long flags;
	int ret = make_room(obj->a);

	if (ret)
		return ret;
	obj->library = libname;
	flags = ukarch_irq_save();
	ret = store.count < store.room ? list(obj) : -ENOMEM;
	ukarch_irq_restore(flags);
	if (ret)
		obj->library = __NULL;
	else
		raise(UK_EVENT_PTR(UK_STORE_EVENT_CREATE_OBJECT), obj);
	return ret;
}

void uk_store_obj_remove(struct uk_store_object *obj)
{
	unsigned long flags = ukarch_irq_save();

	UK_WRITE_ONCE(obj->removed, 1);
	unlist(obj);
	ukarch_irq_restore(flags);
	if (obj->library)
		raise(UK_EVENT_PTR(UK_STORE_EVENT_RELEASE_OBJECT), obj);
	uk_store_obj_release(obj);
}

struct uk_store_object *uk_store_obj_acquire(__u16 library_id, __u64 object_id)
{
	unsigned long flags = ukarch_irq_save();
	struct uk_store_object *obj = by_id(library_id, object_id);

	if (obj)
		obj->refcount++;
	ukarch_irq_restore(flags);
	return obj;
}

void uk_store_obj_release(struct uk_store_object *obj)
{
	unsigned long flags = ukarch_irq_save();
	int last = !--obj->refcount;

	if (last)
		unlist(obj);
	ukarch_irq_restore(flags);
	if (last)
		uk_free(obj->a, obj);
}

const struct uk_store_entry *uk_store_obj_entry_get(struct uk_store_object *obj,
						    __u64 entry_id)
{
	for (__sz i = 0; i < obj->count; i++)
		if (obj->entries[i].e.id == entry_id)
			return &obj->entries[i].e;
	return __NULL;
}

/* --- finding ------------------------------------------------------------- */

static const struct uk_store_entry *by_name(struct uk_store_object *obj,
					    const char *name)
{
	__sz low = 0, high = obj->count;

	while (low < high) {
		__sz mid = (low + high) / 2;
		int order = strcmp(obj->entries[mid].e.name, name);

		if (!order)
			return &obj->entries[mid].e;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return __NULL;
}

int store_object_find(const struct store_key *key, struct uk_store_ref *ref)
{
	unsigned long flags = ukarch_irq_save();
	struct uk_store_object *obj = at(lower_bound(key));
	const struct uk_store_entry *e = __NULL;

	if (obj && !store_compare(obj->library, obj->name, key))
		e = by_name(obj, strchr(key->name, '/') + 1);
	if (e) {
		obj->refcount++;
		*ref = (struct uk_store_ref){ e, obj };
	}
	ukarch_irq_restore(flags);
	return e ? 0 : -ENOENT;
}

struct uk_store_object *store_object_next(struct uk_store_object *obj)
{
	unsigned long flags = ukarch_irq_save();
	struct uk_store_object *next;
	__sz idx = 0;

	if (obj && is_listed(obj, &idx))
		idx++;
	next = at(idx);
	if (next)
		next->refcount++;
	ukarch_irq_restore(flags);
	if (obj)
		uk_store_obj_release(obj);
	return next;
}
