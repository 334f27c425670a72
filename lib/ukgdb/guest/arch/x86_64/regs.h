/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Numbers of the registers: their places in the table of regs.c.
 */
#ifndef __GDB_X86_64_REGS_H__
#define __GDB_X86_64_REGS_H__

#include "../../../session/gdb_target.h"

enum {
	RAX,
	RIP = 16,
	EFLAGS,
	CS,
	SS,
	DS,
	ES,
	FS,
	GS,
	ST0,
	FCTRL = 32,
	FSTAT,
	FTAG,
	FISEG,
	FIOFF,
	FOSEG,
	FOOFF,
	FOP,
	XMM0,
	MXCSR = XMM0 + 16,
	FS_BASE,
	GS_BASE,
	ORIG_RAX,
	CR0,
	CR2,
	CR3,
	CR4,
	CR8,
	EFER,
	DR6,
	DR7,
	YMM0H,
	N_REGS = YMM0H + 16,
};

extern const struct gdb_reg_desc gdb_arch_regs[N_REGS];

/* Those of gdb_arch_reg_is_fp() in an XSAVE area. @return as gdb_arch_reg_*()
 */
int gdb_fx_read(const __u8 *fx, unsigned int nr, void *buf);
int gdb_fx_write(__u8 *fx, unsigned int nr, const void *buf);

#endif /* __GDB_X86_64_REGS_H__ */
