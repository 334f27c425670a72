/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Counting semaphores; names are Unikraft's. Contexts: thread, unless said
 * otherwise.
 */
#ifndef __UK_SEMAPHORE_H__
#define __UK_SEMAPHORE_H__

#include <uk/wait.h>

/* All fields are private. */
struct uk_semaphore {
	long count;
	struct uk_waitq wait;
};

#define UK_SEMAPHORE_INITIALIZER(start) \
	{                               \
		.count = (start)        \
	}

/** Makes a semaphore with a count of 0 or more. */
static inline void uk_semaphore_init(struct uk_semaphore *s, long count)
{
	*s = (struct uk_semaphore)UK_SEMAPHORE_INITIALIZER(count);
}

/** Takes one, and waits for it. */
void uk_semaphore_down(struct uk_semaphore *s);

/** Takes one if there is one. @return 1 if so, else 0. Contexts: and irq. */
int uk_semaphore_down_try(struct uk_semaphore *s);

/** Takes one, or gives up at a time. @return 0, -ETIMEDOUT */
int uk_semaphore_down_until(struct uk_semaphore *s, __nsec deadline);

/** Gives one. Contexts: thread, irq. */
void uk_semaphore_up(struct uk_semaphore *s);

#endif /* __UK_SEMAPHORE_H__ */
