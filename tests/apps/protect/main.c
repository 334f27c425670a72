/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Branch protection: damaged return addresses, jumps past landing pads, and
 * everything that leads control elsewhere by right. Scenes by name; see
 * test_branch_protection.py.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORKERS 4
#define ROUNDS 200
#define NUMBERS 16
#define TEXT 16

static jmp_buf back;
static volatile int jumps, signals;
static int numbers[NUMBERS];

/* What the changed return address leads to, on a CPU that lets it. */
static void __attribute__((noinline)) reached(void)
{
	puts("reached");
	fflush(stdout);
	exit(3);
}

static void __attribute__((noinline)) changes_its_return(void)
{
	void (*volatile * record)(void) = __builtin_frame_address(0);

	record[1] = reached;
}

static int __attribute__((noinline)) pad_is_here(int n)
{
	return n + jumps;
}

/* Past the pad, and what is stored there first: it returns, if it is let. */
static void __attribute__((noinline)) past_the_pad(void)
{
	int (*volatile inside)(int) = (int (*)(int))((char *)pad_is_here + 4);

	printf("returned %d\n", inside(1) != 0);
}

static void __attribute__((noinline)) jump_back(int n)
{
	jumps++;
	longjmp(back, n);
}

static void handler(int number)
{
	signals += number == SIGUSR1;
}

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static int __attribute__((noinline)) deep(int n)
{
	return n ? deep(n - 1) + 1 : (int)strlen("x");
}

static void *worker(void *arg)
{
	int (*volatile go_down)(int) = deep;
	int sum = 0;

	for (int i = 0; i < ROUNDS; i++) {
		sum += go_down(i % 20);
		if (i % 16 == 0)
			sched_yield();
	}
	*(int *)arg = sum;
	return arg;
}

static void at_the_end(void)
{
	puts("at exit");
}

static void newlib(char text[TEXT], int n)
{
	snprintf(text, TEXT, "%.3f", n / 7.0);
	for (int i = 0; i < NUMBERS; i++)
		numbers[i] = i * 37 % NUMBERS;
	qsort(numbers, NUMBERS, sizeof(numbers[0]), compare);
}

static void __attribute__((noinline)) waits(int n)
{
	if (n)
		waits(n - 1);
	else
		sleep(1000);
}

static void *second(void *arg)
{
	waits(1);
	return arg;
}

static void both_wait(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, second, NULL);
	pthread_setname_np(thread, "second");
	waits(3);
}

/* setjmp, signals, callbacks of newlib, threads, functions by pointer */
static int by_right(void)
{
	pthread_t threads[WORKERS];
	int sums[WORKERS], n = setjmp(back);
	char text[TEXT];

	if (n < 3)
		jump_back(n + 1);
	signal(SIGUSR1, handler);
	raise(SIGUSR1);
	newlib(text, n);
	for (int i = 0; i < WORKERS; i++)
		pthread_create(&threads[i], NULL, worker, &sums[i]);
	for (int i = 0; i < WORKERS; i++)
		pthread_join(threads[i], NULL);
	atexit(at_the_end);
	printf("%d jumps, %d signals, %d sorted, %s, sum %d\n", jumps, signals,
	       numbers[NUMBERS - 1] == NUMBERS - 1, text,
	       sums[0] + sums[WORKERS - 1]);
	return 0;
}

int main(int argc, char **argv)
{
	const char *scene = argc > 1 ? argv[1] : "";
	char text[TEXT];

	if (!strcmp(scene, "return"))
		changes_its_return();
	else if (!strcmp(scene, "pad"))
		past_the_pad();
	else if (!strcmp(scene, "newlib"))
		newlib(text, 3);
	else if (!strcmp(scene, "wait"))
		both_wait();
	else
		return by_right();
	return 0;
}
