/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The crash for misuse of a heap, and the lines of every crash screen about
 * each allocator. These lines check the headers, so that a crash of another
 * kind also shows whether the heap was damaged before.
 */
#include <string.h>
#include <uk/alloc.h>
#include <uk/crash.h>
#ifdef CONFIG_LIBUKALLOC_CHECKS
#include <uk/init.h>
#endif
#include <uk/print.h>
#include <uk/snprintf.h>
#include <uk/symtab.h>
#include "alloc_internal.h"

#ifdef CONFIG_LIBUKALLOC_CHECKS
#define FRAMES_MAX CONFIG_LIBUKALLOC_CHECKS_FRAMES
#else
#define FRAMES_MAX 1
#endif
#define LINE_MAX (UK_SYMBOL_TEXT_MAX + 16)

/* Lines that do not fit are left out. */
#define REASON_MAX (UK_ALLOC_DAMAGE_MAX + 2 * LINE_MAX + 256 * (FRAMES_MAX - 1))

/* The stack may be short; a crash has one reason. */
static char reason[REASON_MAX];

#ifdef CONFIG_LIBUKALLOC_CHECKS
void ukalloc_trace_lines(const __u32 *pcs, unsigned int count,
			 ukalloc_line_t line, void *arg)
{
	char text[2 + UK_FRAME_TEXT_MAX] = "  ";

	for (unsigned int i = 0; i < count; i++) {
		unsigned int depth = 0;
		int more;

		do {
			more = uk_frame_text(pcs[i], pcs[i] - 1, depth++, "",
					     text + 2);
			line(text, arg);
		} while (more);
	}
}
#endif

/* Who did something to the block: the caller, then the frames of its trace. */
static void describe_origin(const char *what, __u32 origin, ukalloc_line_t line,
			    void *arg)
{
	const __u32 *pcs = &origin;
	unsigned int count = MAX(ukalloc_origin_frames(origin, &pcs), 1U);
	char text[LINE_MAX];
	int len;

	if (!origin)
		return;
	len = uk_snprintf(text, sizeof(text), "%s ", what);
	uk_symbol_text(pcs[0], 1, text + len);
	line(text, arg);
	if (count > 1)
		ukalloc_trace_lines(pcs + 1, count - 1, line, arg);
}

void ukalloc_describe(const struct uk_alloc_damage *d, ukalloc_line_t line,
		      void *arg)
{
	line(d->text, arg);
	describe_origin("allocated by", d->owner, line, arg);
	describe_origin("freed by", d->freer, line, arg);
}

static void add_to_reason(const char *line, void *arg __unused)
{
	__sz len = strlen(reason);

	if (len + 1 + strlen(line) < sizeof(reason))
		uk_snprintf(reason + len, sizeof(reason) - len, "%s%s",
			    len ? "\n" : "", line);
}

void __noreturn uk_alloc_misuse(const struct uk_alloc_damage *d)
{
	reason[0] = 0;
	ukalloc_describe(d, add_to_reason, __NULL);
	uk_crash_here("heap", reason, __NULL, 0);
}

static void print_line(const char *line, void *arg)
{
	const char **prefix = arg;

	uk_pr_crit("  %s%s\n", *prefix, line);
	*prefix = "  ";
}

static void print_allocator(struct uk_alloc *a)
{
	const struct uk_alloc_stats *s = &a->stats;
	struct uk_alloc_damage damage;
	const char *prefix = "damaged: ";

	uk_pr_crit("Allocator %s: %lu of %lu KiB in use, peak %lu, free %lu\n",
		   a->name, s->cur_mem_use / 1024, s->total / 1024,
		   s->max_mem_use / 1024, a->ops->avail(a) / 1024);
	uk_pr_crit("  %lu blocks in use, %lu allocations, %lu failed\n",
		   s->cur_nb_allocs, s->tot_nb_allocs, s->nb_enomem);
	if (ukalloc_locked_elsewhere()) {
		uk_pr_crit("  not checked: another CPU was changing it\n");
		return;
	}
	if (!a->ops->check || !a->ops->check(a, &damage))
		return;
	if (!strncmp(reason, damage.text, strlen(damage.text)))
		uk_pr_crit("  damaged: as the reason says\n");
	else
		ukalloc_describe(&damage, print_line, &prefix);
}

#ifdef CONFIG_LIBUKALLOC_CHECKS
/* After main, whatever status it ends with. */
static void check_all(const struct uk_term_ctx *ctx __unused)
{
	struct uk_alloc_damage damage;

	if (!uk_alloc_checks())
		return;
	uk_alloc_foreach(a) if (uk_alloc_check(a, &damage))
		uk_alloc_misuse(&damage);
}

uk_late_initcall_prio(0, check_all, 9);
#endif

#ifdef CONFIG_LIBUKALLOC_CHECKS
static void explain_address(const struct ukarch_trap_ctx *trap)
{
	unsigned int filling = trap && trap->addr_valid
				       ? uk_alloc_filling(trap->fault_address)
				       : 0;

	if (filling == UK_ALLOC_POISON)
		uk_pr_crit("Address: what fills freed blocks, 0x%02x: "
			   "a pointer was read after the free\n",
			   UK_ALLOC_POISON);
	else if (filling == UK_ALLOC_CANARY)
		uk_pr_crit("Address: what follows blocks, 0x%02x: "
			   "a pointer was read past the end\n",
			   UK_ALLOC_CANARY);
}
#else
static void explain_address(const struct ukarch_trap_ctx *trap __unused)
{
}
#endif

static int on_crash(void *data)
{
	const struct uk_crash_info *info = data;

	explain_address(info->trap);
	uk_alloc_foreach(a) print_allocator(a);
	return UK_EVENT_HANDLED_CONT;
}

/* Behind the sections of the screen, before a debugger. */
UK_EVENT_HANDLER_PRIO(UK_EVENT_CRASH, on_crash, 3);
