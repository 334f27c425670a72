/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * From the ring to the sinks. One context drains at a time; one that
 * arrives meanwhile leaves its record to the drainer, which continues until
 * nothing is left; only where the ring gets full it waits for another CPU. A
 * record is claimed by moving `drained` after it before
 * it is written, so that none is written twice, not even when the log is
 * seized in the middle of a line.
 *
 * A record that is still being formatted stops the drain: the context that
 * formats it drains later. After a seizure that context does not return, and
 * the record is skipped.
 */
#include <string.h>
#include <uk/arch/lcpu.h>
#include <uk/percpu.h>
#include <uk/plat/lcpu.h>
#include <uk/plat/time.h>
#include "ring.h"

UK_TABLE_DEFINE(print_sink, struct uk_print_sink);

#ifdef CONFIG_LIBUKPRINT_COLOR
static const char *const colors[] = {
	"\033[1;31m", "\033[31m", "\033[33m", "\033[32m", "\033[36m",
};
#define COLOR_OFF "\033[0m"
#define COLOR_ROOM 12
#else
#define COLOR_OFF ""
#define COLOR_ROOM 0
#endif

#ifdef CONFIG_LIBUKSTORE
__u64 print_written;
#endif

static __u64 drained = RING_SIZE;
static unsigned int draining; /* CPU + 1 that drains, 0: none */
static int line_open;	      /* a sink may have got a part of a line */
static int seized;
static int urgent;
static int closing; /* a seizure is closing a half-written line */
static int dead;    /* a sink crashed: nothing is written any more */

/* A crash has buffers of its own, since it may interrupt who fills the others
 * and return there when a debugger says so.
 */
static struct {
	char text[TEXT_MAX + 1];
	char line[UK_PRINT_PREFIX_MAX + TEXT_MAX + COLOR_ROOM + 2];
} buffers[2];

__u64 print_drained(void)
{
	return __atomic_load_n(&drained, __ATOMIC_ACQUIRE);
}

void print_urgent(void)
{
	urgent = 1;
}

static int sink_ready(const struct uk_print_sink *sink)
{
	return !sink->ready || sink->ready(urgent);
}

static int any_sink(void)
{
	if (dead)
		return 0;
	uk_table_foreach (print_sink, sink)
		if (sink_ready(sink))
			return 1;
	return 0;
}

static void write_sinks(const char *s, __sz len, int level)
{
	__atomic_store_n(&line_open, 1, __ATOMIC_RELEASE);
	uk_table_foreach (print_sink, sink)
		if (sink_ready(sink))
			sink->write(s, len, level);
	__atomic_store_n(&line_open, 0, __ATOMIC_RELEASE);
}

/* One line of a message, without its newline. */
static void write_line(char *line, __nsec time, int level, const char *s,
		       __sz len)
{
	__sz n = 0;

#ifdef CONFIG_LIBUKPRINT_COLOR
	n = strlen(
		strcpy(line, colors[MIN((__sz)level, ARRAY_SIZE(colors) - 1)]));
#endif
	n += uk_print_prefix(line + n, time, level);
	memcpy(line + n, s, len);
	n += len;
	memcpy(line + n, COLOR_OFF "\n", sizeof(COLOR_OFF));
	write_sinks(line, n + sizeof(COLOR_OFF), level);
}

static void write_message(__nsec time, int level, const char *s, __sz len)
{
	char *line = buffers[seized].line;
	const char *end;

	while ((end = memchr(s, '\n', len))) {
		write_line(line, time, level, s, (__sz)(end - s));
		len -= (__sz)(end - s) + 1;
		s = end + 1;
	}
	write_line(line, time, level, s, len);
}

static void write_gap(const char *why)
{
	write_message(ukplat_monotonic_clock(), UK_PRINT_KLVL_WARN, why,
		      strlen(why));
}

/*
 * What stands at a position for the drain: RING_DONE, RING_PAD, RING_NONE if
 * it has to wait, RING_BUSY if what is there will never be complete.
 */
static enum ring_state next_record(__u64 pos, const struct ring_rec **rec,
				   __u64 *next)
{
	enum ring_state state = ring_look(pos, rec, next);

	if (state == RING_DONE || state == RING_PAD)
		return state;
	if (pos >= ring_head() || (ring_intact(pos) && !seized))
		return RING_NONE;
	*next = ring_seek(pos + RING_ALIGN);
	return RING_BUSY;
}

/* Writes one record, if there is one. */
static int step(void)
{
	__u64 pos = print_drained(), next = 0;
	const struct ring_rec *rec;
	enum ring_state state = next_record(pos, &rec, &next);
	int was_intact = ring_intact(pos);
	char *text = buffers[seized].text;
	__nsec time = 0;
	__sz len = 0;
	int level = 0;

	if (state == RING_NONE)
		return 0;
	if (state == RING_DONE) {
		time = rec->time;
		level = rec->level;
		len = MIN((__sz)rec->len, (__sz)TEXT_MAX);
		memcpy(text, rec->text, len);
		if (!ring_intact(pos))
			return 1;
	}
	if (!__atomic_compare_exchange_n(&drained, &pos, next, 0,
					 __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return 1;
#ifdef CONFIG_LIBUKSTORE
	print_written += state == RING_DONE;
#endif
	if (state == RING_DONE)
		write_message(time, level, text, len);
	else if (state == RING_BUSY)
		write_gap(was_intact ? "(a message was being formatted here)"
				     : "(messages were overwritten here)");
	return 1;
}

static int pending(void)
{
	const struct ring_rec *rec;
	__u64 next;

	return next_record(print_drained(), &rec, &next) != RING_NONE;
}

/*
 * A context that commits a record and then finds `draining` set can return: the
 * drainer looks once more after it cleared the flag. Both accesses are
 * sequentially consistent for that.
 */
static void drain(void)
{
	while (pending() && any_sink()) {
		unsigned int none = 0;

		if (!__atomic_compare_exchange_n(
			    &draining, &none, ukplat_lcpu_id() + 1, 0,
			    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			return;
		while (step())
			;
		__atomic_store_n(&draining, 0, __ATOMIC_SEQ_CST);
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
	}
}

#ifdef CONFIG_HAVE_SMP
#define ROOM_POLLS 1000000

/*
 * While another CPU drains, or formats a record that has to come first, this
 * one waits until half of the ring is free: else it would overwrite what has
 * not been written yet. Some 100 ms at most: the other may wait for a lock
 * that this one holds, or for what this one has interrupted.
 */
static void wait_for_room(void)
{
	for (unsigned int i = 0;
	     i < ROOM_POLLS && ring_head() - print_drained() > RING_SIZE / 2 &&
	     UK_READ_ONCE(draining) != ukplat_lcpu_id() + 1 &&
	     !uk_percpu_is_alone() && any_sink();
	     i++) {
		ukarch_cpu_relax();
		drain();
	}
}
#else
static void wait_for_room(void)
{
}
#endif

void uk_print_drain(void)
{
	drain();
	wait_for_room();
}

void uk_print_seize(void)
{
	seized = 1;
	urgent = 1;
	/* Seized again while a newline was written: it is the sink that
	 * crashes, and it would do so for ever.
	 */
	if (closing)
		dead = 1;
	if (__atomic_load_n(&line_open, __ATOMIC_ACQUIRE) && !dead) {
		closing = 1;
		write_sinks("\n", 1, UK_PRINT_KLVL_CRIT);
		closing = 0;
	}
	__atomic_store_n(&draining, 0, __ATOMIC_SEQ_CST);
	uk_print_drain();
}
