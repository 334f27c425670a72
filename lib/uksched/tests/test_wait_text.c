/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What a thread that waits says that it waits for.
 */
#include <string.h>
#include <uk/mutex.h>
#include <uk/sched.h>
#include <uk/semaphore.h>
#include <uk/snprintf.h>
#include <uk/test.h>
#include <uk/wait.h>

#define FAR (3600 * 1000000000UL) /* ns since boot: no test takes that long */

static struct uk_mutex mutex = UK_MUTEX_INITIALIZER(0);
static struct uk_semaphore semaphore = UK_SEMAPHORE_INITIALIZER(0);
static struct uk_waitq queue = UK_WAITQ_INIT;
static const char console[] = "com9";

static void *for_mutex(void *arg)
{
	uk_mutex_lock(&mutex);
	uk_mutex_unlock(&mutex);
	return arg;
}

static void *for_semaphore(void *arg __unused)
{
	(void)uk_semaphore_down_until(&semaphore, FAR);
	return __NULL;
}

static void *for_queue(void *arg __unused)
{
	unsigned long flags = ukarch_irq_save();

	uk_waitq_wait(&queue, UK_TIME_NEVER);
	ukarch_irq_restore(flags);
	return __NULL;
}

static void *for_input(void *arg __unused)
{
	unsigned long flags = ukarch_irq_save();

	uk_waitq_wait_for(&queue, FAR, UK_WAIT_INPUT, console);
	ukarch_irq_restore(flags);
	return __NULL;
}

static void *for_join(void *arg)
{
	uk_thread_join(arg, __NULL);
	return __NULL;
}

/* Where a mutex was locked, if that is known: tests/test_hangs.py compares it
 * with the source.
 */
static int is_place(const char *text)
{
#ifdef CONFIG_LIBUKSCHED_LOCK_PLACES
	return !strncmp(text, ", locked ", 9);
#else
	return !*text;
#endif
}

/* Whether a thread's words are these; %s is an object, by whatever name.
 * locked: a place follows.
 */
static int says_all(const struct uk_thread *t, const char *begin,
		    const void *object, const char *end, int locked)
{
	char text[UK_WAIT_TEXT_MAX], addr[32], cut[4];
	int len = uk_thread_wait_text(t, text, sizeof(text));
	const char *at = text + strlen(begin);

	uk_snprintf(addr, sizeof(addr), "0x%lx", (__uptr)object);
	if (len != (int)strlen(text) || strncmp(text, begin, strlen(begin)))
		return 0;
	at = object ? strstr(at, addr) : at;
	if (object && !at)
		return 0;
	at += object ? strlen(addr) : 0;
	at += object && *at == ')';
	if (strncmp(at, end, strlen(end)))
		return 0;
	at += strlen(end);
	return (locked ? is_place(at) : !*at) &&
	       uk_thread_wait_text(t, cut, sizeof(cut)) == 3 &&
	       !strncmp(cut, text, 3) && !cut[3];
}

static int says(const struct uk_thread *t, const char *begin,
		const void *object, const char *end)
{
	return says_all(t, begin, object, end, 0);
}

UK_TESTCASE(uksched_wait_text, kinds)
{
	struct uk_thread *m, *s, *q, *i, *j;
	char held[UK_THREAD_NAME_MAX + 32];

	uk_mutex_lock(&mutex);
	m = uk_thread_create("m", for_mutex, __NULL);
	s = uk_thread_create("s", for_semaphore, __NULL);
	q = uk_thread_create("q", for_queue, __NULL);
	i = uk_thread_create("i", for_input, __NULL);
	j = uk_thread_create("j", for_join, m);
	UK_TEST_ASSERT_NOT_NULL(m && s && q && i ? j : __NULL);
	UK_TEST_EXPECT(!uk_thread_wait_holder(m)); /* it is ready */
	while (j->state != UK_THREAD_WAITING)
		uk_sched_yield();

	uk_snprintf(held, sizeof(held), ", held by thread %u %s",
		    uk_thread_current()->id, uk_thread_current()->name);
	UK_TEST_EXPECT(says_all(m, "for mutex", &mutex, held, 1));
	UK_TEST_EXPECT(uk_thread_wait_holder(m) == uk_thread_current());
	UK_TEST_EXPECT(
		says(s, "for semaphore", &semaphore, ", until 3600.000000 s"));
	UK_TEST_EXPECT(!uk_thread_wait_holder(s));
	UK_TEST_EXPECT(says(q, "for wait queue", &queue, ""));
	UK_TEST_EXPECT(says(i, "for input of com9", __NULL, ""));
	uk_snprintf(held, sizeof(held), "for the end of thread %u m", m->id);
	UK_TEST_EXPECT(says(j, held, __NULL, ""));

	/* What a thread left may have been overwritten since. */
	mutex.owner = (struct uk_thread *)0x10;
	UK_TEST_EXPECT(says_all(m, "for mutex", &mutex,
				", held by a thread that is not listed", 1));
	mutex.owner = uk_thread_current();
	m->wait.object = (const void *)0x10;
	UK_TEST_EXPECT(says(m, "for mutex", (const void *)0x10,
			    ", held by a thread that is not listed"));

	uk_mutex_unlock(&mutex);
	uk_semaphore_up(&semaphore);
	uk_waitq_wake_up(&queue);
	uk_thread_join(s, __NULL);
	uk_thread_join(q, __NULL);
	uk_thread_join(i, __NULL);
	uk_thread_join(j, __NULL);
}

static int one_cpu(struct uk_testsuite *suite __unused)
{
	return uk_thread_set_affinity(uk_thread_current(), 1);
}

uk_testsuite_register(uksched_wait_text, one_cpu);
