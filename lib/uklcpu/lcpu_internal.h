/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What the files of uklcpu share.
 */
#ifndef __UKLCPU_INTERNAL_H__
#define __UKLCPU_INTERNAL_H__

#include <errno.h>
#include <uk/arch/lcpu.h>
#include <uk/lcpu.h>
#include <uk/plat/common.h>
#include <uk/plat/time.h>

#define CPUS CONFIG_UKPLAT_LCPU_MAXCOUNT

/** 1 if a CPU runs: the one that boots, and those that have started. */
int lcpu_is_online(unsigned int cpu);

/** Its lines of interrupts are on. Called on each CPU. */
void lcpu_listen(void);

/** The handler of that line. */
int lcpu_on_nmi(void *arg);

/** Stops the calling CPU, flushes its TLB, if that was asked for. The first
 * returns 1 if it was, and the stop goes on. Contexts: trap, irq.
 */
int lcpu_stop_asked(void);
void lcpu_tlb_asked(void);

/**
 * The time since the last call, 10 ms at most: where the host did not run this
 * CPU it may have run none. Contexts: any.
 *
 * @param last the clock then; receives what it is now
 */
__nsec lcpu_waited(__nsec *last);

/** Waits until the stop in which the calling CPU stands, if any, is over.
 * Contexts: trap.
 */
void lcpu_stand_on(void);

/*
 * Calls `body` with `cpu` set for each of the ids, or for each online CPU but
 * the calling one if there are none.
 */
#define lcpu_foreach(cpu, ids, num, i)                                \
	for ((i) = 0; (i) < ((ids) ? *(num) : ukplat_lcpu_count()) && \
		      ((cpu) = (ids) ? (ids)[i] : (i), 1);            \
	     (i)++)                                                   \
		if ((ids) || ((cpu) != ukplat_lcpu_id()))

/** 0, or -EINVAL if one of them does not exist. */
int lcpu_check(const __lcpuid ids[], const unsigned int *num);

#endif /* __UKLCPU_INTERNAL_H__ */
