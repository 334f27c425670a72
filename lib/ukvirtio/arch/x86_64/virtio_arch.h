/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Order of memory accesses as a device sees it, and access to its registers.
 * Each architecture provides the same names. Loads are not reordered with
 * loads, nor stores with stores (Intel SDM volume 3, 8.2.2); a store may pass
 * after a load. Contexts: any.
 */
#ifndef __VIRTIO_ARCH_H__
#define __VIRTIO_ARCH_H__

#include <uk/essentials.h>

/* Between stores, between loads, between all. */
static inline void virtio_write_barrier(void)
{
	__asm__ __volatile__("" : : : "memory");
}

static inline void virtio_read_barrier(void)
{
	__asm__ __volatile__("" : : : "memory");
}

static inline void virtio_barrier(void)
{
	__asm__ __volatile__("mfence" : : : "memory");
}

static inline __u32 virtio_read32(__uptr addr)
{
	return *(volatile __u32 *)addr;
}

static inline void virtio_write32(__uptr addr, __u32 val)
{
	*(volatile __u32 *)addr = val;
}

static inline __u8 virtio_read8(__uptr addr)
{
	return *(volatile __u8 *)addr;
}

#endif /* __VIRTIO_ARCH_H__ */
