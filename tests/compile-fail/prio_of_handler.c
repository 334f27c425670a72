/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* expected: must be 0 (earliest) to 9 (latest) */
#include <uk/event.h>

static int handler(void *data)
{
	return UK_EVENT_NOT_HANDLED;
}

#ifdef CONTROL
UK_EVENT_HANDLER_PRIO(some_event, handler, 9);
#else
UK_EVENT_HANDLER_PRIO(some_event, handler, 10);
#endif
