/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The crash path: raises UK_EVENT_CRASH step by step and ends the machine.
 *
 * Each handler is a step. The index of the next one is kept outside of the
 * stack, so that a crash inside a step enters here again, logs one line and
 * goes on after the step that failed. It is never tried twice, so that the
 * path ends after as many nested crashes as there are steps at most. What a
 * step prints, and whether anything prints at all, is not known here.
 */
#include <string.h>
#include <uk/crash.h>
#include <uk/arch/lcpu.h>
#include <uk/percpu.h>
#include <uk/plat/lcpu.h>
#include <uk/plat/time.h>
#include <uk/print.h>
#include <uk/symtab.h>

UK_EVENT(UK_EVENT_CRASH);
UK_EVENT(UK_EVENT_CRASH_BEGIN);
UK_EVENT(UK_EVENT_CRASH_MENDED);

static struct {
	struct uk_crash_info *info;	/* the first crash; NULL: none */
	const uk_event_handler_t *next; /* the next step */
	int reported;			/* nested crashes whose line began */
} crash;

int uk_crash_in_progress(void)
{
	return crash.info != __NULL;
}

/* One line, and none if that line itself crashed. */
static void report_nested(const struct uk_crash_info *info)
{
	int first = !crash.reported;
	char at[UK_SYMBOL_TEXT_MAX];

	crash.reported = 1;
	if (!first)
		return;
	uk_pr_crit("crash while handling a crash: %s%s%.*s at %s\n",
		   info->what ? info->what : info->trap->event_name,
		   info->detail ? ": " : "",
		   info->detail ? (int)strcspn(info->detail, "\n") : 0,
		   info->detail ? info->detail : "",
		   uk_symbol_text(ukarch_regs_pc(info->regs), !info->trap, at));
	crash.reported = 0;
}

/* Returns only to resume the trap that crashed first. Time stands still: what
 * steps show of it is of the crash. A step that resumed it went on from there.
 */
static void run_steps(int nested)
{
	const struct uk_event *ev = UK_EVENT_PTR(UK_EVENT_CRASH);

	while (crash.next < ev->end) {
		int rc;

		ukplat_clock_stop();
		rc = (*crash.next++)(crash.info);
		if (rc == UK_EVENT_HANDLED && crash.info->trap && !nested) {
			ukplat_clock_resume();
			uk_crash_mended();
			return;
		}
	}
	uk_print_exit(UKPLAT_STATUS_CRASH);
	ukplat_poweroff(UKPLAT_STATUS_CRASH);
}

static void crash_enter(struct uk_crash_info *info)
{
	int nested;

	ukarch_irq_disable();
	uk_raise_event(UK_EVENT_CRASH_BEGIN, info);
	nested = crash.info != __NULL;
	if (!nested) {
		crash.info = info;
		crash.next = UK_EVENT_PTR(UK_EVENT_CRASH)->start;
	}
	/* Each time: what crashed may have been writing the log. */
	uk_print_seize();
	if (nested)
		report_nested(info);
	run_steps(nested);
}

void uk_crash_trap(struct ukarch_trap_ctx *ctx)
{
	struct uk_crash_info info = { .regs = ctx->regs, .trap = ctx };

	crash_enter(&info);
}

void uk_crash_interrupted(struct ukarch_trap_ctx *ctx, const char *what,
			  const char *detail)
{
	struct uk_crash_info info = {
		.what = what,
		.detail = detail,
		.regs = ctx->regs,
		.trap = ctx,
	};

	crash_enter(&info);
}

void __noreturn uk_crash_regs(const char *what, const char *detail,
			      const char *file, unsigned int line,
			      struct __regs *regs)
{
	struct uk_crash_info info = {
		.what = what,
		.detail = detail,
		.file = file,
		.line = line,
		.regs = regs,
	};

	crash_enter(&info);
	/* Without a trap there is nothing to resume. */
	ukplat_poweroff(UKPLAT_STATUS_CRASH);
}

void __noreturn uk_crash_go_on(struct uk_crash_info *info)
{
	crash.info = info;
	run_steps(1);
	ukplat_poweroff(UKPLAT_STATUS_CRASH);
}

void uk_crash_mended(void)
{
	crash.info = __NULL;
	uk_raise_event(UK_EVENT_CRASH_MENDED, __NULL);
}

void uk_warn_here(const char *detail, const char *file, unsigned int line)
{
	uk_pr_warn("warning: %s (%s:%u)\n", detail, file, line);
}
