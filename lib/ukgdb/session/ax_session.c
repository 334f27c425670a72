/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What agent expressions (lib/ukax) see of the program: its registers and
 * memory by the target, the debugger's printf, and tracepoints.
 */
#include "ax.h"
#include "gdb_packet.h"
#include "trace.h"

struct session_ax {
	struct uk_ax ax;
	struct gdb_session *s;
	long tid;
};

static struct session_ax *of(struct uk_ax *ax)
{
	return __containerof(ax, struct session_ax, ax);
}

static int reg(struct uk_ax *ax, unsigned int nr, __u64 *value)
{
	return gdb_reg_u64(of(ax)->s, of(ax)->tid, nr, value);
}

static __sz mem(struct uk_ax *ax, __u64 addr, void *buf, __sz len)
{
	struct gdb_target *t = of(ax)->s->t;

	return t->ops->mem_read(t, addr, buf, len);
}

static int print(struct uk_ax *ax, const char *format, const __u64 *args,
		 unsigned int n_args)
{
	return gdb_ax_printf(of(ax)->s, format, args, n_args);
}

#ifdef CONFIG_LIBUKGDB_TRACE
static int trace_memory(struct uk_ax *ax, __u64 addr, __u64 len)
{
	return gdb_trace_memory(of(ax)->s, addr, len);
}

static int trace_string(struct uk_ax *ax, __u64 addr, __u64 limit)
{
	return gdb_trace_string(of(ax)->s, addr, limit);
}

static int trace_get(struct uk_ax *ax, unsigned int variable, __u64 *value)
{
	return gdb_trace_get(of(ax)->s, variable, value);
}

static int trace_set(struct uk_ax *ax, unsigned int variable, __u64 value)
{
	return gdb_trace_set(of(ax)->s, variable, value);
}

static int trace_record(struct uk_ax *ax, unsigned int variable)
{
	return gdb_trace_tsv(of(ax)->s, variable);
}

static const struct uk_ax_trace_ops trace_ops = {
	.memory = trace_memory,
	.string = trace_string,
	.get = trace_get,
	.set = trace_set,
	.record = trace_record,
};
#endif

static const struct uk_ax_ops ops = {
	.reg = reg,
	.mem = mem,
	.printf = print,
#ifdef CONFIG_LIBUKGDB_TRACE
	.trace = &trace_ops,
#endif
};

int gdb_ax_eval(struct gdb_session *s, long tid, const __u8 *code,
		unsigned int len, __u64 *value)
{
	struct session_ax a = { .ax = { .ops = &ops }, .s = s, .tid = tid };
	int error = uk_ax_eval(&a.ax, code, len, value);

	/* printf and tracepoints note theirs in the session */
	if (error && a.ax.error) {
		s->ax_error = a.ax.error;
		s->ax_error_memory = a.ax.error_memory;
		s->ax_error_addr = a.ax.error_addr;
	}
	return error;
}
