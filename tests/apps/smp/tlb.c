/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * CPU 0 changes how a page is mapped, the others access it meanwhile. What the
 * page is at a time has a number: if it is the same before and after an access,
 * the access must have done what that allows.
 */
#include <stdio.h>
#include <uk/arch/lcpu.h>
#include <uk/falloc.h>
#include <uk/nofault.h>
#include <uk/plat/lcpu.h>
#include <uk/plat/paging.h>
#include <uk/plat/time.h>
#include "scenes.h"

#define PAGE 0x410000000000UL /* without any other user */
#define ROUNDS 30
#define STAY_NS UK_NSEC_PER_SEC

enum kind { CHANGING, NOTHING, READ_ONLY, WRITABLE };

/* number << 2 | kind. */
static __u64 state;
static int stop;
static unsigned int failed;
static struct {
	__u64 sure[4]; /* accesses that a state allowed or refused, by kind */
} seen[CPUS];

static void access_page(unsigned int cpu)
{
	volatile __u64 *page = (volatile __u64 *)PAGE;

	while (cpu && !__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
		__u64 before = __atomic_load_n(&state, __ATOMIC_ACQUIRE);
		__u64 value = 0;
		int read = uk_nofault_try_read(value, page);
		int written = uk_nofault_try_write(cpu, (unsigned int *)PAGE +
								cpu * 4);
		enum kind kind = before & 3;

		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		if (kind == CHANGING ||
		    before != __atomic_load_n(&state, __ATOMIC_ACQUIRE))
			continue;
		seen[cpu].sure[kind]++;
		if (read != (kind != NOTHING) ||
		    written != (kind == WRITABLE) ||
		    (read && value != before >> 2))
			__atomic_add_fetch(&failed, 1, __ATOMIC_RELAXED);
	}
}

static void call(struct __regs *regs __unused, void *user __unused)
{
	access_page(ukplat_lcpu_id());
}

static __u64 number;

/* Stays until all others have accessed the page, a while at most. */
static void enter(enum kind kind)
{
	__nsec end = ukplat_monotonic_clock() + STAY_NS;
	__u64 count[CPUS];

	for (unsigned int i = 1; i < CPUS; i++)
		count[i] = UK_READ_ONCE(seen[i].sure[kind]);
	__atomic_store_n(&state, number << 2 | kind, __ATOMIC_SEQ_CST);
	for (unsigned int i = 1; kind != CHANGING && i < ukplat_lcpu_count();
	     i++)
		while (UK_READ_ONCE(seen[i].sure[kind]) == count[i] &&
		       ukplat_monotonic_clock() < end)
			ukarch_cpu_relax();
}

/* Each number has a page of its own, which begins with it. */
static int round_of(struct uk_pagetable *pt)
{
	__paddr_t frame = uk_falloc(0);
	int rc = frame == __PADDR_INV;

	enter(CHANGING);
	number++;
	*(__u64 *)frame = number;
	rc |= ukplat_page_map(pt, PAGE, frame, 1, PAGE_ATTR_PROT_RW, 0);
	enter(WRITABLE);
	enter(CHANGING);
	rc |= ukplat_page_set_attr(pt, PAGE, 1, PAGE_ATTR_PROT_READ, 0);
	enter(READ_ONLY);
	enter(CHANGING);
	rc |= ukplat_page_unmap(pt, PAGE, 1, PAGE_FLAG_KEEP_FRAMES);
	enter(NOTHING);
	*(__u64 *)frame = ~0UL; /* a stale reader would see it */
	uk_ffree(frame, 0);
	return rc;
}

int scene_tlb(void)
{
	struct ukplat_lcpu_func fn = { call, __NULL };
	struct uk_pagetable *pt = ukplat_pt_get_active();
	int rc = 0;

	stop = 0;
	if (ukplat_lcpu_run(__NULL, __NULL, &fn, 0))
		return 1;
	for (unsigned int i = 0; i < ROUNDS; i++)
		rc |= round_of(pt);
	__atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
	if (ukplat_lcpu_wait(__NULL, __NULL, 0))
		return 2;
	for (unsigned int i = 1; i < ukplat_lcpu_count(); i++)
		printf("tlb: cpu %u: %s\n", i,
		       seen[i].sure[NOTHING] && seen[i].sure[READ_ONLY] &&
				       seen[i].sure[WRITABLE]
			       ? "has seen all"
			       : "has not seen all");
	printf("tlb: stale %u\n", failed);
	return rc ? 3 : !!failed;
}
