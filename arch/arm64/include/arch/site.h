/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * arm64's answer to <uk/arch/site.h>: NOP or B, which may be written while
 * other CPUs execute them (DDI 0487, B2.2.5).
 */
#ifndef __UK_ARCH_SITE_H__
#error "include <uk/arch/site.h>"
#endif

#define UKARCH_SITE "1: nop\n"
#define UKARCH_SITE_LEN 4
#define UKARCH_SITE_WORD 4

static inline void ukarch_site_code(__u8 code[UKARCH_SITE_LEN], __u64 site,
				    __u64 target)
{
	__u32 insn = target ? 0x14000000 | (((target - site) >> 2) & 0x3ffffff)
			    : 0xd503201f;

	__builtin_memcpy(code, &insn, sizeof(insn));
}
