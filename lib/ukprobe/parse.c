/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Definitions of probes: words that a client or a user has sent. Nothing of
 * them is trusted; expressions are looked at when they are evaluated.
 */
#include <stdint.h>
#include <string.h>
#include <uk/cmd.h>
#include <uk/plat/image.h>
#include <uk/snprintf.h>
#include <uk/symtab.h>
#include "probe_internal.h"

const char *const probe_kind_names[PROBE_KINDS] = {
	[PROBE_LAST] = "last", [PROBE_SUM] = "sum",   [PROBE_MIN] = "min",
	[PROBE_MAX] = "max",   [PROBE_HIST] = "hist",
};

/* What a definition is read into. */
struct parser {
	struct probe *p;
	char *why;
	__sz len;
};

int probe_refuse(int rc, char *why, __sz len, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)uk_vsnprintf(why, len, fmt, ap);
	va_end(ap);
	return rc;
}

#define REFUSE(parser, ...) \
	probe_refuse(-EINVAL, (parser)->why, (parser)->len, __VA_ARGS__)

static int is_name_char(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
	       c == '_';
}

/* A name up to `end`, or that ends with the text. */
static int name(struct parser *r, const char *text, const char *end, char *to)
{
	__sz len = end ? (__sz)(end - text) : strlen(text);

	for (__sz i = 0; i < len; i++)
		if (!is_name_char(text[i]))
			return REFUSE(r, "%s: names are letters, digits and _",
				      text);
	if (!len || len >= PROBE_NAME_MAX || (text[0] >= '0' && text[0] <= '9'))
		return REFUSE(r,
			      "%s: a name has 1 to %d letters, digits and "
			      "_, and begins with no digit",
			      text, PROBE_NAME_MAX - 1);
	memcpy(to, text, len);
	to[len] = '\0';
	return 0;
}

/* NUMBER, NAME or NAME+NUMBER. */
static int address(struct parser *r, const char *text)
{
	char function[UK_SYMBOL_NAME_MAX];
	const char *plus = strchr(text, '+');
	__sz len = plus ? (__sz)(plus - text) : strlen(text);
	struct uk_symbol sym;
	__u64 offset = 0;

	if (!uk_cmd_number(text, &r->p->addr))
		return 0;
	if (plus && uk_cmd_number(plus + 1, &offset))
		return REFUSE(r, "%s: write a number behind the +", text);
	if (len >= sizeof(function))
		return REFUSE(r, "%s: the name is too long", text);
	memcpy(function, text, len);
	function[len] = '\0';
	if (uk_symbol_lookup(function, &sym))
		return REFUSE(r,
			      "%s: the image has no such function; write an "
			      "address",
			      text);
	r->p->addr = sym.start + offset;
	return 0;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Hexadecimal digits, up to a comma or the end, which *text is moved to. */
static int code(struct parser *r, const char **text, struct probe_code *c)
{
	struct probe *p = r->p;
	const char *at = *text;

	c->at = p->code_used;
	for (; *at && *at != ','; at += 2) {
		int high = digit(at[0]), low = high < 0 ? -1 : digit(at[1]);

		if (low < 0)
			return REFUSE(r,
				      "%s: an expression is pairs of "
				      "hexadecimal digits",
				      *text);
		if (p->code_used == sizeof(p->code))
			return REFUSE(r,
				      "the expressions have more than %d "
				      "bytes (LIBUKPROBE_CODE)",
				      CONFIG_LIBUKPROBE_CODE);
		p->code[p->code_used++] = (__u8)(high << 4 | low);
	}
	c->len = p->code_used - c->at;
	if (!c->len)
		return REFUSE(r, "an expression is empty");
	*text = at;
	return 0;
}

/* ",BOUND,BOUND..." */
static int bounds(struct parser *r, const char *text, struct probe_value *v)
{
	char number[24];
	__u64 n = 0;

	while (*text == ',') {
		const char *end = strchr(++text, ',');
		__sz len = end ? (__sz)(end - text) : strlen(text);

		if (n == PROBE_BOUNDS || len >= sizeof(number))
			return REFUSE(r,
				      "%s: a histogram has %d bounds at most",
				      v->name, PROBE_BOUNDS);
		memcpy(number, text, len);
		number[len] = '\0';
		if (uk_cmd_number(number, &v->bounds[n]) ||
		    (n && v->bounds[n] <= v->bounds[n - 1]))
			return REFUSE(r, "%s: bounds are numbers that ascend",
				      v->name);
		n++;
		text += len;
	}
	if (!n)
		for (; n < PROBE_BOUNDS; n++)
			v->bounds[n] = 1UL << n;
	v->hist.size = n;
	v->hist.bounds = v->bounds;
	v->hist.counts = v->counts;
	v->hist.sum = &v->sum;
	return 0;
}

/* "KIND,CODE..." behind "NAME=" */
static int value(struct parser *r, const char *word, const char *text)
{
	struct probe *p = r->p;
	struct probe_value *v = &p->values[p->n_values];
	const char *comma = strchr(text, ',');
	int rc, kind = 0;

	if (p->n_values == PROBE_VALUES)
		return REFUSE(r, "a probe has %d values at most", PROBE_VALUES);
	rc = name(r, word, text - 1, v->name);
	if (rc)
		return rc;
	if (!strcmp(v->name, "hits") || !strcmp(v->name, "errors") ||
	    !strcmp(v->name, "missed"))
		return REFUSE(r, "%s: each probe has that; choose another name",
			      v->name);
	while (kind < PROBE_KINDS &&
	       (!comma ||
		strlen(probe_kind_names[kind]) != (__sz)(comma - text) ||
		memcmp(probe_kind_names[kind], text, comma - text)))
		kind++;
	if (kind == PROBE_KINDS)
		return REFUSE(r,
			      "%s: write last, sum, min, max or hist, a comma, "
			      "and an expression",
			      word);
	v->kind = (enum probe_kind)kind;
	v->value = kind == PROBE_MIN   ? INT64_MAX
		   : kind == PROBE_MAX ? INT64_MIN
				       : 0;
	text = comma + 1;
	rc = code(r, &text, &v->code);
	if (!rc && kind == PROBE_HIST)
		rc = bounds(r, text, v);
	else if (!rc && *text)
		rc = REFUSE(r, "%s: only a histogram has bounds", v->name);
	for (unsigned int i = 0; !rc && i < p->n_values; i++)
		if (!strcmp(p->values[i].name, v->name))
			rc = REFUSE(r, "%s: two values have that name",
				    v->name);
	p->n_values += !rc;
	return rc;
}

static int image(struct parser *r, const char *id)
{
	char own[UK_BUILD_ID_MAX];

	uk_image_build_id(own);
	return strcmp(own, id)
		       ? probe_refuse(-ESRCH, r->why, r->len,
				      "it is for another image: the guest runs "
				      "build-id %s",
				      own)
		       : 0;
}

static int word(struct parser *r, const char *word)
{
	const char *text = strchr(word, '=');
	int rc;

	if (!text)
		return REFUSE(r, "%s: write if=CODE or VALUE=KIND,CODE", word);
	text++;
	if (!strncmp(word, "image=", 6))
		return image(r, text);
	if (strncmp(word, "if=", 3))
		return value(r, word, text);
	if (r->p->condition.len)
		return REFUSE(r, "there are two conditions");
	rc = code(r, &text, &r->p->condition);
	return !rc && *text ? REFUSE(r, "a condition is one expression") : rc;
}

int probe_parse(struct probe *p, int argc, char *const *argv, char *why,
		__sz len)
{
	struct parser r = { p, why, len };
	int rc;

	if (argc < 2)
		return REFUSE(&r, "write a name and an address");
	/* Else it is a probe of that name, in a function of that name. */
	if (argc > 2 && !strcmp(argv[0], "probe") && !strcmp(argv[1], "add") &&
	    !strchr(argv[2], '='))
		return REFUSE(&r, "leave out `probe add`: a definition begins "
				  "with the probe's name");
	rc = name(&r, argv[0], __NULL, p->name);
	if (!rc)
		rc = address(&r, argv[1]);
	for (int i = 2; !rc && i < argc; i++)
		rc = word(&r, argv[i]);
	return rc;
}
