/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What an instruction accesses (Intel SDM volume 2, 2.1.5 and the descriptions
 * of the instructions).
 */
#include "access.h"

static unsigned int word(const struct x86_insn *in)
{
	return in->rex & X86_REX_W ? 8 : in->opsize ? 2 : 4;
}

/* Opcodes of one byte: bit 0 is clear for bytes, set for words. */
static unsigned int len_of_map_1(const struct x86_insn *in)
{
	__u8 op = in->opcode;

	if (op == 0x63)
		return 4; /* movsxd */
	if (op == 0x8f || (op == 0xff && (in->modrm >> 3 & 7) >= 2))
		return 8; /* pop; call, jmp, push */
	if (op >= 0xd8 && op <= 0xdf)
		return 10; /* x87 */
	return op & 1 || op == 0x6b || op == 0x8e || op == 0x8c ? word(in) : 1;
}

static unsigned int len_of_map_0f(const struct x86_insn *in)
{
	switch (in->opcode) {
	case 0x40 ... 0x4f: /* cmov */
	case 0xa3 ... 0xaf: /* bt, shld, imul */
	case 0xb1:	    /* cmpxchg */
	case 0xb3:
	case 0xb8 ... 0xbd:
	case 0xc1: /* xadd */
	case 0xc3: /* movnti */
		return word(in);
	case 0x90 ... 0x9f: /* setcc */
	case 0xb0:
	case 0xb6: /* movzx, movsx */
	case 0xbe:
	case 0xc0:
		return 1;
	case 0xb7:
	case 0xbf:
		return 2;
	case 0xc7: /* cmpxchg8b, cmpxchg16b */
		return 2 * word(in);
	default:
		return 16;
	}
}

static unsigned int operand_len(const struct x86_insn *in)
{
	if (in->vector)
		return in->vector_len;
	if (in->map == X86_MAP_1)
		return len_of_map_1(in);
	return in->map == X86_MAP_0F ? len_of_map_0f(in) : 16;
}

/* movs, cmps, stos, lods, scas: through rsi, rdi or both. */
static unsigned int string(const struct x86_insn *in, const struct __regs *r,
			   struct x86_access *acc)
{
	unsigned int kind = in->opcode & 0xfe, n = 0;
	unsigned int len = in->opcode & 1 ? word(in) : 1;

	if (kind == 0xa4 || kind == 0xa6 || kind == 0xac)
		acc[n++] = (struct x86_access){ r->rsi, len };
	if (kind == 0xa4 || kind == 0xa6 || kind == 0xaa || kind == 0xae)
		acc[n++] = (struct x86_access){ r->rdi, len };
	return n;
}

/* The stack's, and what string instructions reach. */
static unsigned int implied(const struct x86_insn *in, const struct __regs *r,
			    struct x86_access *acc)
{
	switch (in->map == X86_MAP_1 && !in->vector ? in->opcode : 0) {
	case 0xa4 ... 0xa7:
	case 0xaa ... 0xaf:
		return string(in, r, acc);
	case 0x58 ... 0x5f: /* pop */
	case 0x8f:
	case 0x9d:
	case 0xc2: /* ret */
	case 0xc3:
		acc[0] = (struct x86_access){ r->rsp, 8 };
		return 1;
	case 0xc9: /* leave */
		acc[0] = (struct x86_access){ r->rbp, 8 };
		return 1;
	case 0xff: /* inc, dec, call, jmp, push */
		if ((in->modrm >> 3 & 7) != 2 && (in->modrm >> 3 & 7) != 6)
			return 0;
		break;
	case 0x50 ... 0x57: /* push */
	case 0x68:
	case 0x6a:
	case 0x9c:
	case 0xe8: /* call */
		break;
	default:
		return 0;
	}
	acc[0] = (struct x86_access){ r->rsp - 8, 8 };
	return 1;
}

unsigned int x86_accesses(const struct x86_insn *in, const __u8 *insn,
			  const struct __regs *regs, struct x86_access *acc)
{
	struct x86_operand op;
	unsigned int n;

	if (!in)
		return 0;
	n = implied(in, regs, acc);
	if (x86_insn_operand(insn, in, &op) && op.access != UKARCH_ACCESS_NONE)
		acc[n++] =
			(struct x86_access){ x86_operand_address(in, &op, regs),
					     operand_len(in) };
	return n;
}
