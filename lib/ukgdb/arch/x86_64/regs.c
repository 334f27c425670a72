/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The registers as gdb's manual lists them (appendix G, "i386 features"), with
 * DWARF numbers of the psABI (figure 3.36), and those of a kernel's interest
 * behind them.
 */
#include <errno.h>
#include <string.h>
#include <uk/arch/fpstate.h>
#include "../../gdb_arch.h"
#include "../../gdb_target.h"

enum {
	T_INT64,
	T_DATA,
	T_CODE,
	T_INT32,
	T_FLAGS,
	T_X87,
	T_VEC,
	T_MXCSR,
	T_YMMH
};

static const struct gdb_reg_type types[] = {
	[T_INT64] = { "int64", GDB_ENC_UINT },
	[T_DATA] = { "data_ptr", GDB_ENC_UINT },
	[T_CODE] = { "code_ptr", GDB_ENC_UINT },
	[T_INT32] = { "int32", GDB_ENC_UINT },
	[T_FLAGS] = { "i386_eflags", GDB_ENC_UINT },
	[T_X87] = { "i387_ext", GDB_ENC_IEEE754 },
	[T_VEC] = { "vec128", GDB_ENC_VECTOR },
	[T_MXCSR] = { "i386_mxcsr", GDB_ENC_UINT },
	[T_YMMH] = { "uint128", GDB_ENC_VECTOR },
};

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

#define GPR(n, dw, t, gen, fl)                           \
	{                                                \
		n, 64, dw, t, GDB_GROUP_GENERAL, gen, fl \
	}
#define SEG(n, dw)                                          \
	{                                                   \
		n, 32, dw, T_INT32, GDB_GROUP_GENERAL, 0, 0 \
	}
#define ST(i)                                                       \
	{                                                           \
		"st" #i, 80, 33 + (i), T_X87, GDB_GROUP_FLOAT, 0, 0 \
	}
#define X87(n)                                            \
	{                                                 \
		n, 32, -1, T_INT32, GDB_GROUP_FLOAT, 0, 0 \
	}
#define XMM(i)                                                         \
	{                                                              \
		"xmm" #i, 128, 17 + (i), T_VEC, GDB_GROUP_VECTOR, 0, 0 \
	}
#define YMMH(i)                                                       \
	{                                                             \
		"ymm" #i "h", 128, -1, T_YMMH, GDB_GROUP_VECTOR, 0, 0 \
	}
#define SYS(n)                                             \
	{                                                  \
		n, 64, -1, T_INT64, GDB_GROUP_SYSTEM, 0, 0 \
	}

static const struct gdb_reg_desc regs[N_REGS] = {
	GPR("rax", 0, T_INT64, 0, 0),
	GPR("rbx", 3, T_INT64, 0, 0),
	GPR("rcx", 2, T_INT64, GDB_GENERIC_ARG1 + 3, 0),
	GPR("rdx", 1, T_INT64, GDB_GENERIC_ARG1 + 2, 0),
	GPR("rsi", 4, T_INT64, GDB_GENERIC_ARG1 + 1, 0),
	GPR("rdi", 5, T_INT64, GDB_GENERIC_ARG1, 0),
	GPR("rbp", 6, T_DATA, GDB_GENERIC_FP, GDB_REG_EXPEDITE),
	GPR("rsp", 7, T_DATA, GDB_GENERIC_SP, GDB_REG_EXPEDITE),
	GPR("r8", 8, T_INT64, GDB_GENERIC_ARG1 + 4, 0),
	GPR("r9", 9, T_INT64, GDB_GENERIC_ARG1 + 5, 0),
	GPR("r10", 10, T_INT64, 0, 0),
	GPR("r11", 11, T_INT64, 0, 0),
	GPR("r12", 12, T_INT64, 0, 0),
	GPR("r13", 13, T_INT64, 0, 0),
	GPR("r14", 14, T_INT64, 0, 0),
	GPR("r15", 15, T_INT64, 0, 0),
	GPR("rip", 16, T_CODE, GDB_GENERIC_PC, GDB_REG_EXPEDITE),
	{ "eflags", 32, 49, T_FLAGS, GDB_GROUP_GENERAL, GDB_GENERIC_FLAGS, 0 },
	SEG("cs", 51),
	SEG("ss", 52),
	SEG("ds", 53),
	SEG("es", 50),
	SEG("fs", 54),
	SEG("gs", 55),
	ST(0),
	ST(1),
	ST(2),
	ST(3),
	ST(4),
	ST(5),
	ST(6),
	ST(7),
	X87("fctrl"),
	X87("fstat"),
	X87("ftag"),
	X87("fiseg"),
	X87("fioff"),
	X87("foseg"),
	X87("fooff"),
	X87("fop"),
	XMM(0),
	XMM(1),
	XMM(2),
	XMM(3),
	XMM(4),
	XMM(5),
	XMM(6),
	XMM(7),
	XMM(8),
	XMM(9),
	XMM(10),
	XMM(11),
	XMM(12),
	XMM(13),
	XMM(14),
	XMM(15),
	{ "mxcsr", 32, 64, T_MXCSR, GDB_GROUP_VECTOR, 0, 0 },
	{ "fs_base", 64, 58, T_INT64, GDB_GROUP_GENERAL, 0, 0 },
	{ "gs_base", 64, 59, T_INT64, GDB_GROUP_GENERAL, 0, 0 },
	SYS("cr0"),
	SYS("cr2"),
	SYS("cr3"),
	SYS("cr4"),
	SYS("cr8"),
	SYS("efer"),
	SYS("dr6"),
	SYS("dr7"),
	YMMH(0),
	YMMH(1),
	YMMH(2),
	YMMH(3),
	YMMH(4),
	YMMH(5),
	YMMH(6),
	YMMH(7),
	YMMH(8),
	YMMH(9),
	YMMH(10),
	YMMH(11),
	YMMH(12),
	YMMH(13),
	YMMH(14),
	YMMH(15),
};

static const char flags_types[] = "<flags id=\"i386_eflags\" size=\"4\">"
				  "<field name=\"CF\" start=\"0\" end=\"0\"/>"
				  "<field name=\"\" start=\"1\" end=\"1\"/>"
				  "<field name=\"PF\" start=\"2\" end=\"2\"/>"
				  "<field name=\"AF\" start=\"4\" end=\"4\"/>"
				  "<field name=\"ZF\" start=\"6\" end=\"6\"/>"
				  "<field name=\"SF\" start=\"7\" end=\"7\"/>"
				  "<field name=\"TF\" start=\"8\" end=\"8\"/>"
				  "<field name=\"IF\" start=\"9\" end=\"9\"/>"
				  "<field name=\"DF\" start=\"10\" end=\"10\"/>"
				  "<field name=\"OF\" start=\"11\" end=\"11\"/>"
				  "<field name=\"NT\" start=\"14\" end=\"14\"/>"
				  "<field name=\"RF\" start=\"16\" end=\"16\"/>"
				  "<field name=\"AC\" start=\"18\" end=\"18\"/>"
				  "<field name=\"ID\" start=\"21\" end=\"21\"/>"
				  "</flags>";

static const char sse_types[] =
	"<vector id=\"v4f\" type=\"ieee_single\" count=\"4\"/>"
	"<vector id=\"v2d\" type=\"ieee_double\" count=\"2\"/>"
	"<vector id=\"v16i8\" type=\"int8\" count=\"16\"/>"
	"<vector id=\"v8i16\" type=\"int16\" count=\"8\"/>"
	"<vector id=\"v4i32\" type=\"int32\" count=\"4\"/>"
	"<vector id=\"v2i64\" type=\"int64\" count=\"2\"/>"
	"<union id=\"vec128\">"
	"<field name=\"v4_float\" type=\"v4f\"/>"
	"<field name=\"v2_double\" type=\"v2d\"/>"
	"<field name=\"v16_int8\" type=\"v16i8\"/>"
	"<field name=\"v8_int16\" type=\"v8i16\"/>"
	"<field name=\"v4_int32\" type=\"v4i32\"/>"
	"<field name=\"v2_int64\" type=\"v2i64\"/>"
	"<field name=\"uint128\" type=\"uint128\"/>"
	"</union>"
	"<flags id=\"i386_mxcsr\" size=\"4\">"
	"<field name=\"IE\" start=\"0\" end=\"0\"/>"
	"<field name=\"DE\" start=\"1\" end=\"1\"/>"
	"<field name=\"ZE\" start=\"2\" end=\"2\"/>"
	"<field name=\"OE\" start=\"3\" end=\"3\"/>"
	"<field name=\"UE\" start=\"4\" end=\"4\"/>"
	"<field name=\"PE\" start=\"5\" end=\"5\"/>"
	"<field name=\"DAZ\" start=\"6\" end=\"6\"/>"
	"<field name=\"IM\" start=\"7\" end=\"7\"/>"
	"<field name=\"DM\" start=\"8\" end=\"8\"/>"
	"<field name=\"ZM\" start=\"9\" end=\"9\"/>"
	"<field name=\"OM\" start=\"10\" end=\"10\"/>"
	"<field name=\"UM\" start=\"11\" end=\"11\"/>"
	"<field name=\"PM\" start=\"12\" end=\"12\"/>"
	"<field name=\"FZ\" start=\"15\" end=\"15\"/>"
	"</flags>";

static const struct gdb_feature features[] = {
	{ "org.gnu.gdb.i386.core", flags_types, RAX },
	{ "org.gnu.gdb.i386.sse", sse_types, XMM0 },
	{ "org.gnu.gdb.i386.segments", __NULL, FS_BASE },
	{ "org.vitrine.x86.system", __NULL, CR0 },
	{ "org.gnu.gdb.i386.avx", __NULL, YMM0H },
};

void gdb_arch_describe(struct gdb_target *target)
{
	int avx = x86_fpstate_offset(2) != 0;

	target->regs = regs;
	target->types = types;
	target->features = features;
	target->n_features = ARRAY_SIZE(features) - !avx;
	target->n_regs = avx ? N_REGS : YMM0H;
	target->n_g = CR0;
	target->pc = RIP;
	target->sp = 7;
	target->fp = 6;
	target->arch = "i386:x86-64";
	target->triple = "x86_64-unknown-unknown-elf";
	target->addr_bits = 48;
	target->n_watch = 4;
}

int gdb_arch_reg_is_fp(unsigned int nr)
{
	return (nr >= ST0 && nr <= MXCSR) || nr >= YMM0H;
}

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

/* --- x87 and SSE: the FXSAVE area -----------------------------------------*/

/* Offset and bytes of what has a place of its own there. */
static int fxsave_at(unsigned int nr, unsigned int *bytes)
{
	if (nr >= YMM0H) {
		*bytes = 16;
		return x86_fpstate_offset(2) + 16 * (nr - YMM0H);
	}
	if (nr >= XMM0 && nr < MXCSR) {
		*bytes = 16;
		return X86_FPSTATE_XMM + 16 * (nr - XMM0);
	}
	if (nr >= ST0 && nr < FCTRL) {
		*bytes = 10;
		return X86_FPSTATE_ST + 16 * (nr - ST0);
	}
	*bytes = 2;
	switch (nr) {
	case MXCSR:
		*bytes = 4;
		return X86_FPSTATE_MXCSR;
	case FCTRL:
		return 0;
	case FSTAT:
		return 2;
	case FOP:
		return 6;
	case FIOFF:
		*bytes = 4;
		return 8;
	case FISEG:
		return 12;
	case FOOFF:
		*bytes = 4;
		return 16;
	case FOSEG:
		return 20;
	default:
		return -1;
	}
}

/* The x87 tag word from the abridged one and the values (SDM volume 1,
 * 10.5.1.1): valid 0, zero 1, special 2, empty 3.
 */
static __u32 tag_word(const __u8 *fx)
{
	unsigned int top = fx[3] >> 3 & 7;
	__u32 tags = 0;

	for (unsigned int phys = 0; phys < 8; phys++) {
		const __u8 *st = fx + X86_FPSTATE_ST + 16 * ((phys - top) & 7);
		__u64 fraction;
		__u32 exponent, tag = 3;

		memcpy(&fraction, st, 8);
		exponent = (st[8] | st[9] << 8) & 0x7fff;
		if (fx[4] >> phys & 1)
			tag = exponent == 0x7fff	       ? 2
			      : !exponent && !fraction	       ? 1
			      : !exponent || !(fraction >> 63) ? 2
							       : 0;
		tags |= tag << (2 * phys);
	}
	return tags;
}

static int fp_read(const __u8 *fx, unsigned int nr, void *buf)
{
	unsigned int bytes;
	int at = fxsave_at(nr, &bytes);
	__u32 tags;

	if (nr == FTAG) {
		tags = tag_word(fx);
		memcpy(buf, &tags, 4);
		return 0;
	}
	memset(buf, 0, regs[nr].bits / 8);
	memcpy(buf, fx + at, bytes);
	return 0;
}

static int fp_write(__u8 *fx, unsigned int nr, const void *buf)
{
	unsigned int bytes;
	int at = fxsave_at(nr, &bytes);
	__u32 v = 0, mask;

	if (nr == FTAG) {
		memcpy(&v, buf, 4);
		fx[4] = 0;
		for (unsigned int i = 0; i < 8; i++)
			fx[4] |= ((v >> (2 * i) & 3) != 3) << i;
		return 0;
	}
	if (nr == MXCSR) { /* a reserved bit would fault on the way back */
		memcpy(&v, buf, 4);
		memcpy(&mask, fx + 28, 4);
		if (v & ~(mask ? mask : 0xffbfU))
			return -EINVAL;
	}
	memcpy(fx + at, buf, bytes);
	return 0;
}

/* --- what is in the CPU ---------------------------------------------------*/

#define MSR_EFER 0xc0000080U
#define MSR_FS_BASE 0xc0000100U
#define MSR_GS_BASE 0xc0000101U

/* Goes on behind, with rc set, where the CPU refuses (#GP). */
#define REFUSED(insn)                         \
	"1:\t" insn "\n\t"                    \
	"xorl %0, %0\n"                       \
	"2:\n"                                \
	".pushsection .uk_extable, \"a\"\n\t" \
	".balign 4\n\t"                       \
	".long 1b - .\n\t"                    \
	".long 2b - .\n\t"                    \
	".popsection"

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
	default: /* the stub's own; gdb puts back what it read */
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
		return src->fp ? fp_read(src->fp, nr, buf) : -ENODATA;
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
	memcpy(buf, &v, regs[nr].bits / 8);
	return 0;
}

int gdb_arch_reg_write(const struct gdb_reg_source *src, unsigned int nr,
		       const void *buf)
{
	__u64 v = 0;

	if (gdb_arch_reg_is_fp(nr))
		return src->fp ? fp_write(src->fp, nr, buf) : -ENODATA;
	memcpy(&v, buf, regs[nr].bits / 8);
	if (nr < EFLAGS)
		*general(src->regs, nr) = v;
	else if (nr == EFLAGS) /* bit 1 is always set, TF is the stub's */
		src->regs->eflags = (v & 0x3f7ed5UL & ~0x100UL) | 2;
	else if (nr <= GS)
		return segment_write(src->regs, nr, v);
	else if (nr == FS_BASE && src->tls)
		*src->tls = v;
	else if (nr == FS_BASE || nr == GS_BASE)
		return msr_write(nr == FS_BASE ? MSR_FS_BASE : MSR_GS_BASE, v);
	else
		return system_write(nr, v);
	return 0;
}
