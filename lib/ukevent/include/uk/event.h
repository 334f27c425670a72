/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Events: a point in the code where other libraries take part, wired at link
 * time. The raiser and the handlers do not name each other.
 *
 *	UK_EVENT(my_event);				    // in one .c file
 *
 *	UK_EVENT_HANDLER(my_event, my_handler);		    // in any other
 *
 *	UK_EVENT_DECLARE(my_event);
 *	rc = uk_raise_event(my_event, &data);
 *
 * Registration costs no run time: a handler is one pointer in a table of the
 * image (<uk/table.h>). A handler of an event that no selected library
 * defines is never called and harms nothing.
 */
#ifndef __UK_EVENT_H__
#define __UK_EVENT_H__

#include <uk/table.h>

/* What a handler returns. A negative errno is an error and ends the walk. */
#define UK_EVENT_NOT_HANDLED 0	/* not mine: call the next */
#define UK_EVENT_HANDLED 1	/* done: call no other */
#define UK_EVENT_HANDLED_CONT 2 /* done, but the next may see it too */

/**
 * A handler. The event's documentation says what `data` is and in which
 * context handlers run.
 */
typedef int (*uk_event_handler_t)(void *data);

/* What the gdb commands and uk_raise_event_ptr() need to know of an event. */
struct uk_event {
	const char *name;
	const uk_event_handler_t *start;
	const uk_event_handler_t *end;
};

/* A record of the table of all events. */
struct uk_event_rec {
	const struct uk_event *event;
};

UK_TABLE_DECLARE(events, struct uk_event_rec);

/** Makes an event known that is defined in another file. */
#define UK_EVENT_DECLARE(event) extern const struct uk_event uk_event_##event

/** Defines an event. Exactly once, at file scope. */
#define UK_EVENT(event)                                     \
	UK_TABLE_DEFINE(event_##event, uk_event_handler_t); \
	const struct uk_event uk_event_##event = {          \
		#event,                                     \
		uk_tab_event_##event##_start,               \
		uk_tab_event_##event##_end,                 \
	};                                                  \
	UK_TABLE_RECORD(events, struct uk_event_rec, 5,     \
			uk_event_rec_##event) = { &uk_event_##event }

/**
 * Registers a handler with a priority: 0 is asked first, 9 last; anything
 * else does not compile. At file scope, one handler once per file and event.
 */
#define UK_EVENT_HANDLER_PRIO(event, fn, prio)                   \
	UK_TABLE_RECORD(event_##event, uk_event_handler_t, prio, \
			uk_event_handler_##event##_##fn) = (fn)

/** Registers a handler to be asked last. */
#define UK_EVENT_HANDLER(event, fn) \
	UK_EVENT_HANDLER_PRIO(event, fn, UK_PRIO_LATEST)

/** A pointer to an event, for uk_raise_event_ptr(). */
#define UK_EVENT_PTR(event) (&uk_event_##event)

/**
 * Asks the handlers of an event, by priority, until one says
 * UK_EVENT_HANDLED or fails.
 *
 * @return UK_EVENT_NOT_HANDLED, UK_EVENT_HANDLED, UK_EVENT_HANDLED_CONT if at
 *   least one said so and none ended the walk, or the negative errno of the
 *   handler that failed. Contexts: the event's; no lock, no allocation.
 */
int uk_raise_event_ptr(const struct uk_event *event, void *data);

/** The same for an event by name. */
#define uk_raise_event(event, data) \
	uk_raise_event_ptr(UK_EVENT_PTR(event), (data))

#endif /* __UK_EVENT_H__ */
