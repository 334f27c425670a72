/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * vitrine_<library>_<entry>_<unit>, or vitrine_<series>_<unit>, without
 * doubling what the entry's name already contains. Times and percents are in
 * Prometheus' base units, by moving the decimal point: an entry in nanoseconds
 * is named seconds.
 */
#include <string.h>
#include "metrics_internal.h"

/* What the names of a family's samples end in, besides its own name. */
static const struct {
	const char *ending;
	enum metrics_type type;
} samples[] = {
	{ "_total", METRICS_COUNTER },	  { "_info", METRICS_INFO },
	{ "_bucket", METRICS_HISTOGRAM }, { "_sum", METRICS_HISTOGRAM },
	{ "_count", METRICS_HISTOGRAM },
};

static const struct {
	const char *unit, *base;
	unsigned int places;
} bases[] = {
	{ "nanoseconds", "seconds", 9 },
	{ "microseconds", "seconds", 6 },
	{ "milliseconds", "seconds", 3 },
	{ "percent", "ratio", 2 },
};

static int is_part(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

void metrics_identifier(struct uk_http_response *res, const char *s)
{
	__sz at = res->len;

	uk_http_puts(res, s);
	for (; !res->full && at < res->len; at++)
		if (!is_part(res->body[at]))
			res->body[at] = '_';
}

/* A character of an identifier. */
static char part(char c)
{
	return c && !is_part(c) ? '_' : c;
}

static int same(const char *a, const char *b)
{
	while (*a && part(*a) == part(*b))
		a++, b++;
	return part(*a) == part(*b);
}

const char *metrics_label_prefix(const char *name)
{
	return !*name || (*name >= '0' && *name <= '9') ||
			       (part(name[0]) == '_' && part(name[1]) == '_') ||
			       same(name, "object") || same(name, "le")
		       ? METRICS_LABEL_PREFIX
		       : "";
}

/* Behind the prefix, if a text begins with it. */
static const char *behind_prefix(const char *s)
{
	for (const char *p = METRICS_LABEL_PREFIX; *p; p++, s++)
		if (part(*s) != *p)
			return __NULL;
	return s;
}

int metrics_same_label(const char *a, const char *b)
{
	int a_has = *metrics_label_prefix(a), b_has = *metrics_label_prefix(b);

	if (a_has && !b_has)
		b = behind_prefix(b);
	else if (b_has && !a_has)
		a = behind_prefix(a);
	return a && b && same(a, b);
}

static int append(struct metrics_name *n, const char *s)
{
	for (; *s && n->len < METRICS_NAME_MAX - 1; s++)
		n->text[n->len++] = is_part(*s) ? *s : '_';
	n->text[n->len] = '\0';
	return *s ? -E2BIG : 0;
}

/* Takes _suffix off the end, as far as something stays in front of it. */
static void strip(struct metrics_name *n, __sz from, const char *suffix)
{
	__sz len = strlen(suffix) + 1;

	if (n->len < from + len || n->text[n->len - len] != '_' ||
	    strcmp(n->text + n->len - len + 1, suffix) != 0)
		return;
	n->len -= len;
	n->text[n->len] = '\0';
}

static enum metrics_type type_of(const struct uk_store_entry *e)
{
	if (e->type == _UK_STORE_TYPE_charp || e->kind == UK_STORE_INFO)
		return METRICS_INFO;
	if (e->type == _UK_STORE_TYPE_hist)
		return METRICS_HISTOGRAM;
	return e->kind == UK_STORE_COUNTER ? METRICS_COUNTER : METRICS_GAUGE;
}

static void set_unit(struct metrics_name *n, const struct uk_store_entry *e)
{
	n->unit = e->unit && *e->unit && n->type != METRICS_INFO ? e->unit
								 : __NULL;
	n->places = 0;
	for (unsigned int i = 0; n->unit && i < ARRAY_SIZE(bases); i++)
		if (!strcmp(n->unit, bases[i].unit) &&
		    e->type != _UK_STORE_TYPE_dbl) {
			n->unit = bases[i].base;
			n->places = bases[i].places;
		}
}

int metrics_name(struct metrics_name *n, const char *library,
		 const struct uk_store_entry *e)
{
	__sz from;

	n->len = 0;
	n->type = type_of(e);
	set_unit(n, e);
	if (append(n, "vitrine_") ||
	    (!e->series && (append(n, library) || append(n, "_"))))
		return -E2BIG;
	from = n->len - 1;
	if (append(n, e->series ? e->series->metric : e->name))
		return -E2BIG;
	if (n->type == METRICS_COUNTER)
		strip(n, from, "total");
	if (n->type == METRICS_INFO)
		strip(n, from, "info");
	if (!n->unit)
		return 0;
	strip(n, from, e->unit);
	strip(n, from, n->unit);
	if (n->text[n->len - 1] != '_' && append(n, "_"))
		return -E2BIG;
	return append(n, n->unit);
}

/* The length of the ending of a name, 0 if it has none of these. */
static __sz ending_of(const char *text, __sz len)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(samples); i++) {
		__sz n = strlen(samples[i].ending);

		if (len > n && !memcmp(text + len - n, samples[i].ending, n))
			return n;
	}
	return 0;
}

__sz metrics_root(const struct metrics_name *n)
{
	__sz len = n->len, ending;

	while ((ending = ending_of(n->text, len)))
		len -= ending;
	return len;
}

/* Whether a family is called what a sample of another one is. */
static int is_sample_of(const char *text, const struct metrics_name *family)
{
	if (strncmp(text, family->text, family->len))
		return 0;
	text += family->len;
	for (unsigned int i = 0; i < ARRAY_SIZE(samples); i++)
		if (family->type == samples[i].type &&
		    !strcmp(text, samples[i].ending))
			return 1;
	return 0;
}

int metrics_clash(const struct metrics_name *a, const struct metrics_name *b)
{
	return !strcmp(a->text, b->text) || is_sample_of(a->text, b) ||
	       is_sample_of(b->text, a);
}
