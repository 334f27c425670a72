/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Signals that the program sends to itself (IEEE Std 1003.1-2017, 2.4): the
 * only other sender is a debugger. Replaces newlib's, which keeps actions for
 * each thread and knows no default but one. Handlers stay, as in BSD. Actions
 * and mask are the image's, not a thread's.
 *
 * A debugger sees every signal before its action and may change or drop it.
 * A fault is not a signal here: no action and no mask holds it up, and no
 * handler is called for it.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <uk/crash.h>
#include <uk/gdb.h>
#include "syscalls.h"

enum fate { ENDS, IGNORED, CONTINUES, STOPS };

static const struct {
	char name[10];
	unsigned char fate;
} signals[NSIG] = {
	[SIGHUP] = { "SIGHUP", ENDS },
	[SIGINT] = { "SIGINT", ENDS },
	[SIGQUIT] = { "SIGQUIT", ENDS },
	[SIGILL] = { "SIGILL", ENDS },
	[SIGTRAP] = { "SIGTRAP", ENDS },
	[SIGABRT] = { "SIGABRT", ENDS },
	[SIGEMT] = { "SIGEMT", ENDS },
	[SIGFPE] = { "SIGFPE", ENDS },
	[SIGKILL] = { "SIGKILL", ENDS },
	[SIGBUS] = { "SIGBUS", ENDS },
	[SIGSEGV] = { "SIGSEGV", ENDS },
	[SIGSYS] = { "SIGSYS", ENDS },
	[SIGPIPE] = { "SIGPIPE", ENDS },
	[SIGALRM] = { "SIGALRM", ENDS },
	[SIGTERM] = { "SIGTERM", ENDS },
	[SIGURG] = { "SIGURG", IGNORED },
	[SIGSTOP] = { "SIGSTOP", STOPS },
	[SIGTSTP] = { "SIGTSTP", IGNORED }, /* an orphan: no terminal's stop */
	[SIGCONT] = { "SIGCONT", CONTINUES },
	[SIGCHLD] = { "SIGCHLD", IGNORED },
	[SIGTTIN] = { "SIGTTIN", IGNORED },
	[SIGTTOU] = { "SIGTTOU", IGNORED },
	[SIGIO] = { "SIGIO", ENDS },
	[SIGXCPU] = { "SIGXCPU", ENDS },
	[SIGXFSZ] = { "SIGXFSZ", ENDS },
	[SIGVTALRM] = { "SIGVTALRM", ENDS },
	[SIGPROF] = { "SIGPROF", ENDS },
	[SIGWINCH] = { "SIGWINCH", IGNORED },
	[SIGLOST] = { "SIGLOST", ENDS },
	[SIGUSR1] = { "SIGUSR1", ENDS },
	[SIGUSR2] = { "SIGUSR2", ENDS },
};

#define BIT(sig) (1UL << (sig))
/* Neither caught, nor ignored, nor blocked. */
#define ALWAYS (BIT(SIGKILL) | BIT(SIGSTOP))

static struct sigaction actions[NSIG];
static sigset_t mask, pending;

static int fail(int error)
{
	errno = error;
	return -1;
}

static int is_signal(int sig)
{
	return sig > 0 && sig < NSIG && signals[sig].name[0];
}

static void __noreturn end_by(int sig)
{
	uk_gdb_ended_by(sig);
	uk_crash_here("signal", is_signal(sig) ? signals[sig].name : NULL, NULL,
		      0);
}

/* The default action. SIGSTOP stops in a debugger, which has seen it by then;
 * without one nothing could continue the program.
 */
static void act_by_default(int sig)
{
	if (!is_signal(sig) || signals[sig].fate == ENDS ||
	    (signals[sig].fate == STOPS && !uk_gdb_attached()))
		end_by(sig);
}

static void handle(int sig)
{
	struct sigaction *a = &actions[sig];
	_sig_func_ptr handler = a->sa_handler;
	sigset_t before = mask;

	mask |= a->sa_mask;
	if (!(a->sa_flags & SA_NODEFER))
		mask |= BIT(sig);
	if (a->sa_flags & SA_RESETHAND)
		a->sa_handler = SIG_DFL;
	handler(sig);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
}

static void act(int sig)
{
	if (!is_signal(sig) || actions[sig].sa_handler == SIG_DFL)
		act_by_default(sig);
	else if (actions[sig].sa_handler != SIG_IGN)
		handle(sig);
}

static void deliver(int sig)
{
	sig = uk_gdb_signal(sig);
	if (sig)
		act(sig);
}

#ifdef CONFIG_LIBUKGDB_SIGNALS
const void *uk_gdb_signal_handler(int sig)
{
	_sig_func_ptr handler = is_signal(sig) ? actions[sig].sa_handler
					       : SIG_DFL;

	if (handler == SIG_DFL || handler == SIG_IGN ||
	    (mask & ~ALWAYS & BIT(sig)))
		return NULL;
	return (const void *)handler;
}

static int from_debugger(void *data)
{
	int sig = *(const int *)data;

	if (is_signal(sig) && (mask & ~ALWAYS & BIT(sig)))
		pending |= BIT(sig);
	else
		act(sig);
	return UK_EVENT_HANDLED;
}

UK_EVENT_HANDLER(UK_EVENT_GDB_SIGNAL, from_debugger);
#endif

int raise(int sig)
{
	if (!sig)
		return 0;
	if (!is_signal(sig))
		return fail(EINVAL);
	if (mask & ~ALWAYS & BIT(sig))
		pending |= BIT(sig);
	else
		deliver(sig);
	return 0;
}

int _raise_r(struct _reent *reent __unused, int sig)
{
	return raise(sig);
}

/* The whole image is process 1, alone in its group. */
int _getpid(void)
{
	return 1;
}

int _kill(int pid, int sig)
{
	if (sig && !is_signal(sig))
		return fail(EINVAL);
	if (pid < -1 || pid > 1)
		return fail(ESRCH);
	return raise(sig);
}

int sigaction(int sig, const struct sigaction *action, struct sigaction *old)
{
	if (!is_signal(sig) || (action && (ALWAYS & BIT(sig))))
		return fail(EINVAL);
	if (old)
		*old = actions[sig];
	if (!action)
		return 0;
	actions[sig] = *action;
	/* what is ignored does not remain pending */
	if (action->sa_handler == SIG_IGN ||
	    (action->sa_handler == SIG_DFL &&
	     (signals[sig].fate == IGNORED || signals[sig].fate == CONTINUES)))
		pending &= ~BIT(sig);
	return 0;
}

_sig_func_ptr signal(int sig, _sig_func_ptr handler)
{
	const struct sigaction action = { .sa_handler = handler,
					  .sa_flags = SA_RESTART };
	struct sigaction old;

	if (handler == SIG_ERR) {
		errno = EINVAL;
		return SIG_ERR;
	}
	return sigaction(sig, &action, &old) ? SIG_ERR : old.sa_handler;
}

_sig_func_ptr _signal_r(struct _reent *reent __unused, int sig,
			_sig_func_ptr handler)
{
	return signal(sig, handler);
}

int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	sigset_t before = mask;

	if (set && how == SIG_BLOCK)
		mask |= *set;
	else if (set && how == SIG_UNBLOCK)
		mask &= ~*set;
	else if (set && how == SIG_SETMASK)
		mask = *set;
	else if (set)
		return fail(EINVAL);
	if (old)
		*old = before;
	for (int sig = 1; sig < NSIG; sig++)
		if (pending & ~mask & BIT(sig)) {
			pending &= ~BIT(sig);
			deliver(sig);
		}
	return 0;
}

int pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
	return sigprocmask(how, set, old) ? EINVAL : 0;
}

int sigemptyset(sigset_t *set)
{
	*set = 0;
	return 0;
}

int sigfillset(sigset_t *set)
{
	*set = ~0UL;
	return 0;
}

int sigaddset(sigset_t *set, int sig)
{
	if (!is_signal(sig))
		return fail(EINVAL);
	*set |= BIT(sig);
	return 0;
}

int sigdelset(sigset_t *set, int sig)
{
	if (!is_signal(sig))
		return fail(EINVAL);
	*set &= ~BIT(sig);
	return 0;
}

int sigismember(const sigset_t *set, int sig)
{
	return is_signal(sig) ? !!(*set & BIT(sig)) : fail(EINVAL);
}

int sigpending(sigset_t *set)
{
	*set = pending;
	return 0;
}

/* A handler comes first; one that returns does not save the program, nor does
 * one that calls abort() itself: its signal is masked then.
 */
void __noreturn abort(void)
{
	static int handled;
	_sig_func_ptr handler = actions[SIGABRT].sa_handler;

	if (handler != SIG_DFL && handler != SIG_IGN &&
	    !(handled && (mask & BIT(SIGABRT)))) {
		handled = 1;
		mask &= ~BIT(SIGABRT);
		raise(SIGABRT);
	}
	uk_crash_here("abort", NULL, NULL, 0);
}

NEWLIB_POSIX_NAME(getpid);
NEWLIB_POSIX_NAME(kill);
