/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * For libraries that keep something of their own for each thread and must
 * change a global when another one runs, such as a C library's _impure_ptr.
 * With several CPUs a global is no thread's: enter is not called, and the
 * library looks for its area at struct uk_thread's `areas`. Whatever can be a
 * __thread variable is better off as one.
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
	/* A thread gets the CPU; area is NULL for main. Contexts: irq. */
	void (*enter)(void *area);
};

UK_TABLE_DECLARE(thread_area, struct uk_thread_area);

/** Registers an area, at file scope. */
#define UK_THREAD_AREA(ident, bytes, init_fn, fini_fn, enter_fn)        \
	UK_TABLE_RECORD(thread_area, struct uk_thread_area, 5,          \
			uk_thread_area_##ident) = { (bytes), (init_fn), \
						    (fini_fn), (enter_fn) }

#endif /* __UK_THREAD_AREA_H__ */
