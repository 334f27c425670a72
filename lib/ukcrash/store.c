/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A few values of the store: the static entries that their libraries chose for
 * this screen. A getter that faults or fails is passed over.
 */
#include <uk/store.h>
#include "crash_internal.h"

#define LINES_MAX 32
#define TEXT_MAX 64

static void values(const struct uk_crash_info *info __unused)
{
	unsigned int lines = 0;
	char text[TEXT_MAX];

	uk_table_foreach (store, e) {
		if (!(e->flags & UK_STORE_ENTRY_FLAG_CRASH) ||
		    uk_store_get_text(e, text, sizeof(text)) < 0)
			continue;
		if (lines++ == LINES_MAX)
			break;
		if (lines == 1)
			uk_pr_crit("Values:\n");
		uk_pr_crit("  %s/%s %s%s%s\n", uk_store_library(e->library),
			   e->name, text, e->unit ? " " : "",
			   e->unit ? e->unit : "");
	}
}

UKCRASH_SECTION(values);
