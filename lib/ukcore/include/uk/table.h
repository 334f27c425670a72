/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Link-time tables: a typed array whose records stand in different source
 * files and are collected by the linker. The one idiom behind events, init
 * calls, parameters, tests, consoles and whatever a library adds.
 *
 * The owner of a table, in one .c file:
 *
 *	UK_TABLE_DEFINE(cmd, struct cmd);	    // may stay empty
 *
 * A contributor, in any library, adds a record without naming the owner:
 *
 *	UK_TABLE_RECORD(cmd, struct cmd, 5, cmd_help) = { "help", do_help };
 *
 * A reader:
 *
 *	UK_TABLE_DECLARE(cmd, struct cmd);
 *	uk_table_foreach(cmd, c)
 *		...
 *
 * Records of a table without an owner stay in the image unread and do no
 * harm. How it works: a record's section is `.uk_tab.<table>.<prio>`; the
 * owner's two empty arrays sit in `.uk_tab.<table>.-` and `.uk_tab.<table>.:`.
 * In ASCII `-` sorts before `0` and `:` after `9`, and the linker script has
 * the one line KEEP(*(SORT_BY_NAME(.uk_tab.*))), so that a new table needs no
 * change there. See doc/sections.md.
 *
 * Contexts: any; the tables are constant, read-only data.
 */
#ifndef __UK_TABLE_H__
#define __UK_TABLE_H__

#include <uk/essentials.h>
#include <uk/prio.h>

/*
 * The explicit alignment keeps compilers from aligning a large record further
 * (x86_64 psABI 3.1.2), which would leave holes in the array.
 */
#define _UK_TABLE_ATTR(table, key) \
	__used __section(".uk_tab." #table "." key) __aligned(8)

/**
 * Defines the table of the given record type. Exactly once, at file scope.
 *
 * @param table the table's name, a C identifier
 * @param type the records' type; its size must be a multiple of 8 bytes and
 *   its alignment at most 8, else it does not compile
 */
#define UK_TABLE_DEFINE(table, type)                                          \
	_Static_assert(sizeof(type) % 8 == 0 && _Alignof(type) <= 8,          \
		       "records of " #table " must be multiples of 8 bytes"); \
	UK_TABLE_DECLARE(table, type);                                        \
	const type uk_tab_##table##_start[0] _UK_TABLE_ATTR(table, "-") = {}; \
	const type uk_tab_##table##_end[0] _UK_TABLE_ATTR(table, ":") = {}

/** Makes a table defined elsewhere known to this file. */
#define UK_TABLE_DECLARE(table, type)                \
	extern const type uk_tab_##table##_start[0]; \
	extern const type uk_tab_##table##_end[0]

/**
 * Opens the definition of one record; an initializer must follow.
 *
 * @param table the table's name
 * @param type the records' type
 * @param prio 0 (first) to 9 (last); anything else does not compile
 * @param name the record's own C identifier, unique in the file
 */
#define UK_TABLE_RECORD(table, type, prio, name) \
	_UK_TABLE_RECORD(table, type, prio, name)

#define _UK_TABLE_RECORD(table, type, prio, name)                              \
	_Static_assert((prio) >= UK_PRIO_EARLIEST && (prio) <= UK_PRIO_LATEST, \
		       "priority " #prio " of " #name                          \
		       " must be 0 (earliest) to 9 (latest)");                 \
	static const type _UK_TABLE_ATTR(table, #prio) name

/** The number of records. */
#define uk_table_count(table) \
	((__sz)(uk_table_end(table) - uk_table_start(table)))

/*
 * First and past-the-end record. The empty asm hides from the compiler that
 * these are two objects, which it may assume never to meet.
 */
#define uk_table_start(table) _uk_table_ptr(uk_tab_##table##_start)
#define uk_table_end(table) _uk_table_ptr(uk_tab_##table##_end)

#define _uk_table_ptr(sym)                               \
	({                                               \
		__typeof__(&(sym)[0]) __tab_ptr = (sym); \
		__asm__("" : "+r"(__tab_ptr));           \
		__tab_ptr;                               \
	})

/** Walks the records by priority; `rec` is declared by the macro. */
#define uk_table_foreach(table, rec)                    \
	for (__typeof__(&uk_tab_##table##_start[0])     \
		     rec = uk_table_start(table),       \
		     __end_##rec = uk_table_end(table); \
	     rec < __end_##rec; rec++)

#endif /* __UK_TABLE_H__ */
