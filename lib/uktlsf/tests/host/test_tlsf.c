/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The allocator against a model, and every misuse that it must notice.
 *
 * HOST-SRCS: lib/ukalloc/alloc.c lib/ukalloc/registry.c
 * HOST-SRCS: lib/ukprint/snprintf.c
 * HOST-SRCS: lib/uktlsf/tlsf.c lib/uktlsf/lists.c lib/uktlsf/check.c
 * HOST-FLAGS: -DCONFIG_LIBUKALLOC=1 -DCONFIG_LIBUKTLSF=1
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>
#include "../../tlsf_internal.h"
#include "../../../ukalloc/alloc_internal.h"
#include "shadow.h"

#define ARENA (1UL << 20)

static char arena[ARENA] __aligned(4096);
static char more[65536] __aligned(16);
static struct uk_alloc_damage damage;
static jmp_buf crash;
static int locked;

unsigned long ukalloc_lock(void)
{
	assert_int_equal(locked, 0);
	locked = 1;
	return 0;
}

void ukalloc_unlock(unsigned long flags)
{
	locked = 0;
}

void __noreturn uk_alloc_misuse(const struct uk_alloc_damage *d)
{
	damage = *d;
	locked = 0;
	longjmp(crash, 1);
}

/* Runs a statement that must crash with a text that contains `part`. */
#define CRASHES(statement, part)                                          \
	do {                                                              \
		damage.text[0] = 0;                                       \
		if (!setjmp(crash)) {                                     \
			statement;                                        \
			fail_msg("no crash: " #statement);                \
		}                                                         \
		if (!strstr(damage.text, part))                           \
			fail_msg("\"%s\" instead of \"%s\"", damage.text, \
				 part);                                   \
	} while (0)

static struct uk_alloc *fresh(void)
{
	struct uk_alloc *a;

	/* The registry keeps what it knows; give each test its own memory. */
	memset(arena, 0xee, sizeof(arena));
	a = uk_tlsf_init(arena, sizeof(arena), "test");
	assert_non_null(a);
	return a;
}

static uint64_t rng;

static unsigned int draw(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (unsigned int)(rng >> 16);
}

static void storm(void **state)
{
	for (unsigned int seed = 1; seed <= 40; seed++) {
		struct shadow s = { .a = fresh() };

		rng = seed * 0x9e3779b97f4a7c15UL;
		for (int i = 0; i < 4000; i++) {
			size_t size = draw() % (8UL << draw() % 14);

			shadow_step(&s, draw() % SHADOW_BLOCKS, draw(), size);
			if (i % 64 == 0)
				shadow_agrees(&s);
		}
		for (unsigned int i = 0; i < SHADOW_BLOCKS; i++)
			shadow_free(&s, i);
		shadow_agrees(&s);
		/* All is one block again. */
		assert_non_null(uk_malloc(s.a, uk_alloc_maxalloc(s.a)));
		assert_true(uk_alloc_maxalloc(s.a) < ARENA / 16);
	}
}

static void exhaustion_is_null(void **state)
{
	struct uk_alloc *a = fresh();
	struct uk_alloc_stats s;
	unsigned long count = 0;
	void *last = NULL, *p;

	assert_null(uk_malloc(a, ARENA));
	assert_null(uk_malloc(a, SIZE_MAX));
	assert_null(uk_malloc(a, SIZE_MAX - 15));
	assert_null(uk_malloc(a, TLSF_SIZE_MAX + 1));
	assert_null(uk_memalign(a, 1UL << 63, 1));
	assert_null(uk_memalign(a, 48, 1));
	assert_null(uk_memalign(a, 0, 1));
	assert_null(uk_calloc(a, SIZE_MAX / 2 + 1, 2));
	while ((p = uk_malloc(a, 1000))) {
		*(void **)p = last;
		last = p;
		count++;
	}
	/* 1000 is 1008 and a header. */
	assert_true(count * (1008 + BLOCK_HEADER) >
		    ARENA - sizeof(struct tlsf) - 2048);
	uk_alloc_stats_get(a, &s);
	assert_int_equal(s.nb_enomem, 6);
	assert_int_equal(s.cur_nb_allocs, count);
	while (last) {
		p = *(void **)last;
		uk_free(a, last);
		last = p;
	}
	uk_alloc_stats_get(a, &s);
	assert_int_equal(s.cur_mem_use, 0);
	assert_int_equal(s.max_mem_use, count * 1008);
	assert_int_equal(uk_alloc_check(a, &damage), 0);
}

static void realloc_grows_in_place(void **state)
{
	struct uk_alloc *a = fresh();
	char *p = uk_malloc(a, 100), *q;

	strcpy(p, "content");
	assert_ptr_equal(uk_realloc(a, p, 5000), p);
	assert_ptr_equal(uk_realloc(a, p, 50), p);
	q = uk_malloc(a, 4000); /* takes what was given back */
	assert_true(q - p < 128);
	q = uk_realloc(a, p, 6000);
	assert_ptr_not_equal(q, p);
	assert_string_equal(q, "content");
	assert_null(uk_realloc(a, q, ARENA));
	assert_string_equal(q, "content");
	assert_null(uk_realloc(a, q, 0));
	p = uk_realloc(a, NULL, 10);
	assert_non_null(p);
	CRASHES(uk_free(a, q), "double free");
}

static void posix_memalign_says_why(void **state)
{
	struct uk_alloc *a = fresh();
	void *p = NULL;

	assert_int_equal(uk_posix_memalign(a, &p, 4, 1), -EINVAL);
	assert_int_equal(uk_posix_memalign(a, &p, 24, 1), -EINVAL);
	assert_int_equal(uk_posix_memalign(a, &p, 16, ARENA), -ENOMEM);
	assert_null(p);
	assert_int_equal(uk_posix_memalign(a, &p, 8192, 10), 0);
	assert_int_equal((uintptr_t)p % 8192, 0);
}

static void memory_can_be_added(void **state)
{
	struct uk_alloc *a = fresh();
	struct uk_alloc_stats s;

	assert_non_null(uk_malloc(a, uk_alloc_maxalloc(a)));
	assert_null(uk_malloc(a, 50000));
	assert_int_equal(uk_alloc_addmem(a, more, sizeof(more)), 0);
	assert_non_null(uk_malloc(a, 50000));
	assert_int_equal(uk_alloc_addmem(a, more, 20), -EINVAL);
	uk_alloc_stats_get(a, &s);
	assert_int_equal(s.total, sizeof(arena) + sizeof(more));
	assert_int_equal(uk_alloc_check(a, &damage), 0);
}

static void double_frees(void **state)
{
	struct uk_alloc *a = fresh();
	char *p[4];

	for (int i = 0; i < 4; i++)
		p[i] = uk_malloc(a, 40);
	uk_free(a, p[1]);
	CRASHES(uk_free(a, p[1]), "double free of");
	uk_free(a, p[0]); /* joined with the one after it */
	CRASHES(uk_free(a, p[1]), "double free of");
	CRASHES(uk_free(a, p[0]), "double free of");
	CRASHES(uk_realloc(a, p[0], 100), "double free of");
}

static void wild_pointers(void **state)
{
	struct uk_alloc *a = fresh();
	char *p = uk_malloc(a, 100), local[32];

	memset(p, 0, 100);
	CRASHES(uk_free(a, p + 8), "inside the used block");
	CRASHES(uk_free(a, p + 32), "inside the used block");
	CRASHES(uk_free(a, local), "not in \"test\"");
	CRASHES(uk_free(a, (void *)0x123450), "not in \"test\"");
	CRASHES(uk_free(a, (void *)-16L), "not in \"test\"");
	CRASHES(uk_free(a, p + 5000), "inside the free block");
	CRASHES(uk_alloc_usable(a, p + 16), "inside the used block");
	assert_int_equal(uk_alloc_check(a, &damage), 0);
}

/* As asked for, whatever the allocator made of it. */
static void sizes_are_the_programs(void **state)
{
	static size_t size; /* longjmp() leaves it alone */

	for (size = 1; size < 300; size++) {
		struct uk_alloc *a = fresh();
		char *p = uk_malloc(a, size), words[32];

		snprintf(words, sizeof(words), "of %zu byte", size);
		CRASHES(uk_free(a, p + 8), words);
		assert_ptr_equal(uk_malloc(a, 40),
				 p + uk_alloc_usable(a, p) + BLOCK_HEADER);
		uk_free(a, p); /* not joined: a block in use is after it */
		CRASHES(uk_free(a, p), words);
		assert_ptr_equal(uk_malloc(a, size), p);
		assert_ptr_equal(uk_realloc(a, p, size / 2 + 1), p);
		snprintf(words, sizeof(words), "of %zu byte", size / 2 + 1);
		CRASHES(uk_free(a, p + 8), words);
		assert_int_equal(uk_alloc_check(a, &damage), 0);
	}
}

static void overruns(void **state)
{
	for (size_t extra = 1; extra <= 2 * BLOCK_HEADER; extra++) {
		struct uk_alloc *a = fresh();
		char *p = uk_malloc(a, 48), *q = uk_malloc(a, 48);

		memset(p, 'A', 48 + extra);
		CRASHES(uk_free(a, p), "was overrun");
		CRASHES(uk_free(a, q), "was overrun");
		assert_int_equal(uk_alloc_check(a, &damage), -EFAULT);
		assert_non_null(strstr(damage.text, "of 48 bytes was overrun"));
	}
}

static void underrun(void **state)
{
	struct uk_alloc *a = fresh();
	char *p = uk_malloc(a, 48), *q = uk_malloc(a, 48);

	q[-1] ^= 1;
	CRASHES(uk_free(a, q), "was overrun");
	q[-1] ^= 1;
	p[-16] ^= 1;
	CRASHES(uk_free(a, q), "is damaged");
	CRASHES(uk_free(a, p), "first header");
}

static void writes_after_free(void **state)
{
	struct uk_alloc *a = fresh();
	char *p[6];

	for (int i = 0; i < 6; i++)
		p[i] = uk_malloc(a, 48);
	uk_free(a, p[1]);
	uk_free(a, p[3]);
	memset(p[3], 'B', 16);
	CRASHES(uk_malloc(a, 48), "written to after it was freed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(storm),
		cmocka_unit_test(exhaustion_is_null),
		cmocka_unit_test(realloc_grows_in_place),
		cmocka_unit_test(posix_memalign_says_why),
		cmocka_unit_test(memory_can_be_added),
		cmocka_unit_test(double_frees),
		cmocka_unit_test(wild_pointers),
		cmocka_unit_test(sizes_are_the_programs),
		cmocka_unit_test(overruns),
		cmocka_unit_test(underrun),
		cmocka_unit_test(writes_after_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
