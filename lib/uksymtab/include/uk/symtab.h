/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What the image knows about its own code: symbols, source lines, inlined
 * functions and the places where a frame is not the standard one.
 *
 * Every function here may be called in any context (trap, irq-off, thread,
 * init, before main): it reads constant data of the image, bounds-checked, and
 * writes nothing but the caller's object, or a table of unwind rules that were
 * found, which any context may do at any instant; it takes no lock, allocates
 * nothing and calls nothing above strlen(). Stack use is below 1.5 KiB. A
 * lookup is a binary search over groups and the decoding of one group.
 *
 * Errors are the same everywhere: -ENOENT, nothing is known about this address
 * (or the image was built without the table); -EINVAL, the table is damaged.
 * On an error the caller's object is unchanged or partly written: do not use.
 *
 * A return address points after its call, which may be the first byte of
 * another line or function: pass `addr - 1` to learn about the call itself.
 */
#ifndef __UK_SYMTAB_H__
#define __UK_SYMTAB_H__

#include <errno.h>

#include <uk/essentials.h>
#ifndef CONFIG_LIBUKSYMTAB
#include <uk/snprintf.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** Bytes of a name with its NUL; longer names are cut and end in "..." */
#define UK_SYMBOL_NAME_MAX 64
/** Bytes of a path with its NUL; longer paths lose their front: ".../b.c" */
#define UK_SOURCE_PATH_MAX 96

/** Bytes of what uk_symbol_text() writes, with its NUL */
#define UK_SYMBOL_TEXT_MAX (2 * (UK_SYMBOL_NAME_MAX + UK_SOURCE_PATH_MAX) + 80)
/** Bytes of what uk_frame_text() writes, with its NUL */
#define UK_FRAME_TEXT_MAX (UK_SYMBOL_NAME_MAX + UK_SOURCE_PATH_MAX + 80)

/** A function or a data object of the image. */
struct uk_symbol {
	__uptr start; /**< address of its first byte */
	__sz size;    /**< bytes; up to the next symbol for
		       *   a label without a size
		       */
	char name[UK_SYMBOL_NAME_MAX];
};

/** A place in the source. */
struct uk_source_loc {
	char file[UK_SOURCE_PATH_MAX]; /**< relative to the source tree */
	unsigned int line;	       /**< from 1; 0: code of no single line,
					*   made by the compiler
					*/
};

/** One function in the chain of inlined calls at an address. */
struct uk_inline_frame {
	char function[UK_SYMBOL_NAME_MAX];
	struct uk_source_loc loc; /**< where *this function* is: the line
				   *   of the address, or of the call to
				   *   the function one depth below;
				   *   file "" when that is not known
				   */
	int inlined;		  /**< 0: the out-of-line function, which
				   *   is the last of the chain
				   */
	unsigned long start;	  /**< its first byte; 0 if inlined */
};

/** Where the return address of a frame is. */
enum uk_unwind_ra {
	UK_UNWIND_RA_CFA, /**< in memory, at CFA - ra_offset */
	UK_UNWIND_RA_REG, /**< in the link register (arm64) */
	UK_UNWIND_RA_END, /**< nowhere: this is the outermost frame */
};

/**
 * How to find the caller from a PC where the standard frame does not hold.
 * The CFA (canonical frame address) is the caller's SP after the return.
 */
struct uk_unwind_rule {
	int cfa_from_fp;  /**< CFA = FP + cfa_offset, else SP + cfa_offset */
	__u32 cfa_offset; /**< bytes */
	enum uk_unwind_ra ra;
	__u32 ra_offset; /**< bytes below the CFA; UK_UNWIND_RA_CFA only */
	int fp_saved;	 /**< the caller's FP is at CFA - fp_offset, else
			  *   still in the register
			  */
	__u32 fp_offset; /**< bytes below the CFA */
};

/**
 * Receives a symbol of a walk. Non-zero ends the walk, which returns it.
 */
typedef int (*uk_symbol_visit_t)(const struct uk_symbol *sym, void *arg);

#ifdef CONFIG_LIBUKSYMTAB
/**
 * Finds the symbol whose bytes contain an address: the innermost one, should
 * several do.
 *
 * @param addr any number
 * @param[out] sym filled on success
 * @return 0, -ENOENT, -EINVAL. O(log n).
 */
int uk_resolve_symbol(unsigned long addr, struct uk_symbol *sym);

/**
 * Finds a symbol by its exact name. Of several local symbols with one name it
 * gives the one with the lowest address.
 *
 * @param name longer than UK_SYMBOL_NAME_MAX - 1: compared as it is cut
 * @param[out] sym filled on success
 * @return 0, -ENOENT, -EINVAL. O(n): it decodes every name up to the result.
 */
int uk_symbol_lookup(const char *name, struct uk_symbol *sym);

/**
 * Calls visit for each symbol, in the order of addresses.
 *
 * @return 0 after the last one, what visit returned if that was not 0,
 *	-ENOENT without a table, -EINVAL. Any context in which visit may run.
 */
int uk_symtab_foreach(uk_symbol_visit_t visit, void *arg);

/**
 * Describes an address for a message: "0x10f5ef main+5f
 * (apps/crash/main.c:52)", without what is not known. In an inlined function:
 * "0x10f5ef inner (apps/crash/main.c:40) in main+5f (apps/crash/main.c:52)".
 *
 * @param addr any number
 * @param is_call addr is a return address: the call is looked up
 * @param[out] buf receives the text, terminated
 * @return buf
 */
char *uk_symbol_text(unsigned long addr, int is_call,
		     char buf[UK_SYMBOL_TEXT_MAX]);

/**
 * Gives the lines of a frame in a call trace as uk_resolve_inline() does, but
 * cannot fail: what no table has is missing, which may be the function (""),
 * its place (loc.file "") and the inlined ones.
 *
 * @param addr what is looked up; of a return address, one less
 * @param depth 0 upwards, as long as the line before was of an inlined function
 * @param[out] f filled
 */
void uk_frame_line(unsigned long addr, unsigned int depth,
		   struct uk_inline_frame *f);

/**
 * The same as text: "[0000000000101234] null_write+14 (apps/crash/kinds.c:31)",
 * or "[0000000000101234] twice (apps/crash/kinds.c:20) inlined".
 *
 * @param pc shown; the offset is its, too
 * @param addr, depth as for uk_frame_line()
 * @param mark stands before the name
 * @param[out] buf receives the text, terminated
 * @return non-zero if another line follows, that of depth + 1
 */
int uk_frame_text(unsigned long pc, unsigned long addr, unsigned int depth,
		  const char *mark, char buf[UK_FRAME_TEXT_MAX]);
#else
static inline int uk_resolve_symbol(unsigned long addr __attribute__((unused)),
				    struct uk_symbol *sym
				    __attribute__((unused)))
{
	return -ENOENT;
}

static inline int uk_symbol_lookup(const char *name __attribute__((unused)),
				   struct uk_symbol *sym
				   __attribute__((unused)))
{
	return -ENOENT;
}

static inline int uk_symtab_foreach(uk_symbol_visit_t visit
				    __attribute__((unused)),
				    void *arg __attribute__((unused)))
{
	return -ENOENT;
}

static inline char *uk_symbol_text(unsigned long addr,
				   int is_call __attribute__((unused)),
				   char buf[UK_SYMBOL_TEXT_MAX])
{
	uk_snprintf(buf, UK_SYMBOL_TEXT_MAX, "0x%lx", addr);
	return buf;
}

static inline void uk_frame_line(unsigned long addr __attribute__((unused)),
				 unsigned int depth __attribute__((unused)),
				 struct uk_inline_frame *f)
{
	f->function[0] = f->loc.file[0] = '\0';
	f->inlined = 0;
	f->start = 0;
}

static inline int uk_frame_text(unsigned long pc,
				unsigned long addr __attribute__((unused)),
				unsigned int depth __attribute__((unused)),
				const char *mark __attribute__((unused)),
				char buf[UK_FRAME_TEXT_MAX])
{
	uk_snprintf(buf, UK_FRAME_TEXT_MAX, "[%016lx]", pc);
	return 0;
}
#endif /* CONFIG_LIBUKSYMTAB */

#ifdef CONFIG_LIBUKSYMTAB_LINES
/**
 * Finds the source line of the code at an address. For inlined code that is
 * the line in the inlined function. The few bytes of padding between two
 * functions count to the line before them.
 *
 * @param[out] loc filled on success
 * @return 0, -ENOENT, -EINVAL. O(log n).
 */
int uk_resolve_line(unsigned long addr, struct uk_source_loc *loc);
#else
static inline int uk_resolve_line(unsigned long addr __attribute__((unused)),
				  struct uk_source_loc *loc
				  __attribute__((unused)))
{
	return -ENOENT;
}
#endif /* CONFIG_LIBUKSYMTAB_LINES */

#ifdef CONFIG_LIBUKSYMTAB_INLINES
/**
 * Gives the chain of functions at an address, one per call, innermost first:
 * depth 0 is the innermost inlined function, the last one is the out-of-line
 * function, named as its symbol is. Code where nothing was inlined has a chain
 * of one.
 *
 * @param depth 0 upwards
 * @param[out] f filled on success
 * @return 0; -ENOENT beyond the last; -EINVAL. O(log n + depth).
 */
int uk_resolve_inline(unsigned long addr, unsigned int depth,
		      struct uk_inline_frame *f);
#else
static inline int uk_resolve_inline(unsigned long addr __attribute__((unused)),
				    unsigned int depth __attribute__((unused)),
				    struct uk_inline_frame *f
				    __attribute__((unused)))
{
	return -ENOENT;
}
#endif /* CONFIG_LIBUKSYMTAB_INLINES */

#ifdef CONFIG_LIBUKSYMTAB_UNWIND
/**
 * Says how to leave the frame of the code at a PC: the interrupted or faulting
 * instruction of a register frame. It is not needed at a return address: who
 * calls has set up its standard frame.
 *
 * The standard frame of x86_64 is: return address at FP + 8, caller's FP at
 * FP, CFA = FP + 16 (System V psABI, figure 3.3). Of arm64: return address at
 * FP + 8, caller's FP at FP, CFA not known (AAPCS64 6.4.6).
 *
 * @param[out] rule filled on success
 * @return 0: leave by this rule; -ENOENT: the frame is a standard one, or the
 *	image has no table; -EINVAL. O(log n).
 */
int uk_symtab_unwind_rule(unsigned long pc, struct uk_unwind_rule *rule);

/*
 * Rules that were found; a PC has four places, the last one found is at the
 * first: call traces of 16 frames, again and again, hardly ever meet there with
 * more. Any CPU writes in any context without a lock: an entry
 * is valid for the PC for which key is pc ^ uk_symtab_mix(rule), so that one
 * that two have written at the same time is valid for none.
 */
#define UK_SYMTAB_KNOWN 512
#define UK_SYMTAB_WAYS 4

struct uk_symtab_known {
	__u64 key;
	__u64 rule; /* as in the table; 0: the standard frame */
};

extern struct uk_symtab_known uk_symtab_known[UK_SYMTAB_KNOWN];

/* Spreads the bits; 0 for 0. */
static inline __u64 uk_symtab_mix(__u64 value)
{
	return value * 0x9e3779b97f4a7c15UL;
}

/* The first of the places for a PC. */
static inline unsigned long uk_symtab_known_index(unsigned long pc)
{
	return uk_symtab_mix(pc) >> 55 & ~(UK_SYMTAB_WAYS - 1UL);
}

/** Whether uk_symtab_unwind_rule() found not long ago that there is no rule for
 * a PC in the code, as no other key is equal to it: a tenth of its cost. 0: not
 * known. Contexts: as above.
 */
static inline int uk_symtab_has_no_rule(unsigned long pc)
{
	const struct uk_symtab_known *k =
		&uk_symtab_known[uk_symtab_known_index(pc)];

	/* plain reads, an instruction each: an old key does no harm */
	return k[0].key == pc || k[1].key == pc || k[2].key == pc ||
	       k[3].key == pc;
}
#else
static inline int uk_symtab_has_no_rule(unsigned long pc
					__attribute__((unused)))
{
	return 1;
}

static inline int uk_symtab_unwind_rule(unsigned long pc
					__attribute__((unused)),
					struct uk_unwind_rule *rule
					__attribute__((unused)))
{
	return -ENOENT;
}
#endif /* CONFIG_LIBUKSYMTAB_UNWIND */

#ifdef __cplusplus
}
#endif

#endif /* __UK_SYMTAB_H__ */
