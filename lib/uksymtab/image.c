/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Where the blob is in a running image: between two symbols of the linker
 * script. The only file of the library that the host tests replace.
 */
#include "symtab_internal.h"

extern const __u8 uk_symtab_start[];
extern const __u8 uk_symtab_end[];

int symtab_view_image(struct symtab_view *v)
{
	__uptr start = (__uptr)uk_symtab_start;
	__uptr end = (__uptr)uk_symtab_end;

	if (end <= start)
		return -ENOENT;
	return symtab_view_init(v, uk_symtab_start, end - start);
}
