/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Several CPUs. What the stub does on one it does while all others are
 * stopped, each in a trap whose registers the debugger sees and changes. A CPU
 * that traps while another one has the stub waits, and has its turn when the
 * program goes on: so each hit is reported, once.
 */
#include <uk/lcpu.h>
#include <uk/trap.h>
#include "guest.h"

static int late;   /* another CPU went first */
static int hold;   /* all others stay stopped */
static int ours;   /* the stub has stopped them, not a crash or the program */
static int shared; /* a CPU looks at the session while all run */
static int target; /* CPU + 1 that the decision is about; 0: this one */

/* What a CPU carries out when it goes on. */
static struct {
	int due;
	struct gdb_decision what;
	__vaddr_t hit; /* gdb_step_hit() when it was stopped */
} handed[CONFIG_UKPLAT_LCPU_MAXCOUNT];

int gdb_cpus_stop(struct ukarch_trap_ctx *ctx)
{
	enum ukarch_trap_why why = ctx ? ctx->why : UKARCH_WHY_OTHER;
	enum uk_lcpu_stop stop;
	int was_late = 0;

	while ((stop = uk_lcpu_stop_others(ctx)) == UK_LCPU_LATE) {
		if (ctx && ctx->why != why)
			return 0;
		was_late = 1;
	}
	while (__atomic_load_n(&shared, __ATOMIC_SEQ_CST))
		ukarch_cpu_relax();
	late = was_late;
	ours |= stop == UK_LCPU_ALONE;
	return 1;
}

void gdb_cpus_take(void)
{
	ours = 1;
}

/* One at a time, and none when a CPU stops all others: that waits in turn for
 * the one that has it, also beyond the time that a CPU has for stopping.
 */
int gdb_cpus_share(void)
{
	while (__atomic_exchange_n(&shared, 1, __ATOMIC_SEQ_CST))
		ukarch_cpu_relax();
	if (!uk_lcpu_is_stopping())
		return 1;
	gdb_cpus_share_end();
	return 0;
}

void gdb_cpus_share_end(void)
{
	__atomic_store_n(&shared, 0, __ATOMIC_RELEASE);
}

int gdb_cpus_late(void)
{
	return late;
}

static void settle(unsigned int cpu, struct ukarch_trap_ctx *trap)
{
	/* one that did not run since then has it still */
	if (!handed[cpu].hit)
		handed[cpu].hit = gdb_step_hit(cpu, trap->regs);
	gdb_step_cancel(cpu, gdb_cpu_regs(cpu));
	handed[cpu].due = 0;
	gdb_break_again(trap);
}

void gdb_cpus_settle(void)
{
	hold = 0;
	target = 0;
	for (unsigned int i = 0; i < ukplat_lcpu_count(); i++) {
		struct ukarch_trap_ctx *trap = uk_lcpu_trap(i);

		if (i == ukplat_lcpu_id() || !trap)
			continue;
		settle(i, trap);
		/* debuggers and core files see it at its own place */
		uk_break_leave_slot(trap->regs);
	}
}

void gdb_cpus_hold(int on)
{
	hold = on;
}

void gdb_cpus_hand_over(unsigned int cpu, const struct gdb_decision *d)
{
	handed[cpu].due = 1;
	handed[cpu].what = *d;
	target = (int)cpu + 1;
}

/* What a CPU has hit it does not hit again. */
static void pass_hits(void)
{
	for (unsigned int i = 0; i < ukplat_lcpu_count(); i++) {
		struct ukarch_trap_ctx *trap = uk_lcpu_trap(i);
		__vaddr_t hit = handed[i].hit;
		struct uk_break *b = hit ? uk_break_at(hit) : __NULL;

		handed[i].hit = 0;
		if (i != ukplat_lcpu_id() && trap && b &&
		    ukarch_regs_pc(trap->regs) == hit)
			(void)uk_break_execute(b, trap->regs);
	}
}

void gdb_cpus_resume(void)
{
	unsigned int to = (unsigned int)target;

	target = 0;
	if (!ours)
		return;
	if (to && hold) {
		handed[to - 1].hit = 0;
		uk_lcpu_pass(to - 1, &gdb_cpu()->stopped_ctx);
	} else if (hold || gdb_step_is_in_place()) {
		uk_lcpu_run_alone();
	} else {
		ours = 0;
		pass_hits();
		uk_lcpu_resume_others();
	}
}

/* The calling CPU's program is at `ctx`, and does what was decided. */
static void carry_out(struct ukarch_trap_ctx *ctx)
{
	unsigned int cpu = ukplat_lcpu_id();
	const struct gdb_stop stop = {
		.why = GDB_STOP_SIGNAL,
		.signal = GDB_SIGTRAP,
		.core = cpu,
	};
	struct gdb_decision what = handed[cpu].what;

	uk_percpu()->in_debugger = 1;
	while (!gdb_cpus_stop(ctx))
		;
	/* a stop of another CPU may have given it up meanwhile */
	if (handed[cpu].due) {
		handed[cpu].due = 0;
		hold = what.alone;
		gdb_guest_listen(1); /* here: others may stay stopped */
		if (what.act != GDB_ACT_CONTINUE && gdb_step(ctx->regs, &what))
			gdb_guest_stop(ctx, &stop);
	}
	gdb_guest_out(ctx);
}

static int on_resumed(void *data)
{
	if (!gdb_guest.con)
		return UK_EVENT_NOT_HANDLED;
	gdb_arch_resumed(gdb_step_is_on());
	if (handed[ukplat_lcpu_id()].due)
		carry_out(data);
	gdb_signal_kick();
	return UK_EVENT_HANDLED_CONT;
}

static int on_start(void *data __unused)
{
	gdb_arch_init();
	return UK_EVENT_HANDLED_CONT;
}

UK_EVENT_HANDLER(UK_EVENT_LCPU_RESUMED, on_resumed);
UK_EVENT_HANDLER(UK_EVENT_LCPU_INIT, on_start);
