/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The calling thread's struct _reent: one field of its CPU's state, read as
 * <uk/percpu.h> does. A thread finds the same one all its life, on whatever
 * CPU, so that the compiler may keep it. A macro, so that a debugger shows the
 * line that uses it.
 */
#define _REENT_OFFSET 16

#define __getreent()                           \
	__extension__({                        \
		struct _reent *__reent;        \
		__asm__("mov %%gs:%c1, %0"     \
			: "=r"(__reent)        \
			: "i"(_REENT_OFFSET)); \
		__reent;                       \
	})
