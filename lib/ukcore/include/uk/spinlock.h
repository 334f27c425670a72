/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Locks for short sections that no thread may be preempted in, under
 * Unikraft's names. They are fair: CPUs get a lock in the order in which they
 * asked. With one CPU (CONFIG_UKPLAT_LCPU_MAXCOUNT=1) a lock takes no memory
 * and no instructions, and interrupts off is what remains.
 *
 *	static struct uk_spinlock lock = UK_SPINLOCK_INITIALIZER();
 *	unsigned long flags;
 *
 *	uk_spin_lock_irqsave(&lock, flags);
 *	...
 *	uk_spin_unlock_irqrestore(&lock, flags);
 *
 * doc/locks.md lists all locks and the order in which they are taken.
 *
 * Contexts: thread and irq-off; the variants without irq need interrupts to be
 * off. Trap context too while the CPU is alone (uk_percpu's `alone`): a crash
 * screen or a debugger has stopped the others, perhaps inside such a section,
 * and this CPU may have been inside of one itself. Then nothing is locked, and
 * data may be found half-way changed, as with one CPU.
 */
#ifndef __UK_SPINLOCK_H__
#define __UK_SPINLOCK_H__

#include <uk/arch/lcpu.h>
#include <uk/percpu.h>

#if defined(CONFIG_HAVE_SMP) || defined(CONFIG_LIBUKCORE_LOCK_CHECK)
struct uk_spinlock {
	__u32 next;    /* the ticket of the CPU that asks next */
	__u32 serving; /* the one that has it */
	__u32 owner;   /* CPU number + 1, 0: free */
};

#define UK_SPINLOCK_INITIALIZER() \
	{                         \
		0, 0, 0           \
	}

/** Takes a lock, after those that asked earlier. Not for one's own. */
void uk_spin_lock(struct uk_spinlock *lock);

/** Takes a lock that is free. @return 1, or 0 if it is not. */
int uk_spin_trylock(struct uk_spinlock *lock);

/** Gives it to the next that asked, if there is one. */
void uk_spin_unlock(struct uk_spinlock *lock);

/** 1 if this CPU holds the lock. Contexts: irq-off, trap. */
static inline int uk_spin_is_mine(const struct uk_spinlock *lock)
{
	return __atomic_load_n(&lock->owner, __ATOMIC_RELAXED) ==
	       uk_percpu_id() + 1;
}
#else
struct uk_spinlock {
};

#define UK_SPINLOCK_INITIALIZER() \
	{                         \
	}

static inline void uk_spin_lock(struct uk_spinlock *lock __unused)
{
	__asm__ __volatile__("" : : : "memory");
}

static inline int uk_spin_trylock(struct uk_spinlock *lock __unused)
{
	__asm__ __volatile__("" : : : "memory");
	return 1;
}

static inline void uk_spin_unlock(struct uk_spinlock *lock __unused)
{
	__asm__ __volatile__("" : : : "memory");
}

static inline int uk_spin_is_mine(const struct uk_spinlock *lock __unused)
{
	return 1;
}
#endif

/*
 * LIBUKCORE_LOCK_CHECK (ukassert's lock_check.c): the functions above, with the
 * place of the call; a violation is a crash that names locks and places.
 */
#ifdef CONFIG_LIBUKCORE_LOCK_CHECK
#include <uk/lock_check.h>

#define _UK_SPIN_LINE(line) #line
#define _UK_SPIN_PLACE(lock, line) \
	(#lock " (" __LIBNAME__ ": " __FILE_NAME__ ":" _UK_SPIN_LINE(line) ")")

#define uk_spin_lock(lock) \
	uk_spin_lock_at((lock), _UK_SPIN_PLACE(lock, __LINE__), 0)
#define uk_spin_lock_trap(lock) \
	uk_spin_lock_at((lock), _UK_SPIN_PLACE(lock, __LINE__), 1)
#define uk_spin_trylock(lock) \
	uk_spin_trylock_at((lock), _UK_SPIN_PLACE(lock, __LINE__))
#define uk_spin_unlock(lock) \
	uk_spin_unlock_at((lock), _UK_SPIN_PLACE(lock, __LINE__))
#define uk_spin_assert_only(lock) \
	uk_spin_assert_only_at((lock), _UK_SPIN_PLACE(lock, __LINE__))
#else
static inline void uk_spin_forget(const struct uk_spinlock *lock __unused)
{
}

/**
 * The same as uk_spin_lock(), where a trap may have interrupted code that has
 * interrupts off, and the caller knows that this code does not hold the lock.
 */
#define uk_spin_lock_trap(lock) uk_spin_lock(lock)

/** Checks that this CPU holds no lock but this one, or NULL: none. */
#define uk_spin_assert_only(lock) ((void)(lock))
#endif

/** Checks that this CPU holds no lock: it is about to wait. */
#define uk_spin_assert_none() uk_spin_assert_only((struct uk_spinlock *)__NULL)

/** Makes a lock a free one; only for one that no CPU uses. */
static inline void uk_spin_init(struct uk_spinlock *lock)
{
	uk_spin_forget(lock);
	*lock = (struct uk_spinlock)UK_SPINLOCK_INITIALIZER();
}

/** Disables interrupts, stores in `flags` whether they were on, and locks. */
#define uk_spin_lock_irqsave(lock, flags)    \
	do {                                 \
		(flags) = ukarch_irq_save(); \
		uk_spin_lock(lock);          \
	} while (0)

#define uk_spin_unlock_irqrestore(lock, flags) \
	do {                                   \
		uk_spin_unlock(lock);          \
		ukarch_irq_restore(flags);     \
	} while (0)

#endif /* __UK_SPINLOCK_H__ */
