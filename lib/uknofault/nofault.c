/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Probing and copying, and the trap handlers that catch what is refused.
 *
 * The handlers come after demand paging, so that a page that can be brought
 * in is; with UK_NOFAULTF_NOPAGING one of them comes before it. They know a
 * protected access by its program counter alone: nothing is set up before an
 * access, which may be interrupted at any instruction and used again there.
 */
#include <uk/nofault.h>
#include <uk/trap.h>
#include "arch/nofault_arch.h"
#include "extable.h"

#define PRIO_BEFORE_PAGING 1
#define PRIO_AFTER_PAGING 8

static unsigned long caught;
static int nopaging; /* accesses under way that must not page in */

unsigned long uk_nofault_count(void)
{
	return __atomic_load_n(&caught, __ATOMIC_RELAXED);
}

int uk_nofault_nopaging(void)
{
	return __atomic_load_n(&nopaging, __ATOMIC_RELAXED) != 0;
}

static int catch_fault(void *data)
{
	struct ukarch_trap_ctx *ctx = data;
	__vaddr_t fixup = extable_fixup(ukarch_regs_pc(ctx->regs));

	if (!fixup)
		return UK_EVENT_NOT_HANDLED;
	__atomic_fetch_add(&caught, 1, __ATOMIC_RELAXED);
	ukarch_regs_set_pc(ctx->regs, fixup);
	return UK_EVENT_HANDLED;
}

static int catch_before_paging(void *data)
{
	return uk_nofault_nopaging() ? catch_fault(data) : UK_EVENT_NOT_HANDLED;
}

UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_PAGE_FAULT, catch_before_paging,
		      PRIO_BEFORE_PAGING);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_PAGE_FAULT, catch_fault, PRIO_AFTER_PAGING);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_BUS_ERROR, catch_fault, PRIO_AFTER_PAGING);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_X86_GP, catch_fault, PRIO_AFTER_PAGING);

static void begin(unsigned long flags)
{
	if (flags & UK_NOFAULTF_NOPAGING)
		__atomic_fetch_add(&nopaging, 1, __ATOMIC_RELAXED);
}

static void end(unsigned long flags)
{
	if (flags & UK_NOFAULTF_NOPAGING)
		__atomic_fetch_sub(&nopaging, 1, __ATOMIC_RELAXED);
}

/* Bytes from addr to the end of its page. */
static __sz page_rest(__vaddr_t addr)
{
	return __PAGE_SIZE - (addr & ~__PAGE_MASK);
}

/* The part of len that lies before the address space ends. */
static __sz clip(__vaddr_t addr, __sz len)
{
	return addr && len > -addr ? -addr : len;
}

static __sz probe(__vaddr_t vaddr, __sz len, unsigned long flags,
		  int (*touch)(__vaddr_t))
{
	__sz good = 0;

	begin(flags);
	for (len = clip(vaddr, len); len;) {
		__sz part = MIN(len, page_rest(vaddr));

		if (touch(vaddr))
			good += part;
		else if (!(flags & UK_NOFAULTF_CONTINUE))
			break;
		vaddr += part;
		len -= part;
	}
	end(flags);
	return good;
}

__sz uk_nofault_probe_r(__vaddr_t vaddr, __sz len, unsigned long flags)
{
	return probe(vaddr, len, flags, uk_nofault_arch_touch_r);
}

__sz uk_nofault_probe_rw(__vaddr_t vaddr, __sz len, unsigned long flags)
{
	return probe(vaddr, len, flags, uk_nofault_arch_touch_rw);
}

__sz uk_nofault_memcpy(char *dst, const char *src, __sz len,
		       unsigned long flags)
{
	__sz good = 0;

	begin(flags);
	len = MIN(clip((__vaddr_t)dst, len), clip((__vaddr_t)src, len));
	while (len) {
		__sz left = uk_nofault_arch_copy(dst, src, len);
		__sz skip;

		good += len - left;
		if (!left || !(flags & UK_NOFAULTF_CONTINUE))
			break;
		dst += len - left;
		src += len - left;
		/* To where the next page of either side starts. */
		skip = MIN(left, MIN(page_rest((__vaddr_t)dst),
				     page_rest((__vaddr_t)src)));
		if (skip == left)
			break; /* after it may be no address */
		dst += skip;
		src += skip;
		len = left - skip;
	}
	end(flags);
	return good;
}
