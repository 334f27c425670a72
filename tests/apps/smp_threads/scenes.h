/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
#ifndef __SCENES_H__
#define __SCENES_H__

#include <uk/sched.h>

#define MS 1000000UL
#define BOUND (20000 * MS) /* a wait longer than that is a hang */

/* CPUs that take threads. */
static inline unsigned int cpus(void)
{
	return (unsigned int)__builtin_popcountl(
		uk_thread_get_affinity(uk_thread_current()));
}

/* Each returns the number of mistakes. */
int scene_mutex(void);
int scene_semaphore(void);
int scene_fair(void);
int scene_spin(void);
int scene_condition(void);
int scene_wakes(void);
int scene_create(void);
int scene_detached(void);
int scene_sleep(void);

/* cpus.c: which CPU runs a thread */
int scene_pull(void);
int scene_preempt(void);
int scene_idle(void);
int scene_only(void);
int scene_resume(void);
int scene_speed(void);
int scene_values(void);
int scene_trace(void);
int scene_crash(void);

/* affinity.c */
int scene_affinity(void);
int scene_hop(void);
int scene_naps(void);

/* library.c: newlib */
int scene_errno(void);
int scene_lines(void);
int scene_once(void);
int scene_posix(void);

/* split.c: page tables */
int scene_split(void);

/* device.c */
int scene_device(void);
int scene_interrupts(void);

#endif /* __SCENES_H__ */
