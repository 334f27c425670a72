/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What a terminal in its usual mode does for a program, for the other end of a
 * raw line: echo, backspace, Ctrl-W, Ctrl-U, Ctrl-C. A line ends in CR, LF or
 * CR LF. There is no history and no cursor: escape sequences are swallowed.
 */
#include <string.h>
#include "line.h"

#define CTRL(c) ((c)&31)
#define BACKSPACE '\b'
#define DELETE 127
#define ESCAPE 27
#define BELL "\a"

enum { NO_ESCAPE, ESCAPED, SEQUENCE };

static void show(struct shell_line *line, const char *text, __sz len)
{
	if (line->echo)
		line->show(line->arg, text, len);
}

void shell_line_learn(struct shell_line *line, const char *bytes, __sz len)
{
	if (memchr(bytes, '\r', len))
		line->echo = 1;
	else if (memchr(bytes, '\n', len) && !line->was_cr)
		line->echo = 0;
}

/* Bytes of UTF-8 after the first of a character. */
static int continues(char c)
{
	return (c & 0xc0) == 0x80;
}

/* Takes a character off. */
static void erase(struct shell_line *line)
{
	while (line->len && continues(line->text[line->len - 1]))
		line->len--;
	if (line->len)
		line->len--;
	show(line, "\b \b", 3);
}

static void erase_word(struct shell_line *line)
{
	while (line->len && line->text[line->len - 1] == ' ')
		erase(line);
	while (line->len && line->text[line->len - 1] != ' ')
		erase(line);
}

static void add(struct shell_line *line, char c)
{
	if (line->len == sizeof(line->text)) {
		show(line, BELL, 1);
		return;
	}
	line->text[line->len++] = c;
	show(line, &c, 1);
}

/* ESC, then one byte; or ESC [ and bytes up to a letter or ~ (ECMA-48, 5.4);
 * or ESC O and one byte.
 */
static void escape(struct shell_line *line, char c)
{
	if (line->escape == ESCAPED && (c == '[' || c == 'O'))
		line->escape = SEQUENCE;
	else if (line->escape == ESCAPED || (c >= '@' && c <= '~'))
		line->escape = NO_ESCAPE;
}

static enum shell_line_event control(struct shell_line *line, char c)
{
	switch (c) {
	case BACKSPACE:
	case DELETE:
		if (line->len)
			erase(line);
		break;
	case CTRL('W'):
		erase_word(line);
		break;
	case CTRL('U'):
		while (line->len)
			erase(line);
		break;
	case CTRL('C'):
		show(line, "^C", 2);
		line->len = 0;
		return SHELL_LINE_ABANDONED;
	case ESCAPE:
		line->escape = ESCAPED;
		break;
	case '\t':
		add(line, ' ');
		break;
	default:
		break;
	}
	return SHELL_LINE_MORE;
}

enum shell_line_event shell_line_feed(struct shell_line *line, char c)
{
	int was_cr = line->was_cr;

	line->was_cr = c == '\r';
	if (c == '\r' || c == '\n') {
		line->escape = NO_ESCAPE;
		return c == '\n' && was_cr ? SHELL_LINE_MORE : SHELL_LINE_DONE;
	}
	if (line->escape && c != ESCAPE && c != CTRL('C')) {
		escape(line, c);
		return SHELL_LINE_MORE;
	}
	line->escape = NO_ESCAPE;
	if ((unsigned char)c < ' ' || c == DELETE)
		return control(line, c);
	add(line, c);
	return SHELL_LINE_MORE;
}

void shell_line_clear(struct shell_line *line)
{
	line->len = 0;
}
