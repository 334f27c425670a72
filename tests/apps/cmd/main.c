/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Runs each line of stdin as a command; test_cmd.py sends them. With an
 * argument it leaves that to others, such as a shell.
 */
#include <stdio.h>
#include <string.h>
#include <uk/cmd.h>
#ifdef CONFIG_LIBUKSCHED
#include <uk/sched.h>
#endif

static void out(struct uk_cmd_io *io, const char *text, __sz len)
{
	fwrite(text, 1, len, stdout);
}

#ifdef CONFIG_LIBUKSCHED
static int cmd_pause(struct uk_cmd_io *io, int argc, char **argv)
{
	uk_thread_sleep(300000000);
	return 0;
}

UK_CMD(pause, cmd_pause, "sleeps 300 ms", "", UK_CMD_THREAD);
#endif

int main(int argc, char **argv)
{
	struct uk_cmd_io io = { .out = out };
	char line[256];

#ifdef CONFIG_LIBUKSCHED
	while (argc > 1)
		uk_thread_sleep(1000000000);
#endif
	while (fgets(line, sizeof(line), stdin)) {
		int ret = uk_cmd_run(&io, line, strlen(line));

		printf("= %d\n", ret);
		fflush(stdout);
	}
	return 0;
}
