/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Time slices. A timer of each CPU, which runs only while another thread is
 * ready there, checks whether the current thread has had its time; if so the
 * interrupt, once the controller and all other handlers are done with it, ends
 * in another thread.
 * The interrupted one stays in the middle of its trap, on its own stack, with
 * its vector registers in its buffer.
 */
#include <uk/arch/fpstate.h>
#include <uk/init.h>
#include <uk/param.h>
#include <uk/print.h>
#include <uk/trap.h>
#include "sched_internal.h"

unsigned int uksched_slice_us = CONFIG_LIBUKSCHED_SLICE_US;
UK_PARAM(sched, slice, &uksched_slice_us, uint, "time slice in microseconds");

#define SLICE_MIN 100U
#define SLICE_MAX 1000000U

static int slice_check(struct uk_init_ctx *ctx __unused)
{
	if (uksched_slice_us >= SLICE_MIN && uksched_slice_us <= SLICE_MAX)
		return 0;
	uk_pr_err("sched.slice=%u: give %u to %u microseconds\n",
		  uksched_slice_us, SLICE_MIN, SLICE_MAX);
	return -ECANCELED;
}

/* Behind the parameters. */
uk_early_initcall_prio(slice_check, 0, 2);

enum due {
	DUE_NONE = 0,
	DUE_OVER, /* the current thread has had its time */
	DUE_LOOK, /* another CPU has put a thread into the queue */
};

static void tick(struct uk_timer *timer, void *arg __unused);

static struct slice {
	int due;
	struct uk_timer timer;
} slices[CPUS] = { [0 ... CPUS - 1] = { .timer =
						UK_TIMER_INIT(tick, __NULL) } };

static __nsec slice(void)
{
	return uksched_slice_us * 1000UL;
}

/* Irq context. */
static void tick(struct uk_timer *t, void *arg __unused)
{
	__nsec end = current()->since + slice();

	if (this_cpu()->idle ||
	    (!this_cpu()->ready_first && sched_may_stay(current())))
		return;
	if (uk_time_monotonic() >= end)
		slices[ukplat_lcpu_id()].due = DUE_OVER;
	else
		uk_timer_start(t, end);
}

void sched_slice_end(unsigned int cpu)
{
	slices[cpu].due = DUE_OVER;
}

void sched_slice_look(unsigned int cpu)
{
	if (slices[cpu].due != DUE_OVER)
		slices[cpu].due = DUE_LOOK;
}

static void start_timer(__nsec end)
{
	struct uk_timer *timer = &slices[ukplat_lcpu_id()].timer;

	if (!uk_timer_pending(timer))
		uk_timer_start(timer, end);
}

void sched_slice_start(void)
{
	if (!uk_timer_pending(&slices[ukplat_lcpu_id()].timer))
		start_timer(uk_time_monotonic() + slice());
}

/* A handler may have been moved to the trap stack, where others would meet it;
 * then the thread gets another slice.
 */
static int on_own_stack(const struct thread *t, const void *frame)
{
	return (const char *)frame >= t->pub.stack.base &&
	       (const char *)frame < t->pub.stack.top;
}

/* Whether a thread loses the CPU now. */
static int must_go(struct thread *t, const struct ukarch_trap_ctx *ctx, int due)
{
	if (this_cpu()->idle || ctx->outer)
		return 0;
	if (t == uksched.only) { /* its turn ends after that */
		sched_slice_start();
		return 0;
	}
	if (!uksched.only && sched_may_stay(t) && !sched_has_next(this_cpu()))
		return 0;
	if (CPUS > 1 && due == DUE_LOOK && sched_may_stay(t)) {
		start_timer(t->since + slice());
		return 0;
	}
	if (!on_own_stack(t, ctx->regs)) {
		sched_slice_start();
		return 0;
	}
	return 1;
}

/* It may go on on another CPU. */
static void lose_cpu(struct thread *t, struct __regs *regs __unused)
{
	ukarch_fpstate_save(t->fpstate);
	t->fp_saved = 1;
	sched_ready_here(t);
	sched_switch();
	t->fp_saved = 0;
	ukarch_fpstate_restore(t->fpstate);
#ifdef CONFIG_HAVE_SMP
	ukarch_percpu_resume(regs);
#endif
}

static int preempt(void *data)
{
	struct slice *s = &slices[ukplat_lcpu_id()];
	struct ukarch_trap_ctx *ctx = data;
	struct thread *t = current();
	int due, goes;

	if (likely(!UK_READ_ONCE(s->due)))
		return UK_EVENT_NOT_HANDLED;
	uk_spin_lock(&sched_lock);
	due = s->due;
	s->due = DUE_NONE;
	goes = must_go(t, ctx, due);
	if (goes)
		lose_cpu(t, ctx->regs);
	uk_spin_unlock(&sched_lock);
	return goes ? UK_EVENT_HANDLED_CONT : UK_EVENT_NOT_HANDLED;
}

/* After the controller and all other handlers: it may return much later. */
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_IRQ, preempt, UK_TRAP_PRIO_LAST);
