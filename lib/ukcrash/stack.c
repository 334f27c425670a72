/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The top of the stack in hex and ASCII.
 */
#include <uk/hexdump.h>
#include <uk/nofault.h>
#include "crash_internal.h"

#define BYTES_A_LINE 16

static __sz read(void *dst, const void *src, __sz len)
{
	return uk_nofault_memcpy(dst, src, len, 0);
}

static void stack(const struct uk_crash_info *info)
{
	__vaddr_t sp = ALIGN_DOWN(ukarch_regs_sp(info->regs), 8UL);

	uk_pr_crit("Stack:\n");
	uk_hexdumpk_read(UK_PRINT_KLVL_CRIT, (const void *)sp,
			 CONFIG_LIBUKCRASH_STACK_BYTES,
			 UK_HXDF_ADDR | UK_HXDF_ASCIISEC | UK_HXDF_GRPBYTE,
			 BYTES_A_LINE, read);
}

UKCRASH_SECTION(stack);
