/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Hangs of each kind, by argument; what ends by itself says how many reports
 * there were.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uk/init.h>
#include <uk/sched.h>
#include <uk/store.h>
#include <uk/time.h>

#define MS 1000000UL
#define LONG (200 * MS) /* several times the limit of the tests */

static volatile unsigned long rounds;

static __attribute__((noinline)) void spin_until(__nsec end)
{
	while (uk_time_monotonic() < end)
		rounds++;
}

static void *nothing(void *arg)
{
	return arg;
}

static struct uk_thread *ready(const char *name, __u64 cpus)
{
	struct uk_thread_attr attr = { .name = name, .affinity = cpus };
	struct uk_thread *t;

	if (uk_thread_create_attr(&t, &attr, nothing, NULL))
		exit(2);
	return t;
}

/* --- endless loops -------------------------------------------------------*/

static __attribute__((noinline)) void computes(void)
{
	for (;;)
		rounds++;
}

static void *busy(void *arg)
{
	ready("first", 1UL << uk_percpu_id());
	ready("second", 1UL << uk_percpu_id());
	computes();
	return arg;
}

static void *alone(void *arg)
{
	computes();
	return arg;
}

static void *irq_off(void *arg)
{
	ready("first", 1UL << uk_percpu_id());
	ukarch_irq_disable();
	computes();
	return arg;
}

static void on_timer(struct uk_timer *timer, void *arg)
{
	computes();
}

static void *handler(void *arg)
{
	static struct uk_timer timer = UK_TIMER_INIT(on_timer, NULL);

	uk_timer_start(&timer, uk_time_monotonic());
	spin_until(uk_time_monotonic() + 1000 * LONG);
	return arg;
}

/* On the second CPU, while main waits. */
static void *on_second(void *(*hang)(void *))
{
	struct uk_thread_attr attr = { .name = "worker", .affinity = 2 };
	struct uk_thread *t;

	if (uk_thread_create_attr(&t, &attr, hang, NULL))
		exit(2);
	uk_thread_join(t, NULL);
	return NULL;
}

static void *busy_on_second(void *arg)
{
	return on_second(busy);
}

static void *irq_off_on_second(void *arg)
{
	return on_second(irq_off);
}

/* --- what ends -----------------------------------------------------------*/

static unsigned long reports(void)
{
	struct uk_store_ref ref;
	char text[32];

	if (uk_store_find("ukwatchdog/reports", &ref) ||
	    uk_store_get_text(ref.entry, text, sizeof(text)) < 0)
		exit(3);
	return strtoul(text, NULL, 10);
}

/* Until the hang is reported, and for as long as it takes to be reported again.
 */
static void spin_until_report(void)
{
	unsigned long before = reports();

	for (int i = 0; i < 1000 && reports() == before; i++)
		spin_until(uk_time_monotonic() + LONG / 10);
	spin_until(uk_time_monotonic() + LONG);
}

static void *hangs_twice(void *arg)
{
	for (int i = 0; i < 2; i++) {
		struct uk_thread *t = ready("other", 1);
		unsigned long flags;

		spin_until_report();
		uk_thread_join(t, NULL);
		flags = ukarch_irq_save();
		spin_until_report();
		ukarch_irq_restore(flags);
		uk_thread_sleep(MS);
	}
	return arg;
}

/* Long, but others are not ready; then others run all the time. */
static void *no_hang(void *arg)
{
	__nsec end = uk_time_monotonic() + LONG;
	unsigned long flags;

	spin_until(end);
	while (uk_time_monotonic() < end + LONG) {
		struct uk_thread *t = ready("other", 1);

		spin_until(uk_time_monotonic() + MS);
		uk_thread_join(t, NULL);
		flags = ukarch_irq_save();
		spin_until(uk_time_monotonic() + MS);
		ukarch_irq_restore(flags);
	}
	uk_thread_sleep(LONG);
	return arg;
}

/* A new thread's stack is guarded on each CPU, which main waits for with
 * interrupts off (x86_64); until the host has not run the second one for a
 * while.
 */
static void *waits_for_second(void *arg)
{
	__nsec took;

	puts("it waits");
	do {
		__nsec start = uk_time_monotonic();

		uk_thread_join(ready("other", 1), NULL);
		took = uk_time_monotonic() - start;
	} while (took < 3 * LONG);
	printf("%lu ms\n", took / MS);
	return arg;
}

/* For a debugger, which stops in here, with another thread ready. */
static __attribute__((noinline)) void stopped(void)
{
	rounds++;
}

static void *debugged(void *arg)
{
	for (int i = 0; i < 3; i++) {
		struct uk_thread *t = ready("other", 1);
		unsigned long flags = ukarch_irq_save();

		stopped();
		ukarch_irq_restore(flags);
		uk_thread_join(t, NULL);
	}
	return arg;
}

/* --- before main ---------------------------------------------------------*/

static const char *scene = "";

static int boot(struct uk_init_ctx *ctx)
{
	scene = ctx->argc > 1 ? ctx->argv[1] : "";
	if (!strcmp(scene, "boot")) {
		ukarch_irq_disable();
		computes();
	}
	return 0;
}

uk_sys_initcall(boot, 0);

int main(void)
{
	static const struct {
		const char *name;
		void *(*func)(void *);
	} scenes[] = {
		{ "busy", busy },
		{ "alone", alone },
		{ "irq-off", irq_off },
		{ "handler", handler },
		{ "busy-on-second", busy_on_second },
		{ "irq-off-on-second", irq_off_on_second },
		{ "hangs-twice", hangs_twice },
		{ "no-hang", no_hang },
		{ "waits-for-second", waits_for_second },
		{ "debugged", debugged },
	};

	for (unsigned int i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
		if (!strcmp(scene, scenes[i].name))
			scenes[i].func(NULL);
	printf("%lu reports\n", reports());
	return 0;
}
