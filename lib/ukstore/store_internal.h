/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Shared by the files of ukstore.
 */
#ifndef __UKSTORE_INTERNAL_H__
#define __UKSTORE_INTERNAL_H__

#include <uk/store.h>

/**
 * Calls fn(arg).
 *
 * @return what it returned; -EFAULT if it faulted. Contexts: any.
 */
int store_guarded(int (*fn)(void *arg), void *arg);

/** The object of an entry, NULL for a static one. */
static inline struct uk_store_object *
store_object(const struct uk_store_entry *e)
{
	if (UK_STORE_ENTRY_ISSTATIC(e))
		return __NULL;
	return __containerof(e, const struct uk_store_obj_entry, e)->object;
}

/* A library's name, of which the path has len bytes without "lib". */
struct store_key {
	const char *prefix; /* "lib" or "" */
	const char *library;
	__sz len;
	const char *name; /* of entry or object, up to its end or a slash */
};

/**
 * Compares "library.name" with a key, as the linker sorts sections.
 *
 * @return < 0, 0 or > 0. Contexts: any.
 */
int store_compare(const char *library, const char *name,
		  const struct store_key *key);

/* < 0, 0 or > 0, for the things with these numbers. */
typedef int (*store_compare_fn)(const void *ctx, __u32 a, __u32 b);

/** Writes 0 … count - 1 to order, sorted. Contexts: any. */
void store_sort(__u32 *order, __u32 count, store_compare_fn compare,
		const void *ctx);

/** 1 unless a trap, an interrupt or a crash is being handled. Contexts: any. */
int store_may_allocate(void);

/** Has objects brought up to date, if that can be done here. 1 if it was. */
int store_refresh(void);

#ifdef CONFIG_LIBUKALLOC
/** Finds "object/entry" of a library; key->name is that. */
int store_object_find(const struct store_key *key, struct uk_store_ref *ref);

/** The object after another one by library and name (NULL: the first), with
 * a reference, or NULL. The reference to the other one is given back.
 *
 * @param at its position; begin with 0 and pass the same variable: without
 *   changes no search is needed
 */
struct uk_store_object *store_object_next(struct uk_store_object *obj,
					  __sz *at);

void store_text_free(char *text);

/** How many objects there are. Contexts: any. */
__u64 store_object_count(void);
#else
static inline int store_object_find(const struct store_key *key __unused,
				    struct uk_store_ref *ref __unused)
{
	return -ENOENT;
}
static inline struct uk_store_object *
store_object_next(struct uk_store_object *obj __unused, __sz *at __unused)
{
	return __NULL;
}
static inline void store_text_free(char *text __unused)
{
}
#endif

/**
 * Reads a decimal number, "-1.5e3", as the bits of a double.
 *
 * @return 0; -EINVAL if it is none; -ERANGE if it has more than 19 digits, or
 *   is a whole number times a power of ten beyond 10^19 or 10^-19.
 */
int store_decimal(const char *text, __u64 *bits);

#endif /* __UKSTORE_INTERNAL_H__ */
