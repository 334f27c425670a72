/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Which console serves which role. Nothing is cached: the answer follows from
 * the names wanted and the consoles present, so that it can be asked for in a
 * crash before parameters were read and changes when a console appears later.
 * Here is also the sink through which the log reaches its console.
 */
#include <string.h>
#include <uk/console.h>
#include <uk/init.h>
#include <uk/param.h>
#include <uk/print.h>
#include "console_internal.h"

char *uk_console_wanted[UK_CONSOLE_ROLES];

UK_PARAM(console, log, &uk_console_wanted[UK_CONSOLE_LOG], charp,
	 "console that the log is written to, or none");
UK_PARAM(console, stdio, &uk_console_wanted[UK_CONSOLE_STDIO], charp,
	 "console of stdin and stdout, or none");

const char *const console_role_names[UK_CONSOLE_ROLES] = {
	[UK_CONSOLE_LOG] = "log",     [UK_CONSOLE_STDIO] = "stdio",
	[UK_CONSOLE_GDB] = "gdb",     [UK_CONSOLE_METRICS] = "metrics",
	[UK_CONSOLE_DUMP] = "dump",
#ifdef CONFIG_LIBUKSHELL
	[UK_CONSOLE_SHELL] = "shell",
#endif
};

static struct uk_console *role_default(enum uk_console_role role)
{
	if (role == UK_CONSOLE_LOG || role == UK_CONSOLE_STDIO)
		return uk_console_next(__NULL);
	return __NULL;
}

struct uk_console *uk_console_get(enum uk_console_role role)
{
	const char *name = uk_console_wanted[role];
	struct uk_console *con;

	if (!name)
		return role_default(role);
	if (strcmp(name, "none") == 0)
		return __NULL;
	con = uk_console_by_name(name);
	return con ? con : role_default(role);
}

static struct uk_console *by_name(const char *name, __sz len)
{
	struct uk_console *con = __NULL;

	while ((con = uk_console_next(con)))
		if (strlen(con->name) == len && !memcmp(con->name, name, len))
			break;
	return con;
}

struct uk_console *uk_console_choose(enum uk_console_role role,
				     const char *names)
{
	struct uk_console *con = uk_console_get(role);

	if (uk_console_wanted[role])
		return con;
	while (!con && *names) {
		__sz len = strcspn(names, ",");

		con = by_name(names, len);
		names += len + (names[len] == ',');
	}
	return con;
}

static int log_ready(int urgent)
{
	if (!urgent && !console_found())
		return 0;
	return uk_console_get(UK_CONSOLE_LOG) != __NULL;
}

/* What the console does not take in time is lost: the guest goes on. */
static void log_write(const char *s, __sz len, int level __unused)
{
	struct uk_console *con = uk_console_get(UK_CONSOLE_LOG);
	__ssz n;

	while (len && (n = uk_console_out(con, s, len)) > 0) {
		s += n;
		len -= (__sz)n;
	}
	if (con && len)
		uk_console_count(&con->stats.out_dropped, len);
}

UK_PRINT_SINK(console_log, log_write, log_ready);

static int consoles_init(struct uk_init_ctx *ctx __unused)
{
	console_find();
	uk_print_drain();
	return 0;
}

uk_early_initcall_prio(consoles_init, 0, 2);

static int is_served(const char *name)
{
	return !name || strcmp(name, "none") == 0 || uk_console_by_name(name);
}

/* A line that is put together, cut to fit. */
struct line {
	char text[160];
	__sz len;
};

static void append(struct line *line, const char *s)
{
	__sz n = MIN(strlen(s), sizeof(line->text) - 1 - line->len);

	memcpy(line->text + line->len, s, n);
	line->len += n;
	line->text[line->len] = '\0';
}

/* " com1 com2" */
static void list_names(struct line *line)
{
	struct uk_console *con = __NULL;

	while ((con = uk_console_next(con))) {
		append(line, " ");
		append(line, con->name);
	}
}

/* " com1 (log stdio) vport1 (gdb)" */
static void list_roles(struct line *line)
{
	struct uk_console *con = __NULL;

	while ((con = uk_console_next(con))) {
		const char *before = " (";

		append(line, " ");
		append(line, con->name);
		for (unsigned int r = 0; r < UK_CONSOLE_ROLES; r++) {
			if (uk_console_get(r) != con)
				continue;
			append(line, before);
			append(line, console_role_names[r]);
			before = " ";
		}
		if (before[1] == '\0')
			append(line, ")");
	}
}

/* Whether anything is other than by default. */
static int any_wanted(void)
{
	for (unsigned int r = 0; r < UK_CONSOLE_ROLES; r++)
		if (uk_console_wanted[r])
			return 1;
	return 0;
}

/* By now every driver had its chance to register what was asked for. */
static int roles_check(struct uk_init_ctx *ctx __unused)
{
	struct line line = { "", 0 };
	int ret = 0;

	for (unsigned int r = 0; r < UK_CONSOLE_ROLES; r++) {
		if (is_served(uk_console_wanted[r]))
			continue;
		line.len = 0;
		list_names(&line);
		uk_pr_err(
			"console for %s: no console \"%s\"; use one of:%s none\n",
			console_role_names[r], uk_console_wanted[r], line.text);
		ret = -ECANCELED; /* said */
	}
	if (!ret && any_wanted()) {
		list_roles(&line);
		uk_pr_info("consoles:%s\n", line.text);
	}
	return ret;
}

uk_late_initcall_prio(roles_check, 0, 9);
