/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Walks, compared with the return addresses that each function of a chain
 * noted itself through the compiler; and walks along chains that are made up,
 * which must end, with the reason.
 */
#include <stdlib.h>
#include <string.h>
#include <uk/event.h>
#include <uk/nofault.h>
#include <uk/plat/image.h>
#include <uk/test.h>
#include <uk/trap.h>
#include <uk/unwind.h>

#define FRAMES_MAX 64

/* A walk written down. */
static struct {
	unsigned int count;
	__uptr pc[FRAMES_MAX];
	int is_trap[FRAMES_MAX];
	struct uk_unwind last;
} walk;

/* What the quick walk finds at the place of a walk. */
static __uptr callers[FRAMES_MAX];
static unsigned int callers_count;

/* The return addresses of the functions of a chain, innermost first. */
static __uptr noted[FRAMES_MAX];
static unsigned int noted_count;

static void walk_from(const struct __regs *regs, int is_call)
{
	struct uk_unwind *u = &walk.last;

	memset(&walk, 0, sizeof(walk));
	uk_unwind_start(u, regs);
	u->is_call = is_call;
	do {
		walk.pc[walk.count] = u->pc;
		walk.is_trap[walk.count] = u->is_trap;
		walk.count++;
	} while (walk.count < FRAMES_MAX && uk_unwind_next(u));
}

static void note_caller(void *return_address)
{
	noted[noted_count++] = (__uptr)return_address;
}

/* Where in the walk the noted addresses follow each other; 0: nowhere. */
static unsigned int find_noted(void)
{
	for (unsigned int i = 0; i + noted_count <= walk.count; i++)
		if (!memcmp(&walk.pc[i], noted, noted_count * sizeof(noted[0])))
			return i;
	return 0;
}

/* Calls itself `depth` times, then calls innermost(). */
static __noinline int chain(volatile int depth, void (*innermost)(void))
{
	if (depth)
		chain(depth - 1, innermost);
	else
		innermost();
	note_caller(__builtin_return_address(0));
	return depth;
}

static void run_chain(void (*innermost)(void))
{
	noted_count = 0;
	chain(5, innermost);
	UK_TEST_ASSERT_UNUM_EQ(noted_count, 6);
}

static __noinline void walk_here(void)
{
	struct __regs regs;

	ukarch_regs_capture(&regs);
	walk_from(&regs, 0);
	callers_count = uk_unwind_callers(__builtin_frame_address(0), callers,
					  FRAMES_MAX);
}

/* The quick walk finds the first `count` callers, as the walk does. */
static void expect_callers(unsigned int count)
{
	UK_TEST_EXPECT_UNUM_EQ(callers_count, count);
	UK_TEST_EXPECT_ZERO(
		memcmp(callers, walk.pc + 1, count * sizeof(*callers)));
}

UK_TESTCASE(ukunwind, from_the_present_place)
{
	run_chain(walk_here);
	/* walk_here, the innermost chain, then what was noted */
	UK_TEST_EXPECT_UNUM_EQ(find_noted(), 2);
	UK_TEST_EXPECT_SNUM_EQ(walk.last.end, UK_UNWIND_OUTERMOST);
	UK_TEST_EXPECT_UNUM_GT(walk.count, 8);
	expect_callers(walk.count - 1);
	for (unsigned int i = 0; i < walk.count; i++)
		UK_TEST_EXPECT(uk_image_is_text(walk.pc[i]));
}

/* --- through a trap: a refused access that uknofault catches in the end --- */

static int walk_in_handler, walk_of_trap;
static __uptr trap_pc;

static int on_page_fault(void *data)
{
	struct ukarch_trap_ctx *ctx = data;

	if (walk_of_trap)
		walk_from(ctx->regs, 0);
	else if (walk_in_handler)
		walk_here();
	trap_pc = ukarch_regs_pc(ctx->regs);
	return UK_EVENT_NOT_HANDLED;
}

UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_PAGE_FAULT, on_page_fault, 0);

static __noinline void fault(void)
{
	uk_nofault_probe_r(8, 1, 0);
	__asm__ __volatile__("");
}

static unsigned int trap_frames(unsigned int *last)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < walk.count; i++)
		if (walk.is_trap[i]) {
			*last = i;
			n++;
		}
	return n;
}

UK_TESTCASE(ukunwind, from_a_trap)
{
	walk_of_trap = 1;
	run_chain(fault);
	walk_of_trap = 0;
	UK_TEST_EXPECT_UNUM_EQ(walk.pc[0], trap_pc);
	UK_TEST_EXPECT_UNUM_GE(find_noted(), 3);
	UK_TEST_EXPECT_UNUM_LE(find_noted(), 6);
	UK_TEST_EXPECT_SNUM_EQ(walk.last.end, UK_UNWIND_OUTERMOST);
}

UK_TESTCASE(ukunwind, through_a_trap)
{
	unsigned int at = 0;

	walk_in_handler = 1;
	run_chain(fault);
	walk_in_handler = 0;
	UK_TEST_EXPECT_UNUM_EQ(trap_frames(&at), 1);
	UK_TEST_EXPECT_UNUM_EQ(walk.pc[at], trap_pc);
	expect_callers(at - 1);
	UK_TEST_EXPECT_UNUM_GT(find_noted(), at);
	UK_TEST_EXPECT_UNUM_LE(find_noted(), at + 6);
	UK_TEST_EXPECT_SNUM_EQ(walk.last.end, UK_UNWIND_OUTERMOST);
}

/* --- through newlib --------------------------------------------------------*/

static __uptr compare_returns_to;

static int compare(const void *a, const void *b)
{
	if (!compare_returns_to) {
		compare_returns_to = (__uptr)__builtin_return_address(0);
		walk_here();
	}
	return *(const int *)a - *(const int *)b;
}

static __noinline void sort(void)
{
	int numbers[] = { 5, 3, 9, 1, 7, 8, 2, 6, 4, 0 };

	compare_returns_to = 0;
	qsort(numbers, ARRAY_SIZE(numbers), sizeof(numbers[0]), compare);
	UK_TEST_EXPECT_SNUM_EQ(numbers[9], 9);
}

UK_TESTCASE(ukunwind, through_a_callback_of_newlib)
{
	run_chain(sort);
	/* walk_here, compare, newlib's, sort, chain, what was noted */
	UK_TEST_EXPECT_UNUM_EQ(walk.pc[2], compare_returns_to);
	UK_TEST_EXPECT_UNUM_GE(find_noted(), 5);
	UK_TEST_EXPECT_UNUM_LE(find_noted(), 7);
	UK_TEST_EXPECT_SNUM_EQ(walk.last.end, UK_UNWIND_OUTERMOST);
}

/* --- chains that are made up -----------------------------------------------*/

struct record {
	__uptr fp, pc;
};

static struct record records[4];

/* Registers with the given frame pointer, in a frame of the right shape. */
static void made_up(struct __regs *regs, __uptr fp)
{
	__uptr *words = (__uptr *)regs;
	__uptr at;

	for (__uptr i = 0; i < sizeof(*regs) / sizeof(*words); i++)
		words[i] = i;
	at = ukarch_regs_fp(regs);
	memset(regs, 0, sizeof(*regs));
	words[at] = fp;
	ukarch_regs_set_pc(regs, noted[0]);
}

/* Each record leads to the next; the last one ends the chain. */
static void good_records(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(records); i++) {
		records[i].fp = (__uptr) & records[i + 1];
		records[i].pc = noted[i];
	}
	records[ARRAY_SIZE(records) - 1].fp = 0;
}

static void expect_end(__uptr fp, enum uk_unwind_end end, __uptr bad,
		       unsigned int frames)
{
	struct __regs regs;

	made_up(&regs, fp);
	walk_from(&regs, 1);
	UK_TEST_EXPECT_SNUM_EQ(walk.last.end, end);
	UK_TEST_EXPECT_UNUM_EQ(walk.count, frames);
	if (end != UK_UNWIND_OUTERMOST)
		UK_TEST_EXPECT_UNUM_EQ(walk.last.bad, bad);
	/* A walk that has ended stays where it is. */
	UK_TEST_EXPECT_ZERO(uk_unwind_next(&walk.last));
	UK_TEST_EXPECT_SNUM_EQ(walk.last.end, end);
}

static void nothing(void)
{
}

#define FIRST ((__uptr) & records[0])
#define UNMAPPED 0x5a5a5a5a000UL

/* Of a function that is not the outermost one, if that is known. */
#ifdef CONFIG_LIBUKSYMTAB_UNWIND
#define NO_MORE UK_UNWIND_NO_FRAME
#else
#define NO_MORE UK_UNWIND_OUTERMOST
#endif

UK_TESTCASE(ukunwind, made_up_chains_end_with_the_reason)
{
	static const __uptr data = 1;

	run_chain(nothing);
	good_records();
	expect_end(FIRST, NO_MORE, 0, 5);
	expect_end(0, NO_MORE, 0, 1);

	expect_end(UNMAPPED, UK_UNWIND_UNREADABLE, UNMAPPED, 1);
	expect_end(8, UK_UNWIND_UNREADABLE, 8, 1);
	expect_end(0x8000000000000000, UK_UNWIND_UNREADABLE, 0x8000000000000000,
		   1);
	expect_end(-16UL, UK_UNWIND_UNREADABLE, -16UL, 1);
	expect_end(FIRST + 1, UK_UNWIND_UNALIGNED, FIRST + 1, 1);
	expect_end(0x1234567, UK_UNWIND_UNALIGNED, 0x1234567, 1);

	records[1].fp = FIRST;
	expect_end(FIRST, UK_UNWIND_CYCLIC, FIRST, 3);
	records[1].fp = (__uptr) & records[1];
	expect_end(FIRST, UK_UNWIND_CYCLIC, records[1].fp, 3);

	good_records();
	records[2].pc = (__uptr) & data;
	expect_end(FIRST, UK_UNWIND_NOT_CODE, (__uptr) & data, 3);
	records[2].pc = 0;
	expect_end(FIRST, UK_UNWIND_NOT_CODE, 0, 3);
	records[2].pc = ~0UL;
	expect_end(FIRST, UK_UNWIND_NOT_CODE, ~0UL, 3);
}

UK_TESTCASE(ukunwind, recorded_frames_are_those_of_a_walk)
{
	struct uk_unwind_frame frames[FRAMES_MAX];
	struct uk_unwind last;
	struct __regs regs;

	ukarch_regs_capture(&regs);
	walk_from(&regs, 0);
	UK_TEST_ASSERT(walk.count > 2 && walk.count < FRAMES_MAX);
	UK_TEST_EXPECT_UNUM_EQ(uk_unwind_frames(&regs, frames, 2, &last), 2);
	UK_TEST_EXPECT_SNUM_EQ(last.end, UK_UNWIND_RUNNING);
	UK_TEST_EXPECT_UNUM_EQ(
		uk_unwind_frames(&regs, frames, FRAMES_MAX, &last), walk.count);
	UK_TEST_EXPECT_SNUM_EQ(last.end, UK_UNWIND_OUTERMOST);
	for (unsigned int i = 0; i < walk.count; i++) {
		UK_TEST_EXPECT_UNUM_EQ(frames[i].pc, walk.pc[i]);
		UK_TEST_EXPECT_UNUM_EQ(frames[i].pc - frames[i].lookup, !!i);
	}
}

UK_TESTCASE(ukunwind, reasons_have_words)
{
	for (int end = UK_UNWIND_RUNNING; end <= UK_UNWIND_OFF; end++) {
		UK_TEST_ASSERT_NOT_NULL(
			uk_unwind_end_str((enum uk_unwind_end)end));
		UK_TEST_EXPECT_UNUM_GT(
			strlen(uk_unwind_end_str((enum uk_unwind_end)end)), 4);
	}
}

uk_testsuite_register(ukunwind, NULL);
