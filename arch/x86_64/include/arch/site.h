/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * x86_64's answer to <uk/arch/site.h>: a nop of five bytes (SDM volume 2, NOP),
 * or a near jump. Up to four bytes before it keep it in one word.
 */
#ifndef __UK_ARCH_SITE_H__
#error "include <uk/arch/site.h>"
#endif

#define UKARCH_SITE ".p2align 3,,4\n1: .byte 0x0f, 0x1f, 0x44, 0, 0\n"
#define UKARCH_SITE_LEN 5
#define UKARCH_SITE_WORD 8

static inline void ukarch_site_code(__u8 code[UKARCH_SITE_LEN], __u64 site,
				    __u64 target)
{
	__s32 distance = (__s32)(target - (site + UKARCH_SITE_LEN));

	code[0] = target ? 0xe9 : 0x0f;
	code[1] = target ? (__u8)distance : 0x1f;
	code[2] = target ? (__u8)(distance >> 8) : 0x44;
	code[3] = target ? (__u8)(distance >> 16) : 0;
	code[4] = target ? (__u8)(distance >> 24) : 0;
}
