/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Memory accesses that may fail: instead of crashing, a read or write that
 * the hardware refuses ends with a count. For whatever looks at addresses
 * that it was given: a crash screen, a debugger, a stack walk.
 *
 * Names and meanings are Unikraft's. Contexts: any, trap context included;
 * no lock, no allocation. A refused access costs one trap.
 */
#ifndef __UK_NOFAULT_H__
#define __UK_NOFAULT_H__

#include <uk/essentials.h>

/** Goes on after a page that refuses; the count lacks its bytes. */
#define UK_NOFAULTF_CONTINUE 0x01

/**
 * Does not let a fault bring a page in (demand paging) meanwhile. Without
 * effect where there is no demand paging.
 */
#define UK_NOFAULTF_NOPAGING 0x02

/**
 * Probes a range for reading, one byte a page.
 *
 * @param vaddr any address, also one that is not canonical
 * @param len bytes; a range that would wrap around ends at the last address
 * @param flags UK_NOFAULTF_*
 * @return bytes that can be read: from vaddr up to the first page that
 *   refuses, or, with UK_NOFAULTF_CONTINUE, in all pages that do not.
 */
__sz uk_nofault_probe_r(__vaddr_t vaddr, __sz len, unsigned long flags);

/** The same for reading and writing; the memory is left as it is. */
__sz uk_nofault_probe_rw(__vaddr_t vaddr, __sz len, unsigned long flags);

/**
 * Copies bytes between buffers that do not overlap.
 *
 * @param dst,src any addresses
 * @param len bytes
 * @param flags UK_NOFAULTF_*; with UK_NOFAULTF_CONTINUE, bytes that one side
 *   refuses are skipped on both, page by page, and left as they are in dst
 * @return bytes copied: exact to the last byte before the refused one
 */
__sz uk_nofault_memcpy(char *dst, const char *src, __sz len,
		       unsigned long flags);

/** Reads *ptr into the variable v. @return non-zero on success. */
#define uk_nofault_try_read(v, ptr)                                            \
	(uk_nofault_memcpy((char *)&(v), (const char *)(ptr), sizeof(v), 0) == \
	 sizeof(v))

/** Writes value to *ptr, which has value's type. @return non-zero on success */
#define uk_nofault_try_write(value, ptr)                                \
	({                                                              \
		__typeof__(value) __nf_v = (value);                     \
		uk_nofault_memcpy((char *)(ptr), (const char *)&__nf_v, \
				  sizeof(__nf_v), 0) == sizeof(__nf_v); \
	})

/** Faults caught since boot. */
unsigned long uk_nofault_count(void);

/** 1 while an access with UK_NOFAULTF_NOPAGING runs; for demand paging. */
int uk_nofault_nopaging(void);

#endif /* __UK_NOFAULT_H__ */
