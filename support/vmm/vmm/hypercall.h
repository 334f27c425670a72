/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Files of one folder of the host for the guest. For the monitor and for
 * guests: the guest writes the guest-physical address of a request to a
 * register, and finds the result in it. Handles are small numbers from 0 on. A
 * guest is of no trust: support/vmm/README.md, "Hypercalls".
 */
#ifndef __HYPERCALL_H__
#define __HYPERCALL_H__

/* Registers, of 4 bytes; guest-physical. */
#ifdef __aarch64__
#define HYPERCALL_BASE 0x090e0000UL
#else
#define HYPERCALL_BASE 0xfeb0f000UL
#endif
#define HYPERCALL_SIZE 0x1000UL
#define HYPERCALL_MAGIC \
	0x00 /* reads as HYPERCALL_ID where there are hypercalls */
#define HYPERCALL_LOW 0x08	 /* address of the request: bits 0 to 31, */
#define HYPERCALL_HIGH 0x0c	 /* 32 to 63, before LOW; 0 after a reset */
#define HYPERCALL_ID 0x4c435956U /* "VYCL" */

enum {
	HYPERCALL_OPEN = 1, /* addr, len: path, without NUL; offset: 0 to read,
			     * 1 to write to a new or emptied file; a handle
			     */
	HYPERCALL_READ,	    /* bytes from offset to addr; less at the end */
	HYPERCALL_WRITE,    /* bytes from addr to offset */
	HYPERCALL_CLOSE,
};

#define HYPERCALL_BYTES_MAX (1UL << 20) /* of a read or write */
#define HYPERCALL_PATH_MAX 255
#define HYPERCALL_HANDLES 16

/* In guest memory, aligned to 8. The numbers of errors are Linux'. */
struct hypercall {
	unsigned int call, handle;
	unsigned long addr; /* guest-physical */
	unsigned long len, offset;
	long result; /* a count, a handle, 0; or -errno */
};

#endif /* __HYPERCALL_H__ */
