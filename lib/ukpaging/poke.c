/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Writing through a window: a page of the image whose entry is pointed at
 * what is to be written. Nothing is allocated, so that a debugger can use it
 * in any trap. The entry is restored afterwards: a write that was interrupted
 * in the middle is not disturbed.
 */
#include <errno.h>
#include <string.h>
#include <uk/arch/lcpu.h>
#include <uk/init.h>
#include <uk/plat/lcpu.h>
#include "paging_internal.h"

/* Only the address is used. Each CPU has its own: no lock, and no TLB but its
 * own is concerned.
 */
static char windows[CONFIG_UKPLAT_LCPU_MAXCOUNT][__PAGE_SIZE] __aligned(
	__PAGE_SIZE);

/* Contexts: irq-off. */
static __vaddr_t window(void)
{
	return (__vaddr_t)windows[ukplat_lcpu_id()];
}

static __pte_t *window_entry(void)
{
	__pte_t *pte;

	return ukarch_pt_lookup(ukarch_pt_root(0), window(), &pte) ? __NULL
								   : pte;
}

/* 0 if all of [vaddr, vaddr + len) is memory. */
static int all_mapped(__vaddr_t vaddr, __sz len)
{
	__vaddr_t end = vaddr + len;
	struct uk_page_walk w;

	while (vaddr < end) {
		if (uk_page_walk(vaddr, &w))
			return -EFAULT;
		if (w.attr & PAGE_ATTR_DEVICE)
			return -EACCES;
		vaddr = ALIGN_DOWN(vaddr, __PAGE_SIZE) + __PAGE_SIZE;
	}
	return 0;
}

/* An aligned word is one write: another CPU may be executing it. */
static void put(char *to, const char *src, __sz len)
{
	__u64 two_words;
	__u32 word;

	if (len == sizeof(word) && !((__uptr)to & (len - 1))) {
		memcpy(&word, src, len);
		UK_WRITE_ONCE(*(__u32 *)(void *)to, word);
	} else if (len == sizeof(two_words) && !((__uptr)to & (len - 1))) {
		memcpy(&two_words, src, len);
		UK_WRITE_ONCE(*(__u64 *)(void *)to, two_words);
	} else {
		memcpy(to, src, len);
	}
}

/* Writes within one page. Changing an entry's address goes through none, as
 * arm64 asks for (break before make).
 */
static void write_page(__pte_t *pte, __vaddr_t vaddr, const char *src, __sz len)
{
	__vaddr_t at = window();
	__pte_t old = *pte;
	struct uk_page_walk w;
	char *to;

	uk_page_walk(vaddr, &w);
	ukarch_pte_replace(pte,
			   ukarch_pte_page(ALIGN_DOWN(w.paddr, __PAGE_SIZE), 0,
					   PAGE_ATTR_PROT_RW),
			   at);
	/* Not the variable: the compiler must not know that nothing reads it.
	 */
	to = (char *)at + (vaddr & ~__PAGE_MASK);
	__asm__("" : "+r"(to));
	put(to, src, len);
	ukarch_icache_sync((__vaddr_t)to, len);
	ukarch_pte_replace(pte, old, at);
}

int ukplat_page_poke(__vaddr_t vaddr, const void *src, __sz len)
{
	unsigned long irq;
	__pte_t *pte;
	int rc;

	if (vaddr + len < vaddr)
		return -EINVAL;
	irq = ukarch_irq_save();
	pte = window_entry();
	rc = pte ? all_mapped(vaddr, len) : -EAGAIN;
	for (__sz done = 0; !rc && done < len;) {
		__vaddr_t at = vaddr + done;
		__sz n = MIN(len - done, __PAGE_SIZE - (at & ~__PAGE_MASK));

		write_page(pte, at, (const char *)src + done, n);
		ukarch_icache_sync(at, n);
		done += n;
	}
	ukarch_irq_restore(irq);
	return rc;
}

/* A window gets an entry of its own, and is closed while it is unused. */
static int window_init(struct uk_init_ctx *ctx __unused)
{
	struct uk_pagetable *pt = ukplat_pt_get_active();

	(void)ukplat_page_set_attr(pt, (__vaddr_t)windows,
				   CONFIG_UKPLAT_LCPU_MAXCOUNT,
				   PAGE_ATTR_PROT_NONE, 0);
	return 0;
}

uk_plat_initcall_prio(window_init, 0, 2);
