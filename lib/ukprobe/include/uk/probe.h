/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Probes: at an instruction of the running image a condition is evaluated and
 * values are collected, without a debugger and without a stop. support/probe
 * compiles them from C; what it sends is defined here.
 *
 * A definition is words:
 *
 *	NAME ADDRESS [image=BUILDID] [if=CODE] [VALUE=KIND,CODE[,BOUND...]]...
 *
 * NAME and VALUE are letters, digits and _; ADDRESS is a number, or a
 * function's name with or without +NUMBER; CODE is an agent expression
 * (<uk/ax.h>) in hexadecimal digits; KIND is last, sum, min, max or hist.
 * BOUNDs are those of the histogram's buckets, inclusive and ascending; powers
 * of two from 1 to 2^31 without any. Numbers are decimal, or hexadecimal with
 * 0x.
 *
 * The store has what a probe has collected: ukprobe/NAME/hits and so on.
 */
#ifndef __UK_PROBE_H__
#define __UK_PROBE_H__

#include <errno.h>
#include <uk/essentials.h>

/* Words of a definition, at most. */
#define UK_PROBE_WORDS 8

/* Bytes of a line that uk_probe_list() shows, with its end, at most. */
#define UK_PROBE_LINE_MAX 200

/**
 * Inserts a probe.
 *
 * @param argc,argv the words of its definition
 * @param why receives what is wrong, in words and terminated, if the result is
 *   not 0
 * @return 0; -EINVAL: the definition; -ESRCH: of another image; -EEXIST: there
 *   is one of that name, or a value's name is a metric of another type;
 * -ENOSPC: no room; -EFAULT: no code is there; -EACCES, -ENOTSUP: the
 * instruction cannot have one; -EBUSY: another one is being changed. Contexts:
 * thread; the other CPUs stop a moment.
 */
int uk_probe_add(int argc, char *const *argv, char *why, __sz len);

/**
 * Removes a probe and its values.
 *
 * @return 0; -ENOENT; -EBUSY: another one is being changed. Contexts: thread
 */
int uk_probe_remove(const char *name);

/** Shows each probe in a line, and each of its values. Contexts: any. */
void uk_probe_list(void (*show)(const char *line, void *arg), void *arg);

#endif /* __UK_PROBE_H__ */
