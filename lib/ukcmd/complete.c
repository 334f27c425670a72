/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What the last word of a line may become. Nothing is kept: words go to the
 * caller as they are found. A word in quotes is not completed.
 */
#include <string.h>
#include <uk/cmd.h>
#include "cmd_internal.h"

void uk_cmd_offer(struct uk_cmd_words *words, const char *word)
{
	if (!strncmp(word, words->begin, strlen(words->begin)))
		words->add(words, word);
}

static int is_blank(char c)
{
	return c == ' ' || c == '\t';
}

int uk_cmd_complete(struct uk_cmd_words *words, const char *line, __sz len)
{
	static char empty[] = "";
	char text[CONFIG_LIBUKCMD_LINE_MAX + 1];
	char *argv[UK_CMD_ARGS_MAX + 2];
	const struct uk_cmd *c;
	int argc;

	if (len > CONFIG_LIBUKCMD_LINE_MAX)
		return -E2BIG;
	if (memchr(line, '\0', len))
		return -EINVAL;
	argc = cmd_split(line, len, text, argv);
	if (argc < 0)
		return argc;
	if (!argc || is_blank(line[len - 1]))
		argv[argc++] = empty;
	else if (line[len - 1] == '"')
		return -EINVAL;
	argv[argc] = __NULL;
	words->begin = argv[argc - 1];
	c = argc > 1 ? uk_cmd_find(argv[0]) : __NULL;
	if (argc == 1)
		cmd_offer_commands(words);
	else if (c && c->complete)
		c->complete(words, argc, argv);
	return (int)strlen(words->begin);
}
