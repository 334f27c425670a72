/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Accesses that are refused: each returns the exact count, copies exactly
 * that and touches nothing else. The hole in `area` is made by the boot code:
 * it is registered as the guard page of a stack.
 */
#include <string.h>
#include <uk/nofault.h>
#include <uk/plat/image.h>
#include <uk/stack.h>
#include <uk/test.h>
#include <uk/trap.h>

#define LEN_MAX 200
#define AROUND 16 /* bytes checked on either side of a copy */

/* Two pages, the hole, another page. */
static char area[4 * __PAGE_SIZE] __aligned(__PAGE_SIZE);
#define EDGE (area + 2 * __PAGE_SIZE)	/* first byte of the hole */
#define BEHIND (area + 3 * __PAGE_SIZE) /* first byte after it */

UK_TABLE_RECORD(stack, struct uk_stack, 9, nofault_hole) = {
	.name = "nofault test",
	.guard = EDGE,
	.base = BEHIND,
	.top = area + sizeof(area),
};

static char source[LEN_MAX + 2 * AROUND], dest[LEN_MAX + 2 * AROUND];
static const __u64 constant = 0x1122334455667788;

static char pattern(__sz i, unsigned int seed)
{
	return (char)(i * 7 + seed);
}

static void fill(volatile char *p, __sz len, unsigned int seed)
{
	for (__sz i = 0; i < len; i++)
		p[i] = pattern(i, seed);
}

/* 1 if p holds copied bytes of the source at [from, to) and its own else. */
static int holds(const volatile char *p, __sz len, __sz from, __sz to,
		 const char *src)
{
	for (__sz i = 0; i < len; i++)
		if (p[i] !=
		    (i >= from && i < to ? src[i - from] : pattern(i, 1)))
			return 0;
	return 1;
}

/* The last `cut` of len bytes lie in the hole, on the source's side. */
static int read_to_edge(__sz len, __sz cut, __sz align)
{
	char *src = EDGE - (len - cut);
	__sz n;

	fill(dest, sizeof(dest), 1);
	n = uk_nofault_memcpy(dest + align, src, len, 0);
	return n == len - cut &&
	       holds(dest, sizeof(dest), align, align + n, src);
}

/* The same on the destination's side. */
static int write_to_edge(__sz len, __sz cut, __sz align)
{
	__sz room = LEN_MAX + AROUND;
	__sz at = room - (len - cut);
	__sz n;

	fill(EDGE - room, room, 1);
	n = uk_nofault_memcpy(EDGE - (len - cut), source + align, len, 0);
	return n == len - cut &&
	       holds(EDGE - room, room, at, room, source + align);
}

static int every_length(int (*copy)(__sz len, __sz cut, __sz align))
{
	static const __sz aligns[] = { 0, 1, 3, 4, 7, 8, 13 };

	fill(source, sizeof(source), 77);
	fill(EDGE - __PAGE_SIZE, __PAGE_SIZE, 55);
	for (__sz len = 0; len <= LEN_MAX; len++)
		for (__sz cut = 0; cut <= len; cut += 1 + (cut > 17) * 23)
			for (__sz i = 0; i < ARRAY_SIZE(aligns); i++)
				if (!copy(len, cut, aligns[i]))
					return 0;
	return 1;
}

UK_TESTCASE(uknofault, reads_end_at_the_last_byte)
{
	UK_TEST_EXPECT(every_length(read_to_edge));
}

UK_TESTCASE(uknofault, writes_end_at_the_last_byte)
{
	UK_TEST_EXPECT(every_length(write_to_edge));
}

UK_TESTCASE(uknofault, nothing_is_copied_from_inside_of_a_hole)
{
	fill(dest, sizeof(dest), 1);
	UK_TEST_EXPECT_ZERO(uk_nofault_memcpy(dest, EDGE, 100, 0));
	UK_TEST_EXPECT_ZERO(uk_nofault_memcpy(dest, BEHIND - 1, 100, 0));
	UK_TEST_EXPECT_ZERO(uk_nofault_memcpy(EDGE, dest, 100, 0));
	UK_TEST_EXPECT_ZERO(uk_nofault_memcpy(dest, NULL, 100, 0));
	UK_TEST_EXPECT(holds(dest, sizeof(dest), 0, 0, dest));
}

/* Both sides cross pages of their own; the hole's bytes are left out. */
UK_TESTCASE(uknofault, continues_behind_a_hole)
{
	static char big[__PAGE_SIZE + 64];
	const __sz before = 5, after = 7;
	const __sz len = before + __PAGE_SIZE + after;

	for (__sz align = 0; align < 16; align += 5) {
		char *to = big + align;

		fill(EDGE - before, before, 55);
		fill(BEHIND, after, 66);
		fill(big, sizeof(big), 1);
		UK_TEST_EXPECT_UNUM_EQ(
			uk_nofault_memcpy(to, EDGE - before, len, 0), before);
		UK_TEST_EXPECT_UNUM_EQ(uk_nofault_memcpy(to, EDGE - before, len,
							 UK_NOFAULTF_CONTINUE),
				       before + after);
		UK_TEST_EXPECT_BYTES_EQ(to, EDGE - before, before);
		UK_TEST_EXPECT_BYTES_EQ(to + len - after, BEHIND, after);
		for (__sz i = before; i < len - after; i++)
			UK_TEST_ASSERT(to[i] == pattern(align + i, 1));

		fill(BEHIND, after, 1);
		UK_TEST_EXPECT_UNUM_EQ(uk_nofault_memcpy(EDGE - before, to, len,
							 UK_NOFAULTF_CONTINUE),
				       before + after);
		UK_TEST_EXPECT_BYTES_EQ(BEHIND, to + len - after, after);
	}
	UK_TEST_EXPECT_UNUM_EQ(
		uk_nofault_memcpy(dest, BEHIND - 10, 30, UK_NOFAULTF_CONTINUE),
		20);
}

UK_TESTCASE(uknofault, probes_count_bytes)
{
	__vaddr_t edge = (__vaddr_t)EDGE;

	fill(EDGE - 10, 10, 3);
	UK_TEST_EXPECT_ZERO(uk_nofault_probe_r(edge - 10, 0, 0));
	UK_TEST_EXPECT_UNUM_EQ(uk_nofault_probe_r(edge - 10, 10, 0), 10);
	UK_TEST_EXPECT_UNUM_EQ(uk_nofault_probe_r(edge - 10, 11, 0), 10);
	UK_TEST_EXPECT_UNUM_EQ(uk_nofault_probe_rw(edge - 10, 11, 0), 10);
	UK_TEST_EXPECT_ZERO(uk_nofault_probe_r(edge, 1, 0));
	UK_TEST_EXPECT_ZERO(uk_nofault_probe_rw(edge + 4095, 100, 0));
	UK_TEST_EXPECT_UNUM_EQ(uk_nofault_probe_r(edge - 10, 20 + __PAGE_SIZE,
						  UK_NOFAULTF_CONTINUE),
			       20);
	UK_TEST_EXPECT_UNUM_EQ(uk_nofault_probe_rw(edge - 10, 20 + __PAGE_SIZE,
						   UK_NOFAULTF_CONTINUE),
			       20);
	UK_TEST_EXPECT_UNUM_EQ(
		uk_nofault_probe_r((__vaddr_t)area, sizeof(area), 0),
		2 * __PAGE_SIZE);
	for (__sz i = 0; i < 10; i++)
		UK_TEST_EXPECT(EDGE[(long)i - 10] == pattern(i, 3));
}

UK_TESTCASE(uknofault, rights_are_kept)
{
	__u64 value = 5;

	UK_TEST_EXPECT_UNUM_EQ(uk_nofault_probe_r((__vaddr_t)&constant, 8, 0),
			       8);
	UK_TEST_EXPECT_ZERO(uk_nofault_probe_rw((__vaddr_t)&constant, 8, 0));
	UK_TEST_EXPECT_ZERO(
		uk_nofault_memcpy((char *)&constant, (char *)&value, 8, 0));
	UK_TEST_EXPECT(!uk_nofault_try_write(value, &constant));
	UK_TEST_EXPECT_UNUM_EQ(UK_READ_ONCE(constant), 0x1122334455667788);
	UK_TEST_EXPECT_ZERO(uk_nofault_probe_rw((__vaddr_t)_text, 1, 0));
	UK_TEST_EXPECT_UNUM_EQ(
		uk_nofault_probe_r((__vaddr_t)_text, (__sz)(_etext - _text), 0),
		(__sz)(_etext - _text));
}

UK_TESTCASE(uknofault, tries_one_value)
{
	__u64 value = 0;
	__u32 word = 0;

	UK_TEST_EXPECT(uk_nofault_try_read(value, &constant));
	UK_TEST_EXPECT_UNUM_EQ(value, constant);
	UK_TEST_EXPECT(uk_nofault_try_write((__u32)7, &word));
	UK_TEST_EXPECT_UNUM_EQ(word, 7);
	UK_TEST_EXPECT(!uk_nofault_try_read(value, EDGE - 7));
	UK_TEST_EXPECT(!uk_nofault_try_write(value, EDGE - 7));
}

/* Nothing of the kind is mapped anywhere near. */
static const __vaddr_t impossible[] = {
	0,
	0x00007ffffffffff8,
	0x0000800000000000,
	0x0001000000000000,
	0x8000deadbeef0000,
	0xffff7fffffffffff,
	0xffff800000000000,
	0xfffffffffffffff9,
	0xffffffffffffffff,
};

UK_TESTCASE(uknofault, impossible_addresses)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(impossible); i++) {
		__vaddr_t addr = impossible[i];

		UK_TEST_EXPECT_ZERO(uk_nofault_probe_r(addr, 100, 0));
		UK_TEST_EXPECT_ZERO(uk_nofault_probe_rw(addr, 100, 0));
		UK_TEST_EXPECT_ZERO(
			uk_nofault_probe_r(addr, 100, UK_NOFAULTF_CONTINUE));
		UK_TEST_EXPECT_ZERO(
			uk_nofault_memcpy(dest, (char *)addr, 100, 0));
		UK_TEST_EXPECT_ZERO(uk_nofault_memcpy((char *)addr, dest, 100,
						      UK_NOFAULTF_CONTINUE));
	}
}

UK_TESTCASE(uknofault, any_length)
{
	UK_TEST_EXPECT_UNUM_EQ(uk_nofault_memcpy(dest, EDGE - 70, ~0UL, 0), 70);
	UK_TEST_EXPECT_UNUM_EQ(uk_nofault_memcpy(dest, EDGE - 70, ~0UL >> 1, 0),
			       70);
	UK_TEST_EXPECT_UNUM_EQ(uk_nofault_probe_r((__vaddr_t)EDGE - 7, ~0UL, 0),
			       7);
}

UK_TESTCASE(uknofault, counts_faults)
{
	unsigned long before = uk_nofault_count();

	uk_nofault_probe_r((__vaddr_t)area, 2 * __PAGE_SIZE, 0);
	UK_TEST_EXPECT_UNUM_EQ(uk_nofault_count(), before);
	uk_nofault_probe_r((__vaddr_t)EDGE, 1, 0);
	UK_TEST_EXPECT_UNUM_EQ(uk_nofault_count(), before + 1);
}

/* --- demand paging, in whose place this handler stands -------------------- */

static struct {
	int armed, asked, was_nopaging;
	int nest; /* use nofault itself inside of the handler */
	__sz nested_count;
} pager;

static int on_page_fault(void *data)
{
	struct ukarch_trap_ctx *ctx = data;
	char buf[16];

	if (!pager.armed)
		return UK_EVENT_NOT_HANDLED;
	pager.asked++;
	pager.was_nopaging = uk_nofault_nopaging();
	if (pager.nest) {
		pager.nest = 0;
		pager.nested_count = uk_nofault_memcpy(
			buf, (char *)ctx->fault_address - 3, sizeof(buf), 0);
	}
	return UK_EVENT_NOT_HANDLED;
}

UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_PAGE_FAULT, on_page_fault, 2);

UK_TESTCASE(uknofault, paging_is_asked_unless_forbidden)
{
	memset(&pager, 0, sizeof(pager));
	pager.armed = 1;
	uk_nofault_probe_r((__vaddr_t)EDGE, 1, 0);
	UK_TEST_EXPECT_SNUM_EQ(pager.asked, 1);
	uk_nofault_probe_r((__vaddr_t)EDGE, 1, UK_NOFAULTF_NOPAGING);
	uk_nofault_memcpy(dest, EDGE, 8, UK_NOFAULTF_NOPAGING);
	uk_nofault_memcpy(EDGE, dest, 8,
			  UK_NOFAULTF_NOPAGING | UK_NOFAULTF_CONTINUE);
	UK_TEST_EXPECT_SNUM_EQ(pager.asked, 1);
	uk_nofault_memcpy(dest, EDGE, 8, 0);
	pager.armed = 0;
	UK_TEST_EXPECT_SNUM_GE(pager.asked, 2);
	UK_TEST_EXPECT(!pager.was_nopaging);
	UK_TEST_EXPECT(!uk_nofault_nopaging());
}

UK_TESTCASE(uknofault, may_be_used_while_it_is_being_used)
{
	memset(&pager, 0, sizeof(pager));
	pager.armed = pager.nest = 1;
	UK_TEST_EXPECT_UNUM_EQ(uk_nofault_memcpy(dest, EDGE - 9, 20, 0), 9);
	pager.armed = 0;
	UK_TEST_EXPECT_UNUM_EQ(pager.nested_count, 3);
}

uk_testsuite_register(uknofault, NULL);
