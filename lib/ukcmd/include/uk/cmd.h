/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Commands by name, registered at link time and run by a reader of lines: a
 * debugger (`monitor`), a shell on a console, a test.
 *
 *	static int cmd_hello(struct uk_cmd_io *io, int argc, char **argv)
 *	{
 *		uk_cmd_printf(io, "hello %s\n", argc > 1 ? argv[1] : "");
 *		return 0;
 *	}
 *	UK_CMD(hello, cmd_hello, "greets", "[NAME]", UK_CMD_ANY);
 *
 * Who runs one gives it a way to print:
 *
 *	static void out(struct uk_cmd_io *io, const char *text, __sz len) …
 *	struct uk_cmd_io io = { .out = out };
 *	uk_cmd_run(&io, line, len);
 *
 * A command and its io are on the caller's stack and in the caller's context.
 * One marked UK_CMD_ANY may run in a debugger that stopped anything anywhere:
 * it obeys trap context (no allocation, no lock, general registers only). One
 * marked UK_CMD_THREAD is refused there.
 *
 * This header only registers records and formats text: commands of a library
 * stand in a file of that library which is built if LIBUKCMD is selected.
 */
#ifndef __UK_CMD_H__
#define __UK_CMD_H__

#include <errno.h>
#include <uk/snprintf.h>
#include <uk/table.h>

struct uk_cmd_io {
	/* Takes output, in pieces as they come; text is not terminated. */
	void (*out)(struct uk_cmd_io *io, const char *text, __sz len);
	void *arg; /* out's */
	/* Why changes are refused, a line without newline; NULL: they are not.
	 */
	const char *refuses;
};

/* Where words go that would complete what was typed. */
struct uk_cmd_words {
	/* Takes one; it begins with what was typed. */
	void (*add)(struct uk_cmd_words *words, const char *word);
	void *arg;	   /* add's */
	const char *begin; /* what was typed; uk_cmd_complete() sets it */
};

struct uk_cmd {
	const char *name; /* letters, digits, - */
	/*
	 * argv[0] is the name, argv[argc] NULL. Returns 0, or a negative errno
	 * after it has said why; -EINVAL alone has the usage printed.
	 */
	int (*fn)(struct uk_cmd_io *io, int argc, char **argv);
	const char *help;    /* what it does, one line without newline */
	const char *usage;   /* its arguments, such as "ADDR [LEN]"; or "" */
	unsigned long flags; /* UK_CMD_* */
	/* Offers words for argv[argc - 1], which may be empty; or NULL. It runs
	 * in threads only.
	 */
	void (*complete)(struct uk_cmd_words *words, int argc, char **argv);
};

/* In which contexts it runs. */
#define UK_CMD_ANY 0	/* any: it obeys trap context */
#define UK_CMD_THREAD 1 /* thread only */

UK_TABLE_DECLARE(cmd, struct uk_cmd);

/**
 * Registers a command, at file scope. Without LIBUKCMD nothing runs it, and the
 * record should not be built.
 *
 * @param id its name, a C identifier
 * @param cmd_flags UK_CMD_ANY or UK_CMD_THREAD
 */
#define UK_CMD(id, func, help_text, usage_text, cmd_flags)                  \
	UK_TABLE_RECORD(cmd, struct uk_cmd, 5, uk_cmd_##id) = {             \
		#id, (func), (help_text), (usage_text), (cmd_flags), __NULL \
	}

/** The same with a function that completes its arguments. */
#define UK_CMD_COMPLETE(id, func, help_text, usage_text, cmd_flags, complete_) \
	UK_TABLE_RECORD(cmd, struct uk_cmd,                                    \
			5, uk_cmd_##id) = { #id,	 (func),               \
					    (help_text), (usage_text),         \
					    (cmd_flags), (complete_) }

/* Arguments at most, the name included. */
#define UK_CMD_ARGS_MAX 16

/**
 * Runs a line: a name and arguments, separated by blanks. Double quotes group;
 * inside of them \" is a quote and \\ a backslash. An empty line does nothing.
 *
 * What is wrong is said through io as well: an unknown name with the nearest
 * one there is, a command that does not run here, wrong arguments with the
 * usage.
 *
 * @param line need not be terminated, is not changed
 * @return what the command returned; -ENOENT if there is none of that name;
 *   -EINVAL if a quote is not closed or a byte is 0; -E2BIG if the line is
 *   longer than LIBUKCMD_LINE_MAX or has more than UK_CMD_ARGS_MAX words;
 *   -EPERM if the command needs a thread, and a trap or an interrupt is being
 *   handled. Contexts: any, as far as io->out() may be called there.
 */
int uk_cmd_run(struct uk_cmd_io *io, const char *line, __sz len);

/**
 * Finds what the last word of a line may become: commands for the first one,
 * then what the command offers.
 *
 * @param words its add() takes each, in any order
 * @param line need not be terminated; what is behind the cursor is left out
 * @return bytes of the last word, which those of words begin with; as
 *   uk_cmd_run() for a line that is none. Contexts: thread.
 */
int uk_cmd_complete(struct uk_cmd_words *words, const char *line, __sz len);

/** For a command's complete(): adds a word if it fits. Contexts: as add(). */
void uk_cmd_offer(struct uk_cmd_words *words, const char *word);

/**
 * The command of that name, or NULL. Contexts: any; it reads constant data.
 */
const struct uk_cmd *uk_cmd_find(const char *name);

/** Prints text of up to 255 bytes; longer ones are cut. Contexts: as out(). */
static inline void __printf_like(2, 3)
	uk_cmd_printf(struct uk_cmd_io *io, const char *fmt, ...)
{
	char text[256];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = uk_vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	io->out(io, text, MIN((__sz)n, sizeof(text) - 1));
}

/**
 * For a command that changes the guest, or shows its memory: whether who runs
 * it may do that. A debugger may.
 *
 * @return 1; or 0, and the reason has been printed: the command returns -EPERM.
 *   Contexts: as out().
 */
static inline int uk_cmd_may_change(struct uk_cmd_io *io)
{
	if (io->refuses)
		uk_cmd_printf(io, "%s\n", io->refuses);
	return !io->refuses;
}

/**
 * Reads a number: hexadecimal after 0x, else decimal.
 *
 * @return 0; -EINVAL if text is not a number, -ERANGE if it does not fit in
 *   64 bits. Contexts: any.
 */
static inline int uk_cmd_number(const char *text, __u64 *value)
{
	unsigned int base = text[0] == '0' && (text[1] | 32) == 'x' ? 16 : 10;
	__u64 v = 0;

	if (base == 16)
		text += 2;
	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		unsigned int c = (unsigned char)*text | 32;
		unsigned int digit = c - '0' < 10 ? c - '0' : c - 'a' + 10;

		if ((*text < '0' && digit < 10) || digit >= base)
			return -EINVAL;
		if (v > (~0UL - digit) / base)
			return -ERANGE;
		v = v * base + digit;
	}
	*value = v;
	return 0;
}

#endif /* __UK_CMD_H__ */
