/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* What the files of ukprobe share. */
#ifndef __PROBE_INTERNAL_H__
#define __PROBE_INTERNAL_H__

#include <uk/arch/regs.h>
#include <uk/ax_native.h>
#include <uk/probe.h>
#include <uk/store.h>

#define PROBE_NAME_MAX 32 /* bytes, with the end */
#define PROBE_VALUES 3
#define PROBE_BOUNDS 32

enum probe_kind {
	PROBE_LAST,
	PROBE_SUM,
	PROBE_MIN,
	PROBE_MAX,
	PROBE_HIST,
	PROBE_KINDS,
};

extern const char *const probe_kind_names[PROBE_KINDS];

/* An expression, in the probe's code. */
struct probe_code {
	__u16 at, len;	       /* 0: there is none */
	uk_ax_function native; /* NULL: it is interpreted */
};

struct probe_value {
	char name[PROBE_NAME_MAX];
	enum probe_kind kind;
	struct probe_code code;
	__s64 value; /* but of a histogram */
	__u64 bounds[PROBE_BOUNDS], counts[PROBE_BOUNDS + 1], sum;
	struct uk_store_histogram hist;
};

/*
 * A probe. Its place is never given to something else, so that a reader of the
 * store that comes late finds an old number, at worst.
 */
struct probe {
	char name[PROBE_NAME_MAX];
	__vaddr_t addr;
	_Bool used;	    /* it is in the table of breakpoints */
	struct probe *next; /* at the same address */

	__u64 hits, errors, missed;
	const char *error;  /* the last one; NULL: there was none */
	_Bool error_memory; /* … it was memory that refused: */
	__u64 error_addr;   /* the address */

	struct probe_code condition;
	unsigned int n_values;
	struct probe_value values[PROBE_VALUES];
	__u16 code_used;
	__u8 code[CONFIG_LIBUKPROBE_CODE];
	struct uk_store_object *object;
};

extern struct probe probes[CONFIG_LIBUKPROBE_MAX];

/* --- parse.c --------------------------------------------------------------*/

/** Fills a zeroed probe. As uk_probe_add(). */
int probe_parse(struct probe *p, int argc, char *const *argv, char *why,
		__sz len);

/** Writes a reason. @return rc */
int __printf_like(4, 5)
	probe_refuse(int rc, char *why, __sz len, const char *fmt, ...);

/* --- publish.c ------------------------------------------------------------*/

/** Its object of the store. 0; -ENOMEM; -EEXIST */
int probe_publish(struct probe *p);
void probe_retract(struct probe *p);

/* --- arch -----------------------------------------------------------------*/

/**
 * 1 if an instruction begins at an address.
 *
 * @param start where its function begins; 0: not known, all are taken for one
 */
int probe_arch_is_insn(__vaddr_t addr, __vaddr_t start);

#endif /* __PROBE_INTERNAL_H__ */
