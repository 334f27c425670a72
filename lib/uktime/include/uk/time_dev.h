/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * For drivers of timers that interrupt.
 */
#ifndef __UK_TIME_DEV_H__
#define __UK_TIME_DEV_H__

#include <errno.h>
#include <uk/table.h>

/* Called with interrupts off. */
struct uk_time_dev {
	const char *name;
	/*
	 * Looks for the device and registers its interrupt, whose handler
	 * calls uk_time_expired(). Returns 0 or -ENODEV. Called once, in init.
	 * A driver initializes the timers of other CPUs at UK_EVENT_LCPU_INIT.
	 */
	int (*probe)(void);
	/*
	 * Interrupts the calling CPU once, at a time of the monotonic clock or
	 * somewhat before: uktime then arms again for the rest. At once if it
	 * is past. What was armed before is forgotten.
	 */
	void (*arm)(__nsec deadline);
};

UK_TABLE_DECLARE(time_dev, struct uk_time_dev);

/**
 * Registers a driver at file scope; the first whose probe finds a device, by
 * priority, is the one that is used.
 *
 * @param id a C identifier, which is also the name
 */
#define UK_TIME_DEV_REGISTER(id, probe_fn, arm_fn, prio)    \
	UK_TABLE_RECORD(time_dev, struct uk_time_dev, prio, \
			uk_time_dev_##id) = { #id, (probe_fn), (arm_fn) }

/** Runs the timers of the calling CPU that are due, for the driver.
 * Contexts: irq.
 */
void uk_time_expired(void);

#endif /* __UK_TIME_DEV_H__ */
