/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* expected: incompatible */
#include <uk/event.h>

#ifdef CONTROL
static int handler(void *data)
#else
static int handler(long data)
#endif
{
	return UK_EVENT_NOT_HANDLED;
}

UK_EVENT_HANDLER(some_event, handler);
