/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Where instructions begin.
 */
#include <arch/insn.h>
#include <uk/break.h>
#include <uk/nofault.h>
#include "../../probe_internal.h"

/* From the function's begin on, each instruction has to be decoded. */
int probe_arch_is_insn(__vaddr_t addr, __vaddr_t start)
{
	__vaddr_t at = start ? start : addr;
	struct x86_insn in;
	__u8 code[X86_INSN_MAX];
	__sz n;

	while (at < addr) {
		n = uk_nofault_memcpy((char *)code, (const char *)at,
				      sizeof(code), 0);
		uk_break_hide(at, code, n);
		if (!x86_insn_decode(code, n, &in))
			return 0;
		at += in.len;
	}
	return at == addr;
}
