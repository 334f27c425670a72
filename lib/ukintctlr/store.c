/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What the store tells of interrupts: sums, and with ukalloc an object for
 * each line that has a handler before main.
 */
#include <uk/init.h>
#include <uk/intctlr.h>
#include <uk/print.h>
#include <uk/store.h>

static int get_spurious(void *cookie __unused, __u64 *out)
{
	*out = uk_intctlr_spurious_count();
	return 0;
}

static void sums(struct uk_intctlr_irq_stats *sum)
{
	struct uk_intctlr_irq_stats stats;

	*sum = (struct uk_intctlr_irq_stats){ 0 };
	for (unsigned int i = 0; !uk_intctlr_irq_stats(i, &stats); i++) {
		sum->count += stats.count;
		sum->unclaimed += stats.unclaimed;
	}
}

static int get_interrupts(void *cookie __unused, __u64 *out)
{
	struct uk_intctlr_irq_stats sum;

	sums(&sum);
	*out = sum.count;
	return 0;
}

static int get_unclaimed(void *cookie __unused, __u64 *out)
{
	struct uk_intctlr_irq_stats sum;

	sums(&sum);
	*out = sum.unclaimed;
	return 0;
}

UK_STORE_STATIC_ENTRY_INFO(1, interrupts, u64, get_interrupts, __NULL,
			   .kind = UK_STORE_COUNTER,
			   .help = "interrupts of all lines");
UK_STORE_STATIC_ENTRY_INFO(2, unclaimed, u64, get_unclaimed, __NULL,
			   .kind = UK_STORE_COUNTER,
			   .help = "interrupts that nobody took");
UK_STORE_STATIC_ENTRY_INFO(3, spurious, u64, get_spurious, __NULL,
			   .kind = UK_STORE_COUNTER,
			   .help = "interrupts that were gone when asked for");

#ifdef CONFIG_LIBUKALLOC
#include <uk/alloc.h>

/* The cookie of a line's object is its number. */
static int get_line_count(void *cookie, __u64 *out)
{
	struct uk_intctlr_irq_stats stats;
	int ret = uk_intctlr_irq_stats((unsigned int)(__uptr)cookie, &stats);

	*out = ret ? 0 : stats.count;
	return ret;
}

static int get_line_unclaimed(void *cookie, __u64 *out)
{
	struct uk_intctlr_irq_stats stats;
	int ret = uk_intctlr_irq_stats((unsigned int)(__uptr)cookie, &stats);

	*out = ret ? 0 : stats.unclaimed;
	return ret;
}

static const struct uk_store_entry *entries[] = {
	UK_STORE_ENTRY_INFO(1, interrupts, u64, get_line_count, __NULL,
			    .kind = UK_STORE_COUNTER, .help = "interrupts"),
	UK_STORE_ENTRY_INFO(2, unclaimed, u64, get_line_unclaimed, __NULL,
			    .kind = UK_STORE_COUNTER,
			    .help = "interrupts that nobody took"),
	__NULL,
};

static int lines_publish(struct uk_init_ctx *ctx __unused)
{
	struct uk_intctlr_irq_stats stats;
	char name[16];

	for (__uptr i = 0; !uk_intctlr_irq_stats((unsigned int)i, &stats);
	     i++) {
		struct uk_store_object *obj;

		if (!stats.handlers)
			continue;
		uk_snprintf(name, sizeof(name), "line%lu", i);
		obj = uk_store_obj_alloc(uk_alloc_get_default(), i, name,
					 entries, (void *)i);
		if (!obj || uk_store_obj_add(obj))
			uk_pr_warn("interrupt %lu is not in the store\n", i);
	}
	return 0;
}

uk_late_initcall(lines_publish, 0);
#endif
