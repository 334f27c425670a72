/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Addresses by name.
 */
#include <uk/arch/call.h>
#include <uk/plat/image.h>
#include <uk/symtab.h>
#include "crash_internal.h"

const char *ukcrash_symbol(__vaddr_t addr, int is_call,
			   char buf[UKCRASH_SYMBOL_MAX])
{
	struct uk_symbol sym;

	buf[0] = '\0';
	addr = ukarch_unsigned(addr);
	if (uk_image_contains(addr) &&
	    !uk_resolve_symbol(addr - (is_call ? 1 : 0), &sym))
		uk_snprintf(buf, UKCRASH_SYMBOL_MAX, " %s+%lx", sym.name,
			    addr - sym.start);
	return buf;
}

int ukcrash_is_return(__vaddr_t addr)
{
	addr = ukarch_unsigned(addr);
	return uk_image_is_text(addr - 1) &&
	       ukarch_call_len((const __u8 *)addr, addr - (__vaddr_t)_text);
}
