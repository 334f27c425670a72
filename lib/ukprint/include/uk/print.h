/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The log. A message is formatted in place into a ring of the last log bytes,
 * without lock or allocation, and drained from there to the sinks (consoles)
 * that registered. What is below the configured level leaves no code and no
 * string in the image, yet its format is checked.
 *
 *	uk_pr_info("%u regions, %lu bytes\n", count, bytes);
 *
 * reads on the console, the place by Kconfig:
 *
 *	[    0.101195] INFO: [libukboot] <boot.c @ 35> 3 regions, 4096 bytes
 *
 * One call is one line, whether the text ends in a newline or not; newlines
 * inside the text start further lines of the same message. Lines longer than
 * CONFIG_LIBUKPRINT_LINE_MAX are cut and end in "...".
 *
 * Contexts: any, unless a function says otherwise. A message from a trap that
 * hit while another message was being formatted or written to a console is
 * not lost and does not garble it; it appears after it.
 *
 * Without LIBUKPRINT all of this is stubs that leave no code.
 */
#ifndef __UK_PRINT_H__
#define __UK_PRINT_H__

#include <uk/snprintf.h>
#include <uk/table.h>

/* Levels. What a line is headed by: CRIT: ERR: WARN: Info: DBG: */
#define UK_PRINT_KLVL_CRIT 0  /* about to end; never shows library and place */
#define UK_PRINT_KLVL_ERR 1   /* something failed */
#define UK_PRINT_KLVL_WARN 2  /* something is odd */
#define UK_PRINT_KLVL_INFO 3  /* what a user may like to know */
#define UK_PRINT_KLVL_DEBUG 4 /* what a developer may like to know */

/*
 * The least important level that is compiled in. uk_pr_debug() is in for all
 * files (LIBUKPRINT_PRINTD), for the libraries that LIBUKPRINT_DEBUG_LIBS
 * lists, or for a file that defines UK_DEBUG before its includes.
 */
#ifndef CONFIG_LIBUKPRINT
#define UK_PRINT_KLVL_MAX (-1)
#elif defined(UK_DEBUG) || defined(CONFIG_LIBUKPRINT_PRINTD)
#define UK_PRINT_KLVL_MAX UK_PRINT_KLVL_DEBUG
#else
#define UK_PRINT_KLVL_MAX CONFIG_LIBUKPRINT_LEVEL
#endif

/**
 * Logs one message; the format is that of <uk/snprintf.h>.
 *
 * uk_pr_always() is logged whatever the level and shown as INFO, without
 * place. It is for what tools read.
 */
#define uk_pr_crit(fmt, ...) uk_printk(UK_PRINT_KLVL_CRIT, fmt, ##__VA_ARGS__)
#define uk_pr_err(fmt, ...) uk_printk(UK_PRINT_KLVL_ERR, fmt, ##__VA_ARGS__)
#define uk_pr_warn(fmt, ...) uk_printk(UK_PRINT_KLVL_WARN, fmt, ##__VA_ARGS__)
#define uk_pr_info(fmt, ...) uk_printk(UK_PRINT_KLVL_INFO, fmt, ##__VA_ARGS__)
#define uk_pr_debug(fmt, ...) uk_printk(UK_PRINT_KLVL_DEBUG, fmt, ##__VA_ARGS__)
#define uk_pr_always(fmt, ...)                                              \
	do {                                                                \
		if (UK_PRINT_KLVL_MAX >= 0)                                 \
			_uk_printk(UK_PRINT_KLVL_INFO, fmt, ##__VA_ARGS__); \
	} while (0)

/** Logs one message of a level that may be computed. */
#define uk_printk(lvl, fmt, ...)                                  \
	do {                                                      \
		if ((lvl) <= UK_PRINT_KLVL_MAX)                   \
			_uk_printk_at((lvl), fmt, ##__VA_ARGS__); \
	} while (0)

/* The place costs three instructions a message, and is passed only if shown. */
#if defined(CONFIG_LIBUKPRINT_SHOW_LIB) || defined(CONFIG_LIBUKPRINT_SHOW_PLACE)
#define _uk_printk_at(lvl, fmt, ...)                                          \
	_uk_printk_place((lvl), _UK_PRINT_LIB, _UK_PRINT_FILE, __LINE__, fmt, \
			 ##__VA_ARGS__)
#else
#define _uk_printk_at _uk_printk
#endif

#ifdef CONFIG_LIBUKPRINT_SHOW_LIB
#define _UK_PRINT_LIB __LIBNAME__
#else
#define _UK_PRINT_LIB ((const char *)__NULL)
#endif

#ifdef CONFIG_LIBUKPRINT_SHOW_PLACE
#define _UK_PRINT_FILE __FILE_NAME__
#else
#define _UK_PRINT_FILE ((const char *)__NULL)
#endif

void _uk_printk(int lvl, const char *fmt, ...) __printf_like(2, 3);
void _uk_printk_place(int lvl, const char *lib, const char *file,
		      unsigned int line, const char *fmt, ...)
	__printf_like(5, 6);

/* --- sinks: where the log goes ------------------------------------------- */

/*
 * A sink, registered at link time by UK_PRINT_SINK(). Only one context drains
 * the log at a time, except that a crash may interrupt it and take over.
 */
struct uk_print_sink {
	/*
	 * Writes `len` bytes, whole lines with their newline, of a message of
	 * `level`. Never blocks for long; what it cannot write is its loss.
	 * Runs in whatever context logs, and may log itself.
	 */
	void (*write)(const char *s, __sz len, int level);

	/*
	 * 1 if write() reaches a reader. While no sink is ready messages wait
	 * in the ring. `urgent` is 1 when the guest is about to end: what can
	 * be brought up without init calls should be. NULL: always ready.
	 */
	int (*ready)(int urgent);
};

UK_TABLE_DECLARE(print_sink, struct uk_print_sink);

/** Registers a sink; name is a C identifier unique in the file. */
#define UK_PRINT_SINK(name, write_fn, ready_fn)              \
	UK_TABLE_RECORD(print_sink, struct uk_print_sink, 5, \
			name) = { .write = (write_fn), .ready = (ready_fn) }

#ifdef CONFIG_LIBUKPRINT
/** Writes what waits in the ring to the sinks that are ready. */
void uk_print_drain(void);

/**
 * Takes the log over for a context that does not return to the one it
 * interrupted: a half-written console line is closed, messages that were
 * being formatted are marked as incomplete, and from now on every message is
 * written at once, even if another context was draining. Sinks are asked with
 * urgent.
 */
void uk_print_seize(void);
#else
static inline void uk_print_drain(void)
{
}
static inline void uk_print_seize(void)
{
}
#endif

/** Logs the last line of a guest, "exit STATUS", which tools read. */
static inline void uk_print_exit(int status)
{
	uk_pr_always("exit %d\n", status);
}

/* --- reading the ring ---------------------------------------------------- */

/* One message as uk_print_next() returns it. */
struct uk_print_rec {
	__nsec time;	  /* since boot */
	int level;	  /* UK_PRINT_KLVL_* */
	__sz len;	  /* of text, without terminator */
	const char *text; /* in the caller's buffer, terminated */
	int on_console;	  /* 1 if it was written to a sink */
};

/* A reader's place in the ring; {0} is the oldest message. */
struct uk_print_iter {
	__u64 pos;
};

/* Size of a buffer that holds any message. */
#ifdef CONFIG_LIBUKPRINT
#define UK_PRINT_TEXT_MAX (CONFIG_LIBUKPRINT_LINE_MAX + 1)
#else
#define UK_PRINT_TEXT_MAX 1
#endif

#ifdef CONFIG_LIBUKPRINT
/**
 * Copies the next message out of the ring, oldest first. Messages may be
 * added and overwritten meanwhile: those overwritten before they were read
 * are passed over. Messages still being formatted are passed over as well.
 *
 * @param it the place, moved after the message
 * @param rec receives the message
 * @param buf receives the text, cut to fit and terminated
 * @param len size of buf in bytes, at least 1
 * @return 1, or 0 if there is no further message.
 */
int uk_print_next(struct uk_print_iter *it, struct uk_print_rec *rec, char *buf,
		  __sz len);
#else
static inline int uk_print_next(struct uk_print_iter *it __unused,
				struct uk_print_rec *rec __unused,
				char *buf __unused, __sz len __unused)
{
	return 0;
}
#endif

/* Room for what heads a line, terminator included. */
#define UK_PRINT_PREFIX_MAX 48

#ifdef CONFIG_LIBUKPRINT
/**
 * What heads the lines of a message: "[    0.101195] CRIT: ".
 *
 * @param buf at least UK_PRINT_PREFIX_MAX bytes
 * @return length without terminator
 */
__sz uk_print_prefix(char *buf, __nsec time, int level);
#else
static inline __sz uk_print_prefix(char *buf, __nsec time __unused,
				   int level __unused)
{
	buf[0] = '\0';
	return 0;
}
#endif

#endif /* __UK_PRINT_H__ */
