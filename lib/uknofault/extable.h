/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The exception table of <uk/extable.h>, for its reader.
 */
#ifndef __EXTABLE_H__
#define __EXTABLE_H__

#include <uk/essentials.h>

struct extable_entry {
	__s32 insn;  /* from the address of this field */
	__s32 fixup; /* from the address of this field */
};

/**
 * Where to go on after a fault at pc; 0 if the table has no such place.
 * Contexts: any; constant data, O(log n).
 */
__vaddr_t extable_fixup(__vaddr_t pc);

#endif /* __EXTABLE_H__ */
