/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "table.h"

static volatile int calls, depth, deepest, blocked;

static void count(int sig)
{
	calls += sig == SIGUSR1 ? 1 : 100;
}

/* Raises itself once: held back until it has returned, unless SA_NODEFER. */
static void nest(int sig)
{
	sigset_t now;

	depth++;
	if (depth > deepest)
		deepest = depth;
	sigprocmask(SIG_BLOCK, NULL, &now);
	blocked = sigismember(&now, SIGUSR2) && sigismember(&now, sig);
	if (!calls++)
		raise(sig);
	depth--;
}

static void line(const char *what, int result)
{
	printf("signal %s = %d, %d calls\n", what, result, calls);
	calls = 0;
}

static void actions(void)
{
	struct sigaction action, old;

	line("first", signal(SIGUSR1, count) == SIG_DFL);
	line("raise", raise(SIGUSR1));
	line("again", raise(SIGUSR1));
	line("kill", kill(getpid(), SIGUSR1));
	line("kill 0", kill(getpid(), 0));
	line("ignore", signal(SIGUSR1, SIG_IGN) == count);
	line("ignored", raise(SIGUSR1));
	line("default", signal(SIGUSR1, SIG_DFL) == SIG_IGN);
	memset(&action, 0, sizeof(action));
	action.sa_handler = nest;
	sigaddset(&action.sa_mask, SIGUSR2);
	line("sigaction",
	     sigaction(SIGUSR1, &action, &old) || old.sa_handler != SIG_DFL);
	line("nested", raise(SIGUSR1) || deepest != 1 || !blocked);
	action.sa_flags = SA_NODEFER;
	sigaction(SIGUSR1, &action, NULL);
	line("no defer", raise(SIGUSR1) || deepest != 2);
	action.sa_flags = SA_RESETHAND;
	action.sa_handler = count;
	sigaction(SIGUSR1, &action, NULL);
	line("once", raise(SIGUSR1));
	line("reset",
	     sigaction(SIGUSR1, NULL, &old) || old.sa_handler != SIG_DFL);
}

static void masks(void)
{
	sigset_t set, old;

	signal(SIGUSR1, count);
	signal(SIGUSR2, count);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	line("block", sigprocmask(SIG_BLOCK, &set, &old));
	line("raise blocked", raise(SIGUSR1) | raise(SIGUSR1) | raise(SIGUSR2));
	line("pending", sigpending(&set) || !sigismember(&set, SIGUSR1) ||
				!sigismember(&set, SIGUSR2) ||
				sigismember(&set, SIGTERM));
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	line("unblock", sigprocmask(SIG_UNBLOCK, &set, NULL));
	signal(SIGUSR2, SIG_IGN);
	line("forgotten", sigprocmask(SIG_SETMASK, &old, NULL));
	signal(SIGUSR1, SIG_DFL);
	signal(SIGUSR2, SIG_DFL);
}

static void errors(void)
{
	static const int bad[] = { -1, 200 };
	sigset_t set;

	for (unsigned int i = 0; i < 2; i++) {
		errno = 0;
		sigemptyset(&set);
		line("sets", sigaddset(&set, bad[i]) == -1 &&
				     sigdelset(&set, bad[i]) == -1 &&
				     sigismember(&set, bad[i]) == -1 &&
				     errno == EINVAL);
		errno = 0;
		line("raise bad", raise(bad[i]) == -1 && errno == EINVAL);
		errno = 0;
		line("kill bad",
		     kill(getpid(), bad[i]) == -1 && errno == EINVAL);
		errno = 0;
		line("signal bad",
		     signal(bad[i], count) == SIG_ERR && errno == EINVAL);
	}
	errno = 0;
	line("catch kill",
	     signal(SIGKILL, count) == SIG_ERR && errno == EINVAL);
	line("ignore stop", signal(SIGSTOP, SIG_IGN) == SIG_ERR);
	line("how", sigprocmask(77, &(sigset_t){ 0 }, NULL));
	/* ignored by default */
	line("default ignores",
	     raise(SIGCHLD) | raise(SIGURG) | raise(SIGWINCH) | raise(SIGCONT));
}

void table_signals(void)
{
	actions();
	masks();
	errors();
}
