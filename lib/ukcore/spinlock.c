/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Ticket locks. Names in parentheses are these functions, not macros of
 * LIBUKCORE_LOCK_CHECK.
 */
#include <uk/spinlock.h>

static void set_owner(struct uk_spinlock *lock, __u32 owner)
{
	__atomic_store_n(&lock->owner, owner, __ATOMIC_RELAXED);
}

void(uk_spin_lock)(struct uk_spinlock *lock)
{
	__u32 ticket;

	if (unlikely(uk_percpu_read(alone)))
		return;
	ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);
	while (__atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) != ticket)
		ukarch_cpu_relax();
	set_owner(lock, uk_percpu_id() + 1);
}

int(uk_spin_trylock)(struct uk_spinlock *lock)
{
	__u32 ticket = __atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE);

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
