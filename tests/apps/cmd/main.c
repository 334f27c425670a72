/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Runs each line of stdin as a command; test_cmd.py sends them.
 */
#include <stdio.h>
#include <string.h>
#include <uk/cmd.h>

static void out(struct uk_cmd_io *io, const char *text, __sz len)
{
	fwrite(text, 1, len, stdout);
}

int main(void)
{
	struct uk_cmd_io io = { .out = out };
	char line[256];

	while (fgets(line, sizeof(line), stdin)) {
		int ret = uk_cmd_run(&io, line, strlen(line));

		printf("= %d\n", ret);
		fflush(stdout);
	}
	return 0;
}
