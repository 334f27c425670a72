/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The dictionary of names, by byte pair encoding: as long as it saves more
 * than it costs, the most frequent pair of codes becomes a code. Ties go to
 * the lower pair, so that the result depends on the names only.
 */
#include <stdlib.h>
#include <string.h>

#include "encode.h"

#define END 0 /* the NUL of a name, as a literal */
#define CODES 256
/* A pair costs two bytes of dictionary; less gain is not worth its code */
#define GAIN_MIN 3
/* The decoder's stack allows 32 */
#define DEPTH_MAX 24

void dictionary_add(struct dictionary *d, const char *name)
{
	size_t n = strlen(name) + 1, i;

	d->text = realloc(d->text, (d->len + n) * sizeof(*d->text));
	if (!d->text)
		fatal("out of memory");
	for (i = 0; i < n; i++)
		d->text[d->len++] = (uint8_t)name[i];
}

/* A code while training; literals are numbered as they are met. */
struct code {
	int literal; /* the character, -1: a pair */
	unsigned int first;
	unsigned int second;
	unsigned int depth;
	int ends; /* its expansion ends a name */
};

struct training {
	struct code codes[CODES];
	unsigned int ncodes;
	uint32_t counts[CODES][CODES];
};

/* Replaces the characters of the text by codes of their own. */
static void literals(struct dictionary *d, struct training *t)
{
	int code_of[256];
	size_t i;
	int c;

	memset(code_of, -1, sizeof(code_of));
	for (i = 0; i < d->len; i++)
		code_of[d->text[i]] = 0;
	for (c = 0; c < 256; c++) {
		if (code_of[c] < 0)
			continue;
		code_of[c] = (int)t->ncodes;
		t->codes[t->ncodes++] =
			(struct code){ .literal = c, .ends = c == END };
	}
	for (i = 0; i < d->len; i++)
		d->text[i] = (uint16_t)code_of[d->text[i]];
}

/* Counts pairs within names; of "aaa" the middle one counts once. */
static void count_pairs(const struct dictionary *d, struct training *t)
{
	size_t i;

	memset(t->counts, 0, sizeof(t->counts));
	for (i = 0; i + 1 < d->len; i++) {
		if (t->codes[d->text[i]].ends)
			continue;
		t->counts[d->text[i]][d->text[i + 1]]++;
		if (i + 2 < d->len && d->text[i] == d->text[i + 1] &&
		    d->text[i] == d->text[i + 2])
			i++;
	}
}

static uint32_t best_pair(const struct training *t, unsigned int *first,
			  unsigned int *second)
{
	uint32_t best = 0;
	unsigned int a, b;

	for (a = 0; a < t->ncodes; a++) {
		if (t->codes[a].depth >= DEPTH_MAX)
			continue;
		for (b = 0; b < t->ncodes; b++) {
			if (t->counts[a][b] <= best ||
			    t->codes[b].depth >= DEPTH_MAX)
				continue;
			best = t->counts[a][b];
			*first = a;
			*second = b;
		}
	}
	return best;
}

static void replace_pair(struct dictionary *d, unsigned int first,
			 unsigned int second, unsigned int code)
{
	size_t from, to = 0;

	for (from = 0; from < d->len; from++) {
		if (from + 1 < d->len && d->text[from] == first &&
		    d->text[from + 1] == second) {
			d->text[to++] = (uint16_t)code;
			from++;
		} else {
			d->text[to++] = d->text[from];
		}
	}
	d->len = to;
}

static void pairs(struct dictionary *d, struct training *t)
{
	unsigned int first = 0, second = 0, da, db;

	while (t->ncodes < CODES) {
		count_pairs(d, t);
		if (best_pair(t, &first, &second) < GAIN_MIN)
			break;
		da = t->codes[first].depth;
		db = t->codes[second].depth;
		t->codes[t->ncodes] = (struct code){
			.literal = -1,
			.first = first,
			.second = second,
			.depth = 1 + (da > db ? da : db),
			.ends = t->codes[second].ends,
		};
		replace_pair(d, first, second, t->ncodes++);
	}
}

/* Renumbers: literals, pairs, pairs that end a name, the end itself. */
static void renumber(struct dictionary *d, const struct training *t)
{
	unsigned int map[CODES], n = 0, i, pass;
	const struct code *c;
	size_t k;

	for (pass = 0; pass < 4; pass++) {
		if (pass == 2)
			d->first_end = n;
		for (i = 0; i < t->ncodes; i++) {
			c = &t->codes[i];
			if (pass != (c->literal == END ? 3u
				     : c->literal >= 0 ? 0u
				     : c->ends	       ? 2u
						       : 1u))
				continue;
			map[i] = n++;
			if (pass == 0)
				d->literals[d->nliterals++] =
					(uint8_t)c->literal;
		}
	}
	for (i = 0; i < t->ncodes; i++) {
		c = &t->codes[i];
		if (c->literal >= 0)
			continue;
		d->pairs[map[i] - d->nliterals][0] = (uint8_t)map[c->first];
		d->pairs[map[i] - d->nliterals][1] = (uint8_t)map[c->second];
		d->npairs++;
	}
	for (k = 0; k < d->len; k++)
		d->text[k] = (uint16_t)map[d->text[k]];
}

void dictionary_train(struct dictionary *d)
{
	struct training *t = xcalloc(1, sizeof(*t));

	literals(d, t);
	pairs(d, t);
	renumber(d, t);
	free(t);
}

void dictionary_put(struct dictionary *d, struct buf *b)
{
	unsigned int code;

	do {
		if (d->next >= d->len)
			fatal("internal error: more names than were added");
		code = d->text[d->next++];
		buf_u8(b, code);
	} while (code < d->first_end);
}

void encode_names(const struct dictionary *d, struct table *t)
{
	buf_u8(&t->bytes, d->nliterals);
	buf_u8(&t->bytes, d->npairs);
	buf_u8(&t->bytes, d->first_end);
	buf_bytes(&t->bytes, d->literals, d->nliterals);
	buf_bytes(&t->bytes, d->pairs, d->npairs * 2);
	t->count = t->records = d->nliterals + d->npairs + 1;
	t->dictionary = t->bytes.len;
}
