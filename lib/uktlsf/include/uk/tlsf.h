/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * An allocator of bounded cost for <uk/alloc.h>: "TLSF: a New Dynamic Memory
 * Allocator for Real-Time Systems" (Masmano, Ripoll, Crespo, Real; ECRTS
 * 2004). At boot the free memory of the machine becomes the default one,
 * named "heap".
 */
#ifndef __UK_TLSF_H__
#define __UK_TLSF_H__

#include <uk/alloc.h>

/**
 * Makes an allocator of a piece of memory and registers it.
 *
 * @param base,len the memory, which belongs to the allocator for ever; about
 *   8 KiB of it are lists
 * @param name for metrics and the crash screen; not copied
 * @return the allocator, or NULL if len is too small. Contexts: init, thread.
 */
struct uk_alloc *uk_tlsf_init(void *base, __sz len, const char *name);

#endif /* __UK_TLSF_H__ */
