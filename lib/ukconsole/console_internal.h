/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Shared by console.c, roles.c and rx.c.
 */
#ifndef __UKCONSOLE_INTERNAL_H__
#define __UKCONSOLE_INTERNAL_H__

#include <uk/console.h>

/** Looks for the consoles known at link time, unless that was done. */
void console_find(void);

/** What the roles are called. */
extern const char *const console_role_names[UK_CONSOLE_ROLES];

/** 1 once they were looked for. */
int console_found(void);

#ifdef CONFIG_LIBUKCONSOLE_RX_IRQ
/** Lets a console that is present interrupt, once there are interrupts. */
void console_rx_start(struct uk_console *con);

/** uk_console_in() of a console that interrupts and has a ring. */
__ssz console_ring_in(struct uk_console *con, char *buf, __sz len);

static inline int console_has_ring(const struct uk_console *con)
{
	return con->irq && con->ring;
}
#else
static inline void console_rx_start(struct uk_console *con __unused)
{
}
static inline __ssz console_ring_in(struct uk_console *con __unused,
				    char *buf __unused, __sz len __unused)
{
	return 0;
}
static inline int console_has_ring(const struct uk_console *con __unused)
{
	return 0;
}
#endif

#endif /* __UKCONSOLE_INTERNAL_H__ */
