/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Mapping, unmapping and protecting in the running page tables; what must
 * fault is tried through uknofault.
 */
#include <errno.h>
#include <string.h>
#include <uk/falloc.h>
#include <uk/nofault.h>
#include <uk/plat/bootinfo.h>
#include <uk/plat/image.h>
#include <uk/plat/paging.h>
#include <uk/test.h>
#include <uk/trap.h>

/* Addresses without any other user. */
#define BASE 0x400000000000UL
#define LARGE PAGE_LEVEL_SIZE(1)
#define RW PAGE_ATTR_PROT_RW

static struct uk_pagetable *pt;

static int readable(__vaddr_t vaddr)
{
	return uk_nofault_probe_r(vaddr, 1, 0) == 1;
}

static int writable(__vaddr_t vaddr)
{
	return uk_nofault_probe_rw(vaddr, 1, 0) == 1;
}

static int level(__vaddr_t vaddr)
{
	struct uk_page_walk w;

	uk_page_walk(vaddr, &w);
	return w.level;
}

static __sz free_bytes(void)
{
	struct uk_falloc_stats s;

	uk_falloc_stats_get(&s);
	return s.free;
}

static int init(struct uk_testsuite *suite __unused)
{
	pt = ukplat_pt_get_active();
	/* The tables of 1 GiB and more stay: make them once. */
	if (ukplat_page_map(pt, BASE, __PADDR_ANY, 1, RW, 0))
		return -ENOMEM;
	return ukplat_page_unmap(pt, BASE, 1, 0);
}

UK_TESTCASE(ukpaging_map, maps_pages_of_the_pool)
{
	__sz before = free_bytes();
	char *mem = (char *)BASE;

	UK_TEST_EXPECT(!readable(BASE));
	UK_TEST_ASSERT_ZERO(ukplat_page_map(pt, BASE, __PADDR_ANY, 5, RW, 0));
	/* and a table */
	UK_TEST_EXPECT_UNUM_EQ(before - free_bytes(), 6 * __PAGE_SIZE);
	memset(mem, 0x5a, 5 * __PAGE_SIZE);
	UK_TEST_EXPECT_SNUM_EQ(mem[5 * __PAGE_SIZE - 1], 0x5a);
	UK_TEST_EXPECT(!readable(BASE + 5 * __PAGE_SIZE));
	UK_TEST_EXPECT_UNUM_EQ(*(char *)ukplat_virt_to_phys(mem + 7), 0x5a);
	UK_TEST_ASSERT_ZERO(ukplat_page_unmap(pt, BASE, 5, 0));
	UK_TEST_EXPECT(!readable(BASE));
	UK_TEST_EXPECT_UNUM_EQ(free_bytes(), before);
	UK_TEST_EXPECT_UNUM_EQ(ukplat_virt_to_phys(mem), __PADDR_INV);
}

UK_TESTCASE(ukpaging_map, maps_a_given_address_twice)
{
	static int shared[1024] __aligned(__PAGE_SIZE);
	volatile int *there = (int *)BASE;

	UK_TEST_ASSERT_ZERO(
		ukplat_page_map(pt, BASE, (__paddr_t)shared, 1, RW, 0));
	there[3] = 42;
	UK_TEST_EXPECT_SNUM_EQ(((volatile int *)shared)[3], 42);
	UK_TEST_EXPECT_UNUM_EQ(ukplat_virt_to_phys((int *)BASE + 3),
			       (__paddr_t)(shared + 3));
	UK_TEST_ASSERT_ZERO(ukplat_page_unmap(pt, BASE, 1, 0));
	UK_TEST_EXPECT(writable((__vaddr_t)shared));
}

UK_TESTCASE(ukpaging_map, protection_is_the_cpus)
{
	UK_TEST_ASSERT_ZERO(ukplat_page_map(pt, BASE, __PADDR_ANY, 3,
					    PAGE_ATTR_PROT_READ, 0));
	UK_TEST_EXPECT(readable(BASE));
	UK_TEST_EXPECT(!writable(BASE));
	UK_TEST_ASSERT_ZERO(
		ukplat_page_set_attr(pt, BASE + __PAGE_SIZE, 1, RW, 0));
	UK_TEST_EXPECT(!writable(BASE));
	UK_TEST_EXPECT(writable(BASE + __PAGE_SIZE));
	UK_TEST_EXPECT(!writable(BASE + 2 * __PAGE_SIZE));
	*(volatile int *)(BASE + __PAGE_SIZE) = 42;

	/* Hidden, the page is kept. */
	UK_TEST_ASSERT_ZERO(
		ukplat_page_set_attr(pt, BASE, 3, PAGE_ATTR_PROT_NONE, 0));
	UK_TEST_EXPECT(!readable(BASE + __PAGE_SIZE));
	UK_TEST_EXPECT_SNUM_EQ(ukplat_page_map(pt, BASE, __PADDR_ANY, 1, RW, 0),
			       -EEXIST);
	UK_TEST_ASSERT_ZERO(ukplat_page_set_attr(pt, BASE, 3, RW, 0));
	UK_TEST_EXPECT_SNUM_EQ(*(volatile int *)(BASE + __PAGE_SIZE), 42);
	UK_TEST_ASSERT_ZERO(ukplat_page_unmap(pt, BASE, 3, 0));
}

UK_TESTCASE(ukpaging_map, runs_code)
{
	/* A function of one page's beginning: its return. */
	extern char ukpaging_test_code[], ukpaging_test_code_end[];
	__sz len = (__sz)(ukpaging_test_code_end - ukpaging_test_code);
	int (*fn)(void) = (int (*)(void))BASE;

	UK_TEST_ASSERT_ZERO(ukplat_page_map(pt, BASE, __PADDR_ANY, 1,
					    PAGE_ATTR_PROT_RX, 0));
	UK_TEST_ASSERT_ZERO(ukplat_page_poke(BASE, ukpaging_test_code, len));
	UK_TEST_EXPECT_SNUM_EQ(fn(), 42);
	UK_TEST_EXPECT(!writable(BASE));
	UK_TEST_ASSERT_ZERO(ukplat_page_unmap(pt, BASE, 1, 0));
}

UK_TESTCASE(ukpaging_map, refuses)
{
	__sz before = free_bytes();

	UK_TEST_EXPECT_SNUM_EQ(
		ukplat_page_map(pt, BASE + 1, __PADDR_ANY, 1, RW, 0), -EINVAL);
	UK_TEST_EXPECT_SNUM_EQ(ukplat_page_map(pt, BASE, 7, 1, RW, 0), -EINVAL);
	UK_TEST_EXPECT_SNUM_EQ(ukplat_page_map(pt, BASE, __PADDR_ANY, 0, RW, 0),
			       -EINVAL);
	UK_TEST_EXPECT_SNUM_EQ(
		ukplat_page_map(pt, 1UL << 62, __PADDR_ANY, 1, RW, 0), -EINVAL);
	UK_TEST_EXPECT_SNUM_EQ(
		ukplat_page_map(pt, BASE, __PADDR_ANY, ~0UL, RW, 0), -EINVAL);
	UK_TEST_EXPECT_SNUM_EQ(ukplat_page_map(pt, BASE, __PADDR_ANY, 1,
					       PAGE_ATTR_PROT_NONE, 0),
			       -EINVAL);
	UK_TEST_EXPECT_SNUM_EQ(ukplat_page_map(pt, BASE, __PADDR_ANY, 1,
					       RW | PAGE_ATTR_PROT_EXEC, 0),
			       -EPERM);
	UK_TEST_EXPECT_SNUM_EQ(ukplat_page_set_attr(pt, BASE, 1, RW, 0),
			       -EFAULT);
	UK_TEST_EXPECT_SNUM_EQ(
		ukplat_page_map(pt, (__vaddr_t)_text, __PADDR_ANY, 1, RW, 0),
		-EEXIST);
	UK_TEST_EXPECT_UNUM_EQ(free_bytes(), before);
}

UK_TESTCASE(ukpaging_map, all_or_nothing)
{
	__sz before = free_bytes();

	UK_TEST_ASSERT_ZERO(ukplat_page_map(pt, BASE + 4 * __PAGE_SIZE,
					    __PADDR_ANY, 1, RW, 0));
	UK_TEST_EXPECT_SNUM_EQ(ukplat_page_map(pt, BASE, __PADDR_ANY, 8, RW, 0),
			       -EEXIST);
	UK_TEST_EXPECT(!readable(BASE));
	UK_TEST_EXPECT(readable(BASE + 4 * __PAGE_SIZE));
	UK_TEST_ASSERT_ZERO(ukplat_page_unmap(pt, BASE, 8, 0));
	UK_TEST_EXPECT_SNUM_EQ(ukplat_page_map(pt, BASE, __PADDR_ANY,
					       before / __PAGE_SIZE + 1, RW, 0),
			       -ENOMEM);
	UK_TEST_EXPECT(!readable(BASE));
	UK_TEST_EXPECT_UNUM_EQ(free_bytes(), before);
}

UK_TESTCASE(ukpaging_map, large_pages_are_split_where_cut)
{
	__vaddr_t base = BASE + (1UL << 32);
	__sz before;

	UK_TEST_ASSERT_ZERO(
		ukplat_page_map(pt, base, __PADDR_ANY, 1, RW,
				PAGE_FLAG_SIZE(1) | PAGE_FLAG_FORCE_SIZE));
	UK_TEST_EXPECT_SNUM_EQ(level(base), 1);
	memset((void *)base, 1, LARGE);
	UK_TEST_ASSERT_ZERO(ukplat_page_set_attr(pt, base + 7 * __PAGE_SIZE, 1,
						 PAGE_ATTR_PROT_READ, 0));
	UK_TEST_EXPECT_SNUM_EQ(level(base), 0);
	UK_TEST_EXPECT(writable(base + 6 * __PAGE_SIZE));
	UK_TEST_EXPECT(!writable(base + 7 * __PAGE_SIZE));
	UK_TEST_EXPECT(writable(base + 8 * __PAGE_SIZE));
	for (__sz i = 0; i < LARGE; i += __PAGE_SIZE)
		UK_TEST_ASSERT_SNUM_EQ(*(char *)(base + i), 1);

	/* A part of it goes back to the pool alone, the rest later. */
	before = free_bytes();
	UK_TEST_ASSERT_ZERO(ukplat_page_unmap(pt, base + LARGE / 2, 256, 0));
	UK_TEST_EXPECT_UNUM_EQ(free_bytes() - before, LARGE / 2);
	UK_TEST_EXPECT(readable(base + LARGE / 2 - 1));
	UK_TEST_EXPECT(!readable(base + LARGE / 2));
	UK_TEST_ASSERT_ZERO(ukplat_page_unmap(pt, base, 512, 0));
	UK_TEST_EXPECT_UNUM_EQ(free_bytes() - before, LARGE + __PAGE_SIZE);
}

UK_TESTCASE(ukpaging_map, a_hidden_large_page_is_split_hidden)
{
	__vaddr_t base = BASE + (2UL << 32);
	unsigned long large = PAGE_FLAG_SIZE(1) | PAGE_FLAG_FORCE_SIZE;

	UK_TEST_ASSERT_ZERO(
		ukplat_page_map(pt, base, __PADDR_ANY, 1, RW, large));
	*(volatile int *)(base + 8 * __PAGE_SIZE) = 42;
	UK_TEST_ASSERT_ZERO(
		ukplat_page_set_attr(pt, base, 1, PAGE_ATTR_PROT_NONE, large));
	UK_TEST_EXPECT(!readable(base));
	UK_TEST_ASSERT_ZERO(
		ukplat_page_set_attr(pt, base + 8 * __PAGE_SIZE, 1, RW, 0));
	UK_TEST_EXPECT(!readable(base + 7 * __PAGE_SIZE));
	UK_TEST_EXPECT(!readable(base + 9 * __PAGE_SIZE));
	UK_TEST_EXPECT_SNUM_EQ(*(volatile int *)(base + 8 * __PAGE_SIZE), 42);
	UK_TEST_ASSERT_ZERO(ukplat_page_unmap(pt, base, 1, PAGE_FLAG_SIZE(1)));
}

/* Memory of the machine itself: a guard page in the middle of the heap. */
UK_TESTCASE(ukpaging_map, guards_in_memory_mapped_at_boot)
{
	const struct ukplat_bootinfo *bi = ukplat_bootinfo_get();

	for (unsigned int i = 0; i < bi->region_count; i++) {
		const struct ukplat_memregion *r = &bi->regions[i];
		__vaddr_t page = ALIGN_DOWN(r->pbase + r->len / 2, __PAGE_SIZE);

		if (r->type != UKPLAT_MEMRT_HEAP)
			continue;
		UK_TEST_ASSERT_ZERO(ukplat_page_set_attr(
			pt, page, 1, PAGE_ATTR_PROT_NONE, 0));
		UK_TEST_EXPECT(!readable(page));
		UK_TEST_EXPECT(writable(page - 1));
		UK_TEST_EXPECT(writable(page + __PAGE_SIZE));
		UK_TEST_ASSERT_ZERO(ukplat_page_set_attr(pt, page, 1, RW, 0));
		UK_TEST_EXPECT(writable(page));
	}
}

/* --- writing through protection --------------------------------------------*/

static const char constant[] = "a constant";
static const char two_pages[2 * __PAGE_SIZE] __aligned(__PAGE_SIZE) = { 1 };

static __noinline int answer(void)
{
	__asm__ volatile("" : : : "memory");
	return 41;
}

UK_TESTCASE(ukpaging_poke, writes_constants_and_leaves_them_read_only)
{
	__vaddr_t at = (__vaddr_t)constant;

	UK_TEST_ASSERT_ZERO(ukplat_page_poke(at, "A", 1));
	UK_TEST_EXPECT_SNUM_EQ(*(volatile const char *)constant, 'A');
	UK_TEST_EXPECT_SNUM_EQ(((volatile const char *)constant)[1], ' ');
	UK_TEST_EXPECT(!writable(at));
	UK_TEST_ASSERT_ZERO(ukplat_page_poke(at, "a", 1));
}

UK_TESTCASE(ukpaging_poke, crosses_pages)
{
	__vaddr_t at = (__vaddr_t)two_pages + __PAGE_SIZE - 4;

	UK_TEST_ASSERT_ZERO(ukplat_page_poke(at, "12345678", 8));
	UK_TEST_EXPECT_BYTES_EQ((void *)at, "12345678", 8);
}

/* Each change is seen by the next call. */
UK_TESTCASE(ukpaging_poke, changes_running_code)
{
	extern char ukpaging_test_code[], ukpaging_test_code_end[];
	__sz len = (__sz)(ukpaging_test_code_end - ukpaging_test_code);
	int (*volatile fn)(void) = answer;
	char saved[32];

	UK_TEST_ASSERT(len <= sizeof(saved));
	UK_TEST_EXPECT_SNUM_EQ(fn(), 41);
	memcpy(saved, (void *)answer, len);
	for (int i = 0; i < 3; i++) {
		UK_TEST_ASSERT_ZERO(ukplat_page_poke((__vaddr_t)answer,
						     ukpaging_test_code, len));
		UK_TEST_EXPECT_SNUM_EQ(fn(), 42);
		UK_TEST_ASSERT_ZERO(
			ukplat_page_poke((__vaddr_t)answer, saved, len));
		UK_TEST_EXPECT_SNUM_EQ(fn(), 41);
	}
}

/* As a debugger does. */
static int poke_in_trap, poke_result;

static int on_debug(void *data)
{
	struct ukarch_trap_ctx *ctx = data;

	if (!poke_in_trap)
		return UK_EVENT_NOT_HANDLED;
	poke_result = ukplat_page_poke((__vaddr_t)two_pages, "trap", 4);
	/* x86_64 reports the instruction after, arm64 the one itself. */
	if (UKARCH_INSN_UNIT == 4)
		ukarch_regs_set_pc(ctx->regs, ukarch_regs_pc(ctx->regs) + 4);
	return UK_EVENT_HANDLED;
}

UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_DEBUG, on_debug, 1);

UK_TESTCASE(ukpaging_poke, works_in_trap_context)
{
	extern void ukpaging_test_trap(void);

	poke_result = -1;
	poke_in_trap = 1;
	ukpaging_test_trap();
	poke_in_trap = 0;
	UK_TEST_EXPECT_ZERO(poke_result);
	UK_TEST_EXPECT_BYTES_EQ(two_pages, "trap", 4);
}

UK_TESTCASE(ukpaging_poke, refuses)
{
	__vaddr_t last = ALIGN_DOWN((__vaddr_t)_end - 1, __PAGE_SIZE);

	UK_TEST_EXPECT_SNUM_EQ(ukplat_page_poke(0, "x", 1), -EFAULT);
	UK_TEST_EXPECT_SNUM_EQ(ukplat_page_poke(BASE, "x", 1), -EFAULT);
	UK_TEST_EXPECT_SNUM_EQ(ukplat_page_poke(1UL << 62, "x", 1), -EFAULT);
	UK_TEST_EXPECT_SNUM_EQ(ukplat_page_poke(~0UL, "xy", 2), -EINVAL);
	UK_TEST_EXPECT_ZERO(ukplat_page_poke(last, "x", 0));
}

/* --- the pool
 * ----------------------------------------------------------------*/

UK_TESTCASE(ukpaging_falloc, gives_and_takes)
{
	struct uk_falloc_stats s;
	__sz before = free_bytes();
	__paddr_t p[UK_FALLOC_ORDERS];

	for (unsigned int o = 0; o < UK_FALLOC_ORDERS - 1; o++) {
		p[o] = uk_falloc(o);
		UK_TEST_ASSERT(p[o] != __PADDR_INV);
		UK_TEST_EXPECT_ZERO(p[o] & (UK_FALLOC_SIZE(o) - 1));
		memset((void *)p[o], 0x11, UK_FALLOC_SIZE(o));
	}
	for (unsigned int o = 0; o < UK_FALLOC_ORDERS - 1; o++)
		uk_ffree(p[o], o);
	uk_falloc_stats_get(&s);
	UK_TEST_EXPECT_UNUM_EQ(s.free, before);
	UK_TEST_EXPECT(s.total >= s.free && s.free >= s.largest);
	UK_TEST_EXPECT_UNUM_EQ(uk_falloc(UK_FALLOC_ORDERS), __PADDR_INV);
}

uk_testsuite_register(ukpaging_map, init);
uk_testsuite_register(ukpaging_poke, NULL);
uk_testsuite_register(ukpaging_falloc, NULL);
