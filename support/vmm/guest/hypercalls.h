/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Hypercalls for an application (support/vmm/README.md): files of the host, in
 * the folder of vmm --hypercalls. For a guest of vmm only: QEMU's machines have
 * no such device, and on arm64 a read of its registers is a fault there.
 *
 * Contexts: any; calls are served one at a time. Memory of the image and of the
 * heap is mapped one to one. Errors are -errno with the numbers of Linux.
 */
#ifndef __VMM_HYPERCALLS_H__
#define __VMM_HYPERCALLS_H__

#include "../vmm/hypercall.h"

static inline volatile unsigned int *vmm_hypercall_reg(unsigned int reg)
{
	return (volatile unsigned int *)(HYPERCALL_BASE + reg);
}

/** 1 if vmm runs with --hypercalls. */
static inline int vmm_has_hypercalls(void)
{
	return *vmm_hypercall_reg(HYPERCALL_MAGIC) == HYPERCALL_ID;
}

static inline long vmm_hypercall(unsigned int call, unsigned int handle,
				 const void *mem, unsigned long len,
				 unsigned long offset)
{
	volatile struct hypercall r = { call, handle, (unsigned long)mem,
					len,  offset, 0 };

	__asm__ __volatile__("" : : : "memory");
	*vmm_hypercall_reg(HYPERCALL_HIGH) =
		(unsigned int)((unsigned long)&r >> 32);
	*vmm_hypercall_reg(HYPERCALL_LOW) = (unsigned int)(unsigned long)&r;
	__asm__ __volatile__("" : : : "memory");
	return r.result;
}

/** @param write 0: to read; 1: to a new or emptied file. @return a handle */
static inline int vmm_open(const char *path, int write)
{
	return (int)vmm_hypercall(HYPERCALL_OPEN, 0, path,
				  __builtin_strlen(path), (unsigned long)write);
}

/** @return bytes, less than len at the end of the file */
static inline long vmm_pread(int handle, void *to, unsigned long len,
			     unsigned long offset)
{
	return vmm_hypercall(HYPERCALL_READ, (unsigned int)handle, to, len,
			     offset);
}

static inline long vmm_pwrite(int handle, const void *from, unsigned long len,
			      unsigned long offset)
{
	return vmm_hypercall(HYPERCALL_WRITE, (unsigned int)handle, from, len,
			     offset);
}

static inline int vmm_close(int handle)
{
	return (int)vmm_hypercall(HYPERCALL_CLOSE, (unsigned int)handle, 0, 0,
				  0);
}

#endif /* __VMM_HYPERCALLS_H__ */
