/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Core files: a crash writes one to the console with the role dump, and so
 * does a program that goes on:
 *
 *	if (strange)
 *		uk_dump();
 *
 * Without LIBUKDUMP nothing is written.
 */
#ifndef __UK_DUMP_H__
#define __UK_DUMP_H__

#include <errno.h>
#include <uk/essentials.h>

#ifdef CONFIG_LIBUKDUMP
/**
 * Writes a core file of this moment; the calling thread is the first one in
 * it, without a signal; in trap context as it was interrupted. Interrupts are
 * off meanwhile, and outside of trap context the monotonic clock stands still,
 * so that no timeout passes.
 *
 * @return 0; -ENODEV if no console has the role; -EBUSY if a dump is being
 *   written; -EIO if the console takes no more; -ENOSPC if memory is in more
 *   pieces than LIBUKDUMP_RUNS: the file lacks some. Contexts: any.
 */
int uk_dump(void);
#else
static inline int uk_dump(void)
{
	return -ENODEV;
}
#endif

#endif /* __UK_DUMP_H__ */
