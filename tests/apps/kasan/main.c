/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Wrong accesses, each in a function of its own; test_kasan.py finds their
 * lines by the comment `here` and reads the reports. Pointers and numbers pass
 * through `hide` and `n`, so that the compiler removes no mistake. What a
 * mistake changes is harmless: with kasan.recover=y the program goes on.
 *
 * Without an argument all of them, then what must not be reported.
 */
#include <alloca.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uk/alloc.h>
#include <uk/arch/lcpu.h>
#include <uk/plat/lcpu.h>
#include <uk/plat/time.h>

__nsec bench(void), plain(void);

static volatile int n; /* added to lengths */
static volatile int sink;

static char *hide(void *p)
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

static void heap_read(void)
{
	char *p = allocates(20);

	for (volatile int i = 0; i < 3; i++)
		sink = p[n + 20]; /* here */
}

static void heap_write(void)
{
	char *p = allocates(24);

	p[n + 24] = (char)UK_ALLOC_CANARY; /* here */
}

static void heap_before(void)
{
	char *p = allocates(24);

	sink = p[n - 1]; /* here */
}

/* The last two of the four bytes. */
static void heap_across(void)
{
	char *p = allocates(22);

	sink = *(int *)(p + n + 20); /* here */
}

/* An odd address, of which the last byte is a good one. */
static void heap_unaligned(void)
{
	char *p = allocates(24);

	sink = *(int *)(p + n - 2); /* here */
}

static void heap_freed(void)
{
	char *p = allocates(100);

	frees(p);
	sink = p[n + 8]; /* here */
}

static void heap_freed_far(void)
{
	char *p = allocates(4096);

	frees(p);
	sink = p[n + 2000]; /* here */
}

static void heap_large(void)
{
	char *p = allocates(200000);

	sink = p[n + 200000]; /* here */
	frees(p);
}

static void heap_shrunk(void)
{
	char *p = hide(realloc(allocates(100), n + 50));

	sink = p[n + 60]; /* here */
}

static void stack_end(void)
{
	char other[8], buf[20];

	hide(other);
	hide(buf);
	sink = buf[n + 20]; /* here */
}

#ifdef __clang__ /* gcc puts nothing around it */
static void alloca_end(void)
{
	char *p = hide(alloca((size_t)n + 20));

	sink = p[n + 20]; /* here */
}

static void alloca_before(void)
{
	char *p = hide(alloca((size_t)n + 24));

	sink = p[n - 1]; /* here */
}

static void array_end(void)
{
	char p[n + 40];

	hide(p);
	sink = p[n + 43]; /* here */
}
#endif

static void stack_before(void)
{
	char buf[16];

	sink = hide(buf)[n - 1]; /* here */
}

static void stack_scope(void)
{
	char *p;

	{
		char inner[12] = "inner";

		p = hide(inner);
	}
	sink = p[n]; /* here */
}

static char table[13] = "a variable";
static const int constants[5] = { 1, 2, 3, 4, 5 };

static void global_end(void)
{
	sink = table[n + 13]; /* here */
}

static void constant_end(void)
{
	sink = constants[n + 5]; /* here */
}

static void in_memcpy(void)
{
	char *p = allocates(20), copy[32];

	memcpy(hide(copy), p, n + 21); /* here */
}

static void in_memset(void)
{
	char *p = allocates(24);

	memset(p + n + 24, UK_ALLOC_CANARY, 1); /* here */
}

static void in_memmove(void)
{
	char *p = allocates(20), copy[32];

	memmove(hide(copy), p, n + 21); /* here */
}

static void in_memcmp(void)
{
	char *p = allocates(20), copy[32] = "";

	memset(p, 0, 20);
	sink = memcmp(hide(copy), p, n + 21); /* here */
}

/* Of a constant length, which compilers know to do without a call. */
static void in_memcmp_equal(void)
{
	char *p = allocates(20);

	sink = !memcmp(p + n + 18, "ends", 4); /* here */
}

static void in_memcpy_of_12(void)
{
	char *p = allocates(20), copy[32];

	memcpy(hide(copy), p + n + 9, 12); /* here */
}

/* 20 bytes that are no string. */
static char *unterminated(void)
{
	return memset(allocates(20), 'x', 20);
}

static void in_strlen(void)
{
	sink = strlen(unterminated()); /* here */
}

static void in_strcpy(void)
{
	char copy[64];

	strcpy(hide(copy), unterminated()); /* here */
}

static void in_strncpy(void)
{
	char copy[64];

	strncpy(hide(copy), unterminated(), n + 30); /* here */
}

static void in_strcat(void)
{
	char copy[64] = "and ";

	strcat(hide(copy), unterminated()); /* here */
}

static void in_strcmp(void)
{
	char other[64];

	memset(other, 'x', sizeof(other));
	other[40] = 0;
	sink = strcmp(hide(other), unterminated()); /* here */
}

static void in_strncmp(void)
{
	char other[64];

	memset(other, 'x', sizeof(other));
	sink = strncmp(hide(other), unterminated(), n + 30); /* here */
}

static void in_strchr(void)
{
	sink = !!strchr(unterminated(), n + 'y'); /* here */
}

static void in_memchr(void)
{
	sink = !!memchr(unterminated(), n + 'y', n + 30); /* here */
}

/* In newlib, which is not compiled with checks. */
static void in_printf(void)
{
	char text[64];

	snprintf(hide(text), sizeof(text), "%s", unterminated()); /* here */
}

/* A length that is negative by mistake. The program does not go on. */
static void negative(void)
{
	char *p = allocates(20), copy[32];

	memcpy(hide(copy), p, (size_t)(n - 1)); /* here */
}

static const struct {
	const char *name;
	void (*does)(void);
} kinds[] = {
#define KIND(x)       \
	{             \
#x, x \
	}
	KIND(heap_read),       KIND(heap_write),      KIND(heap_before),
	KIND(heap_across),     KIND(heap_unaligned),  KIND(heap_freed),
	KIND(heap_freed_far),  KIND(heap_large),      KIND(heap_shrunk),
	KIND(stack_end),       KIND(stack_before),    KIND(stack_scope),
	KIND(global_end),      KIND(constant_end),    KIND(in_memcpy),
	KIND(in_memset),       KIND(in_memmove),      KIND(in_memcmp),
	KIND(in_memcmp_equal), KIND(in_memcpy_of_12), KIND(in_strlen),
	KIND(in_strcpy),       KIND(in_strncpy),      KIND(in_strcat),
	KIND(in_strcmp),       KIND(in_strncmp),      KIND(in_strchr),
	KIND(in_memchr),       KIND(in_printf),
#ifdef __clang__
	KIND(alloca_end),      KIND(alloca_before),   KIND(array_end),
#endif
};

/* --- what is right -------------------------------------------------------- */

static jmp_buf back;

static __attribute__((noinline)) void deep(int depth, void (*leave)(void))
{
	char buf[100];

	memset(hide(buf), depth, sizeof(buf));
	if (depth)
		deep(depth - 1, leave);
	else
		leave();
	hide(buf);
}

static void jump(void)
{
	longjmp(back, 1);
}

static void end_thread(void)
{
	pthread_exit(NULL);
}

/* Uses the stack that others left without returning, all of it, in a function
 * without checks of its own.
 */
static __attribute__((noinline, no_sanitize_address)) void reuses(void)
{
	char buf[4000];

	memset(hide(buf), 1, sizeof(buf));
	sink = buf[n + 100];
}

static void *exits(void *arg)
{
	usleep(100);
	deep(20, end_thread);
	return NULL;
}

static void is_right(void)
{
	for (volatile int i = 0; i < 3; i++) {
		if (!setjmp(back))
			deep(20, jump);
		reuses();
	}
	for (int i = 0; i < 8; i++) {
		pthread_t t[4];

		for (int j = 0; j < 4; j++)
			pthread_create(&t[j], NULL, exits, NULL);
		for (int j = 0; j < 4; j++)
			pthread_join(t[j], NULL);
		reuses();
	}
}

/* --- all CPUs at a time, each at places of its own ---------------------------
 */

#define ERRS(cpu, i)                                                      \
	static __attribute__((noinline)) void errs##cpu##i(char *p)       \
	{                                                                 \
		__asm__ volatile("# " #cpu #i); /* no two are the same */ \
		sink = p[n + 13];                                         \
	}
#define OF_CPU(what, cpu)                                                \
	what(cpu, 0) what(cpu, 1) what(cpu, 2) what(cpu, 3) what(cpu, 4) \
		what(cpu, 5) what(cpu, 6) what(cpu, 7)
#define ADDRESS(cpu, i) errs##cpu##i,
#define CPUS 4

OF_CPU(ERRS, 0)
OF_CPU(ERRS, 1)
OF_CPU(ERRS, 2)
OF_CPU(ERRS, 3)

static void (*const places[CPUS][8])(char *) = { { OF_CPU(ADDRESS, 0) },
						 { OF_CPU(ADDRESS, 1) },
						 { OF_CPU(ADDRESS, 2) },
						 { OF_CPU(ADDRESS, 3) } };

static void errs(struct __regs *regs, void *arg)
{
	static char small[13];

	for (int i = 0; i < 8; i++)
		places[ukplat_lcpu_id() % CPUS][i](hide(small));
}

static int together(void)
{
#if CONFIG_UKPLAT_LCPU_MAXCOUNT > 1
	struct ukplat_lcpu_func func = { errs, NULL };
	int rc = ukplat_lcpu_run(NULL, NULL, &func, 0);

	errs(NULL, NULL);
	return rc ? rc : ukplat_lcpu_wait(NULL, NULL, 0);
#else
	errs(NULL, NULL);
	return 0;
#endif
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "together"))
		return together();
	if (argc > 1 && !strcmp(argv[1], "bench"))
		return printf("%lu %lu\n", plain(), bench()) < 0;
	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (argc < 2 || !strcmp(argv[1], kinds[i].name)) {
			printf("kind %s\n", kinds[i].name);
			kinds[i].does();
		}
	if (argc > 1 && !strcmp(argv[1], "negative"))
		negative();
	puts("right");
	is_right();
	puts("end");
	return 0;
}
