/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Functions of known shares. Arguments are commands and scenes, in their order;
 * "write" prints profile.proto in hexadecimal digits.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uk/arch/lcpu.h>
#include <uk/cmd.h>
#include <uk/prof.h>
#include <uk/sched.h>

#define ROUNDS 80000UL /* of a loop for one of a hundred parts */
#define NOINLINE __attribute__((noinline))

static volatile unsigned long sum;

/*
 * Equal loops, so that rounds are shares of the time, but not equal functions,
 * of which the compiler makes one.
 */
#define WORK(name)                                                 \
	static volatile unsigned long sum_##name;                  \
	static NOINLINE void name(unsigned long parts)             \
	{                                                          \
		for (unsigned long i = 0; i < parts * ROUNDS; i++) \
			sum_##name += i;                           \
	}

WORK(fifty)
WORK(thirty)
WORK(irq_off_twenty)

static NOINLINE void work(void)
{
	unsigned long flags;

	fifty(50);
	thirty(30);
	flags = ukarch_irq_save();
	irq_off_twenty(20);
	ukarch_irq_restore(flags);
}

static NOINLINE void *worker(void *arg)
{
	work();
	return arg;
}

static void on_second(void)
{
	struct uk_thread_attr attr = { .name = "second", .affinity = 2 };
	struct uk_thread *t;

	if (uk_thread_create_attr(&t, &attr, worker, NULL))
		exit(2);
	uk_thread_join(t, NULL);
}

/* More frames than a sample keeps. */
static NOINLINE unsigned long deep(unsigned long n)
{
	if (n)
		return deep(n - 1) + sum;
	thirty(30);
	return sum;
}

/* More call traces than a table keeps: each depth is one. */
static NOINLINE unsigned long many(unsigned long n)
{
	for (unsigned long i = 0; i < ROUNDS / 10; i++)
		sum += i;
	return n ? many(n - 1) + sum : sum;
}

static void print_hex(void *arg, const void *data, __sz len)
{
	for (__sz i = 0; i < len; i++)
		printf("%02x", ((const unsigned char *)data)[i]);
}

static void out(struct uk_cmd_io *io, const char *text, __sz len)
{
	fwrite(text, 1, len, stdout);
}

static void scene(const char *word)
{
	struct uk_cmd_io io = { .out = out };
	__nsec began = uk_time_monotonic();

	if (!strcmp(word, "work"))
		work();
	else if (!strcmp(word, "second"))
		on_second();
	else if (!strcmp(word, "deep"))
		deep(30);
	else if (!strcmp(word, "many"))
		many(40);
	else if (!strcmp(word, "sleep"))
		uk_thread_sleep(200000000);
	else if (!strcmp(word, "serve"))
		uk_thread_sleep(600000000000);
	else if (!strcmp(word, "write"))
		uk_prof_write(print_hex, NULL);
	else
		printf("= %d\n", uk_cmd_run(&io, word, strlen(word)));
	printf("\n%s: %lu ns\n", word, uk_time_monotonic() - began);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		scene(argv[i]);
	return 0;
}
