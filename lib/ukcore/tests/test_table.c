/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Link-time tables: order, count, emptiness, and no holes between records,
 * which compilers like to align further when they are large.
 */
#include <string.h>
#include <uk/stack.h>
#include <uk/table.h>
#include <uk/test.h>

struct small {
	unsigned long prio;
};

struct large {
	unsigned long prio;
	const char *name;
	unsigned char body[56];
};

UK_TABLE_DEFINE(test_small, struct small);
UK_TABLE_DEFINE(test_large, struct large);
UK_TABLE_DEFINE(test_empty, struct large);

/* In no order, by number and by name. */
UK_TABLE_RECORD(test_small, struct small, 5, s5) = { 5 };
UK_TABLE_RECORD(test_small, struct small, 9, s9) = { 9 };
UK_TABLE_RECORD(test_small, struct small, 0, s0) = { 0 };
UK_TABLE_RECORD(test_small, struct small, 7, s7) = { 7 };
UK_TABLE_RECORD(test_small, struct small, 2, s2) = { 2 };
UK_TABLE_RECORD(test_small, struct small, UK_PRIO_AFTER(2), s3) = { 3 };
UK_TABLE_RECORD(test_small, struct small, UK_PRIO_BEFORE(9), s8) = { 8 };
UK_TABLE_RECORD(test_small, struct small, 6, s6) = { 6 };
UK_TABLE_RECORD(test_small, struct small, UK_PRIO_AFTER(UK_PRIO_EARLIEST),
		s1) = { 1 };
UK_TABLE_RECORD(test_small, struct small, 4, s4) = { 4 };

UK_TABLE_RECORD(test_large, struct large, 9, l_last) = { 9, "last", { 1 } };
UK_TABLE_RECORD(test_large, struct large, 3, l_a) = { 3, "a", { 2 } };
UK_TABLE_RECORD(test_large, struct large, 0, l_first) = { 0, "first", { 3 } };
UK_TABLE_RECORD(test_large, struct large, 3, l_b) = { 3, "b", { 4 } };

UK_TESTCASE(ukcore_table, walks_by_priority)
{
	unsigned long next = 0;

	UK_TEST_EXPECT_UNUM_EQ(uk_table_count(test_small), 10);
	uk_table_foreach (test_small, rec)
		UK_TEST_EXPECT_UNUM_EQ(rec->prio, next++);
	UK_TEST_EXPECT_UNUM_EQ(next, 10);
}

UK_TESTCASE(ukcore_table, has_no_holes)
{
	const struct large *records[] = { &l_last, &l_a, &l_first, &l_b };
	__uptr start = (__uptr)uk_table_start(test_large);
	unsigned int at[4] = { 0 };

	UK_TEST_ASSERT_UNUM_EQ(uk_table_count(test_large), 4);
	for (unsigned int i = 0; i < 4; i++) {
		__uptr offset = (__uptr)records[i] - start;

		UK_TEST_ASSERT_ZERO(offset % sizeof(struct large));
		UK_TEST_ASSERT_UNUM_LT(offset / sizeof(struct large), 4);
		at[offset / sizeof(struct large)]++;
	}
	for (unsigned int i = 0; i < 4; i++)
		UK_TEST_EXPECT_UNUM_EQ(at[i], 1);
	UK_TEST_EXPECT_PTR_EQ(uk_table_start(test_large), &l_first);
	UK_TEST_EXPECT_PTR_EQ(uk_table_end(test_large) - 1, &l_last);
	UK_TEST_EXPECT_ZERO(strcmp(uk_table_start(test_large)->name, "first"));
}

UK_TESTCASE(ukcore_table, may_be_empty)
{
	UK_TEST_EXPECT_ZERO(uk_table_count(test_empty));
	uk_table_foreach (test_empty, rec)
		UK_TEST_EXPECT_NULL(rec);
}

/* The neighbours of an empty table in the image are another table's. */
UK_TESTCASE(ukcore_table, tables_do_not_mix)
{
	UK_TEST_EXPECT((__uptr)uk_table_end(test_small) <=
			       (__uptr)uk_table_start(test_large) ||
		       (__uptr)uk_table_end(test_large) <=
			       (__uptr)uk_table_start(test_small));
}

/* --- stacks ----------------------------------------------------------------*/

UK_STACK_DEFINE(table_test_stack, "table test", 2 * __PAGE_SIZE);

UK_TESTCASE(ukcore_table, stacks_are_found_by_address)
{
	__vaddr_t base = (__vaddr_t)table_test_stack;
	__vaddr_t top = base + 3 * __PAGE_SIZE;
	const struct uk_stack *s = uk_stack_find(base);

	UK_TEST_ASSERT_NOT_NULL(s);
	UK_TEST_EXPECT_ZERO(strcmp(s->name, "table test"));
	UK_TEST_EXPECT_UNUM_EQ((__vaddr_t)s->base, base + __PAGE_SIZE);
	UK_TEST_EXPECT_UNUM_EQ((__vaddr_t)s->top, top);
	UK_TEST_EXPECT_ZERO(base % __PAGE_SIZE);
	UK_TEST_EXPECT_PTR_EQ(uk_stack_find(top - 1), s);
	UK_TEST_EXPECT_PTR_NQ(uk_stack_find(top), s);
	UK_TEST_EXPECT_PTR_NQ(uk_stack_find(base - 1), s);
	UK_TEST_EXPECT_NULL(uk_stack_find(0));
	UK_TEST_EXPECT_NULL(uk_stack_find(__VADDR_INV));
	s = uk_stack_find((__vaddr_t)__builtin_frame_address(0));
	UK_TEST_ASSERT_NOT_NULL(s);
	UK_TEST_EXPECT_ZERO(strcmp(s->name, "main"));
}

uk_testsuite_register(ukcore_table, NULL);
