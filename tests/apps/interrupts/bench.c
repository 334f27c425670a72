/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What interrupts and timers cost, in ticks of the counter: instructions
 * under `support/run --icount`. Handlers run in irq context.
 */
#include <uk/arch/lcpu.h>
#include <uk/intctlr.h>
#include <uk/time.h>
#include "bench.h"

#define MS 1000000UL
#define ROUNDS 15

static volatile unsigned int ran;

static int handler(void *arg)
{
	ran++;
	return UK_INTCTLR_IRQ_HANDLED;
}

static void expired(struct uk_timer *timer, void *arg)
{
	ran++;
}

/* From letting an interrupt in that waits, or none, until it was handled. */
static __u64 let_in(unsigned int pending)
{
	unsigned int before = ran;
	__u64 start = ukarch_ticks();

	ukarch_irq_enable();
	while (ran - before < pending)
		;
	ukarch_irq_disable();
	return ukarch_ticks() - start;
}

/* The least of some rounds: under -icount they differ by what TCG's timers
 * round.
 */
static __u64 least(__u64 (*op)(void))
{
	__u64 best = (__u64)-1;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		__u64 t = op();

		best = MIN(best, t);
	}
	return best;
}

static __u64 nothing(void)
{
	return let_in(0);
}

static __u64 interrupt(void)
{
	uk_intctlr_irq_trigger(uk_intctlr_irq_count() - 2);
	return let_in(1);
}

/* Under -icount time passes by instructions: 10,000 are enough to expire. */
static __u64 timer_fire(void)
{
	struct uk_timer timer = UK_TIMER_INIT(expired, __NULL);

	uk_timer_start(&timer, uk_time_monotonic());
	for (volatile unsigned int i = 0; i < 10000; i++)
		;
	return let_in(1);
}

static __u64 timer_start(__nsec deadline)
{
	struct uk_timer timer = UK_TIMER_INIT(expired, __NULL);
	__u64 start = ukarch_ticks();

	uk_timer_start(&timer, deadline);
	start = ukarch_ticks() - start;
	uk_timer_cancel(&timer);
	return start;
}

static __u64 timer_first(void)
{
	static __nsec next = 1000000 * MS;

	return timer_start(next -= MS);
}

static __u64 timer_later(void)
{
	return timer_start(2000000 * MS);
}

void bench(void (*report)(const char *name, unsigned long value))
{
	unsigned long flags = ukarch_irq_save();
	__u64 none = least(nothing);

	uk_intctlr_irq_register(uk_intctlr_irq_count() - 2, handler, __NULL);
	report("irq", least(interrupt) - none);
	report("timer_start_first", least(timer_first));
	report("timer_start_later", least(timer_later));
	report("timer_fire", least(timer_fire) - none);
	ukarch_irq_restore(flags);
}
