/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What <uk/spinlock.h> becomes with LIBUKCORE_LOCK_CHECK: the same functions,
 * with the place of the call, a constant. Contexts: as there.
 */
#ifndef __UK_LOCK_CHECK_H__
#define __UK_LOCK_CHECK_H__

struct uk_spinlock;

/** @param in_trap 1: uk_spin_lock_trap() */
void uk_spin_lock_at(struct uk_spinlock *lock, const char *place, int in_trap);
int uk_spin_trylock_at(struct uk_spinlock *lock, const char *place);
void uk_spin_unlock_at(struct uk_spinlock *lock, const char *place);

/** Forgets the order that a lock had with others: it becomes another one. */
void uk_spin_forget(const struct uk_spinlock *lock);

void uk_spin_assert_only_at(const struct uk_spinlock *lock, const char *place);

#endif /* __UK_LOCK_CHECK_H__ */
