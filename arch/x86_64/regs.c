/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * How registers are presented to users; see <uk/arch/regs.h>.
 */
#include <errno.h>
#include <uk/arch/regs.h>

#define REG(n, field, addr)                                \
	{                                                  \
		.name = n, .size = 8, .is_addr = (addr),   \
		.offset = __offsetof(struct __regs, field) \
	}

const struct ukarch_reg_desc ukarch_reg_descs[] = {
	REG("RIP", rip, 1), REG("RSP", rsp, 1), REG("EFLAGS", eflags, 0),
	REG("RAX", rax, 1), REG("RBX", rbx, 1), REG("RCX", rcx, 1),
	REG("RDX", rdx, 1), REG("RSI", rsi, 1), REG("RDI", rdi, 1),
	REG("RBP", rbp, 1), REG("R8", r8, 1),	REG("R9", r9, 1),
	REG("R10", r10, 1), REG("R11", r11, 1), REG("R12", r12, 1),
	REG("R13", r13, 1), REG("R14", r14, 1), REG("R15", r15, 1),
	REG("CS", cs, 0),   REG("SS", ss, 0),
};
const unsigned int ukarch_reg_count = ARRAY_SIZE(ukarch_reg_descs);

static __u64 msr_read(__u32 msr)
{
	__u32 lo, hi;

	__asm__ __volatile__("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
	return ((__u64)hi << 32) | lo;
}

#define MSR_EFER 0xc0000080
#define MSR_FS_BASE 0xc0000100
#define MSR_GS_BASE 0xc0000101

#define READ_CR(n, v) __asm__ __volatile__("mov %%cr" #n ", %0" : "=r"(v))

int ukarch_creg_read(unsigned int idx, const char **name, __u64 *value)
{
	static const char *const names[] = { "CR0",  "CR2",	"CR3",	  "CR4",
					     "EFER", "FS_BASE", "GS_BASE" };

	if (idx >= ARRAY_SIZE(names))
		return -ENOENT;
	*name = names[idx];
	switch (idx) {
	case 0:
		READ_CR(0, *value);
		break;
	case 1:
		READ_CR(2, *value);
		break;
	case 2:
		READ_CR(3, *value);
		break;
	case 3:
		READ_CR(4, *value);
		break;
	case 4:
		*value = msr_read(MSR_EFER);
		break;
	case 5:
		*value = msr_read(MSR_FS_BASE);
		break;
	default:
		*value = msr_read(MSR_GS_BASE);
	}
	return 0;
}
