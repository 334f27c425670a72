/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What intctlr.c and handlers.c tell each other.
 */
#ifndef __UKINTCTLR_INTERNAL_H__
#define __UKINTCTLR_INTERNAL_H__

#include <uk/intctlr.h>

/**
 * Runs a line's handlers and counts.
 *
 * @return 1, or 0 if nobody took so many in a row that the line is to be
 *   masked. Contexts: irq.
 */
int intctlr_run(unsigned int irq);

/** Whether a line has handlers, and how many lines are kept. */
int intctlr_has_handler(unsigned int irq);

#endif /* __UKINTCTLR_INTERNAL_H__ */
