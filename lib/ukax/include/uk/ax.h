/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Agent expressions (GDB manual, appendix F): conditions and values that a
 * debugger has compiled, for a breakpoint or a probe. They see the program by
 * the functions of their user only.
 *
 * Contexts: any; no lock, no allocation, 600 bytes of stack.
 */
#ifndef __UK_AX_H__
#define __UK_AX_H__

#include <errno.h>
#include <uk/essentials.h>

struct uk_ax;

struct uk_ax_ops {
	/* The register with gdb's number. 0; else there is none */
	int (*reg)(struct uk_ax *ax, unsigned int nr, __u64 *value);
	/* Copies memory; addr + len does not wrap around. @return bytes copied
	 */
	__sz (*mem)(struct uk_ax *ax, __u64 addr, void *buf, __sz len);
	/*
	 * printf; NULL: not known. The format is terminated; the first argument
	 * is *args, the others lie before it. Negative with uk_ax_fail().
	 */
	int (*printf)(struct uk_ax *ax, const char *format, const __u64 *args,
		      unsigned int n_args);
	const struct uk_ax_trace_ops *trace; /* NULL: not known */
};

/* What expressions of tracepoints do. All return 0, or negative with
 * uk_ax_fail().
 */
struct uk_ax_trace_ops {
	int (*memory)(struct uk_ax *ax, __u64 addr, __u64 len);
	int (*string)(struct uk_ax *ax, __u64 addr, __u64 limit);
	int (*get)(struct uk_ax *ax, unsigned int variable, __u64 *value);
	int (*set)(struct uk_ax *ax, unsigned int variable, __u64 value);
	int (*record)(struct uk_ax *ax, unsigned int variable);
};

/* An evaluation: part of its user's object. */
struct uk_ax {
	const struct uk_ax_ops *ops;
	const char *error;  /* in words, a constant */
	_Bool error_memory; /* … it was memory that refused: */
	__u64 error_addr;   /* the address */
};

/**
 * Evaluates an expression.
 *
 * @param code,len its bytes
 * @param value receives the top of the stack at its end, 0 if that is empty
 * @return 0; negative if it went wrong, ax->error says how: a bad or
 *   unknown operation, a stack too deep or too empty, memory that refuses, a
 *   register that is not there, a division by zero, too many steps
 *   (LIBUKAX_STEPS)
 */
int uk_ax_eval(struct uk_ax *ax, const __u8 *code, unsigned int len,
	       __u64 *value);

/** Notes what went wrong. @return -EINVAL */
static inline int uk_ax_fail(struct uk_ax *ax, const char *why)
{
	ax->error = why;
	ax->error_memory = 0;
	return -EINVAL;
}

#endif /* __UK_AX_H__ */
