/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Time slices. One timer, which runs only while another thread is ready, checks
 * whether the current thread has had its time; if so the interrupt, once the
 * controller and all other handlers are done with it, ends in another thread.
 * The interrupted one stays in the middle of its trap, on its own stack, with
 * its vector registers in its buffer.
 */
#include <uk/arch/fpstate.h>
#include <uk/arch/lcpu.h>
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

static int due; /* the current thread has had its time */

static void tick(struct uk_timer *timer, void *arg __unused);
static struct uk_timer timer = UK_TIMER_INIT(tick, __NULL);

static __nsec slice(void)
{
	return uksched_slice_us * 1000UL;
}

/* Irq context. */
static void tick(struct uk_timer *t, void *arg __unused)
{
	__nsec end = current()->since + slice();

	if (uksched.idle || !uksched.ready_first)
		return;
	if (uk_time_monotonic() >= end)
		due = 1;
	else
		uk_timer_start(t, end);
}

void sched_slice_end(void)
{
	due = 1;
}

void sched_slice_start(void)
{
	if (!uk_timer_pending(&timer))
		uk_timer_start(&timer, uk_time_monotonic() + slice());
}

/* A handler may have been moved to the trap stack, where others would meet it;
 * then the thread gets another slice.
 */
static int on_own_stack(const struct thread *t, const void *frame)
{
	return (const char *)frame >= t->pub.stack.base &&
	       (const char *)frame < t->pub.stack.top;
}

static int preempt(void *data)
{
	struct ukarch_trap_ctx *ctx = data;
	struct thread *t = current();

	if (likely(!due))
		return UK_EVENT_NOT_HANDLED;
	due = 0;
	if (uksched.idle || ctx->outer || t == uksched.only ||
	    (!uksched.only && !sched_has_next()))
		return UK_EVENT_NOT_HANDLED;
	if (!on_own_stack(t, ctx->regs)) {
		sched_slice_start();
		return UK_EVENT_NOT_HANDLED;
	}
	ukarch_fpstate_save(t->fpstate);
	t->fp_saved = 1;
	sched_ready(t);
	sched_switch();
	t->fp_saved = 0;
	ukarch_fpstate_restore(t->fpstate);
	return UK_EVENT_HANDLED_CONT;
}

/* After the controller and all other handlers: it may return much later. */
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_IRQ, preempt, UK_TRAP_PRIO_LAST);
