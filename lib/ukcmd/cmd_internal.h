/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What the files of ukcmd share.
 */
#ifndef __CMD_INTERNAL_H__
#define __CMD_INTERNAL_H__

#include <uk/essentials.h>

/** Splits a line into words, each copied to text, of len + 1 bytes. Returns how
 * many, -EINVAL for a quote that is not closed, -E2BIG for too many.
 */
int cmd_split(const char *line, __sz len, char *text, char **argv);

struct uk_cmd;
struct uk_cmd_io;
struct uk_cmd_words;

/** Prints what a command takes. */
void cmd_usage(struct uk_cmd_io *io, const struct uk_cmd *c);

/** Prints that there is no such command, and the name that is nearest. Returns
 * -ENOENT.
 */
int cmd_unknown(struct uk_cmd_io *io, const char *name);

/** Offers the names of all commands. */
void cmd_offer_commands(struct uk_cmd_words *words);

#endif /* __CMD_INTERNAL_H__ */
