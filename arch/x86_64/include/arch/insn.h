/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The parts of an instruction in 64-bit mode (Intel SDM volume 2, 2.1 to 2.7
 * and appendix A), for traps and for debuggers.
 */
#ifndef __ARCH_INSN_H__
#define __ARCH_INSN_H__

#include <uk/arch/trap.h>
#include <uk/essentials.h>

#define X86_INSN_MAX 15

#define X86_REX_B 1
#define X86_REX_X 2
#define X86_REX_R 4
#define X86_REX_W 8

#define X86_VEX 1
#define X86_EVEX 2

enum x86_map { X86_MAP_1, X86_MAP_0F, X86_MAP_0F38, X86_MAP_0F3A };

struct x86_insn {
	__u8 len;
	__u8 map; /* enum x86_map */
	__u8 opcode;
	__u8 rex;	 /* X86_REX_*, whichever prefix says them */
	__u8 vector;	 /* 0, X86_VEX or X86_EVEX */
	__u8 vector_len; /* with these: bytes of a vector register */
	__u8 opsize;	/* 1 with prefix 66, or what VEX and EVEX say instead */
	__u8 rep;	/* 0, 0xf2 or 0xf3, likewise */
	__u8 segment;	/* 0, 0x64 (fs) or 0x65 (gs) */
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

/* A memory operand. A register that takes no part is X86_NO_REG. */
struct x86_operand {
	__u8 base; /* 0–15: rax, rcx, rdx, rbx, rsp, …; or X86_RIP */
	__u8 index;
	__u8 shift; /* of the index */
	__s64 disp;
	enum ukarch_trap_access access; /* NONE: lea, prefetches, nop */
	unsigned int align; /* its address has to be a multiple; 1: any */
};

#define X86_RIP 16 /* the next instruction */
#define X86_NO_REG 17

/**
 * The memory operand that ModRM, or the opcodes A0 to A3, give an instruction.
 * An instruction that reads and writes it counts as a write. What string,
 * stack and other instructions reach by registers that are implied does not
 * count.
 *
 * @param p the bytes that x86_insn_decode() split into in
 * @return 1; 0 if it has none, or one whose address needs a vector register or
 *   the scale of an EVEX displacement of one byte. Contexts: any.
 */
int x86_insn_operand(const __u8 *p, const struct x86_insn *in,
		     struct x86_operand *op);

/** Register 0–15 of the program; 0 for any other number. Contexts: any. */
__u64 x86_reg(const struct __regs *regs, unsigned int n);

/**
 * The address of an operand of the instruction at regs->rip. Contexts: any, on
 * the CPU whose segment bases fs and gs are the program's.
 */
__u64 x86_operand_address(const struct x86_insn *in,
			  const struct x86_operand *op,
			  const struct __regs *regs);

#endif /* __ARCH_INSN_H__ */
