/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
#ifndef __ALLOC_INTERNAL_H__
#define __ALLOC_INTERNAL_H__

/*
 * Around every operation of an allocator: a spinlock, interrupts off. Of its
 * own so that host tests can replace it.
 */
unsigned long ukalloc_lock(void);
void ukalloc_unlock(unsigned long flags);

#endif /* __ALLOC_INTERNAL_H__ */
