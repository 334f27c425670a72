/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Any bytes as an agent expression.
 *
 * HOST-SRCS: lib/ukgdb/session/ lib/ukax/ax.c
 * HOST-SRCS: lib/ukgdb/tests/host/mock.c lib/ukgdb/tests/host/mock_regs.c
 * HOST-SRCS: lib/ukprint/snprintf.c
 * HOST-FLAGS: -Wno-missing-field-initializers
 * HOST-FLAGS: -Ilib/ukgdb/tests/host -include lib/ukgdb/tests/host/config.h
 */
#include <stdint.h>
#include <stdlib.h>
#include "../../session/ax.h"
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
