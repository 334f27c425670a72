/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Whose struct _reent, with errno, it is: the field `libc` of the calling CPU's
 * state, which newlib reads at each use (<sys/getreent.h>). Until a thread
 * comes in on a CPU it is the global one.
 */
#define _REENT_INLINE
#include <errno.h>
#include <reent.h>
#include <uk/assert.h>
#include <uk/init.h>
#include <uk/percpu.h>
#ifdef CONFIG_LIBUKLCPU
#include <uk/lcpu.h>
#endif

UK_CTASSERT(__offsetof(struct uk_percpu, libc) == _REENT_OFFSET);

int *__errno(void)
{
	return &_REENT->_errno;
}

static int first_init(struct uk_init_ctx *ctx __unused)
{
	uk_percpu()->libc = _GLOBAL_REENT;
	return 0;
}

uk_early_initcall_prio(first_init, 0, 0);

#ifdef CONFIG_LIBUKLCPU
static int other_init(void *data __unused)
{
	uk_percpu()->libc = _GLOBAL_REENT;
	return UK_EVENT_HANDLED_CONT;
}

UK_EVENT_HANDLER_PRIO(UK_EVENT_LCPU_INIT, other_init, 0);
#endif
