/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Says what a check found, and where, as an error in the log; or ends in the
 * crash path with the same words.
 *
 * The log is checked code itself. A case during a report is counted and not
 * shown; the count follows the report, so that a report never causes another.
 */
#include <uk/crash.h>
#include <uk/print.h>
#include <uk/ubsan.h>
#include "ubsan_internal.h"

#define WORDS_MAX 200
#define WHAT "undefined behaviour"

static unsigned long count;
static unsigned long hidden; /* of them not shown, and not reported yet */
static int reporting;

unsigned long uk_ubsan_count(void)
{
	return __atomic_load_n(&count, __ATOMIC_RELAXED);
}

static void say(const struct location *at, const char *words)
{
	unsigned long more;

	if (__atomic_exchange_n(&reporting, 1, __ATOMIC_ACQUIRE)) {
		__atomic_fetch_add(&hidden, 1, __ATOMIC_RELAXED);
		return;
	}
	if (at->file)
		uk_pr_err(WHAT ": %s (%s:%u:%u)\n", words, at->file, at->line,
			  at->column);
	else
		uk_pr_err(WHAT ": %s\n", words);
	more = __atomic_exchange_n(&hidden, 0, __ATOMIC_RELAXED);
	if (more)
		uk_pr_err(WHAT ": %lu more during a report\n", more);
	__atomic_store_n(&reporting, 0, __ATOMIC_RELEASE);
}

void ubsan_report(enum then then, const struct location *at, const char *fmt,
		  ...)
{
	char words[WORDS_MAX];
	va_list ap;

	va_start(ap, fmt);
	uk_vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);

	__atomic_fetch_add(&count, 1, __ATOMIC_RELAXED);
	if (then == CRASH)
		uk_crash_here(WHAT, words, at->file, at->line);
	say(at, words);
}
