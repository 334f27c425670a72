/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Order of memory accesses as a device sees it, and access to its registers.
 * Each architecture provides the same names. The barriers reach the outer
 * shareable domain, in which devices are (Arm ARM, B2.3.12). Registers are
 * accessed by plain loads and stores: a hypervisor cannot emulate those that
 * update their base, as compilers like them. Contexts: any.
 */
#ifndef __VIRTIO_ARCH_H__
#define __VIRTIO_ARCH_H__

#include <uk/essentials.h>

/* Between stores, between loads, between all. */
static inline void virtio_write_barrier(void)
{
	__asm__ __volatile__("dmb oshst" : : : "memory");
}

static inline void virtio_read_barrier(void)
{
	__asm__ __volatile__("dmb oshld" : : : "memory");
}

static inline void virtio_barrier(void)
{
	__asm__ __volatile__("dmb osh" : : : "memory");
}

static inline __u32 virtio_read32(__uptr addr)
{
	__u32 val;

	__asm__ __volatile__("ldr %w0, [%1]"
			     : "=r"(val)
			     : "r"(addr)
			     : "memory");
	return val;
}

static inline void virtio_write32(__uptr addr, __u32 val)
{
	__asm__ __volatile__("str %w0, [%1]"
			     :
			     : "rZ"(val), "r"(addr)
			     : "memory");
}

static inline __u8 virtio_read8(__uptr addr)
{
	__u32 val;

	__asm__ __volatile__("ldrb %w0, [%1]"
			     : "=r"(val)
			     : "r"(addr)
			     : "memory");
	return (__u8)val;
}

#endif /* __VIRTIO_ARCH_H__ */
