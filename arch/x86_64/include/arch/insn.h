/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The parts of an instruction in 64-bit mode (Intel SDM volume 2, 2.1 to 2.7
 * and appendix A), for traps and for debuggers.
 */
#ifndef __ARCH_INSN_H__
#define __ARCH_INSN_H__

#include <uk/essentials.h>

#define X86_INSN_MAX 15

enum x86_map { X86_MAP_1, X86_MAP_0F, X86_MAP_0F38, X86_MAP_0F3A };

struct x86_insn {
	__u8 len;
	__u8 map; /* enum x86_map */
	__u8 opcode;
	__u8 rex;	/* REX prefix; of VEX and EVEX only the bit W */
	__u8 vector;	/* 1 with VEX or EVEX */
	__u8 opsize;	/* 1 with prefix 66 */
	__u8 addr32;	/* 1 with prefix 67 */
	__u8 has_modrm; /* modrm is valid */
	__u8 modrm;
	__u8 modrm_at; /* offsets in the instruction */
	__u8 disp_at;
	__u8 imm_at;
	__u8 rip_rel; /* a 32-bit displacement from the next instruction */
};

/**
 * Splits an instruction.
 *
 * @param p its bytes, n of them readable
 * @return 1; 0 if it is none of 64-bit mode or longer than n. Contexts: any.
 */
int x86_insn_decode(const __u8 *p, __sz n, struct x86_insn *in);

#endif /* __ARCH_INSN_H__ */
