/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* Registers of the mock: as many as gdb must have, and one of its own. */
#include "mock.h"

enum { T_INT64, T_DATA, T_CODE, T_INT32, T_X87, T_VEC };

static const struct gdb_reg_type types[] = {
	[T_INT64] = { "int64", GDB_ENC_UINT },
	[T_DATA] = { "data_ptr", GDB_ENC_UINT },
	[T_CODE] = { "code_ptr", GDB_ENC_UINT },
	[T_INT32] = { "int32", GDB_ENC_UINT },
	[T_X87] = { "i387_ext", GDB_ENC_IEEE754 },
	[T_VEC] = { "vec128", GDB_ENC_VECTOR },
};

#define R(n, dw, t, gen, fl)                             \
	{                                                \
		n, 64, dw, t, GDB_GROUP_GENERAL, gen, fl \
	}
#define I32(n, g)                           \
	{                                   \
		n, 32, -1, T_INT32, g, 0, 0 \
	}
#define V(n, dw)                                          \
	{                                                 \
		n, 128, dw, T_VEC, GDB_GROUP_VECTOR, 0, 0 \
	}
#define ST(n, dw)                                       \
	{                                               \
		n, 80, dw, T_X87, GDB_GROUP_FLOAT, 0, 0 \
	}
#define E GDB_REG_EXPEDITE

/* clang-format off */
static const struct gdb_reg_desc x86_64[] = {
	R("rax", 0, T_INT64, 0, 0), R("rbx", 3, T_INT64, 0, 0),
	R("rcx", 2, T_INT64, 0, 0), R("rdx", 1, T_INT64, 0, 0),
	R("rsi", 4, T_INT64, 0, 0), R("rdi", 5, T_INT64, GDB_GENERIC_ARG1, 0),
	R("rbp", 6, T_DATA, GDB_GENERIC_FP, E),
	R("rsp", 7, T_DATA, GDB_GENERIC_SP, E),
	R("r8", 8, T_INT64, 0, 0), R("r9", 9, T_INT64, 0, 0),
	R("r10", 10, T_INT64, 0, 0), R("r11", 11, T_INT64, 0, 0),
	R("r12", 12, T_INT64, 0, 0), R("r13", 13, T_INT64, 0, 0),
	R("r14", 14, T_INT64, 0, 0), R("r15", 15, T_INT64, 0, 0),
	R("rip", 16, T_CODE, GDB_GENERIC_PC, E),
	I32("eflags", 0), I32("cs", 0), I32("ss", 0), I32("ds", 0),
	I32("es", 0), I32("fs", 0), I32("gs", 0),
	ST("st0", 33), ST("st1", 34), ST("st2", 35), ST("st3", 36),
	ST("st4", 37), ST("st5", 38), ST("st6", 39), ST("st7", 40),
	I32("fctrl", 1), I32("fstat", 1), I32("ftag", 1), I32("fiseg", 1),
	I32("fioff", 1), I32("foseg", 1), I32("fooff", 1), I32("fop", 1),
	V("xmm0", 17), V("xmm1", 18), V("xmm2", 19), V("xmm3", 20),
	V("xmm4", 21), V("xmm5", 22), V("xmm6", 23), V("xmm7", 24),
	V("xmm8", 25), V("xmm9", 26), V("xmm10", 27), V("xmm11", 28),
	V("xmm12", 29), V("xmm13", 30), V("xmm14", 31), V("xmm15", 32),
	I32("mxcsr", 2),
	{ "cr0", 64, -1, T_INT64, GDB_GROUP_SYSTEM, 0, 0 },
};

static const struct gdb_reg_desc arm64[] = {
	R("x0", 0, T_INT64, GDB_GENERIC_ARG1, 0), R("x1", 1, T_INT64, 0, 0),
	R("x2", 2, T_INT64, 0, 0), R("x3", 3, T_INT64, 0, 0),
	R("x4", 4, T_INT64, 0, 0), R("x5", 5, T_INT64, 0, 0),
	R("x6", 6, T_INT64, 0, 0), R("x7", 7, T_INT64, 0, 0),
	R("x8", 8, T_INT64, 0, 0), R("x9", 9, T_INT64, 0, 0),
	R("x10", 10, T_INT64, 0, 0), R("x11", 11, T_INT64, 0, 0),
	R("x12", 12, T_INT64, 0, 0), R("x13", 13, T_INT64, 0, 0),
	R("x14", 14, T_INT64, 0, 0), R("x15", 15, T_INT64, 0, 0),
	R("x16", 16, T_INT64, 0, 0), R("x17", 17, T_INT64, 0, 0),
	R("x18", 18, T_INT64, 0, 0), R("x19", 19, T_INT64, 0, 0),
	R("x20", 20, T_INT64, 0, 0), R("x21", 21, T_INT64, 0, 0),
	R("x22", 22, T_INT64, 0, 0), R("x23", 23, T_INT64, 0, 0),
	R("x24", 24, T_INT64, 0, 0), R("x25", 25, T_INT64, 0, 0),
	R("x26", 26, T_INT64, 0, 0), R("x27", 27, T_INT64, 0, 0),
	R("x28", 28, T_INT64, 0, 0),
	R("x29", 29, T_INT64, GDB_GENERIC_FP, E),
	R("x30", 30, T_INT64, GDB_GENERIC_RA, E),
	R("sp", 31, T_DATA, GDB_GENERIC_SP, E),
	R("pc", 32, T_CODE, GDB_GENERIC_PC, E),
	I32("cpsr", 0),
	V("v0", 64), V("v1", 65), V("v2", 66), V("v3", 67),
	V("v4", 68), V("v5", 69), V("v6", 70), V("v7", 71),
	V("v8", 72), V("v9", 73), V("v10", 74), V("v11", 75),
	V("v12", 76), V("v13", 77), V("v14", 78), V("v15", 79),
	V("v16", 80), V("v17", 81), V("v18", 82), V("v19", 83),
	V("v20", 84), V("v21", 85), V("v22", 86), V("v23", 87),
	V("v24", 88), V("v25", 89), V("v26", 90), V("v27", 91),
	V("v28", 92), V("v29", 93), V("v30", 94), V("v31", 95),
	I32("fpsr", 1), I32("fpcr", 1),
	{ "sctlr_el1", 64, -1, T_INT64, GDB_GROUP_SYSTEM, 0, 0 },
};
/* clang-format on */

static const char vec[] =
	"<vector id=\"v4f\" type=\"ieee_single\" count=\"4\"/>"
	"<vector id=\"v16i8\" type=\"int8\" count=\"16\"/>"
	"<union id=\"vec128\"><field name=\"v4_float\" type=\"v4f\"/>"
	"<field name=\"v16_int8\" type=\"v16i8\"/>"
	"<field name=\"uint128\" type=\"uint128\"/></union>";

static const struct gdb_feature x86_64_features[] = {
	{ "org.gnu.gdb.i386.core", __NULL, 0 },
	{ "org.gnu.gdb.i386.sse", vec, 40 },
	{ "org.vitrine.x86.system", __NULL, 57 },
};

static const struct gdb_feature arm64_features[] = {
	{ "org.gnu.gdb.aarch64.core", __NULL, 0 },
	{ "org.gnu.gdb.aarch64.fpu", vec, 34 },
	{ "org.vitrine.aarch64.system", __NULL, 68 },
};

void mock_x86_64(struct gdb_target *t)
{
	t->regs = x86_64;
	t->types = types;
	t->features = x86_64_features;
	t->n_regs = ARRAY_SIZE(x86_64);
	t->n_g = ARRAY_SIZE(x86_64) - 1;
	t->n_features = ARRAY_SIZE(x86_64_features);
	t->pc = 16;
	t->sp = 7;
	t->fp = 6;
	t->arch = "i386:x86-64";
	t->cpu = "x86_64";
}

void mock_arm64(struct gdb_target *t)
{
	t->regs = arm64;
	t->types = types;
	t->features = arm64_features;
	t->n_regs = ARRAY_SIZE(arm64);
	t->n_g = ARRAY_SIZE(arm64) - 1;
	t->n_features = ARRAY_SIZE(arm64_features);
	t->pc = 32;
	t->sp = 31;
	t->fp = 29;
	t->arch = "aarch64";
	t->cpu = "aarch64";
	t->watch_before = 1;
}
