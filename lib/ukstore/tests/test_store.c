/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * In the guest: getters that fault, the order that the linker made, and what
 * the libraries publish against what they say themselves.
 */
#include <string.h>
#include <uk/alloc.h>
#include <uk/arch/lcpu.h>
#include <uk/console.h>
#include <uk/print.h>
#include <uk/store.h>
#include <uk/test.h>
#include <uk/trap.h>

/* A read of *nowhere; with LIBUKKASAN its shadow, which is not there, before.
 */
#ifdef CONFIG_LIBUKKASAN
#define FAULTS_OF_NULL 2
#else
#define FAULTS_OF_NULL 1
#endif

static __u64 *volatile nowhere = (__u64 *)8;

static int get_null(void *cookie __unused, __u64 *out)
{
	*out = *nowhere;
	return 0;
}

static int get_trap(void *cookie __unused, __u64 *out __unused)
{
	__builtin_trap();
}

static int get_deep(void *cookie __unused, __u64 *out)
{
	unsigned long flags = ukarch_irq_save();

	get_null(__NULL, out);
	ukarch_irq_restore(flags);
	return 0;
}

static __u8 setting;

static int set_setting(void *cookie __unused, __u8 in)
{
	if (in == 13)
		*nowhere = in;
	setting = in;
	return 0;
}

UK_STORE_STATIC_ENTRY(101, test_null, u64, get_null, NULL);
UK_STORE_STATIC_ENTRY(102, test_trap, u64, get_trap, NULL);
UK_STORE_STATIC_ENTRY(103, test_deep, u64, get_deep, NULL);
UK_STORE_STATIC_ENTRY(104, test_setting, u8, NULL, set_setting);

static __s64 read(const char *path, __u64 *value)
{
	struct uk_store_ref ref;
	int ret = uk_store_find(path, &ref);

	if (ret)
		return ret;
	ret = uk_store_get_value(ref.entry, u64, value);
	uk_store_ref_drop(&ref);
	return ret;
}

UK_TESTCASE(ukstore, getters_that_fault)
{
	__u64 value = 7, faulted = uk_store_stats.faulted;

	for (unsigned int i = 0; i < 100; i++) {
		UK_TEST_EXPECT_SNUM_EQ(read("ukstore/test_null", &value),
				       -EFAULT);
		UK_TEST_EXPECT_SNUM_EQ(read("ukstore/test_trap", &value),
				       -EFAULT);
		UK_TEST_EXPECT_SNUM_EQ(read("ukstore/test_deep", &value),
				       -EFAULT);
		UK_TEST_ASSERT(ukarch_irq_enabled());
	}
	UK_TEST_EXPECT_UNUM_EQ(value, 7);
	UK_TEST_EXPECT_UNUM_EQ(uk_store_stats.faulted, faulted + 300);
}

UK_TESTCASE(ukstore, setters)
{
	struct uk_store_ref ref;

	UK_TEST_ASSERT_ZERO(uk_store_find("ukstore/test_setting", &ref));
	UK_TEST_EXPECT_ZERO(uk_store_set_value(ref.entry, s32, 200));
	UK_TEST_EXPECT_UNUM_EQ(setting, 200);
	UK_TEST_EXPECT_SNUM_EQ(uk_store_set_value(ref.entry, s32, 256),
			       -ERANGE);
	UK_TEST_EXPECT_SNUM_EQ(uk_store_set_value(ref.entry, s32, 13), -EFAULT);
	UK_TEST_EXPECT_UNUM_EQ(setting, 200);
}

static int found_again(const struct uk_store_ref *ref, void *arg)
{
	char path[96], text[96];
	struct uk_store_ref again;

	uk_store_path(ref, path, sizeof(path));
	if (uk_store_find(path, &again))
		return -1;
	uk_store_ref_drop(&again);
	if (again.entry != ref->entry)
		return -2;
	/* Whatever it is, it can be read, or says why not. */
	uk_store_get_text(ref->entry, text, sizeof(text));
	++*(unsigned int *)arg;
	return 0;
}

UK_TESTCASE(ukstore, everything_is_found_by_its_path)
{
	unsigned int n = 0;

	UK_TEST_EXPECT_ZERO(uk_store_foreach(found_again, &n));
	UK_TEST_EXPECT_UNUM_GE(n, 10);
}

UK_TESTCASE(ukstore, what_libraries_publish)
{
	__u64 before, after;
	struct uk_store_ref ref;
	char text[64];

	UK_TEST_EXPECT_ZERO(read("ukinit/uptime", &before));
	UK_TEST_EXPECT_ZERO(read("ukinit/uptime", &after));
	UK_TEST_EXPECT_UNUM_GE(after, before);
	UK_TEST_ASSERT_ZERO(uk_store_find("ukinit/application", &ref));
	UK_TEST_EXPECT_SNUM_EQ(uk_store_get_text(ref.entry, text, sizeof(text)),
			       (int)strlen(CONFIG_UK_NAME));
	UK_TEST_EXPECT_ZERO(strcmp(text, CONFIG_UK_NAME));

	UK_TEST_EXPECT_ZERO(read("uktrap/page_fault", &before));
	read("ukstore/test_null", &after);
	UK_TEST_EXPECT_ZERO(read("uktrap/page_fault", &after));
	UK_TEST_EXPECT_UNUM_EQ(after, before + FAULTS_OF_NULL);
#if UK_PRINT_KLVL_MAX >= UK_PRINT_KLVL_ERR
	UK_TEST_EXPECT_ZERO(read("ukprint/messages_err", &before));
	uk_pr_err("counted\n");
	UK_TEST_EXPECT_ZERO(read("ukprint/messages_err", &after));
	UK_TEST_EXPECT_UNUM_EQ(after, before + 1);
#endif
}

#ifdef CONFIG_LIBUKALLOC
UK_TESTCASE(ukstore, objects_of_libraries)
{
	struct uk_alloc *heap = uk_alloc_get_default();
	struct uk_console *con = uk_console_next(__NULL);
	__u64 before, after;
	char path[64];
	void *mem;

	uk_snprintf(path, sizeof(path), "ukalloc/%s/allocs", heap->name);
	UK_TEST_EXPECT_ZERO(read(path, &before));
	mem = uk_malloc(heap, 100);
	UK_TEST_EXPECT_ZERO(read(path, &after));
	uk_free(heap, mem);
	UK_TEST_EXPECT_UNUM_EQ(after, before + 1);
	uk_snprintf(path, sizeof(path), "ukalloc/%s/avail_bytes", heap->name);
	UK_TEST_EXPECT_ZERO(read(path, &after));
	UK_TEST_EXPECT_UNUM_EQ(after, uk_alloc_availmem(heap));
	if (con) {
		uk_snprintf(path, sizeof(path), "ukconsole/%s/out_bytes",
			    con->name);
		UK_TEST_EXPECT_ZERO(read(path, &after));
		UK_TEST_EXPECT_UNUM_EQ(after, con->stats.out_bytes);
	}
}
#endif

#ifdef CONFIG_LIBUKCMD
#include <uk/cmd.h>

static char said[512];

/* The last pieces; a listing is longer. */
static void out(struct uk_cmd_io *io __unused, const char *text, __sz len)
{
	__sz have = strlen(said);

	if (have + len >= sizeof(said))
		have = 0;
	memcpy(said + have, text, len);
	said[have + len] = '\0';
}

static int run(const char *line)
{
	struct uk_cmd_io io = { .out = out };

	said[0] = '\0';
	return uk_cmd_run(&io, line, strlen(line));
}

UK_TESTCASE(ukstore, command)
{
	UK_TEST_EXPECT_ZERO(run("store ls ukstore/test_"));
	UK_TEST_EXPECT_ZERO(strcmp(said,
				   "ukstore/test_deep (its getter faults)\n"
				   "ukstore/test_null (its getter faults)\n"
				   "ukstore/test_setting (write-only)\n"
				   "ukstore/test_trap (its getter faults)\n"));
	UK_TEST_EXPECT_ZERO(run("store ls"));
	UK_TEST_EXPECT_ZERO(run("store get ukinit/application"));
	UK_TEST_EXPECT_ZERO(strcmp(said, CONFIG_UK_NAME "\n"));
	UK_TEST_EXPECT_ZERO(run("store set ukstore/test_setting 9"));
	UK_TEST_EXPECT_UNUM_EQ(setting, 9);
	UK_TEST_EXPECT_SNUM_EQ(run("store set ukstore/test_setting 256"),
			       -ERANGE);
	UK_TEST_EXPECT_ZERO(strcmp(said, "\"256\" is not 0 to 255\n"));
	UK_TEST_EXPECT_SNUM_EQ(run("store set ukstore/test_setting x"),
			       -ERANGE);
	UK_TEST_EXPECT_SNUM_EQ(run("store set ukstore/test_null 1"), -ENOTSUP);
	UK_TEST_EXPECT_ZERO(strcmp(said, "test_null cannot be set\n"));
	UK_TEST_EXPECT_SNUM_EQ(run("store get nothing/there"), -ENOENT);
	UK_TEST_EXPECT_SNUM_EQ(run("store ls nothing"), -ENOENT);
	UK_TEST_EXPECT_SNUM_EQ(run("store"), -EINVAL);
	UK_TEST_EXPECT_SNUM_EQ(run("store get"), -EINVAL);
	UK_TEST_EXPECT_UNUM_EQ(setting, 9);
}
#endif

uk_testsuite_register(ukstore, NULL);
