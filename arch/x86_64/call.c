/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Near calls: E8, and FF /2 through a register or memory (SDM volume 2, CALL).
 */
#include <arch/insn.h>
#include <uk/arch/call.h>

#define CALL_REL 5
#define INDIRECT_MAX 8 /* segment, REX, FF, ModRM, SIB, displacement */

/* A REX prefix that a compiler would give a call. */
static int rex_fits(const struct x86_insn *in, __u8 first)
{
	return (first & 0xf0) != 0x40 ||
	       (in->rex && !(in->rex & (X86_REX_W | X86_REX_R)));
}

unsigned int ukarch_call_len(const __u8 *end, __sz avail)
{
	struct x86_insn in;

	if (avail >= CALL_REL && end[-CALL_REL] == 0xe8)
		return CALL_REL;
	for (__sz len = MIN(avail, (__sz)INDIRECT_MAX); len >= 2; len--)
		if (x86_insn_decode(end - len, len, &in) && in.len == len &&
		    in.map == X86_MAP_1 && !in.vector && in.opcode == 0xff &&
		    (in.modrm >> 3 & 7) == 2 && !in.opsize && !in.rep &&
		    rex_fits(&in, end[-(__ssz)len]))
			return len;
	return 0;
}
