/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Priorities of the records in link-time tables: 0 is walked first, 9 last.
 * Records of one priority follow in link order. Anything else is a compile
 * error where the record is declared (<uk/table.h>).
 */
#ifndef __UK_PRIO_H__
#define __UK_PRIO_H__

#define UK_PRIO_EARLIEST 0
#define UK_PRIO_LATEST 9

/*
 * The next later and the next earlier priority. The argument is a number or a
 * macro that expands to one: UK_PRIO_AFTER(UK_PRIO_EARLIEST) is 1. Past either
 * end the result names the mistake and does not compile.
 */
#define UK_PRIO_AFTER(p) _UK_PRIO_AFTER(p)
#define UK_PRIO_BEFORE(p) _UK_PRIO_BEFORE(p)

#define _UK_PRIO_AFTER(p) _UK_PRIO_AFTER_##p
#define _UK_PRIO_AFTER_0 1
#define _UK_PRIO_AFTER_1 2
#define _UK_PRIO_AFTER_2 3
#define _UK_PRIO_AFTER_3 4
#define _UK_PRIO_AFTER_4 5
#define _UK_PRIO_AFTER_5 6
#define _UK_PRIO_AFTER_6 7
#define _UK_PRIO_AFTER_7 8
#define _UK_PRIO_AFTER_8 9
#define _UK_PRIO_AFTER_9 no_priority_is_later_than_9

#define _UK_PRIO_BEFORE(p) _UK_PRIO_BEFORE_##p
#define _UK_PRIO_BEFORE_0 no_priority_is_earlier_than_0
#define _UK_PRIO_BEFORE_1 0
#define _UK_PRIO_BEFORE_2 1
#define _UK_PRIO_BEFORE_3 2
#define _UK_PRIO_BEFORE_4 3
#define _UK_PRIO_BEFORE_5 4
#define _UK_PRIO_BEFORE_6 5
#define _UK_PRIO_BEFORE_7 6
#define _UK_PRIO_BEFORE_8 7
#define _UK_PRIO_BEFORE_9 8

#endif /* __UK_PRIO_H__ */
