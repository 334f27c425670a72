/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The log from uk_pr_*() to a sink: text, order, ring wrap, readers, and
 * seizure. Interruptions are played by what the log calls out to: the clock
 * (between the looks at the head), the sink (during a drain), and a trap in
 * the middle of formatting (a SIGSEGV on an argument of %s).
 *
 * HOST-SRCS: lib/ukprint/snprintf.c lib/ukprint/ring.c lib/ukprint/drain.c
 * HOST-SRCS: lib/ukprint/print.c
 * HOST-FLAGS: -D_GNU_SOURCE -DCONFIG_LIBUKPRINT=1 -DCONFIG_LIBUKPRINT_LEVEL=3
 * HOST-FLAGS: -DCONFIG_LIBUKPRINT_RING_KB=4 -DCONFIG_LIBUKPRINT_LINE_MAX=128
 * HOST-FLAGS: -DCONFIG_LIBUKPRINT_SHOW_TIME=1
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include <uk/print.h>
#include <uk/plat/time.h>

static char written[1 << 20];
static size_t written_len;
static int ready;
static void (*in_sink)(void);
static void (*in_clock)(void);

static void call_once(void (**hook)(void))
{
	void (*fn)(void) = *hook;

	*hook = NULL;
	if (fn)
		fn();
}

__nsec ukplat_monotonic_clock(void)
{
	static __nsec now;

	now += 1000;
	call_once(&in_clock);
	return now;
}

static void sink_write(const char *s, __sz len, int level)
{
	memcpy(written + written_len, s, len / 2);
	written_len += len / 2;
	call_once(&in_sink);
	memcpy(written + written_len, s + len / 2, len - len / 2);
	written_len += len - len / 2;
	written[written_len] = '\0';
}

static int sink_ready(int urgent)
{
	return ready || urgent;
}

UK_PRINT_SINK(test_sink, sink_write, sink_ready);

/* Each test starts with a drained log and an empty console. */
static int setup(void **state)
{
	ready = 1;
	uk_print_drain();
	written_len = 0;
	written[0] = '\0';
	return 0;
}

/* What was written without time stamps; they must not go backwards. */
static void assert_written(const char *want)
{
	static char got[sizeof(written)];
	static double last;
	char *out = got;

	for (char *line = written, *end; *line; line = end + 1) {
		double time;
		int at = 0;

		end = strchr(line, '\n');
		assert_non_null(end);
		assert_int_equal(sscanf(line, "[%lf] %n", &time, &at), 1);
		assert_true(time >= last);
		last = time;
		out += sprintf(out, "%.*s", (int)(end + 1 - line - at),
			       line + at);
	}
	*out = '\0';
	assert_string_equal(got, want);
}

static void test_lines(void **state)
{
	uk_pr_crit("c %d\n", 1);
	uk_pr_err("e\n");
	uk_pr_warn("w without newline");
	uk_pr_info("i\n");
	uk_pr_debug("%s\n", "never");
	uk_print_exit(0);
	uk_pr_info("two\nlines\n");
	uk_pr_info("\n");
	assert_written("CRIT: c 1\nERR: e\nWARN: w without newline\nINFO: i\n"
		       "INFO: exit 0\nINFO: two\nINFO: lines\nINFO: \n");
}

static void test_prefix(void **state)
{
	char buf[UK_PRINT_PREFIX_MAX];

	assert_int_equal(uk_print_prefix(buf, 101195999, 0), 21);
	assert_string_equal(buf, "[    0.101195] CRIT: ");
	uk_print_prefix(buf, ~0UL, 4);
	assert_string_equal(buf, "[18446744073.709551] DBG: ");
}

static void test_long_line_is_cut(void **state)
{
	char line[300], want[300];

	memset(line, 'a', 299);
	line[299] = '\0';
	snprintf(want, sizeof(want), "INFO: %.125s...\nINFO: %.128s\n", line,
		 line);
	uk_pr_info("%s\n", line);
	line[128] = '\0';
	uk_pr_info("%s", line);
	assert_written(want);
}

static void test_place(void **state)
{
	_uk_printk_place(UK_PRINT_KLVL_ERR, "libfoo", "foo.c", 12, "x\n");
	_uk_printk_place(UK_PRINT_KLVL_ERR, "libfoo", NULL, 12, "x\n");
	_uk_printk_place(UK_PRINT_KLVL_ERR, NULL, "foo.c", 12, "x\n");
	_uk_printk_place(UK_PRINT_KLVL_CRIT, "libfoo", "foo.c", 12, "x\n");
	assert_written("ERR: [libfoo] <foo.c @ 12> x\nERR: [libfoo] x\n"
		       "ERR: <foo.c @ 12> x\nCRIT: x\n");
}

static void test_wait_for_sink(void **state)
{
	ready = 0;
	uk_pr_info("early\n");
	uk_pr_info("too\n");
	assert_written("");
	ready = 1;
	uk_print_drain();
	assert_written("INFO: early\nINFO: too\n");
}

static void log_nested(void)
{
	uk_pr_warn("nested\n");
}

static void test_message_from_sink_follows(void **state)
{
	in_sink = log_nested;
	uk_pr_info("outer\n");
	uk_pr_info("next\n");
	assert_written("INFO: outer\nWARN: nested\nINFO: next\n");
}

static void test_message_between_looks_at_head(void **state)
{
	in_clock = log_nested;
	uk_pr_info("outer\n");
	assert_written("WARN: nested\nINFO: outer\n");
}

static char *trap_page;
static void (*in_trap)(void);

static void on_segv(int sig)
{
	mprotect(trap_page, 4096, PROT_READ | PROT_WRITE);
	strcpy(trap_page, "argument");
	in_trap();
}

/* An argument of %s whose first read is a trap. */
static const char *trapping_argument(void (*fn)(void))
{
	if (!trap_page)
		trap_page = mmap(NULL, 4096, PROT_NONE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(trap_page, 4096, PROT_NONE);
	signal(SIGSEGV, on_segv);
	in_trap = fn;
	return trap_page;
}

static void test_message_from_trap_while_formatting(void **state)
{
	uk_pr_info("outer %s\n", trapping_argument(log_nested));
	uk_pr_info("next\n");
	assert_written("INFO: outer argument\nWARN: nested\nINFO: next\n");
}

static void log_many(void)
{
	for (int i = 0; i < 20; i++)
		uk_pr_warn("nested %d\n", i);
}

static void test_many_messages_from_trap(void **state)
{
	char want[1024] = "INFO: outer argument\n";

	for (int i = 0; i < 20; i++)
		sprintf(want + strlen(want), "WARN: nested %d\n", i);
	uk_pr_info("outer %s\n", trapping_argument(log_many));
	assert_written(want);
}

static void test_overrun_is_reported_and_the_log_continues(void **state)
{
	const char *last = NULL;
	int seen = 0, first = -1, n;

	ready = 0;
	for (int i = 0; i < 5000; i++)
		uk_pr_info(
			"message %d %.*s\n", i, i % 60,
			"....................................................");
	ready = 1;
	uk_print_drain();
	assert_non_null(
		strstr(written, "WARN: (messages were overwritten here)"));
	for (char *p = written; (p = strstr(p, "message ")); p++, seen++) {
		n = atoi(p + 8);
		if (first < 0)
			first = n;
		assert_int_equal(n, first + seen);
		last = p;
	}
	assert_int_equal(atoi(last + 8), 4999);
	/* 4 KiB hold 30 records of the longest kind at least. */
	assert_true(seen >= 30);
}

static void test_iterator(void **state)
{
	struct uk_print_iter it = { 0 };
	struct uk_print_rec rec;
	char text[UK_PRINT_TEXT_MAX], cut[4];
	int n = 0;

	ready = 0;
	for (int i = 0; i < 1000; i++)
		uk_pr_warn("%d\n", i);
	while (uk_print_next(&it, &rec, text, sizeof(text))) {
		assert_int_equal(rec.level, UK_PRINT_KLVL_WARN);
		assert_int_equal(rec.len, strlen(text));
		assert_false(rec.on_console);
		n = atoi(text);
	}
	assert_int_equal(n, 999);
	assert_int_equal(uk_print_next(&it, &rec, text, sizeof(text)), 0);

	uk_pr_info("abcdef\n");
	ready = 1;
	uk_print_drain();
	assert_int_equal(uk_print_next(&it, &rec, cut, sizeof(cut)), 1);
	assert_string_equal(cut, "abc");
	assert_true(rec.on_console);
	assert_int_equal(uk_print_next(&it, &rec, cut, sizeof(cut)), 0);
}

static void test_iterator_survives_overwriting(void **state)
{
	struct uk_print_iter it = { 0 };
	struct uk_print_rec rec;
	char text[UK_PRINT_TEXT_MAX];
	int last = -1, n;

	for (int i = 0; i < 3000; i++) {
		uk_pr_info("n%d %.*s\n", i, i % 97,
			   "0123456789012345678901234567890123456789");
		written_len = 0;
		if (i % 50)
			continue;
		/* Some at a time, so that the writer laps the reader. */
		for (int k = 0;
		     k < 3 && uk_print_next(&it, &rec, text, sizeof(text));
		     k++) {
			if (sscanf(text, "n%d ", &n) != 1)
				continue;
			assert_true(n > last);
			last = n;
		}
	}
	assert_true(last > 2000);
}

static volatile sig_atomic_t storm_sent;

static void storm_signal(int sig)
{
	uk_pr_warn("signal %d end\n", (int)storm_sent++);
}

/* A timer interrupts at any instruction, once a message at most, since more
 * could fill the ring; each message comes out whole, once and in the order of
 * its own context.
 */
static void test_storm(void **state)
{
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL,
			       .sigev_signo = SIGALRM };
	int mains = 0, signals = 0;
	timer_t timer;

	signal(SIGALRM, storm_signal);
	assert_int_equal(timer_create(CLOCK_MONOTONIC, &ev, &timer), 0);
	for (int i = 0; i < 8000; i++) {
		struct itimerspec once = { .it_value.tv_nsec =
						   1 + rand() % 20000 };

		timer_settime(timer, 0, &once, NULL);
		uk_pr_info("main %d end\n", i);
	}
	timer_delete(timer);

	for (char *line = written, *end; *line; line = end + 1) {
		char want[64];

		end = strchr(line, '\n');
		assert_non_null(end);
		*end = '\0';
		line += strcspn(line, "]") + 2;
		if (line[0] == 'I')
			sprintf(want, "INFO: main %d end", mains++);
		else
			sprintf(want, "WARN: signal %d end", signals++);
		assert_string_equal(line, want);
	}
	assert_int_equal(mains, 8000);
	assert_int_equal(signals, storm_sent);
	assert_true(signals > 10);
}

/* What the console of a crash must hold; see crash_once(). */
static const char *want_in_crash;

/* What a crash does must not be seen by the other tests: a child plays it. */
static void in_child(void (*play)(void), const char *want)
{
	int status;
	pid_t pid;

	want_in_crash = want;
	pid = fork();
	if (!pid) {
		play();
		_exit(1);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

static void crash_once(void)
{
	uk_print_seize();
	uk_pr_crit("crash\n");
	if (!strstr(written, want_in_crash)) {
		fprintf(stderr, "want %s\ngot %s\n", want_in_crash, written);
		_exit(1);
	}
	_exit(0);
}

static void play_seize_in_line(void)
{
	in_sink = crash_once;
	uk_pr_info("half a line\n");
}

static void play_seize_while_formatting(void)
{
	uk_pr_info("half %s\n", trapping_argument(crash_once));
}

static void play_seize_early(void)
{
	ready = 0;
	uk_pr_info("before consoles\n");
	crash_once();
}

static void first_crash(void)
{
	uk_print_seize();
	in_sink = crash_once;
	uk_pr_crit("the first crash, cut\n");
}

static void play_seize_twice(void)
{
	in_sink = first_crash;
	uk_pr_info("half a line\n");
}

static void always_crash(void)
{
	in_sink = always_crash;
	uk_print_seize();
	uk_pr_crit("lost\n");
	_exit(0);
}

static void test_seize(void **state)
{
	in_child(play_seize_in_line, "] I\n[    0.");
	in_child(play_seize_while_formatting,
		 "WARN: (a message was being formatted here)\n");
	in_child(play_seize_early, "INFO: before consoles\n");
	in_child(play_seize_twice, "CRIT: crash\n");
	/* A sink that crashes each time does not do so for ever. */
	in_child(always_crash, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_lines, setup),
		cmocka_unit_test_setup(test_prefix, setup),
		cmocka_unit_test_setup(test_long_line_is_cut, setup),
		cmocka_unit_test_setup(test_place, setup),
		cmocka_unit_test_setup(test_wait_for_sink, setup),
		cmocka_unit_test_setup(test_message_from_sink_follows, setup),
		cmocka_unit_test_setup(test_message_between_looks_at_head,
				       setup),
		cmocka_unit_test_setup(test_message_from_trap_while_formatting,
				       setup),
		cmocka_unit_test_setup(test_many_messages_from_trap, setup),
		cmocka_unit_test_setup(
			test_overrun_is_reported_and_the_log_continues, setup),
		cmocka_unit_test_setup(test_iterator, setup),
		cmocka_unit_test_setup(test_iterator_survives_overwriting,
				       setup),
		cmocka_unit_test_setup(test_storm, setup),
		cmocka_unit_test_setup(test_seize, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
