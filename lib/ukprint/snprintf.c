/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The formatter. One pass over the format; every character goes through
 * put() or pad(), which alone know the bounds of the buffer and count what does
 * not fit. Strings are read no further than the precision says. Deliberately
 * without floating point, locale, wide characters, positional arguments, %n.
 */
#include <uk/snprintf.h>

#define F_LEFT 0x01  /* - */
#define F_ZERO 0x02  /* 0 */
#define F_PLUS 0x04  /* + */
#define F_BLANK 0x08 /* blank */
#define F_ALT 0x10   /* # */

#define INT_LIMIT 0x7fffffffU

struct out {
	char *buf;
	__sz room; /* characters that fit, terminator not counted */
	__sz len;  /* characters so far, fitting or not */
};

struct args {
	va_list ap; /* in a struct, so that it can be passed by address */
};

struct spec {
	unsigned int flags;
	unsigned int width;
	unsigned int prec;
	int has_prec;
	int size; /* bytes of an integer argument */
};

static void put(struct out *o, const char *s, __sz count)
{
	__sz fits = o->len < o->room ? MIN(count, o->room - o->len) : 0;
	char *to = o->buf + o->len;

	for (__sz i = 0; i < fits; i++)
		to[i] = s[i];
	o->len += count;
}

static void pad(struct out *o, char c, __sz count)
{
	__sz fits = o->len < o->room ? MIN(count, o->room - o->len) : 0;

	for (__sz i = 0; i < fits; i++)
		o->buf[o->len + i] = c;
	o->len += count;
}

/* The blanks before (left = 0) or after (left = 1) a field of len. */
static void pad_field(struct out *o, const struct spec *s, __sz len, int left)
{
	if (!!(s->flags & F_LEFT) == left && s->width > len)
		pad(o, ' ', s->width - len);
}

static void put_string(struct out *o, const struct spec *s, const char *str)
{
	__sz len = 0;

	if (!str)
		str = "(null)";
	while ((!s->has_prec || len < s->prec) && str[len])
		len++;
	pad_field(o, s, len, 0);
	put(o, str, len);
	pad_field(o, s, len, 1);
}

static void put_char(struct out *o, const struct spec *s, char c)
{
	pad_field(o, s, 1, 0);
	put(o, &c, 1);
	pad_field(o, s, 1, 1);
}

/* Digits, the last one at end[-1]; returns how many, 22 at most (octal). */
static unsigned int to_digits(char *end, __u64 val, char conv)
{
	const char *set = conv == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	unsigned int shift = conv == 'o' ? 3 : 4;
	char *p = end;

	if (conv == 'd' || conv == 'u') {
		for (; val; val /= 10)
			*--p = (char)('0' + val % 10);
	} else {
		for (; val; val >>= shift)
			*--p = set[val & ((1U << shift) - 1)];
	}
	return (unsigned int)(end - p);
}

static void put_number(struct out *o, const struct spec *s, __u64 val,
		       char conv, const char *prefix)
{
	char digits[22], *end = digits + sizeof(digits);
	unsigned int n = to_digits(end, val, conv);
	unsigned int min = s->has_prec ? s->prec : 1;
	__sz zeros, plen = 0;

	while (prefix[plen])
		plen++;
	if (conv == 'o' && (s->flags & F_ALT) && min <= n)
		min = n + 1;
	zeros = min > n ? min - n : 0;
	if ((s->flags & (F_ZERO | F_LEFT)) == F_ZERO && !s->has_prec &&
	    s->width > plen + zeros + n)
		zeros = s->width - plen - n;

	pad_field(o, s, plen + zeros + n, 0);
	put(o, prefix, plen);
	pad(o, '0', zeros);
	put(o, end - n, n);
	pad_field(o, s, plen + zeros + n, 1);
}

static void put_signed(struct out *o, const struct spec *s, struct args *a)
{
	__s64 v = s->size == 8 ? va_arg(a->ap, long) : va_arg(a->ap, int);
	const char *sign = s->flags & F_PLUS	? "+"
			   : s->flags & F_BLANK ? " "
						: "";

	if (s->size == 2)
		v = (short)v;
	else if (s->size == 1)
		v = (signed char)v;
	put_number(o, s, v < 0 ? -(__u64)v : (__u64)v, 'd', v < 0 ? "-" : sign);
}

static void put_unsigned(struct out *o, const struct spec *s, struct args *a,
			 char conv)
{
	__u64 v = s->size == 8 ? va_arg(a->ap, unsigned long)
			       : va_arg(a->ap, unsigned int);
	const char *prefix = "";

	if (s->size == 2)
		v = (unsigned short)v;
	else if (s->size == 1)
		v = (unsigned char)v;
	if ((s->flags & F_ALT) && v && conv != 'u' && conv != 'o')
		prefix = conv == 'x' ? "0x" : "0X";
	put_number(o, s, v, conv, prefix);
}

static const char *parse_flags(const char *p, struct spec *s)
{
	for (;; p++) {
		switch (*p) {
		case '-':
			s->flags |= F_LEFT;
			break;
		case '0':
			s->flags |= F_ZERO;
			break;
		case '+':
			s->flags |= F_PLUS;
			break;
		case ' ':
			s->flags |= F_BLANK;
			break;
		case '#':
			s->flags |= F_ALT;
			break;
		default:
			return p;
		}
	}
}

/* Digits or *; a number beyond int stays at its limit. */
static const char *parse_count(const char *p, int *val, struct args *a)
{
	unsigned long n = 0;

	if (*p == '*') {
		*val = va_arg(a->ap, int);
		return p + 1;
	}
	for (; *p >= '0' && *p <= '9'; p++)
		n = MIN(n * 10 + (unsigned long)(*p - '0'),
			(unsigned long)INT_LIMIT);
	*val = (int)n;
	return p;
}

static const char *parse_size(const char *p, struct spec *s)
{
	s->size = sizeof(int);
	switch (*p) {
	case 'h':
		s->size = p[1] == 'h' ? 1 : 2;
		return p + (p[1] == 'h' ? 2 : 1);
	case 'l':
		s->size = 8;
		return p + (p[1] == 'l' ? 2 : 1);
	case 'z':
	case 'j':
	case 't':
		s->size = 8;
		return p + 1;
	default:
		return p;
	}
}

/* Everything between % and the letter. */
static const char *parse_spec(const char *p, struct spec *s, struct args *a)
{
	int n;

	*s = (struct spec){ 0 };
	p = parse_count(parse_flags(p, s), &n, a);
	if (n < 0)
		s->flags |= F_LEFT;
	s->width = n < 0 ? -(unsigned int)n : (unsigned int)n;
	if (*p == '.') {
		p = parse_count(p + 1, &n, a);
		s->has_prec = n >= 0;
		s->prec = n >= 0 ? (unsigned int)n : 0;
	}
	return parse_size(p, s);
}

static void convert(struct out *o, const struct spec *s, char conv,
		    struct args *a)
{
	switch (conv) {
	case 'd':
	case 'i':
		put_signed(o, s, a);
		break;
	case 'u':
	case 'o':
	case 'x':
	case 'X':
		put_unsigned(o, s, a, conv);
		break;
	case 'p':
		put_number(o, s, (__u64)va_arg(a->ap, void *), 'x', "0x");
		break;
	case 's':
		put_string(o, s, va_arg(a->ap, const char *));
		break;
	case 'c':
		put_char(o, s, (char)va_arg(a->ap, int));
		break;
	case '%':
		put(o, "%", 1);
		break;
	default:
		put(o, "%", 1);
		put(o, &conv, 1);
		put(o, "?", 1);
		break;
	}
}

int uk_vsnprintf(char *buf, __sz len, const char *fmt, va_list ap)
{
	struct out o = { .buf = buf, .room = len ? len - 1 : 0 };
	struct args a;
	struct spec s;

	va_copy(a.ap, ap);
	for (;;) {
		const char *start = fmt;

		while (*fmt && *fmt != '%')
			fmt++;
		put(&o, start, (__sz)(fmt - start));
		if (!*fmt)
			break;
		fmt = parse_spec(fmt + 1, &s, &a);
		if (!*fmt) {
			put(&o, "%", 1);
			break;
		}
		convert(&o, &s, *fmt++, &a);
	}
	va_end(a.ap);

	if (len)
		buf[MIN(o.len, o.room)] = '\0';
	return (int)MIN(o.len, (__sz)INT_LIMIT);
}

int uk_snprintf(char *buf, __sz len, const char *fmt, ...)
{
	va_list ap;
	int ret;

	va_start(ap, fmt);
	ret = uk_vsnprintf(buf, len, fmt, ap);
	va_end(ap);
	return ret;
}
