/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * arm64: frame information says where x29 and x30 are saved, but not (gcc)
 * from which instruction on x29 points to them, nor (clang 14) anything about
 * the inside of prologues and epilogues. Both are plain to see in the code,
 * whose instructions all have four bytes: until x29 is set the rule of the row
 * holds, then the standard frame, and after the reloading of the pair the
 * function is a leaf again, up to its return.
 */
#include "unwind.h"

/* Encodings: Arm ARM (DDI 0487) C6.2, 64-bit variants */
#define RD(insn) ((insn)&0x1f)
#define RN(insn) ((insn) >> 5 & 0x1f)
#define RT2(insn) ((insn) >> 10 & 0x1f)
#define REG_FP 29
#define REG_LR 30
#define REG_SP 31

/* ADD Xd, Xn, #imm12: MOV to or from SP is one */
static int is_add_imm(uint32_t insn)
{
	return (insn & 0xff800000) == 0x91000000;
}

/* Immediate of ADD and SUB */
static uint32_t add_imm(uint32_t insn)
{
	uint32_t imm = insn >> 10 & 0xfff;

	return insn & 0x00400000 ? imm << 12 : imm;
}

/* SUB SP, SP, #imm12 */
static int is_sub_sp(uint32_t insn)
{
	return (insn & 0xff800000) == 0xd1000000 && RD(insn) == REG_SP &&
	       RN(insn) == REG_SP;
}

static int sets_fp(uint32_t insn)
{
	return is_add_imm(insn) && RD(insn) == REG_FP && RN(insn) == REG_SP;
}

/* STP X29, X30, [SP ...]: signed offset or pre-index */
static int saves_pair(uint32_t insn)
{
	return ((insn & 0xffc00000) == 0xa9000000 ||
		(insn & 0xffc00000) == 0xa9800000) &&
	       RD(insn) == REG_FP && RT2(insn) == REG_LR && RN(insn) == REG_SP;
}

/* LDP X29, X30, [SP ...]: signed offset or post-index */
static int loads_pair(uint32_t insn)
{
	return ((insn & 0xffc00000) == 0xa9400000 ||
		(insn & 0xffc00000) == 0xa8c00000) &&
	       RD(insn) == REG_FP && RT2(insn) == REG_LR && RN(insn) == REG_SP;
}

/* STP Xt, Xt2, [SP, #imm]! or STP Dt ...: pre-index */
static int pushes_pair(uint32_t insn)
{
	return ((insn & 0xffc00000) == 0xa9800000 ||
		(insn & 0xffc00000) == 0x6d800000) &&
	       RN(insn) == REG_SP;
}

/* STR Xt, [SP, #imm]! or STR Dt ...: pre-index */
static int pushes_one(uint32_t insn)
{
	return ((insn & 0xffe00c00) == 0xf8000c00 ||
		(insn & 0xffe00c00) == 0xfc000c00) &&
	       RN(insn) == REG_SP;
}

/* Offset of STR pre-index, in bytes */
static int32_t one_offset(uint32_t insn)
{
	return (int32_t)(insn << 11) >> 23;
}

/* Offset of LDP or STP, in bytes */
static int32_t pair_offset(uint32_t insn)
{
	return (int32_t)(insn << 10) >> 25 << 3;
}

static int is_post_index(uint32_t insn)
{
	return (insn & 0xffc00000) == 0xa8c00000;
}

/* RET, BR, B: control goes elsewhere, what follows is another path */
static int ends_path(uint32_t insn)
{
	return (insn & 0xfffffc1f) == 0xd65f0000 ||
	       (insn & 0xfffffc1f) == 0xd61f0000 ||
	       (insn & 0xfc000000) == 0x14000000;
}

/* Saved as a pair, x30 above x29, as a frame record is (AAPCS64 6.4.6)? */
static int is_record(const struct unwind_rule *r)
{
	return (r->flags & SYMTAB_RULE_FP_SAVED) &&
	       !(r->flags & (SYMTAB_RULE_RA_REG | SYMTAB_RULE_RA_END)) &&
	       r->fp == r->ra + 8;
}

/* Rows after a load of the pair, up to the end of the path: a leaf. Returns
 * the address after it.
 */
static uint64_t epilogue(struct model *m, const struct unwind_rule *rule,
			 uint64_t pc, uint64_t end)
{
	struct unwind_rule leaf = { .flags = SYMTAB_RULE_RA_REG };
	uint32_t insn = image_word(&m->image, pc);
	int64_t cfa = (int64_t)rule->fp; /* CFA - SP before the load */

	cfa += is_post_index(insn) ? -pair_offset(insn) : pair_offset(insn);
	for (pc += 4; pc < end; pc += 4) {
		if (cfa >= 0 && cfa % SYMTAB_RULE_UNIT == 0)
			leaf.cfa = (uint32_t)cfa;
		unwind_rule(m, pc, &leaf);
		insn = image_word(&m->image, pc);
		if (ends_path(insn))
			return pc + 4;
		if (is_add_imm(insn) && RD(insn) == REG_SP &&
		    RN(insn) == REG_SP)
			cfa -= add_imm(insn);
	}
	return pc;
}

/* How far an instruction of a prologue moves SP down */
static int64_t sp_down(uint32_t insn)
{
	if (is_sub_sp(insn))
		return add_imm(insn);
	if (pushes_pair(insn))
		return -(int64_t)pair_offset(insn);
	if (pushes_one(insn))
		return -(int64_t)one_offset(insn);
	return 0;
}

/* Rows where nothing is saved, as far as the frame information knows: clang's
 * knows nothing until the prologue is over.
 */
static void leaf_rows(struct model *m, const struct unwind_rule *rule,
		      uint64_t pc, uint64_t end)
{
	struct unwind_rule leaf = *rule;
	uint32_t insn;

	for (; pc < end; pc += 4) {
		unwind_rule(m, pc, &leaf);
		insn = image_word(&m->image, pc);
		if (sets_fp(insn)) {
			if (pc + 4 < end)
				unwind_standard(m, pc + 4);
			return;
		}
		leaf.cfa += (uint32_t)sp_down(insn);
	}
}

/* Where the last row of a saved pair ended, and whether x29 was set there. */
struct progress {
	uint64_t pc;
	int set;
};

/* Does x29 point to the saved pair at pc, where a row begins that says the
 * pair is saved? Rows of one path hand on what is so; a row that follows a
 * return continues a path on which x29 was set long ago; and one that follows
 * the saving itself is in the prologue.
 */
static int fp_is_set(struct model *m, const struct progress *last,
		     const struct unwind_rule *rule, uint64_t pc)
{
	uint32_t before = image_word(&m->image, pc - 4);

	if (rule->flags & SYMTAB_RULE_CFA_FP)
		return 1;
	if (last->pc == pc && !ends_path(before))
		return last->set;
	return !saves_pair(before);
}

static void rows(struct model *m, const struct unwind_rule *rule, uint64_t pc,
		 uint64_t end)
{
	static struct progress last;
	uint32_t insn;
	int set;

	if (rule->flags == SYMTAB_RULE_RA_REG) {
		leaf_rows(m, rule, pc, end);
		return;
	}
	if (!is_record(rule)) {
		unwind_rule(m, pc, rule);
		return;
	}
	set = fp_is_set(m, &last, rule, pc);
	while (pc < end) {
		insn = image_word(&m->image, pc);
		if (set)
			unwind_standard(m, pc);
		else
			unwind_rule(m, pc, rule);
		if (set && loads_pair(insn)) {
			pc = epilogue(m, rule, pc, end);
			continue;
		}
		set = set || sets_fp(insn);
		pc += 4;
	}
	last = (struct progress){ end, set };
}

const struct unwind_arch unwind_arm64 = {
	.regs = { .fp = 29, .sp = 31 },
	.leaf = { .flags = SYMTAB_RULE_RA_REG },
	.rows = rows,
};
