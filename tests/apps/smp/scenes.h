/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The scenes that have a file of their own, and what they share. Functions of
 * these files run in irq context: they are built without vector registers.
 */
#ifndef __SMP_SCENES_H__
#define __SMP_SCENES_H__

#include <uk/essentials.h>

#define CPUS CONFIG_UKPLAT_LCPU_MAXCOUNT

/* Runs a function with interrupts off on each CPU, the calling one included,
 * and waits until all have returned.
 */
void everywhere(void (*fn)(unsigned int cpu));

/** The calling CPU's number. */
unsigned int smp_this_cpu(void);

/* A number below n; another one each time, on each CPU its own. */
unsigned int dice(unsigned int n);

/* Each returns 0, or the number of what failed. */
int scene_timers(void);
int scene_heap(void);
int scene_log(void);
int scene_tlb(void);
int scene_order(void);
int scene_start(void);
int scene_stand(void);

#endif
