/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Counts instructions: run under `support/run --icount`, where one tick of
 * the counter is one instruction. Each result is a line "bench NAME VALUE".
 * support/bench runs it and says what the names mean.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uk/arch/lcpu.h>
#include <uk/nofault.h>
#include <uk/print.h>
#include <uk/symtab.h>
#include <uk/trace.h>
#include "bench.h"

#define COPY_BYTES 65536
#define ROUNDS 9

void *newlib_memcpy(void *dst, const void *src, size_t len);

static char from[COPY_BYTES], to[COPY_BYTES];

/* What reading the counter twice costs. */
static __u64 overhead;

static int compare(const void *a, const void *b)
{
	__u64 x = *(const __u64 *)a, y = *(const __u64 *)b;

	return x < y ? -1 : x > y;
}

static __u64 measure(void (*op)(void))
{
	__u64 t[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		__u64 start = ukarch_ticks();

		op();
		t[i] = ukarch_ticks() - start;
	}
	qsort(t, ROUNDS, sizeof(*t), compare);
	return t[ROUNDS / 2] - overhead;
}

static void nothing(void)
{
}

static void copy_ukcore(void)
{
	memcpy(to, from, COPY_BYTES);
}

static void copy_newlib(void)
{
	newlib_memcpy(to, from, COPY_BYTES);
}

static void copy_nofault(void)
{
	uk_nofault_memcpy(to, from, COPY_BYTES, 0);
}

static void caught_fault(void)
{
	int word;

	(void)uk_nofault_try_read(word, NULL);
}

static void log_line(void)
{
	uk_pr_info("%s has %d bytes at %p\n", "a buffer", COPY_BYTES, from);
}

#ifdef CONFIG_LIBUKTRACE
UK_TRACEPOINT_FIELDS(trace_bench, "%lu %u %d", unsigned long, a, unsigned int,
		     b, int, c);
UK_TRACEPOINT_FIELDS(trace_bench_off, "%lu %u %d", unsigned long, a,
		     unsigned int, b, int, c);

/* As in the middle of a function: its call and return are in both. */
static __noinline void tracepoint_on(void)
{
	trace_bench(1, 2, 3);
}

static __noinline void tracepoint_off(void)
{
	trace_bench_off(1, 2, 3);
}
#endif

static void random_number(void)
{
	(void)rand();
}

static void number(void)
{
	(void)strtol("12345", NULL, 10);
}

/* --- symbol lookups -------------------------------------------------------*/

#define SYMBOLS_MAX 8192

static struct {
	__uptr addr[SYMBOLS_MAX];
	__u64 cost[SYMBOLS_MAX];
	unsigned int count;
} symbols;

static int collect(const struct uk_symbol *sym, void *arg)
{
	if (symbols.count < SYMBOLS_MAX)
		symbols.addr[symbols.count++] = sym->start;
	return 0;
}

static void lookup_symbol(__uptr addr)
{
	struct uk_symbol sym;

	uk_resolve_symbol(addr, &sym);
}

static void lookup_line(__uptr addr)
{
	struct uk_source_loc loc;

	uk_resolve_line(addr, &loc);
}

static void measure_lookups(const char *name, void (*lookup)(__uptr))
{
	for (unsigned int i = 0; i < symbols.count; i++) {
		__u64 start = ukarch_ticks();

		lookup(symbols.addr[i]);
		symbols.cost[i] = ukarch_ticks() - start - overhead;
	}
	qsort(symbols.cost, symbols.count, sizeof(*symbols.cost), compare);
	printf("bench %s_median %lu\n", name, symbols.cost[symbols.count / 2]);
	printf("bench %s_max %lu\n", name, symbols.cost[symbols.count - 1]);
}

int main(void)
{
	static const struct {
		const char *name;
		void (*op)(void);
	} ops[] = {
		{ "trap", bench_trap },
		{ "memcpy_64k_ukcore", copy_ukcore },
		{ "memcpy_64k_newlib", copy_newlib },
		{ "memcpy_64k_nofault", copy_nofault },
		{ "caught_fault", caught_fault },
		{ "rand", random_number },
		{ "strtol", number },
		{ "log_line", log_line },
#ifdef CONFIG_LIBUKTRACE
		{ "tracepoint_off", tracepoint_off },
		{ "tracepoint_on", tracepoint_on },
#endif
	};

	printf("bench boot_to_main %lu\n", ukarch_ticks() - bench_start());
	overhead = measure(nothing);
#ifdef CONFIG_LIBUKTRACE
	uk_trace_switch("bench", 1);
#endif
	for (size_t i = 0; i < sizeof(ops) / sizeof(*ops); i++)
		printf("bench %s %ld\n", ops[i].name, (long)measure(ops[i].op));
	uk_symtab_foreach(collect, NULL);
	printf("bench symbols %u\n", symbols.count);
	measure_lookups("symbol_lookup", lookup_symbol);
	measure_lookups("line_lookup", lookup_line);
	bench_alloc(overhead);
	return 0;
}
