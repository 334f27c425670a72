/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Runs of memory and their places in the core file; see layout.h.
 *
 * A run of zeros has no bytes in the file: gdb reads zeros there, lldb nothing.
 * So a short one, between variables or on a stack, becomes data.
 */
#include <string.h>
#include "layout.h"

/* The image's file begins at a page of this one, as segments of files do. */
#define IMAGE_ALIGN 4096UL

void dump_layout_init(struct dump_layout *l, struct dump_run *runs, __sz max,
		      __u64 zero_min)
{
	*l = (struct dump_layout){ .runs = runs,
				   .max = max,
				   .zero_min = zero_min };
}

static int continues(const struct dump_run *run, __u64 start, unsigned int prot,
		     enum dump_kind kind, __u64 offset)
{
	return run->end == start && run->prot == prot && run->kind == kind &&
	       (kind != DUMP_IMAGE ||
		run->offset + run->end - run->start == offset);
}

/* The last run will not grow: if it is of few zeros it becomes data, and part
 * of the data before.
 */
static void settle(struct dump_layout *l)
{
	struct dump_run *last = l->runs + l->count - 1;

	if (!l->count || last->kind != DUMP_ZERO ||
	    last->end - last->start >= l->zero_min)
		return;
	last->kind = DUMP_DATA;
	if (l->count > 1 &&
	    continues(last - 1, last->start, last->prot, DUMP_DATA, 0)) {
		last[-1].end = last->end;
		l->count--;
	}
}

void dump_layout_add(struct dump_layout *l, __u64 start, __u64 end,
		     enum dump_kind kind, unsigned int prot, __u64 offset)
{
	struct dump_run *last = l->runs + l->count - 1;

	if (l->count && continues(last, start, prot, kind, offset)) {
		last->end = end;
		return;
	}
	settle(l);
	last = l->runs + l->count - 1;
	if (l->count && continues(last, start, prot, kind, offset)) {
		last->end = end;
		return;
	}
	if (l->count == l->max) {
		l->dropped++;
		return;
	}
	l->runs[l->count++] =
		(struct dump_run){ start, end, offset, (__u8)prot, (__u8)kind };
}

__u64 dump_layout_notes(const struct dump_layout *l)
{
	return sizeof(struct uk_elf_ehdr) +
	       (l->count + 1) * sizeof(struct uk_elf_phdr);
}

void dump_layout_end(struct dump_layout *l, __u64 notes)
{
	__u64 at;

	settle(l);
	l->image = ALIGN_UP(dump_layout_notes(l) + notes, IMAGE_ALIGN);
	l->size = l->image;
	for (__sz i = 0; i < l->count; i++) {
		struct dump_run *run = &l->runs[i];

		if (run->kind != DUMP_IMAGE)
			continue;
		run->offset += l->image;
		l->size = run->offset + run->end - run->start;
	}
	at = l->size;
	for (__sz i = 0; i < l->count; i++) {
		struct dump_run *run = &l->runs[i];

		if (run->kind == DUMP_IMAGE)
			continue;
		run->offset = at;
		if (run->kind == DUMP_DATA)
			at += run->end - run->start;
	}
	l->size = at;
}

void dump_layout_ehdr(const struct dump_layout *l, struct uk_elf_ehdr *ehdr)
{
	__u16 machine = ehdr->machine;

	*ehdr = (struct uk_elf_ehdr){
		.ident = { 0x7f, 'E', 'L', 'F', 2 /* 64-bit */, 1 /* little */,
			   1, UK_ELF_OSABI_LINUX },
		.type = UK_ELF_TYPE_CORE,
		.machine = machine,
		.version = 1,
		.phoff = sizeof(*ehdr),
		.ehsize = sizeof(*ehdr),
		.phentsize = sizeof(struct uk_elf_phdr),
		.phnum = (__u16)(l->count + 1),
	};
}

void dump_layout_phdr(const struct dump_layout *l, __sz i, __u64 notes,
		      struct uk_elf_phdr *phdr)
{
	const struct dump_run *run;

	if (!i) {
		*phdr = (struct uk_elf_phdr){ .type = UK_ELF_PT_NOTE,
					      .offset = dump_layout_notes(l),
					      .filesz = notes,
					      .align = 4 };
		return;
	}
	run = &l->runs[i - 1];
	*phdr = (struct uk_elf_phdr){
		.type = UK_ELF_PT_LOAD,
		.flags = run->prot,
		.offset = run->offset,
		.vaddr = run->start,
		.paddr = run->start,
		.filesz = run->kind == DUMP_ZERO ? 0 : run->end - run->start,
		.memsz = run->end - run->start,
		.align = 1,
	};
}
