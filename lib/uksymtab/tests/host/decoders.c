/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The decoders on tables of the fixture, whole and damaged:
 *
 *     decoders BLOB...
 *
 * What the tables say is compared with binutils by compare.py; here it is the
 * edges of the interface, and that no damage makes a decoder read outside the
 * blob (the address sanitizer's business), run away or leave a string open.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "blob_file.h"

static const char *const *blobs;
static size_t nblobs;

/* A blob, and addresses worth asking for. */
struct sample {
	unsigned char *data;
	size_t size;
	unsigned long addr[64];
	size_t naddr;
};

static int collect(const struct uk_symbol *s, void *arg)
{
	struct sample *sample = arg;

	if (sample->naddr + 2 <= 64) {
		sample->addr[sample->naddr++] = s->start;
		sample->addr[sample->naddr++] = s->start + s->size / 2;
	}
	return 0;
}

static struct sample sample_load(const char *path)
{
	struct sample s = { 0 };

	s.data = blob_read(path, &s.size);
	blob_use(s.data, s.size);
	assert_int_equal(uk_symtab_foreach(collect, &s), 0);
	assert_true(s.naddr >= 20);
	return s;
}

static void expect_status(int rc)
{
	assert_true(rc == 0 || rc == -ENOENT || rc == -EINVAL);
}

static void expect_closed(const char *s, size_t max)
{
	assert_non_null(memchr(s, 0, max));
}

/* Asks everything about an address; whatever comes back must be well formed. */
static void ask(unsigned long addr)
{
	struct uk_inline_frame frame;
	struct uk_unwind_rule rule;
	struct uk_source_loc loc;
	struct uk_symbol sym;
	unsigned int depth;
	int rc;

	rc = uk_resolve_symbol(addr, &sym);
	expect_status(rc);
	if (!rc)
		expect_closed(sym.name, sizeof(sym.name));
	rc = uk_resolve_line(addr, &loc);
	expect_status(rc);
	if (!rc)
		expect_closed(loc.file, sizeof(loc.file));
	for (depth = 0; depth < 70; depth++) {
		rc = uk_resolve_inline(addr, depth, &frame);
		expect_status(rc);
		if (rc)
			break;
		expect_closed(frame.function, sizeof(frame.function));
		expect_closed(frame.loc.file, sizeof(frame.loc.file));
	}
	expect_status(uk_symtab_unwind_rule(addr, &rule));
}

static int visit_string(const struct uk_symbol *s, void *arg)
{
	(void)arg;
	expect_closed(s->name, sizeof(s->name));
	return 0;
}

static void ask_all(const struct sample *s, size_t step)
{
	size_t i;

	for (i = 0; i < s->naddr; i += step)
		ask(s->addr[i]);
	ask(0);
	ask(~0UL);
	expect_status(uk_symtab_foreach(visit_string, NULL));
}

static void no_table(void **state)
{
	struct uk_inline_frame frame;
	struct uk_unwind_rule rule;
	struct uk_source_loc loc;
	struct uk_symbol sym;

	(void)state;
	blob_use((const unsigned char *)"", 0);
	assert_int_equal(uk_resolve_symbol(0x100000, &sym), -ENOENT);
	assert_int_equal(uk_resolve_line(0x100000, &loc), -ENOENT);
	assert_int_equal(uk_resolve_inline(0x100000, 0, &frame), -ENOENT);
	assert_int_equal(uk_symtab_unwind_rule(0x100000, &rule), -ENOENT);
	assert_int_equal(uk_symbol_lookup("main", &sym), -ENOENT);
	assert_int_equal(uk_symtab_foreach(visit_string, NULL), -ENOENT);
}

static void header_damaged(void **state)
{
	struct sample s = sample_load(blobs[0]);
	struct uk_symbol sym;

	(void)state;
	s.data[SYMTAB_H_MAGIC] ^= 1;
	blob_use(s.data, s.size);
	assert_int_equal(uk_resolve_symbol(s.addr[0], &sym), -EINVAL);
	s.data[SYMTAB_H_MAGIC] ^= 1;
	/* A section may be longer than its blob, but not shorter */
	blob_use(s.data, s.size - 1);
	assert_int_equal(uk_resolve_symbol(s.addr[0], &sym), -EINVAL);
	s.data = realloc(s.data, s.size + 7);
	memset(s.data + s.size, 0, 7);
	blob_use(s.data, s.size + 7);
	assert_int_equal(uk_resolve_symbol(s.addr[0], &sym), 0);
	free(s.data);
}

static void names(void **state)
{
	struct sample s = sample_load(blobs[0]);
	struct uk_symbol sym, again;

	(void)state;
	assert_int_equal(uk_symbol_lookup("nested_inlines", &sym), 0);
	assert_string_equal(sym.name, "nested_inlines");
	assert_int_equal(uk_resolve_symbol(sym.start + sym.size - 1, &again),
			 0);
	assert_int_equal(again.start, sym.start);
	assert_int_equal(uk_symbol_lookup("nested_inline", &sym), -ENOENT);
	assert_int_equal(uk_symbol_lookup("", &sym), -ENOENT);
	/* The name that is too long, in full */
	assert_int_equal(uk_symbol_lookup("a_name_that_is_longer_than_sixty_"
					  "three_characters_so_that_it_is_cut",
					  &sym),
			 0);
	assert_int_equal(strlen(sym.name), UK_SYMBOL_NAME_MAX - 1);
	assert_string_equal(sym.name + UK_SYMBOL_NAME_MAX - 4, "...");
	/* Of names for one address: global before weak, few underscores */
	assert_int_equal(uk_symbol_lookup("aliased", &sym), 0);
	assert_int_equal(uk_symbol_lookup("weak_alias", &sym), -ENOENT);
	assert_int_equal(uk_symbol_lookup("__other_alias", &sym), -ENOENT);
	free(s.data);
}

static void overlapping_symbols(void **state)
{
	struct sample s = sample_load(blobs[0]);
	struct uk_symbol leaf, inner, sym;

	(void)state;
	assert_int_equal(uk_symbol_lookup("asm_leaf", &leaf), 0);
	assert_int_equal(uk_symbol_lookup("inner_function", &inner), 0);
	assert_true(inner.start > leaf.start);
	assert_int_equal(uk_resolve_symbol(inner.start, &sym), 0);
	assert_string_equal(sym.name, "inner_function");
	assert_int_equal(uk_resolve_symbol(inner.start - 1, &sym), 0);
	assert_string_equal(sym.name, "asm_leaf");
	assert_int_equal(uk_resolve_symbol(inner.start + inner.size, &sym), 0);
	assert_string_equal(sym.name, "asm_leaf");
	/* A label in a function is less useful than the function; outside a
	 * function it is the only name
	 */
	assert_int_equal(uk_symbol_lookup("inner_label", &sym), -ENOENT);
	assert_int_equal(uk_symbol_lookup("bare_label", &sym), 0);
	free(s.data);
}

static void long_path(void **state)
{
	struct sample s = sample_load(blobs[0]);
	struct uk_source_loc loc;
	struct uk_symbol sym;
	const char *tail = "/of/a/path/far.c";

	(void)state;
	assert_int_equal(uk_symbol_lookup("from_far_away", &sym), 0);
	assert_int_equal(uk_resolve_line(sym.start, &loc), 0);
	assert_int_equal(strlen(loc.file), UK_SOURCE_PATH_MAX - 1);
	assert_memory_equal(loc.file, "...", 3);
	assert_string_equal(loc.file + strlen(loc.file) - strlen(tail), tail);
	free(s.data);
}

static void outermost_rule(void **state)
{
	struct uk_unwind_rule rule;
	struct uk_symbol sym;
	struct sample s;
	size_t i;

	(void)state;
	for (i = 0; i < nblobs; i++) {
		s = sample_load(blobs[i]);
		assert_int_equal(uk_symbol_lookup("outermost", &sym), 0);
		assert_int_equal(uk_symtab_unwind_rule(sym.start, &rule), 0);
		assert_int_equal(rule.ra, UK_UNWIND_RA_END);
		assert_int_equal(
			uk_symtab_unwind_rule(sym.start + sym.size - 1, &rule),
			0);
		assert_int_equal(rule.ra, UK_UNWIND_RA_END);
		free(s.data);
	}
}

static int count_to_three(const struct uk_symbol *s, void *arg)
{
	int *n = arg;

	(void)s;
	return ++*n == 3 ? 42 : 0;
}

static void walk_ends(void **state)
{
	struct sample s = sample_load(blobs[0]);
	int n = 0;

	(void)state;
	assert_int_equal(uk_symtab_foreach(count_to_three, &n), 42);
	assert_int_equal(n, 3);
	free(s.data);
}

static void outside_the_image(void **state)
{
	struct sample s = sample_load(blobs[0]);
	struct uk_symbol sym;

	(void)state;
	assert_int_equal(uk_resolve_symbol(0, &sym), -ENOENT);
	assert_int_equal(uk_resolve_symbol(s.addr[0] - 1, &sym), -ENOENT);
	assert_int_equal(uk_resolve_symbol(~0UL, &sym), -ENOENT);
	/* 4 GiB further the low half of the address is a good one */
	assert_int_equal(uk_resolve_symbol(s.addr[0] + (1UL << 32), &sym),
			 -ENOENT);
	free(s.data);
}

/* The blob cut off at each length, its header saying so. */
static void truncated(void **state)
{
	struct sample s;
	size_t i, n;

	(void)state;
	for (i = 0; i < nblobs; i++) {
		s = sample_load(blobs[i]);
		for (n = 0; n < s.size; n += n < 200 ? 1 : 7) {
			if (n >= 8) {
				s.data[SYMTAB_H_SIZE] = (unsigned char)n;
				s.data[SYMTAB_H_SIZE + 1] =
					(unsigned char)(n >> 8);
			}
			blob_use(s.data, n);
			ask_all(&s, 8);
		}
		free(s.data);
	}
}

/* Each byte changed, alone, to a few values. */
static void byte_changed(void **state)
{
	static const unsigned char flips[] = { 0x01, 0x80, 0xff };
	struct sample s;
	size_t i, at, k;

	(void)state;
	for (i = 0; i < nblobs; i++) {
		s = sample_load(blobs[i]);
		for (at = 0; at < s.size; at++) {
			for (k = 0; k < sizeof(flips); k++) {
				s.data[at] ^= flips[k];
				blob_use(s.data, s.size);
				ask_all(&s, 8);
				s.data[at] ^= flips[k];
			}
		}
		free(s.data);
	}
}

static uint32_t random_next(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

/* Many bytes changed at once, the header spared: deeper into the decoders. */
static void many_bytes_changed(void **state)
{
	unsigned char *copy;
	uint32_t seed = 1;
	struct sample s;
	size_t i;
	int round, k;

	(void)state;
	for (i = 0; i < nblobs; i++) {
		s = sample_load(blobs[i]);
		copy = malloc(s.size);
		for (round = 0; round < 3000; round++) {
			memcpy(copy, s.data, s.size);
			for (k = 0; k < 1 + round % 30; k++)
				copy[SYMTAB_HEADER_SIZE +
				     random_next(&seed) %
					     (s.size - SYMTAB_HEADER_SIZE)] =
					(unsigned char)random_next(&seed);
			blob_use(copy, s.size);
			ask_all(&s, 8);
		}
		free(copy);
		free(s.data);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_table),
		cmocka_unit_test(header_damaged),
		cmocka_unit_test(names),
		cmocka_unit_test(overlapping_symbols),
		cmocka_unit_test(long_path),
		cmocka_unit_test(outermost_rule),
		cmocka_unit_test(walk_ends),
		cmocka_unit_test(outside_the_image),
		cmocka_unit_test(truncated),
		cmocka_unit_test(byte_changed),
		cmocka_unit_test(many_bytes_changed),
	};

	if (argc < 2) {
		fprintf(stderr, "usage: decoders BLOB...\n");
		return 2;
	}
	blobs = (const char *const *)argv + 1;
	nblobs = (size_t)argc - 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
