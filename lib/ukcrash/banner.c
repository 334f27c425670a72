/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * First section: which image this is. From the build-id a tool on the host
 * (support/decode) knows whether it has the same image.
 */
#include <uk/plat/image.h>
#include "crash_internal.h"

#define NOTE_HEADER 16 /* name size, descriptor size, type, "GNU" (ELF) */
#define BUILD_ID_MAX 20

static void banner(const struct uk_crash_info *info __unused)
{
	const __u8 *id = (const __u8 *)uk_build_id + NOTE_HEADER;
	__sz len = (__sz)(uk_build_id_end - uk_build_id);
	char hex[2 * BUILD_ID_MAX + 1] = "";

	len = len > NOTE_HEADER ? len - NOTE_HEADER : 0;
	for (__sz i = 0; i < MIN(len, (__sz)BUILD_ID_MAX); i++)
		uk_snprintf(hex + 2 * i, 3, "%02x", id[i]);
	uk_pr_crit("Vitrine crash - %s %s (%s) build-id %s\n", CONFIG_UK_NAME,
		   UK_VERSION, UK_ARCH_NAME, hex);
}

UKCRASH_SECTION(banner);
