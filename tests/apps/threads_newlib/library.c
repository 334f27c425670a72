/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What keeps state in the C library, from several threads at once.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "library.h"

#define ROUNDS 60
#define NUMBERS 200

int library_mistakes;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void expect(int ok, const char *what)
{
	if (ok)
		return;
	pthread_mutex_lock(&lock);
	library_mistakes++;
	pthread_mutex_unlock(&lock);
	printf("mistake: %s\n", what);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void sorting(unsigned int seed)
{
	double numbers[NUMBERS], sum = 0, sorted_sum = 0;
	int ordered = 1;

	for (int i = 0; i < NUMBERS; i++) {
		numbers[i] = rand_r(&seed) % 1000;
		sum += numbers[i];
	}
	qsort(numbers, NUMBERS, sizeof(*numbers), compare);
	for (int i = 0; i < NUMBERS; i++) {
		sorted_sum += numbers[i];
		ordered &= !i || numbers[i - 1] <= numbers[i];
	}
	expect(ordered && sum == sorted_sum, "qsort");
}

static __attribute__((noinline)) void jump(jmp_buf env, int value)
{
	sched_yield();
	longjmp(env, value);
}

static void jumping(void)
{
	volatile int count = 0;
	jmp_buf env;
	int value = setjmp(env);

	expect(value == count, "setjmp");
	if (count++ < 5)
		jump(env, count);
}

static void numbers_and_text(double x)
{
	char text[40], *end;

	snprintf(text, sizeof(text), "%.17g rest", x);
	expect(strtod(text, &end) == x && !strcmp(end, " rest"), "strtod");
	snprintf(text, sizeof(text), "%.1f|%5d", x, (int)x);
	expect(atof(text) - x < 0.051 && x - atof(text) < 0.051, "atof");
}

static void own_errno(int value)
{
	errno = value;
	sched_yield();
	expect(errno == value, "errno");
}

static void tokens(void)
{
	char text[20] = "one two three", *word, *rest = NULL;
	int words = 0;

	for (word = strtok_r(text, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest), words++)
		sched_yield();
	expect(words == 3, "strtok_r");
	strcpy(text, "4 words for me");
	for (words = 0, word = strtok(text, " "); word;
	     word = strtok(NULL, " "), words++)
		sched_yield();
	expect(words == 4, "strtok");
}

static void dates(long thread)
{
	time_t day = 86400L * 40 * (thread + 1);
	struct tm *tm = gmtime(&day);

	sched_yield();
	expect(tm->tm_year == 70 && tm->tm_yday == 40 * (thread + 1), "gmtime");
	expect(time(NULL) > 1500000000, "time");
}

static void blocks(unsigned int seed)
{
	char *block[20];

	for (int i = 0; i < 20; i++) {
		size_t size = rand_r(&seed) % 2000 + 1;

		block[i] = malloc(size);
		memset(block[i], i + 1, size);
		block[i] = realloc(block[i], size * 2);
		sched_yield();
	}
	for (int i = 0; i < 20; i++) {
		expect(block[i][0] == i + 1, "malloc");
		free(block[i]);
	}
}

void *library_loop(void *arg)
{
	long thread = (long)arg;

	for (int i = 0; i < ROUNDS; i++) {
		sorting((unsigned int)(thread * ROUNDS + i));
		jumping();
		numbers_and_text((double)(thread + 1) * 0.37 * (i + 1));
		own_errno((int)thread * 100 + i);
		tokens();
		dates(thread);
		blocks((unsigned int)(thread + i));
	}
	return NULL;
}
