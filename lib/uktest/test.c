/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Runs the suites and reports in KTAP (Linux' Documentation/dev-tools/ktap):
 * a suite is a test with subtests. Lines go to the stdio console as they are,
 * between whatever the cases log.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <uk/console.h>
#include <uk/crash.h>
#include <uk/init.h>
#include <uk/param.h>
#include <uk/snprintf.h>
#include <uk/test.h>

#define LINE_MAX 512

UK_TABLE_DEFINE(testsuites, struct uk_testsuite_rec);

/* The suite and the case that run, for results and for a crash. */
static struct {
	const struct uk_testsuite *suite;
	unsigned int suite_number;
	const struct uk_testcase *testcase; /* NULL in the suite's init */
	unsigned int number;
	int failed;
	jmp_buf leave;
} now;

static char *only;

UK_PARAM(test, only, &only, charp,
	 "run only these suites, or cases as suite.case: a,b.c");

static void __printf_like(1, 2) line(const char *fmt, ...)
{
	struct uk_console *con = uk_console_get(UK_CONSOLE_STDIO);
	char buf[LINE_MAX];
	const char *p = buf;
	va_list ap;
	__ssz len, sent;

	va_start(ap, fmt);
	len = uk_vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	if (len >= LINE_MAX) {
		len = LINE_MAX - 1;
		memcpy(buf + len - 4, "...\n", 4);
	}
	for (; len > 0; len -= sent, p += sent) {
		sent = uk_console_out(con, p, (__sz)len);
		if (sent <= 0)
			return;
	}
}

static const char *case_name(void)
{
	return now.testcase ? now.testcase->name : "init";
}

void uk_test_result(int ok, int fatal, const char *file, unsigned int line_no,
		    const char *fmt, ...)
{
	char buf[LINE_MAX - 128];
	va_list ap;

	if (ok)
		return;
	va_start(ap, fmt);
	uk_vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	line("    # %s: %s at %s:%u\n", case_name(), buf, file, line_no);
	now.failed = 1;
	if (fatal)
		longjmp(now.leave, 1);
}

void uk_test_bytes(int fatal, const char *file, unsigned int line_no,
		   const char *name_a, const char *name_b, const void *a,
		   const void *b, __sz size)
{
	const __u8 *p = a, *q = b;
	__sz i = 0;

	while (i < size && p[i] == q[i])
		i++;
	if (i < size)
		uk_test_result(0, fatal, file, line_no,
			       "expected the %lu bytes of `%s` and `%s` to be "
			       "equal, but byte %lu is 0x%02x and 0x%02x",
			       size, name_a, name_b, i, p[i], q[i]);
}

static void case_result(const char *note)
{
	line("    %s %u %s%s\n", now.failed ? "not ok" : "ok", now.number,
	     now.testcase->name, note);
}

static void suite_result(int failed, const char *note)
{
	line("%s %u %s%s\n", failed ? "not ok" : "ok", now.suite_number,
	     now.suite->name, note);
}

/* What crashes has failed; the screen follows. */
static int crashed(void *info __unused)
{
	if (now.testcase) {
		now.failed = 1;
		case_result(" # crashed");
	}
	if (now.suite)
		suite_result(1, " # crashed");
	return UK_EVENT_NOT_HANDLED;
}

UK_EVENT_HANDLER_PRIO(UK_EVENT_CRASH, crashed, UK_PRIO_EARLIEST);

/* Returns 1 if the case failed. */
static int run_case(const struct uk_testcase *t, unsigned int number)
{
	now.testcase = t;
	now.number = number;
	now.failed = 0;
	if (!setjmp(now.leave))
		t->run();
	case_result("");
	now.testcase = __NULL;
	return now.failed;
}

/* Returns a negative errno if the cases must not run. */
static int init_suite(struct uk_testsuite *s)
{
	int rc;

	now.failed = 0;
	if (!s->init)
		return 0;
	if (setjmp(now.leave))
		return -EINVAL;
	rc = s->init(s);
	if (rc < 0)
		line("    # init returned %d\n", rc);
	return now.failed ? -EINVAL : rc;
}

/* 1 if the item of a list at `item` is the suite, or the case as suite.case. */
static int is_item(const char *item, const struct uk_testsuite *s,
		   const struct uk_testcase *t)
{
	__sz len = strcspn(item, ","), suite = strlen(s->name);

	if (len < suite || strncmp(item, s->name, suite))
		return 0;
	if (len == suite)
		return 1;
	return item[suite] == '.' && len - suite - 1 == strlen(t->name) &&
	       !strncmp(item + suite + 1, t->name, strlen(t->name));
}

/* The item after `item`; NULL after the last one. */
static const char *next_item(const char *item)
{
	const char *comma = strchr(item, ',');

	return comma ? comma + 1 : __NULL;
}

/* 1 if test.only, when given, names the case or its suite. */
static int wanted(const struct uk_testsuite *s, const struct uk_testcase *t)
{
	if (!only)
		return 1;
	for (const char *item = only; item; item = next_item(item))
		if (is_item(item, s, t))
			return 1;
	return 0;
}

static int exists(const char *item)
{
	uk_table_foreach (testsuites, rec)
		for (const struct uk_testcase *t = rec->suite->start;
		     t < rec->suite->end; t++)
			if (is_item(item, rec->suite, t))
				return 1;
	return 0;
}

/* Names the items of test.only that no test has; returns how many. */
static unsigned int missing(void)
{
	unsigned int n = 0;

	for (const char *item = only; item; item = next_item(item)) {
		if (exists(item))
			continue;
		line("# no test named %.*s\n", (int)strcspn(item, ","), item);
		n++;
	}
	return n;
}

static unsigned int count_cases(const struct uk_testsuite *s)
{
	unsigned int n = 0;

	for (const struct uk_testcase *t = s->start; t < s->end; t++)
		n += (unsigned int)wanted(s, t);
	return n;
}

/* Returns 1 if a case, or the suite's init, failed. */
static int run_suite(struct uk_testsuite *s)
{
	unsigned int number = 0;
	int failed = 0;

	line("    KTAP version 1\n    # Subtest: %s\n", s->name);
	if (init_suite(s) < 0) {
		line("    1..0\n");
		return 1;
	}
	line("    1..%u\n", count_cases(s));
	for (const struct uk_testcase *t = s->start; t < s->end; t++)
		if (wanted(s, t))
			failed |= run_case(t, ++number);
	return failed;
}

static int run_all(struct uk_init_ctx *ctx __unused)
{
	unsigned int suites = 0, cases = 0;
	int failed = 0;

	uk_table_foreach (testsuites, rec) {
		unsigned int n = count_cases(rec->suite);

		suites += n != 0;
		cases += n;
	}
	line("KTAP version 1\n1..%u\n", suites);
	uk_table_foreach (testsuites, r) {
		int bad;

		if (!count_cases(r->suite))
			continue;
		now.suite = r->suite;
		now.suite_number++;
		bad = run_suite(r->suite);
		suite_result(bad, "");
		now.suite = __NULL;
		failed |= bad;
	}
	if (!cases && !only)
		line("# no tests in this image\n");
	uk_exit(missing() || failed || !cases);
}

uk_main_initcall_prio(run_all, 0, 3);
