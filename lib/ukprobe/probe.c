/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The table of probes, and their breakpoints in text. One is changed at a
 * time; the other CPUs stand while a breakpoint is.
 */
#include <string.h>
#include <uk/arch/lcpu.h>
#include <uk/break.h>
#include <uk/lcpu.h>
#include <uk/plat/image.h>
#include <uk/plat/lcpu.h>
#include <uk/snprintf.h>
#include <uk/symtab.h>
#include "probe_internal.h"

struct probe probes[CONFIG_LIBUKPROBE_MAX];
static int changing;

static struct probe *find(const char *name)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(probes); i++)
		if (probes[i].used && !strcmp(probes[i].name, name))
			return &probes[i];
	return __NULL;
}

static int change_begin(void)
{
	return __atomic_exchange_n(&changing, 1, __ATOMIC_ACQUIRE) ? -EBUSY : 0;
}

static void change_end(void)
{
	__atomic_store_n(&changing, 0, __ATOMIC_RELEASE);
}

/* What stop_begin() needs to be undone. */
struct stop {
	unsigned long irq;
	int others;
};

/* This CPU is alone, and breakpoints on its way are passed over. */
static struct stop stop_begin(void)
{
	struct stop s = { .irq = ukarch_irq_save() };

	s.others = uk_lcpu_look();
	uk_percpu()->in_debugger = 1;
	return s;
}

static void stop_end(struct stop s)
{
	uk_percpu()->in_debugger = 0;
	uk_lcpu_look_end(s.others);
	ukarch_irq_restore(s.irq);
}

/* A condition decides alone where it is that of the only probe. */
static void set_condition(struct uk_break *b)
{
	const struct probe *p = b->probes;

	uk_break_condition(b, UK_BREAK_PROBE,
			   p && !p->next ? p->condition.native : __NULL);
}

/* Its last probe takes the breakpoint with it. */
static void take_out(struct probe *p)
{
	struct uk_break *b = uk_break_at(p->addr);
	struct probe **at = (struct probe **)&b->probes;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	p->used = 0;
	set_condition(b);
	if (b->probes)
		return;
	(void)uk_break_remove(p->addr, UK_BREAK_PROBE);
	uk_break_sync();
}

static int put_in(struct probe *p)
{
	struct uk_break *b;
	int rc = uk_break_insert(p->addr, UK_BREAK_PROBE, &b);

	if (rc)
		return rc;
	p->next = b->probes;
	b->probes = p;
	p->used = 1;
	set_condition(b);
	if (b->ool.kind != UK_BREAK_OOL_STEP && !uk_break_is_insn(b->orig))
		return 0;
	take_out(p);
	return -ENOTSUP;
}

static void translate(const struct probe *p, struct probe_code *c)
{
	c->native = c->len ? uk_ax_native(p->code + c->at, c->len) : __NULL;
}

static void translate_all(struct probe *p)
{
	translate(p, &p->condition);
	for (unsigned int i = 0; i < p->n_values; i++)
		translate(p, &p->values[i].code);
}

static void forget_all(struct probe *p)
{
	uk_ax_native_free(p->condition.native);
	for (unsigned int i = 0; i < p->n_values; i++)
		uk_ax_native_free(p->values[i].code.native);
}

static int insert(struct probe *p)
{
	struct stop s = stop_begin();
	int rc;

	translate_all(p);
	rc = put_in(p);
	if (rc)
		forget_all(p);
	stop_end(s);
	return rc;
}

static const char *reason(int rc)
{
	switch (rc) {
	case -EACCES:
		return "this code is on the way of each hit";
	case -ENOTSUP:
		return "this instruction cannot be executed elsewhere; choose "
		       "the one before or after it";
	case -EFAULT:
		return "no code is there";
	case -ENOSPC:
		return "there are LIBUKBREAK_MAX breakpoints and probes "
		       "already";
	case -EAGAIN:
		return "a thread is still at what stood there before; try "
		       "again";
	case -EINVAL:
		return "no instruction begins there";
	case -EEXIST:
		return "there is a probe of that name; remove it first";
	case -ENOMEM:
		return "no memory for its values";
	default:
		return "the code cannot be written";
	}
}

static int check_address(__vaddr_t addr)
{
	struct uk_symbol sym;

	if (!uk_image_is_text(addr))
		return -EFAULT;
	if (uk_resolve_symbol(addr, &sym))
		sym.start = 0;
	return probe_arch_is_insn(addr, sym.start) ? 0 : -EINVAL;
}

/* The probe becomes one that readers see before it is hit. */
static int set_up(struct probe *p)
{
	int rc = find(p->name) ? -EEXIST : check_address(p->addr);

	if (!rc)
		rc = probe_publish(p);
	if (rc)
		return rc;
	rc = insert(p);
	if (rc)
		probe_retract(p);
	return rc;
}

/* Whether a name is that of a series of a histogram in metrics. */
static int is_series_of(const struct probe_value *v, const char *name)
{
	static const char *const ends[] = { "_bucket", "_count", "_sum" };
	__sz len = strlen(v->name);

	if (v->kind != PROBE_HIST || strncmp(name, v->name, len))
		return 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(ends); i++)
		if (!strcmp(name + len, ends[i]))
			return 1;
	return 0;
}

/* In metrics a name is of one type, in all probes. */
static int collide(const struct probe_value *a, const struct probe_value *b)
{
	if (!strcmp(a->name, b->name))
		return (a->kind == PROBE_HIST) != (b->kind == PROBE_HIST);
	return is_series_of(a, b->name) || is_series_of(b, a->name);
}

static int check_value(const struct probe_value *v, const struct probe *q,
		       char *why, __sz len)
{
	for (unsigned int i = 0; i < q->n_values; i++) {
		const struct probe_value *other = &q->values[i];

		if (collide(v, other))
			return probe_refuse(
				-EEXIST, why, len,
				"%s: probe %s has %s=%s, and a metric has one "
				"type; choose another name",
				v->name, q->name, other->name,
				probe_kind_names[other->kind]);
	}
	return 0;
}

static int check_values(const struct probe *p, char *why, __sz len)
{
	static const char *const counters[] = { "hits_total", "errors_total",
						"missed_total" };
	int rc = 0;

	for (unsigned int i = 0; !rc && i < p->n_values; i++) {
		const struct probe_value *v = &p->values[i];

		for (unsigned int k = 0; k < ARRAY_SIZE(counters); k++)
			if (!strcmp(v->name, counters[k]))
				return probe_refuse(-EEXIST, why, len,
						    "%s: each probe has that "
						    "metric; choose another "
						    "name",
						    v->name);
		rc = check_value(v, p, why, len);
		for (unsigned int k = 0; !rc && k < ARRAY_SIZE(probes); k++)
			if (probes[k].used)
				rc = check_value(v, &probes[k], why, len);
	}
	return rc;
}

static int add(int argc, char *const *argv, char *why, __sz len)
{
	struct probe *p = probes;
	int rc;

	while (p < probes + ARRAY_SIZE(probes) && p->used)
		p++;
	if (p == probes + ARRAY_SIZE(probes))
		return probe_refuse(-ENOSPC, why, len,
				    "there are %d probes already "
				    "(LIBUKPROBE_MAX)",
				    CONFIG_LIBUKPROBE_MAX);
	memset(p, 0, sizeof(*p));
	rc = probe_parse(p, argc, argv, why, len);
	if (!rc)
		rc = check_values(p, why, len);
	if (rc)
		return rc;
	rc = set_up(p);
	return rc ? probe_refuse(rc, why, len, "%s at 0x%lx: %s", p->name,
				 p->addr, reason(rc))
		  : 0;
}

static const char busy[] = "another probe is being changed; try again";

int uk_probe_add(int argc, char *const *argv, char *why, __sz len)
{
	int rc = change_begin();

	if (rc)
		return probe_refuse(rc, why, len, "%s", busy);
	rc = add(argc, argv, why, len);
	change_end();
	return rc;
}

static int remove(const char *name)
{
	struct probe *p = find(name);
	struct stop s;

	if (!p)
		return -ENOENT;
	s = stop_begin();
	take_out(p);
	forget_all(p);
	stop_end(s);
	probe_retract(p);
	return 0;
}

int uk_probe_remove(const char *name)
{
	int rc = change_begin();

	if (rc)
		return rc;
	rc = remove(name);
	change_end();
	return rc;
}

/* --- the list -------------------------------------------------------------*/

static void show_value(const struct probe *p, const struct probe_value *v,
		       char *line)
{
	if (v->kind == PROBE_HIST)
		(void)uk_snprintf(line, UK_PROBE_LINE_MAX,
				  "  %s: hist count %lu sum %lu", v->name,
				  uk_store_cumulative(&v->hist, v->hist.size),
				  v->sum);
	else if (!p->hits)
		(void)uk_snprintf(line, UK_PROBE_LINE_MAX,
				  "  %s: %s of nothing", v->name,
				  probe_kind_names[v->kind]);
	else
		(void)uk_snprintf(line, UK_PROBE_LINE_MAX, "  %s: %s %ld",
				  v->name, probe_kind_names[v->kind], v->value);
}

static void show_error(const struct probe *p, char *line)
{
	const char *error = UK_READ_ONCE(p->error);
	__u64 addr = UK_READ_ONCE(p->error_addr);
	int n = uk_snprintf(line, UK_PROBE_LINE_MAX, "  last error: %s", error);

	if (UK_READ_ONCE(p->error_memory) && n < UK_PROBE_LINE_MAX)
		(void)uk_snprintf(line + n, UK_PROBE_LINE_MAX - n, " at 0x%lx",
				  addr);
}

static int jumps(const struct probe *p)
{
	const struct uk_break *b = uk_break_at(p->addr);

	return b && b->jumps;
}

void uk_probe_list(void (*show)(const char *line, void *arg), void *arg)
{
	char line[UK_PROBE_LINE_MAX];

	for (unsigned int i = 0; i < ARRAY_SIZE(probes); i++) {
		const struct probe *p = &probes[i];

		if (!p->used)
			continue;
		(void)uk_snprintf(line, sizeof(line),
				  "%s at 0x%lx%s: hits %lu errors %lu "
				  "missed %lu",
				  p->name, p->addr,
				  jumps(p) ? " by a jump" : "", p->hits,
				  p->errors, p->missed);
		show(line, arg);
		for (unsigned int k = 0; k < p->n_values; k++) {
			show_value(p, &p->values[k], line);
			show(line, arg);
		}
		if (!p->error)
			continue;
		show_error(p, line);
		show(line, arg);
	}
}
