/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * How a machine ends.
 */
#ifndef __UK_PLAT_LCPU_H__
#define __UK_PLAT_LCPU_H__

/* Exit statuses beside main's own 0–63; see support/run. */
#define UKPLAT_STATUS_CRASH 70
#define UKPLAT_STATUS_SETUP 71

#ifndef __ASSEMBLY__
#include <uk/essentials.h>

/**
 * Ends the machine at once with a status that support/run returns. Nothing is
 * flushed, no handler is called. Contexts: any.
 */
void __noreturn ukplat_poweroff(int status);

/**
 * Resets the machine at once. Under support/run, which lets no guest start
 * again, that ends it. Contexts: any.
 */
void __noreturn ukplat_restart(void);

#endif /* !__ASSEMBLY__ */

#endif /* __UK_PLAT_LCPU_H__ */
