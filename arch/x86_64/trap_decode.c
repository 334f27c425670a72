/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Traps in words.
 */
#include <uk/print.h>
#include "trap_internal.h"

const char *ukarch_trap_name(unsigned long trapnr)
{
	static const char names[][4] = {
		"#DE", "#DB", "NMI", "#BP", "#OF", "#BR", "#UD", "#NM",
		"#DF", "",    "#TS", "#NP", "#SS", "#GP", "#PF", "",
		"#MF", "#AC", "#MC", "#XM", "#VE", "#CP",
	};

	if (trapnr >= 32)
		return "interrupt";
	if (trapnr < ARRAY_SIZE(names) && names[trapnr][0])
		return names[trapnr];
	return "reserved vector";
}

/* A value that a model-specific register refuses, or one that is not there. */
static int msr_text(const struct ukarch_trap_ctx *ctx, char *buf, __sz len)
{
	const struct __regs *r = ctx->regs;
	struct x86_insn in;

	if (!ukarch_trap_insn(r, &in) || in.map != X86_MAP_0F || in.vector ||
	    (in.opcode != 0x30 && in.opcode != 0x32))
		return 0;
	if (in.opcode == 0x30)
		uk_snprintf(buf, len, "wrmsr of 0x%lx to MSR 0x%x refused",
			    r->rdx << 32 | (__u32)r->rax, (__u32)r->rcx);
	else
		uk_snprintf(buf, len, "rdmsr of MSR 0x%x refused",
			    (__u32)r->rcx);
	return 1;
}

const char *ukarch_trap_decode(const struct ukarch_trap_ctx *ctx, char *buf,
			       __sz len)
{
	static const char *const tables[] = { "GDT", "IDT", "LDT", "IDT" };
	unsigned long err = ctx->error_code;

	if (ctx->trapnr == TRAP_PF)
		uk_snprintf(buf, len, "%s, page %s%s%s",
			    (err & PF_INSTR)   ? "instruction fetch"
			    : (err & PF_WRITE) ? "write"
					       : "read",
			    (err & PF_PRESENT) ? "present" : "not present",
			    (err & PF_USER) ? ", user" : ", supervisor",
			    (err & PF_RESERVED) ? ", reserved bit set" : "");
	else if (!err && ctx->trapnr == TRAP_GP && msr_text(ctx, buf, len))
		return buf;
	else if (!err && ctx->trapnr >= TRAP_TS && ctx->trapnr <= TRAP_GP)
		uk_snprintf(buf, len, "not because of a segment selector");
	else if (ctx->trapnr >= TRAP_TS && ctx->trapnr <= TRAP_GP)
		uk_snprintf(buf, len, "selector 0x%lx in %s%s", err & 0xfff8,
			    tables[err >> 1 & 3],
			    (err & 1) ? ", external" : "");
	else
		uk_snprintf(buf, len, "%s", "");
	return buf;
}
