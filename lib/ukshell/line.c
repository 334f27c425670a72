/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What a terminal in its usual mode does for a program, for the other end of a
 * raw line: echo, a cursor, corrections, history. A line ends in CR, LF or
 * CR LF. What is shown is text, spaces and backspaces alone, which every
 * terminal knows; a character counts as one column, and the line as one row.
 * Keys that move are a raw line's only: a client that edits lines sends none.
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
	if (line->echo && len)
		line->show(line->arg, text, len);
}

void shell_line_bell(struct shell_line *line)
{
	show(line, BELL, 1);
}

static void show_times(struct shell_line *line, char c, __sz times)
{
	char some[32];

	memset(some, c, sizeof(some));
	for (; times > sizeof(some); times -= sizeof(some))
		show(line, some, sizeof(some));
	show(line, some, times);
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

static __sz columns(const char *text, __sz len)
{
	__sz n = 0;

	for (; len--; text++)
		n += !continues(*text);
	return n;
}

/* Where the characters before and behind the cursor begin and end. */
static __sz before(const struct shell_line *line)
{
	__sz at = line->at;

	while (at && continues(line->text[--at]))
		;
	return at;
}

static __sz behind(const struct shell_line *line)
{
	__sz at = line->at;

	if (at < line->len)
		at++;
	while (at < line->len && continues(line->text[at]))
		at++;
	return at;
}

static void move(struct shell_line *line, __sz at)
{
	if (at < line->at)
		show_times(line, BACKSPACE,
			   columns(line->text + at, line->at - at));
	else
		show(line, line->text + line->at, at - line->at);
	line->at = at;
}

/* Shows what is behind the cursor, and spaces over what was there. */
static void show_rest(struct shell_line *line, __sz gone)
{
	const char *rest = line->text + line->at;
	__sz len = line->len - line->at;

	show(line, rest, len);
	show_times(line, ' ', gone);
	show_times(line, BACKSPACE, columns(rest, len) + gone);
}

static void erase(struct shell_line *line, __sz from, __sz to)
{
	__sz gone = columns(line->text + from, to - from);

	move(line, from);
	memmove(line->text + from, line->text + to, line->len - to);
	line->len -= to - from;
	show_rest(line, gone);
}

static void erase_word(struct shell_line *line)
{
	__sz from = line->at;

	while (from && line->text[from - 1] == ' ')
		from--;
	while (from && line->text[from - 1] != ' ')
		from--;
	erase(line, from, line->at);
}

void shell_line_insert(struct shell_line *line, const char *text, __sz len)
{
	char *at = line->text + line->at;

	if (len > sizeof(line->text) - line->len) {
		shell_line_bell(line);
		return;
	}
	memmove(at + len, at, line->len - line->at);
	memcpy(at, text, len);
	line->len += len;
	line->at += len;
	show(line, text, len);
	show_rest(line, 0);
}

void shell_line_redraw(struct shell_line *line)
{
	show(line, line->text, line->at);
	show_rest(line, 0);
}

/* Another line in place of this one. */
static void replace(struct shell_line *line, const char *text, __sz len)
{
	__sz had = columns(line->text, line->len), has;

	move(line, 0);
	line->len = line->at = MIN(len, sizeof(line->text));
	memcpy(line->text, text, line->len);
	has = columns(line->text, line->len);
	show(line, line->text, line->len);
	show_rest(line, had > has ? had - has : 0);
}

static void go_back(struct shell_line *line)
{
	const char *text =
		line->history ? shell_history_get(line->history, line->back + 1)
			      : __NULL;

	if (!text) {
		shell_line_bell(line);
		return;
	}
	if (!line->back++) {
		memcpy(line->typed, line->text, line->len);
		line->kept = line->len;
	}
	replace(line, text, strlen(text));
}

static void go_on(struct shell_line *line)
{
	const char *text;

	if (!line->back) {
		shell_line_bell(line);
		return;
	}
	if (!--line->back) {
		replace(line, line->typed, line->kept);
		return;
	}
	text = shell_history_get(line->history, line->back);
	replace(line, text, strlen(text));
}

/* A key by the end of its escape sequence, or the letter of its control
 * character; numbers are those of ESC [ n ~ (VT220, xterm).
 */
static void key(struct shell_line *line, char c)
{
	if (!line->echo)
		return;
	if (c == '~')
		c = line->number == 3			     ? 'd'
		    : line->number == 1 || line->number == 7 ? 'H'
		    : line->number == 4 || line->number == 8 ? 'F'
							     : '\0';
	switch (c) {
	case 'A':
		go_back(line);
		break;
	case 'B':
		go_on(line);
		break;
	case 'C':
		move(line, behind(line));
		break;
	case 'D':
		move(line, before(line));
		break;
	case 'H':
		move(line, 0);
		break;
	case 'F':
		move(line, line->len);
		break;
	case 'd':
		erase(line, line->at, behind(line));
		break;
	default:
		break;
	}
}

/* ESC, then one byte; or ESC [ and bytes up to a letter or ~ (ECMA-48, 5.4);
 * or ESC O and one byte.
 */
static void escape(struct shell_line *line, char c)
{
	if (line->escape == ESCAPED && (c == '[' || c == 'O')) {
		line->escape = SEQUENCE;
		line->number = 0;
	} else if (line->escape == ESCAPED) {
		line->escape = NO_ESCAPE;
	} else if (c >= '@' && c <= '~') {
		line->escape = NO_ESCAPE;
		key(line, c);
	} else if (c >= '0' && c <= '9' && line->number < 100) {
		line->number = 10 * line->number + (unsigned int)(c - '0');
	} else {
		line->number = 100; /* no key's: it has more parameters */
	}
}

static enum shell_line_event control(struct shell_line *line, char c)
{
	static const struct {
		char control, key;
	} keys[] = {
		{ CTRL('A'), 'H' }, { CTRL('B'), 'D' }, { CTRL('D'), 'd' },
		{ CTRL('E'), 'F' }, { CTRL('F'), 'C' }, { CTRL('N'), 'B' },
		{ CTRL('P'), 'A' },
	};

	switch (c) {
	case BACKSPACE:
	case DELETE:
		if (line->at)
			erase(line, before(line), line->at);
		break;
	case CTRL('W'):
		erase_word(line);
		break;
	case CTRL('U'):
		erase(line, 0, line->at);
		break;
	case CTRL('K'):
		if (line->echo)
			erase(line, line->at, line->len);
		break;
	case CTRL('C'):
		show(line, "^C", 2);
		line->len = line->at = 0;
		line->back = 0;
		return SHELL_LINE_ABANDONED;
	case ESCAPE:
		line->escape = ESCAPED;
		break;
	case '\t':
		if (line->echo)
			return SHELL_LINE_TAB;
		shell_line_insert(line, " ", 1);
		break;
	default:
		for (unsigned int i = 0; i < ARRAY_SIZE(keys); i++)
			if (keys[i].control == c)
				key(line, keys[i].key);
		break;
	}
	return SHELL_LINE_MORE;
}

/* Bytes of a character by its first one (RFC 3629, section 3). */
static __sz bytes_of(char first)
{
	return (first & 0xe0) == 0xc0	? 2
	       : (first & 0xf0) == 0xe0 ? 3
	       : (first & 0xf8) == 0xf0 ? 4
					: 1;
}

static void end_part(struct shell_line *line)
{
	__sz len = line->part_len;

	line->part_len = 0;
	if (len)
		shell_line_insert(line, line->part, len);
}

/* A character goes in when it is whole, so that what follows can be shown. */
static void add(struct shell_line *line, char c)
{
	if (!continues(c))
		end_part(line);
	line->part[line->part_len++] = c;
	if (line->part_len >= bytes_of(line->part[0]))
		end_part(line);
}

enum shell_line_event shell_line_feed(struct shell_line *line, char c)
{
	int was_cr = line->was_cr;

	line->was_cr = c == '\r';
	if ((unsigned char)c < ' ' || c == DELETE)
		end_part(line);
	if (c == '\r' || c == '\n') {
		line->escape = NO_ESCAPE;
		if (c == '\n' && was_cr)
			return SHELL_LINE_MORE;
		move(line, line->len);
		return SHELL_LINE_DONE;
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
	if (line->history && line->echo)
		shell_history_add(line->history, line->text, line->len);
	line->len = line->at = 0;
	line->back = 0;
}
