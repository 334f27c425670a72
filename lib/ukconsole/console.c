/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The consoles that are present: those of the link-time table whose probe
 * found a device, and those registered at run time, best default first.
 *
 * The list only grows, and an entry is complete before it can be reached, so
 * that a trap and another CPU may walk it at any time. It grows in init calls
 * only, on one CPU. What a console is for is not known
 * here but in roles.c.
 */
#include <string.h>
#include <uk/console.h>
#include <uk/percpu.h>
#include <uk/plat/lcpu.h>
#include <uk/trace.h>
#include "console_internal.h"

UK_TABLE_DEFINE(console, struct uk_console_rec);

static UK_LIST_HEAD(consoles);
static int found;

static void list_add(struct uk_console *con, int prio)
{
	struct uk_list_head *before = consoles.next;

	con->_prio = prio;
	while (before != &consoles &&
	       uk_list_entry(before, struct uk_console, _list)->_prio <= prio)
		before = before->next;
	uk_list_add_tail(&con->_list, before);
	con->state = UK_CONSOLE_PRESENT;
}

/* Absent first: a crash while it probes must not probe it again. */
static int probe(struct uk_console *con, int prio)
{
	con->state = UK_CONSOLE_ABSENT;
	if (con->ops->probe && con->ops->probe(con) < 0)
		return -ENODEV;
	list_add(con, prio);
	console_rx_start(con);
	return 0;
}

void console_find(void)
{
	if (found)
		return;
	uk_table_foreach (console, rec)
		if (rec->con->state == UK_CONSOLE_UNKNOWN)
			probe(rec->con, (int)rec->prio);
	found = 1;
}

int console_found(void)
{
	return found;
}

int uk_console_register(struct uk_console *con, int prio)
{
	if (uk_console_by_name(con->name))
		return -EEXIST;
	return probe(con, prio);
}

struct uk_console *uk_console_next(const struct uk_console *prev)
{
	const struct uk_list_head *at = prev ? &prev->_list : &consoles;

	console_find();
	if (at->next == &consoles)
		return __NULL;
	return uk_list_entry(at->next, struct uk_console, _list);
}

struct uk_console *uk_console_by_name(const char *name)
{
	struct uk_console *con = uk_console_next(__NULL);

	while (con && strcmp(con->name, name) != 0)
		con = uk_console_next(con);
	return con;
}

unsigned int uk_console_connection(struct uk_console *con)
{
	if (!con)
		return 0;
	return con->ops->connection ? con->ops->connection(con) : 1;
}

#ifdef CONFIG_HAVE_SMP
/* How often a CPU looks whether another one is done, some 10 ms at least. */
#define TURN_POLLS 1000000

/*
 * What two CPUs write at a time comes one after the other, where the device
 * takes it at once. It is no lock, only order: who has interrupted the writer
 * goes between, and after a while another CPU does.
 */
static int turn_begin(struct uk_console *con)
{
	unsigned int me = ukplat_lcpu_id() + 1;

	for (unsigned int i = 0; i < TURN_POLLS; i++) {
		unsigned int none = 0;

		if (__atomic_compare_exchange_n(&con->_writer, &none, me, 0,
						__ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			return 1;
		if (none == me || uk_percpu_is_alone())
			return 0;
		ukarch_cpu_relax();
	}
	return 0;
}

static void turn_end(struct uk_console *con, int mine)
{
	if (mine)
		__atomic_store_n(&con->_writer, 0, __ATOMIC_RELEASE);
}
#else
static int turn_begin(struct uk_console *con __unused)
{
	return 0;
}

static void turn_end(struct uk_console *con __unused, int mine __unused)
{
}
#endif

UK_TRACEPOINT_FIELDS(trace_console_out, "%s: %ld of %lu bytes", const char *,
		     console, __ssz, taken, __sz, bytes);

static __ssz out(struct uk_console *con, const char *buf, __sz len)
{
	int mine = turn_begin(con);
	__ssz n = con->ops->out(con, buf, len);

	turn_end(con, mine);
	trace_console_out(con->name, n, len);
	if (n > 0)
		uk_console_count(&con->stats.out_bytes, (__u64)n);
	return n;
}

/* Reads the connection first: the bytes are for the current client. */
__ssz uk_console_out(struct uk_console *con, const char *buf, __sz len)
{
	if (!con)
		return -ENODEV;
	uk_console_connection(con);
	return out(con, buf, len);
}

__ssz uk_console_out_to(struct uk_console *con, unsigned int connection,
			const char *buf, __sz len)
{
	__ssz n;

	if (!con)
		return -ENODEV;
	if (!con->ops->connection)
		return connection == 1 ? out(con, buf, len) : -EPIPE;
	n = con->ops->out_to(con, connection, buf, len);
	if (n > 0)
		uk_console_count(&con->stats.out_bytes, (__u64)n);
	return n;
}

__ssz uk_console_in(struct uk_console *con, char *buf, __sz len)
{
	__ssz n;

	if (!con)
		return -ENODEV;
	n = console_has_ring(con) ? console_ring_in(con, buf, len)
				  : con->ops->in(con, buf, len);
	if (n > 0)
		uk_console_count(&con->stats.in_bytes, (__u64)n);
	return n;
}
