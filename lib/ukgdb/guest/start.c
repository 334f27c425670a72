/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Brings the stub up with its console, and down with the guest.
 */
#include <string.h>
#include <uk/gdb.h>
#include <uk/init.h>
#ifdef CONFIG_LIBUKGDB_INTERRUPT
#include <uk/intctlr.h>
#endif
#include <uk/param.h>
#include <uk/print.h>
#include "guest.h"

UK_PARAM(gdb, console, &uk_console_wanted[UK_CONSOLE_GDB], charp,
	 "console of the debugger: its name, or none");

static _Bool wait_at_boot;
UK_PARAM(gdb, wait, &wait_at_boot, bool,
	 "wait for a debugger as soon as its console is up");

static char *on_crash = "exit";
UK_PARAM(gdb, oncrash, &on_crash, charp,
	 "what a crash does when no debugger is attached: exit or wait");

int uk_gdb_attached(void)
{
	return gdb_session_attached(&gdb_guest.session);
}

void uk_gdb_break(void)
{
	if (!gdb_guest.con)
		return;
	gdb_guest.breaking = 1;
	gdb_arch_break();
}

static int oncrash_parse(void)
{
	if (!strcmp(on_crash, "wait"))
		gdb_guest.crash_waits = 1;
	else if (strcmp(on_crash, "exit")) {
		uk_pr_err("gdb.oncrash=%s: use exit or wait\n", on_crash);
		return -EINVAL;
	}
	return 0;
}

#ifdef CONFIG_LIBUKGDB_INTERRUPT
/* An NMI cannot be called back when what it came for was found by polling: one
 * that the console has nothing to say about is none of a failing machine.
 */
static int claim(void *arg __unused)
{
	return UK_INTCTLR_IRQ_HANDLED;
}
UK_INTCTLR_WAKES_NONE(claim);
UK_INTCTLR_WAKES_NONE(gdb_guest_received);
#endif

/* Ctrl-C, and a debugger that comes while the program runs, need the line's
 * interrupt. Where the controller can, it comes even with interrupts off.
 */
static void listen(struct uk_console *con)
{
#ifdef CONFIG_LIBUKGDB_INTERRUPT
	int irq = uk_console_irq(con);

	if (irq >= 0 &&
	    !uk_intctlr_irq_register((unsigned int)irq, claim, __NULL) &&
	    !uk_intctlr_irq_set_nmi((unsigned int)irq, 1))
		uk_intctlr_irq_unmask((unsigned int)irq);
	gdb_guest.line = irq;
	if (uk_console_set_rx(con, gdb_guest_received, __NULL))
		uk_pr_warn(
			"gdb: %s has no interrupt: Ctrl-C and late attach will not work\n",
			con->name);
#else
	(void)con;
#endif
}

#ifdef CONFIG_LIBUKGDB_INTERRUPT
static int kick_line = -1;

/* The line is one that no machine uses. */
static void kick_init(void)
{
	int line = gdb_arch_free_line(uk_intctlr_irq_count());

	if (!uk_intctlr_irq_register((unsigned int)line, claim, __NULL))
		kick_line = line;
}

void gdb_guest_listen(int on)
{
	if (gdb_guest.line < 0)
		return;
	if (!on) {
		uk_intctlr_irq_mask((unsigned int)gdb_guest.line);
		return;
	}
	uk_intctlr_irq_unmask((unsigned int)gdb_guest.line);
	/* A line that went up while it was masked has no edge any more: its
	 * device lets it fall.
	 */
	(void)uk_intctlr_nmi((unsigned int)gdb_guest.line);
}

void gdb_guest_kick(void)
{
	if (kick_line < 0)
		return;
	(void)uk_intctlr_irq_set_cpu((unsigned int)kick_line, uk_percpu_id());
	(void)uk_intctlr_irq_trigger((unsigned int)kick_line);
}
#else
static void kick_init(void)
{
}

void gdb_guest_kick(void)
{
}

void gdb_guest_listen(int on __unused)
{
}
#endif

static int ready; /* the stub has been set up */

/* Called at each place of the boot where the console may have come up. */
static int try_start(struct uk_init_ctx *ctx __unused)
{
	struct gdb_guest *g = &gdb_guest;
	struct uk_console *con =
		uk_console_choose(UK_CONSOLE_GDB, CONFIG_LIBUKGDB_CONSOLE);
	struct gdb_io io;

	if (!ready) {
		if (oncrash_parse())
			return -EINVAL;
		gdb_arch_init();
		gdb_guest_describe(&g->target);
		ready = 1;
	}
	if (g->con || !con)
		return 0;
	io = gdb_line;
	if (gdb_shared_start(con))
		io.plain = gdb_shared_plain;
	gdb_session_init(&g->session, &g->target, &io);
	g->con = con;
	g->line = -1;
	g->connection = uk_console_connection(con);
	if (wait_at_boot) {
		uk_pr_always("gdb: waiting for a debugger on %s\n", con->name);
		uk_gdb_break();
	}
	return 0;
}

static int start_listening(struct uk_init_ctx *ctx)
{
	int rc = try_start(ctx);

	if (!rc && gdb_guest.con) {
		listen(gdb_guest.con);
		kick_init();
	}
	return rc;
}

/* The guest ends: reports the status to a debugger. */
static void finish(const struct uk_term_ctx *ctx)
{
	struct gdb_guest *g = &gdb_guest;
	const struct gdb_stop stop = {
		.why = GDB_STOP_EXITED,
		.signal = ctx->status,
		.tid = gdb_guest_tid(),
	};
	unsigned long flags = ukarch_irq_save();

	if (g->con && gdb_session_attached(&g->session))
		gdb_session_stopped(&g->session, &stop);
	g->con = __NULL;
	ukarch_irq_restore(flags);
}

uk_early_initcall_prio(try_start, finish, 3);
uk_plat_initcall_prio(try_start, 0, 9);
uk_bus_initcall_prio(try_start, 0, 9);
uk_late_initcall_prio(start_listening, 0, 9);
