/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Reads and writes registers, wherever they are: in the frame of the trap, in
 * the stored vector state, in the CPU.
 */
#include <errno.h>
#include <string.h>
#include <uk/arch/fpstate.h>
#include <uk/arch/lcpu.h>
#include "../../gdb_arch.h"
#include "regs.h"

int gdb_arch_reg_is_fp(unsigned int nr)
{
	return nr >= V0 && nr <= FPCR;
}

static void *fp_at(struct ukarch_fpstate *fp, unsigned int nr)
{
	return nr == FPSR   ? (void *)&fp->fpsr
	       : nr == FPCR ? (void *)&fp->fpcr
			    : (void *)fp->q[nr - V0];
}

static __u64 system_read(unsigned int nr)
{
	unsigned int i = SYSTEM;

#define READ(reg, writable) \
	if (nr == i++)      \
		return UKARCH_SYSREG_READ(reg);
	SYSTEM_REGISTERS(READ)
	return 0;
}

#define _WRITE_0(reg) return v == UKARCH_SYSREG_READ(reg) ? 0 : -EROFS
#define _WRITE_1(reg)                        \
	do {                                 \
		UKARCH_SYSREG_WRITE(reg, v); \
		__asm__ volatile("isb");     \
		return 0;                    \
	} while (0)

#define _WRITE_2(reg) return 0

static int system_write(unsigned int nr, __u64 v)
{
	unsigned int i = SYSTEM;

#define WRITE(reg, writable) \
	if (nr == i++)       \
		__UK_CONCAT(_WRITE_, writable)(reg);
	SYSTEM_REGISTERS(WRITE)
	return -EROFS;
}

static __u64 *general(struct __regs *r, unsigned int nr)
{
	return nr < LR	  ? &r->x[nr]
	       : nr == LR ? &r->lr
	       : nr == SP ? &r->sp
			  : &r->pc;
}

int gdb_arch_reg_read(const struct gdb_reg_source *src, unsigned int nr,
		      void *buf)
{
	__sz bytes = gdb_arch_regs[nr].bits / 8;
	__u64 v;

	if (gdb_arch_reg_is_fp(nr)) {
		if (!src->fp)
			return -ENODATA;
		memcpy(buf, fp_at(src->fp, nr), bytes);
		return 0;
	}
	if (nr < CPSR)
		v = *general(src->regs, nr);
	else if (nr == CPSR)
		v = src->regs->pstate;
	else if (nr == TPIDR)
		v = src->tls ? *src->tls : UKARCH_SYSREG_READ(tpidr_el0);
	else if (nr < SYSTEM)
		v = arm64_signature_bits();
	else
		v = system_read(nr);
	memcpy(buf, &v, bytes);
	return 0;
}

/* What a return may load: at this level, on either stack pointer, 64-bit, not
 * stepping (DDI 0487, C5.2.18 SPSR_EL1).
 */
#define PSTATE_MODE 0x1eUL
#define PSTATE_EL1 0x04UL
#define PSTATE_MASK (0xf00003c1UL | ARM64_PSTATE_BTYPE)

static int cpsr_write(struct __regs *r, __u64 v)
{
	if ((v & PSTATE_MODE) != PSTATE_EL1)
		return -EINVAL;
	r->pstate = (r->pstate & ~PSTATE_MASK) | (v & PSTATE_MASK);
	return 0;
}

int gdb_arch_reg_write(const struct gdb_reg_source *src, unsigned int nr,
		       const void *buf)
{
	__sz bytes = gdb_arch_regs[nr].bits / 8;
	__u64 v = 0;

	if (gdb_arch_reg_is_fp(nr)) {
		if (!src->fp)
			return -ENODATA;
		memcpy(fp_at(src->fp, nr), buf, bytes);
		return 0;
	}
	memcpy(&v, buf, bytes);
	if (nr == PC)
		ukarch_regs_set_pc(src->regs, v);
	else if (nr < CPSR)
		*general(src->regs, nr) = v;
	else if (nr == CPSR)
		return cpsr_write(src->regs, v);
	else if (nr == TPIDR && src->tls)
		*src->tls = v;
	else if (nr == TPIDR)
		UKARCH_SYSREG_WRITE(tpidr_el0, v);
	else if (nr < SYSTEM)
		return v == arm64_signature_bits() ? 0 : -EROFS;
	else
		return system_write(nr, v);
	return 0;
}

#ifdef CONFIG_LIBUKGDB_CALLS
#define KEPT 8 /* d8 and on */

void gdb_arch_fp_of_ctx(void *fp, const struct ukarch_ctx *ctx)
{
	struct ukarch_fpstate *f = fp;

	memset(f, 0, sizeof(*f));
	for (unsigned int i = 0; i < ARRAY_SIZE(ctx->d8); i++)
		f->q[KEPT + i][0] = ctx->d8[i];
	f->fpcr = (__u32)ctx->fpcr;
}

void gdb_arch_fp_to_ctx(const void *fp, struct ukarch_ctx *ctx)
{
	const struct ukarch_fpstate *f = fp;

	for (unsigned int i = 0; i < ARRAY_SIZE(ctx->d8); i++)
		ctx->d8[i] = f->q[KEPT + i][0];
	ctx->fpcr = f->fpcr;
}
#endif
