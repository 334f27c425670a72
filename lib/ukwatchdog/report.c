/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A hang in words:
 *
 *	watchdog: thread worker on CPU 1 has not given up the CPU for 2000 ms
 *	while 2 threads are ready
 *	  ready: main, logger
 *	watchdog: interrupts are off on CPU 0 for 2000 ms, in thread main
 */
#include <string.h>
#include <uk/crash.h>
#include <uk/intctlr.h>
#include <uk/print.h>
#include <uk/snprintf.h>
#include <uk/symtab.h>
#include <uk/thread.h>
#include <uk/unwind.h>
#include "watchdog_internal.h"

#define NSEC_PER_MS 1000000UL
#define DETAIL_MAX 384
#define FRAMES_MAX 32

static __u64 reports;

__u64 watchdog_reports(void)
{
	return __atomic_load_n(&reports, __ATOMIC_RELAXED);
}

static int is_ready(const struct uk_thread *t)
{
	return t->state == UK_THREAD_READY &&
	       !strcmp(uk_thread_state_name(t), "ready");
}

static unsigned int count_ready(void)
{
	struct uk_thread *t = __NULL;
	unsigned int count = 0;

	while ((t = uk_thread_next(t)))
		count += (unsigned int)is_ready(t);
	return count;
}

/* "\nready: main, logger"; those that do not fit are left out. */
static void list_ready(char *buf, __sz len)
{
	const char *before = "\nready: ";
	struct uk_thread *t = __NULL;
	__sz at = 0;

	while ((t = uk_thread_next(t))) {
		if (!is_ready(t) ||
		    len - at < strlen(before) + UK_THREAD_NAME_MAX)
			continue;
		at += (__sz)uk_snprintf(buf + at, len - at, "%s%s", before,
					t->name);
		before = ", ";
	}
}

static void describe(char *buf, __sz len, enum watchdog_hang hang, __nsec ns)
{
	const struct uk_thread *t = uk_thread_current();
	unsigned int cpu = uk_percpu_id(), ready;
	unsigned long ms = ns / NSEC_PER_MS;
	int irq = uk_intctlr_irq_current(), at;

	if (hang == WATCHDOG_IRQ_OFF) {
		at = uk_snprintf(
			buf, len, "interrupts are off on CPU %u for %lu ms%s%s",
			cpu, ms, t ? ", in thread " : "", t ? t->name : "");
		if (irq >= 0)
			uk_snprintf(buf + at, len - (__sz)at,
				    ", in a handler of line %d", irq);
		return;
	}
	ready = count_ready();
	at = uk_snprintf(
		buf, len,
		"thread %s on CPU %u has not given up the CPU for %lu ms",
		t->name, cpu, ms);
	if (!ready)
		return;
	at += uk_snprintf(buf + at, len - (__sz)at, " while %u thread%s ready",
			  ready, ready == 1 ? " is" : "s are");
	list_ready(buf + at, len - (__sz)at);
}

static void show_frame(const struct uk_unwind *u)
{
	char text[UK_FRAME_TEXT_MAX];
	unsigned int depth = 0;
	int more;

	do {
		more = uk_frame_text(u->pc, uk_unwind_lookup_pc(u), depth++, "",
				     text);
		uk_pr_err("  %s\n", text);
	} while (more);
}

static void show_trace(const struct __regs *regs)
{
	struct uk_unwind u;
	unsigned int shown = 0;

	uk_unwind_start(&u, regs);
	do {
		if (u.is_trap)
			uk_pr_err("  -- trap that interrupted:\n");
		show_frame(&u);
	} while (uk_unwind_next(&u) && ++shown < FRAMES_MAX);
	if (u.end != UK_UNWIND_OUTERMOST)
		uk_pr_err("  trace ends: %s\n",
			  u.end ? uk_unwind_end_str(u.end)
				: "more frames are not shown");
}

void watchdog_report(struct ukarch_trap_ctx *ctx, enum watchdog_hang hang,
		     __nsec ns, int crashes)
{
	char detail[DETAIL_MAX];
	char *rest;

	__atomic_add_fetch(&reports, 1, __ATOMIC_RELAXED);
	describe(detail, sizeof(detail), hang, ns);
	if (crashes) {
		uk_crash_interrupted(ctx, "watchdog", detail);
		return;
	}
	rest = strchr(detail, '\n');
	if (rest)
		*rest++ = '\0';
	uk_pr_err("watchdog: %s\n", detail);
	if (rest)
		uk_pr_err("  %s\n", rest);
	uk_pr_err("Call trace:\n");
	show_trace(ctx->regs);
}
