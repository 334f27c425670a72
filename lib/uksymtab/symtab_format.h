/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Layout of the blob in section .uk_symtab, for its writer (support/symtab, on
 * the host) and its readers (lib/uksymtab, in the guest and in host tests).
 *
 * All numbers are little endian and unaligned. "varint" is unsigned LEB128;
 * "zigzag" is a varint of a signed number (0, -1, 1, -2 ... -> 0, 1, 2, 3 ...).
 * PCs are offsets from SYMTAB_H_BASE; PC deltas in every table but the symbols
 * are in units of 1 << SYMTAB_H_PCSHIFT bytes. Offsets count from the first
 * byte of the blob, in an index from the first byte after that index.
 *
 * Every sorted table begins with an index, one entry per group of records:
 * u32 PC of the group's first record, u32 offset of that record. Decoding may
 * start at each group with no state but what its first record carries.
 *
 * NAMES    u8 number of literals L, u8 number of pairs P, u8 first code whose
 *          expansion ends a name; L literal bytes; P pairs of codes (u8, u8).
 *          Code c < L is literal c, L <= c < L + P is the expansion of pair
 *          c - L, code L + P is the end of a name. A name is a string of codes
 *          up to and with the first code >= "first ending code".
 * SYMBOLS  index, then records: varint size << 2 | gap, [zigzag gap], name.
 *          The next record starts at align(start + size, 16, 1 or 8) for gap
 *          0, 1, 2, at start + size + the explicit number for 3.
 * PATHS    index of u32 offsets (one per SYMTAB_PATH_GROUP records), then
 *          records: varint folder, name. Folder k > 0 is record count - k:
 *          folders are the last records, files the first.
 * LINES    u8 number of codes, that many of {u8 dpc, u8 slot, s8 dline}, then
 *          index, then per group: varint path + 1 (0: no line known here),
 *          varint line; then rows: u8 code. Code c < number: fields of entry c,
 *          where dpc 0 and dline -128 are read from the stream (varint dpc,
 *          zigzag dline); slot is a place in the list of recently used files,
 *          most recent first, and dline counts from the line last used there.
 *          SYMTAB_LINE_FILE: varint dpc, varint path, varint line (a file not
 *          in the list). SYMTAB_LINE_NONE: varint dpc (no line known here).
 * FUNCS    index of u32 offsets (one per SYMTAB_FUNC_GROUP), then names.
 * NODES    index of u32 offsets (one per SYMTAB_NODE_GROUP), then records, one
 *          per inlined call: u8 head, [varint id - parent], [varint path],
 *          [zigzag dline], varint function. Head: bits 0-1 id - parent (0: not
 *          inlined into an inlined call; 3: explicit), bit 2 path explicit
 *          (else that of the record before), bits 3-7 zigzag of the line of the
 *          call minus that of the record before, 31: explicit.
 *          Ids begin at 1, and a parent's id is below its children's.
 * INLINES  index, then per group: varint node; then rows: u8 head, [varint
 *          dpc], [zigzag]. Head: bits 3-7 dpc (0: explicit), bits 0-2: node is
 *          none, current - 1, + 1, highest so far + 1, + 2, or (5) explicit
 *          zigzag from the highest so far.
 * UNWIND   u8 number of rules, u8 number of codes; rules of 8 bytes: bits 0-3
 *          flags, then CFA offset, RA and FP distance below the CFA, 20 bits
 *          each, in units of 8 bytes; codes of 5 bytes: u8 rule, then twice u8
 *          dpc, u8 rule of a further row, dpc 0: there is none; index; then per
 *          group: u8 rule; then codes: u8 head: bits 0-2 code (7: u8 code
 *          follows), bits 3-7 dpc (31: varint dpc - 31 follows, after the
 *          code). Rule 0 is the standard frame and has no record.
 */
#ifndef __UKSYMTAB_FORMAT_H__
#define __UKSYMTAB_FORMAT_H__

#define SYMTAB_MAGIC 0x31534b55UL /* "UKS1" */

/* Header: byte offsets of its fields */
#define SYMTAB_H_MAGIC 0    /* u32 */
#define SYMTAB_H_SIZE 4	    /* u32, of the whole blob */
#define SYMTAB_H_BASE 8	    /* u64, address that PCs count from */
#define SYMTAB_H_PCSHIFT 16 /* u8, log2 of the PC unit */
#define SYMTAB_H_DIR 20	    /* {u32 offset, size, count} a table */
#define SYMTAB_DIR_ENTRY 12

/* Tables, in the order of the directory. Size 0: the table is not there. */
enum symtab_table {
	SYMTAB_NAMES,	/* count: codes */
	SYMTAB_SYMBOLS, /* count: groups */
	SYMTAB_PATHS,	/* count: records */
	SYMTAB_LINES,	/* count: groups */
	SYMTAB_FUNCS,	/* count: names */
	SYMTAB_NODES,	/* count: records */
	SYMTAB_INLINES, /* count: groups */
	SYMTAB_UNWIND,	/* count: groups */
	SYMTAB_NTABLES
};

#define SYMTAB_HEADER_SIZE (SYMTAB_H_DIR + SYMTAB_NTABLES * SYMTAB_DIR_ENTRY)

/* Most records in a group: bounds the work of a lookup */
#define SYMTAB_SYMBOL_GROUP 32
#define SYMTAB_LINE_GROUP 64
#define SYMTAB_INLINE_GROUP 32
#define SYMTAB_UNWIND_GROUP 32
#define SYMTAB_PATH_GROUP 8
#define SYMTAB_FUNC_GROUP 8
#define SYMTAB_NODE_GROUP 16

/* Two symbols overlap only inside a group, and a group with such symbols may
 * be longer: but never longer than this.
 */
#define SYMTAB_SYMBOL_GROUP_MAX 64

/* Bytes of a path with its NUL: UK_SOURCE_PATH_MAX of <uk/symtab.h> */
#define SYMTAB_PATH_MAX 96

/* SYMBOLS: where the next symbol starts */
#define SYMTAB_GAP_ALIGN16 0
#define SYMTAB_GAP_NONE 1
#define SYMTAB_GAP_ALIGN8 2
#define SYMTAB_GAP_EXPLICIT 3

/* LINES */
#define SYMTAB_LINE_SLOTS 4
#define SYMTAB_LINE_CODES 254
#define SYMTAB_LINE_FILE 254
#define SYMTAB_LINE_NONE 255
#define SYMTAB_LINE_DPC_ANY 0
#define SYMTAB_LINE_DLINE_ANY (-128)

/* NODES */
#define SYMTAB_NODE_PARENT 0x03
#define SYMTAB_NODE_PARENT_ANY 3
#define SYMTAB_NODE_PATH 0x04
#define SYMTAB_NODE_LINE_SHIFT 3
#define SYMTAB_NODE_LINE_ANY 31
#define SYMTAB_INLINE_DEPTH_MAX 64 /* nesting that the generator keeps */

/* INLINES */
#define SYMTAB_INL_KIND 0x07
#define SYMTAB_INL_DPC_SHIFT 3
#define SYMTAB_INL_DPC_MAX 31
#define SYMTAB_INL_OUT 0
#define SYMTAB_INL_PREV 1
#define SYMTAB_INL_NEXT 2
#define SYMTAB_INL_NEW1 3
#define SYMTAB_INL_NEW2 4
#define SYMTAB_INL_ANY 5

/* UNWIND */
#define SYMTAB_RULE_CFA_FP 0x01	  /* CFA counts from FP, else from SP */
#define SYMTAB_RULE_RA_REG 0x02	  /* return address in the link register */
#define SYMTAB_RULE_RA_END 0x04	  /* no caller */
#define SYMTAB_RULE_FP_SAVED 0x08 /* FP saved, else unchanged */
#define SYMTAB_RULE_CFA_SHIFT 4
#define SYMTAB_RULE_RA_SHIFT 24
#define SYMTAB_RULE_FP_SHIFT 44
#define SYMTAB_RULE_OFFSET 0xfffff
#define SYMTAB_RULE_UNIT 8
#define SYMTAB_RULE_SIZE 8
#define SYMTAB_RULE_OFFSET_MAX (SYMTAB_RULE_OFFSET * SYMTAB_RULE_UNIT)
#define SYMTAB_UNW_CODE 0x07
#define SYMTAB_UNW_CODE_ANY 7
#define SYMTAB_UNW_DPC_SHIFT 3
#define SYMTAB_UNW_DPC_ANY 31
#define SYMTAB_UNW_STEPS 3
#define SYMTAB_UNW_SIZE 5
#define SYMTAB_UNW_CODES 255

#endif /* __UKSYMTAB_FORMAT_H__ */
