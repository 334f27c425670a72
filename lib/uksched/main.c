/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Thread 1, main: what runs already becomes a thread, before anything that a
 * thread could wait for.
 */
#include <uk/arch/fpstate.h>
#include <uk/arch/tls.h>
#include <uk/init.h>
#include "sched_internal.h"

static struct thread main_thread = {
	.pub = { .name = main_thread.name },
	.magic = THREAD_MAGIC,
	.name = "main",
	.detached = 0,
};

#ifdef CONFIG_LIBUKSCHED_PREEMPT
static char
	main_fpstate[UKARCH_FPSTATE_SIZE_MAX] __aligned(UKARCH_FPSTATE_ALIGN);
#endif

static int main_init(struct uk_init_ctx *ctx __unused)
{
	struct thread *t = &main_thread;
	const struct uk_stack *stack = uk_stack_find((__vaddr_t)&stack);

	if (stack)
		t->pub.stack = *stack;
	t->pub.tls = ukarch_tls_pointer();
	t->pub.switches = 1;
	ukarch_ctx_init(&t->ctx, 0, 0, 0);
#ifdef CONFIG_LIBUKSCHED_PREEMPT
	t->fpstate = main_fpstate;
#endif
	uksched.alive = 1;
	uk_percpu()->thread = &t->pub;
#ifdef CONFIG_HAVE_SMP
	t->affinity = (__u64)-1;
	uksched.online = 1;
#endif
	return sched_list_add(t);
}

/* Behind thread-local variables. */
uk_early_initcall_prio(main_init, 0, 1);
