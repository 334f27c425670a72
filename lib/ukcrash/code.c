/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The instruction bytes around the program counter, the program's own where
 * breakpoints and probes are. The first unit of the instruction that trapped or
 * called, a byte or a word, stands in angle brackets.
 */
#include <uk/arch/call.h>
#include <uk/break.h>
#include <uk/nofault.h>
#include <uk/plat/image.h>
#include "crash_internal.h"

#define UNITS_BEFORE (32 / UKARCH_INSN_UNIT)
#define UNITS_AFTER (32 / UKARCH_INSN_UNIT)
#define UNITS_A_LINE (16 / UKARCH_INSN_UNIT)

/* " 8b", or " <8b>" where marked. */
static int unit_text(char *buf, __sz len, __vaddr_t addr, int marked)
{
	const char *open = marked ? "<" : "", *close = marked ? ">" : "";
	__u32 v = 0;

	if (uk_nofault_memcpy((char *)&v, (const char *)addr, UKARCH_INSN_UNIT,
			      0) != UKARCH_INSN_UNIT)
		return uk_snprintf(buf, len, " %s%.*s%s", open,
				   2 * UKARCH_INSN_UNIT, "????????", close);
	uk_break_hide(addr, &v, UKARCH_INSN_UNIT);
	return uk_snprintf(buf, len, " %s%0*x%s", open, 2 * UKARCH_INSN_UNIT, v,
			   close);
}

/* What crashed without a trap is the call after which pc points. */
static __vaddr_t instruction(const struct uk_crash_info *info)
{
	__vaddr_t pc = ukarch_regs_pc(info->regs);

	if (!info->trap && uk_image_is_text(pc - 1))
		pc -= ukarch_call_len((const __u8 *)pc, pc - (__vaddr_t)_text);
	return pc;
}

static void code(const struct uk_crash_info *info)
{
	__vaddr_t pc = instruction(info);
	__vaddr_t at = pc - UNITS_BEFORE * UKARCH_INSN_UNIT;
	char line[UNITS_A_LINE * (2 * UKARCH_INSN_UNIT + 1) + 2 + 1];

	uk_pr_crit("Code:\n");
	for (int i = 0; i < UNITS_BEFORE + UNITS_AFTER;) {
		__vaddr_t start = at;
		int len = 0;

		do {
			len += unit_text(line + len, sizeof(line) - (__sz)len,
					 at, at == pc);
			at += UKARCH_INSN_UNIT;
		} while (++i % UNITS_A_LINE);
		uk_pr_crit("  %016lx:%s\n", start, line);
	}
}

UKCRASH_SECTION(code);
