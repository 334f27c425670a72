/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * An object of the store for each console, once all of them are there.
 */
#include <uk/console.h>
#include <uk/init.h>
#include <uk/print.h>
#include <uk/store.h>

#define GETTER(field)                                    \
	static int get_##field(void *cookie, __u64 *out) \
	{                                                \
		const struct uk_console *con = cookie;   \
                                                         \
		*out = UK_READ_ONCE(con->stats.field);   \
		return 0;                                \
	}
GETTER(in_bytes)
GETTER(in_overruns)
GETTER(out_bytes)
GETTER(out_dropped)

#define COUNTER(id, name, what)                                        \
	UK_STORE_ENTRY_INFO(id, name, u64, get_##name, __NULL,         \
			    .kind = UK_STORE_COUNTER, .unit = "bytes", \
			    .help = what)

static const struct uk_store_entry *entries[] = {
	COUNTER(1, in_bytes, "bytes received"),
	COUNTER(2, in_overruns,
		"bytes received and lost because the buffer was full"),
	COUNTER(3, out_bytes, "bytes accepted for sending"),
	COUNTER(4, out_dropped, "bytes dropped instead of sent"),
	__NULL,
};

static const struct uk_store_label labels[] = { { "console", __NULL }, { 0 } };

static int consoles_publish(struct uk_init_ctx *ctx __unused)
{
	struct uk_console *con = __NULL;

	for (__u64 id = 0; (con = uk_console_next(con)); id++)
		if (!uk_store_obj_publish(id, con->name, entries, labels, con))
			uk_pr_warn("console %s cannot be added to the store\n",
				   con->name);
	return 0;
}

uk_late_initcall(consoles_publish, 0);
