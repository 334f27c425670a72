/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The pool of compiled expressions. Each has some units of it, in one piece;
 * the length stands in front, in a table. A fault in one is its return with 1.
 */
#include <string.h>
#include <uk/essentials.h>
#include <uk/plat/bootinfo.h>
#include <uk/plat/image.h>
#include <uk/plat/paging.h>
#include <uk/trap.h>
#include "native.h"

#define UNIT 64
#define UNITS (CONFIG_LIBUKAX_POOL_KB * 1024 / UNIT)
#define LONGEST 1024 /* bytes of one function */

__asm__(".section .text.uk_ax_pool, \"ax\"\n\t"
	".balign 64\n"
	".global uk_ax_pool\n"
	"uk_ax_pool:\n\t"
	".skip " STRINGIFY(
		CONFIG_LIBUKAX_POOL_KB) " * 1024, 0\n\t"
					".size uk_ax_pool, . - uk_ax_pool\n\t"
					".previous");

/* Of an expression's first unit; the others have units 255. */
static struct {
	__u8 units; /* 0: the unit is free */
	__u8 last_reg;
	__u16 code, len; /* bytes of machine code, and of the expression */
} used[UNITS];

/* The first of n free units in one piece; UNITS: there are none. */
static unsigned int find(unsigned int n)
{
	unsigned int run = 0;

	for (unsigned int i = 0; i < UNITS; i++) {
		run = used[i].units ? 0 : run + 1;
		if (run == n)
			return i + 1 - n;
	}
	return UNITS;
}

/* Memory behind the text, up to where something else than memory begins. */
static void plain_memory(struct uk_ax_env *env)
{
	const struct ukplat_bootinfo *info = ukplat_bootinfo_get();

	env->mem_start = env->mem_end = (__u64)_etext;
	for (unsigned int i = 0; i < info->region_count; i++) {
		const struct ukplat_memregion *r = &info->regions[i];

		if (r->pbase <= env->mem_end &&
		    r->pbase + r->len > env->mem_end &&
		    r->type != UKPLAT_MEMRT_RESERVED)
			env->mem_end = r->pbase + r->len;
	}
}

static unsigned int unit_of(uk_ax_function function)
{
	return (unsigned int)(((__uptr)function - (__uptr)uk_ax_pool) / UNIT);
}

/* Of the expression that is compiled. */
static unsigned int last_reg;

static int reg_offset(unsigned int nr)
{
	last_reg = MAX(last_reg, nr);
	return uk_ax_reg_offset(nr);
}

uk_ax_function uk_ax_native(const __u8 *code, unsigned int len)
{
	struct uk_ax_env env = { .reg_offset = reg_offset };
	__u8 out[LONGEST];
	unsigned int n = 0, units, at;
	const __u8 *to;

	last_reg = 0;
	plain_memory(&env);
	if (len < sizeof(out))
		n = uk_ax_compile(&env, code, len, out, sizeof(out) - len);
	if (!n)
		return __NULL;
	memcpy(out + n, code, len);
	units = (n + len + UNIT - 1) / UNIT;
	at = find(units);
	to = uk_ax_pool + (__sz)at * UNIT;
	if (at == UNITS || ukplat_page_poke((__vaddr_t)to, out, n + len))
		return __NULL;
	for (unsigned int i = 0; i < units; i++)
		used[at + i].units = 255;
	used[at].units = (__u8)units;
	used[at].code = (__u16)n;
	used[at].len = (__u16)len;
	used[at].last_reg = (__u8)last_reg;
	return (uk_ax_function)(__uptr)to;
}

int uk_ax_native_is(uk_ax_function function, const __u8 *code, unsigned int len)
{
	unsigned int at = function ? unit_of(function) : 0;

	return function && used[at].len == len &&
	       !memcmp((const __u8 *)(__uptr)function + used[at].code, code,
		       len);
}

unsigned int uk_ax_native_last_reg(uk_ax_function function)
{
	return used[unit_of(function)].last_reg;
}

void uk_ax_native_free(uk_ax_function function)
{
	unsigned int at = function ? unit_of(function) : 0;

	for (unsigned int n = function ? used[at].units : 0; n; n--)
		used[at + n - 1].units = 0;
}

void uk_ax_native_hide(__vaddr_t addr, void *buf, __sz len)
{
	__vaddr_t pool = (__vaddr_t)uk_ax_pool;
	__vaddr_t from = MAX(addr, pool);
	__vaddr_t to = MIN(addr + len, pool + UNITS * UNIT);

	if (from < to)
		memset((char *)buf + (from - addr), 0, to - from);
}

/* Where a pad has called it, ukbreak has taken that back before. */
static int on_fault(void *data)
{
	struct ukarch_trap_ctx *ctx = data;

	if (!uk_ax_native_contains(ukarch_regs_pc(ctx->regs)))
		return UK_EVENT_NOT_HANDLED;
	native_return_1(ctx->regs);
	return UK_EVENT_HANDLED;
}
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_PAGE_FAULT, on_fault,
		      UK_PRIO_AFTER(UK_TRAP_PRIO_OUT_OF_LINE));
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_BUS_ERROR, on_fault,
		      UK_PRIO_AFTER(UK_TRAP_PRIO_OUT_OF_LINE));
