/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The buddy allocator behind <uk/falloc.h>, without locking, so that it can be
 * tested on the host.
 */
#ifndef __FRAMES_H__
#define __FRAMES_H__

#include <uk/falloc.h>
#include <uk/list.h>

struct frames {
	__paddr_t base; /* of the first page; any multiple of the page size */
	__sz pages;
	__sz free;				     /* pages */
	__u8 *state;				     /* a byte for each page */
	struct uk_list_head lists[UK_FALLOC_ORDERS]; /* in the free pages */
};

/* What a block was allocated for. */
enum frame_use {
	FRAME_DIRECT = 1, /* uk_falloc() */
	FRAME_MAPPED,	  /* __PADDR_ANY: unmapping it frees it */
	FRAME_TABLE,	  /* a page table */
};

/* Manages [start, start + len), which is mapped one to one. */
void frames_init(struct frames *f, __paddr_t start, __sz len);

/* A block, or __PADDR_INV. */
__paddr_t frames_alloc(struct frames *f, unsigned int order,
		       enum frame_use use);

/* 1 if a block of that order and use begins there. */
int frames_is(const struct frames *f, __paddr_t paddr, unsigned int order,
	      enum frame_use use);

/* Frees a block; 0, or -EINVAL if none of that order and use begins there. */
int frames_free(struct frames *f, __paddr_t paddr, unsigned int order,
		enum frame_use use);

/*
 * Makes an allocated block one of single pages, each of which is freed by
 * itself; nothing if no such block begins there.
 */
void frames_split(struct frames *f, __paddr_t paddr, enum frame_use use);

/* The first free block that ends after an address: its bytes, or 0. */
__sz frames_free_next(const struct frames *f, __paddr_t paddr,
		      __paddr_t *start);

/* Bytes of the largest free block. */
__sz frames_largest(const struct frames *f);

#endif /* __FRAMES_H__ */
