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
