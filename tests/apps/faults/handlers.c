/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Handlers that fault: of a trap, and of the crash that follows, at each
 * place in the order of handlers.
 */
#include <string.h>
#include <uk/crash.h>
#include <uk/trap.h>
#include "faults.h"

static void *volatile nowhere = NULL;

static int chosen(const char *kind)
{
	return faults_kind && !strcmp(faults_kind, kind);
}

static __attribute__((noinline)) int trap_handler(void *data)
{
	if (chosen("in-trap-handler") || chosen("everywhere"))
		*(volatile int *)nowhere = 1;
	return UK_EVENT_NOT_HANDLED;
}

UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_INVALID_OP, trap_handler, 5);

static int before_screen(void *data)
{
	if (chosen("everywhere"))
		*(volatile int *)nowhere = 2;
	return UK_EVENT_NOT_HANDLED;
}

UK_EVENT_HANDLER_PRIO(UK_EVENT_CRASH, before_screen, 0);

static int behind_screen(void *data)
{
	if (chosen("everywhere"))
		UK_CRASH("behind the screen");
	return UK_EVENT_NOT_HANDLED;
}

UK_EVENT_HANDLER_PRIO(UK_EVENT_CRASH, behind_screen, 8);
