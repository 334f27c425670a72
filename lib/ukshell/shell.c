/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The shell: a thread that sleeps until input arrives, and runs the typed
 * commands. All its memory is one line and one buffer of input. Output waits
 * for a slow reader, but not for one that does not read at all; what is left of
 * the command's output is dropped then.
 */
#include <string.h>
#include <uk/cmd.h>
#include <uk/console.h>
#include <uk/init.h>
#include <uk/param.h>
#include <uk/print.h>
#include <uk/sched.h>
#include <uk/wait.h>
#include "complete.h"
#include "token.h"

#define POLL 10000000UL /* ns, of a console that does not interrupt */
#define RETRY 5000000UL /* ns, until a slow reader is asked again */
#define PATIENCE (10 * UK_NSEC_PER_SEC) /* without a byte taken */

UK_PARAM(shell, console, &uk_console_wanted[UK_CONSOLE_SHELL], charp,
	 "console of the shell: its name, or none");

static struct {
	struct uk_console *con;
	unsigned int client; /* the connection that is served */
	int stalled;	     /* its reader takes nothing */
	struct shell_line line;
	struct shell_history history; /* of all clients */
} shell;

static struct uk_waitq waiting = UK_WAITQ_INIT;

/* In irq context. */
static void arrived(struct uk_console *con __unused, void *arg __unused)
{
	uk_waitq_wake_up(&waiting);
}

static void send(const char *text, __sz len)
{
	__nsec last = uk_time_monotonic();

	while (len && !shell.stalled) {
		__ssz n = uk_console_out_to(shell.con, shell.client, text, len);

		if (n > 0) {
			text += n;
			len -= (__sz)n;
			last = uk_time_monotonic();
		} else if (n < 0 || uk_time_monotonic() - last > PATIENCE) {
			shell.stalled = 1;
		} else {
			uk_thread_sleep(RETRY);
		}
	}
}

static void show(void *arg __unused, const char *text, __sz len)
{
	send(text, len);
}

/* A raw terminal wants a carriage return before each line feed. */
static void out(struct uk_cmd_io *io __unused, const char *text, __sz len)
{
	while (len) {
		const char *end = memchr(text, '\n', len);
		__sz n = end ? (__sz)(end - text) : len;

		send(text, n);
		if (!end)
			break;
		if (shell.line.echo)
			send("\r\n", 2);
		else
			send("\n", 1);
		text += n + 1;
		len -= n + 1;
	}
}

static void prompt(void)
{
	shell.stalled = 0;
	send(uk_app_name, strlen(uk_app_name));
	send("> ", 2);
}

static void run(void)
{
	struct uk_cmd_io io = { .out = out, .refuses = shell_refuses() };

	shell.stalled = 0;
	if (shell.line.echo)
		out(&io, "\n", 1);
	uk_cmd_run(&io, shell.line.text, shell.line.len);
	if (shell_may_hold_token(shell.line.text, shell.line.len))
		shell.line.len = 0; /* the history does not get it */
	shell_line_clear(&shell.line);
	prompt();
}

static void typed(const char *bytes, __sz len)
{
	struct uk_cmd_io io = { .out = out };

	shell_line_learn(&shell.line, bytes, len);
	for (__sz i = 0; i < len; i++) {
		enum shell_line_event event =
			shell_line_feed(&shell.line, bytes[i]);

		if (event == SHELL_LINE_DONE) {
			run();
			if (uk_console_connection(shell.con) != shell.client)
				break;
		} else if (event == SHELL_LINE_ABANDONED) {
			out(&io, "\n", 1);
			prompt();
		} else if (event == SHELL_LINE_TAB &&
			   shell_complete(&shell.line, &io)) {
			prompt();
			shell_line_redraw(&shell.line);
		}
	}
}

/* A new client: nothing of the one before is left. */
static void greet(unsigned int client)
{
	shell_distrust();
	shell.client = client;
	shell.line = (struct shell_line){ .show = show,
					  .history = &shell.history,
					  .echo = 1 };
	if (client)
		prompt();
}

static void serve(void)
{
	char bytes[64];
	__ssz n;

	do {
		unsigned int client = uk_console_connection(shell.con);

		if (client != shell.client)
			greet(client);
		n = uk_console_in(shell.con, bytes, sizeof(bytes));
		if (n > 0)
			typed(bytes, (__sz)n);
	} while (n > 0);
}

static void *thread(void *arg __unused)
{
	int polled = uk_console_irq(shell.con) < 0;

	for (;;) {
		unsigned int events = uk_console_events(shell.con);

		serve();
		(void)uk_waitq_wait_event_for(
			&waiting, uk_console_events(shell.con) != events,
			polled ? uk_time_monotonic() + POLL : UK_TIME_NEVER,
			UK_WAIT_INPUT, shell.con->name);
	}
	return __NULL;
}

/* The log may be there: its lines come between. */
static int is_shared(const struct uk_console *con)
{
	return con == uk_console_get(UK_CONSOLE_STDIO) ||
	       con == uk_console_get(UK_CONSOLE_GDB) ||
	       con == uk_console_get(UK_CONSOLE_METRICS);
}

static int start(struct uk_init_ctx *ctx __unused)
{
	static const struct uk_thread_attr attr = { .name = "shell",
						    .detached = 1 };
	struct uk_console *con =
		uk_console_choose(UK_CONSOLE_SHELL, CONFIG_LIBUKSHELL_CONSOLE);
	int ret;

	if (!con)
		return 0;
	if (is_shared(con)) {
		uk_pr_err(
			"shell.console=%s: this console is already used by stdin, a debugger or metrics; choose another, or give console.stdio=none\n",
			con->name);
		return -ECANCELED; /* said */
	}
	shell.con = con;
	uk_console_wanted[UK_CONSOLE_SHELL] = (char *)con->name;
	ret = uk_console_set_rx(con, arrived, __NULL);
	if (ret && ret != -ENOTSUP) {
		uk_pr_err(
			"shell.console=%s: another library already reads this console; choose another\n",
			con->name);
		return -ECANCELED;
	}
	return uk_thread_create_attr(__NULL, &attr, thread, __NULL);
}

uk_late_initcall_prio(start, 0, 9);
