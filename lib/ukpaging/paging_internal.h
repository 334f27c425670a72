/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
#ifndef __PAGING_INTERNAL_H__
#define __PAGING_INTERNAL_H__

#include <uk/plat/paging.h>
#include "frames.h"

/* With locking: see frames.h. */
__paddr_t ukpaging_frame_alloc(unsigned int order, enum frame_use use);
int ukpaging_frame_free(__paddr_t paddr, unsigned int order,
			enum frame_use use);
void ukpaging_frame_split(__paddr_t paddr, enum frame_use use);

/* The lock of the above, for a CPU that stops the others. */
unsigned long ukpaging_frames_lock(void);
void ukpaging_frames_unlock(unsigned long flags);

/* 1 if a page is a table that ukpaging_table_alloc() gave. */
int ukpaging_is_table(__paddr_t paddr);

/* A cleared page for a page table, or __PADDR_INV. */
__paddr_t ukpaging_table_alloc(void);

#endif /* __PAGING_INTERNAL_H__ */
