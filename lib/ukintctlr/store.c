/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Store entries about interrupts: sums, and with ukalloc an object for each
 * line that has a handler or interrupted, and of several CPUs for each. Lines
 * in use before main get theirs then, others at the next read.
 */
#include <uk/init.h>
#include <uk/intctlr.h>
#include <uk/snprintf.h>
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
			   .help = "interrupts of all lines",
			   .flags = UK_STORE_ENTRY_FLAG_CRASH);
UK_STORE_STATIC_ENTRY_INFO(2, unclaimed, u64, get_unclaimed, __NULL,
			   .kind = UK_STORE_COUNTER,
			   .help = "interrupts that no handler claimed",
			   .flags = UK_STORE_ENTRY_FLAG_CRASH);
UK_STORE_STATIC_ENTRY_INFO(3, spurious, u64, get_spurious, __NULL,
			   .kind = UK_STORE_COUNTER,
			   .help = "spurious interrupts");

#ifdef CONFIG_LIBUKALLOC

#define LINES_MAX 1024 /* the GIC's highest INTID is 1019 */

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
	UK_STORE_ENTRY_INFO(1, line_interrupts, u64, get_line_count, __NULL,
			    .kind = UK_STORE_COUNTER,
			    .help = "interrupts of the line"),
	UK_STORE_ENTRY_INFO(
		2, line_unclaimed, u64, get_line_unclaimed, __NULL,
		.kind = UK_STORE_COUNTER,
		.help = "interrupts of the line that no handler claimed"),
	__NULL,
};

static int publish_line(__uptr line)
{
	static const struct uk_store_label labels[] = { { "line", __NULL },
							{ 0 } };
	char name[16];

	uk_snprintf(name, sizeof(name), "%lu", line);
	return uk_store_obj_publish(line, name, entries, labels, (void *)line)
		       ? 0
		       : -ENOMEM;
}

static int lines_refresh(void *data __unused)
{
	static __u64 published[LINES_MAX / 64];
	struct uk_intctlr_irq_stats stats;

	for (unsigned int i = 0;
	     i < LINES_MAX && !uk_intctlr_irq_stats(i, &stats); i++) {
		__u64 bit = 1UL << i % 64;

		if ((stats.handlers || stats.count) &&
		    !(published[i / 64] & bit) && !publish_line(i))
			published[i / 64] |= bit;
	}
	return UK_EVENT_HANDLED_CONT;
}

UK_EVENT_HANDLER(UK_STORE_EVENT_REFRESH, lines_refresh);

#ifdef CONFIG_HAVE_SMP
#include <uk/plat/lcpu.h>

static int get_cpu_interrupts(void *cookie, __u64 *out)
{
	*out = uk_intctlr_cpu_count((unsigned int)(__uptr)cookie);
	return 0;
}

static int get_cpu_ipis(void *cookie, __u64 *out)
{
	*out = uk_intctlr_cpu_ipis((unsigned int)(__uptr)cookie);
	return 0;
}

static const struct uk_store_entry *cpu_entries[] = {
	UK_STORE_ENTRY_INFO(1, cpu_interrupts, u64, get_cpu_interrupts, __NULL,
			    .kind = UK_STORE_COUNTER,
			    .help = "interrupts of all lines, of the CPU"),
	UK_STORE_ENTRY_INFO(2, cpu_ipis, u64, get_cpu_ipis, __NULL,
			    .kind = UK_STORE_COUNTER,
			    .help = "interrupts of the CPU by other CPUs"),
	__NULL,
};

static void publish_cpus(void)
{
	for (__uptr cpu = 0; cpu < ukplat_lcpu_count(); cpu++) {
		char name[16], number[16];
		struct uk_store_label labels[] = { { "cpu", number }, { 0 } };

		uk_snprintf(name, sizeof(name), "cpu%lu", cpu);
		uk_snprintf(number, sizeof(number), "%lu", cpu);
		(void)uk_store_obj_publish(LINES_MAX + cpu, name, cpu_entries,
					   labels, (void *)cpu);
	}
}
#else
static void publish_cpus(void)
{
}
#endif

static int publish_all(struct uk_init_ctx *ctx __unused)
{
	lines_refresh(__NULL);
	publish_cpus();
	return 0;
}

uk_late_initcall(publish_all, 0);
#endif
