/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The line of the monotonic clock (plat/common/clock.c), for a reader on a way
 * where a call and the registers that it costs matter.
 */
#ifndef __UK_PLAT_CLOCK_H__
#define __UK_PLAT_CLOCK_H__

#include <uk/arch/lcpu.h>
#include <uk/plat/common.h>
#include <uk/plat/time.h>

struct plat_clock_line {
	unsigned int seq; /* odd while it is being changed */
	int stopped;
	__u64 from;		     /* tick at which the line starts */
	__nsec base;		     /* its time there */
	struct plat_clock_rate rate; /* stopped: 0 ns a tick, until 0 */
};

extern struct plat_clock_line plat_clock_line;

static inline __nsec plat_clock_scale(__u64 ticks, __u64 ns_per_tick_32)
{
	return (__nsec)((unsigned __int128)ticks * ns_per_tick_32 >> 32);
}

/**
 * Reads the line.
 *
 * @return 1 with the time; 0 if the line is being changed, or has to be first,
 *   or the clock is stopped: then ukplat_monotonic_clock() knows. Contexts:
 * any.
 */
static inline int plat_clock_read(__nsec *now)
{
	const struct plat_clock_line *line = &plat_clock_line;
	unsigned int seq = __atomic_load_n(&line->seq, __ATOMIC_ACQUIRE);
	__u64 ticks = ukarch_ticks();

	if (unlikely((seq & 1) || ticks >= line->rate.until))
		return 0;
	*now = line->base +
	       plat_clock_scale(ticks - line->from, line->rate.ns_per_tick_32);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return likely(__atomic_load_n(&line->seq, __ATOMIC_RELAXED) == seq);
}

#endif /* __UK_PLAT_CLOCK_H__ */
