/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Reads and writes registers, wherever they are: in the frame of the trap, in
 * the stored vector state, in the CPU.
 */
#include <errno.h>
#include <string.h>
#include <uk/arch/fpstate.h>
#include <uk/extable.h>
#include "../../gdb_arch.h"
#include "regs.h"

/* gdb's order of the general registers. */
static __u64 *general(struct __regs *r, unsigned int nr)
{
	__u64 *const at[EFLAGS] = {
		&r->rax, &r->rbx, &r->rcx, &r->rdx, &r->rsi, &r->rdi,
		&r->rbp, &r->rsp, &r->r8,  &r->r9,  &r->r10, &r->r11,
		&r->r12, &r->r13, &r->r14, &r->r15, &r->rip,
	};

	return at[nr];
}

/* --- what is in the CPU ---------------------------------------------------*/

#define MSR_EFER 0xc0000080U
#define MSR_FS_BASE 0xc0000100U
#define MSR_GS_BASE 0xc0000101U

/* Continues after it, with rc set, if the CPU refuses (#GP). */
#define REFUSED(insn)      \
	"1:\t" insn "\n\t" \
	"xorl %0, %0\n"    \
	"2:\n" UK_EXTABLE(1b, 2b)

static __u64 msr_read(__u32 msr)
{
	__u32 lo, hi;

	__asm__ __volatile__("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
	return lo | (__u64)hi << 32;
}

static int msr_write(__u32 msr, __u64 v)
{
	int rc = -EINVAL;

	__asm__ __volatile__(REFUSED("wrmsr")
			     : "+r"(rc)
			     : "c"(msr), "a"((__u32)v), "d"((__u32)(v >> 32))
			     : "memory");
	return rc;
}

static __u64 system_read(unsigned int nr)
{
	__u64 v = 0;

	switch (nr) {
	case ORIG_RAX:
		return ~0UL;
	case CR0:
		__asm__ __volatile__("mov %%cr0, %0" : "=r"(v));
		break;
	case CR2:
		__asm__ __volatile__("mov %%cr2, %0" : "=r"(v));
		break;
	case CR3:
		__asm__ __volatile__("mov %%cr3, %0" : "=r"(v));
		break;
	case CR4:
		__asm__ __volatile__("mov %%cr4, %0" : "=r"(v));
		break;
	case CR8:
		__asm__ __volatile__("mov %%cr8, %0" : "=r"(v));
		break;
	case DR6:
		__asm__ __volatile__("mov %%dr6, %0" : "=r"(v));
		break;
	case DR7:
		__asm__ __volatile__("mov %%dr7, %0" : "=r"(v));
		break;
	default:
		v = msr_read(MSR_EFER);
	}
	return v;
}

#define CR_WRITE(cr)                                  \
	__asm__ __volatile__(REFUSED("mov %1, %%" cr) \
			     : "+r"(rc)               \
			     : "r"(v)                 \
			     : "memory")

static int system_write(unsigned int nr, __u64 v)
{
	int rc = -EINVAL;

	switch (nr) {
	case CR0:
		CR_WRITE("cr0");
		break;
	case CR2:
		CR_WRITE("cr2");
		break;
	case CR3:
		CR_WRITE("cr3");
		break;
	case CR4:
		CR_WRITE("cr4");
		break;
	case CR8:
		CR_WRITE("cr8");
		break;
	case EFER:
		return msr_write(MSR_EFER, v);
	default: /* constant, or the stub's own: gdb puts back what it read */
		return v == system_read(nr) ? 0 : -EROFS;
	}
	return rc;
}

#define SEG_READ(seg) __asm__ __volatile__("movl %%" seg ", %0" : "=r"(v))
#define SEG_WRITE(seg) \
	__asm__ __volatile__(REFUSED("movl %1, %%" seg) : "+r"(rc) : "r"(v))

static __u32 segment_read(const struct __regs *r, unsigned int nr)
{
	__u32 v = 0;

	switch (nr) {
	case CS:
		return r->cs;
	case SS:
		return r->ss;
	case DS:
		SEG_READ("ds");
		break;
	case ES:
		SEG_READ("es");
		break;
	case FS:
		SEG_READ("fs");
		break;
	default:
		SEG_READ("gs");
	}
	return v;
}

/* A selector of cs or ss that the return cannot load would end the guest;
 * loading fs or gs would change its base.
 */
static int segment_write(struct __regs *r, unsigned int nr, __u32 v)
{
	int rc = -EINVAL;

	if (segment_read(r, nr) == v)
		return 0;
	switch (nr) {
	case DS:
		SEG_WRITE("ds");
		break;
	case ES:
		SEG_WRITE("es");
		break;
	case FS:
	case GS: {
		__u32 msr = nr == FS ? MSR_FS_BASE : MSR_GS_BASE;
		__u64 base = msr_read(msr);

		if (nr == FS)
			SEG_WRITE("fs");
		else
			SEG_WRITE("gs");
		msr_write(msr, base);
		break;
	}
	case SS:
		if (v == 0 || v == 0x10) {
			r->ss = v;
			rc = 0;
		}
		break;
	}
	return rc;
}

int gdb_arch_reg_read(const struct gdb_reg_source *src, unsigned int nr,
		      void *buf)
{
	__u64 v;

	if (gdb_arch_reg_is_fp(nr))
		return src->fp ? gdb_fx_read(src->fp, nr, buf) : -ENODATA;
	if (nr < EFLAGS)
		v = *general(src->regs, nr);
	else if (nr == EFLAGS)
		v = src->regs->eflags;
	else if (nr <= GS)
		v = segment_read(src->regs, nr);
	else if (nr == FS_BASE)
		v = src->tls ? *src->tls : msr_read(MSR_FS_BASE);
	else if (nr == GS_BASE)
		v = msr_read(MSR_GS_BASE);
	else
		v = system_read(nr);
	memcpy(buf, &v, gdb_arch_regs[nr].bits / 8);
	return 0;
}

/* With several CPUs it says which one this is. gdb puts back what it read when
 * the thread was on another, perhaps.
 */
static int gs_base_write(__u64 v)
{
#ifdef CONFIG_HAVE_SMP
	(void)v;
	return 0;
#else
	return msr_write(MSR_GS_BASE, v);
#endif
}

int gdb_arch_reg_write(const struct gdb_reg_source *src, unsigned int nr,
		       const void *buf)
{
	__u64 v = 0;

	if (gdb_arch_reg_is_fp(nr))
		return src->fp ? gdb_fx_write(src->fp, nr, buf) : -ENODATA;
	memcpy(&v, buf, gdb_arch_regs[nr].bits / 8);
	if (nr < EFLAGS)
		*general(src->regs, nr) = v;
	else if (nr == EFLAGS) /* bit 1 is always set, TF is the stub's */
		src->regs->eflags = (v & 0x3f7ed5UL & ~0x100UL) | 2;
	else if (nr <= GS)
		return segment_write(src->regs, nr, v);
	else if (nr == FS_BASE && src->tls)
		*src->tls = v;
	else if (nr == GS_BASE)
		return gs_base_write(v);
	else if (nr == FS_BASE)
		return msr_write(MSR_FS_BASE, v);
	else
		return system_write(nr, v);
	return 0;
}

#ifdef CONFIG_LIBUKGDB_CALLS
/* Header and MXCSR_MASK are the CPU's. */
void gdb_arch_fp_of_ctx(void *fp, const struct ukarch_ctx *ctx)
{
	char *f = fp;
	__sz size = ukarch_fpstate_size();
	__u32 high = x86_fpstate_offset(2);

	ukarch_fpstate_save(fp);
	memset(f, 0, X86_FPSTATE_MXCSR);
	memset(f + X86_FPSTATE_ST, 0, X86_FPSTATE_LEGACY_SIZE - X86_FPSTATE_ST);
	if (high)
		memset(f + high, 0, size - high);
	memcpy(f, &ctx->fcw, sizeof(ctx->fcw));
	memcpy(f + X86_FPSTATE_MXCSR, &ctx->mxcsr, sizeof(ctx->mxcsr));
}

void gdb_arch_fp_to_ctx(const void *fp, struct ukarch_ctx *ctx)
{
	const char *f = fp;

	memcpy(&ctx->fcw, f, sizeof(ctx->fcw));
	memcpy(&ctx->mxcsr, f + X86_FPSTATE_MXCSR, sizeof(ctx->mxcsr));
}
#endif
