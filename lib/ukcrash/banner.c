/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * First section: which image this is. From the build-id a tool on the host
 * (support/decode) knows whether it has the same image.
 */
#include <uk/init.h>
#include <uk/plat/image.h>
#include "crash_internal.h"

static void banner(const struct uk_crash_info *info __unused)
{
	char hex[UK_BUILD_ID_MAX];

	uk_image_build_id(hex);
	uk_pr_crit("Vitrine crash - %s %s (%s) build-id %s\n", uk_app_name,
		   uk_version, uk_arch_name, hex);
}

UKCRASH_SECTION(banner);
