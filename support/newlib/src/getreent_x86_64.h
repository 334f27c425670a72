/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The calling thread's struct _reent: one field of its CPU's state, read as
 * <uk/percpu.h> does. A thread finds the same one all its life, on whatever
 * CPU, so that the compiler may keep it. A function for programs: a debugger
 * would find two places at a line of theirs that uses the variable of a macro.
 * newlib itself has that macro, and no inline function, so that a debugger
 * shows the line that uses it.
 */
#ifndef _SYS_GETREENT_H_
#define _SYS_GETREENT_H_

#include <_ansi.h>

#define _REENT_OFFSET 16

_BEGIN_STD_C
struct _reent *__getreent(void) __attribute__((__const__));
_END_STD_C

#ifdef _REENT_INLINE
#define __getreent()                           \
	__extension__({                        \
		struct _reent *__reent;        \
		__asm__("mov %%gs:%c1, %0"     \
			: "=r"(__reent)        \
			: "i"(_REENT_OFFSET)); \
		__reent;                       \
	})
#endif

#endif
