/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Store entries about the log, against what a sink received and a reader finds,
 * while the sink connects and disconnects.
 *
 * HOST-SRCS: lib/ukprint/snprintf.c lib/ukprint/ring.c lib/ukprint/drain.c
 * HOST-SRCS: lib/ukprint/print.c lib/ukprint/store.c
 * HOST-FLAGS: -DCONFIG_LIBUKPRINT=1 -DCONFIG_LIBUKPRINT_LEVEL=3
 * HOST-FLAGS: -DCONFIG_LIBUKPRINT_RING_KB=4 -DCONFIG_LIBUKPRINT_LINE_MAX=128
 * HOST-FLAGS: -DCONFIG_LIBUKSTORE=1 -D_GNU_SOURCE
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <uk/plat/time.h>
#include <uk/print.h>
#include <uk/store.h>

UK_TABLE_DEFINE(store, struct uk_store_entry);

static int ready;
static unsigned long sunk;

__nsec ukplat_monotonic_clock(void)
{
	return 0;
}

static void sink_write(const char *s, __sz len, int level)
{
	static const char gap[] = "(messages were overwritten here)";

	sunk += !memmem(s, len, gap, sizeof(gap) - 1);
}

static int sink_ready(int urgent)
{
	return ready;
}

UK_PRINT_SINK(test_sink, sink_write, sink_ready);

static unsigned long get(const char *name)
{
	__u64 value = ~0UL;

	uk_table_foreach (store, e)
		if (!strcmp(e->name, name))
			assert_int_equal(e->get.u64(NULL, &value), 0);
	assert_true(value != ~0UL);
	return value;
}

/* Messages that no sink has got yet. */
static unsigned long waiting(void)
{
	struct uk_print_iter it = { 0 };
	char text[UK_PRINT_TEXT_MAX];
	struct uk_print_rec rec;
	unsigned long count = 0;

	while (uk_print_next(&it, &rec, text, sizeof(text)))
		count += !rec.on_console;
	return count;
}

static void test_drops(void **state)
{
	unsigned long total = 0, warned = 0, dropped = 0;
	unsigned int random = 1;

	for (int round = 0; round < 20000; round++) {
		random = random * 1664525 + 1013904223; /* Knuth, 3.3.4 */
		if (random >> 16 & 1) {
			uk_pr_info("%.*s\n", (int)(random >> 24) % 100,
				   "0123456789012345678901234567890123456789012"
				   "3456789012345678901234567890123456789012345"
				   "678901234567890123456789");
			total++;
		} else if (random >> 17 & 1) {
			uk_pr_warn("w\n");
			total++;
			warned++;
		} else if ((random >> 18 & 63) == 0) {
			ready = !ready;
			uk_print_drain();
		}
		assert_true(get("messages_dropped") >= dropped);
		dropped = get("messages_dropped");
		assert_int_equal(dropped, total - sunk - waiting());
		assert_int_equal(get("messages_warn"), warned);
		assert_int_equal(get("messages_info"), total - warned);
	}
	assert_true(dropped > 100 && sunk > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_drops) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
