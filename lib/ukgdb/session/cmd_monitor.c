/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* `monitor`: commands of the program's own. GDB manual, appendix E.4 (qRcmd).
 */
#include "gdb_packet.h"

static void say(void *ctx, const char *text, __sz len)
{
	gdb_say(ctx, text, len);
}

static int monitor(struct gdb_session *s, struct gdb_rx *rx)
{
	char *line = (char *)rx->at;
	__sz len = rx_left(rx) / 2;
	int error;

	if (!s->t->ops->monitor)
		return -ENOTSUP;
	rx_bytes(rx, line, len); /* shrinks in place */
	if (!rx_done(rx) || memchr(line, 0, len))
		return -EINVAL;
	line[len] = 0;
	error = s->t->ops->monitor(s->t, line, say, s);
	/* An empty reply would say that there is no monitor at all. */
	if (error == -ENOTSUP)
		error = -ENOENT;
	return error ? error : GDB_OK;
}

GDB_COMMAND("qRcmd,*", qRcmd, monitor);
