/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * How registers are presented to users; see <uk/arch/regs.h>.
 */
#include <errno.h>
#include <uk/arch/lcpu.h>
#include <uk/arch/regs.h>

#define REG(n, field, addr)                                \
	{                                                  \
		.name = n, .size = 8, .is_addr = (addr),   \
		.offset = __offsetof(struct __regs, field) \
	}
#define REG_X(n) REG("x" #n, x[n], 1)

const struct ukarch_reg_desc ukarch_reg_descs[] = {
	REG_X(0),	  REG_X(1),
	REG_X(2),	  REG_X(3),
	REG_X(4),	  REG_X(5),
	REG_X(6),	  REG_X(7),
	REG_X(8),	  REG_X(9),
	REG_X(10),	  REG_X(11),
	REG_X(12),	  REG_X(13),
	REG_X(14),	  REG_X(15),
	REG_X(16),	  REG_X(17),
	REG_X(18),	  REG_X(19),
	REG_X(20),	  REG_X(21),
	REG_X(22),	  REG_X(23),
	REG_X(24),	  REG_X(25),
	REG_X(26),	  REG_X(27),
	REG_X(28),	  REG_X(29),
	REG("lr", lr, 1), REG("sp", sp, 1),
	REG("pc", pc, 1), REG("pstate", pstate, 0),
};
const unsigned int ukarch_reg_count = ARRAY_SIZE(ukarch_reg_descs);

#define CREG_READER(reg)                        \
	static __u64 read_##reg(void)           \
	{                                       \
		return UKARCH_SYSREG_READ(reg); \
	}
#define CREG(name, reg)          \
	{                        \
		name, read_##reg \
	}

CREG_READER(esr_el1)
CREG_READER(far_el1)
CREG_READER(sctlr_el1)
CREG_READER(tcr_el1)
CREG_READER(ttbr0_el1)
CREG_READER(mair_el1)
CREG_READER(vbar_el1)
CREG_READER(cpacr_el1)

static const struct {
	const char *name;
	__u64 (*read)(void);
} cregs[] = {
	CREG("ESR_EL1", esr_el1),     CREG("FAR_EL1", far_el1),
	CREG("SCTLR_EL1", sctlr_el1), CREG("TCR_EL1", tcr_el1),
	CREG("TTBR0_EL1", ttbr0_el1), CREG("MAIR_EL1", mair_el1),
	CREG("VBAR_EL1", vbar_el1),   CREG("CPACR_EL1", cpacr_el1),
};

int ukarch_creg_read(unsigned int idx, const char **name, __u64 *value)
{
	if (idx >= ARRAY_SIZE(cregs))
		return -ENOENT;
	*name = cregs[idx].name;
	*value = cregs[idx].read();
	return 0;
}
