/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * How much of a stack was used at most: what was never written is zero, as the
 * stacks of main and of the idle threads are at boot, and those of others when
 * they are made. Looked for from the far end.
 */
#include <uk/nofault.h>
#include <uk/thread.h>

__sz uk_thread_stack_used(const struct uk_thread *thread)
{
	const struct uk_stack *s = &thread->stack;
	const __u64 *at = (const __u64 *)s->base;
	__u64 word;

	/* the bounds are those of a stack, or the structure is damaged */
	if (!at || !uk_nofault_try_read(word, at) ||
	    !uk_nofault_try_read(word, (const __u64 *)s->top - 1))
		return 0;
	while (at < (const __u64 *)s->top && !*at)
		at++;
	return (__sz)(s->top - (const char *)at);
}
