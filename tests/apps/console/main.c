/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The guest's side of test_console.py: receiving by interrupt.
 *
 *	late CONSOLE BYTES	computes for a while, until it was interrupted,
 *				then takes BYTES, and checks that byte i is that
 *				of stream 1
 *	polled CONSOLE BYTES	the same with interrupts off
 *	ctrl-c CONSOLE		runs until the callback took a 0x03
 *	nmi CONSOLE		the same with interrupts off
 *	clients CONSOLE		sleeps until three clients have come and gone
 *	lines			reads lines from stdin to its end, with read()
 *	timers CONSOLE BYTES	sends BYTES without a reader, beside a timer
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uk/arch/lcpu.h>
#include <uk/intctlr.h>
#include <uk/time.h>
#include "console_app.h"

#define MS 1000000UL

static struct uk_console *con;
static char buf[4096];

static char expected(size_t at)
{
	uint32_t word = (uint32_t)(at / 4 * 2654435761U) + 1;

	return (char)(word >> at % 4 * 8);
}

static int take(size_t len)
{
	size_t at = 0;

	while (at < len) {
		size_t want = len - at < sizeof(buf) ? len - at : sizeof(buf);
		ssize_t n = uk_console_in(con, buf, want);

		for (ssize_t i = 0; i < n; i++, at++)
			if (buf[i] != expected(at)) {
				printf("byte %zu differs\n", at);
				return 1;
			}
	}
	printf("took %zu, overruns %llu\n", at,
	       (unsigned long long)con->stats.in_overruns);
	return 0;
}

static int late(size_t len)
{
	struct uk_intctlr_irq_stats stats = { 0 };
	__nsec start = uk_time_monotonic(), ms = 0;

	printf("computing\n");
	for (; ms < 500 || (!stats.count && ms < 20000);
	     ms = (uk_time_monotonic() - start) / MS)
		uk_intctlr_irq_stats((unsigned int)uk_console_irq(con), &stats);
	printf("interrupts %s\n", stats.count ? "some" : "none");
	return take(len);
}

static int polled(size_t len)
{
	unsigned long flags = ukarch_irq_save();
	int ret = take(len);

	ukarch_irq_restore(flags);
	return ret;
}

static int ctrl_c(void)
{
	int ret = uk_console_set_rx(con, note, &seen);

	printf("set %d, other %d\n", ret, uk_console_set_rx(con, note, NULL));
	ukarch_irq_disable();
	while (!UK_READ_ONCE(seen.ctrl_c))
		ukarch_halt_irq();
	ukarch_irq_enable();
	printf("depth %u\n", seen.depth);
	return uk_console_set_rx(con, NULL, NULL);
}

static int nmi(void)
{
	unsigned int line = (unsigned int)uk_console_irq(con);
	int ret = uk_intctlr_irq_set_nmi(line, 1);

	ukarch_irq_disable();
	uk_intctlr_irq_unmask(line);
	printf("set %d %d\n", ret, uk_console_set_rx(con, note, &seen));
	while (!seen.ctrl_c)
		;
	uk_intctlr_irq_set_nmi(line, 0);
	uk_intctlr_irq_unmask(line);
	uk_console_set_rx(con, NULL, NULL);
	ukarch_irq_enable();
	printf("depth %u\n", seen.depth);
	return take(100);
}

static int clients(void)
{
	unsigned int last = 0, gone = 0;

	while (gone < 3) {
		unsigned int events = uk_console_events(con);
		unsigned int now = uk_console_connection(con);

		if (now == last) {
			uk_console_wait(con, events);
			continue;
		}
		printf("client %u\n", now);
		gone += !now;
		last = now;
	}
	return 0;
}

static int lines(void)
{
	while (fgets(buf, sizeof(buf), stdin)) {
		printf("line %s", buf);
		fflush(stdout);
	}
	return 0;
}

static unsigned int ticks;
static __nsec next_tick;

static void tick(struct uk_timer *timer, void *arg)
{
	ticks++;
	uk_timer_start(timer, next_tick += 10 * MS);
}

static int timers(size_t len)
{
	struct uk_timer timer = UK_TIMER_INIT(tick, NULL);
	__nsec start = uk_time_monotonic();
	unsigned int due;

	next_tick = start + 10 * MS;
	uk_timer_start(&timer, next_tick);
	for (size_t at = 0; at < len; at += sizeof(buf))
		uk_console_out(con, buf, sizeof(buf));
	while (uk_time_monotonic() < start + 200 * MS)
		;
	due = (unsigned int)((uk_time_monotonic() - start) / (10 * MS));
	uk_timer_cancel(&timer);
	printf("ticks %u of %u\n", ticks, due);
	return 0;
}

static size_t number(char **argv, int idx)
{
	return argv[idx] ? strtoul(argv[idx], NULL, 0) : 0;
}

int main(int argc, char **argv)
{
	const char *kind = argc > 1 ? argv[1] : "";

	con = argc > 2 ? uk_console_by_name(argv[2]) : NULL;
	printf("line %d\n", uk_console_irq(con));
	if (strcmp(kind, "late") == 0)
		return late(number(argv, 3));
	if (strcmp(kind, "polled") == 0)
		return polled(number(argv, 3));
	if (strcmp(kind, "ctrl-c") == 0)
		return ctrl_c();
	if (strcmp(kind, "nmi") == 0)
		return nmi();
	if (strcmp(kind, "clients") == 0)
		return clients();
	if (strcmp(kind, "timers") == 0)
		return timers(number(argv, 3));
	return lines();
}
