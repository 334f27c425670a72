/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* Agent expressions in a session: GDB manual, appendix F. */
#ifndef __UKGDB_AX_H__
#define __UKGDB_AX_H__

#include <uk/ax.h>
#include "gdb_session.h"

/**
 * Evaluates an expression in a thread.
 *
 * @param code,len its bytes, as a debugger has sent them
 * @param value receives the top of the stack at its end, 0 if that is empty
 * @return 0; negative if it went wrong, s->ax_error says how; as uk_ax_eval()
 */
int gdb_ax_eval(struct gdb_session *s, long tid, const __u8 *code,
		unsigned int len, __u64 *value);

/** The last error as a line for the user. @return its length */
int gdb_ax_describe(const struct gdb_session *s, char *buf, __sz len);

/**
 * printf: shows a text in the debugger.
 *
 * @param format terminated
 * @param args the first argument; the others lie before it, args[-1] …
 * @return 0; negative with s->ax_error set
 */
int gdb_ax_printf(struct gdb_session *s, const char *format, const __u64 *args,
		  unsigned int n_args);

#endif /* __UKGDB_AX_H__ */
