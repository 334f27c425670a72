/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Runs of one byte in a short form; see pack.h.
 */
#include <string.h>
#include "pack.h"

#define RUN_MIN 4U /* a shorter one is cheaper as literals */
#define RUN_SHORT 130U
#define RUN_MAX 0xffffU

static __sz put_literals(struct dump_pack *p, __u8 *out)
{
	__sz n = p->count;

	if (!n)
		return 0;
	out[0] = (__u8)(n - 1);
	memcpy(out + 1, p->literals, n);
	p->count = 0;
	return n + 1;
}

static __sz add_literal(struct dump_pack *p, __u8 byte, __u8 *out)
{
	__sz n = 0;

	if (p->count == sizeof(p->literals))
		n = put_literals(p, out);
	p->literals[p->count++] = byte;
	return n;
}

/* The run is over: a short one joins the literals. */
static __sz put_run(struct dump_pack *p, __u8 *out)
{
	__sz n = 0;

	if (p->repeats < RUN_MIN) {
		for (; p->repeats; p->repeats--)
			n += add_literal(p, p->repeated, out + n);
		return n;
	}
	n = put_literals(p, out);
	if (p->repeats <= RUN_SHORT) {
		out[n++] = (__u8)(p->repeats - RUN_MIN + 0x80);
	} else {
		out[n++] = 0xff;
		out[n++] = (__u8)p->repeats;
		out[n++] = (__u8)(p->repeats >> 8);
	}
	out[n++] = p->repeated;
	p->repeats = 0;
	return n;
}

__sz dump_pack_byte(struct dump_pack *p, __u8 byte, __u8 *out)
{
	__sz n = 0;

	if (p->repeats && (p->repeated != byte || p->repeats == RUN_MAX))
		n = put_run(p, out);
	p->repeated = byte;
	p->repeats++;
	return n;
}

__sz dump_pack_end(struct dump_pack *p, __u8 *out)
{
	__sz n = put_run(p, out);

	return n + put_literals(p, out + n);
}
