/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The checks of LIBUKCORE_LOCK_CHECK. Each CPU has a list of the locks that it
 * holds. Each pair of locks that was ever held together is remembered with the
 * order in which it was taken: the reverse order is a violation, also if the
 * two CPUs that would wait for each other never meet. Cycles of three are not
 * found.
 *
 * A lock is taken with interrupts off. So a trap that interrupted code with
 * interrupts on, such as each interrupt, interrupted no section with a lock;
 * all other traps may have.
 *
 * A CPU that is alone takes no locks, and nothing is checked.
 */
#include <uk/arch/lcpu.h>
#include <uk/arch/trap.h>
#include <uk/crash.h>
#include <uk/snprintf.h>
#include <uk/spinlock.h>

#define DEPTH 8
#define PAIRS 256

struct held {
	const struct uk_spinlock *lock;
	const char *place;
};

static struct {
	struct held held[DEPTH];
	unsigned int count;
} cpus[CONFIG_UKPLAT_LCPU_MAXCOUNT];

/* Only grows; an element is complete before it is counted. */
static struct {
	struct held outer, inner;
} pairs[PAIRS];
static unsigned int pair_count;
static int pairs_busy;

/* The first violation ends the checks: it is a crash. */
static int violated;

/* With one CPU a crash has none to stop: it passes locks by, too. */
static int passes_by(void)
{
	return uk_percpu_read(alone) ||
	       (CONFIG_UKPLAT_LCPU_MAXCOUNT == 1 && uk_crash_in_progress());
}

static int is_off(void)
{
	return UK_READ_ONCE(violated) || passes_by();
}

static void violation(const char *what, const char *place, const char *other)
{
	static char text[384];

	if (__atomic_exchange_n(&violated, 1, __ATOMIC_RELAXED))
		return;
	uk_snprintf(text, sizeof(text), "%s: %s%s%s", what, place,
		    other ? "; " : "", other ? other : "");
	uk_crash_here("lock", text, __NULL, 0);
}

static void wrong_order(unsigned int pair, const struct held *outer,
			const char *inner)
{
	static char before[256];

	uk_snprintf(before, sizeof(before),
		    "held: %s; before, taken: %s, held: %s", outer->place,
		    pairs[pair].inner.place, pairs[pair].outer.place);
	violation("locks are taken in two orders, taken", inner, before);
}

/* The pair of two locks in this order, or the number of pairs. */
static unsigned int find(const struct uk_spinlock *outer,
			 const struct uk_spinlock *inner)
{
	unsigned int count = __atomic_load_n(&pair_count, __ATOMIC_ACQUIRE), i;

	for (i = 0; i < count; i++)
		if (pairs[i].outer.lock == outer &&
		    pairs[i].inner.lock == inner)
			break;
	return i < count ? i : PAIRS;
}

static void pairs_begin(void)
{
	while (__atomic_exchange_n(&pairs_busy, 1, __ATOMIC_ACQUIRE))
		ukarch_cpu_relax();
}

static void pairs_end(void)
{
	__atomic_store_n(&pairs_busy, 0, __ATOMIC_RELEASE);
}

/* Both orders are looked for and the new one is added in one go, lest two CPUs
 * add one each.
 */
static void check_order(const struct held *outer, const struct held *inner)
{
	unsigned int reverse;

	if (find(outer->lock, inner->lock) != PAIRS)
		return;
	pairs_begin();
	reverse = find(inner->lock, outer->lock);
	if (reverse == PAIRS && pair_count < PAIRS) {
		pairs[pair_count].outer = *outer;
		pairs[pair_count].inner = *inner;
		__atomic_store_n(&pair_count, pair_count + 1, __ATOMIC_RELEASE);
	}
	pairs_end();
	if (reverse != PAIRS)
		wrong_order(reverse, outer, inner->place);
}

static void check(const struct held *h, int in_trap)
{
	const struct ukarch_trap_ctx *trap = uk_percpu_read(trap);
	unsigned int cpu = uk_percpu_id();

	if (ukarch_irq_enabled())
		violation("a lock is taken with interrupts on", h->place,
			  __NULL);
	if (trap && !in_trap && !ukarch_regs_irq_enabled(trap->regs))
		violation("a lock is taken in a trap that may have interrupted "
			  "its section",
			  h->place, trap->event_name);
	for (unsigned int i = 0; i < cpus[cpu].count; i++)
		if (cpus[cpu].held[i].lock == h->lock)
			violation("a lock is taken twice", h->place,
				  cpus[cpu].held[i].place);
	for (unsigned int i = 0; i < cpus[cpu].count; i++)
		check_order(&cpus[cpu].held[i], h);
}

static void add(const struct held *h)
{
	unsigned int cpu = uk_percpu_id();

	if (cpus[cpu].count == DEPTH)
		violation("too many locks are held", h->place, __NULL);
	else
		cpus[cpu].held[cpus[cpu].count++] = *h;
}

void uk_spin_lock_at(struct uk_spinlock *lock, const char *place, int in_trap)
{
	struct held h = { lock, place };

	if (passes_by())
		return;
	if (!is_off())
		check(&h, in_trap);
	(uk_spin_lock)(lock);
	add(&h);
}

/* It does not wait, so that its order is free. */
int uk_spin_trylock_at(struct uk_spinlock *lock, const char *place)
{
	struct held h = { lock, place };

	if (passes_by())
		return 1;
	if (!is_off() && ukarch_irq_enabled())
		violation("a lock is taken with interrupts on", place, __NULL);
	if (!(uk_spin_trylock)(lock))
		return 0;
	add(&h);
	return 1;
}

void uk_spin_unlock_at(struct uk_spinlock *lock, const char *place)
{
	unsigned int cpu = uk_percpu_id();
	unsigned int i;

	if (passes_by())
		return;
	for (i = cpus[cpu].count; i; i--)
		if (cpus[cpu].held[i - 1].lock == lock)
			break;
	if (!i)
		violation("a lock is released that this CPU does not hold",
			  place, __NULL);
	for (; i && i < cpus[cpu].count; i++)
		cpus[cpu].held[i - 1] = cpus[cpu].held[i];
	cpus[cpu].count -= !!i;
	(uk_spin_unlock)(lock);
}

void uk_spin_forget(const struct uk_spinlock *lock)
{
	unsigned long flags = ukarch_irq_save();

	pairs_begin();
	for (unsigned int i = 0; i < pair_count; i++)
		if (pairs[i].outer.lock == lock || pairs[i].inner.lock == lock)
			pairs[i].outer.lock = pairs[i].inner.lock = __NULL;
	pairs_end();
	ukarch_irq_restore(flags);
}

void uk_spin_assert_only_at(const struct uk_spinlock *lock, const char *place)
{
	unsigned long flags = ukarch_irq_save();
	unsigned int cpu = uk_percpu_id();

	for (unsigned int i = 0; !is_off() && i < cpus[cpu].count; i++)
		if (cpus[cpu].held[i].lock != lock)
			violation("a thread waits while a lock is held", place,
				  cpus[cpu].held[i].place);
	ukarch_irq_restore(flags);
}
