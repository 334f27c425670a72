/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Completion: what the words of a command have in common.
 */
#ifndef __UKSHELL_COMPLETE_H__
#define __UKSHELL_COMPLETE_H__

#include <uk/cmd.h>
#include "line.h"

/**
 * Completes the word before the cursor as far as it is certain; a space follows
 * if that is the only one. With nothing to add it lists what the word may
 * become.
 *
 * @param io receives the list, which ends in a line feed
 * @return 1 if there is a list, and prompt and line are to be shown again.
 *   Contexts: thread.
 */
int shell_complete(struct shell_line *line, struct uk_cmd_io *io);

#endif /* __UKSHELL_COMPLETE_H__ */
