/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Whose struct _reent, with errno, it is: newlib asks at each use. With one CPU
 * a global says it, which a switch of threads changes; with several it is found
 * from the thread, which may move to another CPU at any instruction.
 */
#include <errno.h>
#include <reent.h>

#if defined(CONFIG_HAVE_SMP) && defined(CONFIG_LIBUKSCHED)
#include <uk/thread.h>

/* main's, and that of handlers on a CPU's idle thread, is the global one. */
static inline struct _reent *reent(void)
{
	const struct uk_thread *t = uk_thread_current();

	return t && t->areas ? (struct _reent *)t->areas : _GLOBAL_REENT;
}
#else
static inline struct _reent *reent(void)
{
	return _impure_ptr;
}
#endif

/* Not declared by <reent.h> with one CPU, where the program needs no call. */
struct _reent *__getreent(void);

struct _reent *__getreent(void)
{
	return reent();
}

int *__errno(void)
{
	return &reent()->_errno;
}
