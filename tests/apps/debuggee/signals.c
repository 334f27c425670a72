/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Signals that a program sends to itself: handled, by default, and after a
 * mask of everything.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "signals.h"

volatile int debuggee_notes;
static volatile int *volatile nowhere = (volatile int *)16;

__attribute__((noinline)) void debuggee_note(int sig)
{
	debuggee_notes = debuggee_notes * 100 + sig;
}

static __attribute__((noinline)) void debuggee_signals(void)
{
	signal(SIGUSR1, debuggee_note);
	signal(SIGTERM, debuggee_note);
	raise(SIGUSR1);
	kill(getpid(), SIGUSR2);
	raise(SIGTERM);
	raise(SIGUSR1);
	printf("notes %d\n", debuggee_notes);
	raise(SIGUSR2);
}

static __attribute__((noinline)) void debuggee_masked(void)
{
	sigset_t all;

	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_IGN);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	debuggee_note(1);
	*nowhere = 1;
}

static void abort_again(int sig)
{
	printf("abort in the handler of %d\n", sig);
	fflush(stdout);
	abort();
}

static void raise_by_name(const char *name)
{
#define NAMED(name)              \
	{                        \
#name, SIG##name \
	}
	static const struct {
		const char *name;
		int sig;
	} all[] = {
		NAMED(HUP),    NAMED(INT),  NAMED(QUIT), NAMED(ILL),
		NAMED(TRAP),   NAMED(ABRT), NAMED(FPE),	 NAMED(KILL),
		NAMED(BUS),    NAMED(SEGV), NAMED(SYS),	 NAMED(PIPE),
		NAMED(ALRM),   NAMED(TERM), NAMED(URG),	 NAMED(STOP),
		NAMED(TSTP),   NAMED(CONT), NAMED(CHLD), NAMED(TTIN),
		NAMED(TTOU),   NAMED(IO),   NAMED(XCPU), NAMED(XFSZ),
		NAMED(VTALRM), NAMED(PROF), NAMED(USR1), NAMED(USR2),
		NAMED(WINCH),
	};

	for (unsigned int i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (!strcmp(all[i].name, name))
			printf("raise %d\n", raise(all[i].sig));
}

void debuggee_signal_scene(const char *scene)
{
	if (!strcmp(scene, "signals")) {
		debuggee_signals();
	} else if (!strcmp(scene, "masked")) {
		debuggee_masked();
	} else if (!strcmp(scene, "abort-again")) {
		signal(SIGABRT, abort_again);
		abort();
	} else if (!strncmp(scene, "raise-", 6)) {
		raise_by_name(scene + 6);
	}
}
