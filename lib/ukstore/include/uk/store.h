/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Values by name. A library publishes a value by a function that gets it, and
 * one that sets it if it may be set; nothing runs until a value is read. Names
 * and meanings are Unikraft's where Unikraft has them.
 *
 *	static int get_faults(void *cookie, __u64 *out)
 *	{
 *		*out = faults;
 *		return 0;
 *	}
 *	UK_STORE_STATIC_ENTRY(1, faults, u64, get_faults, NULL);
 *
 * is the value "ukfoo/faults" of the library ukfoo. With more about it, for
 * metrics:
 *
 *	UK_STORE_STATIC_ENTRY_INFO(1, faults, u64, get_faults, NULL,
 *		.kind = UK_STORE_COUNTER, .help = "faults caught");
 *
 * What exists several times is an object with entries of its own, such as
 * "ukalloc/heap/avail_bytes"; see uk_store_obj_alloc(). A reader needs to know
 * neither:
 *
 *	struct uk_store_ref ref;
 *	struct uk_store_value value;
 *
 *	if (!uk_store_find("ukfoo/faults", &ref)) {
 *		if (!uk_store_read(ref.entry, &value))
 *			…value.u…
 *		uk_store_ref_drop(&ref);
 *	}
 *
 * Contexts: getters run in the caller's; those of the house in any. Finding
 * and reading: any, but in a trap that hit while an object was being added or
 * freed there seem to be no objects. A getter or setter that faults ends with
 * -EFAULT instead of a crash.
 *
 * Without LIBUKSTORE entries leave nothing in the image.
 */
#ifndef __UK_STORE_H__
#define __UK_STORE_H__

#include <errno.h>
#include <uk/event.h>
#include <uk/table.h>

struct uk_alloc;
struct uk_store_object;

/* Buckets of values observed; see UK_STORE_HISTOGRAM(). */
struct uk_store_histogram {
	const __u64 *bounds; /* upper ones, inclusive, ascending */
	__u64 *counts;	     /* of each bucket; one more, for the rest */
	__u64 *sum;	     /* of all values */
	__u64 size;	     /* how many bounds */
};

/* Types: s8, u8, …, u64, uptr, charp; and beyond Unikraft dbl (double) and
 * hist (struct uk_store_histogram).
 */
enum uk_store_entry_type {
	_UK_STORE_TYPE_undef,
	_UK_STORE_TYPE_s8,
	_UK_STORE_TYPE_u8,
	_UK_STORE_TYPE_s16,
	_UK_STORE_TYPE_u16,
	_UK_STORE_TYPE_s32,
	_UK_STORE_TYPE_u32,
	_UK_STORE_TYPE_s64,
	_UK_STORE_TYPE_u64,
	_UK_STORE_TYPE_uptr,
	_UK_STORE_TYPE_charp,
	_UK_STORE_TYPE_dbl,
	_UK_STORE_TYPE_hist,
};

#define UK_STORE_ENTRY_TYPE(type) _UK_STORE_TYPE_##type

/* The types by their C type, for what is the same for each. */
#define _UK_STORE_NUMBERS(X) \
	X(s8, __s8)          \
	X(u8, __u8)          \
	X(s16, __s16)        \
	X(u16, __u16)        \
	X(s32, __s32) X(u32, __u32) X(s64, __s64) X(u64, __u64) X(uptr, __uptr)

/*
 * Functions get the object's cookie, NULL for static entries, and return 0 or
 * a negative errno. A charp is allocated from the default allocator and then
 * the reader's, unless the entry has UK_STORE_ENTRY_FLAG_CONST. A double is
 * passed by pointer: code of the house has no vector registers.
 */
#define _UK_STORE_FUNCS(name, ctype)                                  \
	typedef int (*uk_store_get_##name##_func_t)(void *, ctype *); \
	typedef int (*uk_store_set_##name##_func_t)(void *, ctype);
_UK_STORE_NUMBERS(_UK_STORE_FUNCS)
typedef int (*uk_store_get_charp_func_t)(void *, char **);
typedef int (*uk_store_set_charp_func_t)(void *, const char *);
typedef int (*uk_store_get_dbl_func_t)(void *, double *);
typedef int (*uk_store_set_dbl_func_t)(void *, const double *);
typedef int (*uk_store_get_hist_func_t)(void *,
					const struct uk_store_histogram **);

/* What a value is for those who collect them. */
enum uk_store_kind {
	UK_STORE_GAUGE,	  /* goes up and down */
	UK_STORE_COUNTER, /* only grows, from 0 at boot */
	UK_STORE_INFO,	  /* a text about the guest */
};

/* A label of metrics: it distinguishes objects, or values of a series.
 */
struct uk_store_label {
	const char *name; /* letters, digits, _; no digit first */
	const char *value;
};

/*
 * Entries of a library that are one metric, distinguished by a label:
 * uktrap/page_fault is vitrine_uktrap_traps_total{event="page_fault"}. Texts
 * of a series are the labels of one value.
 */
struct uk_store_series {
	const char *metric;	     /* its name, in place of "library_entry" */
	const char *help;	     /* one line */
	struct uk_store_label label; /* name NULL: none */
};

/** For .series: UK_STORE_SERIES("ukfoo_faults", "faults by sort", "sort", "x")
 */
#define UK_STORE_SERIES(metric, help, label, value) \
	(&(const struct uk_store_series){           \
		(metric), (help), { (label), (value) } })

#define _UK_STORE_GET_MEMBER(name, ctype) uk_store_get_##name##_func_t name;
#define _UK_STORE_SET_MEMBER(name, ctype) uk_store_set_##name##_func_t name;

struct uk_store_entry {
	union {
		_UK_STORE_NUMBERS(_UK_STORE_GET_MEMBER)
		uk_store_get_charp_func_t charp;
		uk_store_get_dbl_func_t dbl;
		uk_store_get_hist_func_t hist;
	} get; /* or NULL: cannot be read */
	union {
		_UK_STORE_NUMBERS(_UK_STORE_SET_MEMBER)
		uk_store_set_charp_func_t charp;
		uk_store_set_dbl_func_t dbl;
		void *hist;
	} set;	  /* or NULL: cannot be set */
	__u64 id; /* unique in the library, or in the object */
	const char *name;
	int flags;
	enum uk_store_entry_type type;
	/* Optional: */
	const char *unit; /* "bytes", "seconds"; in metrics part of the name */
	const char *help; /* one line */
	__u64 kind;	  /* enum uk_store_kind */
	__u64 max;	  /* of what may be set, 0: what the type holds */
	const struct uk_store_series *series; /* or NULL: a metric of its own */
	const char *library;		      /* static ones: "libukfoo" */
};

/** 1 if an entry has a getter; without one it can only be set. */
static inline int uk_store_readable(const struct uk_store_entry *e)
{
	return e->get.u64 != __NULL;
}

/* Flags: */
#define UK_STORE_ENTRY_FLAG_CONST 2 /* a charp is constant: not to be freed */
#define UK_STORE_ENTRY_FLAG_CRASH 4 /* static: a crash screen shows it */

#define UK_STORE_ENTRY_ISSTATIC(entry) ((entry)->library != __NULL)

/*
 * A static entry, at file scope: value "library/entry" of the library that it
 * is compiled in. The linker sorts the table by that path.
 *
 * eid: unique in the library, or the build fails; name: an identifier,
 * likewise; etype: s8 … charp, dbl, hist; eget, eset: functions, or NULL.
 */
#define UK_STORE_STATIC_ENTRY(eid, ename, etype, eget, eset) \
	_UK_STORE_STATIC(eid, ename, etype, eget, eset, )

/** The same with .kind, .unit, .help, .max, .series, .flags after it. */
#define UK_STORE_STATIC_ENTRY_INFO(eid, ename, etype, eget, eset, ...) \
	_UK_STORE_STATIC(eid, ename, etype, eget, eset, __VA_ARGS__)

#define _UK_STORE_INIT(eid, ename, etype, eget, eset, ...)              \
	.id = (eid), .name = ename, .type = UK_STORE_ENTRY_TYPE(etype), \
	.get.etype = (eget), .set.etype = (eset), ##__VA_ARGS__

#ifdef CONFIG_LIBUKSTORE
#define _UK_STORE_ATTR(ename) \
	__used __section(".uk_tab.store.5." __LIBNAME__ "." #ename) __aligned(8)
#else
#define _UK_STORE_ATTR(ename) __unused
#endif

#define _UK_STORE_STATIC(eid, ename, etype, eget, eset, ...)                  \
	static const struct uk_store_entry _UK_STORE_ATTR(ename)              \
		uk_store_entry_##ename = { .library = __LIBNAME__,            \
					   _UK_STORE_INIT(eid, #ename, etype, \
							  eget, eset,         \
							  __VA_ARGS__) }

/** An element of the NULL-terminated array for uk_store_obj_alloc(). */
#define UK_STORE_ENTRY(eid, ename, etype, eget, eset) \
	(&(const struct uk_store_entry){              \
		_UK_STORE_INIT(eid, #ename, etype, eget, eset) })

#define UK_STORE_ENTRY_INFO(eid, ename, etype, eget, eset, ...) \
	(&(const struct uk_store_entry){                        \
		_UK_STORE_INIT(eid, #ename, etype, eget, eset, __VA_ARGS__) })

UK_TABLE_DECLARE(store, struct uk_store_entry);

/* --- histograms ---------------------------------------------------------- */

/**
 * Defines a static histogram with its upper bounds, at file scope:
 * UK_STORE_HISTOGRAM(latency, 1000, 10000, 100000);
 */
#define UK_STORE_HISTOGRAM(hname, ...)                               \
	static const __u64 hname##_bounds[] = { __VA_ARGS__ };       \
	static __u64 hname##_counts[ARRAY_SIZE(hname##_bounds) + 1]; \
	static __u64 hname##_sum;                                    \
	static const struct uk_store_histogram hname = {             \
		hname##_bounds, hname##_counts, &hname##_sum,        \
		ARRAY_SIZE(hname##_bounds)                           \
	}

#ifdef CONFIG_LIBUKSTORE
/** Counts a value: a search over the bounds and two additions. Any context. */
void uk_store_observe(const struct uk_store_histogram *h, __u64 value);

/**
 * How many values were at most bounds[idx]; all of them for idx == size. Any
 * context; values that come meanwhile may be in one number and not the other.
 */
__u64 uk_store_cumulative(const struct uk_store_histogram *h, __u64 idx);

/* --- reading and setting ------------------------------------------------- */

/* A value of any type. */
struct uk_store_value {
	enum uk_store_entry_type type; /* s64, u64, charp, dbl or hist */
	union {
		__s64 s; /* s8 … s64 */
		__u64 u; /* u8 … u64, uptr */
		char *text;
		__u64 dbl; /* the bits of a double */
		const struct uk_store_histogram *hist;
	};
};

/**
 * Gets a value.
 *
 * @param entry of a static entry, or of an object that the caller holds
 * @return 0; -ENOTSUP without getter; -ENODEV if its object was removed;
 *   -EFAULT if the getter faults; its negative errno. A text is the caller's
 *   then, see uk_store_value_free().
 */
int uk_store_read(const struct uk_store_entry *entry,
		  struct uk_store_value *value);

/** Frees the text of a value, if it has one that is to be freed. */
void uk_store_value_free(const struct uk_store_entry *entry,
			 struct uk_store_value *value);

/**
 * Gets a value as another number type.
 *
 * @return 0; as uk_store_read(); -ERANGE if it does not fit; -EINVAL if one of
 *   the two is not a number.
 */
#define uk_store_get_value(entry, outtype, out) \
	_uk_store_get_##outtype((entry), (out))

/**
 * Sets a value of any number type, if it is in the range of the entry's.
 *
 * @return 0; -ENOTSUP without setter; -ERANGE if it is out of range; -EINVAL
 *   if one of the two is not a number; -EFAULT if the setter faults; its
 *   negative errno.
 */
#define uk_store_set_value(entry, intype, in) \
	_uk_store_set_##intype((entry), (in))

#define _UK_STORE_ACCESS(name, ctype)                                     \
	int _uk_store_get_##name(const struct uk_store_entry *, ctype *); \
	int _uk_store_set_##name(const struct uk_store_entry *, ctype);
_UK_STORE_NUMBERS(_UK_STORE_ACCESS)
int _uk_store_get_charp(const struct uk_store_entry *entry, char **out);
int _uk_store_set_charp(const struct uk_store_entry *entry, const char *in);
int _uk_store_get_dbl(const struct uk_store_entry *entry, double *out);
int _uk_store_set_dbl(const struct uk_store_entry *entry, const double *in);

/**
 * Gets a value as text, cut to fit and terminated: numbers decimal, doubles
 * with 17 digits, histograms as "count sum".
 *
 * @return its length if it was not cut; as uk_store_read().
 */
int uk_store_get_text(const struct uk_store_entry *entry, char *buf, __sz len);

/**
 * Sets a value from text: a number is decimal, a double may have a point and a
 * power of ten and has 19 digits at most.
 *
 * @param why receives what is wrong, in words, if the result is not 0; may be
 *   NULL if len is 0
 * @return as uk_store_set_value(); -EINVAL if it is not a number.
 */
int uk_store_set_text(const struct uk_store_entry *entry, const char *text,
		      char *why, __sz len);

/* Getters that failed and that faulted since boot. Any context. */
struct uk_store_stats {
	__u64 reads, failed, faulted;
};
extern struct uk_store_stats uk_store_stats;

/* --- finding ------------------------------------------------------------- */

/* An entry, and the object that it holds, if any. */
struct uk_store_ref {
	const struct uk_store_entry *entry;
	struct uk_store_object *object; /* NULL: static */
};

/*
 * Objects of short life may be created when the store is read, so that they
 * cost nothing before: a handler of this event, which is raised before a walk
 * and when an object is not found, adds those that are new and removes those
 * that are gone. Handlers run in init or thread context, one caller at a time;
 * a reader in a trap, an interrupt or a crash finds the objects of the last
 * walk.
 */
UK_EVENT_DECLARE(UK_STORE_EVENT_REFRESH);

/**
 * Finds a value by its path, "library/entry" or "library/object/entry", in
 * O(log n).
 *
 * @param ref holds the object until uk_store_ref_drop()
 * @return 0 or -ENOENT.
 */
int uk_store_find(const char *path, struct uk_store_ref *ref);
void uk_store_ref_drop(struct uk_store_ref *ref);

/**
 * Calls visit for every value, static ones first, by path. Objects that come
 * and go meanwhile may be left out.
 *
 * @return 0, or what visit returned if that was not 0, which ends the walk.
 */
int uk_store_foreach(int (*visit)(const struct uk_store_ref *ref, void *arg),
		     void *arg);

/** Writes a value's path, cut to fit; returns its whole length. */
int uk_store_path(const struct uk_store_ref *ref, char *buf, __sz len);

/** The name of the library of a static entry, without "lib". */
const char *uk_store_library(const char *libname);

/** A library's number, made of its name. */
__u16 uk_libid(const char *libname);
#define uk_libid_self() uk_libid(__LIBNAME__)

/**
 * A static entry by library and id, in O(n): readers use paths, which are found
 * in O(log n). Contexts: any.
 *
 * @return NULL if there is none.
 */
const struct uk_store_entry *uk_store_static_entry_get(__u16 libid,
						       __u64 entry_id);

/* --- objects (with ukalloc) ---------------------------------------------- */

/*
 * An object and its entries. It is its owner's until released; who acquires
 * it may read it until they release it, also after its removal: entries of
 * a removed object fail with -ENODEV, and its cookie is not used any more.
 */
struct uk_store_object {
	__u64 id;	     /* unique among the library's objects */
	const char *name;    /* the same */
	const char *library; /* set by uk_store_obj_add() */
	void *cookie;	     /* the owner's, for getters and setters */
	const struct uk_store_label *labels; /* ended by name NULL; or NULL */
	int refcount;
	__u16 libid; /* uk_libid(library) */
	__u8 removed;
	struct uk_alloc *a;
	__sz count;
	const __u32 *by_id; /* indices of entries */
	struct uk_store_obj_entry {
		struct uk_store_entry e;
		struct uk_store_object *object;
	} entries[]; /* by name */
};

/* Data of the events, which are raised in the caller's context. */
struct uk_store_event_data {
	__u16 library_id;
	__u64 object_id;
};
UK_EVENT_DECLARE(UK_STORE_EVENT_CREATE_OBJECT);
UK_EVENT_DECLARE(UK_STORE_EVENT_RELEASE_OBJECT);

/**
 * Makes an object; name and entries are copied, texts in entries are not.
 *
 * @return the object; NULL without memory (Unikraft: an error pointer), or if
 *   two entries have one id or one name, which is logged.
 *   Contexts: init, thread.
 */
struct uk_store_object *
uk_store_obj_alloc(struct uk_alloc *a, __u64 id, const char *name,
		   const struct uk_store_entry *entries[], void *cookie);

/**
 * The same with labels, which never change then.
 *
 * @param labels ended by name NULL; or NULL: none. A value NULL is the object's
 *   name, so that a library says what its objects are called in metrics, such
 *   as heap="…"; an object without such a label is object="…". They and their
 *   texts are copied: a reader may hold the object when its owner has gone.
 */
struct uk_store_object *
uk_store_obj_alloc_labels(struct uk_alloc *a, __u64 id, const char *name,
			  const struct uk_store_entry *entries[],
			  const struct uk_store_label *labels, void *cookie);

/**
 * Publishes an object under the calling library and raises
 * UK_STORE_EVENT_CREATE_OBJECT.
 *
 * @return 0; -EEXIST if the library has one of that name or id; -ENOMEM.
 *   Contexts: init, thread.
 */
#define uk_store_obj_add(obj) _uk_store_obj_add(__LIBNAME__, (obj))
int _uk_store_obj_add(const char *libname, struct uk_store_object *obj);

/**
 * Makes an object of the default allocator and publishes it under the calling
 * library: the two calls above.
 *
 * @return the object, which uk_store_obj_remove() takes out; NULL without
 *   memory, or if the library has one of that name or id. Contexts: init,
 *   thread.
 */
#define uk_store_obj_publish(id, name, entries, labels, cookie)               \
	_uk_store_obj_publish(__LIBNAME__, (id), (name), (entries), (labels), \
			      (cookie))
struct uk_store_object *
_uk_store_obj_publish(const char *libname, __u64 id, const char *name,
		      const struct uk_store_entry *entries[],
		      const struct uk_store_label *labels, void *cookie);

/**
 * For the owner: takes an object out of the store, raises
 * UK_STORE_EVENT_RELEASE_OBJECT and releases it. From then on no getter of it
 * begins. Contexts: thread; not while a getter of it runs in another thread.
 */
void uk_store_obj_remove(struct uk_store_object *obj);

/** Takes a reference, in O(log n); NULL if there is none (any more).
 * Contexts: any.
 */
struct uk_store_object *uk_store_obj_acquire(__u16 library_id, __u64 object_id);

/** Gives a reference back; the last one frees. Contexts: init, thread. */
void uk_store_obj_release(struct uk_store_object *obj);

/** An object's entry by id, in O(log n); NULL if it has none. Contexts: any. */
const struct uk_store_entry *uk_store_obj_entry_get(struct uk_store_object *obj,
						    __u64 entry_id);
#else
static inline void uk_store_observe(const struct uk_store_histogram *h __unused,
				    __u64 value __unused)
{
}
#endif

#endif /* __UK_STORE_H__ */
