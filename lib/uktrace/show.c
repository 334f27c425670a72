/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Events in words.
 */
#include <string.h>
#include <uk/plat/image.h>
#include <uk/snprintf.h>
#include <uk/symtab.h>
#include "trace_internal.h"

#define SYMBOL_MAX 64

static __u64 number_of(const struct uk_trace_field *f, const char *at)
{
	__u64 value = 0;

	memcpy(&value, at, MIN(f->size, sizeof(value)));
	if (f->kind == UK_TRACE_SIGNED && f->size < sizeof(value) &&
	    value >> (f->size * 8U - 1))
		value |= ~0UL << (f->size * 8U);
	return value;
}

/* " main+1c", of an address of the image that has a symbol, else "". */
static const char *symbol_of(__u64 address, char buf[SYMBOL_MAX])
{
	struct uk_symbol sym;

	buf[0] = 0;
	if (uk_image_contains(address) && !uk_resolve_symbol(address, &sym))
		(void)uk_snprintf(buf, SYMBOL_MAX,
				  address > sym.start ? " %s+%lx" : " %s",
				  sym.name, address - sym.start);
	return buf;
}

/* The bits of a float as those of the double that is equal. */
static __u64 widen(__u32 f)
{
	__u64 sign = (__u64)(f >> 31) << 63, mantissa = f & 0x7fffff;
	__u64 exponent = f >> 23 & 0xff;
	unsigned int up;

	if (exponent == 0xff)
		return sign | 0x7ffUL << 52 | mantissa << 29;
	if (!exponent) {
		if (!mantissa)
			return sign;
		/* the highest bit becomes the one that a double leaves out */
		up = (unsigned int)__builtin_clzl(mantissa) - 40;
		mantissa = mantissa << up & 0x7fffff;
		exponent = 1 - (__u64)up;
	}
	return sign | (exponent + 1023 - 127) << 52 | mantissa << 29;
}

static int float_words(const struct uk_trace_field *f, __u64 bits,
		       const char *blank, char *buf, __sz len)
{
	char number[UK_DOUBLE_MAX];

	uk_double_text(number, f->size == 4 ? widen((__u32)bits) : bits);
	return uk_snprintf(buf, len, "%s%s=%s", blank, f->name, number);
}

/* A program's text stays within its line, and is nothing to a terminal. */
static int text_words(const struct uk_trace_field *f, const char *at,
		      const char *blank, char *buf, __sz len)
{
	int n = uk_snprintf(buf, len, "%s%s=%.*s", blank, f->name,
			    UK_TRACE_TEXT_MAX, at);

	for (; len && *buf; buf++)
		if ((unsigned char)*buf < ' ' || *buf == 0x7f)
			*buf = '?';
	return n;
}

/* Another name and value, behind a blank if it is not the first. */
static int field_words(const struct uk_trace_field *f, const char *at,
		       int first, char *buf, __sz len)
{
	const char *blank = first ? "" : " ";
	char symbol[SYMBOL_MAX];
	__u64 value = number_of(f, at);

	switch (f->kind) {
	case UK_TRACE_TEXT:
		return text_words(f, at, blank, buf, len);
	case UK_TRACE_SIGNED:
		return uk_snprintf(buf, len, "%s%s=%ld", blank, f->name,
				   (long)value);
	case UK_TRACE_UNSIGNED:
		return uk_snprintf(buf, len, "%s%s=%lu", blank, f->name, value);
	case UK_TRACE_FLOAT:
		return float_words(f, value, blank, buf, len);
	default:
		return uk_snprintf(buf, len, "%s%s=0x%lx%s", blank, f->name,
				   value, symbol_of(value, symbol));
	}
}

int uk_trace_words(const struct uk_tracepoint *point,
		   const struct uk_trace_event *event, char *buf, __sz len)
{
	__sz done = 0;
	int n;

	if (len)
		buf[0] = 0;
	for (__u32 i = 0; i < point->fields_count && done < len; i++) {
		const struct uk_trace_field *f = &point->fields[i];

		n = field_words(f, (const char *)event + f->offset, !i,
				buf + done, len - done);
		done = MIN(done + (__sz)n, len - 1);
		if (done == len - 1)
			break;
	}
	return (int)done;
}

void uk_trace_list(void (*line)(const char *text, void *arg), void *arg)
{
	char text[UK_TRACE_LINE_MAX];

	uk_table_foreach (tracepoint, point) {
		(void)uk_snprintf(text, sizeof(text), "%-3s %-20s %s",
				  *point->on ? "on" : "", point->name,
				  point->format);
		line(text, arg);
	}
}

static void put_line(unsigned int cpu, const struct uk_tracepoint *point,
		     const struct uk_trace_event *event,
		     char buf[UK_TRACE_LINE_MAX])
{
	int n = uk_snprintf(
		buf, UK_TRACE_LINE_MAX, "[%5lu.%09lu] cpu %u thread %u %s ",
		event->time / UK_NSEC_PER_SEC, event->time % UK_NSEC_PER_SEC,
		cpu, event->thread, point->name);
	__sz len = MIN((__sz)n, UK_TRACE_LINE_MAX - 1UL);

	(void)uk_trace_words(point, event, buf + len, UK_TRACE_LINE_MAX - len);
}

void uk_trace_last(unsigned int cpu, __u64 count,
		   void (*line)(const char *text, void *arg), void *arg)
{
	char buf[UK_TRACE_EVENT_MAX] __aligned(8), text[UK_TRACE_LINE_MAX];
	struct uk_trace_event *event = (void *)buf;
	const struct uk_tracepoint *point;
	__u64 pos = 0, all = 0;

	while (uk_trace_next(cpu, &pos, event, sizeof(buf)))
		all++;
	pos = 0;
	/* not those that come meanwhile: what shows them may make events */
	for (; all && (point = uk_trace_next(cpu, &pos, event, sizeof(buf)));
	     all--)
		if (all <= count) {
			put_line(cpu, point, event, text);
			line(text, arg);
		}
}
