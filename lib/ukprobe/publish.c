/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A probe as an object of the store.
 */
#include <uk/alloc.h>
#include "probe_internal.h"

#define COUNTER(name)                                   \
	static int get_##name(void *cookie, __u64 *out) \
	{                                               \
		const struct probe *p = cookie;         \
                                                        \
		*out = UK_READ_ONCE(p->name);           \
		return 0;                               \
	}
COUNTER(hits)
COUNTER(errors)
COUNTER(missed)

/* Nothing is the least of no values. */
static int get_value(const struct probe *p, unsigned int i, __s64 *out)
{
	const struct probe_value *v = &p->values[i];

	if (v->kind >= PROBE_MIN && !UK_READ_ONCE(p->hits))
		return -ENODATA;
	*out = UK_READ_ONCE(v->value);
	return 0;
}

/* A getter receives the probe, not the number of the value. */
#define VALUE(i)                                                        \
	static int get_value_##i(void *cookie, __s64 *out)              \
	{                                                               \
		return get_value(cookie, i, out);                       \
	}                                                               \
	static int get_hist_##i(void *cookie,                           \
				const struct uk_store_histogram **out)  \
	{                                                               \
		*out = &((const struct probe *)cookie)->values[i].hist; \
		return 0;                                               \
	}
VALUE(0)
VALUE(1)
VALUE(2)
UK_CTASSERT(PROBE_VALUES == 3);

static const uk_store_get_s64_func_t get_values[PROBE_VALUES] = { get_value_0,
								  get_value_1,
								  get_value_2 };
static const uk_store_get_hist_func_t get_hists[PROBE_VALUES] = { get_hist_0,
								  get_hist_1,
								  get_hist_2 };

#define ENTRY(eid, ename, what)                                   \
	UK_STORE_ENTRY_INFO(eid, ename, u64, get_##ename, __NULL, \
			    .kind = UK_STORE_COUNTER, .help = what)

static struct uk_store_entry entry_of(const struct probe *p, unsigned int i)
{
	const struct probe_value *v = &p->values[i];
	struct uk_store_entry e = {
		.id = 4 + i,
		.name = v->name,
		.type = UK_STORE_ENTRY_TYPE(s64),
		.get.s64 = get_values[i],
		.help = "a value of a probe",
	};

	if (v->kind == PROBE_HIST) {
		e.type = UK_STORE_ENTRY_TYPE(hist);
		e.get.hist = get_hists[i];
	}
	return e;
}

int probe_publish(struct probe *p)
{
	static const struct uk_store_label labels[] = { { "probe", __NULL },
							{ 0 } };
	const struct uk_store_entry *entries[] = {
		ENTRY(1, hits, "hits of a probe whose condition was true"),
		ENTRY(2, errors, "hits of a probe whose expression failed"),
		ENTRY(3, missed, "hits of a probe on the way of another hit"),
		__NULL,
		__NULL,
		__NULL,
		__NULL,
	};
	struct uk_store_entry values[PROBE_VALUES];
	int rc;

	for (unsigned int i = 0; i < p->n_values; i++) {
		values[i] = entry_of(p, i);
		entries[3 + i] = &values[i];
	}
	p->object = uk_store_obj_alloc_labels(uk_alloc_get_default(),
					      (__u64)(p - probes), p->name,
					      entries, labels, p);
	if (!p->object)
		return -ENOMEM;
	rc = uk_store_obj_add(p->object);
	if (rc)
		uk_store_obj_release(p->object);
	return rc;
}

void probe_retract(struct probe *p)
{
	uk_store_obj_remove(p->object);
	p->object = __NULL;
}
