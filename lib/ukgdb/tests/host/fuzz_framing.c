/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Any bytes on a line that a terminal shares, in pieces, while the program
 * stops and runs. No byte of a terminal's may be lost before a debugger has
 * spoken.
 *
 * HOST-SRCS: lib/ukgdb/session/ lib/ukax/ax.c
 * HOST-SRCS: lib/ukgdb/tests/host/mock.c lib/ukgdb/tests/host/mock_regs.c
 * HOST-SRCS: lib/ukprint/snprintf.c
 * HOST-FLAGS: -Wno-missing-field-initializers
 * HOST-FLAGS: -Ilib/ukgdb/tests/host -include lib/ukgdb/tests/host/config.h
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "mock.h"

static struct mock m;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gdb_stop stop = { .signal = GDB_SIGTRAP, .tid = 1 };
	const uint8_t *whole = data;
	int i, n = size;

	if (size < 2 || size > 2000)
		return 0;
	mock_init(&m, 0, data[0] & 1);
	m.in_chunk = data[0] >> 1 ? data[0] >> 1 : ~0UL;
	mock_map(&m, 0x1000, 0x1000, 3, "data");
	if (data[1] & 1)
		gdb_session_stopped(&m.s, &stop);
	m.in = (const char *)data + 2;
	m.in_len = size - 2;
	for (i = 0; i < 4000 && (m.in_len || m.s.in_full); i++) {
		if (m.s.stopped)
			gdb_session_serve(&m.s);
		else if (gdb_session_poll(&m.s) != GDB_POLL_NONE)
			gdb_session_stopped(&m.s, &stop);
		m.out_len = 0;
	}
	/* What is held back is what may yet become a packet. */
	if (!m.s.stats.packets_in && data[0] & 1 && !m.in_len &&
	    !(data[1] & 1)) {
		n = m.plain_len;
		if (memcmp(m.plain, whole + 2, n) ||
		    (n < (int)size - 2 && whole[2 + n] != '$' &&
		     whole[2 + n] != '+'))
			abort();
	}
	mock_free(&m);
	return 0;
}
