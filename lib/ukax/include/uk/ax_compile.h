/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Agent expressions as machine code of the image's architecture: what
 * uk_ax_eval() gives, in a fraction of its time, wherever nothing goes wrong.
 * What goes wrong is left to uk_ax_eval(), which says why.
 */
#ifndef __UK_AX_COMPILE_H__
#define __UK_AX_COMPILE_H__

#include <uk/essentials.h>

/*
 * The code: a function that calls nothing and uses no stack. A fault in it, by
 * memory that refuses, may be answered by its return with a result of 1.
 *
 * @param regs as uk_ax_env.reg_offset() means it
 * @param value receives the result
 * @return 0; 1: evaluate it by uk_ax_eval(); *value is unchanged
 */
typedef int (*uk_ax_function)(const void *regs, __u64 *value);

struct uk_ax_env {
	/* Where the register with gdb's number is in *regs, in bytes; < 0: no
	 * such register.
	 */
	int (*reg_offset)(unsigned int nr);
	/* Memory that may be read as it is; the code returns 1 for other. */
	__u64 mem_start, mem_end;
};

/**
 * Compiles an expression.
 *
 * @param code,len its bytes
 * @param out,size receives the machine code, which may be copied elsewhere
 * @return bytes of machine code; 0: it does not fit, or the expression has
 *   operations that are not compiled: divisions, shifts, jumps back, more than
 *   five values at a time, and all that is wrong. Contexts: any.
 */
unsigned int uk_ax_compile(const struct uk_ax_env *env, const __u8 *code,
			   unsigned int len, __u8 *out, unsigned int size);

#endif /* __UK_AX_COMPILE_H__ */
