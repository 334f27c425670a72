/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * For libraries that keep something of their own for each thread and must
 * change what a CPU has when another one runs there, such as the C library's
 * pointer to its struct _reent. Whatever can be a __thread variable is better
 * off as one.
 */
#ifndef __UK_THREAD_AREA_H__
#define __UK_THREAD_AREA_H__

#include <uk/table.h>

struct uk_thread;

struct uk_thread_area {
	__sz size; /* bytes of an area, aligned to 16 */
	/* A thread is made, or freed; not main. Contexts: thread. init returns
	 * 0 or a negative errno.
	 */
	int (*init)(void *area);
	void (*fini)(void *area);
	/* A thread gets the calling CPU; area is NULL for main and idle
	 * threads. Contexts: irq-off.
	 */
	void (*enter)(void *area);
};

UK_TABLE_DECLARE(thread_area, struct uk_thread_area);

/** Registers an area, at file scope. */
#define UK_THREAD_AREA(ident, bytes, init_fn, fini_fn, enter_fn)        \
	UK_TABLE_RECORD(thread_area, struct uk_thread_area, 5,          \
			uk_thread_area_##ident) = { (bytes), (init_fn), \
						    (fini_fn), (enter_fn) }

#endif /* __UK_THREAD_AREA_H__ */
