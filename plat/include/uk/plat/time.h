/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The platform's clock.
 */
#ifndef __UK_PLAT_TIME_H__
#define __UK_PLAT_TIME_H__

#include <uk/essentials.h>

/**
 * Nanoseconds since boot without those between ukplat_clock_stop() and
 * ukplat_clock_resume(); never goes backwards. Contexts: any; it reads a
 * counter of the CPU and takes no lock.
 */
__nsec ukplat_monotonic_clock(void);

/**
 * Stops the monotonic clock, so that no timeout passes while a debugger
 * has stopped the guest. The wall clock goes on.
 * Stopping a stopped clock does nothing. Contexts: trap, irq-off.
 */
void ukplat_clock_stop(void);

/** Lets a stopped clock go on from where it is. Contexts: trap, irq-off. */
void ukplat_clock_resume(void);

/**
 * Nanoseconds for which the monotonic clock has been stopped until now, all
 * stops together: with them, a sum that goes on as devices do. Contexts: any
 * while the clock is not stopped.
 */
__nsec ukplat_clock_stopped(void);

/**
 * Nanoseconds since 1970-01-01 UTC where the machine has a wall clock, else
 * since boot. Contexts: thread.
 */
__nsec ukplat_wall_clock(void);

#endif /* __UK_PLAT_TIME_H__ */
