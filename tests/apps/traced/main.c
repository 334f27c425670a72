/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Fires tracepoints of its own, and prints each event as it should be read:
 * tests/test_trace.py compares.
 */
#include <stdio.h>
#include <uk/trace.h>

UK_TRACEPOINT_FIELDS(trace_order, "%u for %s at %g", __u32, pieces,
		     const char *, customer, double, price);
UK_TRACEPOINT(trace_plain, "%d %p %llu", signed char, const void *, __u64);
UK_TRACEPOINT_FIELDS(trace_nothing, "nothing");

void traced_done(void);
void __attribute__((noinline)) traced_done(void)
{
	__asm__ volatile("" : : : "memory");
}

int main(void)
{
	static const char *const customers[] = { "Ada", "with \"quotes\", = {}",
						 "" };

	for (int i = 0; i < 60; i++) {
		const char *customer = customers[i % 3];
		double price = (i - 20) / 3.0 * (i % 7 ? 1 : 1e300);

		printf("order pieces=%u customer=%s price=%.17g\n", i * 7u,
		       customer, price);
		trace_order(i * 7u, customer, price);
		printf("plain arg1=%d arg2=%#lx arg3=%lu\n", 3 - i * 2,
		       (unsigned long)&customers[i % 3], ~0UL / (i + 1u));
		trace_plain((signed char)(3 - i * 2), &customers[i % 3],
			    ~0UL / (i + 1u));
		if (i % 10 == 0) {
			printf("nothing\n");
			trace_nothing();
		}
	}
	traced_done();
	return 0;
}
