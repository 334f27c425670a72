/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Second section: why, in words. What was done to which address and why it
 * was refused, or what the program itself complained of.
 */
#include <string.h>
#include <uk/stack.h>
#include <uk/symtab.h>
#include "crash_internal.h"

#define DECODE_MAX 128
#define PLACE_MAX 128 /* " (file:line)" */
#define REASON_MAX 256

/* A trap's reason, for the host: it finds it in a core file by this name. */
static char ukcrash_reason[REASON_MAX] __used;

static const char *const access_words[] = {
	[UKARCH_ACCESS_NONE] = "access to",
	[UKARCH_ACCESS_READ] = "read from",
	[UKARCH_ACCESS_WRITE] = "write to",
	[UKARCH_ACCESS_EXEC] = "execute at",
};

static const char *const why_words[] = {
	[UKARCH_WHY_OTHER] = "refused",
	[UKARCH_WHY_NOT_MAPPED] = "not mapped",
	[UKARCH_WHY_READ_ONLY] = "read-only",
	[UKARCH_WHY_NOT_EXEC] = "not executable",
	[UKARCH_WHY_PRIVILEGE] = "not for this privilege level",
	[UKARCH_WHY_NON_CANONICAL] = "non-canonical address",
	[UKARCH_WHY_UNALIGNED] = "unaligned",
	[UKARCH_WHY_EXTERNAL] = "external abort, no device or memory answers",
	[UKARCH_WHY_RESERVED] = "malformed page-table entry",
	[UKARCH_WHY_DIVIDE] = "divide error",
	[UKARCH_WHY_FP] = "floating-point exception",
	[UKARCH_WHY_UNDEFINED] = "undefined instruction",
	[UKARCH_WHY_BREAKPOINT] = "breakpoint instruction without a debugger",
	[UKARCH_WHY_STEP] = "single step without a debugger",
	[UKARCH_WHY_HW_BREAK] = "hardware breakpoint without a debugger",
	[UKARCH_WHY_WATCH] = "watchpoint without a debugger",
	[UKARCH_WHY_DOUBLE_FAULT] = "double fault",
	[UKARCH_WHY_INTERRUPT] = "unhandled interrupt",
	[UKARCH_WHY_SIGNATURE] = "wrong signature of a return address",
	[UKARCH_WHY_LANDING] = "no landing pad for an indirect branch",
};

static void trap_reason(const struct ukarch_trap_ctx *ctx)
{
	const struct uk_stack *stack = __NULL, *own;
	char decoded[DECODE_MAX];

	ukarch_trap_decode(ctx, decoded, sizeof(decoded));
	if (ctx->addr_valid)
		stack = uk_stack_find(ctx->fault_address);
	if (stack && ctx->fault_address >= (__vaddr_t)stack->base)
		stack = __NULL;
	own = stack ? uk_stack_find(ukarch_regs_sp(ctx->regs)) : __NULL;
	if (own && own != stack)
		uk_snprintf(ukcrash_reason, REASON_MAX,
			    "%s 0x%lx: guard page below the stack of thread "
			    "%s; the stack pointer is in that of %s",
			    access_words[ctx->access], ctx->fault_address,
			    stack->name, own->name);
	else if (stack)
		uk_snprintf(ukcrash_reason, REASON_MAX,
			    "stack overflow of thread %s: guard page at 0x%lx",
			    stack->name, (__vaddr_t)stack->guard);
	else if (ctx->addr_valid && ctx->why == UKARCH_WHY_UNALIGNED &&
		 ctx->align)
		uk_snprintf(ukcrash_reason, REASON_MAX,
			    "%s 0x%lx: not aligned to %u",
			    access_words[ctx->access], ctx->fault_address,
			    ctx->align);
	else if (ctx->addr_valid)
		uk_snprintf(ukcrash_reason, REASON_MAX, "%s 0x%lx: %s",
			    access_words[ctx->access], ctx->fault_address,
			    why_words[ctx->why]);
	else if (ctx->why == UKARCH_WHY_OTHER)
		uk_snprintf(ukcrash_reason, REASON_MAX, "unhandled trap %s%s%s",
			    ukarch_trap_name(ctx->trapnr),
			    decoded[0] ? ": " : "", decoded);
	else
		uk_snprintf(ukcrash_reason, REASON_MAX, "%s",
			    why_words[ctx->why]);
	uk_pr_crit("%s\n", ukcrash_reason);
}

static void trap_details(const struct ukarch_trap_ctx *ctx)
{
	char decoded[DECODE_MAX], code[DECODE_MAX + 32] = "";
	char at[UK_SYMBOL_TEXT_MAX];

	ukarch_trap_decode(ctx, decoded, sizeof(decoded));
	if (decoded[0])
		uk_snprintf(code, sizeof(code), ", %s 0x%lx: %s", UK_ERROR_NAME,
			    ctx->error_code, decoded);
	uk_pr_crit("Event: %s, vector %lu (%s)%s\n", ctx->event_name,
		   ctx->trapnr, ukarch_trap_name(ctx->trapnr), code);
	if (ctx->outer)
		uk_pr_crit("Inside a handler of %s at %s\n",
			   ctx->outer->event_name,
			   uk_symbol_text(ukarch_regs_pc(ctx->outer->regs), 0,
					  at));
}

/* Lines of the message after the first one stand below it. */
static void own_reason(const struct uk_crash_info *info)
{
	const char *line = info->detail ? info->detail : "";
	int len = (int)strcspn(line, "\n");
	char place[PLACE_MAX] = "";

	if (info->detail && info->file)
		uk_snprintf(place, sizeof(place), " (%s:%u)", info->file,
			    info->line);
	uk_pr_crit("%s%s%.*s%s\n", info->what, info->detail ? ": " : "", len,
		   line, place);
	while (line[len]) {
		line += len + 1;
		len = (int)strcspn(line, "\n");
		uk_pr_crit("  %.*s\n", len, line);
	}
}

static void reason(const struct uk_crash_info *info)
{
	if (info->what)
		own_reason(info);
	else
		trap_reason(info->trap);
	if (info->trap)
		trap_details(info->trap);
}

UKCRASH_SECTION(reason);
