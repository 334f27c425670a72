/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The console at whose other end the debugger is. Bytes are polled, in trap
 * context; an interrupt only says that there are some.
 */
#include <uk/arch/lcpu.h>
#include "guest.h"

/* Rounds of polling for what arrives on two queues and belongs together. */
#define PATIENCE 100000

/* 1 when the client at the other end has disconnected. A new client is reported
 * separately from its bytes, maybe later.
 */
static int cut(struct gdb_guest *g)
{
	unsigned int before = g->connection;

	g->connection = uk_console_connection(g->con);
	return before && before != g->connection;
}

static void await_connection(struct gdb_guest *g)
{
	for (unsigned int i = 0; !g->connection && i < PATIENCE; i++)
		g->connection = uk_console_connection(g->con);
}

static __ssz line_in(void *ctx, char *buf, __sz len, int wait)
{
	struct gdb_guest *g = ctx;
	__ssz n;

	for (;;) {
		if (cut(g) && gdb_session_attached(&g->session))
			return -EPIPE;
		n = uk_console_in(g->con, buf, len);
		if (n > 0)
			await_connection(g);
		if (n || !wait)
			return n;
		ukarch_cpu_relax();
	}
}

/* A line that takes no more bytes has no reader: the rest is dropped, and the
 * debugger asks again.
 */
static void line_out(void *ctx, const char *buf, __sz len)
{
	struct gdb_guest *g = ctx;
	__sz done = 0;

	for (unsigned int idle = 0; done < len && idle < PATIENCE;) {
		__ssz n = uk_console_out_to(g->con, g->connection, buf + done,
					    len - done);

		if (n < 0)
			return;
		idle = n ? 0 : idle + 1;
		done += (__sz)n;
	}
}

const struct gdb_io gdb_line = {
	.in = line_in,
	.out = line_out,
	.ctx = &gdb_guest,
};
