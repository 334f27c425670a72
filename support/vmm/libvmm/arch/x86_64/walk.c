/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The walk in all modes of paging (Intel SDM volume 3, chapter 4): none,
 * 32-bit, PAE, 4-level and 5-level. Protection keys are not looked at.
 */
#include <errno.h>
#include "../../walk.h"

#define CR0_WP (1UL << 16)
#define CR0_PG (1UL << 31)
#define CR4_PSE (1UL << 4)
#define CR4_PAE (1UL << 5)
#define CR4_LA57 (1UL << 12)
#define CR4_SMEP (1UL << 20)
#define EFER_LMA (1UL << 10)
#define EFER_NXE (1UL << 11)

#define PTE_P 0x1UL
#define PTE_W 0x2UL
#define PTE_U 0x4UL
#define PTE_PS 0x80UL
#define PTE_NX (1UL << 63)
#define PTE_ADDR 0x000ffffffffff000UL

struct mode {
	int levels;	    /* of tables; 0: no paging */
	unsigned int entry; /* bytes */
	unsigned int bits;  /* of an index */
	int top;	    /* the bits of the first index */
	uint64_t root;
};

static struct mode mode_of(const struct vmm_state *s)
{
	if (!(s->cr0 & CR0_PG))
		return (struct mode){ 0 };
	if (!(s->cr4 & CR4_PAE))
		return (struct mode){ 2, 4, 10, 10, s->cr3 & 0xfffff000UL };
	if (!(s->efer & EFER_LMA))
		return (struct mode){ 3, 8, 9, 2, s->cr3 & 0xffffffe0UL };
	return (struct mode){ s->cr4 & CR4_LA57 ? 5 : 4, 8, 9, 9,
			      s->cr3 & PTE_ADDR };
}

/* Bits of an address that a mode translates; those above copy the highest. */
static int is_address(const struct mode *m, uint64_t gva)
{
	unsigned int shift;

	if (m->levels < 4)
		return gva >> 32 == 0;
	shift = 64 - (12 + 9 * (unsigned int)m->levels);
	return (uint64_t)((int64_t)(gva << shift) >> shift) == gva;
}

/* What is no address around one: a half of the addresses; above 32 bits all
 * with the same highest bit.
 */
static uint64_t hole_of(const struct mode *m, uint64_t gva)
{
	if (m->levels >= 4)
		return 1UL << (11 + 9 * m->levels);
	return gva >> 32 ? 1UL << (63 - __builtin_clzl(gva)) : VMM_PAGE;
}

/* A page at this level: of 4 MiB in 32-bit mode, else of 2 MiB or 1 GiB. */
static int is_page(const struct mode *m, const struct vmm_state *s, int level,
		   uint64_t pte)
{
	if (level == 0)
		return 1;
	if (!(pte & PTE_PS))
		return 0;
	if (m->levels == 2)
		return (s->cr4 & CR4_PSE) != 0;
	return level == 1 || (level == 2 && m->levels > 3);
}

static uint64_t page_addr(const struct mode *m, int level, uint64_t pte,
			  uint64_t size)
{
	if (m->levels == 2 && level == 1) /* PSE-36: bits 32 to 39 */
		return (pte & 0xffc00000UL) | (pte >> 13 & 0xff) << 32;
	return pte & PTE_ADDR & ~(size - 1);
}

static void rights(const struct vmm_state *s, const struct mode *m,
		   uint64_t all, uint64_t any, struct vmm_walk *w)
{
	int user = (all & PTE_U) != 0;
	int nx = (m->levels > 2 && (s->efer & EFER_NXE) && (any & PTE_NX)) ||
		 (user && (s->cr4 & CR4_SMEP));

	w->prot = VMM_PROT_READ;
	if ((all & PTE_W) || !(s->cr0 & CR0_WP))
		w->prot |= VMM_PROT_WRITE;
	if (!nx)
		w->prot |= VMM_PROT_EXEC;
	w->user = user;
}

int vmm_arch_walk(vmm_entry_fn read, const void *ctx, const struct vmm_state *s,
		  uint64_t gva, struct vmm_walk *w)
{
	struct mode m = mode_of(s);
	uint64_t table = m.root, all = ~0UL, any = 0;

	*w = (struct vmm_walk){ .hole = hole_of(&m, gva) };
	if (!m.levels) {
		if (gva >> 32)
			return -EINVAL;
		w->hole = 0;
		w->gpa = gva;
		w->size = VMM_PAGE;
		w->prot = 7;
		w->user = 1;
		return 0;
	}
	if (!is_address(&m, gva))
		return -EINVAL;
	for (int level = m.levels - 1; level >= 0; level--) {
		unsigned int shift = 12 + m.bits * (unsigned int)level;
		unsigned int width = level == m.levels - 1 ? (unsigned int)m.top
							   : m.bits;
		uint64_t at =
			table + (gva >> shift & ((1UL << width) - 1)) * m.entry;
		uint64_t pte = 0, size = 1UL << shift;

		if (read(ctx, at, &pte, m.entry))
			return -EIO;
		w->entries[w->n++] = (struct vmm_walk_entry){ at, pte };
		w->hole = size;
		if (!(pte & PTE_P))
			return -EFAULT;
		/* The four entries of PAE's first table have no rights. */
		if (m.levels != 3 || level != 2) {
			all &= pte;
			any |= pte;
		}
		if (is_page(&m, s, level, pte)) {
			w->size = size;
			w->hole = 0;
			w->gpa = page_addr(&m, level, pte, size) |
				 (gva & (size - 1));
			rights(s, &m, all, any, w);
			return 0;
		}
		table = pte & PTE_ADDR;
	}
	return -EFAULT;
}
