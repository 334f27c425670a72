/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Where the standard frame does not hold, from the call frame information of
 * .debug_frame and .eh_frame. Code that has none is assembly: it is taken for
 * a leaf that pushes nothing (lib/uksymtab/README.md, "Assembly").
 */
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "unwind.h"

/* Numbers of rules have a byte, and 0 is the standard frame */
#define UNWIND_RULES_MAX 255

static uint32_t rule_number(struct model *m, const struct unwind_rule *r)
{
	size_t i;

	for (i = 0; i < m->nrules; i++)
		if (m->rules[i].flags == r->flags &&
		    m->rules[i].cfa == r->cfa && m->rules[i].ra == r->ra &&
		    m->rules[i].fp == r->fp)
			return (uint32_t)i + 1;
	if (m->nrules == UNWIND_RULES_MAX) {
		m->unwind_odd++;
		return 0;
	}
	m->rules = grow(m->rules, m->nrules, &m->rules_cap, sizeof(*r));
	m->rules[m->nrules++] = *r;
	return (uint32_t)m->nrules;
}

static void put_row(struct model *m, uint64_t pc, uint32_t rule)
{
	if (m->nunwind && m->unwind[m->nunwind - 1].rule == rule)
		return;
	if (!m->nunwind && rule == 0)
		return;
	m->unwind =
		grow(m->unwind, m->nunwind, &m->unwind_cap, sizeof(*m->unwind));
	m->unwind[m->nunwind++] = (struct unwind_row){ pc, rule };
}

void unwind_standard(struct model *m, uint64_t pc)
{
	put_row(m, pc, 0);
}

void unwind_rule(struct model *m, uint64_t pc, const struct unwind_rule *rule)
{
	put_row(m, pc, rule_number(m, rule));
}

/* The frame at pc from whichever section describes it, NULL: none does. */
static Dwarf_Frame *frame_at(Dwarf_CFI *const cfi[2], uint64_t pc)
{
	Dwarf_Frame *frame;
	int i;

	for (i = 0; i < 2; i++)
		if (cfi[i] && dwarf_cfi_addrframe(cfi[i], pc, &frame) == 0)
			return frame;
	return NULL;
}

/* Rows of the code with frame information from pc on. The first address
 * without, or end.
 */
static uint64_t described(struct model *m, const struct unwind_arch *arch,
			  Dwarf_CFI *const cfi[2], uint64_t pc, uint64_t end)
{
	struct unwind_rule rule;
	enum frame_kind kind;
	Dwarf_Addr from, to;
	Dwarf_Frame *frame;
	int ra;

	while (pc < end && (frame = frame_at(cfi, pc))) {
		ra = dwarf_frame_info(frame, &from, &to, NULL);
		if (ra < 0 || to <= pc) {
			free(frame);
			break;
		}
		if (to > end)
			to = end;
		kind = frame_rule(&arch->regs, ra, frame, &rule);
		free(frame);
		m->unwind_odd += kind == FRAME_ODD;
		if (kind == FRAME_RULE)
			arch->rows(m, &rule, pc, to);
		else
			unwind_standard(m, pc);
		pc = to;
	}
	return pc;
}

/* Rows from one symbol up to the next one. Padding keeps the last rule. */
static void symbol_rows(struct model *m, const struct unwind_arch *arch,
			Dwarf_CFI *const cfi[2], uint64_t start, uint64_t end)
{
	if (described(m, arch, cfi, start, end) > start) {
		m->unwind_functions++;
	} else {
		unwind_rule(m, start, &arch->leaf);
		m->unwind_leaves++;
	}
}

/* End of the executable section that holds addr. */
static uint64_t section_end(const struct model *m, uint64_t addr)
{
	size_t i;

	for (i = 0; i < m->image.ntext; i++)
		if (addr >= m->image.text[i].start &&
		    addr < m->image.text[i].end)
			return m->image.text[i].end;
	return addr;
}

void read_unwind(struct model *m)
{
	const struct unwind_arch *arch = &unwind_x86_64;
	Dwarf_CFI *cfi[2] = { NULL, NULL };
	const struct symbol *s, *next;
	uint64_t end;

	if (m->image.machine == EM_AARCH64)
		arch = &unwind_arm64;
	if (m->image.dwarf)
		cfi[0] = dwarf_getcfi(m->image.dwarf);
	cfi[1] = dwarf_getcfi_elf(m->image.elf);
	for (s = m->symbols; s < m->symbols + m->nsymbols; s = next) {
		next = s + 1;
		if (!s->code)
			continue;
		end = section_end(m, s->start);
		while (next < m->symbols + m->nsymbols && !next->code)
			next++;
		if (next < m->symbols + m->nsymbols && next->start < end)
			symbol_rows(m, arch, cfi, s->start, next->start);
		else
			symbol_rows(m, arch, cfi, s->start, end);
		if (next == m->symbols + m->nsymbols || next->start >= end)
			unwind_standard(m, end);
	}
	if (cfi[1])
		dwarf_cfi_end(cfi[1]);
}
