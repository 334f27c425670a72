/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A target without a CPU: registers and memory in arrays, points in a list,
 * and a line that is two buffers.
 */
#ifndef __UKGDB_TESTS_MOCK_H__
#define __UKGDB_TESTS_MOCK_H__

#include "../../session/gdb_session.h"

#define MOCK_THREADS 3
#define MOCK_REGS 80
#define MOCK_REGIONS 8
#define MOCK_POINTS 64

struct mock_region {
	__u64 start, size;
	__u8 prot;
	__u8 *bytes;
	const char *name;
};

struct mock {
	struct gdb_target target; /* first: the operations get this */
	struct gdb_target_ops ops;
	struct gdb_session s;

	__u8 regs[MOCK_THREADS][MOCK_REGS][GDB_REG_BYTES];
	struct mock_region regions[MOCK_REGIONS];
	unsigned int n_regions;

	struct {
		int type;
		__u64 addr, kind;
	} points[MOCK_POINTS];
	unsigned int n_points;
	int hw_left; /* debug registers */

	struct gdb_action actions[64]; /* of the last resume */
	unsigned int n_actions, resumes;
	int detached, killed, restarted;
	__u64 time; /* one more each time that it is read */
	__u8 trace[4096];
	char line[256]; /* of the last monitor command */

	/* The line */
	const char *in;
	__sz in_len, in_chunk; /* at most so many bytes a call */
	char out[1 << 18];
	__sz out_len;
	char plain[4096];
	__sz plain_len;
};

/** An x86_64 or, if arm64 is 1, an arm64 that stopped nowhere yet. */
void mock_init(struct mock *m, int arm64, int shared_line);
/** Memory; zeroed, owned by the mock until mock_free(). */
__u8 *mock_map(struct mock *m, __u64 start, __u64 size, __u8 prot,
	       const char *name);
__u8 *mock_at(struct mock *m, __u64 addr, __u64 len);
void mock_free(struct mock *m);
void mock_reg_set(struct mock *m, long tid, unsigned int nr, __u64 v);
__u64 mock_reg(struct mock *m, long tid, unsigned int nr);
/** The tables of registers. */
void mock_x86_64(struct gdb_target *t);
void mock_arm64(struct gdb_target *t);

#endif /* __UKGDB_TESTS_MOCK_H__ */
