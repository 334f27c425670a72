/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Words come one at a time and are not kept: of all of them only their common
 * beginning, as far as a line holds one. To list them they are asked for again.
 */
#include <string.h>
#include "complete.h"

#define LIST_MAX 100 /* words listed */

struct common {
	unsigned int count;
	__sz len;
	char text[CONFIG_LIBUKSHELL_LINE_MAX];
};

static void add_common(struct uk_cmd_words *words, const char *word)
{
	struct common *c = words->arg;
	__sz n = 0;

	if (!c->count++) {
		c->len = strnlen(word, sizeof(c->text));
		memcpy(c->text, word, c->len);
	}
	while (n < c->len && word[n] == c->text[n])
		n++;
	c->len = n;
}

struct list {
	struct uk_cmd_io *io;
	unsigned int count;
};

static void add_to_list(struct uk_cmd_words *words, const char *word)
{
	struct list *l = words->arg;

	if (l->count++ < LIST_MAX)
		uk_cmd_printf(l->io, "%s\n", word);
}

static void list(const struct shell_line *line, struct uk_cmd_io *io)
{
	struct list l = { .io = io };
	struct uk_cmd_words words = { .add = add_to_list, .arg = &l };

	uk_cmd_printf(io, "\n");
	uk_cmd_complete(&words, line->text, line->at);
	if (l.count > LIST_MAX)
		uk_cmd_printf(io, "and %u more\n", l.count - LIST_MAX);
}

int shell_complete(struct shell_line *line, struct uk_cmd_io *io)
{
	static struct common c; /* there is one shell */
	struct uk_cmd_words words = { .add = add_common, .arg = &c };
	int typed;

	c.count = 0;
	typed = uk_cmd_complete(&words, line->text, line->at);
	if (typed < 0 || !c.count) {
		shell_line_bell(line);
		return 0;
	}
	if (c.len > (__sz)typed)
		shell_line_insert(line, c.text + typed, c.len - (__sz)typed);
	if (c.count == 1)
		shell_line_insert(line, " ", 1);
	if (c.count == 1 || c.len > (__sz)typed)
		return 0;
	list(line, io);
	return 1;
}
