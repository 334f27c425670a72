/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * From a line to a command: words, the table, who may run what where. All
 * state is on the stack, so that a command may run while another one that was
 * interrupted is half-way.
 */
#include <string.h>
#include <uk/cmd.h>
#include <uk/percpu.h>
#include <uk/words.h>
#include "cmd_internal.h"

UK_TABLE_DEFINE(cmd, struct uk_cmd);

/* Blanks as in the C locale; a line may end in a newline or CR LF. */
static int is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Copies a word and terminates it. Returns where it ends, or NULL if a quote
 * is not closed. *to moves after the terminator: it never overtakes from.
 */
static const char *word(const char *from, const char *end, char **to)
{
	char *at = *to;
	int quoted = 0;

	for (; from < end && (quoted || !is_blank(*from)); from++) {
		if (*from == '"') {
			quoted = !quoted;
			continue;
		}
		if (quoted && *from == '\\' && from + 1 < end &&
		    (from[1] == '"' || from[1] == '\\'))
			from++;
		*at++ = *from;
	}
	*at++ = '\0';
	*to = at;
	return quoted ? __NULL : from;
}

int cmd_split(const char *line, __sz len, char *text, char **argv)
{
	const char *end = line + len;
	int argc = 0;

	for (;;) {
		while (line < end && is_blank(*line))
			line++;
		if (line == end)
			break;
		if (argc == UK_CMD_ARGS_MAX)
			return -E2BIG;
		argv[argc++] = text;
		line = word(line, end, &text);
		if (!line)
			return -EINVAL;
	}
	argv[argc] = __NULL;
	return argc;
}

const struct uk_cmd *uk_cmd_find(const char *name)
{
	uk_table_foreach (cmd, c)
		if (strcmp(c->name, name) == 0)
			return c;
	return __NULL;
}

int cmd_unknown(struct uk_cmd_io *io, const char *name)
{
	unsigned int best = (unsigned int)strlen(name) / 3 + 1;
	const char *near = __NULL;

	uk_table_foreach (cmd, c) {
		unsigned int d = uk_word_distance(name, c->name);

		if (d < best) {
			best = d;
			near = c->name;
		}
	}
	if (near)
		uk_cmd_printf(io, "unknown command \"%s\"; did you mean %s?\n",
			      name, near);
	else
		uk_cmd_printf(io, "unknown command \"%s\"; try help\n", name);
	return -ENOENT;
}

static int run(struct uk_cmd_io *io, int argc, char **argv)
{
	const struct uk_cmd *c = uk_cmd_find(argv[0]);
	int ret;

	if (!c)
		return cmd_unknown(io, argv[0]);
	if ((c->flags & UK_CMD_THREAD) && uk_percpu_read(trap_depth)) {
		uk_cmd_printf(io, "%s runs in threads only\n", c->name);
		return -EPERM;
	}
	ret = c->fn(io, argc, argv);
	if (ret == -EINVAL)
		cmd_usage(io, c);
	return ret;
}

int uk_cmd_run(struct uk_cmd_io *io, const char *line, __sz len)
{
	/* a terminator after each word, of which each but the last has a
	 * blank after it
	 */
	char text[CONFIG_LIBUKCMD_LINE_MAX + 1];
	char *argv[UK_CMD_ARGS_MAX + 1];
	int argc;

	if (len > CONFIG_LIBUKCMD_LINE_MAX) {
		uk_cmd_printf(io, "the line is longer than %d bytes\n",
			      CONFIG_LIBUKCMD_LINE_MAX);
		return -E2BIG;
	}
	argc = memchr(line, '\0', len) ? -EINVAL
				       : cmd_split(line, len, text, argv);
	if (argc == -E2BIG)
		uk_cmd_printf(io, "more than %d words\n", UK_CMD_ARGS_MAX);
	else if (argc < 0)
		uk_cmd_printf(io, "a quote is not closed, or a byte is 0\n");
	return argc > 0 ? run(io, argc, argv) : argc;
}
