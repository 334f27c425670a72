/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Typed parameters from the command line of the guest:
 *
 *	static unsigned int workers = 4;
 *	UK_PARAM(web, workers, &workers, uint, "number of worker threads");
 *
 * and then `web.workers=8`. The command line is
 *
 *	lib.name=value … -- argument of main …
 *
 * Words are separated by blanks. Double quotes group; inside of them \" is a
 * quote and \\ a backslash, everything else stands for itself, as it does
 * outside. The first word `--` that is not quoted ends the parameters.
 *
 * An undeclared parameter, or a value that is not of its type, is an error: a
 * message names it and gives the right form, and the boot ends with status 71.
 * `param.help` lists all parameters and ends with status 0.
 *
 * Parameters have their values once early init calls of priority 1 ran; the
 * variable holds its default before. Without LIBUKPARAM it always does, and
 * the record costs nothing but its bytes.
 */
#ifndef __UK_PARAM_H__
#define __UK_PARAM_H__

#include <uk/table.h>

enum uk_param_type {
	UK_PARAM_TYPE_int,    /* int: -12, 0x1f, 017 */
	UK_PARAM_TYPE_uint,   /* unsigned int */
	UK_PARAM_TYPE_u64,    /* __u64 */
	UK_PARAM_TYPE_size,   /* __sz, bytes: 4096, 64K, 16M, 1G */
	UK_PARAM_TYPE_bool,   /* _Bool: 1 0 y n yes no on off true false; the
			       * name alone means yes
			       */
	UK_PARAM_TYPE_charp,  /* char *, into the command line; lives on */
	UK_PARAM_TYPE_secret, /* the same; no list of values shows it */
};

/* What the types are in C. */
typedef int uk_param_int;
typedef unsigned int uk_param_uint;
typedef __u64 uk_param_u64;
typedef __sz uk_param_size;
typedef _Bool uk_param_bool;
typedef char *uk_param_charp;
typedef char *uk_param_secret;

struct uk_param {
	const char *name; /* "lib.name" */
	void *var;
	const char *help;   /* a line without newline */
	unsigned long type; /* enum uk_param_type */
};

UK_TABLE_DECLARE(param, struct uk_param);

/**
 * Declares a parameter, at file scope.
 *
 * @param lib,pname the parameter is lib.pname; C identifiers
 * @param varp address of a variable of the C type above; another type does
 *   not compile
 * @param ptype int, uint, u64, size, bool, charp or secret
 * @param text what it does, one line
 */
#define UK_PARAM(lib, pname, varp, ptype, text)                                \
	_Static_assert(__builtin_types_compatible_p(__typeof__(*(varp)),       \
						    uk_param_##ptype),         \
		       "variable of " #lib "." #pname " is not a " #ptype);    \
	UK_TABLE_RECORD(param, struct uk_param, 5,                             \
			uk_param_##lib##_##pname) = { #lib "." #pname, (varp), \
						      (text),                  \
						      UK_PARAM_TYPE_##ptype }

#ifdef CONFIG_LIBUKPARAM
/**
 * The words that the machine itself put on the command line, such as
 * "virtio_mmio.device=512@0xfeb00e00:12", in their order.
 *
 * @param idx 0, 1, 2, ...
 * @return the word, or NULL after the last. Contexts: any after the early
 *   init calls; constant.
 */
const char *uk_param_machine(unsigned int idx);
#else
static inline const char *uk_param_machine(unsigned int idx __unused)
{
	return __NULL;
}
#endif

#endif /* __UK_PARAM_H__ */
