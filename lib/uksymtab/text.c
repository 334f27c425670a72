/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Addresses in words, for messages and call traces.
 */
#include <string.h>
#include <uk/snprintf.h>
#include <uk/symtab.h>

static int add_place(char *buf, __sz len, const struct uk_source_loc *loc)
{
	if (!loc->file[0])
		return 0;
	return loc->line
		       ? uk_snprintf(buf, len, " (%s:%u)", loc->file, loc->line)
		       : uk_snprintf(buf, len, " (%s)", loc->file);
}

void uk_frame_line(unsigned long addr, unsigned int depth,
		   struct uk_inline_frame *f)
{
	struct uk_symbol sym;

	if (!uk_resolve_inline(addr, depth, f))
		return;
	f->function[0] = '\0';
	f->inlined = 0;
	f->start = 0;
	if (uk_resolve_line(addr, &f->loc))
		f->loc.file[0] = '\0';
	if (!uk_resolve_symbol(addr, &sym)) {
		memcpy(f->function, sym.name, sizeof(f->function));
		f->start = sym.start;
	}
}

int uk_frame_text(unsigned long pc, unsigned long addr, unsigned int depth,
		  const char *mark, char buf[UK_FRAME_TEXT_MAX])
{
	__sz size = UK_FRAME_TEXT_MAX;
	struct uk_inline_frame f;
	int len = uk_snprintf(buf, size, "[%016lx]", pc);

	uk_frame_line(addr, depth, &f);
	if (f.function[0])
		len += uk_snprintf(buf + len, size - len, " %s%s", mark,
				   f.function);
	if (f.start)
		len += uk_snprintf(buf + len, size - len, "+%lx", pc - f.start);
	len += add_place(buf + len, size - len, &f.loc);
	if (f.inlined)
		uk_snprintf(buf + len, size - len, " inlined");
	return f.inlined;
}

char *uk_symbol_text(unsigned long addr, int is_call,
		     char buf[UK_SYMBOL_TEXT_MAX])
{
	unsigned long lookup = addr - (is_call ? 1 : 0);
	__sz size = UK_SYMBOL_TEXT_MAX;
	int len = uk_snprintf(buf, size, "0x%lx", addr);
	struct uk_inline_frame f;
	unsigned int depth = 0;

	uk_frame_line(lookup, depth, &f);
	if (f.inlined) {
		len += uk_snprintf(buf + len, size - len, " %s", f.function);
		len += add_place(buf + len, size - len, &f.loc);
		len += uk_snprintf(buf + len, size - len, " in");
	}
	while (f.inlined)
		uk_frame_line(lookup, ++depth, &f);
	if (f.start) {
		len += uk_snprintf(buf + len, size - len, " %s+%lx", f.function,
				   addr - f.start);
		add_place(buf + len, size - len, &f.loc);
	}
	return buf;
}
