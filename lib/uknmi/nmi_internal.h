/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What each architecture must provide: a source of interrupts that nothing
 * masks but traps.
 */
#ifndef __UKNMI_INTERNAL_H__
#define __UKNMI_INTERNAL_H__

#include <uk/nmi.h>

/** 1 if each CPU has a source of its own, 0 if one CPU gets all. */
extern const int nmi_source_is_local;

/** Finds the source, which stays off, and has its line come as NMI.
 * @return 0; -ENODEV, -ENOTSUP. Contexts: init.
 */
int nmi_source_init(void);

/**
 * Sets the period of the calling CPU's source, or of the only one; 0: off.
 *
 * @return the period that it has: shorter if the source counts no longer.
 *   Contexts: irq-off, and trap if each CPU has its own.
 */
__nsec nmi_source_set(__nsec period);

/** A CPU with a source of its own has started. Contexts: irq-off. */
void nmi_source_init_cpu(void);

/** The source has interrupted the calling CPU, or may have. Contexts: trap. */
void nmi_ticked(struct ukarch_trap_ctx *ctx);

#endif /* __UKNMI_INTERNAL_H__ */
