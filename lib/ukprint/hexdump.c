/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Hex dumps, a line at a time. The bytes of a line are copied first, so that
 * memory is read once and only here; a reader may say that some are not there.
 */
#include <string.h>
#include <uk/hexdump.h>

/* Address, two digits and a blank a byte at most, bytes as characters. */
#define LINE_SIZE (20 + 4 * UK_HXDF_LINE_BYTES + 8)

struct dump {
	const char *data; /* what to read */
	__sz len;
	__sz addr; /* what to show for it */
	int flags;
	__sz line_bytes;
	unsigned int group;
	uk_hexdump_read_t read;
	/* receives each line, terminated, without newline */
	void (*emit)(struct dump *d, const char *line);
};

/* The bytes of one line. */
struct bytes {
	__u8 b[UK_HXDF_LINE_BYTES];
	__sz len; /* wanted */
	__sz got; /* readable, from the start */
};

static void dump_init(struct dump *d, int flags, unsigned int grps)
{
	d->flags = flags;
	d->group = flags & UK_HXDF_GRPQWORD   ? 8
		   : flags & UK_HXDF_GRPDWORD ? 4
		   : flags & UK_HXDF_GRPWORD  ? 2
					      : 1;
	grps = MIN(MAX(grps, 1U), UK_HXDF_LINE_BYTES / d->group);
	d->line_bytes = (__sz)grps * d->group;
}

static void read_line(const struct dump *d, __sz off, struct bytes *l)
{
	l->len = MIN(d->len - off, d->line_bytes);
	l->got = l->len;
	if (d->read)
		l->got = MIN(d->read(l->b, d->data + off, l->len), l->len);
	else
		memcpy(l->b, d->data + off, l->len);
}

/* A group is a number: the byte with the highest address comes first. */
static char *put_groups(const struct dump *d, const struct bytes *l, char *p)
{
	static const char hex[] = "0123456789abcdef";

	for (__sz i = 0; i < d->line_bytes; i++) {
		__sz at = i - i % d->group + (d->group - 1 - i % d->group);

		if (at < l->got) {
			*p++ = hex[l->b[at] >> 4];
			*p++ = hex[l->b[at] & 15];
		} else {
			*p++ = at < l->len ? '?' : ' ';
			*p++ = at < l->len ? '?' : ' ';
		}
		if (i % d->group == d->group - 1)
			*p++ = ' ';
	}
	return p;
}

static char *put_chars(const struct bytes *l, char *p)
{
	*p++ = ' ';
	*p++ = '|';
	for (__sz i = 0; i < l->len; i++)
		*p++ = i >= l->got			  ? '?'
		       : l->b[i] >= ' ' && l->b[i] < 0x7f ? (char)l->b[i]
							  : '.';
	*p++ = '|';
	return p;
}

static void dump_line(struct dump *d, __sz off, const struct bytes *l)
{
	char line[LINE_SIZE], *p = line;

	if (d->flags & UK_HXDF_ADDR)
		p += uk_snprintf(p, 20, "%08lx  ", d->addr + off);
	p = put_groups(d, l, p);
	if (d->flags & UK_HXDF_ASCIISEC)
		p = put_chars(l, p);
	while (p > line && p[-1] == ' ')
		p--;
	*p = '\0';
	d->emit(d, line);
}

static int same(const struct bytes *a, const struct bytes *b)
{
	return a->len == b->len && a->got == b->got &&
	       !memcmp(a->b, b->b, a->got);
}

static void dump(struct dump *d)
{
	struct bytes lines[2] = { { .len = 0 } };
	int starred = 0;

	for (__sz off = 0, n = 0; off < d->len; off += d->line_bytes, n++) {
		struct bytes *now = &lines[n % 2];

		read_line(d, off, now);
		if ((d->flags & UK_HXDF_COMPRESS) && n &&
		    same(now, &lines[(n + 1) % 2])) {
			if (!starred)
				d->emit(d, "*");
			starred = 1;
			continue;
		}
		starred = 0;
		dump_line(d, off, now);
	}
}

struct dump_to_string {
	struct dump d;
	char *str;
	__sz size;
	__sz len;
	const char *prefix;
};

static void emit_string(struct dump *d, const char *line)
{
	struct dump_to_string *s = __containerof(d, struct dump_to_string, d);
	__sz at = MIN(s->len, s->size);

	s->len += (__sz)uk_snprintf(s->str + at, s->size - at, "%s%s\n",
				    s->prefix, line);
}

int uk_hexdumpsn(char *str, __sz size, const void *data, __sz len, __sz addr0,
		 int flags, unsigned int grps_per_line, const char *line_prefix)
{
	struct dump_to_string s = {
		.d = { .data = data,
		       .len = len,
		       .addr = addr0,
		       .emit = emit_string },
		.str = str,
		.size = size,
		.prefix = line_prefix ? line_prefix : "",
	};

	if (size)
		str[0] = '\0';
	dump_init(&s.d, flags, grps_per_line);
	dump(&s.d);
	return (int)s.len;
}

#ifdef CONFIG_LIBUKPRINT
struct dump_to_log {
	struct dump d;
	int lvl;
};

static void emit_log(struct dump *d, const char *line)
{
	_uk_printk(__containerof(d, struct dump_to_log, d)->lvl, "%s\n", line);
}

void _uk_hexdumpk(int lvl, const void *data, __sz len, int flags,
		  unsigned int grps_per_line, uk_hexdump_read_t read)
{
	struct dump_to_log l = {
		.d = { .data = data,
		       .len = len,
		       .addr = (__sz)data,
		       .read = read,
		       .emit = emit_log },
		.lvl = lvl,
	};

	dump_init(&l.d, flags, grps_per_line);
	dump(&l.d);
}
#endif
