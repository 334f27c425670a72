/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The words of a report, and what follows it: a crash, or, with
 * kasan.recover=y, lines in the log, once for each place in the code.
 */
#include <string.h>
#include <uk/crash.h>
#include <uk/param.h>
#include <uk/print.h>
#include <uk/snprintf.h>
#include <uk/symtab.h>
#include "kasan_internal.h"

#define SHADOW_SIZE (1UL << 44) /* of 2^47 bytes */
#define PLACES 256		/* that are remembered */
#define SHADOW_LINE 16		/* bytes of the shadow on a line */
#define SHADOW_LINES 3
#define REASON_MAX 4096 /* lines that do not fit are left out */

UK_TABLE_DEFINE(kasan_describer, struct uk_kasan_describer);

static _Bool recover;
UK_PARAM(kasan, recover, &recover, bool,
	 "log a memory error once for each place, and go on");

/* One report is written at a time. */
static char reason[REASON_MAX];
static int reporting;

/* Of each place the first access. Who finds another one writing leaves it to
 * that one, which may be what it has interrupted.
 */
static struct report {
	const void *pc;
	enum { CLAIMED, READY, WRITTEN } state;
	int write;
	__uptr addr, bad;
	__sz len;
} reports[PLACES];

const char *kasan_bytes(__sz n, char text[KASAN_BYTES_MAX])
{
	uk_snprintf(text, KASAN_BYTES_MAX, "%lu byte%s", n, n == 1 ? "" : "s");
	return text;
}

/* Adds a line; the second one continues the first. */
struct lines {
	unsigned int count;
};

static void add(const char *line, void *arg)
{
	struct lines *l = arg;
	__sz len = strlen(reason);
	const char *join = l->count == 0 ? "" : l->count == 1 ? ", " : "\n";

	if (len + strlen(join) + strlen(line) < sizeof(reason)) {
		uk_snprintf(reason + len, sizeof(reason) - len, "%s%s", join,
			    line);
		l->count++;
	}
}

static void describe(__uptr addr, struct lines *l)
{
	char text[64];

	if (kasan_describe_stack(addr, add, l) ||
	    kasan_describe_global(addr, add, l))
		return;
	uk_table_foreach (kasan_describer, d)
		if (d->describe(addr, add, l))
			return;
	uk_snprintf(text, sizeof(text), "whose shadow is 0x%02x",
		    *shadow_of(addr));
	add(text, l);
}

/* A line of the shadow; brackets mark the granule of the first bad byte. */
static void shadow_line(__uptr from, __uptr bad, struct lines *l)
{
	char text[32 + 4 * SHADOW_LINE];
	int len = uk_snprintf(text, sizeof(text), "  0x%012lx:", from);

	for (int i = 0; i < SHADOW_LINE; i++) {
		__uptr at = from + (__uptr)i * UK_KASAN_GRANULE;
		int here = at / UK_KASAN_GRANULE == bad / UK_KASAN_GRANULE;

		if (kasan_zeros(shadow_of(at), 1))
			len += uk_snprintf(text + len, sizeof(text) - (__sz)len,
					   "%s", " 00");
		else
			len += uk_snprintf(text + len, sizeof(text) - (__sz)len,
					   here ? "[%02x]" : " %02x",
					   *shadow_of(at));
	}
	add(text, l);
}

static void shadow_lines(__uptr bad, struct lines *l)
{
	const __uptr bytes = SHADOW_LINE * UK_KASAN_GRANULE;
	__uptr from = ALIGN_DOWN(bad, bytes) - SHADOW_LINES / 2 * bytes;

	add("shadow, a byte for each 8 of memory:", l);
	for (int i = 0; i < SHADOW_LINES; i++)
		shadow_line(from + (__uptr)i * bytes, bad, l);
}

static void write_reason(const struct report *r)
{
	struct lines l = { 0 };
	char text[96], size[KASAN_BYTES_MAX];

	reason[0] = '\0';
	uk_snprintf(text, sizeof(text), "%s of %s at 0x%lx",
		    r->write ? "write" : "read", kasan_bytes(r->len, size),
		    r->addr);
	add(text, &l);
	describe(r->bad, &l);
	shadow_lines(r->bad, &l);
}

static void print_reason(const void *pc)
{
	char symbol[UK_SYMBOL_TEXT_MAX];
	char *line = reason, *end;

	uk_pr_err("kasan: in %s\n",
		  uk_symbol_text((unsigned long)pc, 1, symbol));
	for (; line; line = end) {
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		uk_pr_err("kasan: %s\n", line);
	}
}

/* A function with a frame that passes over a guard page writes the shadow of
 * what has none.
 */
static int explain_address(void *data)
{
	const struct uk_crash_info *info = data;
	__uptr at = info->trap && info->trap->addr_valid
			    ? info->trap->fault_address
			    : 0;

	if (at >= CONFIG_LIBUKKASAN_OFFSET &&
	    at - CONFIG_LIBUKKASAN_OFFSET < SHADOW_SIZE)
		uk_pr_crit("Address: the shadow of 0x%lx, which has none\n",
			   (at - CONFIG_LIBUKKASAN_OFFSET) * UK_KASAN_GRANULE);
	return UK_EVENT_HANDLED_CONT;
}

/* Behind the sections of the screen, before a debugger. */
UK_EVENT_HANDLER_PRIO(UK_EVENT_CRASH, explain_address, 3);

/* Where a place is remembered; NULL if it was before, or there are too many. */
static struct report *remember(const void *pc)
{
	for (unsigned int i = 0; i < PLACES; i++) {
		const void *there = UK_READ_ONCE(reports[i].pc);

		if (!there && __atomic_compare_exchange_n(
				      &reports[i].pc, &there, pc, 0,
				      __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			return &reports[i];
		if (there == pc)
			return __NULL;
	}
	return __NULL;
}

static struct report *next_ready(void)
{
	for (unsigned int i = 0; i < PLACES; i++)
		if (__atomic_load_n(&reports[i].state, __ATOMIC_SEQ_CST) ==
		    READY)
			return &reports[i];
	return __NULL;
}

/* Sequentially consistent, so that of two at a time one sees the other's. */
static void print_ready(void)
{
	struct report *r;

	while (next_ready() &&
	       !__atomic_exchange_n(&reporting, 1, __ATOMIC_SEQ_CST)) {
		while ((r = next_ready())) {
			write_reason(r);
			print_reason(r->pc);
			r->state = WRITTEN;
		}
		__atomic_store_n(&reporting, 0, __ATOMIC_SEQ_CST);
	}
}

void kasan_report(__uptr addr, __sz len, int write, __uptr bad, const void *pc)
{
	struct report r = { pc, CLAIMED, write, addr, bad, len };
	struct report *new;

	if (uk_crash_in_progress())
		return;
	if (!recover) {
		if (__atomic_exchange_n(&reporting, 1, __ATOMIC_ACQUIRE))
			return; /* that one ends the guest */
		write_reason(&r);
		uk_crash_here("kasan", reason, __NULL, 0);
	}
	new = remember(pc);
	if (!new)
		return;
	*new = r;
	__atomic_store_n(&new->state, READY, __ATOMIC_SEQ_CST);
	print_ready();
}
