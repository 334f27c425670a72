/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What the sections of the crash screen share. A section is one .c file with
 * one handler of UK_EVENT_CRASH; they appear in the order in which
 * Makefile.uk lists them. A section that crashes is given up and the next one
 * follows (see lib/ukassert/crash.c). Sections log at critical level, allocate
 * nothing, and read foreign memory through uknofault only.
 */
#ifndef __CRASH_INTERNAL_H__
#define __CRASH_INTERNAL_H__

#include <uk/crash.h>
#include <uk/print.h>
#include <uk/stack.h>

/* Makes a function void fn(const struct uk_crash_info *) a section. */
#define UKCRASH_SECTION(fn)                             \
	static int fn##_handler(void *data)             \
	{                                               \
		fn((const struct uk_crash_info *)data); \
		return UK_EVENT_HANDLED_CONT;           \
	}                                               \
	UK_EVENT_HANDLER_PRIO(UK_EVENT_CRASH, fn##_handler, 2)

/* Room for " name+offset" of any symbol. */
#define UKCRASH_SYMBOL_MAX 96

/**
 * " name+offset" of the symbol at addr, or "" if the image has none there.
 * @param is_call addr is a return address: the symbol is that of the call
 * @return buf
 */
const char *ukcrash_symbol(__vaddr_t addr, int is_call,
			   char buf[UKCRASH_SYMBOL_MAX]);

/** 1 if addr is in the code, after a call. */
int ukcrash_is_return(__vaddr_t addr);

/** Shows the general registers. */
void ukcrash_registers(const struct uk_crash_info *info);

#if defined(CONFIG_LIBUKSCHED) || defined(CONFIG_HAVE_SMP)
#define UKCRASH_TRACES /* of others than the one that crashed */
/** Shows the call trace from some registers on; is_call: pc is a return
 * address; own: the stack of the thread, where it is known.
 */
void ukcrash_trace(const struct __regs *regs, int is_call,
		   const struct uk_stack *own);
#endif

#endif /* __CRASH_INTERNAL_H__ */
