/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What agent expressions say: printf, as dprintf-style agent compiles to, and
 * why an expression failed. GDB manual, appendix F.2 (printf).
 *
 * The format is a C format with its escape sequences still in it. Integers,
 * characters, strings and pointers are printed; floating point is not, as the
 * expressions have none.
 */
#include <uk/snprintf.h>
#include "ax.h"
#include "gdb_packet.h"

/* Longest text of one printf. */
#define TEXT_MAX 512

struct text {
	struct gdb_session *s;
	__sz len;
	char buf[TEXT_MAX];
};

static void add(struct text *t, char c)
{
	if (t->len < TEXT_MAX)
		t->buf[t->len++] = c;
}

static int fail(struct gdb_session *s, const char *why)
{
	s->ax_error = why;
	s->ax_error_memory = 0;
	return -EINVAL;
}

/* After a backslash. Digits of octal numbers, one letter, or itself. */
static const char *escape(struct text *t, const char *f)
{
	static const char names[] = "abefnrtv", bytes[] = "\a\b\033\f\n\r\t\v";
	const char *name = *f ? strchr(names, *f) : __NULL;
	int i, v = 0;

	for (i = 0; i < 3 && f[i] >= '0' && f[i] <= '7'; i++)
		v = v * 8 + f[i] - '0';
	if (i) {
		add(t, v);
		return f + i;
	}
	add(t, name ? bytes[name - names] : *f);
	return *f ? f + 1 : f;
}

/* A string of the program's, to its end or as far as there is room. */
static int string(struct text *t, __u64 addr)
{
	char c;

	do {
		if (t->s->t->ops->mem_read(t->s->t, addr, &c, 1) != 1) {
			fail(t->s, "memory refused");
			t->s->ax_error_memory = 1;
			t->s->ax_error_addr = addr;
			return -EFAULT;
		}
		if (c)
			add(t, c);
		addr++;
	} while (c && t->len < TEXT_MAX);
	return 0;
}

/* The bits that a length modifier leaves of an argument. */
static __u64 narrow(__u64 v, unsigned int bits, int is_signed)
{
	v <<= 64 - bits;
	return is_signed ? (__u64)((__s64)v >> (64 - bits)) : v >> (64 - bits);
}

static void number(struct text *t, const char *spec, __u64 v)
{
	__sz room = TEXT_MAX - t->len;
	char one[80];
	int n = uk_snprintf(one, sizeof(one), spec, v);

	n = MIN(n, (int)sizeof(one) - 1);
	n = MIN((__sz)n, room);
	memcpy(t->buf + t->len, one, n);
	t->len += n;
}

static const char bad[] = "bad format";

/*
 * A conversion, after its '%'. Flags, width and precision go to uk_snprintf,
 * the length is always ll. @return what follows, or NULL with s->ax_error set
 */
static const char *conversion(struct text *t, const char *f, __u64 v)
{
	char spec[10] = "%"; /* bounds width and precision, too */
	unsigned int n = 1, bits = 32;

	while (*f && strchr("-+ #0123456789.", *f)) {
		if (n == sizeof(spec) - 3) {
			fail(t->s, bad);
			return __NULL;
		}
		spec[n++] = *f++;
	}
	for (; *f && strchr("hljztL", *f); f++)
		bits = *f == 'h' ? bits / 2 : 64;
	if (*f == 's')
		return string(t, v) ? __NULL : f + 1;
	if (*f == 'c') {
		add(t, v);
		return f + 1;
	}
	if (!*f || !strchr("diuxXop", *f)) {
		fail(t->s, bad);
		return __NULL;
	}
	if (*f == 'p') {
		number(t, "0x%lx", v);
		return f + 1;
	}
	spec[n++] = 'l';
	spec[n++] = *f;
	number(t, spec, narrow(v, bits ? bits : 8, *f == 'd' || *f == 'i'));
	return f + 1;
}

int gdb_ax_printf(struct gdb_session *s, const char *f, const __u64 *args,
		  unsigned int n_args)
{
	struct text t;

	t.s = s;
	t.len = 0;
	while (*f) {
		char c = *f++;

		if (c == '\\') {
			f = escape(&t, f);
		} else if (c != '%') {
			add(&t, c);
		} else if (*f == '%') {
			add(&t, *f++);
		} else {
			if (!n_args)
				return fail(s, "printf lacks an argument");
			n_args--;
			f = conversion(&t, f, *args--);
			if (!f)
				return -EINVAL;
		}
	}
	gdb_say(s, t.buf, t.len);
	return 0;
}

int gdb_ax_describe(const struct gdb_session *s, char *buf, __sz len)
{
	int n = uk_snprintf(buf, len,
			    "Breakpoint at 0x%lx: its expression failed: %s",
			    s->ax_error_at, s->ax_error);

	if (s->ax_error_memory && n < (int)len)
		n += uk_snprintf(buf + n, len - n, " at 0x%lx",
				 s->ax_error_addr);
	if (n < (int)len)
		n += uk_snprintf(buf + n, len - n, "\n");
	return MIN(n, (int)len - 1);
}
