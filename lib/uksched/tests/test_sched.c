/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Threads, one primitive after the other. What waits for another thread waits
 * for a condition, with a bound.
 */
#include <string.h>
#include <uk/alloc.h>
#include <uk/mutex.h>
#include <uk/nofault.h>
#include <uk/plat/image.h>
#include <uk/sched.h>
#include <uk/semaphore.h>
#include <uk/test.h>
#include "../sched_internal.h"
#include "spin.h"

#define MS 1000000UL
#define BOUND (20000 * MS)

static char order[64];
static unsigned int ordered;

static void note(char c)
{
	if (ordered < sizeof(order) - 1)
		order[ordered++] = c;
	order[ordered] = '\0';
}

static void forget(void)
{
	ordered = 0;
	order[0] = '\0';
}

static __sz heap_in_use(void)
{
	struct uk_alloc_stats stats;

	uk_alloc_stats_get(uk_alloc_get_default(), &stats);
	return stats.cur_mem_use;
}

static void *answer(void *arg)
{
	return (void *)((__uptr)arg + 1);
}

UK_TESTCASE(uksched, main_is_thread_1)
{
	struct uk_thread *self = uk_thread_current();
	char local;

	UK_TEST_ASSERT_NOT_NULL(self);
	UK_TEST_EXPECT_UNUM_EQ(self->id, 1);
	UK_TEST_EXPECT_ZERO(strcmp(self->name, "main"));
	UK_TEST_EXPECT_ZERO(strcmp(uk_thread_state_name(self), "running"));
	UK_TEST_EXPECT_PTR_EQ(uk_thread_next(NULL), self);
	UK_TEST_EXPECT(&local >= self->stack.base && &local < self->stack.top);
	UK_TEST_EXPECT_NULL(uk_thread_regs(self));
	UK_TEST_EXPECT_NULL(uk_thread_fpstate(self));
}

UK_TESTCASE(uksched, join_gives_the_result_and_the_memory)
{
	struct uk_thread *t;
	unsigned int id = 0;
	void *result;
	__sz before;

	uk_thread_join(uk_thread_create("first", answer, NULL), NULL);
	before = heap_in_use();
	for (__uptr i = 0; i < 20; i++) {
		t = uk_thread_create("answer", answer, (void *)i);
		UK_TEST_ASSERT_NOT_NULL(t);
		UK_TEST_EXPECT_UNUM_GT(t->id, id);
		id = t->id;
		UK_TEST_EXPECT_PTR_EQ(uk_thread_by_id(id), t);
		if (i & 1)
			uk_sched_yield(); /* it exits before it is joined */
		UK_TEST_EXPECT_ZERO(uk_thread_join(t, &result));
		UK_TEST_EXPECT_UNUM_EQ((__uptr)result, i + 1);
		UK_TEST_EXPECT_NULL(uk_thread_by_id(id));
	}
	UK_TEST_EXPECT_UNUM_EQ(heap_in_use(), before);
	UK_TEST_EXPECT_SNUM_EQ(uk_thread_join(uk_thread_current(), NULL),
			       -EDEADLK);
}

UK_TESTCASE(uksched, detached_threads_free_themselves)
{
	struct uk_thread_attr attr = { .name = "detached", .detached = 1 };
	struct uk_thread *t;
	__sz before = heap_in_use();

	for (int i = 0; i < 10; i++) {
		UK_TEST_ASSERT_ZERO(
			uk_thread_create_attr(&t, &attr, answer, NULL));
		UK_TEST_EXPECT_SNUM_EQ(uk_thread_join(t, NULL), -EINVAL);
		uk_sched_yield();
	}
	t = uk_thread_create("late", answer, NULL);
	uk_sched_yield();
	UK_TEST_EXPECT_ZERO(strcmp(uk_thread_state_name(t), "exited"));
	UK_TEST_EXPECT_ZERO(uk_thread_detach(t));
	t = uk_thread_create("last", answer, NULL);
	uk_thread_join(t, NULL);
	UK_TEST_EXPECT_UNUM_EQ(heap_in_use(), before);
	UK_TEST_EXPECT_UNUM_EQ(uk_sched_thread_count(), 1);
}

UK_TESTCASE(uksched, what_cannot_be_is_refused)
{
	struct uk_thread_attr attr = { .stack = 100 };

	UK_TEST_EXPECT_SNUM_EQ(uk_thread_create_attr(NULL, &attr, answer, NULL),
			       -EINVAL);
	attr.stack = 1UL << 39;
	UK_TEST_EXPECT_SNUM_EQ(uk_thread_create_attr(NULL, &attr, answer, NULL),
			       -ENOMEM);
}

static void *abc(void *arg)
{
	for (int i = 0; i < 3; i++) {
		note(*(const char *)arg);
		uk_sched_yield();
	}
	return NULL;
}

UK_TESTCASE(uksched, threads_take_turns)
{
	struct uk_thread *t[3];

	forget();
	for (int i = 0; i < 3; i++)
		t[i] = uk_thread_create("abc", abc, (void *)&"abc"[i]);
	for (int i = 0; i < 3; i++)
		uk_thread_join(t[i], NULL);
	UK_TEST_EXPECT_ZERO(strcmp(order, "abcabcabc"));
}

static __nsec base; /* all sleepers sleep from here on, or try again */
static volatile unsigned int late;

static void *sleeper(void *arg)
{
	__nsec end = base + (__nsec)(*(const char *)arg - '0') * 5 * MS;

	late += uk_time_monotonic() >= base;
	uk_thread_sleep_until(end);
	note(*(const char *)arg);
	return (void *)(__uptr)(uk_time_monotonic() >= end);
}

static void sleep_all(const char *times)
{
	struct uk_thread *t[4];
	const char *state;
	void *ok;

	forget();
	late = 0;
	base = uk_time_monotonic() + 5 * MS;
	for (int i = 0; i < 4; i++)
		t[i] = uk_thread_create("sleeper", sleeper, (void *)&times[i]);
	uk_sched_yield();
	state = uk_thread_state_name(t[0]);
	late += uk_time_monotonic() >= base;
	UK_TEST_EXPECT(late || !strcmp(state, "sleeping"));
	for (int i = 0; i < 4; i++) {
		uk_thread_join(t[i], &ok);
		UK_TEST_EXPECT_UNUM_EQ((__uptr)ok, 1);
	}
}

UK_TESTCASE(uksched, sleepers_wake_in_time_and_order)
{
	int tries = 0;

	do
		sleep_all("3142");
	while (late && ++tries < 100);
	UK_TEST_EXPECT_ZERO(late);
	UK_TEST_EXPECT_ZERO(strcmp(order, "1234"));
	UK_TEST_EXPECT(ukarch_irq_enabled());
}

/* --- waiting --------------------------------------------------------------*/

static struct uk_waitq wq = UK_WAITQ_INIT;
static volatile int ready;

static void *waiter(void *arg)
{
	uk_waitq_wait_event(&wq, ready);
	note(*(const char *)arg);
	return NULL;
}

static void make_ready(struct uk_timer *timer __unused, void *arg __unused)
{
	ready = 1;
	uk_waitq_wake_up(&wq);
}

UK_TESTCASE(uksched, a_handler_wakes_waiters_in_order)
{
	struct uk_timer timer = UK_TIMER_INIT(make_ready, NULL);
	struct uk_thread *t[3];

	forget();
	ready = 0;
	for (int i = 0; i < 3; i++)
		t[i] = uk_thread_create("waiter", waiter, (void *)&"xyz"[i]);
	uk_sched_yield();
	UK_TEST_EXPECT_ZERO(strcmp(uk_thread_state_name(t[0]), "waiting"));
	UK_TEST_EXPECT_UNUM_EQ(uk_waitq_wake_up_one(&wq), 1); /* in vain */
	uk_sched_yield();
	uk_timer_start(&timer, uk_time_monotonic() + MS);
	for (int i = 0; i < 3; i++)
		uk_thread_join(t[i], NULL);
	/* The one that was woken in vain came back as the last. */
	UK_TEST_EXPECT_ZERO(strcmp(order, "yzx"));
	UK_TEST_EXPECT(uk_waitq_empty(&wq));
}

UK_TESTCASE(uksched, waiting_ends_at_its_deadline)
{
	__nsec start = uk_time_monotonic();
	struct uk_semaphore s = UK_SEMAPHORE_INITIALIZER(1);

	UK_TEST_EXPECT_SNUM_EQ(
		uk_waitq_wait_event_deadline(&wq, 0, start + 3 * MS),
		-ETIMEDOUT);
	UK_TEST_EXPECT_UNUM_GE(uk_time_monotonic(), start + 3 * MS);
	UK_TEST_EXPECT(uk_waitq_empty(&wq));
	UK_TEST_EXPECT_ZERO(uk_waitq_wait_event_deadline(&wq, 1, start));
	UK_TEST_EXPECT_ZERO(uk_semaphore_down_until(&s, start));
	UK_TEST_EXPECT_SNUM_EQ(uk_semaphore_down_until(&s, start), -ETIMEDOUT);
	UK_TEST_EXPECT_ZERO(uk_semaphore_down_try(&s));
	UK_TEST_EXPECT_ZERO(s.count);
}

static struct uk_mutex mutex = UK_MUTEX_INITIALIZER(0);

static void *locker(void *arg)
{
	uk_mutex_lock(&mutex);
	note(*(const char *)arg);
	uk_sched_yield();
	note(*(const char *)arg);
	uk_mutex_unlock(&mutex);
	return NULL;
}

UK_TESTCASE(uksched, mutex_excludes_and_is_handed_on)
{
	struct uk_thread *t[3];

	forget();
	uk_mutex_lock(&mutex);
	for (int i = 0; i < 3; i++)
		t[i] = uk_thread_create("locker", locker, (void *)&"pqr"[i]);
	uk_sched_yield();
	UK_TEST_EXPECT_ZERO(uk_mutex_trylock(&mutex));
	UK_TEST_EXPECT_SNUM_EQ(
		uk_mutex_lock_until(&mutex, uk_time_monotonic() + MS),
		-ETIMEDOUT);
	uk_mutex_unlock(&mutex);
	UK_TEST_EXPECT(uk_mutex_is_locked(&mutex));
	UK_TEST_EXPECT(!uk_mutex_is_mine(&mutex));
	for (int i = 0; i < 3; i++)
		uk_thread_join(t[i], NULL);
	UK_TEST_EXPECT_ZERO(strcmp(order, "ppqqrr"));
	UK_TEST_EXPECT(!uk_mutex_is_locked(&mutex));
}

UK_TESTCASE(uksched, recursive_mutex_counts)
{
	struct uk_mutex m = UK_MUTEX_INITIALIZER(UK_MUTEX_CONFIG_RECURSE);

	uk_mutex_lock(&m);
	UK_TEST_EXPECT(uk_mutex_trylock(&m));
	uk_mutex_lock(&m);
	for (int i = 0; i < 3; i++) {
		UK_TEST_EXPECT(uk_mutex_is_mine(&m));
		uk_mutex_unlock(&m);
	}
	UK_TEST_EXPECT(!uk_mutex_is_locked(&m));
}

static void give(struct uk_timer *timer, void *arg)
{
	static int given;

	uk_semaphore_up(arg);
	if (++given % 10)
		uk_timer_forward(timer, MS);
}

UK_TESTCASE(uksched, semaphore_counts_what_a_handler_gives)
{
	struct uk_semaphore s = UK_SEMAPHORE_INITIALIZER(0);
	struct uk_timer timer = UK_TIMER_INIT(give, &s);
	int got = 0;

	uk_timer_start(&timer, uk_time_monotonic());
	while (got < 10 &&
	       !uk_semaphore_down_until(&s, uk_time_monotonic() + BOUND))
		got++;
	UK_TEST_EXPECT_SNUM_EQ(got, 10);
	UK_TEST_EXPECT_ZERO(uk_semaphore_down_try(&s));
}

/* --- what each thread has for itself --------------------------------------*/

static __thread int initial = 42;
static __thread char wide[80] __aligned(64);
static __thread __u64 zero;

static void *own_variables(void *arg __unused)
{
	int ok = initial == 42 && !zero && !((__uptr)wide & 63);

	for (unsigned int i = 0; i < sizeof(wide); i++)
		ok &= !wide[i];
	initial = 7;
	zero = 1;
	memset(wide, 1, sizeof(wide));
	uk_sched_yield();
	return (void *)(__uptr)(ok && initial == 7 && zero == 1);
}

UK_TESTCASE(uksched, thread_local_variables)
{
	struct uk_thread *a = uk_thread_create("a", own_variables, NULL);
	struct uk_thread *b = uk_thread_create("b", own_variables, NULL);
	void *ok_a, *ok_b;

	UK_TEST_EXPECT_SNUM_EQ(initial, 42);
	initial = 1;
	UK_TEST_EXPECT_UNUM_NQ(uk_thread_tls(a), uk_thread_tls(b));
	UK_TEST_EXPECT_UNUM_NQ(uk_thread_tls(a),
			       uk_thread_tls(uk_thread_current()));
	uk_thread_join(a, &ok_a);
	uk_thread_join(b, &ok_b);
	UK_TEST_EXPECT(ok_a && ok_b);
	UK_TEST_EXPECT_SNUM_EQ(initial, 1);
	UK_TEST_EXPECT_ZERO(zero);
	initial = 42;
}

static void *own_rounding(void *arg)
{
	unsigned long before = spin_control(), mine = before | (__uptr)arg;
	int ok = 1;

	spin_control_set(mine);
	for (int i = 0; i < 5; i++) {
		uk_sched_yield();
		ok &= spin_control() == mine;
	}
	spin_control_set(before);
	return (void *)(__uptr)ok;
}

UK_TESTCASE(uksched, floating_point_control_is_a_threads_own)
{
	unsigned long before = spin_control();
#ifdef CONFIG_ARCH_X86_64
	void *up = (void *)SPIN_ROUND_UP_X86_64;
#else
	void *up = (void *)SPIN_ROUND_UP_ARM64;
#endif
	struct uk_thread *a = uk_thread_create("up", own_rounding, up);
	struct uk_thread *b = uk_thread_create("nearest", own_rounding, NULL);
	void *ok_a, *ok_b;

	uk_thread_join(a, &ok_a);
	uk_thread_join(b, &ok_b);
	UK_TEST_EXPECT(ok_a && ok_b);
	UK_TEST_EXPECT_UNUM_EQ(spin_control(), before);
}

static void *stays(void *arg)
{
	uk_semaphore_down(arg);
	return NULL;
}

UK_TESTCASE(uksched, stack_has_a_guard_and_a_name)
{
	struct uk_thread_attr attr = { .name = "lean", .stack = 10000 };
	struct uk_semaphore s = UK_SEMAPHORE_INITIALIZER(0);
	const struct uk_stack *stack;
	struct uk_thread *t;
	struct __regs *regs;
	__vaddr_t guard;

	UK_TEST_ASSERT_ZERO(uk_thread_create_attr(&t, &attr, stays, &s));
	uk_sched_yield();
	UK_TEST_EXPECT_UNUM_EQ(t->stack.top - t->stack.base, 12288);
	guard = (__vaddr_t)t->stack.base - __PAGE_SIZE;
	UK_TEST_EXPECT_ZERO(uk_nofault_probe_r(guard, __PAGE_SIZE, 0));
	UK_TEST_EXPECT_UNUM_EQ(
		uk_nofault_probe_rw((__vaddr_t)t->stack.base, 12288, 0), 12288);
	stack = uk_stack_find((__vaddr_t)t->stack.base);
	UK_TEST_ASSERT_NOT_NULL(stack);
	UK_TEST_EXPECT_ZERO(strcmp(stack->name, "lean"));

	/* It stands after a call in the scheduler. */
	regs = uk_thread_regs(t);
	UK_TEST_ASSERT_NOT_NULL(regs);
	UK_TEST_EXPECT(uk_image_is_text(ukarch_regs_pc(regs)));
	UK_TEST_EXPECT_PTR_EQ(uk_stack_find(ukarch_regs_sp(regs)), stack);
	UK_TEST_EXPECT_PTR_EQ(uk_stack_find(ukarch_regs_fp(regs)), stack);
	UK_TEST_EXPECT_NULL(uk_thread_fpstate(t));
	uk_semaphore_up(&s);
	uk_thread_join(t, NULL);
	UK_TEST_EXPECT_UNUM_EQ(uk_nofault_probe_rw(guard, __PAGE_SIZE, 0),
			       __PAGE_SIZE);
}

UK_TESTCASE(uksched, a_damaged_list_ends)
{
	struct uk_semaphore s = UK_SEMAPHORE_INITIALIZER(0);
	struct uk_thread *t = uk_thread_create("t", stays, &s);
	struct uk_thread *self = uk_thread_current();
	struct uk_thread *bad[] = { self, (void *)0x123456789abc0000,
				    (void *)0x10, (void *)((char *)t + 1),
				    (void *)order };
	struct uk_thread *rest = self->next; /* idle threads, and t */
	unsigned int id;
	unsigned long flags = ukarch_irq_save();

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		self->next = bad[i];
		UK_TEST_EXPECT_NULL(uk_thread_next(self));
		UK_TEST_EXPECT(uk_threads_are_cut(self));
	}
	self->next = t;
	t->next = self;
	UK_TEST_EXPECT_PTR_EQ(uk_thread_next(self), t);
	UK_TEST_EXPECT_NULL(uk_thread_next(t));
	t->next = NULL;
	UK_TEST_EXPECT_ZERO(uk_threads_are_cut(t));
	id = t->id;
	t->id = (unsigned int)-1; /* nothing is behind it */
	t->next = self;
	UK_TEST_EXPECT_NULL(uk_thread_next(t));
	t->next = NULL;
	t->id = id;
	self->next = rest;
	ukarch_irq_restore(flags);
	uk_semaphore_up(&s);
	uk_thread_join(t, NULL);
}

/* As heap checks leave a block that was freed. */
UK_TESTCASE(uksched, a_walk_from_a_thread_that_is_gone_ends)
{
	static struct thread gone, next;

	memset(&gone, 0xdb, sizeof(gone));
	UK_TEST_EXPECT_NULL(uk_thread_next(&gone.pub));
	/* it goes while it is looked at */
	gone.pub.next = &next.pub;
	gone.pub.id = 1000;
	memset(&next, 0xdb, sizeof(next));
	next.magic = THREAD_MAGIC;
	next.pub.name = next.name;
	next.pub.id = 1001;
	UK_TEST_EXPECT_PTR_EQ(uk_thread_next(&gone.pub), &next.pub);
}

static __nsec all_time(void)
{
	struct uk_thread *t = NULL;
	__nsec sum = uk_sched_idle_time();

	while ((t = uk_thread_next(t)))
		if (!sched_is_idle((struct thread *)t))
			sum += uk_thread_cpu_time(t);
	return sum;
}

/* Each nanosecond of each CPU is some thread's, or idle. */
UK_TESTCASE(uksched, time_is_accounted_for)
{
	struct uk_semaphore s = UK_SEMAPHORE_INITIALIZER(0);
	struct uk_thread *t = uk_thread_create("t", stays, &s);
	__nsec cpus = (__nsec)__builtin_popcountl(uk_sched_cpus());
	__nsec from[2], to[2], first, last;
	unsigned long flags = ukarch_irq_save();

	from[0] = uk_time_monotonic();
	first = all_time();
	from[1] = uk_time_monotonic();
	ukarch_irq_restore(flags);
	uk_sched_yield();
	uk_thread_sleep(5 * MS);
	for (volatile int i = 0; i < 100000; i++)
		;
	flags = ukarch_irq_save();
	to[0] = uk_time_monotonic();
	last = all_time();
	to[1] = uk_time_monotonic();
	ukarch_irq_restore(flags);
	UK_TEST_EXPECT_UNUM_GE(last - first, cpus * (to[0] - from[1]));
	UK_TEST_EXPECT_UNUM_LE(last - first, cpus * (to[1] - from[0]));
	UK_TEST_EXPECT_UNUM_EQ(t->switches, 1);
	uk_semaphore_up(&s);
	uk_thread_join(t, NULL);
}

/* The order must be predictable: one CPU, and no thread is preempted. */
static int no_slices(struct uk_testsuite *suite __unused)
{
#ifdef CONFIG_LIBUKSCHED_PREEMPT
	uksched_slice_us = 1000000000;
#endif
	return uk_thread_set_affinity(uk_thread_current(), 1);
}

uk_testsuite_register(uksched, no_slices);
