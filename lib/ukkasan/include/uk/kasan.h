/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The shadow of the kernel address sanitizer: a byte for each 8 bytes of
 * memory (a granule). 0: all 8 may be accessed; 1 to 7: the first so many;
 * 0x80 and more: none, and why. The shadow of an address is at
 * address / 8 + CONFIG_LIBUKKASAN_OFFSET. Where no shadow is mapped, all
 * accesses are good. Without LIBUKKASAN all this does nothing.
 */
#ifndef __UK_KASAN_H__
#define __UK_KASAN_H__

#include <uk/essentials.h>
#include <uk/table.h>

#define UK_KASAN_GRANULE 8UL
#define UK_KASAN_HEAP 0xfa  /* around blocks of a heap */
#define UK_KASAN_FREED 0xfd /* a freed block */

typedef void (*uk_kasan_line_t)(const char *line, void *arg);

/** Describes what an address belongs to, in lines: the first one continues
 * "write of 1 byte at 0x1234, ". Returns 0 if it does not know the address.
 * Contexts: any.
 */
struct uk_kasan_describer {
	int (*describe)(__uptr addr, uk_kasan_line_t line, void *arg);
};

UK_TABLE_DECLARE(kasan_describer, struct uk_kasan_describer);

/** Registers one, at file scope. */
#define UK_KASAN_DESCRIBER(ident, fn)                                  \
	UK_TABLE_RECORD(kasan_describer, struct uk_kasan_describer, 5, \
			uk_kasan_describer_##ident) = { (fn) }

#ifdef CONFIG_LIBUKKASAN
/**
 * Maps the shadow of the image, its stacks included, into page tables that are
 * not in use yet.
 *
 * @param alloc as for ukarch_pt_map()
 * @return 0, -ENOMEM. Contexts: init.
 */
int uk_kasan_image(__paddr_t root, __paddr_t (*alloc)(void));

/**
 * Maps a shadow for memory that has none yet; it says that all accesses are
 * good.
 *
 * @param alloc as for ukarch_pt_map(), for tables and shadow
 * @return 0; -ENOMEM: some of it has none.
 * Contexts: init, thread, irq-off; one caller at a time.
 */
int uk_kasan_map(const void *start, __sz len, __paddr_t (*alloc)(void));

/** Refuses accesses to memory whose shadow is mapped, from `start` up to `end`;
 * both are rounded up to granules. `why`: UK_KASAN_*. Contexts: any.
 */
void uk_kasan_poison(const void *start, const void *end, __u8 why);

/** Allows accesses to memory whose shadow is mapped. `start` is a multiple of
 * a granule. Contexts: any.
 */
void uk_kasan_unpoison(const void *start, __sz len);

void uk_kasan_stack_left_below(const void *sp);

/** Allows accesses to the stack in use below the caller's frame record: for
 * code that called functions which did not return, as after a fault. The record
 * is below the caller's variables or above them. Contexts: any.
 */
static inline __attribute__((always_inline)) void uk_kasan_stack_left(void)
{
	uk_kasan_stack_left_below(__builtin_frame_address(0));
}
#else
static inline int uk_kasan_image(__paddr_t root __unused,
				 __paddr_t (*alloc)(void) __unused)
{
	return 0;
}

static inline int uk_kasan_map(const void *start __unused, __sz len __unused,
			       __paddr_t (*alloc)(void) __unused)
{
	return 0;
}

static inline void uk_kasan_poison(const void *start __unused,
				   const void *end __unused, __u8 why __unused)
{
}

static inline void uk_kasan_unpoison(const void *start __unused,
				     __sz len __unused)
{
}

static inline void uk_kasan_stack_left(void)
{
}
#endif

#endif /* __UK_KASAN_H__ */
