/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What a row of call frame information says about the CFA, the return address
 * and the frame pointer, in the terms of a rule (DWARF 5, 6.4).
 */
#include <dwarf.h>
#include <string.h>

#include "unwind.h"

static int encodable(int64_t offset)
{
	return offset >= 0 && offset <= SYMTAB_RULE_OFFSET_MAX &&
	       offset % SYMTAB_RULE_UNIT == 0;
}

/* "register + offset": the register, -1 if the operation is another one. */
static int base_register(const Dwarf_Op *op, int64_t *offset)
{
	if (op->atom >= DW_OP_breg0 && op->atom <= DW_OP_breg31) {
		*offset = (int64_t)op->number;
		return op->atom - DW_OP_breg0;
	}
	if (op->atom == DW_OP_bregx) {
		*offset = (int64_t)op->number2;
		return (int)op->number;
	}
	return -1;
}

static enum frame_kind cfa_rule(const struct cfi_regs *regs, Dwarf_Frame *frame,
				struct unwind_rule *rule)
{
	int64_t offset = 0;
	Dwarf_Op *ops;
	size_t n;
	int reg;

	if (dwarf_frame_cfa(frame, &ops, &n) || n != 1)
		return FRAME_ODD;
	reg = base_register(ops, &offset);
	/* gcc probes a large frame from a register of its own; nothing is saved
	 * then, and only the caller's SP depends on the CFA.
	 */
	if (reg >= 0 && reg != regs->sp && reg != regs->fp &&
	    rule->flags == SYMTAB_RULE_RA_REG)
		return FRAME_RULE;
	if ((reg != regs->sp && reg != regs->fp) || !encodable(offset))
		return FRAME_ODD;
	if (reg == regs->fp)
		rule->flags |= SYMTAB_RULE_CFA_FP;
	rule->cfa = (uint32_t)offset;
	return FRAME_RULE;
}

/* Where the caller's value of a register is. */
enum place {
	PLACE_REGISTER,
	PLACE_MEMORY, /* at CFA - below */
	PLACE_AT_FP,  /* at the address in FP */
	PLACE_UNDEFINED,
	PLACE_ODD,
};

static enum place register_place(const struct cfi_regs *regs,
				 Dwarf_Frame *frame, int reg, uint32_t *below)
{
	Dwarf_Op mem[3], *ops;
	int64_t offset = 0;
	size_t n;

	if (dwarf_frame_register(frame, reg, mem, &ops, &n))
		return PLACE_ODD;
	if (n == 0)
		return ops ? PLACE_UNDEFINED : PLACE_REGISTER;
	if (n == 1 && base_register(ops, &offset) == regs->fp && offset == 0)
		return PLACE_AT_FP;
	if (ops[0].atom != DW_OP_call_frame_cfa || n > 2)
		return PLACE_ODD;
	if (n == 2 && ops[1].atom != DW_OP_plus_uconst)
		return PLACE_ODD;
	if (n == 2)
		offset = -(int64_t)ops[1].number;
	if (!encodable(offset))
		return PLACE_ODD;
	*below = (uint32_t)offset;
	return PLACE_MEMORY;
}

enum frame_kind frame_rule(const struct cfi_regs *regs, int ra_reg,
			   Dwarf_Frame *frame, struct unwind_rule *rule)
{
	enum place fp, ra;

	memset(rule, 0, sizeof(*rule));
	fp = register_place(regs, frame, regs->fp, &rule->fp);
	ra = register_place(regs, frame, ra_reg, &rule->ra);
	if (fp == PLACE_AT_FP)
		return FRAME_STANDARD;
	if (ra == PLACE_UNDEFINED) {
		/* No caller: nothing else matters */
		memset(rule, 0, sizeof(*rule));
		rule->flags = SYMTAB_RULE_RA_END;
		return FRAME_RULE;
	}
	if (fp == PLACE_ODD || ra == PLACE_ODD || ra == PLACE_AT_FP)
		return FRAME_ODD;
	if (fp == PLACE_MEMORY)
		rule->flags |= SYMTAB_RULE_FP_SAVED;
	if (ra == PLACE_REGISTER)
		rule->flags |= SYMTAB_RULE_RA_REG;
	return cfa_rule(regs, frame, rule);
}
