/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Command: the token of a client that may change the guest.
 */
#include <string.h>
#include <uk/cmd.h>
#include <uk/param.h>
#include <uk/secret.h>
#include "token.h"

static char *token;
UK_PARAM(shell, token, &token, secret,
	 "what clients that change the guest give to the command token");

static int trusted; /* the client gave the token */

const char *shell_refuses(void)
{
	if (trusted)
		return __NULL;
	return token && token[0] ? "changes are refused: give the token first"
				 : "changes are refused: boot with "
				   "shell.token=TEXT";
}

void shell_distrust(void)
{
	trusted = 0;
}

int shell_may_hold_token(const char *line, __sz len)
{
	static const char name[] = "token";
	__sz at = 0;

	while (at + sizeof(name) <= len &&
	       memcmp(line + at, name, sizeof(name) - 1) != 0)
		at++;
	return at + sizeof(name) <= len;
}

static int cmd_token(struct uk_cmd_io *io, int argc, char **argv)
{
	if (argc < 2)
		return -EINVAL;
	trusted = argc == 2 && uk_secret_is(token, argv[1]);
	if (trusted)
		return 0;
	uk_cmd_printf(io, "wrong token\n");
	return -EPERM;
}

UK_CMD(token, cmd_token, "lets this client of the shell change the guest",
       "TEXT", UK_CMD_THREAD);
