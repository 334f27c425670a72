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
/**
 * Stops in the debugger, waiting for one if none is attached. Does nothing
 * where there is no console for it. Contexts: any.
 */
void uk_gdb_break(void);

/** 1 while a debugger is attached. Contexts: any. */
int uk_gdb_attached(void);
#else
static inline void uk_gdb_break(void)
{
}

static inline int uk_gdb_attached(void)
{
	return 0;
}
#endif

#endif /* __UK_GDB_H__ */
