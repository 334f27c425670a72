/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Shared by intctlr.c and handlers.c.
 */
#ifndef __UKINTCTLR_INTERNAL_H__
#define __UKINTCTLR_INTERNAL_H__

#include <uk/intctlr.h>

/**
 * Runs a line's handlers and counts.
 *
 * @return 1, or 0 if so many in a row were unclaimed that the caller must mask
 * the line. Contexts: irq.
 */
int intctlr_run(unsigned int irq);

/** Whether a line has handlers, and how many lines are kept. */
int intctlr_has_handler(unsigned int irq);

#endif /* __UKINTCTLR_INTERNAL_H__ */
