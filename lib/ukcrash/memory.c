/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Bounds of the stack that was in use and of the heap.
 */
#include <uk/plat/bootinfo.h>
#include <uk/stack.h>
#include "crash_internal.h"

static void memory(const struct uk_crash_info *info)
{
	const struct ukplat_bootinfo *bi = ukplat_bootinfo_get();
	__vaddr_t sp = ukarch_regs_sp(info->regs);
	const struct uk_stack *s = uk_stack_find(sp - 1);
	int heaps = 0;

	/* a large frame has moved the stack pointer past the guard page */
	if (!s && info->trap && info->trap->addr_valid)
		s = uk_stack_find(info->trap->fault_address);
	if (s)
		uk_pr_crit(
			"Stack of thread %s: 0x%lx-0x%lx, %lu of %lu bytes in use\n",
			s->name, (__vaddr_t)s->base, (__vaddr_t)s->top,
			(__vaddr_t)s->top - MAX(sp, (__vaddr_t)s->base),
			(__sz)(s->top - s->base));
	else
		uk_pr_crit("Stack pointer 0x%lx is in no known stack\n", sp);
	for (unsigned int i = 0; i < bi->region_count; i++) {
		const struct ukplat_memregion *r = &bi->regions[i];

		if (r->type != UKPLAT_MEMRT_HEAP)
			continue;
		heaps++;
		uk_pr_crit("Heap: 0x%lx-0x%lx, %lu KiB\n", r->pbase,
			   r->pbase + r->len, r->len / 1024);
	}
	if (!heaps)
		uk_pr_crit("Heap: not used\n");
}

UKCRASH_SECTION(memory);
