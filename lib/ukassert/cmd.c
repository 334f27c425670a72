/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Command: a crash on purpose, to see what one looks like.
 */
#include <string.h>
#include <uk/assert.h>
#include <uk/cmd.h>

static void crash(void)
{
	UK_CRASH("on purpose");
}

static void failed(void)
{
	static volatile int never;

	UK_ASSERT(never);
}

static volatile int *volatile nothing;

static void read_null(void)
{
	(void)*nothing;
}

static void write_null(void)
{
	*nothing = 1;
}

static void jump_null(void)
{
	static void (*volatile nowhere)(void);

	nowhere();
}

static const struct {
	const char *name;
	void (*raise)(void);
} kinds[] = {
	{ "crash", crash },	 { "assert", failed },	{ "read", read_null },
	{ "write", write_null }, { "jump", jump_null }, { "trap", __NULL },
};

static int cmd_crash(struct uk_cmd_io *io, int argc, char **argv)
{
	const char *kind = argc > 1 ? argv[1] : "crash";

	for (__sz i = 0; argc < 3 && i < ARRAY_SIZE(kinds); i++) {
		if (strcmp(kinds[i].name, kind) != 0)
			continue;
		if (!uk_cmd_may_change(io))
			return -EPERM;
		if (!kinds[i].raise)
			__builtin_trap();
		kinds[i].raise();
		uk_cmd_printf(io, "nothing happened\n"); /* no assertions */
		return 0;
	}
	return -EINVAL;
}

UK_CMD(crash, cmd_crash, "crashes the guest",
       "[crash|assert|read|write|jump|trap]", UK_CMD_THREAD);
