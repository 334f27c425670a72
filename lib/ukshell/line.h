/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A line that a user types, byte by byte.
 */
#ifndef __UKSHELL_LINE_H__
#define __UKSHELL_LINE_H__

#include <uk/essentials.h>

struct shell_line {
	/* Shows bytes to who types: the echo. */
	void (*show)(void *arg, const char *text, __sz len);
	void *arg;
	int echo;   /* 0: the other end shows by itself what is typed */
	int escape; /* in an escape sequence */
	int was_cr; /* a line feed that follows belongs to it */
	__sz len;
	char text[CONFIG_LIBUKSHELL_LINE_MAX];
};

/* What a byte made of the line. */
enum shell_line_event {
	SHELL_LINE_MORE, /* it is not complete */
	SHELL_LINE_DONE, /* text and len are the line; shell_line_clear() next
			  */
	SHELL_LINE_ABANDONED, /* by Ctrl-C: it is empty now */
};

/**
 * Learns from bytes that came at a time whether the other end echoes: a
 * terminal as it is by default shows what is typed and sends whole lines that
 * end in a line feed, a raw one sends carriage returns and shows nothing. It
 * is asked before any of them is fed. Contexts: any.
 */
void shell_line_learn(struct shell_line *line, const char *bytes, __sz len);

/** Takes one byte. Contexts: as show(). */
enum shell_line_event shell_line_feed(struct shell_line *line, char c);

/** Begins the next line. Contexts: any. */
void shell_line_clear(struct shell_line *line);

#endif /* __UKSHELL_LINE_H__ */
