/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What a debugger is tried on where there are threads and interrupts; argv[1]
 * names a scene. Functions have a prefix that nothing else in the image has.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uk/crash.h>
#include <uk/dump.h>
#include <uk/plat/paging.h>
#include <uk/sched.h>
#include <uk/semaphore.h>
#include <uk/time.h>

#define WORKERS 2
#define MS 1000000UL

/* arch/<arch>/hold.S: loads the vector registers, spins until *out changes,
 * stores them; the same with general registers of fixed values.
 */
#define VECTOR_BYTES 512
void workers_hold(const uint8_t *in, uint8_t *out, volatile int *ready);
void workers_spin(volatile int *ready);

struct holder {
	uint8_t in[VECTOR_BYTES], out[VECTOR_BYTES];
	int changed; /* bytes that are not what they were */
};

static struct holder holders[WORKERS];
volatile int released;
volatile unsigned int turns[WORKERS], ticks;
volatile double mixed = 1.0;

static void *hold(void *arg)
{
	struct holder *h = arg;

	workers_hold(h->in, h->out, &released);
	for (unsigned int i = 0; i < VECTOR_BYTES; i++)
		h->changed += h->in[i] != h->out[i];
	return NULL;
}

/* main's own use of the registers that the others hold. */
static __attribute__((noinline)) void workers_mix(int by)
{
	mixed = mixed * by + 0.5;
	mixed = mixed / (by + 1);
	mixed += by;
}

static void *workers_fault(void *arg)
{
	uk_thread_sleep(2 * MS);
	*(volatile int *)arg = 1;
	return NULL;
}

static void *take_turns(void *arg)
{
	volatile unsigned int *turn = arg;

	while (!released) {
		++*turn;
		uk_sched_yield();
	}
	return NULL;
}

static __attribute__((noinline)) void workers_yield(void)
{
	for (int i = 0; i < 20; i++) {
		ticks++;
		uk_sched_yield();
		ticks++;
	}
}

static __attribute__((noinline)) void workers_tick(struct uk_timer *timer,
						   void *arg)
{
	++*(volatile unsigned int *)arg;
	uk_timer_forward(timer, MS);
}

static __thread volatile unsigned long own;

static void *workers_wait(void *arg)
{
	own = (unsigned long)arg;
	for (;;)
		uk_thread_sleep(3600000 * MS);
	return NULL;
}

/* The order counts in which threads take turns: that of one CPU. */
static void use_one_cpu(void)
{
	uk_thread_set_affinity(uk_thread_current(), 1);
}

static const char *overwritten = "none"; /* whose structure: own, last */

/* So many threads wait, each in the variable that it has for itself, while main
 * crashes.
 */
static __attribute__((noinline)) void crowd(unsigned long count)
{
	struct uk_thread *t = NULL;

	use_one_cpu();
	own = count;
	for (unsigned long i = 1; i < count; i++) {
		t = uk_thread_create("member", workers_wait, (void *)i);
		while (t->state != UK_THREAD_SLEEPING)
			uk_sched_yield();
	}
	if (!strcmp(overwritten, "own"))
		memset(uk_thread_current(), 'A', sizeof(*t));
	if (!strcmp(overwritten, "last"))
		memset(t, 'A', sizeof(*t));
	*(volatile int *)0 = 1;
}

/* Three pages, of which the middle one is mapped to where no memory can be:
 * above what the CPU has address lines for.
 */
static void hole(void)
{
	__vaddr_t pages = 0x600000000000;
	__pte_t *entry;

	if (ukplat_page_map(ukplat_pt_get_active(), pages, __PADDR_ANY, 3,
			    PAGE_ATTR_PROT_RW, PAGE_FLAG_FORCE_SIZE))
		return;
	memset((void *)pages, 'v', 3 * __PAGE_SIZE);
	ukarch_pt_lookup(ukarch_pt_root(pages), pages + __PAGE_SIZE, &entry);
	*entry = ukarch_pte_page(1UL << 46, 0, PAGE_ATTR_PROT_RW);
	ukarch_tlb_flush_page(pages + __PAGE_SIZE);
	UK_CRASH("hole\n");
}

/* --- functions that a debugger calls --------------------------------------*/

static struct uk_semaphore post;
static volatile long posted, taken[WORKERS];

static void *takes(void *arg)
{
	volatile long *count = arg;

	own = (unsigned long)(count - taken) + 10;
	for (;;) {
		uk_semaphore_down(&post);
		++*count;
		if (released)
			return NULL;
	}
}

static void *naps(void *arg)
{
	own = (unsigned long)arg;
	while (!released) {
		uk_thread_sleep(MS);
		ticks++;
	}
	return NULL;
}

/* More arguments than registers. */
double workers_weigh(int a, long b, int c, long d, int e, long f, int g, long h,
		     int i, double x, float y);
__attribute__((noinline)) double workers_weigh(int a, long b, int c, long d,
					       int e, long f, int g, long h,
					       int i, double x, float y)
{
	return (double)(own * 1000 + a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f +
			7 * g + 8 * h + 9 * i) +
	       x + y;
}

/* Waits longer than any of the threads does. */
unsigned long workers_nap(void);
__attribute__((noinline)) unsigned long workers_nap(void)
{
	uk_thread_sleep(5 * MS);
	return own;
}

/* Nothing else refers to them. */
static void *volatile kept[] = { (void *)workers_weigh, (void *)workers_nap };

static __attribute__((noinline)) void workers_post(void)
{
	uk_semaphore_up(&post);
	posted++;
}

static void calls(void)
{
	struct uk_thread *threads[2 * WORKERS];
	long sum = 0;

	uk_semaphore_init(&post, 0);
	for (unsigned long i = 0; i < WORKERS; i++) {
		threads[i] =
			uk_thread_create("takes", takes, (void *)&taken[i]);
		threads[WORKERS + i] =
			uk_thread_create("naps", naps, (void *)(20 + i));
	}
	while (!released) {
		workers_post();
		uk_thread_sleep(MS);
	}
	for (int i = 0; i < WORKERS; i++)
		uk_semaphore_up(&post);
	for (int i = 0; i < 2 * WORKERS; i++)
		uk_thread_join(threads[i], NULL);
	for (int i = 0; i < WORKERS; i++)
		sum += taken[i];
	printf("lost %ld\n", posted + WORKERS - post.count - sum);
}

/* The time that a dump takes is none of the program's. */
static void dump(void)
{
	__nsec start = uk_time_monotonic();
	int rc = uk_dump();
	__nsec ns = uk_time_monotonic() - start;

	printf("dump %d, %lu us\n", rc, ns / 1000);
}

volatile unsigned int noted[WORKERS + 1]; /* signals: of workers, of main */

__attribute__((noinline)) void workers_note(int sig)
{
	const char *name = uk_thread_current()->name;
	unsigned int worker = (unsigned int)name[strlen(name) - 1] - '0';
	volatile unsigned int *n = &noted[MIN(worker, WORKERS + 0U)];

	*n = *n * 100 + sig;
}

__attribute__((noinline)) void workers_ready(void)
{
	__asm__ volatile("" : : : "memory");
}

/* worker0 gives the CPU away, worker1 is preempted. */
static void receive_signals(void)
{
	static const int signals[] = { SIGUSR1, SIGUSR2, SIGTERM, SIGALRM };

	for (unsigned int i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		signal(signals[i], workers_note);
	while (!*(volatile uint8_t *)holders[1].out || !turns[0])
		uk_sched_yield();
	workers_ready();
	while (!noted[0] || noted[1] < 100 || !noted[2])
		uk_sched_yield();
	workers_ready();
}

static void run(const char *scene)
{
	static struct uk_timer timer =
		UK_TIMER_INIT(workers_tick, (void *)&ticks);

	if (!strcmp(scene, "vectors")) {
		for (unsigned int i = 0; i < WORKERS; i++)
			while (!*(volatile uint8_t *)holders[i].out)
				uk_sched_yield();
		for (int i = 1; i <= 200; i++)
			workers_mix(i);
	} else if (!strcmp(scene, "yield"))
		workers_yield();
	else if (!strcmp(scene, "signals"))
		receive_signals();
	else if (!strcmp(scene, "timer"))
		uk_timer_start(&timer, uk_time_monotonic() + MS);
	if (!strcmp(scene, "timer"))
		workers_spin(&released);
	released = 1;
}

int main(int argc, char **argv)
{
	const char *scene = argc > 1 ? argv[1] : "none";
	struct uk_thread *workers[WORKERS];
	int crash = !strcmp(scene, "crash") && kept[0];
	char name[16];

	printf("scene %s\n", scene);
	if (!strcmp(scene, "dump"))
		dump();
	if (!strcmp(scene, "calls")) {
		calls();
		return 0;
	}
	if (argc > 3)
		overwritten = argv[3];
	if (!strcmp(scene, "crowd"))
		crowd(strtoul(argv[2], NULL, 10));
	if (!strcmp(scene, "hole"))
		hole();
	for (unsigned int i = 0; i < WORKERS; i++) {
		for (unsigned int j = 0; j < VECTOR_BYTES; j++)
			holders[i].in[j] = (37 * i + 11) * (j + 3 * i + 1);
		snprintf(name, sizeof(name), "worker%u", i);
		if (crash && i)
			workers[i] =
				uk_thread_create(name, workers_fault, NULL);
		else if (!strcmp(scene, "vectors") ||
			 (i && !strcmp(scene, "signals")))
			workers[i] = uk_thread_create(name, hold, &holders[i]);
		else
			workers[i] = uk_thread_create(name, take_turns,
						      (void *)&turns[i]);
	}
	if (crash)
		uk_thread_join(workers[1], NULL);
	run(scene);
	for (unsigned int i = 0; i < WORKERS; i++)
		uk_thread_join(workers[i], NULL);
	printf("changed %d %d, mixed %d\n", holders[0].changed,
	       holders[1].changed, (int)mixed);
	return 0;
}
