/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Addresses by name.
 */
#include <uk/plat/image.h>
#include <uk/symtab.h>
#include "crash_internal.h"

const char *ukcrash_symbol(__vaddr_t addr, char buf[UKCRASH_SYMBOL_MAX])
{
	struct uk_symbol sym;

	buf[0] = '\0';
	if (uk_image_contains(addr) && !uk_resolve_symbol(addr, &sym))
		uk_snprintf(buf, UKCRASH_SYMBOL_MAX, " %s+%lx", sym.name,
			    addr - sym.start);
	return buf;
}
