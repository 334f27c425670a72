/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * From values to text: collected by families (family.c), each with a name
 * (name.c), its values read and written (format.c), with numbers that every
 * reader reads back exactly (number.c, uk_double_text()).
 */
#ifndef __METRICS_INTERNAL_H__
#define __METRICS_INTERNAL_H__

#include <uk/http.h>
#include <uk/store.h>

/* --- number.c: pure ------------------------------------------------------- */

#define METRICS_NUMBER_MAX 40 /* bytes, with the end */

/* Both return the length of a terminated text. */
__sz metrics_u64(char *buf, __u64 v);

/** v * 10^-places, exactly; places is at most 18. */
__sz metrics_scaled(char *buf, __u64 v, unsigned int places);

/* --- name.c: pure --------------------------------------------------------- */

enum metrics_type {
	METRICS_GAUGE,
	METRICS_COUNTER,
	METRICS_INFO,
	METRICS_HISTOGRAM,
};

#define METRICS_NAME_MAX 256

/* What a family is called, and how its numbers are to be written. */
struct metrics_name {
	char text[METRICS_NAME_MAX]; /* without _total, _info … */
	__sz len;
	enum metrics_type type;
	const char *unit;    /* the last part of the name, or NULL */
	unsigned int places; /* the decimal point moves by so many */
};

/** Names a value. @return 0; -E2BIG if its name is too long. */
int metrics_name(struct metrics_name *n, const char *library,
		 const struct uk_store_entry *e);

/** Names of families that clash have one root: so much of a name. */
__sz metrics_root(const struct metrics_name *n);

/** Whether two families have one name, or one has a sample of the other's. */
int metrics_clash(const struct metrics_name *a, const struct metrics_name *b);

/** Letters, digits and _ of a text, _ for everything else. */
void metrics_identifier(struct uk_http_response *res, const char *s);

#define METRICS_LABEL_PREFIX "label_"

/** METRICS_LABEL_PREFIX in front of a label whose name is not its own to have
 * (object, le, what begins with __, what is no identifier), or "".
 */
const char *metrics_label_prefix(const char *name);

/** Whether two labels are written with the same name, prefix included. */
int metrics_same_label(const char *a, const char *b);

/* --- family.c ------------------------------------------------------------- */

/* A value, and the one after it in its family. Numbers are indices + 1. */
struct metrics_item {
	const struct uk_store_entry *e;
	struct uk_store_object *obj; /* held; NULL for static ones */
	__u32 next;
	__u32 holder; /* the object's first value */
	/* Of the first one of a family: */
	__u32 hash, last; /* hash: of the root of its name */
	__u32 family;	  /* the next family's first */
	__u32 after; /* the family that the value after one of this was of */
	__u32 run;   /* the first of those of the last one's object */
	/* Of an object's first: its labels as they were written, for the
	 * others; 1 if another object of its library has the same. */
	__u32 labels_len : 31, is_twin : 1;
	__sz labels_at;
};

#define METRICS_SLOTS (2 * CONFIG_LIBUKMETRICS_ENTRIES)

struct metrics_index {
	struct metrics_item items[CONFIG_LIBUKMETRICS_ENTRIES];
	/* By hash: families while they are collected, then objects by their
	 * labels. */
	__u32 slots[METRICS_SLOTS];
	__u32 count, first, last; /* items; first and last family */
	__u32 *guess;		  /* the family that the next value may be of */
	__u64 conflicts; /* values and labels left out: their names are taken */
};

/** FNV-1a (Fowler, Noll, Vo). */
__u32 metrics_hash(const char *s, __sz len);

/** The label of a value of a series, or NULL. */
static inline const struct uk_store_label *
metrics_series_label(const struct uk_store_entry *e)
{
	return e->series && e->series->label.name ? &e->series->label : __NULL;
}

/** The library of a value, without "lib". */
const char *metrics_library(const struct metrics_item *item);

/**
 * Collects all values of the store, and holds their objects.
 *
 * @return 0; -ENOSPC if there are too many
 */
int metrics_collect(struct metrics_index *ix);

/** Lets go of what was collected. */
void metrics_drop(struct metrics_index *ix);

/* --- text.c: pure --------------------------------------------------------- */

/** Writes a text: backslash, newline and, if `quote`, the quote are escaped;
 * what is not UTF-8 becomes U+FFFD.
 */
void metrics_text(struct uk_http_response *res, const char *s, int quote);

/* --- format.c ------------------------------------------------------------- */

/** Writes everything collected. @return how many values could not be read. */
__u64 metrics_write(struct uk_http_response *res, struct metrics_index *ix,
		    int openmetrics);

#endif /* __METRICS_INTERNAL_H__ */
