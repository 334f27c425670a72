/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Shared by intctlr.c and handlers.c.
 */
#ifndef __UKINTCTLR_INTERNAL_H__
#define __UKINTCTLR_INTERNAL_H__

#include <uk/intctlr.h>
#include <uk/spinlock.h>

/**
 * Runs a line's handlers and counts.
 *
 * @return 1, or 0 if so many in a row were unclaimed that the caller must mask
 * the line. Contexts: irq.
 */
int intctlr_run(unsigned int irq);

/** Whether a line has handlers. */
int intctlr_has_handler(unsigned int irq);

/* Of the controller's registers and the chains of handlers. */
extern struct uk_spinlock intctlr_lock;

/** As uk_intctlr_irq_mask() and _unmask(), with the lock taken. */
void intctlr_set_masked(unsigned int irq, int masked);

/** Waits until no other CPU runs the handlers of a line; not in one of them. */
void intctlr_wait(unsigned int irq);

#endif /* __UKINTCTLR_INTERNAL_H__ */
