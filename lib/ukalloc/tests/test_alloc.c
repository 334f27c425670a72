/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Allocators in the guest: the default one over the machine's memory, several
 * side by side, and the C library's face of it. What an allocator does with
 * its blocks is tested on the host (lib/uktlsf/tests/host).
 */
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <uk/alloc.h>
#include <uk/arch/lcpu.h>
#include <uk/test.h>
#ifdef CONFIG_LIBUKTLSF
#include <uk/tlsf.h>

/* Without uktlsf there is no default allocator. */
static struct uk_alloc_stats stats(struct uk_alloc *a)
{
	struct uk_alloc_stats s;

	uk_alloc_stats_get(a, &s);
	return s;
}

UK_TESTCASE(ukalloc, default_has_most_of_the_memory)
{
	struct uk_alloc *a = uk_alloc_get_default();
	struct uk_alloc_damage damage;

	UK_TEST_ASSERT_NOT_NULL(a);
	UK_TEST_EXPECT_PTR_EQ(uk_alloc_first(), a);
	UK_TEST_EXPECT(uk_alloc_availmem(a) > stats(a).total / 2);
	UK_TEST_EXPECT(uk_alloc_maxalloc(a) > stats(a).total / 2);
	UK_TEST_EXPECT_ZERO(uk_alloc_check(a, &damage));
}

UK_TESTCASE(ukalloc, statistics_follow)
{
	struct uk_alloc *a = uk_alloc_get_default();
	struct uk_alloc_stats before = stats(a), s;
	__sz avail = uk_alloc_availmem(a);
	char *p = uk_malloc(a, 1000);

	UK_TEST_ASSERT_NOT_NULL(p);
	s = stats(a);
	UK_TEST_EXPECT_UNUM_EQ(s.cur_nb_allocs, before.cur_nb_allocs + 1);
	UK_TEST_EXPECT_UNUM_EQ(s.cur_mem_use - before.cur_mem_use,
			       uk_alloc_usable(a, p));
	UK_TEST_EXPECT_UNUM_EQ(s.last_alloc_size, 1000);
	UK_TEST_EXPECT(uk_alloc_availmem(a) < avail);
	uk_free(a, p);
	s = stats(a);
	UK_TEST_EXPECT_UNUM_EQ(s.cur_mem_use, before.cur_mem_use);
	UK_TEST_EXPECT_UNUM_EQ(s.tot_nb_frees, before.tot_nb_frees + 1);
#ifdef CONFIG_LIBUKALLOC_CHECKS
	/* older blocks are released meanwhile, and their headers with them */
	UK_TEST_EXPECT(uk_alloc_availmem(a) >= avail);
#else
	UK_TEST_EXPECT_UNUM_EQ(uk_alloc_availmem(a), avail);
#endif
	UK_TEST_EXPECT_NULL(uk_malloc(a, s.total + 1));
	UK_TEST_EXPECT_UNUM_EQ(stats(a).nb_enomem, before.nb_enomem + 1);
}

UK_TESTCASE(ukalloc, works_with_interrupts_off)
{
	struct uk_alloc *a = uk_alloc_get_default();
	unsigned long flags = ukarch_irq_save();
	void *p = uk_malloc(a, 10);

	UK_TEST_EXPECT(!ukarch_irq_enabled());
	uk_free(a, p);
	UK_TEST_EXPECT(!ukarch_irq_enabled());
	ukarch_irq_restore(flags);
	UK_TEST_EXPECT_NOT_NULL(p);
}

static char arena[65536];

UK_TESTCASE(ukalloc, several_side_by_side)
{
	struct uk_alloc *standard = uk_alloc_get_default(), *mine;
	__u64 blocks = stats(standard).cur_nb_allocs;
	unsigned int found = 0;
	char *p;

	mine = uk_tlsf_init(arena, sizeof(arena), "mine");
	UK_TEST_ASSERT_NOT_NULL(mine);
	uk_alloc_foreach(a) found += a == mine || a == standard;
	UK_TEST_EXPECT_UNUM_EQ(found, 2);
	UK_TEST_EXPECT_PTR_EQ(uk_alloc_get_default(), standard);

	p = uk_malloc(mine, 100);
	UK_TEST_EXPECT(p > arena && p < arena + sizeof(arena));
	UK_TEST_EXPECT_UNUM_EQ(stats(standard).cur_nb_allocs, blocks);
	UK_TEST_EXPECT_NULL(uk_malloc(mine, sizeof(arena)));
	uk_free(mine, p);
	UK_TEST_EXPECT_NULL(uk_tlsf_init(arena, 100, "small"));
}
#ifdef CONFIG_LIBNEWLIB
UK_TESTCASE(ukalloc, malloc_stands_on_the_default)
{
	struct uk_alloc *a = uk_alloc_get_default();
	__u64 blocks = stats(a).cur_nb_allocs;
	void *p[6];
	struct mallinfo info;

	p[0] = malloc(10);
	p[1] = calloc(10, 10);
	p[2] = realloc(NULL, 10);
	p[3] = memalign(64, 10);
	p[4] = aligned_alloc(4096, 10);
	UK_TEST_EXPECT_ZERO(posix_memalign(&p[5], 1024, 10));
	UK_TEST_EXPECT_UNUM_EQ(stats(a).cur_nb_allocs, blocks + 6);
	UK_TEST_EXPECT_ZERO((uintptr_t)p[3] % 64);
	UK_TEST_EXPECT_ZERO((uintptr_t)p[4] % 4096);
	UK_TEST_EXPECT_ZERO((uintptr_t)p[5] % 1024);
	UK_TEST_EXPECT_UNUM_GE(malloc_usable_size(p[0]), 10);
	info = mallinfo();
	UK_TEST_EXPECT_UNUM_EQ(info.uordblks, stats(a).cur_mem_use);
	for (int i = 0; i < 6; i++)
		free(p[i]);
	UK_TEST_EXPECT_UNUM_EQ(stats(a).cur_nb_allocs, blocks);
}

UK_TESTCASE(ukalloc, malloc_family_refuses)
{
	volatile size_t bad = 24, zero = 0;
	void *p = malloc(16);

	errno = 0;
	UK_TEST_EXPECT_NULL(memalign(bad, 10));
	UK_TEST_EXPECT_SNUM_EQ(errno, EINVAL);
	UK_TEST_EXPECT_SNUM_EQ(posix_memalign(&p, bad, 10), EINVAL);
	UK_TEST_EXPECT_NULL(realloc(p, zero));
	p = malloc(zero);
	UK_TEST_EXPECT_NOT_NULL(p);
	free(p);
	free(NULL);
}
#endif
#endif /* CONFIG_LIBUKTLSF */

UK_TESTCASE(ukalloc, no_allocator_is_no_memory)
{
	UK_TEST_EXPECT_NULL(uk_malloc(NULL, 1));
	UK_TEST_EXPECT_NULL(uk_calloc(NULL, 1, 1));
	UK_TEST_EXPECT_NULL(uk_realloc(NULL, NULL, 1));
	uk_free(NULL, NULL);
}

uk_testsuite_register(ukalloc, NULL);
