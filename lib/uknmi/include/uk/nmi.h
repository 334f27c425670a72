/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Periodic interrupts on each CPU that come even while interrupts are off, for
 * what watches a program or samples it:
 *
 *	static void tick(struct ukarch_trap_ctx *ctx, void *arg)
 *	{
 *		...look at ctx->regs...
 *	}
 *
 *	static struct uk_nmi_user user = UK_NMI_USER(tick, NULL);
 *
 *	uk_nmi_start(&user, 10000000);
 *
 * Several users share the machine's one source, which interrupts at the
 *shortest of their periods; without users it is off. The periods are of the
 *monotonic clock. No tick comes while a debugger has stopped the guest, in its
 *stub, and from a crash on.
 */
#ifndef __UK_NMI_H__
#define __UK_NMI_H__

#include <errno.h>
#include <uk/arch/trap.h>
#include <uk/plat/time.h>

#define UK_NMI_PERIOD_MIN 100000UL /* ns */

struct uk_nmi_user;

/**
 * Called on each CPU once a period, as NMI on x86_64 and FIQ on arm64. It may
 * have interrupted any instruction, a holder of any lock included.
 *
 * @param ctx the trap; ctx->regs are the interrupted code's
 * Contexts: it runs in trap context, never nested on one CPU.
 */
typedef void (*uk_nmi_func_t)(struct ukarch_trap_ctx *ctx, void *arg);

/* The caller's, for ever. The fields after arg are private. */
struct uk_nmi_user {
	uk_nmi_func_t func;
	void *arg;
	__nsec period; /* 0: stopped */
	__nsec due[CONFIG_UKPLAT_LCPU_MAXCOUNT];
	struct uk_nmi_user *next;
	int listed;
};

#define UK_NMI_USER(fn, argument)               \
	{                                       \
		.func = (fn), .arg = (argument) \
	}

/**
 * Starts to call a user on each CPU, or changes its period.
 *
 * @param period nanoseconds. A tick comes up to half of the shortest period in
 *   use early or late (55 ms on x86_64 if all are longer); the average is kept.
 *   One that could not come for longer than a period is left out.
 * @return 0; -ENOTSUP if the machine has no such interrupt (a GICv2 without
 *   groups), or its timer was not found; -EINVAL if the period is below
 *   UK_NMI_PERIOD_MIN. Contexts: init after priority 2 of class plat; thread.
 */
int uk_nmi_start(struct uk_nmi_user *user, __nsec period);

/**
 * Stops it. A call may still run on another CPU, and one that was on its way
 * may come, so that the user and its function stay. Contexts: as above.
 */
void uk_nmi_stop(struct uk_nmi_user *user);

#endif /* __UK_NMI_H__ */
