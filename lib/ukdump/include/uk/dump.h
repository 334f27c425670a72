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

/* Where a core file goes to. Both are called with interrupts off, and do not
 * wait. */
struct uk_dump_out {
	const char *name; /* for messages */
	/** Gets to know the size of the file before its first byte; may be
	 * NULL. */
	void (*begin)(struct uk_dump_out *out, __u64 size);
	/** Takes bytes. @return their number; 0: none now; negative: no more.
	 */
	__ssz (*write)(struct uk_dump_out *out, const char *buf, __sz len);
	void *arg;
};

#ifdef CONFIG_LIBUKDUMP
/**
 * Writes a core file of this moment; the calling thread is the first one in
 * it, without a signal; in trap context as it was interrupted. Interrupts are
 * off meanwhile, the other CPUs are stopped, and outside of trap context the
 * monotonic clock stands still, so that no timeout passes.
 *
 * @return 0; -ENODEV if no console has the role; -EBUSY if a dump is being
 *   written; -EIO if its end was not taken; -ENOSPC if memory is in more
 *   pieces than LIBUKDUMP_RUNS: the file lacks some. Contexts: any.
 */
int uk_dump(void);

/** The same to another place than the console. @return as uk_dump() */
int uk_dump_to(struct uk_dump_out *out);
#else
static inline int uk_dump_to(struct uk_dump_out *out __unused)
{
	return -ENODEV;
}

static inline int uk_dump(void)
{
	return -ENODEV;
}
#endif

#endif /* __UK_DUMP_H__ */
