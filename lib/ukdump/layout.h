/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The layout of a core file: which memory is in it, and where. It knows
 * addresses and never reads memory, so it runs on the host, too.
 *
 *	ELF header | program headers | notes | image | other memory
 *
 * The image's segments have the distances that they have in its own file: a
 * debugger takes the place where a header begins plus an offset from it for
 * the note with the build-id.
 */
#ifndef __UKDUMP_LAYOUT_H__
#define __UKDUMP_LAYOUT_H__

#include <uk/elf.h>
#include <uk/essentials.h>

enum dump_kind {
	DUMP_DATA,  /* in the file */
	DUMP_ZERO,  /* takes no space: it reads as zeros */
	DUMP_IMAGE, /* a segment of the image, in the file */
};

/* A range of addresses. What lies between two runs is not in the file. */
struct dump_run {
	__u64 start, end;
	__u64 offset; /* in the file; of DUMP_IMAGE at first in the image's */
	__u8 prot;    /* UK_ELF_PF_* */
	__u8 kind;    /* enum dump_kind */
};

struct dump_layout {
	struct dump_run *runs; /* by address */
	__sz count, max;
	__sz dropped;	/* runs that found no room */
	__u64 zero_min; /* bytes; a shorter run of zeros becomes data */
	__u64 image;	/* where the image's own file begins in this one */
	__u64 size;	/* of the file */
};

/**
 * Begins with no run.
 *
 * @param runs room for max
 * @param zero_min see struct dump_layout; a larger one needs fewer runs
 */
void dump_layout_init(struct dump_layout *l, struct dump_run *runs, __sz max,
		      __u64 zero_min);

/**
 * Adds a range, at or above the end of the one before. It is merged with that
 * if it continues it. offset is of DUMP_IMAGE only.
 */
void dump_layout_add(struct dump_layout *l, __u64 start, __u64 end,
		     enum dump_kind kind, unsigned int prot, __u64 offset);

/**
 * Ends it, and finds the place of each run in the file.
 *
 * @param notes bytes of the notes
 */
void dump_layout_end(struct dump_layout *l, __u64 notes);

/** Where the notes begin. */
__u64 dump_layout_notes(const struct dump_layout *l);

/** The ELF header; the caller has set machine. */
void dump_layout_ehdr(const struct dump_layout *l, struct uk_elf_ehdr *ehdr);

/** Program header 0 (the notes) to count (the last run). */
void dump_layout_phdr(const struct dump_layout *l, __sz i, __u64 notes,
		      struct uk_elf_phdr *phdr);

#endif /* __UKDUMP_LAYOUT_H__ */
