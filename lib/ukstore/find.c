/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Finding by path. The table of static entries is sorted by the linker, whose
 * order is that of the bytes of "libukfoo.entry": a binary search finds one
 * without an index, and an entry costs nothing but its record.
 */
#include <stddef.h>
#include <string.h>
#include <uk/snprintf.h>
#include "store_internal.h"

UK_TABLE_DEFINE(store, struct uk_store_entry);

/* As support/build/store_ids.py reads them. */
_Static_assert(offsetof(struct uk_store_entry, id) == 16 &&
		       offsetof(struct uk_store_entry, name) == 24 &&
		       offsetof(struct uk_store_entry, library) == 80,
	       "store_ids.py reads entries of another layout");

/* What stands at the end of a library's name, where a dot is in the section's
 * name: the difference to a byte of the key, which is never 0.
 */
static int at_end(unsigned char c)
{
	return c == '.' ? -1 : '.' - c;
}

/* Names of libraries have no dot, so that one in the key is found nowhere. */
int store_compare(const char *library, const char *name,
		  const struct store_key *key)
{
	const unsigned char *a = (const unsigned char *)library;
	const unsigned char *b = (const unsigned char *)key->prefix;
	unsigned char c;

	for (; *b; a++, b++)
		if (*a != *b)
			return *a ? *a - *b : at_end(*b);
	b = (const unsigned char *)key->library;
	for (__sz i = 0; i < key->len; i++, a++)
		if (*a != b[i])
			return *a ? *a - b[i] : at_end(b[i]);
	if (*a)
		return *a - '.';
	a = (const unsigned char *)name;
	b = (const unsigned char *)key->name;
	do {
		c = *b++;
		c = c == '/' ? '\0' : c;
		if (*a != c)
			return *a - c;
	} while (*a++);
	return 0;
}

/* The first static entry that is not before a key. */
static const struct uk_store_entry *lower_bound(const struct store_key *key)
{
	const struct uk_store_entry *start = uk_table_start(store);
	__sz low = 0, high = uk_table_count(store);

	while (low < high) {
		__sz mid = (low + high) / 2;

		if (store_compare(start[mid].library, start[mid].name, key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return start + low;
}

static int find_static(const struct store_key *key, struct uk_store_ref *ref)
{
	const struct uk_store_entry *e = lower_bound(key);

	if (e == uk_table_end(store) || store_compare(e->library, e->name, key))
		return -ENOENT;
	ref->entry = e;
	ref->object = __NULL;
	return 0;
}

#ifdef CONFIG_LIBUKALLOC
UK_EVENT(UK_STORE_EVENT_REFRESH);

/* A second caller goes on with what the first has done so far. */
int store_refresh(void)
{
	static int busy;

	if (!store_may_allocate() ||
	    __atomic_exchange_n(&busy, 1, __ATOMIC_ACQUIRE))
		return 0;
	uk_raise_event(UK_STORE_EVENT_REFRESH, __NULL);
	__atomic_store_n(&busy, 0, __ATOMIC_RELEASE);
	return 1;
}
#else
int store_refresh(void)
{
	return 0;
}
#endif

/* Names of libraries are without "lib"; applications have none. */
static int find(const char *path, struct uk_store_ref *ref)
{
	static const char *const prefixes[] = { "lib", "" };
	const char *slash = strchr(path, '/');
	int ret = -ENOENT;

	if (!slash || slash == path || !slash[1])
		return -ENOENT;
	for (unsigned int i = 0; ret && i < ARRAY_SIZE(prefixes); i++) {
		struct store_key key = { prefixes[i], path,
					 (__sz)(slash - path), slash + 1 };

		ret = strchr(slash + 1, '/') ? store_object_find(&key, ref)
					     : find_static(&key, ref);
	}
	return ret;
}

int uk_store_find(const char *path, struct uk_store_ref *ref)
{
	const char *slash = strchr(path, '/');
	int ret = find(path, ref);

	if (ret && slash && strchr(slash + 1, '/') && store_refresh())
		ret = find(path, ref);
	return ret;
}

void uk_store_ref_drop(struct uk_store_ref *ref)
{
#ifdef CONFIG_LIBUKALLOC
	if (ref->object)
		uk_store_obj_release(ref->object);
#endif
	ref->object = __NULL;
}

#ifdef CONFIG_LIBUKALLOC
static int visit_objects(int (*visit)(const struct uk_store_ref *ref,
				      void *arg),
			 void *arg)
{
	struct uk_store_ref ref = { __NULL, __NULL };
	__sz at = 0;
	int ret = 0;

	while (!ret && (ref.object = store_object_next(ref.object, &at)))
		for (__sz i = 0; !ret && i < ref.object->count; i++) {
			ref.entry = &ref.object->entries[i].e;
			ret = visit(&ref, arg);
		}
	if (ref.object)
		uk_store_obj_release(ref.object);
	return ret;
}
#endif

int uk_store_foreach(int (*visit)(const struct uk_store_ref *ref, void *arg),
		     void *arg)
{
	int ret = 0;

	uk_table_foreach (store, e) {
		struct uk_store_ref ref = { e, __NULL };

		ret = visit(&ref, arg);
		if (ret)
			return ret;
	}
#ifdef CONFIG_LIBUKALLOC
	store_refresh();
	ret = visit_objects(visit, arg);
#endif
	return ret;
}

const char *uk_store_library(const char *libname)
{
	return strncmp(libname, "lib", 3) == 0 ? libname + 3 : libname;
}

int uk_store_path(const struct uk_store_ref *ref, char *buf, __sz len)
{
	const struct uk_store_object *obj = ref->object;

	if (!obj)
		return uk_snprintf(buf, len, "%s/%s",
				   uk_store_library(ref->entry->library),
				   ref->entry->name);
	return uk_snprintf(buf, len, "%s/%s/%s", uk_store_library(obj->library),
			   obj->name, ref->entry->name);
}

/* FNV-1a (Fowler, Noll, Vo), folded to 16 bits. */
__u16 uk_libid(const char *libname)
{
	__u32 hash = 2166136261U;

	for (; *libname; libname++)
		hash = (hash ^ (unsigned char)*libname) * 16777619U;
	return (__u16)(hash >> 16 ^ hash);
}

const struct uk_store_entry *uk_store_static_entry_get(__u16 libid,
						       __u64 entry_id)
{
	uk_table_foreach (store, e)
		if (e->id == entry_id && uk_libid(e->library) == libid)
			return e;
	return __NULL;
}
