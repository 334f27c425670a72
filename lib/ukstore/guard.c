/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Calls that may fault. The registers before the call are kept; a trap inside
 * it that no other handler takes restores them and so returns there once more.
 * Whatever the function had begun stays as it was: it must be a getter.
 *
 * Guards are a list, newest first, since threads may be switched inside of a
 * call. The guard that a trap is meant for is the newest of its thread.
 */
#ifdef CONFIG_LIBUKASSERT
#include <uk/crash.h>
#endif
#include <uk/kasan.h>
#include <uk/percpu.h>
#include <uk/plat/lcpu.h>
#include <uk/spinlock.h>
#include <uk/trap.h>
#include "store_internal.h"

struct guard {
	struct __regs regs;
	struct guard *outer;
	void *thread;
	unsigned int cpu;   /* means something where there is no thread */
	unsigned int depth; /* of traps when it began */
	int caught;
};

static struct guard *guards;
/* The list. A trap takes it too: the function that it hit does not hold it. */
static struct uk_spinlock lock = UK_SPINLOCK_INITIALIZER();

/* The compiler has to know. */
void ukarch_regs_capture(struct __regs *regs) __attribute__((returns_twice));

static void *this_thread(void)
{
#ifdef CONFIG_LIBUKSCHED
	return uk_percpu_read(thread);
#else
	return __NULL;
#endif
}

static void enter(struct guard *g)
{
	unsigned long flags;

	uk_spin_lock_irqsave(&lock, flags);
	g->thread = this_thread();
	g->cpu = ukplat_lcpu_id();
	g->depth = uk_percpu_read(trap_depth);
	g->caught = 0;
	g->outer = guards;
	UK_WRITE_ONCE(guards, g);
	uk_spin_unlock_irqrestore(&lock, flags);
}

static void leave(struct guard *g)
{
	struct guard **link = &guards;
	unsigned long flags;

	uk_spin_lock_irqsave(&lock, flags);
	while (*link != g)
		link = &(*link)->outer;
	UK_WRITE_ONCE(*link, g->outer);
	uk_spin_unlock_irqrestore(&lock, flags);
}

int __noinline store_guarded(int (*fn)(void *arg), void *arg)
{
	struct guard g;
	int ret;

	enter(&g);
	ukarch_regs_capture(&g.regs);
	if (UK_READ_ONCE(g.caught)) {
		uk_kasan_stack_left();
		ret = -EFAULT;
	} else {
		ret = fn(arg);
	}
	leave(&g);
	return ret;
}

int store_may_allocate(void)
{
#ifdef CONFIG_LIBUKASSERT
	if (uk_crash_in_progress())
		return 0;
#endif
	return !uk_percpu_read(trap_depth);
}

static int is_mine(const struct guard *g)
{
	return g->thread == this_thread() &&
	       (g->thread || g->cpu == ukplat_lcpu_id());
}

static struct guard *newest(void)
{
	struct guard *g;

	/* A trap inside of enter() and leave() is a crash. */
	if (CONFIG_UKPLAT_LCPU_MAXCOUNT > 1 && uk_spin_is_mine(&lock))
		return __NULL;
	uk_spin_lock_trap(&lock);
	g = guards;
	while (g && !is_mine(g))
		g = g->outer;
	uk_spin_unlock(&lock);
	return g;
}

/* A trap in a handler, or in an interrupt that came meanwhile, is not the
 * function's.
 */
static int catch_fault(void *data)
{
	struct ukarch_trap_ctx *ctx = data;
	struct guard *g = newest();

	if (!g || g->caught || uk_percpu_read(trap_depth) != g->depth + 1)
		return UK_EVENT_NOT_HANDLED;
	g->caught = 1;
	*ctx->regs = g->regs;
	return UK_EVENT_HANDLED;
}

/* A trap that the compiler put in is a breakpoint on arm64. */
static int catch_break(void *data)
{
	const struct ukarch_trap_ctx *ctx = data;

	return ctx->why == UKARCH_WHY_BREAKPOINT ? catch_fault(data)
						 : UK_EVENT_NOT_HANDLED;
}

UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_DEBUG, catch_break, UK_TRAP_PRIO_LAST);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_PAGE_FAULT, catch_fault, UK_TRAP_PRIO_LAST);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_BUS_ERROR, catch_fault, UK_TRAP_PRIO_LAST);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_INVALID_OP, catch_fault, UK_TRAP_PRIO_LAST);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_MATH, catch_fault, UK_TRAP_PRIO_LAST);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_X86_GP, catch_fault, UK_TRAP_PRIO_LAST);
