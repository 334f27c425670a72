/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Where instructions begin.
 */
#include "../../probe_internal.h"

int probe_arch_is_insn(__vaddr_t addr, __vaddr_t start __unused)
{
	return addr % 4 == 0;
}
