/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The default heap: all memory that is free when the init calls of class plat
 * reach priority 2. A library that needs memory of its own takes it before.
 */
#include <errno.h>
#include <uk/init.h>
#include <uk/plat/bootinfo.h>
#include <uk/print.h>
#include <uk/tlsf.h>

static int heap_init(struct uk_init_ctx *ctx __unused)
{
	const struct ukplat_memregion *r;
	struct uk_alloc *heap = __NULL;

	while ((r = ukplat_memregion_take())) {
		if (!heap)
			heap = uk_tlsf_init((void *)r->pbase, r->len, "heap");
		else if (uk_alloc_addmem(heap, (void *)r->pbase, r->len))
			uk_pr_warn("%lu KiB of memory at 0x%lx left out of the "
				   "heap\n",
				   r->len / 1024, r->pbase);
	}
	if (!heap)
		uk_pr_err(
			"no memory left for the heap; give the guest more memory\n");
	return heap ? 0 : -ECANCELED;
}

uk_plat_initcall_prio(heap_init, 0, 2);
