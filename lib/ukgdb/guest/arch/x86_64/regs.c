/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The registers as gdb's manual lists them (appendix G, "i386 features"), with
 * DWARF numbers of the psABI (figure 3.36), and those of a kernel's interest
 * after them.
 */
#include <uk/arch/fpstate.h>
#include "../../gdb_regs.h"
#include "regs.h"

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

const struct gdb_reg_desc gdb_arch_regs[N_REGS] = {
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
	SYS("orig_rax"),
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

static const char flags_types[] =
	"<flags id=\"i386_eflags\" size=\"4\">\n"
	"<field name=\"CF\" start=\"0\" end=\"0\"/>\n"
	"<field name=\"\" start=\"1\" end=\"1\"/>\n"
	"<field name=\"PF\" start=\"2\" end=\"2\"/>\n"
	"<field name=\"AF\" start=\"4\" end=\"4\"/>\n"
	"<field name=\"ZF\" start=\"6\" end=\"6\"/>\n"
	"<field name=\"SF\" start=\"7\" end=\"7\"/>\n"
	"<field name=\"TF\" start=\"8\" end=\"8\"/>\n"
	"<field name=\"IF\" start=\"9\" end=\"9\"/>\n"
	"<field name=\"DF\" start=\"10\" end=\"10\"/>\n"
	"<field name=\"OF\" start=\"11\" end=\"11\"/>\n"
	"<field name=\"NT\" start=\"14\" end=\"14\"/>\n"
	"<field name=\"RF\" start=\"16\" end=\"16\"/>\n"
	"<field name=\"AC\" start=\"18\" end=\"18\"/>\n"
	"<field name=\"ID\" start=\"21\" end=\"21\"/>\n"
	"</flags>";

static const char sse_types[] =
	"<vector id=\"v4f\" type=\"ieee_single\" count=\"4\"/>\n"
	"<vector id=\"v2d\" type=\"ieee_double\" count=\"2\"/>\n"
	"<vector id=\"v16i8\" type=\"int8\" count=\"16\"/>\n"
	"<vector id=\"v8i16\" type=\"int16\" count=\"8\"/>\n"
	"<vector id=\"v4i32\" type=\"int32\" count=\"4\"/>\n"
	"<vector id=\"v2i64\" type=\"int64\" count=\"2\"/>\n"
	"<union id=\"vec128\">"
	"<field name=\"v4_float\" type=\"v4f\"/>"
	"<field name=\"v2_double\" type=\"v2d\"/>"
	"<field name=\"v16_int8\" type=\"v16i8\"/>"
	"<field name=\"v8_int16\" type=\"v8i16\"/>"
	"<field name=\"v4_int32\" type=\"v4i32\"/>"
	"<field name=\"v2_int64\" type=\"v2i64\"/>"
	"<field name=\"uint128\" type=\"uint128\"/>"
	"</union>\n"
	"<flags id=\"i386_mxcsr\" size=\"4\">\n"
	"<field name=\"IE\" start=\"0\" end=\"0\"/>\n"
	"<field name=\"DE\" start=\"1\" end=\"1\"/>\n"
	"<field name=\"ZE\" start=\"2\" end=\"2\"/>\n"
	"<field name=\"OE\" start=\"3\" end=\"3\"/>\n"
	"<field name=\"UE\" start=\"4\" end=\"4\"/>\n"
	"<field name=\"PE\" start=\"5\" end=\"5\"/>\n"
	"<field name=\"DAZ\" start=\"6\" end=\"6\"/>\n"
	"<field name=\"IM\" start=\"7\" end=\"7\"/>\n"
	"<field name=\"DM\" start=\"8\" end=\"8\"/>\n"
	"<field name=\"ZM\" start=\"9\" end=\"9\"/>\n"
	"<field name=\"OM\" start=\"10\" end=\"10\"/>\n"
	"<field name=\"UM\" start=\"11\" end=\"11\"/>\n"
	"<field name=\"PM\" start=\"12\" end=\"12\"/>\n"
	"<field name=\"FZ\" start=\"15\" end=\"15\"/>\n"
	"</flags>";

/*
 * orig_rax says that there is no system call to restart: gdb takes a target for
 * one of GNU/Linux only if it has that, and then knows siginfo, thread-local
 * variables and core files (doc/adr/0008).
 */
static const struct gdb_feature features[] = {
	{ "org.gnu.gdb.i386.core", flags_types, RAX },
	{ "org.gnu.gdb.i386.sse", sse_types, XMM0 },
	{ "org.gnu.gdb.i386.segments", __NULL, FS_BASE },
	{ "org.gnu.gdb.i386.linux", __NULL, ORIG_RAX },
	{ "org.vitrine.x86.system", __NULL, CR0 },
	{ "org.gnu.gdb.i386.avx", __NULL, YMM0H },
};

void gdb_arch_describe(struct gdb_target *target)
{
	int avx = x86_fpstate_offset(2) != 0;

	target->regs = gdb_arch_regs;
	target->types = types;
	target->features = features;
	target->n_features = ARRAY_SIZE(features) - !avx;
	target->n_regs = avx ? N_REGS : YMM0H;
	target->n_g = CR0;
	target->pc = RIP;
	target->sp = 7;
	target->fp = 6;
	target->arch = "i386:x86-64";
	target->cpu = "x86_64";
	target->addr_bits = 48;
	target->n_watch = 4;
}
