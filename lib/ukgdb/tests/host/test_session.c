/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Packets and what they are answered with, on the mock: tables of what the
 * debugger sends and what it must get. Replies are compared with run lengths
 * expanded, as the manual says to, by code of the test's own.
 *
 * HOST-SRCS: lib/ukgdb/session/ lib/ukax/ax.c
 * HOST-SRCS: lib/ukgdb/tests/host/mock.c lib/ukgdb/tests/host/mock_regs.c
 * HOST-SRCS: lib/ukprint/snprintf.c
 * HOST-FLAGS: -Wno-missing-field-initializers
 * HOST-FLAGS: -Ilib/ukgdb/tests/host -include lib/ukgdb/tests/host/config.h
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "mock.h"

static struct mock m;

/* Frames a packet; text has no byte that needs an escape. */
static const char *frame(const char *text)
{
	static char buf[1 << 16];
	uint8_t sum = 0;
	const char *p;

	for (p = text; *p; p++)
		sum += *p;
	snprintf(buf, sizeof(buf), "$%s#%02x", text, sum);
	return buf;
}

static void line(const char *bytes, size_t len)
{
	m.in = bytes;
	m.in_len = len;
	m.out_len = 0;
	m.out[0] = 0;
}

/*
 * The replies in the sent bytes, in order, separated by '|', with
 * escapes and run lengths undone; acknowledgements as they are.
 */
static const char *replies(void)
{
	static char text[1 << 18];
	const char *p = m.out, *end = m.out + m.out_len;
	size_t n = 0;

	while (p < end) {
		uint8_t sum = 0;
		unsigned int want;

		if (n)
			text[n++] = '|';
		if (*p != '$') {
			text[n++] = *p++;
			continue;
		}
		for (p++; p < end && *p != '#'; p++) {
			sum += *p;
			if (*p == '}') {
				sum += *++p;
				text[n++] = *p ^ 0x20;
			} else if (*p == '*') {
				int count = *++p - 29;

				sum += *p;
				assert_in_range(*p, ' ', '~');
				for (; count; count--, n++)
					text[n] = text[n - 1];
			} else {
				text[n++] = *p;
			}
		}
		assert_true(end - p >= 3);
		assert_int_equal(sscanf(p, "#%2x", &want), 1);
		assert_int_equal(sum, want);
		p += 3;
	}
	text[n] = 0;
	return text;
}

/* In no-ack mode: one packet, its reply. */
static const char *ask(const char *packet)
{
	const char *framed = frame(packet);

	line(framed, strlen(framed));
	gdb_session_serve(&m.s);
	return replies();
}

struct row {
	const char *send, *expect;
};

static void rows(const struct row *r, size_t n)
{
	for (; n; n--, r++) {
		const char *got;

		m.s.attached = 1; /* serve() ends with a cut line each time */
		m.s.noack = 1;
		got = ask(r->send);
		if (strcmp(got, r->expect))
			fail_msg("%.200s: got %.400s, not %.400s", r->send, got,
				 r->expect);
	}
}

#define ROWS(...)                                                  \
	do {                                                       \
		static const struct row table[] = { __VA_ARGS__ }; \
		rows(table, ARRAY_SIZE(table));                    \
	} while (0)

/*
 * Keeps the session over the end of the script: the line is not cut, the
 * packet after ends serving. See ask().
 */
static __ssz in_kept(void *ctx, char *buf, __sz len, int wait)
{
	__sz n = MIN(len, m.in_len);

	if (!n && wait) {
		m.s.ended = GDB_END_LOST;
		return 0;
	}
	memcpy(buf, m.in, n);
	m.in += n;
	m.in_len -= n;
	return n;
}

static int setup(void **state)
{
	struct gdb_stop stop = { .signal = GDB_SIGTRAP, .tid = 1 };
	unsigned int i;

	mock_init(&m, 0, 0);
	m.s.io.in = in_kept;
	mock_map(&m, 0x1000, 0x1000, 3, "data");
	mock_map(&m, 0x8000, 0x1000, 5, "text");
	mock_map(&m, -0x1000UL, 0x1000, 3, "top");
	for (i = 0; i < 0x1000; i++)
		mock_at(&m, 0x1000, 0x1000)[i] = i * 7;
	for (i = 0; i < 17; i++)
		mock_reg_set(&m, 1, i, 0x1100 + i);
	gdb_session_stopped(&m.s, &stop);
	m.s.attached = 1;
	m.s.noack = 1;
	return 0;
}

static int teardown(void **state)
{
	mock_free(&m);
	return 0;
}

static void test_registers(void **state)
{
	char packet[4096], *p;
	const char *all;
	size_t len;

	ROWS({ "p0", "0011000000000000" }, { "p10", "1011000000000000" },
	     { "P0=efcdab8967452301", "OK" }, { "p0", "efcdab8967452301" },
	     { "P0=efcdab89674523", "E16" }, /* too short */
	     { "P0=efcdab896745230111", "E16" }, { "P0=xx", "E16" },
	     { "P0", "E16" }, { "p", "E16" }, { "pzz", "E16" },
	     { "p3a", "E16" }, /* no such register */
	     { "pffffffffffffffff", "E16" }, { "p10000000000000000", "E16" },
	     { "P3a=00", "E16" }, { "p39", "0000000000000000" },
	     { "P39=0100000000000000", "E1e" }, /* read-only */
	     { "p1;thread:2;", "0000000000000000" }, { "p1;thread:4;", "E03" },
	     { "p1;thread:0;", "E16" }, { "p1;thread:-1;", "E16" },
	     { "P1=0100000000000000;thread:2;", "OK" },
	     { "p1;thread:2;", "0100000000000000" },
	     { "p1;thread:1", "0111000000000000" },
	     { "p39;thread:2;", "xxxxxxxxxxxxxxxx" }, { "Hg2", "OK" },
	     { "p1", "0100000000000000" }, { "Hg4", "E03" }, { "Hg", "E16" },
	     { "Hx1", "E16" }, { "H", "E16" }, { "Hg0", "OK" },
	     { "p1", "0111000000000000" }, { "Hg-1", "OK" }, { "Hc-1", "OK" },
	     { "Hc3", "OK" }, { "Hc0", "OK" }, { "Hg1x", "E16" });

	all = ask("g");
	len = strlen(all);
	/* 16 general, rip, 7 of 4 bytes, x87, 8 of 4, xmm, mxcsr */
	assert_int_equal(len, 2 * (17 * 8 + 7 * 4 + 8 * 10 + 8 * 4 + 256 + 4));
	assert_memory_equal(all, "efcdab8967452301", 16);
	packet[0] = 'G';
	strcpy(packet + 1, all);
	memcpy(packet + 1 + 2 * 8, "0102030405060708", 16);
	assert_string_equal(ask(packet), "OK");
	assert_int_equal(mock_reg(&m, 1, 1), 0x0807060504030201);
	assert_string_equal(ask("p0"), "efcdab8967452301");
	/* What is not known is not written. */
	memset(packet + 1, 'x', 16);
	packet[17] = '7';
	assert_string_equal(ask(packet), "OK");
	assert_string_equal(ask("p0"), "efcdab8967452301");
	assert_int_equal(mock_reg(&m, 1, 1), 0x0807060504030271);
	p = packet + strlen(packet);
	p[-1] = 0;
	assert_string_equal(ask(packet), "E16");
	p[-1] = 'g';
	assert_string_equal(ask(packet), "E16");
	assert_string_equal(ask("g;thread:9;"), "E03");
	assert_string_equal(ask("gg"), "E16");
}

static void test_memory(void **state)
{
	char packet[40];
	size_t i;

	ROWS({ "m1000,4", "00070e15" }, { "m1ffe,8", "f2f9" },
	     { "m0,4", "E0e" }, { "m2000,1", "E0e" }, { "m1000,0", "E16" },
	     { "m", "E16" }, { "m1000", "E16" }, { "m1000,", "E16" },
	     { "m,4", "E16" }, { "m1000,4,", "E16" },
	     { "mffffffffffffffff,10", "00" },
	     { "m10000000000000000,1", "E16" }, { "M1000,2:aabb", "OK" },
	     { "m1000,4", "aabb0e15" }, { "M1000,2:aa", "E16" },
	     { "M1000,1:aabb", "E16" }, { "M1000,2:aabx", "E16" },
	     { "M1000,2:aab", "E16" }, { "M1000,2", "E16" },
	     { "M8000,1:00", "E0e" }, /* read-only */
	     { "M1ffe,4:00000000", "E0e" }, { "M1000,0:", "OK" },
	     { "Mffffffffffffffff,2:0000", "E0e" }, { "X1000,0:", "OK" },
	     { "X1000,3:abc", "OK" }, { "m1000,4", "61626315" },
	     { "X1000,4:abc", "E16" }, { "X1000,2:abc", "E16" },
	     { "X0,1:a", "E0e" }, { "X1000", "E16" }, { "x0,0", "OK" },
	     { "x1000,3", "abc" }, { "x0,1", "E0e" }, { "x1000", "E16" });

	/* All bytes come through both binary forms. */
	for (i = 0; i < 256; i++)
		mock_at(&m, 0x1000, 256)[i] = i;
	ask("x1000,100");
	assert_int_equal(m.out[0], '$');
	assert_memory_equal(replies(), mock_at(&m, 0x1000, 256), 256);

	/* A large read is as long as a packet may be. */
	mock_map(&m, 0x100000, 0x10000, 3, "big");
	memset(mock_at(&m, 0x100000, 1), 0xa5, 0x10000);
	assert_int_equal(strlen(ask("m100000,10000")), GDB_PACKET_SIZE / 2 * 2);
	snprintf(packet, sizeof(packet), "m100000,%x", GDB_PACKET_SIZE / 2);
	assert_int_equal(strlen(ask(packet)), GDB_PACKET_SIZE / 2 * 2);
	/* Every byte escaped. */
	memset(mock_at(&m, 0x100000, 1), '}', 0x10000);
	assert_true(strlen(ask("x100000,10000")) > GDB_PACKET_SIZE / 4);
}

static void test_run(void **state)
{
	static const struct {
		const char *send;
		struct gdb_action is[3];
		unsigned int n;
	} good[] = {
		{ "c", { { 1, GDB_ACT_CONTINUE, 0 }, { -1, 0, 0 } }, 2 },
		{ "s", { { 1, GDB_ACT_STEP, 0 }, { -1, 0, 0 } }, 2 },
		{ "C0b", { { 1, GDB_ACT_CONTINUE, 11 }, { -1, 0, 0 } }, 2 },
		{ "S5;1234", { { 1, GDB_ACT_STEP, 5 }, { -1, 0, 0 } }, 2 },
		{ "vCont;c", { { -1, GDB_ACT_CONTINUE, 0 } }, 1 },
		{ "vCont;s:2;c",
		  { { 2, GDB_ACT_STEP, 0 }, { -1, GDB_ACT_CONTINUE, 0 } },
		  2 },
		{ "vCont;r1000,1010:1;t:2;C0b:-1",
		  { { 1, GDB_ACT_RANGE, 0, 0x1000, 0x1010 },
		    { 2, GDB_ACT_STOP, 0 },
		    { -1, GDB_ACT_CONTINUE, 11 } },
		  3 },
		{ "vCont;S05:0", { { 1, GDB_ACT_STEP, 5 } }, 1 },
	};
	struct gdb_stop stop = { .signal = GDB_SIGTRAP, .tid = 1 };
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		assert_string_equal(ask(good[i].send), "");
		assert_int_equal(m.resumes, i + 1);
		assert_int_equal(m.n_actions, good[i].n);
		for (j = 0; j < good[i].n; j++) {
			assert_int_equal(m.actions[j].tid, good[i].is[j].tid);
			assert_int_equal(m.actions[j].act, good[i].is[j].act);
			assert_int_equal(m.actions[j].signal,
					 good[i].is[j].signal);
			assert_int_equal(m.actions[j].start,
					 good[i].is[j].start);
			assert_int_equal(m.actions[j].end, good[i].is[j].end);
		}
		line("", 0);
		gdb_session_stopped(&m.s, &stop);
		assert_int_equal(strncmp(replies(), "T05thread:1;", 12), 0);
	}
	assert_int_equal(mock_reg(&m, 1, 16), 0x1234);
	ROWS({ "vCont?", "vCont;c;C;s;S;t;r" }, { "vCont;", "E16" },
	     { "vCont;x", "E16" }, { "vCont;c;", "E16" }, { "vCont;r1", "E16" },
	     { "vCont;r1,", "E16" }, { "vCont;c:", "E16" },
	     { "vCont;c:zz", "E16" }, { "vCont;C", "E16" }, { "C", "E16" },
	     { "C5;", "E16" }, { "cx", "E16" }, { "s123z", "E16" });
	assert_int_equal(m.resumes, ARRAY_SIZE(good));

	/* Hc: only that thread runs. */
	assert_string_equal(ask("Hc2"), "OK");
	assert_string_equal(ask("c"), "");
	assert_int_equal(m.n_actions, 1);
	assert_int_equal(m.actions[0].tid, 2);
}

static const struct gdb_stop *st(enum gdb_stop_why why, int signal, long tid,
				 __u64 addr)
{
	static struct gdb_stop stop;

	stop.why = why;
	stop.signal = signal;
	stop.tid = tid;
	stop.addr = addr;
	return &stop;
}

static const char *stopped(const struct gdb_stop *stop)
{
	m.s.owed = 1;
	line("", 0);
	gdb_session_stopped(&m.s, stop);
	return replies();
}

static void test_stops(void **state)
{
#define REGS "06:0611000000000000;07:0711000000000000;10:1011000000000000;"
	assert_string_equal(ask("?"), "T05thread:1;core:0;" REGS);
	assert_string_equal(stopped(st(GDB_STOP_SWBREAK, 5, 1, 0)),
			    "T05thread:1;core:0;" REGS);
	ask("qSupported:swbreak+;hwbreak+;foo+");
	assert_string_equal(stopped(st(GDB_STOP_SWBREAK, 5, 1, 0)),
			    "T05thread:1;core:0;swbreak:;" REGS);
	assert_string_equal(stopped(st(GDB_STOP_HWBREAK, 5, 1, 0)),
			    "T05thread:1;core:0;hwbreak:;" REGS);
	assert_string_equal(stopped(st(GDB_STOP_WATCH, 5, 1, 0x1234)),
			    "T05thread:1;core:0;watch:1234;" REGS);
	assert_string_equal(stopped(st(GDB_STOP_RWATCH, 5, 1, 0x1234)),
			    "T05thread:1;core:0;rwatch:1234;" REGS);
	assert_string_equal(stopped(st(GDB_STOP_AWATCH, 5, 1, 0x1234)),
			    "T05thread:1;core:0;awatch:1234;" REGS);
	assert_string_equal(stopped(st(GDB_STOP_THREAD_CREATE, 5, 1, 0)),
			    "T05thread:1;core:0;create:;" REGS);
	assert_string_equal(stopped(st(GDB_STOP_THREAD_EXIT, 7, 2, 0)),
			    "w07;2");
	assert_string_equal(stopped(st(GDB_STOP_SIGNAL, GDB_SIGSEGV, 1, 0)),
			    "T0bthread:1;core:0;" REGS);
	assert_string_equal(ask("?"), "T0bthread:1;core:0;" REGS);
	assert_string_equal(stopped(st(GDB_STOP_EXITED, 3, 1, 0)), "W03");
	assert_string_equal(ask("?"), "W03");
	assert_string_equal(ask("vCont;c"), "E03");
	assert_string_equal(stopped(st(GDB_STOP_KILLED, GDB_SIGABRT, 1, 0)),
			    "X06");
	/* Not waited for: not reported. */
	line("", 0);
	m.s.owed = 0;
	gdb_session_stopped(&m.s, st(0, 5, 1, 0));
	assert_string_equal(replies(), "");
}

static void test_points(void **state)
{
	char packet[600], *p;
	int i;

	ROWS({ "Z0,8000,1", "OK" }, { "Z0,8000,1", "OK" }, /* once only */
	     { "Z0,1000,1;X1,27", "OK" }, { "z0,8000,1", "OK" },
	     { "z0,8000,1", "OK" }, { "Z0,0,1", "E0e" }, { "Z5,8000,1", "" },
	     { "Z3,8000,1", "" }, { "Z1,8000,1", "OK" }, { "Z2,1000,8", "OK" },
	     { "Z4,1000,4", "OK" }, { "Z2,1008,8", "OK" },
	     { "Z2,1010,8", "E1c" }, { "z2,1008,8", "OK" },
	     { "Z2,1010,8", "OK" }, { "Z0,8000", "E16" }, { "Z0", "E16" },
	     { "Z", "E16" }, { "Z0,8000,1x", "E16" }, { "z0,8000,1x", "E16" },
	     { "z0,8000", "E16" }, { "z9,1,1", "" }, { "Z0,8001,1;X", "E16" },
	     { "Z0,8001,1;X1", "E16" }, { "Z0,8001,1;X1,", "E16" },
	     { "Z0,8001,1;X1,2", "E16" }, { "Z0,8001,1;X1,2x", "E16" },
	     { "Z0,8001,1;X0,", "E16" }, { "Z0,8001,1;", "E16" },
	     { "Z0,8001,1;cmds:", "E16" }, { "Z0,8001,1;cmds:1", "E16" },
	     { "Z0,8001,1;cmds:1,", "E16" }, { "Z0,8001,1;X10000,27", "E16" },
	     { "Z0,8001,1;Xffffffffffffffff,27", "E16" },
	     { "Z0,8001,1;X1,27;X1,27;cmds:1,X1,27X1,27", "OK" },
	     { "Z0,8002,1;X1,27X1,27;cmds:0,X1,27", "OK" },
	     { "Z0,8003,1;cmds:0,X1,27;X1,27", "OK" },
	     { "Z0,8004,1;cmds:0,X1,27;cmds:0,X1,27", "E16" });
	assert_int_equal(m.s.points[0].addr, 0x1000);
	for (i = 1; i < m.s.n_points; i++)
		assert_true(m.s.points[i - 1].addr <= m.s.points[i].addr);

	/* The pool: 4 expressions of 254 bytes fit 1024, 5 do not. */
	for (i = 0; i < 5; i++) {
		p = packet +
		    snprintf(packet, sizeof(packet), "Z0,81%d0,1;Xea,", i);
		memset(p, '2', 2 * 0xea);
		p[2 * 0xea] = 0;
		assert_string_equal(ask(packet), i == 4 ? "E1c" : "OK");
	}
	assert_string_equal(ask("z0,8110,1"), "OK");
	memcpy(packet, "Z0,8150", 7);
	assert_string_equal(ask(packet), "OK");
	/* Replacing needs no more room. */
	assert_string_equal(ask(packet), "OK");
	for (i = m.s.n_points; i < CONFIG_LIBUKGDB_POINTS; i++) {
		snprintf(packet, sizeof(packet), "Z0,82%02x,1", i);
		assert_string_equal(ask(packet), "OK");
	}
	assert_string_equal(ask("Z0,8300,1"), "E1c");
	/* Detaching takes all of them out. */
	assert_string_equal(ask("D"), "OK");
	assert_int_equal(m.n_points, 0);
	assert_int_equal(m.s.ax_used, 0);
	assert_int_equal(m.detached, 1);
}

static void test_hits(void **state)
{
	ROWS({ "Z0,8000,1;X3,220127", "OK" }, { "Z0,8001,1;X3,220027", "OK" },
	     { "Z0,8002,1", "OK" }, { "Z2,8003,1", "OK" },
	     { "Z0,8004,1;X3,220027;X3,220127", "OK" },
	     { "Z0,8005,1;X2,0227", "OK" },		   /* stack empty */
	     { "Z0,8006,1;X4,22051a27", "OK" },		   /* memory */
	     { "Z0,8007,1;cmds:0,X3,220127", "OK" },	   /* goes on */
	     { "Z0,8008,1;X3,220027;cmds:0,X1,01", "OK" }, /* not run */
	     { "Z0,8009,1;X3,220127;cmds:0,X1,01", "OK" }, /* fails */
	     { "Z0,800a,1;X3,210000", "OK" },		   /* for ever */
	     { "Z0,800b,1;X3,220027", "OK" }, { "Z1,800b,1", "OK" },
	     /* printf("n=%d %s\n", 7, 0x1000) */
	     { "Z0,800c,1;cmds:0,X1a,"
	       "23100022072200220034020009"
	       "6e3d25642025735c6e0027",
	       "E16" });
	assert_int_equal(gdb_points_check(&m.s, 1, 0x8000), GDB_CHECK_STOP);
	assert_int_equal(gdb_points_check(&m.s, 1, 0x8001), GDB_CHECK_PASS);
	assert_int_equal(gdb_points_check(&m.s, 1, 0x8002), GDB_CHECK_STOP);
	assert_int_equal(gdb_points_check(&m.s, 1, 0x8003), GDB_CHECK_NONE);
	assert_int_equal(gdb_points_check(&m.s, 1, 0x8004), GDB_CHECK_STOP);
	assert_int_equal(gdb_points_check(&m.s, 1, 0x8007), GDB_CHECK_PASS);
	assert_int_equal(gdb_points_check(&m.s, 1, 0x8008), GDB_CHECK_PASS);
	assert_int_equal(gdb_points_check(&m.s, 1, 0x800b), GDB_CHECK_STOP);
	assert_int_equal(gdb_points_check(&m.s, 1, 0x9000), GDB_CHECK_NONE);
	assert_null(m.s.ax_error);
	assert_int_equal(m.s.stats.checks, 7);
	assert_int_equal(m.s.stats.passes, 3);

	/* What fails stops, and says why before the stop. */
	m.s.noack = 1;
	assert_int_equal(gdb_points_check(&m.s, 1, 0x8005), GDB_CHECK_STOP);
	assert_string_equal(m.s.ax_error, "stack empty");
	stopped(st(GDB_STOP_SWBREAK, 5, 1, 0));
	assert_int_equal(m.out[1], 'O');
	assert_non_null(strstr(replies(), "|T05"));
	assert_null(m.s.ax_error);
	assert_int_equal(gdb_points_check(&m.s, 1, 0x8006), GDB_CHECK_STOP);
	assert_string_equal(m.s.ax_error, "memory refused");
	assert_int_equal(m.s.ax_error_addr, 5);
	stopped(st(GDB_STOP_SWBREAK, 5, 1, 0));
	/* "... memory refused at 0x5\n" */
	assert_non_null(
		strstr(replies(), "2072656675736564206174203078350a|T05"));
	assert_int_equal(gdb_points_check(&m.s, 1, 0x8009), GDB_CHECK_STOP);
	assert_string_equal(m.s.ax_error, "unknown operation");
	assert_int_equal(gdb_points_check(&m.s, 1, 0x800a), GDB_CHECK_STOP);
	assert_string_equal(m.s.ax_error, "too many steps");
	assert_int_equal(m.s.stats.ax_errors, 4);
}

static void test_threads(void **state)
{
	ROWS({ "T1", "OK" }, { "T4", "E03" }, { "T", "E16" }, { "T0", "E16" },
	     { "qC", "QC1" }, { "qfThreadInfo", "m1,2,3" },
	     { "qsThreadInfo", "l" }, { "qsThreadInfo", "l" },
	     { "qThreadExtraInfo,1", "6d61696e3a2072756e6e696e67" },
	     { "qThreadExtraInfo,9", "E03" }, { "qThreadExtraInfo,", "E16" },
	     { "qGetTLSAddr:2,10,0", "1210" }, { "qGetTLSAddr:3,10,0", "E3d" },
	     { "qGetTLSAddr:2,10", "E16" },
	     { "qXfer:threads:read::0,40",
	       "m<?xml version=\"1.0\"?>\n<threads>\n<thread id=\"1\" "
	       "core=\"0\" name=\"ma" },
	     { "qXfer:threads:read::40,1a", "min\">running</thread>\n<thre" },
	     { "qXfer:threads:read::55,50",
	       "m<thread id=\"2\" core=\"0\" name=\"w&lt;&quot;&amp;}*&gt;\" "
	       "handle=\"ab00120000000000\">" },
	     { "qXfer:threads:read::1000,40", "l" },
	     { "qXfer:threads:read::0", "E16" },
	     { "qXfer:threads:read::0,0", "E16" }, { "QThreadEvents:1", "" });
}

/* gdb, which says that it knows processes: threads have theirs in front. */
static void test_processes(void **state)
{
	struct gdb_stop end = { .why = GDB_STOP_EXITED, .signal = 3, .tid = 1 };

	assert_null(strstr(ask("qSupported:swbreak+"), "multiprocess"));
	assert_string_equal(ask("qC"), "QC1");
	assert_non_null(strstr(ask("qSupported:multiprocess+;swbreak+"),
			       ";multiprocess+"));
	ROWS({ "qC", "QCp1.1" }, { "qfThreadInfo", "mp1.1,p1.2,p1.3" },
	     { "Hgp1.2", "OK" }, { "qC", "QCp1.2" }, { "Hgp0.0", "OK" },
	     { "Hcp1.-1", "OK" }, { "Hcp-1.-1", "OK" }, { "Hcp1", "OK" },
	     { "Hgp1.4", "E03" }, { "Hgp", "E16" }, { "Hgp.1", "E16" },
	     { "Hgp1.", "E16" }, { "Tp1.3", "OK" }, { "Tp1.9", "E03" },
	     { "qThreadExtraInfo,p1.1", "6d61696e3a2072756e6e696e67" },
	     { "qGetTLSAddr:p1.2,10,0", "1210" },
	     { "qXfer:threads:read::20,15", "m<thread id=\"p1.1\" cor" },
	     { "?", "T05thread:p1.1;core:0;06:0611000000000000;07:"
		    "0711000000000000;10:1011000000000000;" });
	m.n_actions = 0;
	ask("vCont;s:p1.2;c:p1.-1");
	assert_int_equal(m.n_actions, 2);
	assert_int_equal(m.actions[0].tid, 2);
	assert_int_equal(m.actions[1].tid, GDB_TID_ALL);
	gdb_session_stopped(&m.s, &end);
	ROWS({ "?", "W03;process:1" }, { "D;1", "OK" });
}

static void test_files(void **state)
{
	static const char maps[] = "1000-2000 rw-p 00000000 00:00 0 [data]\n"
				   "8000-9000 r-xp 00000000 00:00 0 [text]\n"
				   "fffffffffffff000-ffffffffffffffff rw-p "
				   "00000000 00:00 0 [top]\n";
	char all[256], expect[256];

	ROWS({ "vFile:setfs:0", "F0" }, { "vFile:setfs:1", "F0" },
	     { "vFile:setfs:", "E16" },
	     { "vFile:open:2f70726f632f312f6d617073,0,0", "F3" },
	     { "vFile:open:2f70726f632f312f6d6170,0,0", "F-1,2" },
	     { "vFile:open:2f70726f632f312f6d617074,0,0", "F-1,2" },
	     { "vFile:open:2f70726f632f312f6d61707z,0,0", "F-1,2" },
	     { "vFile:open:,0,0", "F-1,2" },
	     { "vFile:open:2f70726f632f312f636d646c696e65,0,0", "F4" },
	     { "vFile:pread:4,f,0", "F0000f;/mock/image.elf" },
	     { "vFile:open:2f70726f632f312f73746174,0,0", "F5" },
	     { "vFile:pread:5,1a,0", "F0001a;1 (/mock/image.elf) t 0 1 " },
	     { "vFile:open:2f70726f632f312f6d617073,0", "E16" },
	     { "vFile:open:2f70726f632f312f6d617073", "E16" },
	     { "vFile:pread:3,c,0", "F0000c;1000-2000 rw" },
	     { "vFile:pread:3,5,2b", "F00005;-9000" },
	     { "vFile:pread:3,0,0", "F00000;" },
	     { "vFile:pread:3,100,1000", "F00000;" },
	     { "vFile:pread:3,ffffffffffffffff,ffffffffffffffff", "F00000;" },
	     { "vFile:pread:6,100,0", "F-1,9" }, { "vFile:pread:3,100", "E16" },
	     { "vFile:close:3", "F0" }, { "vFile:close:6", "F-1,9" },
	     { "vFile:close:", "E16" }, { "vFile:unlink:2f", "" });
	snprintf(all, sizeof(all), "%s", ask("vFile:pread:3,ffffffff,0"));
	snprintf(expect, sizeof(expect), "F%05zx;%s", sizeof(maps) - 1, maps);
	assert_string_equal(all, expect);
}

static void test_queries(void **state)
{
	const char *s = ask("qSupported");

	assert_non_null(strstr(s, "PacketSize=1000;"));
	assert_non_null(strstr(s, ";ConditionalBreakpoints+"));
	assert_non_null(strstr(s, ";BreakpointCommands+"));
	assert_non_null(strstr(s, ";no-resumed+;vContSupported+"));
	assert_null(strstr(s, "exec-file")); /* packets for nothing */
	assert_null(strstr(s, "multiprocess"));
	ROWS({ "vMustReplyEmpty", "" }, { "QTSave:2f", "" }, { "qfoo", "" },
	     { "", "" }, { "v", "" }, { "b", "" }, { "qCfoo", "" },
	     { "QNonStop:0", "OK" }, { "QNonStop:1", "E16" },
	     { "qAttached", "1" }, { "qAttached:1", "1" },
	     { "qSymbol::", "OK" }, { "qOffsets", "Text=0;Data=0;Bss=0" },
	     { "!", "OK" }, { "QPassSignals:e;10;ff", "OK" },
	     { "QPassSignals:100", "E16" }, { "QPassSignals:e;;", "E16" },
	     { "QPassSignals:", "OK" }, { "vRun;", "" }, { "R00", "" },
	     { "vCtrlC", "" },
	     { "qXfer:features:read:target.xml:0,1c",
	       "m<?xml version=\"1.0\"?>\n<!DOCT" },
	     { "qXfer:features:read:foo.xml:0,1c", "E00" },
	     { "qXfer:features:write:target.xml:0,1c", "" },
	     { "qXfer:exec-file:read:1:0,100", "" },
	     { "qXfer:memory-map:read::0,1000", "" },
	     { "qCRC:1000,0", "Cffffffff" }, { "qCRC:0,10", "E0e" },
	     { "qCRC:ffffffffffffffff,2", "E0e" }, { "qCRC:1000", "E16" },
	     { "qSearch:memory:1000;100;\x07\x0e", "1,1001" },
	     { "qSearch:memory:1000;100;\x07\x0f", "0" },
	     { "qSearch:memory:1ffe;2;\x01\x02", "0" },
	     { "qSearch:memory:1000;100;", "E16" },
	     { "qSearch:memory:1000;100", "E16" },
	     { "qSearch:memory:2000;100;a", "E0e" },
	     { "qSearch:memory:1000;1;ab", "0" },
	     { "qRcmd,666f6f", "O796f75207361696420|O666f6f|O0a|OK" },
	     { "qRcmd,6661696c", "E16" }, { "qRcmd,6", "E16" },
	     { "qRcmd,zz", "E16" }, { "qRcmd,00", "E16" }, { "qRcmd", "" });
	/* "123456789": CRC-32/BZIP2 without the last inversion */
	memcpy(mock_at(&m, 0x1000, 9), "123456789", 9);
	assert_string_equal(ask("qCRC:1000,9"), "C376e6e7");
	assert_int_equal(m.restarted, 2);

	ask("qXfer:siginfo:read::0,100");
	ask("qXfer:auxv:read::0,100");
	assert_int_equal(gdb_session_passes(&m.s, 14), 0);
	ask("QPassSignals:e;10");
	assert_int_equal(gdb_session_passes(&m.s, 14), 1);
	assert_int_equal(gdb_session_passes(&m.s, 11), 0);
	assert_int_equal(gdb_session_passes(&m.s, 1000), 0);

	/* Texts of errors, for whom asked */
	ROWS({ "m0,1", "E0e" }, { "QEnableErrorStrings", "OK" },
	     { "m0,1", "E0e;616464726573732072656675736564" });
	ask("qSupported:error-message+");
	ROWS({ "m0,1", "E.address refused" }, { "p", "E.bad packet" });
}

/* The program runs and comes to an address, n times. */
static void run_to(__u64 addr, unsigned int n)
{
	m.s.stopped = 0;
	for (; n; n--)
		gdb_points_check(&m.s, 1, addr);
	m.s.stopped = 1;
}

static void test_tracepoints(void **state)
{
	ROWS({ "qTStatus",
	       "T0;tnotrun:0;tframes:0;tcreated:0;tfree:1000;tsize:1000;"
	       "circular:0;disconn:0;starttime:0;stoptime:0;username:;notes::" },
	     { "qTMinFTPILen", "1" }, { "QTinit", "OK" }, { "qTfP", "l" },
	     { "qTfV", "1:0:1:74726163655f74696d657374616d70" },
	     { "qTsV", "l" }, { "QTDV:2:5:0:6e", "OK" }, { "qTV:2", "V5" },
	     { "qTV:3", "U" }, { "QTDV:2:5:0:6e6", "E.bad packet" },
	     { "QTDV:2", "E.bad packet" },
	     /* One with memory by a register and by address, text, $n++ */
	     { "QTDP:1:8000:E:0:0:F5:X3,220127-", "OK" },
	     { "QTDP:-1:8000:R0f-", "OK" },
	     { "QTDP:-1:8000:M0,ffffffffffffff00,4M-1,1002,2-", "OK" },
	     { "QTDP:-1:8000:Xe,2c00022201022d00022e000227", "E.bad packet" },
	     { "QTDP:-1:8000:Xd,2c00022201022d00022e000227", "OK" },
	     { "QTDPsrc:1:8000:at:0:3:666f6f", "OK" },
	     { "QTDP:1:8000:E:0:0", "E.there is such a tracepoint" },
	     { "QTDP:-2:8000:R0f", "E.bad packet" },
	     { "QTDP:", "E.bad packet" },
	     { "QTDP:2:8000:Q:0:0", "E.bad packet" },
	     { "QTDP:2:8000:E:0:0:S",
	       "E.static tracepoints are not supported" },
	     { "QTDP:2:8010:E:0:2", "OK" }, { "QTDP:3:8020:D:0:0", "OK" },
	     { "qTfP", "T1:8000:E:0:0:F5:X3,220127" },
	     { "qTsP", "A1:8000:R0f" },
	     { "qTsP", "A1:8000:M0,ffffffffffffff00,4" },
	     { "qTsP", "A1:8000:M-1,1002,2" },
	     { "qTsP", "A1:8000:Xd,2c00022201022d00022e000227" },
	     { "qTsP", "Z1:8000:at:0:3:666f6f" }, { "qTsP", "V1:8000:0:0" },
	     { "qTsP", "T2:8010:E:0:2" }, { "qTsP", "V2:8010:0:0" },
	     { "qTsP", "T3:8020:D:0:0" }, { "qTsP", "V3:8020:0:0" },
	     { "qTsP", "l" });
	assert_int_equal(m.n_points, 0);
	ROWS({ "QTro:1800,1810", "OK" }, { "QTNotes:user:616e;notes:;", "OK" },
	     { "QTStart", "OK" });
	assert_int_equal(m.n_points, 2);
	run_to(0x8000, 2);
	assert_string_equal(ask("qTP:1:8000"), "V2:490");
	ROWS({ "qTV:2", "V7" }, { "p0", "0011000000000000" },
	     { "QTFrame:0", "F0T1" }, { "m1000,4", "00070e15" },
	     { "m1002,4", "0e15" }, { "m1004,1", "E0e" }, { "m1800,2", "0007" },
	     { "m180f,2", "69" }, { "qTV:2", "V6" },
	     { "p0", "0011000000000000" }, { "P0=0000000000000000", "E1e" },
	     { "p39", "xxxxxxxxxxxxxxxx" }, { "M1000,1:00", "E1e" },
	     { "qXfer:traceframe-info:read::0,1000",
	       "l<?xml version=\"1.0\"?><!DOCTYPE traceframe-info SYSTEM "
	       "\"traceframe-info.dtd\"><traceframe-info>"
	       "<memory start=\"0x1000\" length=\"0x4\"/>"
	       "<memory start=\"0x1002\" length=\"0x2\"/>"
	       "<tvar id=\"0x2\"/></traceframe-info>" },
	     { "QTFrame:tdp:1", "F1T1" }, { "qTV:2", "V7" },
	     { "QTFrame:tdp:1", "F-1" }, { "QTFrame:2", "F-1" },
	     { "QTFrame:0", "F0T1" }, { "QTFrame:pc:1110", "F1T1" },
	     { "QTFrame:range:0:110f", "F-1" }, { "QTFrame:0", "F0T1" },
	     { "QTFrame:outside:0:110f", "F1T1" }, { "QTFrame:", "E16" },
	     { "QTFrame:ffffffff", "OK" }, { "qTV:2", "V7" },
	     { "qTBuffer:0,6", "010042020000" }, { "qTBuffer:490,10", "l" });
	/* The second hit of 2 ends it; what is there for it goes. */
	run_to(0x8010, 1);
	assert_int_equal(m.n_points, 2);
	run_to(0x8010, 1);
	assert_int_equal(m.n_points, 0);
	assert_int_equal(m.s.trace.frames, 4);
	assert_true(strstr(ask("qTStatus"), "T0;tpasscount:2;tframes:4;") !=
		    NULL);
}

static void test_trace_ends(void **state)
{
	unsigned int i;

	/* Memory that refuses; a frame half there does not stay. */
	ROWS({ "QTinit", "OK" }, { "QTDP:1:8000:E:0:0-", "OK" },
	     { "QTDP:-1:8000:M-1,1000,4M-1,1ffe,4", "OK" },
	     { "QTStart", "OK" });
	run_to(0x8000, 3);
	assert_int_equal(m.n_points, 0);
	assert_int_equal(m.s.trace.frames, 0);
	assert_int_equal(
		strncmp(ask("qTStatus"),
			"T0;terror:6d656d6f727920726566757365642061742030"
			"7832303030:1;",
			60),
		0);
	assert_null(m.s.ax_error);

	/* The buffer is full, or keeps the last. */
	ROWS({ "QTinit", "OK" }, { "QTDP:1:8000:E:0:0-", "OK" },
	     { "QTDP:-1:8000:M-1,1000,3e8", "OK" },
	     { "QTBuffer:size:10000", "E.the trace buffer has "
				      "LIBUKGDB_TRACE_KB KiB" },
	     { "QTBuffer:size:800", "OK" }, { "QTStart", "OK" });
	run_to(0x8000, 9);
	assert_int_equal(m.s.trace.frames, 2);
	assert_int_equal(strncmp(ask("qTStatus"), "T0;tfull:0;", 11), 0);
	ROWS({ "QTBuffer:circular:1", "OK" }, { "QTStart", "OK" });
	for (i = 0; i < 50; i++) {
		*mock_at(&m, 0x1000, 1) = i;
		run_to(0x8000, 1);
	}
	assert_int_equal(m.s.trace.frames, 2);
	assert_int_equal(m.s.trace.created, 50);
	ROWS({ "QTFrame:0", "F0T1" }, { "m1000,2", "3007" },
	     { "QTFrame:1", "F1T1" }, { "m1000,2", "3107" },
	     { "QTFrame:2", "F-1" }, { "QTStop", "OK" });
	assert_int_equal(strncmp(ask("qTStatus"), "T0;tstop::0;", 12), 0);

	ROWS({ "QTNotes:tstop:656e64;", "OK" });
	assert_int_equal(strncmp(ask("qTStatus"), "T0;tstop:656e64:0;", 18), 0);

	/* The debugger goes, and a point of its own at the same place. */
	ROWS({ "QTDisconnected:1", "OK" }, { "Z0,8000,1", "OK" },
	     { "QTStart", "OK" });
	assert_int_equal(m.n_points, 1);
	assert_int_equal(gdb_points_check(&m.s, 1, 0x8000), GDB_CHECK_STOP);
	gdb_session_disconnect(&m.s);
	assert_int_equal(m.n_points, 1);
	assert_int_equal(gdb_points_check(&m.s, 1, 0x8000), GDB_CHECK_PASS);
	assert_int_equal(m.s.trace.frames, 2);
	ROWS({ "QTDisconnected:0", "OK" });
	gdb_session_disconnect(&m.s);
	assert_int_equal(m.n_points, 0);
	assert_true(strstr(ask("qTStatus"), "T0;tdisconnected:0;") != NULL);

	/* No room for its breakpoints: it does not begin. */
	m.ops.point_insert = NULL;
	assert_null(strstr(ask("qSupported"), "ConditionalTracepoints"));
}

static void test_trace_steps(void **state)
{
	ROWS({ "QTinit", "OK" }, { "QTBuffer:circular:0", "OK" },
	     { "QTBuffer:size:-1", "OK" }, { "QTDP:1:8000:E:3:0-", "OK" },
	     { "QTDP:-1:8000:M-1,1000,1-", "OK" },
	     { "QTDP:-1:8000:SM-1,1001,1", "OK" }, { "QTStart", "OK" });
	run_to(0x8000, 1);
	assert_int_equal(gdb_trace_steps(&m.s, 2), 0);
	assert_int_equal(gdb_trace_steps(&m.s, 1), 1);
	assert_int_equal(gdb_trace_stepped(&m.s, 1), 1);
	assert_int_equal(gdb_trace_stepped(&m.s, 1), 1);
	assert_int_equal(gdb_trace_stepped(&m.s, 1), 0);
	assert_int_equal(m.s.trace.frames, 4);
	ROWS({ "QTFrame:0", "F0T1" }, { "m1000,2", "00" },
	     { "QTFrame:1", "F1T1" }, { "m1000,2", "E0e" }, { "m1001,1", "07" },
	     { "QTFrame:ffffffff", "OK" }, { "qTfP", "T1:8000:E:3:0" },
	     { "qTsP", "A1:8000:M-1,1000,1" },
	     { "qTsP", "S1:8000:M-1,1001,1" });
	run_to(0x8000, 1);
	gdb_trace_steps_end(&m.s, 1);
	assert_int_equal(gdb_trace_steps(&m.s, 1), 0);
}

static void test_lldb(void **state)
{
	ROWS({ "QThreadSuffixSupported", "OK" },
	     { "QListThreadsInStopReply", "OK" },
	     { "?", "T05thread:1;core:0;" REGS "hexname:6d61696e;"
		    "reason:trace;threads:1,2,3;thread-pcs:1110,0,0;" },
	     { "qThreadStopInfo2",
	       "T00thread:2;hexname:773c22267d2a3e;06:0000000000000000;"
	       "07:0000000000000000;10:0000000000000000;" },
	     { "qThreadStopInfo9", "E03" }, { "qThreadStopInfo", "E16" },
	     { "qRegisterInfo0",
	       "name:rax;bitsize:64;offset:0;encoding:uint;format:hex;"
	       "set:general;ehframe:0;dwarf:0;" },
	     { "qRegisterInfo10",
	       "name:rip;bitsize:64;offset:128;encoding:uint;format:hex;"
	       "set:general;ehframe:16;dwarf:16;generic:pc;" },
	     { "qRegisterInfo99", "E45" }, { "qRegisterInfo", "E16" },
	     { "qMemoryRegionInfo:1234",
	       "start:1000;size:1000;permissions:rw;name:64617461;" },
	     { "qMemoryRegionInfo:3000", "start:2000;size:6000;" },
	     { "qMemoryRegionInfo:", "E16" },
	     { "qMemoryRegionInfo:ffffffffffffffff",
	       "start:fffffffffffff000;size:1000;permissions:rw;"
	       "name:746f70;" },
	     { "qWatchpointSupportInfo:", "num:4;" },
	     { "qProcessInfo",
	       "pid:1;triple:7838365f36342d756e6b6e6f776e2d756e6b6e6f776e"
	       "2d656c66;endian:little;ptrsize:8;" });
	assert_non_null(strstr(ask("qHostInfo"),
			       "watchpoint_exceptions_received:after;"));
	assert_non_null(
		strstr(ask("jThreadsInfo"), "[{\"tid\":1,\"name\":\"main\","));
	assert_non_null(strstr(replies(), "\"name\":\"w<\\\"&}*>\","));
}

static unsigned int allocated_prot, frees;

static int mem_alloc(struct gdb_target *t, __u64 len, unsigned int prot,
		     __u64 *addr)
{
	allocated_prot = prot;
	*addr = 0xabc000;
	return len <= 0x4000 ? 0 : -ENOMEM;
}

static int mem_free(struct gdb_target *t, __u64 addr)
{
	frees += !addr;
	return !addr || addr == 0xabc000 ? 0 : -ENOENT;
}

/* LLVM's docs/lldb-gdb-remote.txt: _M<size>,<permissions> and _m<addr>. */
static void test_lldb_memory(void **state)
{
	struct gdb_target_ops ops = *m.s.t->ops;

	ROWS({ "_M1000,rw", "" }, { "_mabc000", "" });
	ops.mem_alloc = mem_alloc;
	ops.mem_free = mem_free;
	m.s.t->ops = &ops;
	ROWS({ "_M1000,rwx", "abc000" });
	assert_int_equal(allocated_prot,
			 GDB_PROT_READ | GDB_PROT_WRITE | GDB_PROT_EXEC);
	ROWS({ "_M4000,rx", "abc000" });
	assert_int_equal(allocated_prot, GDB_PROT_READ | GDB_PROT_EXEC);
	ROWS({ "_M1000,", "abc000" }, { "_M4001,rw", "E0c" }, { "_M", "E16" },
	     { "_M1000", "E16" }, { "_M1000,wr", "E16" }, { "_mabc000", "OK" },
	     { "_mabd000", "E02" }, { "_m0", "E16" }, { "_m", "E16" },
	     /* "x86_64-unknown-netbsd" */
	     { "qProcessInfo", "pid:1;triple:7838365f36342d756e6b6e6f776e2d6e65"
			       "74627364;endian:little;ptrsize:8;" });
	assert_int_equal(frees, 0);
	gdb_session_disconnect(&m.s);
	assert_int_equal(frees, 1);
}

/* ---- the line ---- */

static void test_acks(void **state)
{
	static const char good[] = "$qC#b4";
	static const char bad[] = "$qC#b5";

	m.s.noack = 0;
	line(good, 6);
	gdb_session_serve(&m.s);
	assert_string_equal(replies(), "+|QC1");
	line(bad, 6);
	gdb_session_serve(&m.s);
	assert_string_equal(replies(), "-");
	/* Damaged digits, and a start that was cut off by the next. */
	line("$qC#x4$q$qC#b4", 14);
	gdb_session_serve(&m.s);
	assert_string_equal(replies(), "-|+|QC1");
	/* Asked for again: twice the same. Acknowledged twice: nothing. */
	line("-", 1);
	gdb_session_serve(&m.s);
	assert_string_equal(replies(), "QC1");
	line("++", 2);
	gdb_session_serve(&m.s);
	assert_string_equal(replies(), "");
	/* Byte by byte. */
	line(good, 6);
	m.in_chunk = 1;
	gdb_session_serve(&m.s);
	assert_string_equal(replies(), "+|QC1");
	/* Without acknowledgements; a new debugger brings them back. */
	line("$QStartNoAckMode#b0+$qC#b4", 26);
	gdb_session_serve(&m.s);
	assert_string_equal(replies(), "+|OK|QC1");
	line("$qC#b5", 6);
	gdb_session_serve(&m.s);
	assert_string_equal(replies(), "");
	line("+$qC#b4", 7);
	gdb_session_serve(&m.s);
	assert_string_equal(replies(), "+|QC1");
	assert_int_equal(m.s.stats.damaged, 4);
	assert_int_equal(m.s.stats.repeated, 1);
}

static void test_long(void **state)
{
	static char packet[2 * GDB_PACKET_SIZE];

	memset(packet, 'q', GDB_PACKET_SIZE);
	assert_string_equal(ask(packet), "");
	memset(packet, 'q', GDB_PACKET_SIZE + 1);
	assert_string_equal(ask(packet), "E07");
	memset(packet, 'q', 2 * GDB_PACKET_SIZE - 1);
	assert_string_equal(ask(packet), "E07");
}

static void test_running(void **state)
{
	ask("vCont;c");
	line("\3", 1);
	assert_int_equal(gdb_session_poll(&m.s), GDB_POLL_INTERRUPT);
	assert_int_equal(gdb_session_poll(&m.s), GDB_POLL_INTERRUPT);
	assert_string_equal(stopped(st(0, 2, 1, 0)),
			    "T02thread:1;core:0;" REGS);
	/* A Ctrl-C while stopped is for the next resume, and no other. */
	line("\3$vCont;c#a8", 12);
	assert_int_equal(gdb_session_serve(&m.s), GDB_END_RESUMED);
	assert_int_equal(gdb_session_poll(&m.s), GDB_POLL_INTERRUPT);
	stopped(st(0, 2, 1, 0));
	ask("vCont;c");
	assert_int_equal(gdb_session_poll(&m.s), GDB_POLL_NONE);
	stopped(st(0, 2, 1, 0));
	line("$vCont;c#a8\3", 12);
	assert_int_equal(gdb_session_serve(&m.s), GDB_END_RESUMED);
	assert_int_equal(gdb_session_poll(&m.s), GDB_POLL_INTERRUPT);
	stopped(st(0, 2, 1, 0));
	/* The same, as a packet. */
	line("$vCtrlC#4e", 10);
	assert_int_equal(gdb_session_poll(&m.s), GDB_POLL_INTERRUPT);
	assert_string_equal(replies(), "OK");
	stopped(st(0, 2, 1, 0));
	ask("vCont;c");
	/* Sent again as its acknowledgement was lost: it runs already. */
	line("$vCont;c#a8", 11);
	assert_int_equal(gdb_session_poll(&m.s), GDB_POLL_NONE);
	assert_string_equal(replies(), "");
	/* Log text while it runs. */
	line("", 0);
	assert_int_equal(gdb_session_log(&m.s, "hi\n", 3), 3);
	assert_string_equal(replies(), "O68690a");
	/* Another debugger. */
	line("+$qC#b4", 7);
	assert_int_equal(gdb_session_poll(&m.s), GDB_POLL_ATTACH);
	assert_int_equal(gdb_session_poll(&m.s), GDB_POLL_ATTACH);
	m.s.owed = 0;
	gdb_session_stopped(&m.s, st(0, 5, 1, 0));
	assert_int_equal(gdb_session_log(&m.s, "hi\n", 3), 0);
	gdb_session_serve(&m.s);
	assert_string_equal(replies(), "+|QC1");
	/* A Ctrl-C that was kept is not the next debugger's. */
	gdb_session_stopped(&m.s, st(0, 5, 1, 0));
	line("\3$qSupported#37", 15);
	gdb_session_serve(&m.s);
	replies();
	ask("vCont;c");
	assert_int_equal(gdb_session_poll(&m.s), GDB_POLL_NONE);
	/* lldb's, when the function that it called returns just then. */
	ask("QListThreadsInStopReply");
	gdb_session_stopped(&m.s, st(0, 5, 1, 0));
	line("\3$vCont;c#a8", 12);
	gdb_session_serve(&m.s);
	assert_int_equal(gdb_session_poll(&m.s), GDB_POLL_NONE);
}

static void test_ends(void **state)
{
	line("$k#6b", 5);
	assert_int_equal(gdb_session_serve(&m.s), GDB_END_KILLED);
	assert_int_equal(m.killed, 1);
	assert_string_equal(replies(), "");
	line(frame("vKill;1"), 11);
	assert_int_equal(gdb_session_serve(&m.s), GDB_END_KILLED);
	assert_string_equal(replies(), "+|OK");
}

/* ---- a terminal on the same line ---- */

static void test_plain(void **state)
{
	static const char typed[] = "ls $HOME +1\n$a#zz $qC#b5 a}b$x\n";

	mock_free(&m);
	mock_init(&m, 0, 1);
	line(typed, sizeof(typed) - 1);
	assert_int_equal(gdb_session_poll(&m.s), GDB_POLL_NONE);
	assert_string_equal(m.plain, typed);
	assert_int_equal(m.out_len, 0);
	/* Ctrl-C is the terminal's until a debugger has spoken. */
	line("\3", 1);
	assert_int_equal(gdb_session_poll(&m.s), GDB_POLL_NONE);
	assert_int_equal(m.plain[m.plain_len - 1], 3);
	m.plain_len = 0;
	m.plain[0] = 0;
	line("+$qC#b4", 7);
	assert_int_equal(gdb_session_poll(&m.s), GDB_POLL_ATTACH);
	assert_true(gdb_session_attached(&m.s));
	gdb_session_stopped(&m.s, st(0, 5, 1, 0));
	line("+$D#44", 6);
	assert_int_equal(gdb_session_serve(&m.s), GDB_END_DETACHED);
	assert_string_equal(m.plain, "");
	assert_string_equal(replies(), "QC1|+|OK");
}

static void test_plain_newline(void **state)
{
	mock_free(&m);
	mock_init(&m, 0, 1);
	mock_map(&m, 0x8000, 0x1000, 5, "text");
	line("+$qC#b4", 7);
	assert_int_equal(gdb_session_poll(&m.s), GDB_POLL_ATTACH);
	gdb_session_stopped(&m.s, st(0, 5, 1, 0));
	/* The debugger disconnected silently; a user presses Enter. */
	line("+$Z0,8000,1#b8+\rps\r", 19);
	assert_int_equal(gdb_session_serve(&m.s), GDB_END_LOST);
	assert_false(gdb_session_attached(&m.s));
	assert_int_equal(m.n_points, 0);
	gdb_session_poll(&m.s);
	assert_string_equal(m.plain, "\rps\r");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_registers),   T(test_memory),	 T(test_run),
		T(test_stops),	     T(test_points),	 T(test_hits),
		T(test_threads),     T(test_processes),	 T(test_files),
		T(test_tracepoints), T(test_trace_ends), T(test_trace_steps),
		T(test_queries),     T(test_lldb),	 T(test_lldb_memory),
		T(test_acks),	     T(test_long),	 T(test_running),
		T(test_ends),	     T(test_plain),	 T(test_plain_newline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
