/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Walks through page tables, without KVM: walk.c of each architecture.
 */
#ifndef __VMM_WALK_H__
#define __VMM_WALK_H__

#include "vmm.h"

/** Reads a table's entry. @return 0; -EIO */
typedef int (*vmm_entry_fn)(const void *ctx, uint64_t gpa, void *buf,
			    size_t len);

/** As vmm_walk(), by any way to read entries. */
int vmm_arch_walk(vmm_entry_fn read, const void *ctx, const struct vmm_state *s,
		  uint64_t gva, struct vmm_walk *w);

#endif /* __VMM_WALK_H__ */
