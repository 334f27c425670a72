/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What the standard says of each function that there is.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>
#include <uk/test.h>
#include <uk/thread.h>

#define NSEC_PER_SEC 1000000000L

static struct timespec after_ms(clockid_t clock, long ms)
{
	struct timespec t;

	clock_gettime(clock, &t);
	t.tv_nsec += ms * 1000000;
	t.tv_sec += t.tv_nsec / NSEC_PER_SEC;
	t.tv_nsec %= NSEC_PER_SEC;
	return t;
}

static int is_past(clockid_t clock, const struct timespec *t)
{
	struct timespec now = after_ms(clock, 0);

	return now.tv_sec > t->tv_sec ||
	       (now.tv_sec == t->tv_sec && now.tv_nsec >= t->tv_nsec);
}

static void *returns(void *arg)
{
	return arg;
}

static void *exits(void *arg)
{
	pthread_exit(arg);
}

UK_TESTCASE(ukpthread, create_join_exit)
{
	pthread_t t;
	void *result;

	UK_TEST_ASSERT_ZERO(pthread_create(&t, NULL, returns, &t));
	UK_TEST_EXPECT(!pthread_equal(t, pthread_self()));
	UK_TEST_EXPECT_ZERO(pthread_join(t, &result));
	UK_TEST_EXPECT_PTR_EQ(result, &t);
	UK_TEST_ASSERT_ZERO(pthread_create(&t, NULL, exits, &result));
	UK_TEST_EXPECT_ZERO(pthread_join(t, &result));
	UK_TEST_EXPECT_PTR_EQ(result, &result);
	UK_TEST_EXPECT_SNUM_EQ(pthread_join(pthread_self(), NULL), EDEADLK);
}

static void *stack_size(void *arg)
{
	char name[32];

	pthread_setname_np(pthread_self(), "renamed");
	if (pthread_setname_np(pthread_self(),
			       "a name of thirty-two characters.") != ERANGE ||
	    pthread_getname_np(pthread_self(), name, 7) != ERANGE ||
	    pthread_getname_np(pthread_self(), name, sizeof(name)) ||
	    strcmp(name, "renamed"))
		return NULL;
	/* nothing that a terminal obeys, or that forges a line of a log */
	if (pthread_setname_np(pthread_self(),
			       "\033[31m\nCRIT: \177\303\266") ||
	    pthread_getname_np(pthread_self(), name, sizeof(name)) ||
	    strcmp(name, "?[31m?CRIT: ?\303\266"))
		return NULL;
	return (void *)(pthread_self()->stack.top - pthread_self()->stack.base);
}

UK_TESTCASE(ukpthread, attributes)
{
	pthread_attr_t attr;
	pthread_t t;
	void *result;
	size_t size;
	int state;

	pthread_attr_init(&attr);
	UK_TEST_EXPECT_SNUM_EQ(pthread_attr_setstacksize(&attr, 100), EINVAL);
	UK_TEST_EXPECT_ZERO(pthread_attr_setstacksize(&attr, 32768));
	UK_TEST_EXPECT_ZERO(pthread_attr_getstacksize(&attr, &size));
	UK_TEST_EXPECT_UNUM_EQ(size, 32768);
	UK_TEST_ASSERT_ZERO(pthread_create(&t, &attr, stack_size, NULL));
	UK_TEST_EXPECT_ZERO(pthread_join(t, &result));
	UK_TEST_EXPECT_UNUM_EQ((unsigned long)result, 32768);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_getdetachstate(&attr, &state);
	UK_TEST_EXPECT_SNUM_EQ(state, PTHREAD_CREATE_DETACHED);
	UK_TEST_ASSERT_ZERO(pthread_create(&t, &attr, returns, NULL));
	UK_TEST_EXPECT_SNUM_EQ(pthread_join(t, NULL), EINVAL);
	pthread_attr_destroy(&attr);
	UK_TEST_ASSERT_ZERO(pthread_create(&t, NULL, returns, NULL));
	UK_TEST_EXPECT_ZERO(pthread_detach(t));
	sched_yield();
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int trylock_rc, unlock_rc;

static void *others_mutex(void *arg)
{
	struct timespec t = after_ms(CLOCK_REALTIME, 3);

	trylock_rc = pthread_mutex_trylock(arg);
	unlock_rc = pthread_mutex_unlock(arg);
	return (void *)(long)(pthread_mutex_timedlock(arg, &t) * 2 +
			      is_past(CLOCK_REALTIME, &t));
}

static void *lock_and_unlock(void *arg)
{
	return (void *)(long)(pthread_mutex_lock(arg) ||
			      pthread_mutex_unlock(arg));
}

UK_TESTCASE(ukpthread, mutex_of_another)
{
	pthread_t t;
	void *rc;

	UK_TEST_EXPECT_ZERO(pthread_mutex_lock(&mutex));
	pthread_create(&t, NULL, others_mutex, &mutex);
	pthread_join(t, &rc);
	UK_TEST_EXPECT_SNUM_EQ(trylock_rc, EBUSY);
	UK_TEST_EXPECT_SNUM_EQ(unlock_rc, EPERM);
	UK_TEST_EXPECT_SNUM_EQ((long)rc, ETIMEDOUT * 2 + 1);
	pthread_create(&t, NULL, lock_and_unlock, &mutex);
	sched_yield();
	UK_TEST_EXPECT_SNUM_EQ(pthread_mutex_destroy(&mutex), EBUSY);
	UK_TEST_EXPECT_ZERO(pthread_mutex_unlock(&mutex));
	pthread_join(t, &rc);
	UK_TEST_EXPECT_NULL(rc);
	UK_TEST_EXPECT_ZERO(pthread_mutex_destroy(&mutex));
}

UK_TESTCASE(ukpthread, mutex_types)
{
	struct timespec soon = after_ms(CLOCK_REALTIME, 1);
	struct timespec bad = { .tv_nsec = NSEC_PER_SEC };
	pthread_mutexattr_t attr;
	pthread_mutex_t m;

	pthread_mutexattr_init(&attr);
	UK_TEST_EXPECT_SNUM_EQ(pthread_mutexattr_settype(&attr, 7), EINVAL);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&m, &attr);
	UK_TEST_EXPECT_ZERO(pthread_mutex_lock(&m));
	UK_TEST_EXPECT_ZERO(pthread_mutex_lock(&m));
	UK_TEST_EXPECT_ZERO(pthread_mutex_trylock(&m));
	for (int i = 0; i < 3; i++)
		UK_TEST_EXPECT_ZERO(pthread_mutex_unlock(&m));
	UK_TEST_EXPECT_SNUM_EQ(pthread_mutex_unlock(&m), EPERM);

	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
	pthread_mutex_init(&m, &attr);
	UK_TEST_EXPECT_ZERO(pthread_mutex_lock(&m));
	UK_TEST_EXPECT_SNUM_EQ(pthread_mutex_lock(&m), EDEADLK);
	UK_TEST_EXPECT_SNUM_EQ(pthread_mutex_trylock(&m), EBUSY);
	UK_TEST_EXPECT_ZERO(pthread_mutex_unlock(&m));

	/* A normal one deadlocks: seen by its time being up. */
	pthread_mutex_init(&m, NULL);
	UK_TEST_EXPECT_ZERO(pthread_mutex_lock(&m));
	UK_TEST_EXPECT_SNUM_EQ(pthread_mutex_timedlock(&m, &bad), EINVAL);
	UK_TEST_EXPECT_SNUM_EQ(pthread_mutex_timedlock(&m, &soon), ETIMEDOUT);
	UK_TEST_EXPECT_ZERO(pthread_mutex_unlock(&m));
}

/* --- condition variables: a bounded buffer --------------------------------*/

#define ITEMS 2000
#define ROOM 4

static pthread_cond_t not_full = PTHREAD_COND_INITIALIZER;
static pthread_cond_t not_empty = PTHREAD_COND_INITIALIZER;
static unsigned int fill, taken;

static void *producer(void *arg __unused)
{
	for (int i = 0; i < ITEMS; i++) {
		pthread_mutex_lock(&mutex);
		while (fill == ROOM)
			pthread_cond_wait(&not_full, &mutex);
		fill++;
		pthread_cond_signal(&not_empty);
		pthread_mutex_unlock(&mutex);
	}
	return NULL;
}

static void *consumer(void *arg __unused)
{
	for (int i = 0; i < ITEMS; i++) {
		pthread_mutex_lock(&mutex);
		while (!fill)
			pthread_cond_wait(&not_empty, &mutex);
		fill--;
		taken++;
		pthread_cond_broadcast(&not_full);
		pthread_mutex_unlock(&mutex);
	}
	return NULL;
}

UK_TESTCASE(ukpthread, bounded_buffer)
{
	pthread_t t[4];

	fill = taken = 0;
	for (int i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, i & 1 ? producer : consumer, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	UK_TEST_EXPECT_UNUM_EQ(taken, 2 * ITEMS);
	UK_TEST_EXPECT_ZERO(fill);
}

UK_TESTCASE(ukpthread, condition_times_out)
{
	struct timespec t = after_ms(CLOCK_REALTIME, 3);
	pthread_condattr_t attr;
	pthread_cond_t cond;

	pthread_mutex_lock(&mutex);
	UK_TEST_EXPECT_SNUM_EQ(pthread_cond_timedwait(&not_empty, &mutex, &t),
			       ETIMEDOUT);
	UK_TEST_EXPECT(is_past(CLOCK_REALTIME, &t));
	pthread_condattr_init(&attr);
	UK_TEST_EXPECT_ZERO(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC));
	pthread_cond_init(&cond, &attr);
	t = after_ms(CLOCK_MONOTONIC, 3);
	UK_TEST_EXPECT_SNUM_EQ(pthread_cond_timedwait(&cond, &mutex, &t),
			       ETIMEDOUT);
	UK_TEST_EXPECT(is_past(CLOCK_MONOTONIC, &t));
	UK_TEST_EXPECT_ZERO(pthread_cond_destroy(&cond));
	UK_TEST_EXPECT_ZERO(pthread_mutex_unlock(&mutex));
	UK_TEST_EXPECT_SNUM_EQ(pthread_cond_wait(&cond, &mutex), EPERM);
}

/* --- keys, once -----------------------------------------------------------*/

static pthread_key_t key;
static unsigned int destroyed;

/* Comes back once, as the standard allows. */
static void destructor(void *value)
{
	if (destroyed++ == 0)
		pthread_setspecific(key, value);
}

static void *has_a_value(void *arg)
{
	void *before = pthread_getspecific(key);

	pthread_setspecific(key, arg);
	sched_yield();
	return (void *)(long)(!before && pthread_getspecific(key) == arg);
}

UK_TESTCASE(ukpthread, keys)
{
	pthread_key_t many[PTHREAD_KEYS_MAX];
	pthread_t t;
	void *ok;
	int n = 0;

	UK_TEST_ASSERT_ZERO(pthread_key_create(&key, destructor));
	pthread_setspecific(key, &n);
	pthread_create(&t, NULL, has_a_value, &t);
	pthread_join(t, &ok);
	UK_TEST_EXPECT_NOT_NULL(ok);
	UK_TEST_EXPECT_UNUM_EQ(destroyed, 2);
	UK_TEST_EXPECT_PTR_EQ(pthread_getspecific(key), &n);
	while (n < PTHREAD_KEYS_MAX && !pthread_key_create(&many[n], NULL))
		n++;
	UK_TEST_EXPECT_SNUM_EQ(n, PTHREAD_KEYS_MAX - 1);
	while (n--)
		pthread_key_delete(many[n]);
	UK_TEST_EXPECT_ZERO(pthread_key_delete(key));
	UK_TEST_EXPECT_SNUM_EQ(pthread_setspecific(key, &n), EINVAL);
	UK_TEST_ASSERT_ZERO(pthread_key_create(&key, NULL));
	UK_TEST_EXPECT_NULL(pthread_getspecific(key));
	pthread_key_delete(key);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int inits, finished;

static void init_slowly(void)
{
	inits++;
	for (int i = 0; i < 5; i++)
		sched_yield();
	finished = 1;
}

static void *init_once(void *arg __unused)
{
	pthread_once(&once, init_slowly);
	return (void *)(long)finished;
}

UK_TESTCASE(ukpthread, once)
{
	pthread_t t[3];
	void *ok;

	for (int i = 0; i < 3; i++)
		pthread_create(&t[i], NULL, init_once, NULL);
	for (int i = 0; i < 3; i++) {
		pthread_join(t[i], &ok);
		UK_TEST_EXPECT_NOT_NULL(ok);
	}
	UK_TEST_EXPECT_SNUM_EQ(inits, 1);
}

uk_testsuite_register(ukpthread, NULL);
