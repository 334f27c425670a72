/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Store entries about the guest as a whole: its identity, which metrics have in
 * one value, and its uptime.
 */
#include <uk/init.h>
#include <uk/plat/image.h>
#include <uk/plat/time.h>
#include <uk/snprintf.h>
#include <uk/store.h>

static int get_uptime(void *cookie __unused, __u64 *out)
{
	*out = ukplat_monotonic_clock();
	return 0;
}

UK_STORE_STATIC_ENTRY_INFO(1, uptime, u64, get_uptime, __NULL,
			   .unit = "nanoseconds", .help = "time since boot",
			   .flags = UK_STORE_ENTRY_FLAG_CRASH);

#define BUILD UK_STORE_SERIES("build", "which image this is", __NULL, __NULL)

#define TEXT(eid, id, text, what)                                       \
	static int get_##id(void *cookie __unused, char **out)          \
	{                                                               \
		*out = (char *)(text);                                  \
		return 0;                                               \
	}                                                               \
	UK_STORE_STATIC_ENTRY_INFO(eid, id, charp, get_##id, __NULL,    \
				   .kind = UK_STORE_INFO, .help = what, \
				   .series = BUILD,                     \
				   .flags = UK_STORE_ENTRY_FLAG_CONST)

TEXT(2, application, uk_app_name, "name of the application");
TEXT(3, version, uk_version, "version of Vitrine");
TEXT(4, architecture, uk_arch_name, "architecture");

static int get_build_id(void *cookie __unused, char **out)
{
	static char hex[UK_BUILD_ID_MAX];

	uk_image_build_id(hex);
	*out = hex;
	return 0;
}

UK_STORE_STATIC_ENTRY_INFO(5, build_id, charp, get_build_id, __NULL,
			   .kind = UK_STORE_INFO,
			   .help = "the image's build-id", .series = BUILD,
			   .flags = UK_STORE_ENTRY_FLAG_CONST);
