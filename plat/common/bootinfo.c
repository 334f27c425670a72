/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The memory map and the command line, filled once during boot by the
 * architecture's setup.c. Regions are kept in ascending order and never
 * overlap: what is reserved is carved out of what is free.
 */
#include <string.h>
#include <uk/plat/lcpu.h>
#include <uk/print.h>
#include <uk/plat/common.h>

#define CMDLINE_MAX 4096

/*
 * Room for the 128 NUMA nodes that QEMU has at most, each with a hole after
 * it. It need not be cleared, which would cost each boot.
 */
#define REGIONS_MAX 256

static struct ukplat_memregion regions[REGIONS_MAX]
	__attribute__((section(".bss.noclear")));
static __sz left_out; /* bytes */

static __paddr_t beyond;     /* the first address that the CPU does not have */
static __sz left_out_beyond; /* bytes */

struct ukplat_bootinfo plat_bootinfo = { .cmdline = "",
					 .machine = "unknown",
					 .regions = regions };

static char cmdline[CMDLINE_MAX];

const struct ukplat_bootinfo *ukplat_bootinfo_get(void)
{
	return &plat_bootinfo;
}

void plat_cmdline_set(const char *from)
{
	__sz len = strlen(from);

	if (len >= sizeof(cmdline))
		plat_setup_failed("command line longer than 4095 bytes");
	memcpy(cmdline, from, len + 1);
	plat_bootinfo.cmdline = cmdline;
}

/* Without room the range is left out. */
static void insert(unsigned int at, __paddr_t start, __paddr_t end,
		   enum ukplat_memregion_type type)
{
	struct ukplat_memregion *r = plat_bootinfo.regions;

	if (plat_bootinfo.region_count == REGIONS_MAX) {
		if (type == UKPLAT_MEMRT_FREE)
			left_out += end - start;
		return;
	}
	memmove(&r[at + 1], &r[at],
		(plat_bootinfo.region_count - at) * sizeof(*r));
	r[at] = (struct ukplat_memregion){ start, end - start, type };
	plat_bootinfo.region_count++;
}

static void erase(unsigned int at)
{
	struct ukplat_memregion *r = plat_bootinfo.regions;

	plat_bootinfo.region_count--;
	memmove(&r[at], &r[at + 1],
		(plat_bootinfo.region_count - at) * sizeof(*r));
}

/* Takes [start, end) out of every region. */
static void carve(__paddr_t start, __paddr_t end)
{
	for (unsigned int i = 0; i < plat_bootinfo.region_count; i++) {
		struct ukplat_memregion *r = &plat_bootinfo.regions[i];
		__paddr_t rend = r->pbase + r->len;

		if (rend <= start || r->pbase >= end)
			continue;
		if (rend > end)
			insert(i + 1, end, rend, r->type);
		if (r->pbase < start)
			r->len = start - r->pbase;
		else
			erase(i--);
	}
}

/* Joins a region with the next one, where both are free. */
static void join(unsigned int at)
{
	struct ukplat_memregion *r = &plat_bootinfo.regions[at];

	if (at + 1 >= plat_bootinfo.region_count ||
	    r[0].type != UKPLAT_MEMRT_FREE || r[1].type != UKPLAT_MEMRT_FREE ||
	    r[0].pbase + r[0].len != r[1].pbase)
		return;
	r->len += r[1].len;
	erase(at + 1);
}

void plat_memory_limit(unsigned int bits)
{
	beyond = 1UL << bits;
}

void plat_memory_add(__paddr_t start, __paddr_t end,
		     enum ukplat_memregion_type type)
{
	unsigned int at = 0;

	if (end < start)
		end = (__paddr_t)-1; /* it wraps round */
	if (end > beyond) {
		if (type == UKPLAT_MEMRT_FREE)
			left_out_beyond += end - MAX(start, beyond);
		end = beyond;
	}
	if (type == UKPLAT_MEMRT_FREE) {
		start = ALIGN_UP(start, __PAGE_SIZE);
		end = ALIGN_DOWN(end, __PAGE_SIZE);
	} else {
		start = ALIGN_DOWN(start, __PAGE_SIZE);
		end = ALIGN_UP(end, __PAGE_SIZE);
	}
	if (start >= end)
		return;

	carve(start, end);
	while (at < plat_bootinfo.region_count &&
	       plat_bootinfo.regions[at].pbase < start)
		at++;
	insert(at, start, end, type);
	if (type == UKPLAT_MEMRT_FREE) {
		join(at);
		if (at)
			join(at - 1);
	}
}

void plat_memory_report(void)
{
	if (left_out)
		uk_pr_warn("%lu KiB of memory left out: it is in more than %d "
			   "pieces\n",
			   left_out / 1024, REGIONS_MAX);
	if (left_out_beyond)
		uk_pr_warn("%lu KiB of memory left out: they are above 0x%lx, "
			   "where the CPU's addresses end\n",
			   left_out_beyond / 1024, beyond - 1);
}

static struct ukplat_memregion *largest_free(void)
{
	struct ukplat_memregion *best = __NULL;

	for (unsigned int i = 0; i < plat_bootinfo.region_count; i++) {
		struct ukplat_memregion *r = &plat_bootinfo.regions[i];

		if (r->type == UKPLAT_MEMRT_FREE &&
		    (!best || r->len > best->len))
			best = r;
	}
	return best;
}

__paddr_t plat_memory_largest(__paddr_t limit, __paddr_t *end)
{
	__paddr_t best = 0;

	*end = 0;
	for (unsigned int i = 0; i < plat_bootinfo.region_count; i++) {
		const struct ukplat_memregion *r = &plat_bootinfo.regions[i];
		__paddr_t rend = MIN(r->pbase + r->len, limit);

		if (r->type == UKPLAT_MEMRT_FREE && rend > r->pbase &&
		    rend - r->pbase > *end - best) {
			best = r->pbase;
			*end = rend;
		}
	}
	if (!*end)
		plat_setup_failed("no free memory");
	return best;
}

const struct ukplat_memregion *ukplat_memregion_take(void)
{
	struct ukplat_memregion *r = largest_free();

	if (r)
		r->type = UKPLAT_MEMRT_HEAP;
	return r;
}

const struct ukplat_memregion *ukplat_memregion_take_end(__sz len)
{
	struct ukplat_memregion *r = largest_free();
	__paddr_t end;

	if (!r || plat_bootinfo.region_count == REGIONS_MAX)
		return __NULL;
	len = MIN(len, ALIGN_DOWN(r->len / 2, __PAGE_SIZE));
	if (!len)
		return __NULL;
	end = r->pbase + r->len;
	r->len -= len;
	insert((unsigned int)(r - plat_bootinfo.regions) + 1, end - len, end,
	       UKPLAT_MEMRT_PAGES);
	return r + 1;
}
