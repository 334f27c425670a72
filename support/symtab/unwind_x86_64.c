/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * x86_64: compilers describe every instruction of prologue and epilogue, and
 * the row alone shows whether a frame is the standard one.
 */
#include "unwind.h"

static void rows(struct model *m, const struct unwind_rule *rule, uint64_t pc,
		 uint64_t end)
{
	(void)end;
	if (rule->flags == (SYMTAB_RULE_CFA_FP | SYMTAB_RULE_FP_SAVED) &&
	    rule->cfa == 16 && rule->fp == 16 && rule->ra == 8)
		unwind_standard(m, pc);
	else
		unwind_rule(m, pc, rule);
}

const struct unwind_arch unwind_x86_64 = {
	.regs = { .fp = 6, .sp = 7 },
	.leaf = { .cfa = 8, .ra = 8 },
	.rows = rows,
};
