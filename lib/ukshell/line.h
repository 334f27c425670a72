/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A line that a user types, byte by byte, with a cursor.
 */
#ifndef __UKSHELL_LINE_H__
#define __UKSHELL_LINE_H__

#include "history.h"

struct shell_line {
	/* Shows bytes to the user: the echo. */
	void (*show)(void *arg, const char *text, __sz len);
	void *arg;
	struct shell_history *history; /* NULL: none */
	int echo;   /* 0: the other end shows by itself what is typed */
	int escape; /* in an escape sequence */
	unsigned int number; /* its first parameter */
	int was_cr;	     /* a line feed that follows belongs to it */
	unsigned int
		back; /* shown is the line so many before; 0: the new one */
	__sz len, at; /* bytes; before the cursor */
	__sz part_len, kept; /* bytes of part and of typed */
	char part[4];	     /* a character whose end is not there yet */
	char text[CONFIG_LIBUKSHELL_LINE_MAX];
	char typed[CONFIG_LIBUKSHELL_LINE_MAX]; /* the new one, meanwhile */
};

/* What a byte made of the line. */
enum shell_line_event {
	SHELL_LINE_MORE, /* it is not complete */
	SHELL_LINE_DONE, /* text and len are the line; shell_line_clear() next
			  */
	SHELL_LINE_ABANDONED, /* by Ctrl-C: it is empty now */
	SHELL_LINE_TAB,	      /* what is before the cursor is to be completed */
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

/** Puts bytes in at the cursor; with a bell, nothing if they do not fit.
 * Contexts: as show().
 */
void shell_line_insert(struct shell_line *line, const char *text, __sz len);

/** Says that there is nothing to be done. Contexts: as show(). */
void shell_line_bell(struct shell_line *line);

/** Shows the line again, behind a new prompt. Contexts: as show(). */
void shell_line_redraw(struct shell_line *line);

/** Begins the next line; this one becomes the last of the history. Contexts:
 * any.
 */
void shell_line_clear(struct shell_line *line);

#endif /* __UKSHELL_LINE_H__ */
