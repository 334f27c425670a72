/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * From a call of uk_pr_*() to a record in the ring, and the readers of the
 * ring. The text of a record is the message with its place; what heads a line
 * on a console is made when it is written there.
 */
#include <string.h>
#include <uk/trace.h>
#include "ring.h"

static const char *const words[] = { "CRIT", "ERR", "WARN", "INFO", "DBG" };

__sz uk_print_prefix(char *buf, __nsec time __unused, int level)
{
	const char *word = words[MIN((__sz)level, ARRAY_SIZE(words) - 1)];

#ifdef CONFIG_LIBUKPRINT_SHOW_TIME
	return (__sz)uk_snprintf(buf, UK_PRINT_PREFIX_MAX,
				 "[%5lu.%06lu] %s: ", time / UK_NSEC_PER_SEC,
				 time / 1000 % 1000000, word);
#else
	return (__sz)uk_snprintf(buf, UK_PRINT_PREFIX_MAX, "%s: ", word);
#endif
}

/* "[libfoo] <foo.c @ 12> ", as far as it is wanted and fits. */
static __sz put_place(char *buf, const char *lib, const char *file,
		      unsigned int line)
{
	__sz len = 0;

	if (lib)
		len = (__sz)uk_snprintf(buf, TEXT_MAX + 1, "[%s] ", lib);
	len = MIN(len, (__sz)TEXT_MAX);
	if (file)
		len += (__sz)uk_snprintf(buf + len, TEXT_MAX + 1 - len,
					 "<%s @ %u> ", file, line);
	return MIN(len, (__sz)TEXT_MAX);
}

#ifdef CONFIG_LIBUKSTORE
__u64 print_counts[UK_PRINT_KLVL_DEBUG + 1];
#endif

UK_TRACEPOINT_FIELDS(trace_log, "%d %s", int, level, const char *, text);

static void log_message(int level, const char *lib, const char *file,
			unsigned int line, const char *fmt, va_list ap)
{
	__u64 pos;
	struct ring_rec *rec = ring_begin(&pos, level);
	__sz len = put_place(rec->text, lib, file, line);

	len += (__sz)uk_vsnprintf(rec->text + len, TEXT_MAX + 1 - len, fmt, ap);
	if (len > TEXT_MAX) {
		len = TEXT_MAX;
		memcpy(rec->text + len - 3, "...", 3);
	} else if (len && rec->text[len - 1] == '\n') {
		len--;
	}
	rec->text[len] = 0;
	trace_log(level, rec->text);
	ring_end(rec, pos, len);
#ifdef CONFIG_LIBUKSTORE
	__atomic_fetch_add(&print_counts[level], 1, __ATOMIC_RELAXED);
#endif
	uk_print_drain();
}

void _uk_printk(int lvl, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_message(lvl, __NULL, __NULL, 0, fmt, ap);
	va_end(ap);
}

void _uk_printk_place(int lvl, const char *lib, const char *file,
		      unsigned int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (lvl == UK_PRINT_KLVL_CRIT)
		lib = file = __NULL;
	log_message(lvl, lib, file, line, fmt, ap);
	va_end(ap);
}

int uk_print_next(struct uk_print_iter *it, struct uk_print_rec *out, char *buf,
		  __sz len)
{
	const struct ring_rec *rec;
	enum ring_state state;
	__u64 pos, next = 0;

	for (pos = ring_seek(it->pos);; pos = ring_seek(next)) {
		state = ring_look(pos, &rec, &next);
		if (state == RING_DONE) {
			out->time = rec->time;
			out->level = rec->level;
			out->len = MIN((__sz)rec->len, len - 1);
			memcpy(buf, rec->text, MIN(out->len, (__sz)TEXT_MAX));
			if (ring_intact(pos))
				break;
		}
		if (pos >= ring_head())
			return 0;
		if (state != RING_PAD && state != RING_DONE)
			next = pos + RING_ALIGN;
	}
	buf[out->len] = '\0';
	out->text = buf;
	out->on_console = next <= print_drained();
	it->pos = next;
	return 1;
}
