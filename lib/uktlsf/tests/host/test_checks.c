/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The heap's checks: each byte outside of a program's blocks that the program
 * changes is found, at the free and by the check, and described with the
 * block, its size, the offset and who allocated and freed it. What it must say
 * is known from the damage that the test does itself.
 *
 * HOST-SRCS: lib/ukalloc/alloc.c lib/ukalloc/registry.c
 * HOST-SRCS: lib/ukprint/snprintf.c
 * HOST-SRCS: lib/uktlsf/tlsf.c lib/uktlsf/lists.c lib/uktlsf/check.c
 * HOST-SRCS: lib/uktlsf/checks.c lib/uktlsf/leaks.c
 * HOST-FLAGS: -DCONFIG_LIBUKALLOC=1 -DCONFIG_LIBUKTLSF=1
 * HOST-FLAGS: -DCONFIG_LIBUKTLSF_OWNERS=1 -DCONFIG_LIBUKALLOC_CHECKS=1
 * HOST-FLAGS: -DCONFIG_LIBUKALLOC_CHECKS_QUARANTINE_KB=16
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>
#include <uk/param.h>
#include "../../tlsf_internal.h"
#include "checks.h"
#include "shadow.h"

UK_TABLE_DEFINE(param, struct uk_param);

#define ARENA (1UL << 20)
#define QUARANTINE 16384UL
#define ALLOCATES ((void *)0x1000)
#define FREES ((void *)0x2000)

static char arena[ARENA] __aligned(4096);
static struct uk_alloc_damage damage;
static jmp_buf crash;

void __noreturn uk_alloc_misuse(const struct uk_alloc_damage *d)
{
	damage = *d;
	longjmp(crash, 1);
}

#define CRASHES(statement)                                 \
	do {                                               \
		damage.text[0] = 0;                        \
		if (!setjmp(crash)) {                      \
			statement;                         \
			fail_msg("no crash: " #statement); \
		}                                          \
	} while (0)

static struct uk_alloc *fresh(void)
{
	struct uk_alloc *a;

	memset(arena, 0xee, sizeof(arena));
	a = uk_tlsf_init(arena, sizeof(arena), "test");
	assert_non_null(a);
	return a;
}

static void *get(struct uk_alloc *a, size_t size)
{
	void *p = uk_alloc_from(a, UK_ALLOC_ALIGN, size, ALLOCATES);

	assert_non_null(p);
	return p;
}

static void put(struct uk_alloc *a, void *p)
{
	uk_free_from(a, p, FREES);
}

/* The last description is this one. */
static void says(const char *fmt, ...)
{
	char text[UK_ALLOC_DAMAGE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	assert_string_equal(damage.text, text);
}

static void names(const void *owner, const void *freer)
{
	assert_int_equal(damage.owner, (uintptr_t)owner);
	assert_int_equal(damage.freer, (uintptr_t)freer);
}

/* Every byte between what was asked for and the next header. */
static void canary(void **state)
{
	static size_t size, at; /* longjmp() leaves them alone */

	for (size = 1; size < 100; size++) {
		struct uk_alloc *a = fresh();
		char *p = get(a, size), *q = get(a, 10);

		assert_int_equal(uk_alloc_usable(a, p), size);
		assert_true(q - p > (long)(size + BLOCK_HEADER));
		for (at = size; p + at < q - BLOCK_HEADER; at++) {
			p[at] ^= 1;
			CRASHES(put(a, p));
			says("block %p of %zu byte%s was overrun: 1 byte at "
			     "offset %zu",
			     p, size, size > 1 ? "s" : "", at);
			names(ALLOCATES, NULL);
			CRASHES(uk_realloc(a, p, size + 1));
			assert_int_equal(uk_alloc_check(a, &damage), -EFAULT);
			names(ALLOCATES, NULL);
			p[at] ^= 1;
		}
		assert_int_equal(uk_alloc_check(a, &damage), 0);
		put(a, p);
	}
}

static void several_bytes(void **state)
{
	struct uk_alloc *a = fresh();
	char *p = get(a, 24);

	memset(p, 'x', 32);
	CRASHES(put(a, p));
	says("block %p of 24 bytes was overrun: 8 bytes at offset 24", p);
}

/* Every bit in front of a block, as far as the owner's name goes. */
static void guard(void **state)
{
	struct uk_alloc *a = fresh();
	char *p = get(a, 24), *q;
	static int bit;

	q = get(a, 24);
	for (bit = 0; bit < 128; bit++) {
		q[-1 - bit / 8] ^= 1 << bit % 8;
		CRASHES(put(a, q));
		says("block %p of 24 bytes was underrun: the bytes before it "
		     "are damaged",
		     q);
		assert_int_equal(uk_alloc_check(a, &damage), -EFAULT);
		q[-1 - bit / 8] ^= 1 << bit % 8;
	}
	put(a, q);
	put(a, p);
	assert_int_equal(uk_alloc_check(a, &damage), 0);
}

/* The guard of a block does not depend on its neighbours. */
static void neighbours_come_and_go(void **state)
{
	struct uk_alloc *a = fresh();
	char *p[3];

	for (int i = 0; i < 3; i++)
		p[i] = get(a, 100);
	put(a, p[0]);
	put(a, get(a, QUARANTINE));
	assert_int_equal(uk_alloc_check(a, &damage), 0);
	p[0] = get(a, 40); /* what p[0] was is two blocks now */
	assert_true(p[0] < p[1]);
	assert_int_equal(uk_alloc_check(a, &damage), 0);
	put(a, p[1]);
	put(a, p[2]);
}

static void poison(void **state)
{
	struct uk_alloc *a = fresh();
	static char *p;
	static size_t at;

	p = get(a, 4090);
	put(a, p);
	for (at = 0; at < 4096; at += 5) {
		p[at] ^= 4;
		assert_int_equal(uk_alloc_check(a, &damage), -EFAULT);
		says("block %p of 4090 bytes was written to after it was "
		     "freed: 1 byte at offset %zu",
		     p, at);
		names(ALLOCATES, FREES);
		CRASHES(put(a, get(a, QUARANTINE))); /* it is released */
		names(ALLOCATES, FREES);
		a = fresh();
		p = get(a, 4090);
		put(a, p);
	}
	p[-3] ^= 4; /* the link to the block freed next */
	assert_int_equal(uk_alloc_check(a, &damage), -EFAULT);
	assert_non_null(strstr(damage.text, "underrun after it was freed"));
}

/* The memory of a freed block is not used again too early. */
static void quarantine(void **state)
{
	struct uk_alloc *a = fresh();
	char *p = get(a, 32), *q;
	size_t freed = 0;

	put(a, p);
	CRASHES(put(a, p));
	says("double free of %p of 32 bytes", p);
	names(ALLOCATES, FREES);
	for (;;) {
		q = get(a, 32);
		if (q == p)
			break;
		put(a, q);
		freed += 80; /* with its header */
		assert_true(freed < QUARANTINE + 1024);
	}
	assert_true(freed > QUARANTINE - 1024);
}

/* Too large to be held with others, and still the last one. */
static void the_last_one_is_held(void **state)
{
	struct uk_alloc *a = fresh();
	char *p = get(a, 5 * QUARANTINE);

	put(a, p);
	assert_ptr_not_equal(get(a, 5 * QUARANTINE), p);
	CRASHES(put(a, p));
	assert_non_null(strstr(damage.text, "double free"));
	put(a, get(a, 1));
	assert_ptr_equal(get(a, 5 * QUARANTINE - 4096), p);
}

/* Held blocks are given when there is nothing else. */
static void held_memory_counts_as_free(void **state)
{
	struct uk_alloc *a = fresh();
	size_t avail = uk_alloc_availmem(a), size = uk_alloc_maxalloc(a);
	char *p = get(a, size);

	assert_null(uk_malloc(a, size));
	put(a, p);
	assert_int_equal(uk_alloc_availmem(a), avail);
	assert_ptr_equal(get(a, size), p);
}

static void off(void **state)
{
	struct uk_alloc *a;
	char *p;

	checks = 0;
	a = fresh();
	checks = 1;
	p = get(a, 20);
	assert_int_equal(uk_alloc_usable(a, p), 32);
	memset(p, 0, 32);
	put(a, p);
	assert_ptr_equal(get(a, 20), p);
}

static uint64_t rng;

static unsigned int draw(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (unsigned int)(rng >> 16);
}

/* Changes a byte of a block in use that is not the program's, or one of a
 * freed block, and takes it back when it was found.
 */
static void damages(struct shadow *s, unsigned char *freed, size_t size)
{
	static unsigned char *at, change; /* longjmp() leaves them alone */
	static unsigned int i;
	struct tlsf *t = (struct tlsf *)s->a;
	struct block *b;

	if (!size)
		return;
	change = draw() | 1;
	i = draw() % SHADOW_BLOCKS;
	if (s->blocks[i].mem) {
		b = (struct block *)(s->blocks[i].mem - BLOCK_HEADER);
		at = s->blocks[i].mem + block_asked(b);
		at += draw() % (block_size(b) - block_asked(b));
		*at ^= change;
		CRASHES(uk_free(s->a, s->blocks[i].mem));
		assert_non_null(strstr(damage.text, "was overrun"));
		*at ^= change;
	}
	b = (struct block *)(freed - BLOCK_HEADER);
	if (block_sealed(t, b) && b->word & BLOCK_HELD) {
		at = freed + draw() % size;
		*at ^= change;
		assert_int_equal(uk_alloc_check(s->a, &damage), -EFAULT);
		assert_non_null(strstr(damage.text, "after it was freed"));
		*at ^= change;
		CRASHES(uk_free(s->a, freed));
		assert_non_null(strstr(damage.text, "double free"));
	}
}

static void storm(void **state)
{
	for (unsigned int seed = 1; seed <= 20; seed++) {
		struct shadow s = { .a = fresh() };
		unsigned char *freed = NULL;
		size_t size = 0;

		rng = seed * 0x9e3779b97f4a7c15UL;
		for (int n = 0; n < 3000; n++) {
			unsigned int i = draw() % SHADOW_BLOCKS;

			if (s.blocks[i].mem) {
				freed = s.blocks[i].mem;
				size = s.blocks[i].size;
			}
			shadow_step(&s, i, draw(),
				    draw() % (8UL << draw() % 14));
			if (n % 16 == 0)
				damages(&s, freed, size);
			if (n % 64 == 0)
				shadow_agrees(&s);
		}
		for (unsigned int i = 0; i < SHADOW_BLOCKS; i++)
			shadow_free(&s, i);
		shadow_agrees(&s);
		/* All is one block again once the held ones are released. */
		assert_non_null(uk_malloc(s.a, ARENA - sizeof(struct tlsf) -
						       ARENA / 32));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(canary),
		cmocka_unit_test(several_bytes),
		cmocka_unit_test(guard),
		cmocka_unit_test(neighbours_come_and_go),
		cmocka_unit_test(poison),
		cmocka_unit_test(quarantine),
		cmocka_unit_test(the_last_one_is_held),
		cmocka_unit_test(held_memory_counts_as_free),
		cmocka_unit_test(off),
		cmocka_unit_test(storm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
