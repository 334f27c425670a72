/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The guest's part: what memory there is, and how the file gets to the host.
 * The file's form is in layout.h and notes.h.
 */
#ifndef __UKDUMP_INTERNAL_H__
#define __UKDUMP_INTERNAL_H__

#include <uk/dump.h>
#include "layout.h"
#include "notes.h"

/* What dump.memory chooses. */
enum dump_memory {
	DUMP_MEMORY_ALL,
	DUMP_MEMORY_USED,
	DUMP_MEMORY_STACKS,
};

/* --- image.c --------------------------------------------------------------*/

/* What the image has at an address. */
enum dump_image_part {
	DUMP_IMAGE_NONE,   /* another memory */
	DUMP_IMAGE_FILE,   /* bytes of its file */
	DUMP_IMAGE_BSS,	   /* zeroed variables */
	DUMP_IMAGE_BEYOND, /* what is left of a page between two segments */
};

/**
 * Finds what part of the image an address is in.
 *
 * @param end receives where that part ends
 * @param offset receives the place in the image's file, for DUMP_IMAGE_FILE
 */
enum dump_image_part dump_image_at(__vaddr_t addr, __vaddr_t *end,
				   __u64 *offset);

/* --- memory.c -------------------------------------------------------------*/

/**
 * Collects the memory of the guest: each page that is mapped and can be read.
 *
 * @return 0; -ENOSPC if it is in more pieces than there is room for
 */
int dump_memory(struct dump_layout *l, enum dump_memory which);

/** Writes the bytes of a run. */
void dump_memory_write(struct dump_sink *sink, const struct dump_run *run);

/* --- out.c ----------------------------------------------------------------*/

/** Begins to write to a place, packed or not. */
struct dump_sink *dump_out_begin(struct uk_dump_out *to, int packed);

/** Writes the rest. @return 0; -EIO if not all of it was taken. */
int dump_out_end(void);

/** 1 once the place has taken no more. */
int dump_out_failed(void);

#endif /* __UKDUMP_INTERNAL_H__ */
