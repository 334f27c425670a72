/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The part of gdb_arch.h that the monitor (support/vmm) has as well: the table
 * of registers, whose values it gets elsewhere.
 */
#ifndef __GDB_REGS_H__
#define __GDB_REGS_H__

struct gdb_target;

/** Fills what a target says about registers, of this CPU. Contexts: init. */
void gdb_arch_describe(struct gdb_target *target);

/* Numbers from gdb_arch_describe() on which fp is looked at. */
int gdb_arch_reg_is_fp(unsigned int nr);

#endif /* __GDB_REGS_H__ */
