/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The walk over an event's handlers.
 */
#include <uk/event.h>

UK_TABLE_DEFINE(events, struct uk_event_rec);

int __nobreak uk_raise_event_ptr(const struct uk_event *event, void *data)
{
	const uk_event_handler_t *h;
	int ret = UK_EVENT_NOT_HANDLED;

	for (h = event->start; h < event->end; h++) {
		int rc = (*h)(data);

		if (rc < 0 || rc == UK_EVENT_HANDLED)
			return rc;
		if (rc == UK_EVENT_HANDLED_CONT)
			ret = rc;
	}
	return ret;
}
