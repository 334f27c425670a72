/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Any bytes as an agent expression.
 *
 * HOST-SRCS: lib/ukgdb/session.c lib/ukgdb/framing.c lib/ukgdb/packet.c
 * HOST-SRCS: lib/ukgdb/points.c lib/ukgdb/ax.c lib/ukgdb/ax_text.c
 * HOST-SRCS: lib/ukgdb/window.c lib/ukgdb/desc.c lib/ukgdb/cmd_registers.c
 * HOST-SRCS: lib/ukgdb/cmd_memory.c lib/ukgdb/cmd_run.c lib/ukgdb/cmd_query.c
 * HOST-SRCS: lib/ukgdb/cmd_threads.c lib/ukgdb/cmd_xfer.c lib/ukgdb/cmd_lldb.c
 * HOST-SRCS: lib/ukgdb/cmd_search.c lib/ukgdb/cmd_monitor.c
 * HOST-SRCS: lib/ukgdb/lldb_threads.c lib/ukgdb/cmd_file.c
 * HOST-SRCS: lib/ukgdb/tests/host/mock.c lib/ukgdb/tests/host/mock_regs.c
 * HOST-SRCS: lib/ukprint/snprintf.c
 * HOST-FLAGS: -Wno-missing-field-initializers
 * HOST-FLAGS: -Ilib/ukgdb/tests/host -include lib/ukgdb/tests/host/config.h
 */
#include <stdint.h>
#include <stdlib.h>
#include "../../ax.h"
#include "mock.h"

static struct mock m;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	__u64 value = 0;
	int i, error;

	mock_init(&m, 0, 0);
	mock_map(&m, 0, 0x100, 3, "low");
	for (i = 0; i < 0x100; i++)
		mock_at(&m, 0, 0x100)[i] = "%d%s%%\\n\0%-08lx"[i % 15];
	m.s.attached = 1;
	m.s.noack = 1;
	error = gdb_ax_eval(&m.s, 1, data, size, &value);
	if (!error == !!m.s.ax_error)
		abort();
	mock_free(&m);
	return 0;
}
