/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * From rows of call frame information to rules of the table: first what a row
 * says (frame.c, the same for all machines), then where the standard frame of
 * the machine makes a rule needless (unwind_<arch>.c).
 */
#ifndef __MKSYMTAB_UNWIND_H__
#define __MKSYMTAB_UNWIND_H__

#include "model.h"

/* DWARF numbers of the registers that matter; that of the return address is
 * said by each frame.
 */
struct cfi_regs {
	int fp;
	int sp;
};

enum frame_kind {
	FRAME_STANDARD,
	FRAME_RULE,
	FRAME_ODD, /* beyond what a rule can say */
};

/* Reads what a row says; ra: DWARF number of the return address.
 * FRAME_STANDARD only where the row itself says that the caller's FP is where
 * FP points to.
 */
enum frame_kind frame_rule(const struct cfi_regs *regs, int ra,
			   Dwarf_Frame *frame, struct unwind_rule *rule);

/* Adds a row from pc on, unless that rule holds already. */
void unwind_standard(struct model *m, uint64_t pc);
void unwind_rule(struct model *m, uint64_t pc, const struct unwind_rule *rule);

/* A machine: */
struct unwind_arch {
	struct cfi_regs regs;
	/* rule of a function's first instruction, and of leaf assembly */
	struct unwind_rule leaf;
	/* Adds the rows for [pc, end), of which the frame information says
	 * `rule`. Called in the order of addresses.
	 */
	void (*rows)(struct model *m, const struct unwind_rule *rule,
		     uint64_t pc, uint64_t end);
};

extern const struct unwind_arch unwind_x86_64;
extern const struct unwind_arch unwind_arm64;

#endif /* __MKSYMTAB_UNWIND_H__ */
