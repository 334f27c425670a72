/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Which CPU runs a thread, and that each runs some. Loops say that they are
 * loops (ukarch_cpu_relax()): with -icount QEMU runs one CPU at a time, and
 * goes on to the next there.
 */
#include <stdio.h>
#include <string.h>
#include <uk/arch/lcpu.h>
#include <uk/arch/regs.h>
#include <uk/cmd.h>
#include <uk/crash.h>
#include <uk/percpu.h>
#include <uk/plat/lcpu.h>
#include <uk/semaphore.h>
#include <uk/store.h>
#include "scenes.h"

/* --- two that compute run at once -----------------------------------------*/

static volatile unsigned long beats[2];
static volatile int meetings[2], stop;

#define MEETINGS 50

/* Counts how often the other one got further while this one did not yield. */
static void *computes(void *arg)
{
	unsigned long me = (unsigned long)arg, seen = 0;
	__nsec end = uk_time_monotonic() + BOUND;

	while ((meetings[0] < MEETINGS || meetings[1] < MEETINGS) &&
	       uk_time_monotonic() < end) {
		beats[me]++;
		ukarch_cpu_relax();
		if (beats[!me] != seen) {
			seen = beats[!me];
			meetings[me]++;
		}
	}
	return NULL;
}

/* main does not create on an idle CPU only: it computes as well. */
int scene_pull(void)
{
	struct uk_thread *t = uk_thread_create("computes", computes, (void *)1);

	computes(NULL);
	uk_thread_join(t, NULL);
	return (meetings[0] < MEETINGS) + (meetings[1] < MEETINGS);
}

/* --- time slices on each CPU ----------------------------------------------*/

static volatile unsigned long rounds[2][8];

static void *counts(void *arg)
{
	volatile unsigned long *mine = (volatile unsigned long *)arg;

	while (!stop) {
		(*mine)++;
		ukarch_cpu_relax();
	}
	return NULL;
}

/* Two on each CPU that never give it away. */
int scene_preempt(void)
{
	__nsec end = uk_time_monotonic() + BOUND;
	unsigned int n = cpus(), behind = 1;
	struct uk_thread *t[2][8];

	stop = 0;
	for (unsigned int i = 0; i < 2 * n; i++) {
		struct uk_thread_attr attr = { .affinity = 1UL << i / 2 };

		if (uk_thread_create_attr(&t[i % 2][i / 2], &attr, counts,
					  (void *)&rounds[i % 2][i / 2]))
			return 100;
	}
	while (behind && uk_time_monotonic() < end) {
		uk_thread_sleep(MS);
		behind = 0;
		for (unsigned int i = 0; i < 2 * n; i++)
			behind += t[i % 2][i / 2]->switches < 5 ||
				  !rounds[i % 2][i / 2];
	}
	stop = 1;
	for (unsigned int i = 0; i < 2 * n; i++)
		uk_thread_join(t[i % 2][i / 2], NULL);
	return (int)behind;
}

/* --- idle threads ---------------------------------------------------------*/

/* One for each CPU, not counted as alive; all but this CPU's run. */
int scene_idle(void)
{
	unsigned long flags = uk_threads_lock();
	struct uk_thread *t = NULL;
	unsigned int idle = 0, wrong = 0;

	while ((t = uk_thread_next(t))) {
		if (strncmp(t->name, "idle ", 5))
			continue;
		wrong += t->name[5] != (char)('0' + t->cpu) ||
			 strcmp(uk_thread_state_name(t), "idle") ||
			 t->stack.top <= t->stack.base;
		wrong += (t->cpu == uk_percpu_id()) ==
			 (uk_percpus[t->cpu].thread == t);
		idle++;
	}
	uk_threads_unlock(flags);
	return (int)wrong + (idle != cpus()) + (uk_sched_thread_count() != 1);
}

/* --- the store's values of each CPU ---------------------------------------*/

static __u64 value_of(const char *lib, unsigned int cpu, const char *name)
{
	struct uk_store_ref ref;
	char path[64];
	__u64 out = 0;

	snprintf(path, sizeof(path), "%s/cpu%u/%s", lib, cpu, name);
	if (uk_store_find(path, &ref))
		return 0;
	if (ref.object->labels[0].value[0] != (char)('0' + cpu) ||
	    uk_store_get_value(ref.entry, u64, &out))
		out = 0;
	uk_store_ref_drop(&ref);
	return out;
}

static __u64 value(unsigned int cpu, const char *name)
{
	return value_of("uksched", cpu, name);
}

static void nothing(struct __regs *regs __unused, void *user __unused)
{
}

/* One interrupt more by another CPU is counted, among those and among all. */
static unsigned int wrong_interrupts(__lcpuid cpu)
{
	struct ukplat_lcpu_func fn = { nothing, NULL };
	__u64 all = value_of("ukintctlr", cpu, "cpu_interrupts");
	__u64 ipis = value_of("ukintctlr", cpu, "cpu_ipis");
	unsigned int one = 1, wrong = all < ipis;

	if (cpu == uk_percpu_id()) /* it is the only one */
		return 0;
	wrong += ukplat_lcpu_run(&cpu, &one, &fn, 0) != 0;
	wrong += ukplat_lcpu_wait(&cpu, &one, 0) != 0;
	wrong += value_of("ukintctlr", cpu, "cpu_ipis") <= ipis;
	wrong += value_of("ukintctlr", cpu, "cpu_interrupts") <= all;
	return wrong;
}

#define QUEUED 3

static void *until_stop(void *arg __unused)
{
	while (!stop)
		ukarch_cpu_relax();
	return NULL;
}

/* Threads that may run here only are in the queue while this one runs. */
static unsigned int wrong_queue(unsigned int cpu)
{
	struct uk_thread_attr attr = { .affinity = 1UL << cpu };
	struct uk_thread *t[QUEUED];
	unsigned int wrong = value(cpu, "cpu_ready") != 0;

	stop = 0;
	for (unsigned int i = 0; i < QUEUED; i++)
		if (uk_thread_create_attr(&t[i], &attr, until_stop, NULL))
			return 100;
	wrong += value(cpu, "cpu_ready") != QUEUED;
	stop = 1;
	for (unsigned int i = 0; i < QUEUED; i++)
		uk_thread_join(t[i], NULL);
	return wrong + (value(cpu, "cpu_ready") != 0);
}

/* A thread goes from CPU to CPU; each has run and idled, and has switched. */
int scene_values(void)
{
	__u64 all = uk_thread_get_affinity(uk_thread_current()), before;
	unsigned int wrong = 0;

	for (unsigned int i = 0, n = cpus(); i < n; i++) {
		before = value(i, "cpu_switches");
		uk_thread_set_affinity(uk_thread_current(), 1UL << i);
		uk_thread_sleep(MS);
		wrong += value(i, "cpu_switches") <= before;
		wrong += !value(i, "cpu_run_time") + !value(i, "cpu_idle_time");
		wrong += value(i, "cpu_run_time") + value(i, "cpu_idle_time") >
			 uk_time_monotonic();
		wrong += wrong_queue(i);
		wrong += wrong_interrupts((i + 1) % n);
	}
	uk_thread_set_affinity(uk_thread_current(), all);
	wrong += value(cpus(), "cpu_switches") != 0; /* no such CPU */
	return (int)wrong;
}

/* --- all CPUs are used ----------------------------------------------------*/

static void time_is_up(struct uk_timer *timer __unused, void *arg __unused)
{
	stop = 1;
}

static volatile unsigned long *cell(unsigned int i)
{
	return &rounds[i % 2][i / 2];
}

static void begin(struct uk_timer *timer)
{
	memset((void *)rounds, 0, sizeof(rounds));
	stop = 0;
	uk_timer_start(timer, uk_time_monotonic() + 20 * MS);
}

static unsigned long sum(unsigned int loops)
{
	unsigned long all = 0;

	for (unsigned int i = 0; i < loops; i++)
		all += *cell(i);
	return all;
}

static void bare_loop(struct __regs *regs __unused, void *user __unused)
{
	counts((void *)cell(uk_percpu_id()));
}

/* What one loop on each CPU counts in a while, without the scheduler: in an
 * interrupt, and on CPU 0 in the only thread.
 */
static unsigned long bare(void)
{
	__u64 all = uk_thread_get_affinity(uk_thread_current());
	struct uk_timer timer = UK_TIMER_INIT(time_is_up, NULL);
	struct ukplat_lcpu_func fn = { bare_loop, NULL };

	uk_thread_set_affinity(uk_thread_current(), 1);
	begin(&timer);
	ukplat_lcpu_run(NULL, NULL, &fn, 0);
	counts((void *)cell(0));
	ukplat_lcpu_wait(NULL, NULL, 0);
	uk_thread_set_affinity(uk_thread_current(), all);
	return sum(cpus());
}

/* What threads count together in the same time. */
static unsigned long shared(unsigned int workers)
{
	struct uk_timer timer = UK_TIMER_INIT(time_is_up, NULL);
	struct uk_thread *t[16];

	begin(&timer);
	for (unsigned int i = 0; i < workers; i++)
		t[i] = uk_thread_create("worker", counts, (void *)cell(i));
	for (unsigned int i = 0; i < workers; i++)
		uk_thread_join(t[i], NULL);
	return sum(workers);
}

/* Twice as many workers as CPUs get nine tenths as far as a loop on each. */
int scene_speed(void)
{
	unsigned long loops = bare(), workers = shared(2 * cpus());

	printf("speed: loops %lu, workers %lu\n", loops, workers);
	return workers < loops / 10 * 9;
}

/* --- a thread that goes on in the middle of uk_percpu_read() --------------*/

#define CODE 32UL /* bytes of the function that are looked at */

struct uk_thread *reads_current(void);

struct uk_thread *__attribute__((noinline)) reads_current(void)
{
	return uk_thread_current();
}

/* QEMU interrupts no thread there. The test knows where it must begin again. */
int scene_resume(void)
{
	__uptr start = (__uptr)reads_current;
	struct __regs regs;

	for (__uptr pc = start + 4; pc < start + CODE; pc += 4) {
		ukarch_regs_set_pc(&regs, pc);
		ukarch_percpu_resume(&regs);
		if (ukarch_regs_pc(&regs) != pc)
			printf("at %lx begins at %lx\n", pc,
			       ukarch_regs_pc(&regs));
	}
	return reads_current() != uk_thread_current();
}

/* --- a debugger lets one thread run ---------------------------------------*/

static struct uk_thread *several[4];
static unsigned long before[4];
static volatile int ticks, alone;

#define TICKS 300

/* Irq context: as a debugger does, from outside of all threads. Others go on
 * until their CPUs have the interrupt that they are sent.
 */
static void step_on(struct uk_timer *timer, void *arg __unused)
{
	int others = 0, ran = 0;

	for (unsigned int i = 0; i < 4; i++) {
		unsigned long now = rounds[i % 2][i / 2];

		if (i == 2)
			ran = now != before[i];
		else
			others += now != before[i];
		before[i] = now;
	}
	alone = ticks && ran && !others;
	if (!ticks)
		uk_sched_only(several[2]);
	if (!alone && ++ticks < TICKS) {
		uk_timer_start(timer, uk_time_monotonic() + 3 * MS);
		return;
	}
	uk_sched_only(NULL);
	ticks = TICKS;
}

int scene_only(void)
{
	struct uk_timer timer = UK_TIMER_INIT(step_on, NULL);
	__nsec end = uk_time_monotonic() + BOUND;

	stop = 0;
	for (unsigned int i = 0; i < 4; i++)
		several[i] = uk_thread_create("several", counts,
					      (void *)&rounds[i % 2][i / 2]);
	uk_timer_start(&timer, uk_time_monotonic() + 3 * MS);
	while (ticks < TICKS && uk_time_monotonic() < end)
		uk_thread_sleep(MS);
	stop = 1;
	for (unsigned int i = 0; i < 4; i++)
		uk_thread_join(several[i], NULL);
	return !alone;
}

/* --- a crash, with a thread on each of two CPUs ----------------------------*/

static struct uk_semaphore never = UK_SEMAPHORE_INITIALIZER(0);
static volatile int computing;

static inline __attribute__((always_inline)) void computes_within(void)
{
	while (computing)
		ukarch_cpu_relax();
}

static void *computes_for_ever(void *arg)
{
	computing = 1;
	computes_within();
	return arg;
}

static char traced[4096];

static void keep(struct uk_cmd_io *io, const char *text, size_t len)
{
	size_t used = strlen(traced), room = sizeof(traced) - 1 - used;

	(void)io;
	strncat(traced + used, text, len < room ? len : room);
}

/* Its call trace, while it computes on another CPU, which then goes on. */
int scene_trace(void)
{
	struct uk_thread_attr second = { .affinity = 2, .name = "computes" };
	struct uk_cmd_io io = { .out = keep };
	unsigned long own = uk_thread_get_affinity(uk_thread_current());
	struct uk_thread *t;
	char line[32];
	int rc;

	if (uk_thread_set_affinity(uk_thread_current(), 1) ||
	    uk_thread_create_attr(&t, &second, computes_for_ever, NULL))
		return 1;
	while (!computing)
		uk_thread_sleep(MS);
	rc = snprintf(line, sizeof(line), "trace %u", t->id);
	rc = uk_cmd_run(&io, line, (size_t)rc);
	computing = 0;
	uk_thread_join(t, NULL);
	return !!rc + !strstr(traced, "computes_for_ever+") +
	       !!uk_thread_set_affinity(uk_thread_current(), own);
}

static inline __attribute__((always_inline)) void waits_within(void)
{
	uk_semaphore_down(&never);
}

static void *waits(void *arg)
{
	waits_within();
	return arg;
}

void scene_crash_now(void);
void __attribute__((noinline)) scene_crash_now(void)
{
	UK_CRASH("with a thread on another CPU");
}

int scene_crash(void)
{
	struct uk_thread_attr second = { .affinity = 2, .name = "computes" };
	struct uk_thread_attr first = { .affinity = 1, .name = "waits" };
	struct uk_thread *t;

	if (uk_thread_set_affinity(uk_thread_current(), 1) ||
	    uk_thread_create_attr(NULL, &second, computes_for_ever, NULL) ||
	    uk_thread_create_attr(&t, &first, waits, NULL))
		return 1;
	while (!computing || t->state != UK_THREAD_WAITING)
		uk_thread_sleep(MS);
	scene_crash_now();
	return 0;
}
