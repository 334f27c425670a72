/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Packing for slow lines: runs of one byte take three bytes or five.
 *
 *	DUMP_PACK_MAGIC, then any number of
 *	n < 0x80		n + 1 bytes follow as they are
 *	0x80 <= n < 0xff, b	n - 0x7c times b (4 to 130)
 *	0xff, lo, hi, b		lo + 256 * hi times b
 *
 * support/core_receiver.py unpacks it. The core file itself says how long it
 * is, so there is no end mark.
 */
#ifndef __UKDUMP_PACK_H__
#define __UKDUMP_PACK_H__

#include <uk/essentials.h>

#define DUMP_PACK_MAGIC "VDUMP1\r\n"
#define DUMP_PACK_MAGIC_LEN 8

struct dump_pack {
	__u8 repeated; /* the byte, if repeats */
	__u32 repeats; /* of it, not written yet */
	__u8 count;    /* bytes in literals */
	__u8 literals[128];
};

/** Room for what one byte may write. */
#define DUMP_PACK_ROOM 140

/**
 * Takes one byte.
 *
 * @param p all zero at the start
 * @param out receives up to DUMP_PACK_ROOM bytes
 * @return how many. Contexts: any.
 */
__sz dump_pack_byte(struct dump_pack *p, __u8 byte, __u8 *out);

/** What is left at the end, as dump_pack_byte(). */
__sz dump_pack_end(struct dump_pack *p, __u8 *out);

#endif /* __UKDUMP_PACK_H__ */
