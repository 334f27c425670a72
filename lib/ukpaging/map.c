/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Mapping, unmapping and protecting, on the walker and splitter of arch. An
 * entry is 0 (nothing), present, or hidden: it keeps its address and refuses
 * every access. Each entry is changed with interrupts off, so that an
 * interrupt sees it before or after the change.
 *
 * A lock serialises the steps of which an operation consists, not operations:
 * two that change one range at a time leave it as either, page by page. Once a
 * function has returned no CPU uses what the pages were before.
 */
#include <errno.h>
#include <uk/lcpu.h>
#include <uk/spinlock.h>
#include <uk/trace.h>
#include "paging_internal.h"

#define ATTR_PROT (PAGE_ATTR_PROT_RW | PAGE_ATTR_PROT_EXEC)
#define ATTR_KEPT (PAGE_ATTR_DEVICE | PAGE_ATTR_GUARDED)
#define ATTR_WX (PAGE_ATTR_PROT_WRITE | PAGE_ATTR_PROT_EXEC)

static struct uk_pagetable active;

struct uk_pagetable *ukplat_pt_get_active(void)
{
	active.root = ukarch_pt_root(0);
	return &active;
}

__paddr_t ukplat_virt_to_phys(const void *address)
{
	struct uk_page_walk w;

	if (uk_page_walk((__vaddr_t)address, &w))
		return __PADDR_INV;
	return w.paddr;
}

static unsigned int level_of(unsigned long flags)
{
	return (flags & PAGE_FLAG_SIZE_MASK) >> PAGE_FLAG_SIZE_SHIFT;
}

/* Checks a range and turns a number of pages into its end. */
static int range(__vaddr_t vaddr, unsigned long pages, unsigned long flags,
		 __vaddr_t *end)
{
	unsigned int level = level_of(flags);
	__sz len;

	if (level > 1 || (vaddr & (PAGE_LEVEL_SIZE(level) - 1)) || !pages ||
	    __builtin_mul_overflow(pages, PAGE_LEVEL_SIZE(level), &len) ||
	    __builtin_add_overflow(vaddr, len, end) ||
	    !ukarch_vaddr_canonical(vaddr) ||
	    !ukarch_vaddr_canonical(*end - 1) ||
	    vaddr >> 47 != (*end - 1) >> 47)
		return -EINVAL;
	return 0;
}

static int attr_check(unsigned long attr, unsigned long flags)
{
	if (attr & ~(unsigned long)(ATTR_PROT | ATTR_KEPT))
		return -EINVAL;
	if ((attr & ATTR_WX) == ATTR_WX && !(flags & PAGE_FLAG_WX))
		return -EPERM;
	return 0;
}

#define FLUSH_OTHERS (CONFIG_UKPLAT_LCPU_MAXCOUNT > 1 && !UKARCH_TLB_BROADCAST)

static void flush_others(void)
{
	if (FLUSH_OTHERS)
		uk_lcpu_tlb_flush();
}

static void flush(__vaddr_t vaddr, __pte_t *pte, __pte_t value)
{
	unsigned long irq = ukarch_irq_save();

	UK_WRITE_ONCE(*pte, value);
	ukarch_tlb_flush_page(vaddr);
	ukarch_irq_restore(irq);
}

/*
 * Around the finding and the changing of an entry: a thread that preempts this
 * one, and another CPU, must not find a table half-way made, nor take one away.
 */
#if defined(CONFIG_LIBUKSCHED_PREEMPT) || defined(CONFIG_HAVE_SMP)
/* All page tables. Frames are taken and given back with it held. */
static struct uk_spinlock lock = UK_SPINLOCK_INITIALIZER();

static inline unsigned long step_begin(void)
{
	unsigned long irq;

	uk_spin_lock_irqsave(&lock, irq);
	return irq;
}

static inline void step_end(unsigned long irq)
{
	uk_spin_unlock_irqrestore(&lock, irq);
}
#else
static inline unsigned long step_begin(void)
{
	return 0;
}

static inline void step_end(unsigned long irq __unused)
{
}
#endif

/* --- what is mapped ------------------------------------------------------ */

/*
 * ukarch_pt_entry(). Where a page that is split is unmapped for a moment, other
 * CPUs must not be using it: they are stopped, with what is needed locked.
 */
static int entry(__paddr_t root, __vaddr_t vaddr, unsigned int level,
		 __pte_t **pte)
{
#if defined(CONFIG_HAVE_SMP) && UKARCH_PTE_BREAKS
	enum uk_lcpu_stop stopped;
	unsigned long irq;
	int rc, alone;

	if (ukarch_pt_lookup(root, vaddr, pte) > level && **pte) {
		irq = ukpaging_frames_lock();
		alone = uk_percpu_is_alone();
		do
			stopped = uk_lcpu_stop_others(__NULL);
		while (stopped == UK_LCPU_LATE);
		rc = ukarch_pt_entry(root, vaddr, level, ukpaging_table_alloc,
				     pte);
		if (stopped == UK_LCPU_ALONE)
			uk_lcpu_resume_others();
		else if (!alone)
			uk_lcpu_run_alone();
		ukpaging_frames_unlock(irq);
		return rc;
	}
#endif
	return ukarch_pt_entry(root, vaddr, level, ukpaging_table_alloc, pte);
}

/*
 * Finds the entry that maps vaddr, cut so that it maps nothing outside of
 * [vaddr, end) if `cut`. Returns its level, negative errno if it could not be
 * cut; *pte is 0 for a hole, whose size is the level's.
 */
static int find(__paddr_t root, __vaddr_t vaddr, __vaddr_t end, int cut,
		__pte_t **pte)
{
	unsigned int level = ukarch_pt_lookup(root, vaddr, pte);
	__sz size = PAGE_LEVEL_SIZE(level);
	int rc;

	if (!cut || !**pte || !level ||
	    (!(vaddr & (size - 1)) && end - vaddr >= size))
		return (int)level;
	if (level == 1)
		ukpaging_frame_split(ukarch_pte_paddr(ukarch_pte_unhide(**pte)),
				     FRAME_MAPPED);
	rc = entry(root, vaddr, level - 1, pte);
	return rc ? rc : find(root, vaddr, end, cut, pte);
}

/* The address after the entry of that level. */
static __vaddr_t behind(__vaddr_t vaddr, int level)
{
	return ALIGN_DOWN(vaddr, PAGE_LEVEL_SIZE(level)) +
	       PAGE_LEVEL_SIZE(level);
}

/* Gives back the table of 4 KiB pages that holds vaddr if it became empty. */
static void prune(__paddr_t root, __vaddr_t vaddr)
{
	unsigned long irq = ukarch_irq_save();
	__paddr_t table;
	__pte_t *pte;
	int used = 1;

	if (!ukarch_pt_entry(root, vaddr, 1, ukpaging_table_alloc, &pte)) {
		table = ukarch_pte_paddr(*pte);
		used = !ukpaging_is_table(table);
		for (unsigned int i = 0; !used && i < PAGE_ENTRIES; i++)
			used = ((__pte_t *)table)[i] != 0;
	}
	if (!used) {
		ukarch_pte_replace(pte, 0, vaddr);
		flush_others();
		(void)ukpaging_frame_free(table, 0, FRAME_TABLE);
	}
	ukarch_irq_restore(irq);
}

/*
 * Before frames are given back no CPU may reach them any more: all pages are
 * hidden first, then TLBs are flushed once. What cannot be cut, for want of a
 * table, is left.
 */
static void hide(__paddr_t root, __vaddr_t vaddr, __vaddr_t end)
{
	int level = 0;

	for (; vaddr < end; vaddr = behind(vaddr, level)) {
		unsigned long irq = step_begin();
		__pte_t *pte;

		level = find(root, vaddr, end, 1, &pte);
		if (level >= 0 && *pte)
			flush(vaddr, pte, ukarch_pte_hide(*pte));
		step_end(irq);
		if (level < 0)
			break;
	}
	flush_others();
}

UK_TRACEPOINT_FIELDS(trace_page_unmap, "%lu pages at %p", unsigned long, pages,
		     const void *, address);
UK_TRACEPOINT_FIELDS(trace_page_map, "%lu pages at %p to %p", unsigned long,
		     pages, const void *, address, const void *, frame);

int ukplat_page_unmap(struct uk_pagetable *pt, __vaddr_t vaddr,
		      unsigned long pages, unsigned long flags)
{
	__vaddr_t end;
	int level, rc = range(vaddr, pages, flags, &end);

	trace_page_unmap(pages, (const void *)vaddr);
	if (FLUSH_OTHERS && !rc)
		hide(pt->root, vaddr, end);
	for (; !rc && vaddr < end; vaddr = behind(vaddr, level)) {
		__pte_t *pte, old;
		unsigned long irq = step_begin();

		level = find(pt->root, vaddr, end, 1, &pte);
		if (level < 0) {
			step_end(irq);
			return level;
		}
		old = *pte;
		if (old)
			flush(vaddr, pte, 0);
		if (old && !(flags & PAGE_FLAG_KEEP_FRAMES) && level <= 1)
			(void)ukpaging_frame_free(
				ukarch_pte_paddr(ukarch_pte_unhide(old)),
				9 * (unsigned int)level, FRAME_MAPPED);
		/* Once for each table. */
		if (level == 0 && (behind(vaddr, 0) == behind(vaddr, 1) ||
				   behind(vaddr, 0) == end))
			prune(pt->root, vaddr);
		step_end(irq);
	}
	return rc;
}

/* The entry with another protection; the kind of memory and guard stay. */
static __pte_t protected(__pte_t old, unsigned int level, unsigned long attr)
{
	__pte_t pte = ukarch_pte_unhide(old);
	unsigned long kept = ukarch_pte_prot(pte) & ATTR_KEPT;

	pte = ukarch_pte_page(ukarch_pte_paddr(pte), level,
			      (attr & ATTR_PROT) | kept);
	return (attr & ATTR_PROT) ? pte : ukarch_pte_hide(pte);
}

static int has_hole(__paddr_t root, __vaddr_t vaddr, __vaddr_t end)
{
	int hole = 0;

	while (vaddr < end && !hole) {
		unsigned long irq = step_begin();
		__pte_t *pte;
		int level = find(root, vaddr, end, 0, &pte);

		hole = !*pte;
		step_end(irq);
		vaddr = behind(vaddr, level);
	}
	return hole;
}

int ukplat_page_set_attr(struct uk_pagetable *pt, __vaddr_t vaddr,
			 unsigned long pages, unsigned long new_attr,
			 unsigned long flags)
{
	__vaddr_t end;
	int level, rc = range(vaddr, pages, flags, &end);

	if (!rc)
		rc = attr_check(new_attr, flags);
	if (!rc && has_hole(pt->root, vaddr, end))
		rc = -EFAULT;
	for (level = 0; !rc && level >= 0 && vaddr < end;
	     vaddr = behind(vaddr, level)) {
		unsigned long irq = step_begin();
		__pte_t *pte;

		level = find(pt->root, vaddr, end, 1, &pte);
		/* Unmapped meanwhile, by another CPU. */
		if (level >= 0 && !*pte)
			level = -EFAULT;
		if (level >= 0)
			flush(vaddr, pte,
			      protected(*pte, (unsigned int)level, new_attr));
		step_end(irq);
	}
	if (!rc)
		flush_others();
	return rc ? rc : MIN(level, 0);
}

/* --- map ------------------------------------------------------------------*/

/* The level to map the next page with. */
static unsigned int level_for(__vaddr_t vaddr, __paddr_t paddr, __sz left,
			      unsigned long flags)
{
	__vaddr_t aligned = vaddr | (paddr == __PADDR_ANY ? 0 : paddr);

	if (flags & PAGE_FLAG_FORCE_SIZE)
		return level_of(flags);
	return !(aligned & (PAGE_LEVEL_SIZE(1) - 1)) &&
	       left >= PAGE_LEVEL_SIZE(1);
}

/* Maps one page, or a smaller one where a large one cannot be had. */
static int map_one(__paddr_t root, __vaddr_t vaddr, __paddr_t paddr,
		   unsigned int *level, unsigned long attr, unsigned long flags)
{
	__paddr_t frame = paddr;
	__pte_t *pte;
	int rc;

	rc = entry(root, vaddr, *level, &pte);
	/* A table is in the way of a large page: go below it. */
	if (!rc && *level && ukarch_pte_present(*pte) &&
	    !ukarch_pte_leaf(*pte, *level) && !(flags & PAGE_FLAG_FORCE_SIZE)) {
		*level = 0;
		rc = entry(root, vaddr, 0, &pte);
	}
	if (rc)
		return rc;
	if (*pte)
		return -EEXIST;
	if (paddr == __PADDR_ANY) {
		frame = ukpaging_frame_alloc(9 * *level, FRAME_MAPPED);
		if (frame == __PADDR_INV && *level &&
		    !(flags & PAGE_FLAG_FORCE_SIZE)) {
			*level = 0;
			return map_one(root, vaddr, paddr, level, attr, flags);
		}
		if (frame == __PADDR_INV)
			return -ENOMEM;
	}
	flush(vaddr, pte, ukarch_pte_page(frame, *level, attr));
	return 0;
}

/* Unmaps [vaddr, end), and gives back the table that was made for end. */
static void undo(struct uk_pagetable *pt, __vaddr_t vaddr, __vaddr_t end)
{
	unsigned long irq;
	__pte_t *pte;

	if (end > vaddr)
		(void)ukplat_page_unmap(pt, vaddr, (end - vaddr) / __PAGE_SIZE,
					0);
	irq = step_begin();
	if (find(pt->root, end, end, 0, &pte) == 0)
		prune(pt->root, end);
	step_end(irq);
}

int ukplat_page_map(struct uk_pagetable *pt, __vaddr_t vaddr, __paddr_t paddr,
		    unsigned long pages, unsigned long attr,
		    unsigned long flags)
{
	__vaddr_t end, v = vaddr;
	int rc = range(vaddr, pages, flags, &end);

	if (!rc)
		rc = attr_check(attr, flags);
	if (!rc && (!(attr & ATTR_PROT) ||
		    (paddr != __PADDR_ANY &&
		     (paddr & (PAGE_LEVEL_SIZE(level_of(flags)) - 1)))))
		rc = -EINVAL;
	if (rc)
		return rc;
	trace_page_map(pages, (const void *)vaddr, (const void *)paddr);

	while (v < end && !rc) {
		__paddr_t p = paddr == __PADDR_ANY ? paddr
						   : paddr + (v - vaddr);
		unsigned int level = level_for(v, p, end - v, flags);
		unsigned long irq = step_begin();

		rc = map_one(pt->root, v, p, &level, attr, flags);
		step_end(irq);
		if (!rc)
			v += PAGE_LEVEL_SIZE(level);
	}
	if (rc)
		undo(pt, vaddr, v);
	return rc;
}
