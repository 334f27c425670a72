/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What runs in irq and trap context (handlers.c), for main.c.
 */
#ifndef __CONSOLE_APP_H__
#define __CONSOLE_APP_H__

#include <uk/console.h>

/* What the callback of a console saw. */
struct seen {
	volatile unsigned int calls;
	volatile unsigned int ctrl_c; /* bytes 0x03 that it took */
	volatile unsigned int depth;  /* of traps, in the last call */
};

extern struct seen seen;

/** For uk_console_set_rx(): counts; takes all bytes if arg is not NULL. */
void note(struct uk_console *con, void *arg);

#endif /* __CONSOLE_APP_H__ */
