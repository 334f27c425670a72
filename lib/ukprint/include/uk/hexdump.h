/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Hex dumps, under Unikraft's names:
 *
 *	uk_hexdumpk(UK_PRINT_KLVL_INFO, data, 32,
 *		    UK_HXDF_ADDR | UK_HXDF_ASCIISEC | UK_HXDF_GRPWORD, 8);
 *
 *	00105f60  6874 7369 6920 2073 2061 7473 6972 676e  |this is a string|
 *
 * Groups are numbers in the CPU's byte order. Contexts: any; the memory
 * dumped is read as it is, except by the variant that takes a reader.
 */
#ifndef __UK_HEXDUMP_H__
#define __UK_HEXDUMP_H__

#include <uk/print.h>

#define UK_HXDF_NONE 0
#define UK_HXDF_ADDR 1	    /* start each line with the address */
#define UK_HXDF_ASCIISEC 2  /* end each line with the bytes as characters */
#define UK_HXDF_GRPBYTE 4   /* groups of 1 byte; also if no GRP flag is given */
#define UK_HXDF_GRPWORD 8   /* groups of 2 bytes */
#define UK_HXDF_GRPDWORD 16 /* groups of 4 bytes */
#define UK_HXDF_GRPQWORD 32 /* groups of 8 bytes */
#define UK_HXDF_COMPRESS                                     \
	64 /* one line "*" for lines equal to the one before \
	    */

/* Most bytes that a line can show; more groups a line are cut to it. */
#define UK_HXDF_LINE_BYTES 32

/**
 * How a dump reads memory that may not be there.
 *
 * @return the bytes copied from the start of src: those after are shown
 *   as "??"
 */
typedef __sz (*uk_hexdump_read_t)(void *dst, const void *src, __sz len);

/**
 * Dumps into a buffer, lines ending in newlines.
 *
 * @param str,size receives the text, cut to fit and terminated
 * @param data,len what to dump
 * @param addr0 address shown for the first byte
 * @param flags UK_HXDF_*, at most one GRP flag
 * @param grps_per_line groups a line, at least 1
 * @param line_prefix heads each line; may be NULL
 * @return the length of the whole text, as snprintf does
 */
int uk_hexdumpsn(char *str, __sz size, const void *data, __sz len, __sz addr0,
		 int flags, unsigned int grps_per_line,
		 const char *line_prefix);

/** Dumps to the log, one message a line; the address shown is data's. */
#define uk_hexdumpk(lvl, data, len, flags, grps_per_line)                \
	uk_hexdumpk_read((lvl), (data), (len), (flags), (grps_per_line), \
			 (uk_hexdump_read_t)__NULL)

/** The same at debug level. */
#define uk_hexdumpd(data, len, flags, grps_per_line)             \
	uk_hexdumpk(UK_PRINT_KLVL_DEBUG, (data), (len), (flags), \
		    (grps_per_line))

/** The same through a function that reads; NULL reads directly. */
#define uk_hexdumpk_read(lvl, data, len, flags, grps_per_line, read) \
	do {                                                         \
		if ((lvl) <= UK_PRINT_KLVL_MAX)                      \
			_uk_hexdumpk((lvl), (data), (len), (flags),  \
				     (grps_per_line), (read));       \
	} while (0)

void _uk_hexdumpk(int lvl, const void *data, __sz len, int flags,
		  unsigned int grps_per_line, uk_hexdump_read_t read);

#endif /* __UK_HEXDUMP_H__ */
