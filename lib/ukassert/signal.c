/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The signal by which debuggers know the kind of a crash: that of its trap, if
 * it is the reason.
 */
#include <uk/crash.h>
#include <uk/trap.h>

int uk_crash_signal(const struct uk_crash_info *info)
{
	static const struct {
		const struct uk_event *event;
		int signal;
	} signals[] = {
		{ UK_EVENT_PTR(UKARCH_TRAP_PAGE_FAULT), UK_CRASH_SIGSEGV },
		{ UK_EVENT_PTR(UKARCH_TRAP_X86_GP), UK_CRASH_SIGSEGV },
		{ UK_EVENT_PTR(UKARCH_TRAP_BUS_ERROR), UK_CRASH_SIGBUS },
		{ UK_EVENT_PTR(UKARCH_TRAP_INVALID_OP), UK_CRASH_SIGILL },
		{ UK_EVENT_PTR(UKARCH_TRAP_SECURITY), UK_CRASH_SIGILL },
		{ UK_EVENT_PTR(UKARCH_TRAP_MATH), UK_CRASH_SIGFPE },
		{ UK_EVENT_PTR(UKARCH_TRAP_DEBUG), UK_CRASH_SIGTRAP },
	};

	if (info->what)
		return UK_CRASH_SIGABRT;
	for (unsigned int i = 0; i < ARRAY_SIZE(signals); i++)
		if (info->trap->event_name == signals[i].event->name)
			return signals[i].signal;
	return UK_CRASH_SIGBUS;
}
