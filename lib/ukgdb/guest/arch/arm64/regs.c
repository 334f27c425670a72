/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The registers as gdb's manual lists them (appendix G, "AArch64 features"),
 * with DWARF numbers of the ABI (Arm IHI 0057, 4.1), and those of a kernel's
 * interest after them.
 */
#include <uk/arch/lcpu.h>
#include "../../gdb_regs.h"
#include "regs.h"

enum { T_INT64, T_DATA, T_CODE, T_INT32, T_CPSR, T_VEC };

static const struct gdb_reg_type types[] = {
	[T_INT64] = { "int64", GDB_ENC_UINT },
	[T_DATA] = { "data_ptr", GDB_ENC_UINT },
	[T_CODE] = { "code_ptr", GDB_ENC_UINT },
	[T_INT32] = { "int32", GDB_ENC_UINT },
	[T_CPSR] = { "cpsr_flags", GDB_ENC_UINT },
	[T_VEC] = { "aarch64v", GDB_ENC_VECTOR },
};

#define X(i, gen)                                                 \
	{                                                         \
		"x" #i, 64, i, T_INT64, GDB_GROUP_GENERAL, gen, 0 \
	}
#define V(i)                                                         \
	{                                                            \
		"v" #i, 128, 64 + (i), T_VEC, GDB_GROUP_VECTOR, 0, 0 \
	}
#ifdef CONFIG_BRANCH_PROTECTION
#define PAUTH_REGISTERS(_) _(pauth_dmask, 0) _(pauth_cmask, 0)
#else
#define PAUTH_REGISTERS(_)
#endif
#define SYS(reg, writable) { #reg, 64, -1, T_INT64, GDB_GROUP_SYSTEM, 0, 0 },

const struct gdb_reg_desc gdb_arch_regs[N_REGS] = {
	X(0, GDB_GENERIC_ARG1),
	X(1, GDB_GENERIC_ARG1 + 1),
	X(2, GDB_GENERIC_ARG1 + 2),
	X(3, GDB_GENERIC_ARG1 + 3),
	X(4, GDB_GENERIC_ARG1 + 4),
	X(5, GDB_GENERIC_ARG1 + 5),
	X(6, GDB_GENERIC_ARG1 + 6),
	X(7, GDB_GENERIC_ARG1 + 7),
	X(8, 0),
	X(9, 0),
	X(10, 0),
	X(11, 0),
	X(12, 0),
	X(13, 0),
	X(14, 0),
	X(15, 0),
	X(16, 0),
	X(17, 0),
	X(18, 0),
	X(19, 0),
	X(20, 0),
	X(21, 0),
	X(22, 0),
	X(23, 0),
	X(24, 0),
	X(25, 0),
	X(26, 0),
	X(27, 0),
	X(28, 0),
	{ "x29", 64, 29, T_INT64, GDB_GROUP_GENERAL, GDB_GENERIC_FP,
	  GDB_REG_EXPEDITE },
	{ "x30", 64, 30, T_INT64, GDB_GROUP_GENERAL, GDB_GENERIC_RA,
	  GDB_REG_EXPEDITE },
	{ "sp", 64, 31, T_DATA, GDB_GROUP_GENERAL, GDB_GENERIC_SP,
	  GDB_REG_EXPEDITE },
	{ "pc", 64, 32, T_CODE, GDB_GROUP_GENERAL, GDB_GENERIC_PC,
	  GDB_REG_EXPEDITE },
	{ "cpsr", 32, 33, T_CPSR, GDB_GROUP_GENERAL, GDB_GENERIC_FLAGS, 0 },
	V(0),
	V(1),
	V(2),
	V(3),
	V(4),
	V(5),
	V(6),
	V(7),
	V(8),
	V(9),
	V(10),
	V(11),
	V(12),
	V(13),
	V(14),
	V(15),
	V(16),
	V(17),
	V(18),
	V(19),
	V(20),
	V(21),
	V(22),
	V(23),
	V(24),
	V(25),
	V(26),
	V(27),
	V(28),
	V(29),
	V(30),
	V(31),
	{ "fpsr", 32, -1, T_INT32, GDB_GROUP_FLOAT, 0, 0 },
	{ "fpcr", 32, -1, T_INT32, GDB_GROUP_FLOAT, 0, 0 },
	{ "tpidr", 64, 36, T_DATA, GDB_GROUP_SYSTEM, 0, 0 },
	PAUTH_REGISTERS(SYS) SYSTEM_REGISTERS(SYS)
};

static const char cpsr_types[] =
	"<flags id=\"cpsr_flags\" size=\"4\">\n"
	"<field name=\"SP\" start=\"0\" end=\"0\"/>\n"
	"<field name=\"EL\" start=\"2\" end=\"3\"/>\n"
	"<field name=\"nRW\" start=\"4\" end=\"4\"/>\n"
	"<field name=\"F\" start=\"6\" end=\"6\"/>\n"
	"<field name=\"I\" start=\"7\" end=\"7\"/>\n"
	"<field name=\"A\" start=\"8\" end=\"8\"/>\n"
	"<field name=\"D\" start=\"9\" end=\"9\"/>\n"
	"<field name=\"IL\" start=\"20\" end=\"20\"/>\n"
	"<field name=\"SS\" start=\"21\" end=\"21\"/>\n"
	"<field name=\"V\" start=\"28\" end=\"28\"/>\n"
	"<field name=\"C\" start=\"29\" end=\"29\"/>\n"
	"<field name=\"Z\" start=\"30\" end=\"30\"/>\n"
	"<field name=\"N\" start=\"31\" end=\"31\"/>\n"
	"</flags>";

/* A vector of each width, signed, unsigned and floating, as gdb does. */
static const char fpu_types[] =
	"<vector id=\"v2d\" type=\"ieee_double\" count=\"2\"/>\n"
	"<vector id=\"v2u\" type=\"uint64\" count=\"2\"/>\n"
	"<vector id=\"v2i\" type=\"int64\" count=\"2\"/>\n"
	"<vector id=\"v4f\" type=\"ieee_single\" count=\"4\"/>\n"
	"<vector id=\"v4u\" type=\"uint32\" count=\"4\"/>\n"
	"<vector id=\"v4i\" type=\"int32\" count=\"4\"/>\n"
	"<vector id=\"v8u\" type=\"uint16\" count=\"8\"/>\n"
	"<vector id=\"v8i\" type=\"int16\" count=\"8\"/>\n"
	"<vector id=\"v16u\" type=\"uint8\" count=\"16\"/>\n"
	"<vector id=\"v16i\" type=\"int8\" count=\"16\"/>\n"
	"<vector id=\"v1u\" type=\"uint128\" count=\"1\"/>\n"
	"<vector id=\"v1i\" type=\"int128\" count=\"1\"/>\n"
	"<union id=\"vnd\"><field name=\"f\" type=\"v2d\"/>"
	"<field name=\"u\" type=\"v2u\"/><field name=\"s\" type=\"v2i\"/></union>\n"
	"<union id=\"vns\"><field name=\"f\" type=\"v4f\"/>"
	"<field name=\"u\" type=\"v4u\"/><field name=\"s\" type=\"v4i\"/></union>\n"
	"<union id=\"vnh\"><field name=\"u\" type=\"v8u\"/>"
	"<field name=\"s\" type=\"v8i\"/></union>\n"
	"<union id=\"vnb\"><field name=\"u\" type=\"v16u\"/>"
	"<field name=\"s\" type=\"v16i\"/></union>\n"
	"<union id=\"vnq\"><field name=\"u\" type=\"v1u\"/>"
	"<field name=\"s\" type=\"v1i\"/></union>\n"
	"<union id=\"aarch64v\"><field name=\"d\" type=\"vnd\"/>"
	"<field name=\"s\" type=\"vns\"/><field name=\"h\" type=\"vnh\"/>"
	"<field name=\"b\" type=\"vnb\"/><field name=\"q\" type=\"vnq\"/></union>\n";

static const struct gdb_feature features[] = {
	{ "org.gnu.gdb.aarch64.core", cpsr_types, X0 },
	{ "org.gnu.gdb.aarch64.fpu", fpu_types, V0 },
	{ "org.gnu.gdb.aarch64.tls", __NULL, TPIDR },
#ifdef CONFIG_BRANCH_PROTECTION
	{ "org.gnu.gdb.aarch64.pauth", __NULL, PAUTH_DMASK },
#endif
	{ "org.vitrine.aarch64.system", __NULL, SYSTEM },
};

void gdb_arch_describe(struct gdb_target *target)
{
	target->regs = gdb_arch_regs;
	target->types = types;
	target->features = features;
	target->n_features = ARRAY_SIZE(features);
	target->n_regs = N_REGS;
	target->n_g = SYSTEM;
	target->pc = PC;
	target->sp = SP;
	target->fp = 29;
	target->arch = "aarch64";
	target->cpu = "aarch64";
	target->addr_bits = 48;
	target->watch_before = 1;
	target->n_watch = (UKARCH_SYSREG_READ(id_aa64dfr0_el1) >> 20 & 15) + 1;
}
