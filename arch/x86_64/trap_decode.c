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
