/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The C library's state of each thread, and what all share.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "scenes.h"

#define MANY 6
#define ROUNDS 2000

static int mistakes;

static void run_many(void *(*func)(void *))
{
	pthread_t t[MANY];

	for (unsigned long i = 0; i < MANY; i++)
		if (pthread_create(&t[i], NULL, func, (void *)i))
			exit(20);
	for (int i = 0; i < MANY; i++)
		pthread_join(t[i], NULL);
}

static void wrong(void)
{
	__atomic_add_fetch(&mistakes, 1, __ATOMIC_RELAXED);
}

/* errno, strtok's place and rand's numbers are a thread's own. */
static void *own_errno(void *arg)
{
	int mine = 100 + (int)(long)arg;
	char text[] = "a b c d e f", *word;

	word = strtok(text, " ");
	for (int i = 0; i < ROUNDS; i++) {
		errno = mine;
		if (i % 16 == 0)
			sched_yield();
		if (errno != mine)
			wrong();
		if (strtol("99999999999999999999", NULL, 10) < 0 ||
		    errno != ERANGE)
			wrong();
		if (i % (ROUNDS / 5) == 0 && (i == 0 || word)) {
			if (i && word[0] != 'a' + i / (ROUNDS / 5))
				wrong();
			word = strtok(NULL, " ");
		}
	}
	return NULL;
}

int scene_errno(void)
{
	mistakes = 0;
	run_many(own_errno);
	return mistakes;
}

/* The test looks at them. */
static void *prints(void *arg)
{
	for (int i = 0; i < 50; i++)
		printf("line %lu %d %s %.3f end\n", (unsigned long)arg, i,
		       "abcdefghijklmnopqrstuvwxyz", (double)i / 8);
	return NULL;
}

int scene_lines(void)
{
	run_many(prints);
	return 0;
}

static pthread_once_t once[50];
static pthread_key_t keys[4];
static int inits;

static void init(void)
{
	__atomic_add_fetch(&inits, 1, __ATOMIC_RELAXED);
	sched_yield();
}

/* Once each, values by key, memory and the environment. */
static void *shares(void *arg)
{
	char name[16], value[16];

	snprintf(name, sizeof(name), "NAME%lu", (unsigned long)arg);
	for (int i = 0; i < 50; i++) {
		void *block = malloc((size_t)(i * 37 % 500 + 1));

		if (!block)
			wrong();
		pthread_once(&once[i], init);
		if (inits < i + 1)
			wrong();
		pthread_setspecific(keys[i % 4], block);
		snprintf(value, sizeof(value), "%d", i);
		setenv(name, value, 1);
		if (!getenv(name) || strcmp(getenv(name), value))
			wrong();
		if (pthread_getspecific(keys[i % 4]) != block)
			wrong();
		pthread_setspecific(keys[i % 4], NULL);
		free(block);
	}
	return NULL;
}

int scene_once(void)
{
	mistakes = 0;
	for (int i = 0; i < 4; i++)
		pthread_key_create(&keys[i], NULL);
	run_many(shares);
	return mistakes + (inits != 50);
}

/* --- names of POSIX and glibc for CPUs ------------------------------------*/

static unsigned int cpus_of_all;

static cpu_set_t only(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return set;
}

static int has(pthread_t thread, cpu_set_t set)
{
	cpu_set_t now;

	return !pthread_getaffinity_np(thread, sizeof(now), &now) &&
	       CPU_EQUAL(&now, &set);
}

static void *where(void *arg)
{
	sched_yield();
	return (void *)((long)arg + sched_getcpu());
}

/* The CPU that a thread with an attribute, and this one, run on. */
static void pin(unsigned int cpu)
{
	cpu_set_t set = only(cpu), read;
	pthread_attr_t attr;
	void *result = NULL;
	pthread_t t;

	if (pthread_setaffinity_np(pthread_self(), sizeof(set), &set) ||
	    sched_getcpu() != (int)cpu || !has(pthread_self(), set))
		wrong();
	pthread_attr_init(&attr);
	set = only((cpu + 1) % cpus_of_all);
	if (pthread_attr_setaffinity_np(&attr, sizeof(set), &set) ||
	    pthread_attr_getaffinity_np(&attr, sizeof(read), &read) ||
	    !CPU_EQUAL(&read, &set) ||
	    pthread_create(&t, &attr, where, (void *)100L))
		return wrong();
	if (!has(t, set) || pthread_join(t, &result) ||
	    (long)result != 100 + (cpu + 1) % cpus_of_all)
		wrong();
}

/* What is refused changes nothing. */
static void refuse(void)
{
	cpu_set_t none, high = only(CPU_SETSIZE - 1), before;
	pthread_attr_t attr;
	pthread_t t;

	CPU_ZERO(&none);
	pthread_getaffinity_np(pthread_self(), sizeof(before), &before);
	if (pthread_setaffinity_np(pthread_self(), 0, &before) != EINVAL ||
	    pthread_setaffinity_np(pthread_self(), sizeof(none), &none) !=
		    EINVAL ||
	    pthread_setaffinity_np(pthread_self(), sizeof(high), &high) !=
		    EINVAL ||
	    pthread_getaffinity_np(pthread_self(), 0, &none) != EINVAL ||
	    !has(pthread_self(), before))
		wrong();
	pthread_attr_init(&attr);
	if (pthread_attr_setaffinity_np(&attr, sizeof(none), &none) != EINVAL ||
	    pthread_attr_setaffinity_np(&attr, sizeof(high), &high) ||
	    pthread_create(&t, &attr, where, NULL) != EINVAL)
		wrong();
}

int scene_posix(void)
{
	cpu_set_t all;

	mistakes = 0;
	cpus_of_all = (unsigned int)sysconf(_SC_NPROCESSORS_ONLN);
	if (cpus_of_all != cpus() ||
	    sysconf(_SC_NPROCESSORS_CONF) != (long)cpus_of_all ||
	    pthread_getaffinity_np(pthread_self(), sizeof(all), &all) ||
	    CPU_COUNT(&all) != (int)cpus_of_all || !CPU_ISSET(0, &all))
		wrong();
	for (unsigned int cpu = 0; cpu < cpus_of_all; cpu++)
		pin(cpu);
	refuse();
	if (pthread_setaffinity_np(pthread_self(), sizeof(all), &all) ||
	    !has(pthread_self(), all))
		wrong();
	return mistakes;
}
