/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Port input and output, which only x86_64 has. Contexts: any.
 */
#ifndef __ARCH_IO_H__
#define __ARCH_IO_H__

#include <uk/arch/types.h>

static inline void outb(__u16 port, __u8 val)
{
	__asm__ __volatile__("outb %0, %1" : : "a"(val), "Nd"(port) : "memory");
}

static inline void outw(__u16 port, __u16 val)
{
	__asm__ __volatile__("outw %0, %1" : : "a"(val), "Nd"(port) : "memory");
}

static inline void outl(__u16 port, __u32 val)
{
	__asm__ __volatile__("outl %0, %1" : : "a"(val), "Nd"(port) : "memory");
}

static inline __u8 inb(__u16 port)
{
	__u8 val;

	__asm__ __volatile__("inb %1, %0" : "=a"(val) : "Nd"(port) : "memory");
	return val;
}
#endif /* __ARCH_IO_H__ */
