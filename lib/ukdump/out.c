/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The way of the file to the host: through a buffer, packed where the line is
 * slow. After a failure everything is dropped.
 */
#include <string.h>
#include "dump_internal.h"
#include "pack.h"

/* In which not one byte is taken; no clock runs. */
#define TRIES_MAX 10000000U

static struct {
	struct dump_sink sink;
	struct uk_dump_out *to;
	int packed, failed;
	struct dump_pack pack;
	__sz len;
	__u8 buf[4096];
} out;

static void send(const __u8 *buf, __sz len)
{
	unsigned int tries = 0;

	while (len && !out.failed) {
		__ssz n = out.to->write(out.to, (const char *)buf, len);

		if (n > 0) {
			buf += n;
			len -= (__sz)n;
			tries = 0;
		} else if (n < 0 || ++tries > TRIES_MAX) {
			out.failed = 1;
		}
	}
}

static void flush(void)
{
	send(out.buf, out.len);
	out.len = 0;
}

static void put(struct dump_sink *sink __unused, const void *buf, __sz len)
{
	const __u8 *p = buf;

	if (out.packed) {
		while (len--) {
			if (out.len > sizeof(out.buf) - DUMP_PACK_ROOM)
				flush();
			out.len += dump_pack_byte(&out.pack, *p++,
						  out.buf + out.len);
		}
		return;
	}
	if (out.len + len > sizeof(out.buf))
		flush();
	if (len > sizeof(out.buf)) {
		send(p, len);
		return;
	}
	memcpy(out.buf + out.len, p, len);
	out.len += len;
}

struct dump_sink *dump_out_begin(struct uk_dump_out *to, int packed)
{
	out.to = to;
	out.packed = packed;
	out.failed = 0;
	out.len = 0;
	out.sink = (struct dump_sink){ .put = put };
	memset(&out.pack, 0, sizeof(out.pack));
	if (packed)
		send((const __u8 *)DUMP_PACK_MAGIC, DUMP_PACK_MAGIC_LEN);
	return &out.sink;
}

int dump_out_end(void)
{
	if (out.packed) {
		flush();
		out.len = dump_pack_end(&out.pack, out.buf);
	}
	flush();
	return out.failed ? -EIO : 0;
}

int dump_out_failed(void)
{
	return out.failed;
}
