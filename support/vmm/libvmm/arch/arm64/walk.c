/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The walk of stage 1 at EL1 (Arm ARM, DDI 0487, D8.2): all granules, both
 * halves of the address space, addresses of 48 bits.
 */
#include <errno.h>
#include "../../walk.h"

#define SCTLR_M 0x1UL
#define SCTLR_WXN (1UL << 19)

#define PTE_VALID 0x1UL
#define PTE_TABLE 0x2UL /* of the last level: page */
#define PTE_USER (1UL << 6)
#define PTE_RO (1UL << 7)
#define PTE_PXN (1UL << 53)
#define TABLE_PXN (1UL << 59)
#define TABLE_NO_USER (1UL << 61)
#define TABLE_RO (1UL << 62)
#define PTE_ADDR 0x0000fffffffff000UL
#define TTBR_ADDR 0x0000ffffffffffc0UL
#define ADDR_BITS 48

/* One half of the address space. */
struct half {
	uint64_t root;
	unsigned int bits;    /* of an address */
	unsigned int granule; /* bits of an offset in a page */
	int off;	      /* walks are disabled */
	int tbi;	      /* the top byte is ignored */
	int flat;	      /* rights of tables have no effect */
};

static struct half half_of(const struct vmm_state *s, uint64_t gva)
{
	static const unsigned int granule0[] = { 12, 16, 14, 0 };
	static const unsigned int granule1[] = { 0, 14, 12, 16 };
	uint64_t tcr = s->tcr_el1;

	if (!(gva >> 55 & 1))
		return (struct half){
			.root = s->ttbr0_el1 & TTBR_ADDR,
			.bits = 64 - (tcr & 63),
			.granule = granule0[tcr >> 14 & 3],
			.off = tcr >> 7 & 1,
			.tbi = tcr >> 37 & 1,
			.flat = tcr >> 41 & 1,
		};
	return (struct half){
		.root = s->ttbr1_el1 & TTBR_ADDR,
		.bits = 64 - (tcr >> 16 & 63),
		.granule = granule1[tcr >> 30 & 3],
		.off = tcr >> 23 & 1,
		.tbi = tcr >> 38 & 1,
		.flat = tcr >> 42 & 1,
	};
}

/* The bits above are all zero, or in the upper half all one. */
static int is_address(const struct half *h, uint64_t gva)
{
	uint64_t upper = gva >> 55 & 1 ? ~gva : gva;

	if (h->tbi)
		upper &= ~0UL >> 8;
	return h->bits >= 64 || upper >> h->bits == 0;
}

/* Blocks: of 1 GiB and 2 MiB (4 KiB pages), 32 MiB (16), 512 MiB (64). */
static int is_leaf(const struct half *h, unsigned int above, uint64_t pte)
{
	if (above == 0)
		return (pte & PTE_TABLE) != 0;
	return !(pte & PTE_TABLE) &&
	       (above == 1 || (above == 2 && h->granule == 12));
}

/* From the last entry, and the bits of tables that hold for all below. */
static void rights(const struct vmm_state *s, uint64_t pte, uint64_t tables,
		   struct vmm_walk *w)
{
	int user = (pte & PTE_USER) && !(tables & TABLE_NO_USER);
	int write = !(pte & PTE_RO) && !(tables & TABLE_RO);
	int never = (pte & PTE_PXN) || (tables & TABLE_PXN) ||
		    (write && (user || (s->sctlr_el1 & SCTLR_WXN)));

	w->user = user;
	w->prot = VMM_PROT_READ | (write ? VMM_PROT_WRITE : 0) |
		  (never ? 0 : VMM_PROT_EXEC);
}

int vmm_arch_walk(vmm_entry_fn read, const void *ctx, const struct vmm_state *s,
		  uint64_t gva, struct vmm_walk *w)
{
	struct half h = half_of(s, gva);
	uint64_t table = h.root, tables = 0;
	unsigned int above, index_bits = h.granule - 3;

	*w = (struct vmm_walk){ .hole = 1UL << ADDR_BITS };
	if (!(s->sctlr_el1 & SCTLR_M)) {
		if (gva >> ADDR_BITS)
			return -EINVAL;
		w->hole = 0;
		w->gpa = gva;
		w->size = VMM_PAGE;
		w->prot = 7;
		w->user = 1;
		return 0;
	}
	if (!h.granule || h.bits > ADDR_BITS || h.bits <= h.granule)
		return -EINVAL;
	w->hole = 1UL << h.bits;
	if (!is_address(&h, gva))
		return -EINVAL;
	if (h.off)
		return -EFAULT;
	gva &= (1UL << h.bits) - 1;
	above = (h.bits - h.granule - 1) / index_bits;
	/* The first table is aligned to its size, which may be small. */
	table &= ~0UL << (h.bits - h.granule - index_bits * above + 3);
	for (;; above--) {
		unsigned int shift = h.granule + index_bits * above;
		uint64_t size = 1UL << shift, pte;
		uint64_t at =
			table + (gva >> shift & ((1UL << index_bits) - 1)) * 8;

		if (read(ctx, at, &pte, sizeof(pte)))
			return -EIO;
		w->entries[w->n++] = (struct vmm_walk_entry){ at, pte };
		w->hole = size;
		if (!(pte & PTE_VALID))
			return -EFAULT;
		if (is_leaf(&h, above, pte)) {
			w->size = size;
			w->hole = 0;
			w->gpa = (pte & PTE_ADDR & ~(size - 1)) |
				 (gva & (size - 1));
			rights(s, pte, h.flat ? 0 : tables, w);
			return 0;
		}
		if (!above || !(pte & PTE_TABLE))
			return -EFAULT;
		tables |= pte;
		table = pte & PTE_ADDR & ~((1UL << h.granule) - 1);
	}
}
