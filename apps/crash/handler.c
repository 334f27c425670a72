/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A crash handler that crashes: the crash path goes on after it. It runs in
 * trap context, so that this file is built without vector registers.
 */
#include <stddef.h>
#include <uk/crash.h>
#include "crash.h"

static int crash_in_handler(void *info __attribute__((unused)))
{
	void *volatile nowhere = NULL;

	if (chosen("nested"))
		*(volatile int *)nowhere = 1;
	return UK_EVENT_NOT_HANDLED;
}

UK_EVENT_HANDLER_PRIO(UK_EVENT_CRASH, crash_in_handler, 1);
