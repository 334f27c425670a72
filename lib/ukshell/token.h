/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Which clients of the shell may change the guest: those that gave the token,
 * if the image has LIBUKSHELL_CHANGES.
 */
#ifndef __SHELL_TOKEN_H__
#define __SHELL_TOKEN_H__

#include <uk/essentials.h>

#ifdef CONFIG_LIBUKSHELL_CHANGES
/** For struct uk_cmd_io. */
const char *shell_refuses(void);

/** Forgets the client: the next one has to give the token. */
void shell_distrust(void);

/** Whether a line may hold the token, and is not for the history. */
int shell_may_hold_token(const char *line, __sz len);
#else
static inline const char *shell_refuses(void)
{
	return "changes are refused: the image is without LIBUKSHELL_CHANGES";
}

static inline void shell_distrust(void)
{
}

static inline int shell_may_hold_token(const char *line __unused,
				       __sz len __unused)
{
	return 0;
}
#endif

#endif /* __SHELL_TOKEN_H__ */
