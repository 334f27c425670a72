/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A hostile debugger. The input is a first byte of choices, then packets as
 * text, one a line, which are framed here so that all of them arrive; they
 * are executed in turn, and whatever resumes the program runs into every
 * breakpoint. After that the session must answer as if nothing had been.
 *
 * HOST-SRCS: lib/ukgdb/session/ lib/ukax/ax.c
 * HOST-SRCS: lib/ukgdb/tests/host/mock.c lib/ukgdb/tests/host/mock_regs.c
 * HOST-SRCS: lib/ukprint/snprintf.c
 * HOST-FLAGS: -Wno-missing-field-initializers
 * HOST-FLAGS: -Ilib/ukgdb/tests/host -include lib/ukgdb/tests/host/config.h
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../../session/trace.h"
#include "mock.h"

static struct mock m;

static void check(int holds)
{
	if (!holds)
		abort();
}

/* Every packet that went out is well-formed. */
static void check_out(void)
{
	const char *p = m.out, *end = m.out + m.out_len;

	while (p < end) {
		uint8_t sum = 0;
		unsigned int want = 0;
		const char *start = ++p;

		if (p[-1] == '+' || p[-1] == '-')
			continue;
		check(p[-1] == '$');
		for (; p < end && *p != '#'; p++) {
			check(*p != '$');
			sum += *p;
			if (*p == '*') {
				check(p > start && p[1] >= ' ' && p[1] <= '~');
				check(p[1] != '#' && p[1] != '$');
				sum += *++p;
			}
		}
		check(p - start <= GDB_PACKET_SIZE);
		check(end - p >= 3 && sscanf(p, "#%2x", &want) == 1);
		check(want == sum);
		p += 3;
	}
	m.out_len = 0;
}

static void run(void)
{
	struct gdb_stop stop = { .signal = GDB_SIGTRAP, .tid = 2 };
	unsigned int i, steps;

	for (i = 0; i < m.s.n_points; i++) {
		stop.addr = m.s.points[i].addr;
		int executes = m.s.points[i].type <= GDB_POINT_HW;

		check(gdb_points_check(&m.s, 1, stop.addr) != GDB_CHECK_NONE ||
		      !executes);
		for (steps = 0; gdb_trace_steps(&m.s, 1) && steps < 20; steps++)
			gdb_trace_stepped(&m.s, 1);
		m.out_len = 0;
	}
	gdb_session_log(&m.s, "text\n", 5);
	check_out();
	stop.why = i % 8;
	gdb_session_stopped(&m.s, &stop);
	check_out();
}

/* The blocks of each frame end with it, the last frame with the buffer. */
static void check_frames(void)
{
	struct gdb_frame f = { .nr = -1 };
	__u32 at = 0;

	check(!m.s.trace.begun && m.s.trace.used <= m.s.trace.size);
	while (gdb_frame_next(&m.s, &f)) {
		struct gdb_block b = { 0 };

		check(f.at == at + 6);
		for (at = f.at; gdb_block_next(&m.s, &f, &b); at = b.at + b.len)
			check(strchr("RMV", b.type) != NULL);
		check(at == f.at + f.len);
	}
	check(at == m.s.trace.used);
}

static void packet(const uint8_t *text, size_t len)
{
	static char framed[2 * 8192];
	uint8_t sum = 0;
	size_t n = 1, i;

	framed[0] = '$';
	for (i = 0; i < len && n < sizeof(framed) - 8; i++) {
		char c = text[i];

		if (c == '#' || c == '$' || c == '}') {
			sum += framed[n++] = '}';
			c ^= 0x20;
		}
		sum += framed[n++] = c;
	}
	n += sprintf(framed + n, "#%02x", sum);
	m.in = framed;
	m.in_len = n;
	m.s.rx_state = 0;
	m.s.attached = 1;
	while (m.in_len || m.s.rx_at < m.s.rx_len || m.s.in_full) {
		if (!m.s.stopped) {
			gdb_session_poll(&m.s);
			run();
		}
		gdb_session_serve(&m.s);
		check_out();
		check(m.s.ax_used <= sizeof(m.s.ax));
		check(m.s.n_points <= CONFIG_LIBUKGDB_POINTS);
		check(m.s.n_points == m.n_points);
	}
}

/* The end of the script is not the end of the line. */
static __ssz in(void *ctx, char *buf, __sz len, int wait)
{
	__sz n = MIN(len, m.in_len);

	if (!n && wait)
		m.s.ended = GDB_END_LOST;
	memcpy(buf, m.in, n);
	m.in += n;
	m.in_len -= n;
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size, *p;

	if (!size)
		return 0;
	mock_init(&m, data[0] & 1, 0);
	m.s.io.in = in;
	m.s.noack = data[0] >> 1 & 1;
	mock_map(&m, 0x1000, 0x1000, 3, "data");
	mock_map(&m, 0x8000, 0x1000, 5, "text");
	m.s.stopped = 1;
	for (data++; data < end; data = p + 1) {
		for (p = data; p < end && *p != '\n'; p++)
			;
		packet(data, p - data);
	}
	check_frames();
	gdb_session_disconnect(&m.s);
	check(!m.n_points || m.s.trace.disconnected);
	check(!m.s.ax_used);
	m.s.stopped = 1;
	packet((const uint8_t *)"QTinit", 6);
	check(!m.n_points);
	m.s.stopped = 1;
	m.s.stop.why = GDB_STOP_SIGNAL;
	m.s.stop.signal = 5;
	m.out_len = 0;
	packet((const uint8_t *)"?", 1);
	mock_free(&m);
	return 0;
}
