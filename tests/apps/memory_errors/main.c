/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Mistakes with the heap, each by its name; test_memory_errors.py reads the
 * crash screens, and finds the lines of the calls by their comments. Pointers
 * and lengths pass through `hide`, so that the compiler removes no mistake.
 *
 * Without an argument all those that leave something to be found, one after
 * the other: the command `heap check` describes it, then it is undone.
 * With `leaks`: blocks that something points to, and some that nothing does.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uk/cmd.h>
#include <uk/semaphore.h>

static char *hide(char *p)
{
	__asm__ volatile("" : "+r"(p) : : "memory");
	return p;
}

static __attribute__((noinline)) char *allocates(size_t size)
{
	return hide(malloc(size)); /* allocates */
}

static __attribute__((noinline)) void frees(char *p)
{
	free(hide(p)); /* frees */
}

static char *volatile victim;
static struct {
	char *at;
	size_t count;
	char were[8];
} changed;

static void change(int at, size_t count)
{
	changed.at = victim + at;
	changed.count = count;
	memcpy(changed.were, changed.at, count);
	while (count--)
		changed.at[count] ^= 1;
}
static void past_the_end(void)
{
	victim = allocates(20);
	change(20, 1);
}

static void past_a_multiple(void)
{
	victim = allocates(24);
	change(24, 8);
}

static void before(void)
{
	victim = allocates(24);
	change(-1, 1);
}

static void freed(void)
{
	victim = allocates(100);
	frees(victim);
	change(8, 1);
}

static void freed_far(void)
{
	victim = allocates(4096);
	frees(victim);
	change(2000, 1);
}

/* What is freed the second time is another block's memory by then, if it may
 * be.
 */
static void twice(void)
{
	char *p = allocates(40), *q;

	frees(p);
	q = hide(malloc(40));
	frees(p);
	frees(q);
}

static void inside(void)
{
	frees(allocates(64) + 16);
}

static void no_block(void)
{
	static char data[64];

	frees(data + 16);
}

/* A list whose elements are freed before their link is read. */
static void freed_link(void)
{
	char *first = allocates(64), *next;

	frees(first);
	memcpy(&next, hide(first) + 32, sizeof(next));
	frees(next);
}

/* It is found when the memory is used again. */
static void used_again(void)
{
	freed_far();
	while (1)
		frees(hide(malloc(4096)));
}

/* A list of which the first member is freed, and followed. */
static void follows(void)
{
	char **list = (char **)allocates(40);

	frees((char *)list);
	list = (char **)hide((char *)list);
	list = (char **)list[0];
	hide(list[1]);
}

static const struct {
	const char *name;
	void (*does)(void);
	int leaves; /* something to be found */
} kinds[] = {
	{ "past-the-end", past_the_end, 1 },
	{ "past-a-multiple", past_a_multiple, 1 },
	{ "before", before, 1 },
	{ "freed", freed, 1 },
	{ "freed-far", freed_far, 1 },
	{ "twice", twice, 0 },
	{ "inside", inside, 0 },
	{ "no-block", no_block, 0 },
	{ "freed-link", freed_link, 0 },
	{ "used-again", used_again, 0 },
	{ "follows", follows, 0 },
};

/* --- leaks -------------------------------------------------------------- */

static struct uk_semaphore ready, done;
static volatile int finished;
static char *volatile kept_by_data, *volatile kept_inside, *volatile disguised;

static __attribute__((noinline)) void loses(void)
{
	volatile int count = 3; /* a loop for each compiler: one trace */

	while (count--)
		hide(malloc(50)); /* lost */
}

/* Each points to the other one, and nothing else does. */
static __attribute__((noinline)) void ring(void)
{
	char **a = (char **)hide(malloc(64)); /* ring */
	char **b = (char **)hide(malloc(80)); /* ring */

	*a = hide((char *)b);
	*b = hide((char *)a);
}

static __attribute__((noinline)) void disguises(void)
{
	disguised = (char *)~(uintptr_t)hide(malloc(30)); /* disguised */
}

static __attribute__((noinline)) void keeps(void)
{
	kept_by_data = hide(malloc(70));
	*(char **)kept_by_data = hide(malloc(71));
	kept_inside = hide(malloc(72)) + 40;
}

static void *holds(void *arg)
{
	char *volatile block = malloc(73);
	int several = sysconf(_SC_NPROCESSORS_ONLN) > 1;
	char *only = malloc(75); /* in a register */

	uk_semaphore_up(&ready);
	while (several && !finished) /* on a CPU of its own */
		__asm__ volatile("" : "+r"(only));
	uk_semaphore_down(&done);
	free(block);
	free(only);
	return NULL;
}

static void out(struct uk_cmd_io *io, const char *text, __sz len)
{
	fwrite(text, 1, len, stdout);
}

static void run(const char *line)
{
	struct uk_cmd_io io = { .out = out };
	int ret = uk_cmd_run(&io, line, strlen(line));

	printf("%s = %d\n", line, ret);
}

static int check_each(void)
{
	run("heap check");
	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (!kinds[i].leaves)
			continue;
		kinds[i].does();
		printf("kind %s: %p\n", kinds[i].name, (void *)victim);
		run("heap check");
		memcpy(changed.at, changed.were, changed.count);
	}
	run("heap check");
	return 0;
}

/* For a debugger; with `crash` a core file is written. */
static __attribute__((noinline)) void all_is_there(int crash)
{
	__asm__ volatile("" ::: "memory");
	if (crash)
		abort();
}

static int leaks(int crash)
{
	char *volatile mine = malloc(74);
	pthread_t thread;

	uk_semaphore_init(&ready, 0);
	uk_semaphore_init(&done, 0);
	pthread_create(&thread, NULL, holds, NULL);
	uk_semaphore_down(&ready);
	run("leaks");
	loses();
	ring();
	disguises();
	keeps();
	run("leaks");
	run("leaks 1");
	run("heap");
	run("heap 1");
	run("heap check");
	all_is_there(crash);
	finished = 1;
	uk_semaphore_up(&done);
	pthread_join(thread, NULL);
	free(mine);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return check_each();
	if (!strcmp(argv[1], "leaks"))
		return leaks(argc > 2);
	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(argv[1], kinds[i].name)) {
			kinds[i].does();
			if (argc > 2)
				frees(victim);
			return 0;
		}
	return 1;
}
