/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The monotonic clock: a straight line through the ticks of the CPU's counter
 * that the architecture may bend, where a better rate is known, and that
 * stands still while the clock is stopped. A bend lies at the last tick that
 * the old rate was promised for, so that no reader ever saw a later time.
 *
 * Readers take no lock. `seq` is odd while the line is being changed: a
 * reader that finds it odd is a trap inside the change and gets the time of the
 * bend. A reader that a change interrupted reads again; one that is interrupted
 * each time, such as a program in single steps, gets the time of the last bend,
 * which
 * came meanwhile.
 */
#include <uk/plat/clock.h>
#include <uk/spinlock.h>

#define TRIES 4

struct plat_clock_line plat_clock_line;

static struct plat_clock_rate running; /* the rate while it is stopped */
static __u64 stopped_at;	       /* tick */
static __nsec stopped_for;	       /* all stops together */

static __nsec at(__u64 ticks)
{
	return plat_clock_line.base +
	       plat_clock_scale(ticks - plat_clock_line.from,
				plat_clock_line.rate.ns_per_tick_32);
}

/* Moves the start of the line to a tick of it, and leaves it odd. */
static void change_begin(__u64 ticks)
{
	__nsec base = at(ticks);

	__atomic_store_n(&plat_clock_line.seq, plat_clock_line.seq + 1,
			 __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	plat_clock_line.base = base;
	plat_clock_line.from = ticks;
}

static void change_end(struct plat_clock_rate rate)
{
	plat_clock_line.rate = rate;
	__atomic_store_n(&plat_clock_line.seq, plat_clock_line.seq + 1,
			 __ATOMIC_RELEASE);
}

/* Another CPU that changes the line already does it for this one too. */
static struct uk_spinlock change_lock = UK_SPINLOCK_INITIALIZER();

static void measure(void)
{
	unsigned long flags = ukarch_irq_save();
	__u64 ticks = ukarch_ticks();
	struct plat_clock_rate rate;

	if (!uk_spin_trylock(&change_lock)) {
		ukarch_irq_restore(flags);
		return;
	}
	rate = plat_clock_line.rate;
	if (!(plat_clock_line.seq & 1) && !plat_clock_line.stopped &&
	    ticks >= rate.until) {
		change_begin(rate.until);
		plat_clock_measure(ticks, &rate);
		change_end(rate);
	}
	uk_spin_unlock_irqrestore(&change_lock, flags);
}

void plat_clock_start(__u64 ticks, struct plat_clock_rate rate)
{
	plat_clock_line.from = ticks;
	plat_clock_line.rate = rate;
}

static __noinline __nsec read_again(void)
{
	__nsec now;

	for (unsigned int i = 0; i < TRIES; i++) {
		if ((UK_READ_ONCE(plat_clock_line.seq) & 1) ||
		    UK_READ_ONCE(plat_clock_line.stopped))
			break;
		if (ukarch_ticks() >= UK_READ_ONCE(plat_clock_line.rate.until))
			measure();
		if (plat_clock_read(&now))
			return now;
	}
	return plat_clock_line.base;
}

/* Nothing is saved on the stack on the usual way: it is often called. */
__nsec ukplat_monotonic_clock(void)
{
	__nsec now;

	return likely(plat_clock_read(&now)) ? now : read_again();
}

void ukplat_clock_stop(void)
{
	struct plat_clock_rate still = { 0, 0 };

	ukplat_monotonic_clock(); /* the rate is known and good now */
	if (plat_clock_line.stopped || (plat_clock_line.seq & 1))
		return;
	running = plat_clock_line.rate;
	stopped_at = MIN(ukarch_ticks(), running.until);
	change_begin(stopped_at);
	plat_clock_line.stopped = 1;
	change_end(still);
}

void ukplat_clock_resume(void)
{
	__u64 now = ukarch_ticks();

	if (!plat_clock_line.stopped)
		return;
	stopped_for +=
		plat_clock_scale(now - stopped_at, running.ns_per_tick_32);
	running.until = MAX(running.until, now);
	change_begin(now);
	plat_clock_line.stopped = 0;
	change_end(running);
}

__nsec ukplat_clock_stopped(void)
{
	return UK_READ_ONCE(stopped_for);
}

/* The registers of the clock of the board, and what is known from them. */
static struct uk_spinlock rtc_lock = UK_SPINLOCK_INITIALIZER();

__nsec ukplat_wall_clock(void)
{
	static __nsec offset;
	static int known;
	unsigned long flags;
	__u64 now;

	if (!__atomic_load_n(&known, __ATOMIC_ACQUIRE)) {
		uk_spin_lock_irqsave(&rtc_lock, flags);
		now = known ? 0 : plat_rtc_seconds();
		if (now)
			offset = now * UK_NSEC_PER_SEC -
				 ukplat_monotonic_clock() - stopped_for;
		__atomic_store_n(&known, 1, __ATOMIC_RELEASE);
		uk_spin_unlock_irqrestore(&rtc_lock, flags);
	}
	return offset + ukplat_monotonic_clock() + stopped_for;
}
