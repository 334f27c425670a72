/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * One message of each level, for levels.sh, which looks at the objects.
 */
#include <uk/hexdump.h>
#include <uk/print.h>

void all_levels(int x);
void debug_only(int x);
void nothing(int x);

void all_levels(int x)
{
	uk_pr_crit("MARK-0 %d\n", x);
	uk_pr_err("MARK-1 %d\n", x);
	uk_pr_warn("MARK-2 %d\n", x);
	uk_pr_info("MARK-3 %d\n", x);
	uk_pr_debug("MARK-4 %d\n", x);
	uk_pr_always("MARK-always %d\n", x);
}

/* Must be as long as nothing() where debug messages are off. */
void debug_only(int x)
{
	uk_pr_debug("MARK-4 again %d\n", x);
	uk_hexdumpd(&debug_only, 4, UK_HXDF_ADDR, 4);
}

void nothing(int x)
{
}

#ifdef BAD_FORMAT
void bad_format(void);
void bad_format(void)
{
	uk_pr_debug("%s\n", 1);
}
#endif
