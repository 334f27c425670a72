/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A crash stops the other CPUs. Of two that crash at once the second stands
 * until the first is resumed, if ever, and crashes then.
 */
#include <uk/crash.h>
#include "lcpu_internal.h"

static int begin(void *data)
{
	const struct uk_crash_info *info = data;
	struct ukarch_trap_ctx here = {
		.regs = info->regs,
		.trapnr = UK_LCPU_NO_TRAP,
		.event_name = info->what,
		.outer = uk_percpu_read(trap),
	};
	struct ukarch_trap_ctx *ctx = info->trap ? info->trap : &here;

	while (uk_lcpu_stop_others(ctx) == UK_LCPU_LATE)
		;
	return UK_EVENT_HANDLED;
}

/* A debugger resumes them itself, when it has decided who runs. */
static int mended(void *data __unused)
{
	if (!uk_percpu_read(in_debugger))
		uk_lcpu_resume_others();
	return UK_EVENT_HANDLED;
}

UK_EVENT_HANDLER(UK_EVENT_CRASH_BEGIN, begin);
UK_EVENT_HANDLER(UK_EVENT_CRASH_MENDED, mended);
