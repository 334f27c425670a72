/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Addresses in words, for messages.
 */
#include <uk/snprintf.h>
#include <uk/symtab.h>

static int add_place(char *buf, __sz len, const struct uk_source_loc *loc)
{
	return loc->file[0] && loc->line
		       ? uk_snprintf(buf, len, " (%s:%u)", loc->file, loc->line)
		       : 0;
}

/* Adds " inner (file:line) in" if a function is inlined there; leaves in *loc
 * where the function around it is.
 */
static int add_inlined(char *buf, __sz len, unsigned long lookup,
		       struct uk_source_loc *loc)
{
	struct uk_inline_frame f;
	int added;

	if (uk_resolve_line(lookup, loc))
		loc->file[0] = '\0';
	if (uk_resolve_inline(lookup, 0, &f) || !f.inlined)
		return 0;
	added = uk_snprintf(buf, len, " %s", f.function);
	added += add_place(buf + added, len - added, &f.loc);
	added += uk_snprintf(buf + added, len - added, " in");
	for (unsigned int i = 1; f.inlined && !uk_resolve_inline(lookup, i, &f);
	     i++)
		*loc = f.loc;
	return added;
}

char *uk_symbol_text(unsigned long addr, int is_call,
		     char buf[UK_SYMBOL_TEXT_MAX])
{
	unsigned long lookup = addr - (is_call ? 1 : 0);
	__sz size = UK_SYMBOL_TEXT_MAX;
	int len = uk_snprintf(buf, size, "0x%lx", addr);
	struct uk_source_loc loc;
	struct uk_symbol sym;

	if (uk_resolve_symbol(lookup, &sym))
		return buf;
	len += add_inlined(buf + len, size - len, lookup, &loc);
	len += uk_snprintf(buf + len, size - len, " %s+%lx", sym.name,
			   addr - sym.start);
	add_place(buf + len, size - len, &loc);
	return buf;
}
