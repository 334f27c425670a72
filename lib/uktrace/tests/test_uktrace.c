/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Events of every type of field; switches; a ring that goes round; an event
 * that an NMI leaves.
 */
#include <errno.h>
#include <string.h>
#ifdef CONFIG_LIBUKNMI
#include <uk/nmi.h>
#endif
#include <uk/percpu.h>
#include <uk/test.h>
#include <uk/trace.h>
#include "../trace_internal.h"

enum colour { RED = 1, BLUE };

UK_TRACEPOINT(trace_test_unikraft, "%s %d %p", const char *, int, void *);
UK_TRACEPOINT(test_nothing, "no field");
UK_TRACEPOINT_FIELDS(trace_test_types, "all", __u8, byte, short, word,
		     unsigned int, dword, __s64, qword, _Bool, flag,
		     enum colour, colour, char *, text, __s8, last);
UK_TRACEPOINT_FIELDS(trace_test_nmi, "%u", __u32, tick);

static char buf[UK_TRACE_EVENT_MAX] __aligned(8);
static struct uk_trace_event *const event = (void *)buf;
static unsigned int cpu;

/* Next of the events that tests leave, on the CPU of the test. */
static const struct uk_tracepoint *next(__u64 *pos)
{
	const struct uk_tracepoint *point;

	do
		point = uk_trace_next(cpu, pos, event, sizeof(buf));
	while (point && strncmp(point->name, "test_", 5));
	return point;
}

/* The next event in words; "" if there is none. */
static const char *next_words(__u64 *pos)
{
	static char words[256];
	const struct uk_tracepoint *point = next(pos);

	words[0] = 0;
	if (point)
		(void)uk_trace_words(point, event, words, sizeof(words));
	return words;
}

static void all_types(void)
{
	trace_test_types(0xfe, -2, 0xfffffffe, -3, 1, BLUE, __NULL, -128);
}

UK_TESTCASE(uktrace, fields)
{
	unsigned long irq = ukarch_irq_save();
	static char text[] = "a text of more bytes than fit";
	__u64 pos = 0;

	cpu = uk_percpu_id();
	uk_trace_clear();
	all_types();
	UK_TEST_EXPECT_NULL(next(&pos)); /* off */
	UK_TEST_EXPECT_SNUM_EQ(uk_trace_switch("test_types,test_unikraft", 1),
			       2);
	all_types();
	trace_test_unikraft(text, -7, (void *)0x1234);
	trace_test_unikraft("", 2147483647, __NULL);
	test_nothing();
	UK_TEST_EXPECT_SNUM_EQ(uk_trace_switch("test_*", 0), 4);
	all_types();
	UK_TEST_EXPECT_ZERO(
		strcmp(next_words(&pos),
		       "byte=254 word=-2 dword=4294967294 qword=-3 flag=1 "
		       "colour=2 text=(null) last=-128"));
	UK_TEST_EXPECT_ZERO(
		strcmp(next_words(&pos),
		       "arg1=a text of more bytes th arg2=-7 arg3=0x1234"));
	UK_TEST_EXPECT_ZERO(
		strcmp(next_words(&pos), "arg1= arg2=2147483647 arg3=0x0"));
	UK_TEST_EXPECT_NULL(next(&pos));
	ukarch_irq_restore(irq);
}

/* An event that the program leaves has such fields in applications only. */
UK_TESTCASE(uktrace, floating_point)
{
	static const struct uk_trace_field fields[] = {
		{ "d", 16, 8, UK_TRACE_FLOAT },
		{ "f", 24, 4, UK_TRACE_FLOAT },
	};
	static const struct uk_tracepoint point = { .fields = fields,
						    .fields_count = 2,
						    .size = 32 };
	static const struct {
		__u64 d;
		__u32 f;
		const char *words;
	} rows[] = {
		{ 0x3ff87ae147ae147b, 0x3fc00000, "d=1.53 f=1.5" },
		{ 0xbfb999999999999a, 0xc2f70000, "d=-0.1 f=-123.5" },
		{ 0, 0x80000000, "d=0 f=-0.0" },
		{ 1, 1, "d=5e-324 f=1.401298464324817e-45" },
		{ 0x7fefffffffffffff, 0x007fffff,
		  "d=1.7976931348623157e308 f=1.1754942106924411e-38" },
		{ 0x7ff0000000000000, 0xff800000, "d=+Inf f=-Inf" },
		{ 0x7ff8000000000000, 0x7fc00000, "d=NaN f=NaN" },
		{ 0x4059000000000000, 0x7f7fffff,
		  "d=100 f=3.4028234663852886e38" },
	};
	char words[96];

	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		memcpy(buf + 16, &rows[i].d, 8);
		memcpy(buf + 24, &rows[i].f, 4);
		(void)uk_trace_words(&point, event, words, sizeof(words));
		UK_TEST_EXPECT_ZERO(strcmp(words, rows[i].words));
	}
}

UK_TESTCASE(uktrace, switches)
{
	UK_TEST_EXPECT_SNUM_EQ(uk_trace_switch("nothing_of_that_name", 1),
			       -ENOENT);
	UK_TEST_EXPECT_SNUM_EQ(uk_trace_switch("", 1), -ENOENT);
	UK_TEST_EXPECT_SNUM_EQ(uk_trace_switch("test_n", 1), -ENOENT);
	/* it ends soon: each star goes on where the last one did */
	UK_TEST_EXPECT_SNUM_EQ(
		uk_trace_switch("****************************************Z", 1),
		-ENOENT);
	UK_TEST_EXPECT_SNUM_EQ(uk_trace_switch("t*t*n*t*?*Z", 1), -ENOENT);
	UK_TEST_EXPECT_SNUM_EQ(uk_trace_switch("**t_n*t*i*g**", 1), 1);
	UK_TEST_EXPECT_SNUM_EQ(uk_trace_switch("test_nothing", 0), 1);
	UK_TEST_EXPECT_SNUM_EQ(uk_trace_switch("test_n*g", 1), 1);
	UK_TEST_EXPECT_SNUM_EQ(uk_trace_switch("*st_nothin?", 1), 1);
	UK_TEST_EXPECT_SNUM_EQ(uk_trace_switch("test_nothing*", 0), 1);
}

/* What is left is the newest, in order, and times do not go backwards. */
UK_TESTCASE(uktrace, goes_round)
{
	unsigned int sent = 3 * RING_SIZE / 24, seen = 0, value = 0, last = 0;
	unsigned long irq = ukarch_irq_save();
	__u64 pos = 0, before = 0, written;
	int in_order = 1;

	cpu = uk_percpu_id();
	written = uk_trace_written(cpu);
	UK_TEST_EXPECT_SNUM_EQ(uk_trace_switch("test_nmi", 1), 1);
	for (unsigned int i = 0; i < sent; i++)
		trace_test_nmi(i);
	UK_TEST_EXPECT_SNUM_EQ(uk_trace_switch("test_nmi", 0), 1);
	while (next(&pos)) {
		memcpy(&value, event + 1, sizeof(value));
		in_order &= event->time >= before &&
			    (!seen || value == last + 1);
		last = value;
		before = event->time;
		seen++;
	}
	ukarch_irq_restore(irq);
	UK_TEST_EXPECT(in_order);
	UK_TEST_EXPECT(uk_trace_written(cpu) - written >= sent);
	UK_TEST_EXPECT_UNUM_EQ(value, sent - 1);
	UK_TEST_EXPECT(seen >= RING_SIZE / 24 - 2 && seen <= RING_SIZE / 24);
}

#ifdef CONFIG_LIBUKNMI
static volatile unsigned int ticks;

static void tick(struct ukarch_trap_ctx *ctx __unused, void *arg __unused)
{
	if (uk_percpu_id() == cpu)
		trace_test_nmi(ticks++);
}

static struct uk_nmi_user user = UK_NMI_USER(tick, __NULL);

/* NMIs interrupt writers at any instruction: each event is whole. */
UK_TESTCASE(uktrace, nmi)
{
	unsigned long irq = ukarch_irq_save();
	__nsec before = 0, end = ukplat_monotonic_clock() + 10000000000;
	unsigned int seen = 0, by_nmi = 0, whole = 1, i = 0;
	int rc;
	const struct uk_tracepoint *point;
	__u64 pos = 0;
	__u32 value;

	cpu = uk_percpu_id();
	uk_trace_clear();
	UK_TEST_EXPECT_SNUM_EQ(uk_trace_switch("test_nmi,test_types", 1), 2);
	rc = uk_nmi_start(&user, 100000);
	while (!rc && ticks < 5 && ukplat_monotonic_clock() < end)
		all_types();
	while (i++ < 5)
		all_types();
	if (!rc)
		uk_nmi_stop(&user);
	UK_TEST_EXPECT_SNUM_EQ(uk_trace_switch("test_*", 0), 4);
	while ((point = next(&pos))) {
		memcpy(&value, event + 1, sizeof(value));
		whole &= event->time >= before &&
			 (!strcmp(point->name, "test_nmi")
				  ? value < ticks
				  : *(const __u8 *)(event + 1) == 0xfe);
		by_nmi += !strcmp(point->name, "test_nmi");
		before = event->time;
		seen++;
	}
	ukarch_irq_restore(irq);
	UK_TEST_EXPECT(whole);
	UK_TEST_EXPECT(seen - by_nmi >= 5);
	UK_TEST_EXPECT(rc == -ENOTSUP || (!rc && ticks >= 5 && by_nmi));
}
#endif

uk_testsuite_register(uktrace, NULL);
