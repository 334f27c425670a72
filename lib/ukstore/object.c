/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Objects: two arrays of pointers, one in the order of "library.name", one in
 * that of the numbers of library and object. Searches are binary; a change
 * moves what is after it. Both run with interrupts off; in a trap that hits
 * inside of a change there seem to be no objects.
 *
 * An object counts its references: one is the owner's, one each reader's. It
 * leaves the array when its owner removes it, or with the last reference.
 */
#include <string.h>
#include <uk/alloc.h>
#include <uk/spinlock.h>
#include "store_internal.h"

UK_EVENT(UK_STORE_EVENT_CREATE_OBJECT);
UK_EVENT(UK_STORE_EVENT_RELEASE_OBJECT);

static struct {
	struct uk_store_object **objects; /* by name */
	struct uk_store_object **by_id;	  /* in the same block */
	__sz count, room;
	int changing;
} uk_store_objects; /* its name is known to support/uk */

/* The arrays, and the references of all objects. */
static struct uk_spinlock lock = UK_SPINLOCK_INITIALIZER();

static struct uk_alloc *array_alloc;

void store_text_free(char *text)
{
	uk_free(uk_alloc_get_default(), text);
}

/* --- the array, locked ---------------------------------------------------- */

/* The first object that is not before a key. */
static __sz lower_bound(const struct store_key *key)
{
	__sz low = 0,
	     high = uk_store_objects.changing ? 0 : uk_store_objects.count;

	while (low < high) {
		__sz mid = (low + high) / 2;
		struct uk_store_object *obj = uk_store_objects.objects[mid];

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
	return !uk_store_objects.changing && idx < uk_store_objects.count
		       ? uk_store_objects.objects[idx]
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

/* The first object whose numbers are not below these. */
static __sz lower_bound_id(__u16 libid, __u64 id)
{
	__sz low = 0,
	     high = uk_store_objects.changing ? 0 : uk_store_objects.count;

	while (low < high) {
		__sz mid = (low + high) / 2;
		const struct uk_store_object *obj = uk_store_objects.by_id[mid];

		if (obj->libid < libid || (obj->libid == libid && obj->id < id))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct uk_store_object *by_id(__u16 libid, __u64 id)
{
	__sz idx = lower_bound_id(libid, id);
	struct uk_store_object *obj = at(idx) ? uk_store_objects.by_id[idx]
					      : __NULL;

	return obj && obj->libid == libid && obj->id == id ? obj : __NULL;
}

static void take_out(struct uk_store_object **array, __sz idx)
{
	memmove(&array[idx], &array[idx + 1],
		(uk_store_objects.count - 1 - idx) * sizeof(*array));
}

static void put_in(struct uk_store_object **array, __sz idx,
		   struct uk_store_object *obj)
{
	memmove(&array[idx + 1], &array[idx],
		(uk_store_objects.count - idx) * sizeof(*array));
	array[idx] = obj;
}

static void unlist(struct uk_store_object *obj)
{
	__sz idx, idx_id = lower_bound_id(obj->libid, obj->id);

	if (!is_listed(obj, &idx))
		return;
	UK_WRITE_ONCE(uk_store_objects.changing, 1);
	take_out(uk_store_objects.objects, idx);
	take_out(uk_store_objects.by_id, idx_id);
	uk_store_objects.count--;
	UK_WRITE_ONCE(uk_store_objects.changing, 0);
}

static int list(struct uk_store_object *obj)
{
	struct store_key key = key_of(obj);
	__sz idx = lower_bound(&key);
	struct uk_store_object *there = at(idx);
	__sz idx_id = lower_bound_id(obj->libid, obj->id);

	if ((there && !store_compare(there->library, there->name, &key)) ||
	    by_id(obj->libid, obj->id))
		return -EEXIST;
	UK_WRITE_ONCE(uk_store_objects.changing, 1);
	put_in(uk_store_objects.objects, idx, obj);
	put_in(uk_store_objects.by_id, idx_id, obj);
	uk_store_objects.count++;
	UK_WRITE_ONCE(uk_store_objects.changing, 0);
	return 0;
}

/* --- room for one more, not locked --------------------------------------- */

static int make_room(struct uk_alloc *a)
{
	__sz room = uk_store_objects.room ? uk_store_objects.room * 2 : 16;
	struct uk_store_object **more, **old;
	struct uk_alloc *none = __NULL;
	unsigned long flags;

	if (uk_store_objects.count < uk_store_objects.room)
		return 0;
	__atomic_compare_exchange_n(&array_alloc, &none, a, 0, __ATOMIC_RELAXED,
				    __ATOMIC_RELAXED);
	more = uk_malloc(array_alloc, 2 * room * sizeof(*more));
	if (!more)
		return -ENOMEM;
	uk_spin_lock_irqsave(&lock, flags);
	old = more;
	if (uk_store_objects.count >= uk_store_objects.room) {
		UK_WRITE_ONCE(uk_store_objects.changing, 1);
		old = uk_store_objects.objects;
		if (old) {
			memcpy(more, old,
			       uk_store_objects.count * sizeof(*more));
			memcpy(more + room, uk_store_objects.by_id,
			       uk_store_objects.count * sizeof(*more));
		}
		uk_store_objects.objects = more;
		uk_store_objects.by_id = more + room;
		uk_store_objects.room = room;
		UK_WRITE_ONCE(uk_store_objects.changing, 0);
	}
	uk_spin_unlock_irqrestore(&lock, flags);
	uk_free(array_alloc, old);
	return 0;
}

/* --- objects ------------------------------------------------------------- */

static void raise(const struct uk_event *event,
		  const struct uk_store_object *obj)
{
	struct uk_store_event_data data = { obj->libid, obj->id };

	uk_raise_event_ptr(event, &data);
}

/* Another CPU may take the room that was made. */
int _uk_store_obj_add(const char *libname, struct uk_store_object *obj)
{
	unsigned long flags;
	int ret, full = 1;

	obj->libid = uk_libid(libname);
	while (full) {
		ret = make_room(obj->a);
		if (ret)
			return ret;
		uk_spin_lock_irqsave(&lock, flags);
		full = uk_store_objects.count >= uk_store_objects.room;
		if (!full) {
			obj->library = libname;
			ret = list(obj);
		}
		uk_spin_unlock_irqrestore(&lock, flags);
	}
	if (ret)
		obj->library = __NULL;
	else
		raise(UK_EVENT_PTR(UK_STORE_EVENT_CREATE_OBJECT), obj);
	return ret;
}

void uk_store_obj_remove(struct uk_store_object *obj)
{
	unsigned long flags;

	uk_spin_lock_irqsave(&lock, flags);
	UK_WRITE_ONCE(obj->removed, 1);
	unlist(obj);
	uk_spin_unlock_irqrestore(&lock, flags);
	if (obj->library)
		raise(UK_EVENT_PTR(UK_STORE_EVENT_RELEASE_OBJECT), obj);
	uk_store_obj_release(obj);
}

static struct uk_store_object *acquire(__u16 library_id, __u64 object_id)
{
	struct uk_store_object *obj;
	unsigned long flags;

	uk_spin_lock_irqsave(&lock, flags);
	obj = by_id(library_id, object_id);
	if (obj)
		obj->refcount++;
	uk_spin_unlock_irqrestore(&lock, flags);
	return obj;
}

struct uk_store_object *uk_store_obj_acquire(__u16 library_id, __u64 object_id)
{
	struct uk_store_object *obj = acquire(library_id, object_id);

	return obj || !store_refresh() ? obj : acquire(library_id, object_id);
}

__u64 store_object_count(void)
{
	return UK_READ_ONCE(uk_store_objects.count);
}

void uk_store_obj_release(struct uk_store_object *obj)
{
	unsigned long flags;
	int last;

	uk_spin_lock_irqsave(&lock, flags);
	last = !--obj->refcount;
	if (last)
		unlist(obj);
	uk_spin_unlock_irqrestore(&lock, flags);
	if (last)
		uk_free(obj->a, obj);
}

const struct uk_store_entry *uk_store_obj_entry_get(struct uk_store_object *obj,
						    __u64 entry_id)
{
	__sz low = 0, high = obj->count;

	while (low < high) {
		__sz mid = (low + high) / 2;
		const struct uk_store_entry *e =
			&obj->entries[obj->by_id[mid]].e;

		if (e->id == entry_id)
			return e;
		if (e->id < entry_id)
			low = mid + 1;
		else
			high = mid;
	}
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
	const struct uk_store_entry *e = __NULL;
	struct uk_store_object *obj;
	unsigned long flags;

	uk_spin_lock_irqsave(&lock, flags);
	obj = at(lower_bound(key));
	if (obj && !store_compare(obj->library, obj->name, key))
		e = by_name(obj, strchr(key->name, '/') + 1);
	if (e) {
		obj->refcount++;
		*ref = (struct uk_store_ref){ e, obj };
	}
	uk_spin_unlock_irqrestore(&lock, flags);
	return e ? 0 : -ENOENT;
}

struct uk_store_object *store_object_next(struct uk_store_object *obj,
					  __sz *where)
{
	struct uk_store_object *next;
	unsigned long flags;

	uk_spin_lock_irqsave(&lock, flags);
	if (obj && (at(*where) == obj || is_listed(obj, where)))
		++*where;
	next = at(*where);
	if (next)
		next->refcount++;
	uk_spin_unlock_irqrestore(&lock, flags);
	if (obj)
		uk_store_obj_release(obj);
	return next;
}
