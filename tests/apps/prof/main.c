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
#include <uk/mutex.h>
#include <uk/plat/image.h>
#include <uk/prof.h>
#include <uk/sched.h>
#include <uk/symtab.h>

#define ROUNDS 80000UL /* of a loop for one of a hundred parts */
#define NOINLINE __attribute__((noinline))

static volatile unsigned long sum;

/*
 * Equal loops, so that rounds are shares of the time, but not equal functions,
 * of which the compiler makes one. Each in one page: QEMU's TCG takes five
 * times as long for a loop over the end of one.
 */
#define WORK(name)                                                    \
	static volatile unsigned long sum_##name;                     \
	static NOINLINE __aligned(256) void name(unsigned long parts) \
	{                                                             \
		for (unsigned long i = 0; i < parts * ROUNDS; i++)    \
			sum_##name += i;                              \
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

/* More call traces than a table keeps: each way through both calls is one. */
static NOINLINE unsigned long way(unsigned long ways, unsigned int depth,
				  unsigned long n)
{
	if (depth && ways & 1)
		return way(ways >> 1, depth - 1, n + 1) + sum;
	if (depth)
		return way(ways >> 1, depth - 1, n - 1) - sum;
	for (unsigned long i = 0; i < ROUNDS / 4; i++)
		sum += n;
	return sum;
}

static NOINLINE void many(void)
{
	for (unsigned long ways = 0; ways < 1024; ways++)
		way(ways, 10, ways);
}

static __nsec rule_at(__uptr pc)
{
	struct uk_unwind_rule rule;
	__nsec began = uk_time_monotonic();

	uk_symtab_unwind_rule(pc, &rule);
	return uk_time_monotonic() - began;
}

/* What the unwind rule of a function's beginning costs, twice. */
static int rule_costs(const struct uk_symbol *sym, void *arg)
{
	__nsec *most = arg, first, again;

	if (!uk_image_is_text(sym->start))
		return 0;
	first = rule_at(sym->start);
	again = rule_at(sym->start);
	most[0] = MAX(most[0], first);
	most[1] = MAX(most[1], again);
	return 0;
}

static void rules(void)
{
	__nsec most[2] = { 0 };

	uk_symtab_foreach(rule_costs, most);
	printf("rules: at most %lu ns, again %lu ns\n", most[0], most[1]);
}

/* Blocks that stay. */
static NOINLINE void keep(void)
{
	static void *volatile kept[3];

	for (unsigned int i = 0; i < ARRAY_SIZE(kept); i++)
		kept[i] = malloc(1000);
}

static struct uk_mutex gate = UK_MUTEX_INITIALIZER(0);

static NOINLINE void *enter(void *arg)
{
	uk_mutex_lock(&gate);
	uk_mutex_unlock(&gate);
	return arg;
}

static NOINLINE void waits(void)
{
	struct uk_thread_attr attr = { .name = "blocked" };
	struct uk_thread *t;

	uk_mutex_lock(&gate);
	if (uk_thread_create_attr(&t, &attr, enter, NULL))
		exit(2);
	uk_thread_sleep(200000000);
	uk_mutex_unlock(&gate);
	uk_thread_join(t, NULL);
}

static void __noreturn forever(void)
{
	for (;;) {
		work();
		uk_thread_sleep(1000000);
	}
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
		many();
	else if (!strcmp(word, "rules"))
		rules();
	else if (!strcmp(word, "waits"))
		waits();
	else if (!strcmp(word, "keep"))
		keep();
	else if (!strcmp(word, "forever"))
		forever();
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
