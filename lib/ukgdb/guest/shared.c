/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A line that the debugger shares with the log, stdin and stdout. They get a
 * console of their own, "gdbterm", in the place of the line's. What is written
 * there is shown by the debugger while one is attached, held while the program
 * is stopped, and passed on as it is otherwise; what stands outside of packets
 * on the line can be read there.
 *
 * The session is entered with `active` set, so that an NMI does not enter it
 * again; the cause of the NMI is examined afterwards.
 */
#include <string.h>
#include <uk/arch/lcpu.h>
#include "guest.h"

#define HELD 4096  /* bytes written while the program is stopped */
#define TYPED 1024 /* bytes that a terminal sent, not read yet */

static char held[HELD];
static unsigned int n_held;
static char typed[TYPED];
static unsigned int typed_at, n_typed;

static struct uk_console terminal;

static void hold(const char *buf, __sz len)
{
	__sz n = MIN(len, (__sz)(HELD - n_held));

	memcpy(held + n_held, buf, n);
	n_held += (unsigned int)n;
	uk_console_count(&terminal.stats.out_dropped, len - n);
}

void gdb_shared_flush(void)
{
	struct gdb_guest *g = &gdb_guest;

	if (!n_held)
		return;
	if (!gdb_session_attached(&g->session))
		(void)uk_console_out(g->con, held, n_held);
	else if (!gdb_session_log(&g->session, held, n_held))
		return;
	n_held = 0;
}

/* What an NMI found the session entered for; interrupts are off. */
static void look_again(struct gdb_guest *g)
{
	if (g->missed && g->poll == GDB_POLL_NONE)
		(void)gdb_guest_poll(__NULL);
	if (g->poll != GDB_POLL_NONE)
		uk_gdb_break();
}

static __ssz terminal_out(struct uk_console *con __unused, const char *buf,
			  __sz len)
{
	struct gdb_guest *g = &gdb_guest;
	unsigned long flags = ukarch_irq_save();
	__ssz n = (__ssz)len;

	if (uk_percpu()->in_debugger) {
		hold(buf, len);
	} else if (!gdb_session_attached(&g->session)) {
		n = uk_console_out(g->con, buf, len);
	} else {
		uk_percpu()->in_debugger = 1;
		(void)gdb_cpus_stop(__NULL);
		if (!gdb_session_log(&g->session, buf, len))
			hold(buf, len);
		gdb_cpus_resume();
		uk_percpu()->in_debugger = 0;
		look_again(g);
	}
	ukarch_irq_restore(flags);
	return n;
}

static __ssz terminal_in(struct uk_console *con __unused, char *buf, __sz len)
{
	struct gdb_guest *g = &gdb_guest;
	unsigned long flags = ukarch_irq_save();
	__sz n = 0;

	if (!n_typed && !uk_percpu()->in_debugger) {
		g->missed = 1;
		look_again(g);
	}
	for (; n < len && n_typed; n++, n_typed--)
		buf[n] = typed[typed_at++ % TYPED];
	ukarch_irq_restore(flags);
	return (__ssz)n;
}

void gdb_shared_plain(void *ctx __unused, const char *buf, __sz len)
{
	for (; len && n_typed < TYPED; len--)
		typed[(typed_at + n_typed++) % TYPED] = *buf++;
	uk_console_count(&terminal.stats.in_overruns, len);
}

static const struct uk_console_ops ops = {
	.out = terminal_out,
	.in = terminal_in,
};

static struct uk_console terminal = UK_CONSOLE("gdbterm", &ops, __NULL);

int gdb_shared_start(struct uk_console *con)
{
	static const enum uk_console_role roles[] = { UK_CONSOLE_LOG,
						      UK_CONSOLE_STDIO };
	int shared = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(roles); i++)
		if (uk_console_get(roles[i]) == con) {
			uk_console_wanted[roles[i]] = (char *)terminal.name;
			shared = 1;
		}
	if (shared)
		(void)uk_console_register(&terminal, 9);
	return shared;
}
