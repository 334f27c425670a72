/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
#ifndef __APICTIMER_INTERNAL_H__
#define __APICTIMER_INTERNAL_H__

#include <uk/essentials.h>

/**
 * Interrupts since boot that came before the time that was armed for, and
 * after which the timer counted on: its rate was not known any better, or the
 * time was beyond the 4 s that it counts at most. Contexts: any.
 */
__u64 apictimer_early(void);

#endif
