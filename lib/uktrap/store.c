/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Traps by event, counted by handlers that take none. Interrupts are counted
 * by their lines.
 */
#include <uk/store.h>
#include <uk/trap.h>

/* The way of a debug trap: no breakpoint can stand in here. */
#define COUNTED(eid, id, event, what)                                          \
	static __u64 id##_count;                                               \
	static int __nobreak count_##id(void *data __unused)                   \
	{                                                                      \
		id##_count++;                                                  \
		return UK_EVENT_NOT_HANDLED;                                   \
	}                                                                      \
	UK_EVENT_HANDLER_PRIO(event, count_##id, 0);                           \
	static int get_##id(void *cookie __unused, __u64 *out)                 \
	{                                                                      \
		*out = UK_READ_ONCE(id##_count);                               \
		return 0;                                                      \
	}                                                                      \
	UK_STORE_STATIC_ENTRY_INFO(eid, id, u64, get_##id, __NULL,             \
				   .kind = UK_STORE_COUNTER, .help = what,     \
				   .series = UK_STORE_SERIES("uktrap_traps",   \
							     "traps", "event", \
							     #id))

COUNTED(1, debug, UKARCH_TRAP_DEBUG, "debug traps");
COUNTED(2, page_fault, UKARCH_TRAP_PAGE_FAULT, "page faults");
COUNTED(3, bus_error, UKARCH_TRAP_BUS_ERROR, "bus errors");
COUNTED(4, invalid_op, UKARCH_TRAP_INVALID_OP, "undefined instructions");
COUNTED(5, math, UKARCH_TRAP_MATH, "arithmetic traps");
COUNTED(6, security, UKARCH_TRAP_SECURITY, "security traps");
COUNTED(7, general_protection, UKARCH_TRAP_X86_GP, "general protection faults");
COUNTED(8, other, UKARCH_TRAP_OTHER, "other traps");
