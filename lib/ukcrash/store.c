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

/* What is shown, for the host: it finds it in a core file by this name. */
static struct {
	const struct uk_store_entry *entry; /* NULL after the last one */
	char text[TEXT_MAX];
} ukcrash_values[LINES_MAX + 1] __used;

static void values(const struct uk_crash_info *info __unused)
{
	unsigned int lines = 0;

	uk_table_foreach (store, e) {
		char *text = ukcrash_values[lines].text;

		if (lines == LINES_MAX)
			break;
		if (!(e->flags & UK_STORE_ENTRY_FLAG_CRASH) ||
		    uk_store_get_text(e, text, TEXT_MAX) < 0)
			continue;
		ukcrash_values[lines++].entry = e;
		if (lines == 1)
			uk_pr_crit("Values:\n");
		uk_pr_crit("  %s/%s %s%s%s\n", uk_store_library(e->library),
			   e->name, text, e->unit ? " " : "",
			   e->unit ? e->unit : "");
	}
	ukcrash_values[lines].entry = __NULL;
}

UKCRASH_SECTION(values);
