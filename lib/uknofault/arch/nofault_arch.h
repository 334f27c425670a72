/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What each architecture provides in arch/<arch>/access.S. All of them may be
 * called in any context, use general registers only and keep a frame.
 */
#ifndef __NOFAULT_ARCH_H__
#define __NOFAULT_ARCH_H__

#include <uk/essentials.h>

/** Copies up to len bytes. @return bytes not copied, 0 if all were. */
__sz uk_nofault_arch_copy(void *dst, const void *src, __sz len);

/** Reads the byte at addr. @return 1 if that worked, 0 if it was refused. */
int uk_nofault_arch_touch_r(__vaddr_t addr);

/** Reads the byte at addr and writes it back, atomically. @return the same */
int uk_nofault_arch_touch_rw(__vaddr_t addr);

#endif /* __NOFAULT_ARCH_H__ */
