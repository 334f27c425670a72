/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Lines that were typed, in a buffer of fixed size: the oldest ones go.
 */
#ifndef __UKSHELL_HISTORY_H__
#define __UKSHELL_HISTORY_H__

#include <uk/essentials.h>

/* All zero: empty. */
struct shell_history {
	__sz used;
	char text[CONFIG_LIBUKSHELL_HISTORY + 1]; /* each line with its end */
};

/** Keeps a line, if it is not empty, as the last one, or too long. It has no
 * NUL. Contexts: any.
 */
void shell_history_add(struct shell_history *h, const char *line, __sz len);

/** The line so many before the next one, from 1, terminated; or NULL.
 * Contexts: any.
 */
const char *shell_history_get(const struct shell_history *h, unsigned int back);

#endif /* __UKSHELL_HISTORY_H__ */
