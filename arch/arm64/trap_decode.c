/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Traps in words: the vector's slot, and ESR_EL1 by exception class and fault
 * status (Arm ARM, DDI 0487, D17.2.37).
 */
#include <uk/essentials.h>
#include <uk/snprintf.h>
#include "trap_internal.h"

const char *ukarch_trap_name(unsigned long trapnr)
{
	static const char *const names[16] = {
		"synchronous, SP_EL0",
		"IRQ, SP_EL0",
		"FIQ, SP_EL0",
		"SError, SP_EL0",
		"synchronous, SP_EL1",
		"IRQ, SP_EL1",
		"FIQ, SP_EL1",
		"SError, SP_EL1",
		"synchronous, EL0",
		"IRQ, EL0",
		"FIQ, EL0",
		"SError, EL0",
		"synchronous, EL0 32-bit",
		"IRQ, EL0 32-bit",
		"FIQ, EL0 32-bit",
		"SError, EL0 32-bit",
	};

	return trapnr < ARRAY_SIZE(names) ? names[trapnr] : "unknown vector";
}

static const char *class_name(unsigned int ec)
{
	static const char *const names[ESR_EC_COUNT] = {
		[EC_UNKNOWN] = "undefined instruction",
		[EC_WFX] = "WFI or WFE trapped",
		[EC_FP_ACCESS] = "floating point or vector use trapped",
		[EC_PAC_TRAP] = "pointer authentication trapped",
		[EC_LS64] = "64-byte access trapped",
		[EC_BTI] = "branch target",
		[EC_ILLEGAL] = "illegal execution state",
		[EC_SVC] = "SVC",
		[EC_HVC] = "HVC",
		[EC_SMC] = "SMC",
		[EC_SYSREG] = "system register trapped",
		[EC_SVE] = "SVE trapped",
		[EC_PAC_FAIL] = "pointer authentication failed",
		[EC_SME] = "SME trapped",
		[EC_IABORT_LOWER] = "instruction abort, lower level",
		[EC_IABORT] = "instruction abort",
		[EC_PC_ALIGN] = "PC alignment",
		[EC_DABORT_LOWER] = "data abort, lower level",
		[EC_DABORT] = "data abort",
		[EC_SP_ALIGN] = "SP alignment",
		[EC_MOPS] = "memory copy or set",
		[EC_FP32] = "floating-point exception, 32-bit",
		[EC_FP64] = "floating-point exception",
		[EC_SERROR] = "SError",
		[EC_HW_BREAK_LOWER] = "breakpoint, lower level",
		[EC_HW_BREAK] = "breakpoint",
		[EC_STEP_LOWER] = "software step, lower level",
		[EC_STEP] = "software step",
		[EC_WATCH_LOWER] = "watchpoint, lower level",
		[EC_WATCH] = "watchpoint",
		[EC_BRK] = "BRK",
	};

	return names[ec] ? names[ec] : "unknown class";
}

/* Fault status codes that are not one of four levels. */
static const char *fault_name(unsigned int fsc)
{
	switch (fsc) {
	case FSC_EXTERNAL:
		return "external abort";
	case FSC_TAG:
		return "tag check";
	case FSC_PARITY:
		return "parity or ECC error";
	case FSC_ALIGNMENT:
		return "alignment";
	case FSC_TLB_CONFLICT:
		return "TLB conflict";
	case FSC_UNSUPPORTED:
		return "unsupported exclusive or atomic";
	default:
		return "unknown fault status";
	}
}

static const char *fault_level_name(unsigned int kind)
{
	static const char *const names[8] = {
		[FSC_KIND_ADDRESS] = "address size",
		[FSC_KIND_TRANSLATION] = "translation",
		[FSC_KIND_ACCESS_FLAG] = "access flag",
		[FSC_KIND_PERMISSION] = "permission",
		[FSC_KIND_EXTERNAL_WALK] = "external abort on table walk",
		[FSC_KIND_PARITY_WALK] = "parity or ECC error on table walk",
	};

	return kind < ARRAY_SIZE(names) ? names[kind] : __NULL;
}

/* The manual counts levels from the root: 0 to 3. */
static void decode_abort(unsigned long esr, const char *access, char *buf,
			 __sz len)
{
	unsigned int ec = ESR_EC(esr), fsc = ISS_FSC(esr);
	const char *name = fault_level_name(FSC_KIND(fsc));

	if (name)
		uk_snprintf(buf, len, "EC 0x%02x %s, %s fault level %u%s", ec,
			    class_name(ec), name, FSC_LEVEL(fsc), access);
	else
		uk_snprintf(buf, len, "EC 0x%02x %s, %s%s", ec, class_name(ec),
			    fault_name(fsc), access);
}

/* What compilers put into BRK where the program must not go on. */
static const char *brk_name(unsigned int imm)
{
	if (imm == 1000 || imm == 1)
		return " (compiler: __builtin_trap)";
	if (imm >> 8 == 0x55)
		return " (compiler: undefined behaviour)";
	return "";
}

static void decode_sync(unsigned long esr, char *buf, __sz len)
{
	unsigned int ec = ESR_EC(esr);
	const char *access = (esr & ISS_CM)    ? ", cache maintenance"
			     : (esr & ISS_WNR) ? ", write"
					       : ", read";

	switch (ec) {
	case EC_IABORT_LOWER:
	case EC_IABORT:
		decode_abort(esr, "", buf, len);
		break;
	case EC_DABORT_LOWER:
	case EC_DABORT:
		decode_abort(esr, access, buf, len);
		break;
	case EC_WATCH_LOWER:
	case EC_WATCH:
		uk_snprintf(buf, len, "EC 0x%02x %s%s", ec, class_name(ec),
			    access);
		break;
	case EC_BRK:
		uk_snprintf(buf, len, "EC 0x%02x BRK #%lu%s", ec, esr & 0xffff,
			    brk_name(esr & 0xffff));
		break;
	case EC_SVC:
	case EC_HVC:
	case EC_SMC:
		uk_snprintf(buf, len, "EC 0x%02x %s #%lu", ec, class_name(ec),
			    esr & 0xffff);
		break;
	default:
		uk_snprintf(buf, len, "EC 0x%02x %s, ISS 0x%lx", ec,
			    class_name(ec), ESR_ISS(esr));
	}
}

const char *ukarch_trap_decode(const struct ukarch_trap_ctx *ctx, char *buf,
			       __sz len)
{
	switch (SLOT_KIND(ctx->trapnr)) {
	case SLOT_SYNC:
		decode_sync(ctx->error_code, buf, len);
		break;
	case SLOT_SERROR:
		uk_snprintf(buf, len, "SError, ISS 0x%lx",
			    ESR_ISS(ctx->error_code));
		break;
	default:
		uk_snprintf(buf, len, "none");
	}
	return buf;
}
