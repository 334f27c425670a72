/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Fixed-width types under Unikraft's names. Both architectures are LP64 and
 * little-endian, so that one header serves.
 */
#ifndef __UK_ARCH_TYPES_H__
#define __UK_ARCH_TYPES_H__

#ifndef __ASSEMBLY__
typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long __u64;
typedef signed char __s8;
typedef signed short __s16;
typedef signed int __s32;
typedef signed long __s64;

typedef unsigned long __sz;
typedef signed long __ssz;
typedef unsigned long __uptr;
typedef signed long __off;

typedef unsigned long __vaddr_t; /* a virtual address */
typedef unsigned long __paddr_t; /* a physical address */
typedef __s64 __snsec;		 /* signed nanoseconds */
typedef __u64 __nsec;		 /* nanoseconds */

#define UK_NSEC_PER_SEC 1000000000UL

#ifdef __cplusplus
#define __NULL nullptr
#else
#define __NULL ((void *)0)
#endif

/* Addresses that are never valid. */
#define __VADDR_INV ((__vaddr_t)-1)
#define __PADDR_INV ((__paddr_t)-1)

_Static_assert(sizeof(__u64) == 8 && sizeof(void *) == 8, "LP64 expected");
#endif /* !__ASSEMBLY__ */

#endif /* __UK_ARCH_TYPES_H__ */
