/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Store entries about threads, against the threads themselves.
 */
#ifdef CONFIG_LIBUKSTORE
#include <string.h>
#include <uk/sched.h>
#include <uk/snprintf.h>
#include <uk/store.h>
#include <uk/test.h>

static volatile int stop;

static void *yields(void *arg __unused)
{
	while (!stop)
		uk_sched_yield();
	return __NULL;
}

static int read(const char *path, __u64 *value)
{
	struct uk_store_ref ref;
	int ret = uk_store_find(path, &ref);

	if (ret)
		return ret;
	ret = uk_store_get_value(ref.entry, u64, value);
	uk_store_ref_drop(&ref);
	return ret;
}

static int nothing(const struct uk_store_ref *ref __unused, void *arg __unused)
{
	return 0;
}

UK_TESTCASE(uksched_store, sums_never_fall)
{
	__u64 before, during, after, time_before, time_after, ready;
	struct uk_thread *t[3];

	stop = 0;
	UK_TEST_ASSERT_ZERO(read("uksched/switches", &before));
	UK_TEST_ASSERT_ZERO(read("uksched/run_time", &time_before));
	for (int i = 0; i < 3; i++) {
		t[i] = uk_thread_create("yields", yields, __NULL);
		UK_TEST_ASSERT_NOT_NULL(t[i]);
	}
	for (int i = 0; i < 10; i++)
		uk_sched_yield();
	UK_TEST_ASSERT_ZERO(read("uksched/ready", &ready));
	UK_TEST_EXPECT_UNUM_GE(ready, 3);
	UK_TEST_EXPECT_UNUM_LT(ready, uk_sched_thread_count());
	UK_TEST_ASSERT_ZERO(read("uksched/switches", &during));
	UK_TEST_EXPECT_UNUM_GE(during, before + 40);
	stop = 1;
	for (int i = 0; i < 3; i++)
		UK_TEST_EXPECT_ZERO(uk_thread_join(t[i], __NULL));
	UK_TEST_ASSERT_ZERO(read("uksched/switches", &after));
	UK_TEST_EXPECT_UNUM_GE(after, during);
	UK_TEST_ASSERT_ZERO(read("uksched/run_time", &time_after));
	UK_TEST_EXPECT_UNUM_GT(time_after, time_before);
}

#ifdef CONFIG_LIBUKALLOC
UK_TESTCASE(uksched_store, a_thread_comes_and_goes)
{
	struct uk_store_ref ref, time;
	struct uk_thread *t;
	__u64 value, most;
	char path[64];

	stop = 0;
	t = uk_thread_create("first name", yields, __NULL);
	UK_TEST_ASSERT_NOT_NULL(t);
	uk_snprintf(path, sizeof(path), "uksched/%u/thread_switches", t->id);
	uk_sched_yield();
	UK_TEST_ASSERT_ZERO(uk_store_find(path, &ref));
	UK_TEST_ASSERT_NOT_NULL(ref.object->labels);
	UK_TEST_EXPECT_ZERO(strcmp(ref.object->labels[1].name, "name"));
	UK_TEST_EXPECT_ZERO(strcmp(ref.object->labels[1].value, "first name"));
	UK_TEST_EXPECT_ZERO(uk_store_get_value(ref.entry, u64, &value));
	most = t->switches;
	UK_TEST_EXPECT_UNUM_GE(value, 1);
	UK_TEST_EXPECT_UNUM_LE(value, most);
	uk_store_ref_drop(&ref);

	/* The next walk shows its new name. */
	uk_thread_set_name(t, "second name");
	UK_TEST_EXPECT_ZERO(uk_store_foreach(nothing, __NULL));
	UK_TEST_ASSERT_ZERO(uk_store_find(path, &ref));
	UK_TEST_EXPECT_ZERO(strcmp(ref.object->labels[1].value, "second name"));
	uk_snprintf(path, sizeof(path), "uksched/%u/thread_run_time", t->id);
	UK_TEST_ASSERT_ZERO(uk_store_find(path, &time));
	UK_TEST_EXPECT_ZERO(uk_store_get_value(time.entry, u64, &value));
	uk_store_ref_drop(&time);

	/* A reader that holds the object of an ended thread gets an error. */
	stop = 1;
	UK_TEST_EXPECT_ZERO(uk_thread_join(t, __NULL));
	UK_TEST_EXPECT_SNUM_EQ(uk_store_get_value(ref.entry, u64, &value),
			       -ENODEV);
	UK_TEST_EXPECT_ZERO(uk_store_foreach(nothing, __NULL));
	UK_TEST_EXPECT_SNUM_EQ(uk_store_get_value(ref.entry, u64, &value),
			       -ENODEV);
	UK_TEST_EXPECT_SNUM_EQ(uk_store_find(path, &time), -ENOENT);
	UK_TEST_EXPECT_ZERO(strcmp(ref.object->labels[1].value, "second name"));
	uk_store_ref_drop(&ref);
	UK_TEST_ASSERT_ZERO(uk_store_find("uksched/1/thread_run_time", &ref));
	UK_TEST_EXPECT_ZERO(strcmp(ref.object->labels[1].value, "main"));
	uk_store_ref_drop(&ref);
}
#endif

UK_TESTCASE(uksched_store, shutdown_is_write_only)
{
	struct uk_store_ref ref;
	char why[64];
	__u8 value;

	UK_TEST_ASSERT_ZERO(uk_store_find("ukboot/request_shutdown", &ref));
	UK_TEST_EXPECT_SNUM_EQ(uk_store_get_value(ref.entry, u8, &value),
			       -ENOTSUP);
	UK_TEST_EXPECT_SNUM_EQ(
		uk_store_set_text(ref.entry, "64", why, sizeof(why)), -ERANGE);
	UK_TEST_EXPECT_ZERO(strcmp(why, "\"64\" is not 0 to 63"));
}

uk_testsuite_register(uksched_store, NULL);
#endif
