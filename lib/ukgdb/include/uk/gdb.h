/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The debugger's stub inside the guest. A program need not know of it; these
 * are for one that wants to stop in the debugger at a place of its choice.
 *
 * Without LIBUKGDB they are stubs that leave no code.
 */
#ifndef __UK_GDB_H__
#define __UK_GDB_H__

#ifdef CONFIG_LIBUKGDB
#ifdef CONFIG_LIBUKGDB_SIGNALS
#include <uk/event.h>

/**
 * A debugger sends the program a signal, as `signal SIGUSR1` does; data: const
 * int *, its number. The handler acts as if it had come from elsewhere.
 * Contexts: thread, in the middle of whatever it did.
 */
UK_EVENT_DECLARE(UK_EVENT_GDB_SIGNAL);
#endif

/**
 * Stops in the debugger, waiting for one if none is attached. Does nothing
 * where there is no console for it. Contexts: any.
 */
void uk_gdb_break(void);

/** 1 while a debugger is attached. Contexts: any. */
int uk_gdb_attached(void);

/**
 * The function that a signal would call now; NULL: none, as it is blocked,
 * ignored, or has its default action. The C library's; one without signals has
 * none. Contexts: any.
 */
const void *uk_gdb_signal_handler(int signal);

/**
 * Shows a signal of the program in an attached debugger, before its action:
 * the program stops with it, unless the debugger wants it passed on unseen.
 *
 * @param signal its number, 1 to 255; newlib's numbers are gdb's
 * @return the signal that the program is to get: the same one, another, or 0.
 *   The same one at once where no debugger is attached. Contexts: thread.
 */
int uk_gdb_signal(int signal);

/**
 * Reports to an attached debugger that the program ends by a signal; it is not
 * asked again. The crash path follows. Contexts: thread.
 */
void uk_gdb_ended_by(int signal);
#else
static inline void uk_gdb_break(void)
{
}

static inline int uk_gdb_attached(void)
{
	return 0;
}

static inline int uk_gdb_signal(int signal)
{
	return signal;
}

static inline void uk_gdb_ended_by(int signal)
{
	(void)signal;
}
#endif

#endif /* __UK_GDB_H__ */
