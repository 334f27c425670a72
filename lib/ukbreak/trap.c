/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The handler of breakpoints in an image without the debugger's stub.
 */
#include <uk/trap.h>
#include "break_internal.h"

static int __nobreak on_debug(void *data)
{
	return uk_break_pass(data) ? UK_EVENT_HANDLED : UK_EVENT_NOT_HANDLED;
}
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_DEBUG, on_debug, UK_TRAP_PRIO_DEVICE);
