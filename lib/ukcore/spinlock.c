/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Ticket locks. Names in parentheses are these functions, not macros of
 * LIBUKCORE_LOCK_CHECK.
 */
#include <uk/spinlock.h>
#include <uk/trace.h>

UK_TRACEPOINT_FIELDS(trace_spin_wait, "%p, behind %u", const void *, lock,
		     __u32, behind);
UK_TRACEPOINT_FIELDS(trace_spin_got, "%p", const void *, lock);

static void set_owner(struct uk_spinlock *lock, __u32 owner)
{
	__atomic_store_n(&lock->owner, owner, __ATOMIC_RELAXED);
}

static __u32 serving(const struct uk_spinlock *lock)
{
	return __atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE);
}

static void wait(const struct uk_spinlock *lock, __u32 ticket, __u32 behind)
{
	trace_spin_wait(lock, behind);
	while (serving(lock) != ticket)
		ukarch_cpu_relax();
	trace_spin_got(lock);
}

void(uk_spin_lock)(struct uk_spinlock *lock)
{
	__u32 ticket, behind;

	if (unlikely(uk_percpu_read(alone)))
		return;
	ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);
	behind = ticket - serving(lock);
	if (unlikely(behind))
		wait(lock, ticket, behind);
	set_owner(lock, uk_percpu_id() + 1);
}

int(uk_spin_trylock)(struct uk_spinlock *lock)
{
	__u32 ticket = serving(lock);

	if (unlikely(uk_percpu_read(alone)))
		return 1;
	if (!__atomic_compare_exchange_n(&lock->next, &ticket, ticket + 1, 0,
					 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return 0;
	set_owner(lock, uk_percpu_id() + 1);
	return 1;
}

void(uk_spin_unlock)(struct uk_spinlock *lock)
{
	if (unlikely(uk_percpu_read(alone)))
		return;
	set_owner(lock, 0);
	__atomic_store_n(&lock->serving, lock->serving + 1, __ATOMIC_RELEASE);
}
