/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * BL, BLR and BLR with pointer authentication (Arm ARM C6.2).
 */
#include <string.h>
#include <uk/arch/call.h>

unsigned int ukarch_call_len(const __u8 *end, __sz avail)
{
	__u32 insn;

	if (avail < sizeof(insn))
		return 0;
	memcpy(&insn, end - sizeof(insn), sizeof(insn));
	return (insn & 0xfc000000) == 0x94000000 ||
			       (insn & 0xfffffc1f) == 0xd63f0000 ||
			       (insn & 0xfefff800) == 0xd63f0800
		       ? sizeof(insn)
		       : 0;
}
