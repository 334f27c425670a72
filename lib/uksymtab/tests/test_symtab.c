/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The tables of the running image about this very file. That every symbol,
 * row and rule is right is compared with other tools on the host.
 */
#include <string.h>
#include <uk/essentials.h>
#include <uk/symtab.h>
#include <uk/test.h>

/* What a call gives without the option. */
#ifdef CONFIG_LIBUKSYMTAB_LINES
#define LINES_RC 0
#else
#define LINES_RC -ENOENT
#endif
#ifdef CONFIG_LIBUKSYMTAB_INLINES
#define INLINES_RC 0
#else
#define INLINES_RC -ENOENT
#endif
#ifdef CONFIG_LIBUKSYMTAB_UNWIND
#define UNWIND_RC 0
#else
#define UNWIND_RC -ENOENT
#endif

#define THIS_FILE "lib/uksymtab/tests/test_symtab.c"

unsigned char known_object[24] = { 1 };

/* Where it will return to: an address in the caller. */
static __uptr __attribute__((noinline)) return_address(void)
{
	return (__uptr)__builtin_return_address(0);
}

enum { KNOWN_LINE = __LINE__ + 1 };
static __uptr __attribute__((noinline)) known_function(void)
{
	return return_address() + known_object[0] - 1;
}

enum { INLINED_LINE = __LINE__ + 3 };
static inline __attribute__((always_inline)) __uptr inlined_function(void)
{
	return return_address() + known_object[0] - 1;
}

enum { CALL_LINE = __LINE__ + 3 };
static __uptr __attribute__((noinline)) outer_function(void)
{
	return inlined_function() + known_object[0] - 1;
}

UK_TESTCASE(uksymtab, functions)
{
	struct uk_symbol sym;
	__uptr inside = known_function();

	UK_TEST_ASSERT_ZERO(uk_resolve_symbol(inside, &sym));
	UK_TEST_EXPECT_ZERO(strcmp(sym.name, "known_function"));
	UK_TEST_EXPECT_UNUM_EQ(sym.start, (__uptr)known_function);
	UK_TEST_EXPECT_UNUM_GT(sym.size, inside - sym.start - 1);
}

UK_TESTCASE(uksymtab, objects)
{
	struct uk_symbol sym;

	UK_TEST_ASSERT_ZERO(uk_resolve_symbol((__uptr)known_object + 23, &sym));
	UK_TEST_EXPECT_ZERO(strcmp(sym.name, "known_object"));
	UK_TEST_EXPECT_UNUM_EQ(sym.start, (__uptr)known_object);
	UK_TEST_EXPECT_UNUM_EQ(sym.size, sizeof(known_object));
}

UK_TESTCASE(uksymtab, by_name)
{
	struct uk_symbol sym;

	UK_TEST_ASSERT_ZERO(uk_symbol_lookup("known_object", &sym));
	UK_TEST_EXPECT_UNUM_EQ(sym.start, (__uptr)known_object);
	UK_TEST_EXPECT_SNUM_EQ(uk_symbol_lookup("known_objec", &sym), -ENOENT);
}

UK_TESTCASE(uksymtab, not_in_the_image)
{
	struct uk_source_loc loc;
	struct uk_symbol sym;

	UK_TEST_EXPECT_SNUM_EQ(uk_resolve_symbol(0, &sym), -ENOENT);
	UK_TEST_EXPECT_SNUM_EQ(uk_resolve_symbol(~0UL, &sym), -ENOENT);
	UK_TEST_EXPECT_SNUM_EQ(uk_resolve_line(~0UL, &loc), -ENOENT);
	UK_TEST_EXPECT_SNUM_EQ(uk_resolve_line((__uptr)known_object, &loc),
			       -ENOENT);
}

/* What the walk has seen. */
struct walked {
	unsigned int count;
	unsigned int disordered;
	unsigned int lost;
	__uptr last;
};

static int walk(const struct uk_symbol *sym, void *arg)
{
	struct walked *w = arg;
	struct uk_symbol again;

	w->disordered += w->count && sym->start <= w->last;
	w->lost += uk_resolve_symbol(sym->start, &again) ||
		   again.start != sym->start;
	w->last = sym->start;
	w->count++;
	return 0;
}

UK_TESTCASE(uksymtab, every_symbol_finds_itself)
{
	struct walked w = { 0 };

	UK_TEST_ASSERT_ZERO(uk_symtab_foreach(walk, &w));
	UK_TEST_EXPECT_UNUM_GT(w.count, 50);
	UK_TEST_EXPECT_ZERO(w.disordered);
	UK_TEST_EXPECT_ZERO(w.lost);
}

UK_TESTCASE(uksymtab, lines)
{
	struct uk_source_loc loc;
	int rc = uk_resolve_line((__uptr)known_function, &loc);

	UK_TEST_ASSERT_SNUM_EQ(rc, LINES_RC);
	if (rc)
		return;
	UK_TEST_EXPECT_ZERO(strcmp(loc.file, THIS_FILE));
	UK_TEST_EXPECT_UNUM_GE(loc.line, KNOWN_LINE);
	UK_TEST_EXPECT_UNUM_LE(loc.line, KNOWN_LINE + 1);
}

UK_TESTCASE(uksymtab, inlined_functions)
{
	struct uk_inline_frame f;
	__uptr call = outer_function() - 1;
	int rc = uk_resolve_inline(call, 0, &f);

	UK_TEST_ASSERT_SNUM_EQ(rc, INLINES_RC);
	if (rc)
		return;
	UK_TEST_EXPECT_ZERO(strcmp(f.function, "inlined_function"));
	UK_TEST_EXPECT_ZERO(strcmp(f.loc.file, THIS_FILE));
	UK_TEST_EXPECT_UNUM_EQ(f.loc.line, INLINED_LINE);
	UK_TEST_EXPECT_NOT_ZERO(f.inlined);

	UK_TEST_ASSERT_ZERO(uk_resolve_inline(call, 1, &f));
	UK_TEST_EXPECT_ZERO(strcmp(f.function, "outer_function"));
	UK_TEST_EXPECT_ZERO(strcmp(f.loc.file, THIS_FILE));
	UK_TEST_EXPECT_UNUM_EQ(f.loc.line, CALL_LINE);
	UK_TEST_EXPECT_ZERO(f.inlined);

	UK_TEST_EXPECT_SNUM_EQ(uk_resolve_inline(call, 2, &f), -ENOENT);
}

UK_TESTCASE(uksymtab, unwind_rules)
{
	struct uk_unwind_rule rule;
	int rc;

	/* At its first instruction a function has saved nothing yet; at a
	 * call its frame stands
	 */
	rc = uk_symtab_unwind_rule((__uptr)known_function, &rule);
	UK_TEST_ASSERT_SNUM_EQ(rc, UNWIND_RC);
	if (rc)
		return;
	UK_TEST_EXPECT_ZERO(rule.fp_saved);
	UK_TEST_EXPECT_ZERO(rule.cfa_from_fp);
	UK_TEST_EXPECT_UNUM_EQ(rule.cfa_offset,
			       rule.ra == UK_UNWIND_RA_REG ? 0 : 8);
	UK_TEST_EXPECT_SNUM_EQ(
		uk_symtab_unwind_rule(known_function() - 1, &rule), -ENOENT);
}

uk_testsuite_register(uksymtab, NULL);
