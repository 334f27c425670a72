/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Addresses in words, for messages.
 */
#include <uk/snprintf.h>
#include <uk/symtab.h>

char *uk_symbol_text(unsigned long addr, int is_call,
		     char buf[UK_SYMBOL_TEXT_MAX])
{
	unsigned long lookup = addr - (is_call ? 1 : 0);
	int len = uk_snprintf(buf, UK_SYMBOL_TEXT_MAX, "0x%lx", addr);
	struct uk_source_loc loc;
	struct uk_symbol sym;

	if (uk_resolve_symbol(lookup, &sym))
		return buf;
	len += uk_snprintf(buf + len, UK_SYMBOL_TEXT_MAX - len, " %s+%lx",
			   sym.name, addr - sym.start);
	if (!uk_resolve_line(lookup, &loc) && loc.line)
		uk_snprintf(buf + len, UK_SYMBOL_TEXT_MAX - len, " (%s:%u)",
			    loc.file, loc.line);
	return buf;
}
