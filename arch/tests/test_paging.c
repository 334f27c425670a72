/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The page tables that the image really runs on, and the mapper on tables of
 * its own.
 */
#include <errno.h>
#include <string.h>
#include <uk/arch/paging.h>
#include <uk/plat/image.h>
#include <uk/stack.h>
#include <uk/test.h>

static const int constant = 1;
static int variable = 1;

static unsigned long prot(const void *p)
{
	struct uk_page_walk w;

	if (uk_page_walk((__vaddr_t)p, &w))
		return PAGE_ATTR_PROT_NONE;
	return w.attr;
}

UK_TESTCASE(ukpaging, image_is_write_xor_execute)
{
	UK_TEST_EXPECT_UNUM_EQ(prot((void *)prot), PAGE_ATTR_PROT_RX);
	UK_TEST_EXPECT_UNUM_EQ(prot(&constant), PAGE_ATTR_PROT_READ);
	UK_TEST_EXPECT_UNUM_EQ(prot(&variable), PAGE_ATTR_PROT_RW);
	for (char *p = _text; p < _etext; p += __PAGE_SIZE)
		UK_TEST_ASSERT_SNUM_EQ(prot(p), PAGE_ATTR_PROT_RX);
	for (char *p = _rodata; p < _erodata; p += __PAGE_SIZE)
		UK_TEST_ASSERT_SNUM_EQ(prot(p), PAGE_ATTR_PROT_READ);
}

UK_TESTCASE(ukpaging, nothing_at_null_and_guards)
{
	struct uk_page_walk w;

	UK_TEST_EXPECT_SNUM_EQ(uk_page_walk(0, &w), -EFAULT);
	UK_TEST_EXPECT_ZERO(w.mapped);
	uk_table_foreach (stack, s) {
		UK_TEST_EXPECT_UNUM_EQ(prot(s->guard), PAGE_ATTR_PROT_NONE);
		UK_TEST_EXPECT_UNUM_EQ(prot(s->base - 1), PAGE_ATTR_PROT_NONE);
		UK_TEST_EXPECT_UNUM_EQ(prot(s->base), PAGE_ATTR_PROT_RW);
		UK_TEST_EXPECT_UNUM_EQ(prot(s->top - 1), PAGE_ATTR_PROT_RW);
	}
}

UK_TESTCASE(ukpaging, walk_gives_address_and_levels)
{
	struct uk_page_walk w;

	UK_TEST_ASSERT_ZERO(uk_page_walk((__vaddr_t)&variable + 1, &w));
	UK_TEST_EXPECT_UNUM_EQ(w.paddr, (__paddr_t)&variable + 1);
	UK_TEST_EXPECT(w.mapped);
	UK_TEST_EXPECT_UNUM_EQ(w.table[PAGE_LEVELS - 1], ukarch_pt_root(0));
	for (int l = PAGE_LEVELS - 1; l > w.level; l--)
		UK_TEST_EXPECT_UNUM_EQ(ukarch_pte_paddr(w.pte[l]),
				       w.table[l - 1]);
	UK_TEST_EXPECT_SNUM_EQ(uk_page_walk(1UL << 62, &w), -EINVAL);
	UK_TEST_EXPECT_SNUM_EQ(w.level, -1);
}

/* --- the mapper ------------------------------------------------------------*/

#define TABLES 8

static char tables[TABLES][__PAGE_SIZE] __aligned(__PAGE_SIZE);
static unsigned int used;

static __paddr_t table_alloc(void)
{
	if (used == TABLES)
		return __PADDR_INV;
	memset(tables[used], 0, __PAGE_SIZE);
	return (__paddr_t)tables[used++];
}

/* The leaf that maps vaddr below root, 0 if none does. */
static __pte_t leaf(__paddr_t root, __vaddr_t vaddr, int *level)
{
	for (int l = PAGE_LEVELS - 1; l >= 0; l--) {
		__pte_t pte = ((__pte_t *)root)[vaddr >> PAGE_LEVEL_SHIFT(l) &
						(PAGE_ENTRIES - 1)];

		*level = l;
		if (!ukarch_pte_present(pte))
			return 0;
		if (ukarch_pte_leaf(pte, l))
			return pte;
		root = ukarch_pte_paddr(pte);
	}
	return 0;
}

#define MIB (1UL << 20)

UK_TESTCASE(ukpaging, large_pages_are_used_and_split)
{
	__paddr_t root;
	__pte_t pte;
	int level;

	used = 0;
	root = table_alloc();
	UK_TEST_ASSERT_ZERO(ukarch_pt_map(root, 4 * MIB, 4 * MIB, 4 * MIB,
					  PAGE_ATTR_PROT_RW, table_alloc));
	UK_TEST_EXPECT_SNUM_EQ(used, 3);
	pte = leaf(root, 5 * MIB, &level);
	UK_TEST_EXPECT_SNUM_EQ(level, 1);
	UK_TEST_EXPECT_UNUM_EQ(ukarch_pte_prot(pte), PAGE_ATTR_PROT_RW);

	UK_TEST_ASSERT_ZERO(ukarch_pt_map(root, 5 * MIB, 5 * MIB, __PAGE_SIZE,
					  PAGE_ATTR_PROT_NONE, table_alloc));
	UK_TEST_EXPECT_SNUM_EQ(used, 4);
	UK_TEST_EXPECT_ZERO(leaf(root, 5 * MIB, &level));
	pte = leaf(root, 5 * MIB + __PAGE_SIZE, &level);
	UK_TEST_EXPECT_SNUM_EQ(level, 0);
	UK_TEST_EXPECT_UNUM_EQ(ukarch_pte_paddr(pte), 5 * MIB + __PAGE_SIZE);
	UK_TEST_EXPECT_UNUM_EQ(ukarch_pte_prot(pte), PAGE_ATTR_PROT_RW);
	leaf(root, 7 * MIB, &level);
	UK_TEST_EXPECT_SNUM_EQ(level, 1);
}

UK_TESTCASE(ukpaging, mapper_refuses)
{
	__paddr_t root;

	used = 0;
	root = table_alloc();
	UK_TEST_EXPECT_SNUM_EQ(ukarch_pt_map(root, 1, 0, __PAGE_SIZE,
					     PAGE_ATTR_PROT_RW, table_alloc),
			       -EINVAL);
	UK_TEST_EXPECT_SNUM_EQ(
		ukarch_pt_map(root, 0, 0, 100, PAGE_ATTR_PROT_RW, table_alloc),
		-EINVAL);
	used = TABLES - 1;
	UK_TEST_EXPECT_SNUM_EQ(ukarch_pt_map(root, __PAGE_SIZE, 0, __PAGE_SIZE,
					     PAGE_ATTR_PROT_RW, table_alloc),
			       -ENOMEM);
}

UK_TESTCASE(ukpaging, attributes_survive)
{
	static const unsigned long attrs[] = {
		PAGE_ATTR_PROT_READ,
		PAGE_ATTR_PROT_RW,
		PAGE_ATTR_PROT_RX,
		PAGE_ATTR_PROT_RW | PAGE_ATTR_DEVICE,
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(attrs); i++)
		for (unsigned int l = 0; l <= UKARCH_PAGE_LEVEL_MAX; l++) {
			__pte_t pte = ukarch_pte_page(0x40000000, l, attrs[i]);

			UK_TEST_EXPECT(ukarch_pte_present(pte));
			UK_TEST_EXPECT(ukarch_pte_leaf(pte, l));
			UK_TEST_EXPECT_UNUM_EQ(ukarch_pte_prot(pte), attrs[i]);
		}
	UK_TEST_EXPECT(!ukarch_pte_leaf(ukarch_pte_table(0x40000000), 1));
}

uk_testsuite_register(ukpaging, NULL);
