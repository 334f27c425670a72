/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A thread as it is at one moment, for those who show it afterwards: commands,
 * pages, reports. Of its call trace the addresses are kept; names are found
 * when it is shown.
 */
#ifndef __UK_THREAD_SNAPSHOT_H__
#define __UK_THREAD_SNAPSHOT_H__

#include <uk/sched.h>
#include <uk/unwind.h>

#define UK_THREAD_SNAPSHOT_FRAMES 24

struct uk_thread_snapshot {
	unsigned int id;
	char name[UK_THREAD_NAME_MAX];
	const char *state; /* uk_thread_state_name() */
	int cpu;	   /* that it is on; -1: none */
	char wait[UK_WAIT_TEXT_MAX];
	__nsec cpu_time;
	__u64 switches;
	__uptr stack_base, stack_top;
	__sz stack_used;    /* uk_thread_stack_used() */
	unsigned int depth; /* frames; 0: its registers are not known */
	struct uk_unwind_frame frames[UK_THREAD_SNAPSHOT_FRAMES];
	const char *end; /* why there are no more; NULL: there are none */
};

/**
 * Takes one. The frames of a thread that runs on another CPU are known while
 * that CPU is stopped (uk_lcpu_stop_others()).
 *
 * Contexts: any; in threads under uk_threads_lock().
 */
void uk_thread_snapshot(struct uk_thread_snapshot *s, struct uk_thread *thread);

/**
 * The same with the frames of a thread that another CPU runs: for that all
 * other CPUs stand for some microseconds.
 *
 * Contexts: as uk_thread_snapshot() and uk_lcpu_stop_others().
 */
void uk_thread_snapshot_look(struct uk_thread_snapshot *s,
			     struct uk_thread *thread);

/**
 * Writes a thread for a report: a line with its name, state and what it waits
 * for, and its call trace.
 *
 * @param line takes each, without newline
 * Contexts: any in which line() may be called.
 */
void uk_thread_snapshot_lines(const struct uk_thread_snapshot *s,
			      void (*line)(void *arg, const char *text),
			      void *arg);

#endif /* __UK_THREAD_SNAPSHOT_H__ */
