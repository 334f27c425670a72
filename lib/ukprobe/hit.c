/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What a hit does: the condition, then the values, then the counters. Several
 * CPUs may be here at a time; a second hit on the same CPU is a missed one. So
 * nothing waits: numbers are changed by single atomic operations.
 */
#include <string.h>
#include <uk/arch/paging.h>
#include <uk/ax.h>
#include <uk/break.h>
#include <uk/nofault.h>
#include <uk/plat/image.h>
#include <uk/plat/paging.h>
#include "probe_internal.h"

struct evaluation {
	struct uk_ax ax;
	const struct __regs *regs;
};

static int reg(struct uk_ax *ax, unsigned int nr, __u64 *value)
{
	struct evaluation *e = __containerof(ax, struct evaluation, ax);
	int offset = uk_ax_reg_offset(nr);

	if (offset < 0)
		return -ENOENT;
	*value = *(const __u64 *)((const char *)e->regs + offset);
	return 0;
}

/* A read of a device's register may change it. */
static int is_device(__vaddr_t addr)
{
	struct uk_page_walk walk;

	return !uk_image_contains(addr) && !uk_page_walk(addr, &walk) &&
	       (walk.attr & PAGE_ATTR_DEVICE);
}

static __sz mem(struct uk_ax *ax __unused, __u64 addr, void *buf, __sz len)
{
	if (is_device(addr) || is_device(addr + len - 1))
		return 0;
	len = uk_nofault_memcpy(buf, (const char *)addr, len, 0);
	if (uk_image_is_text(addr) || uk_image_is_text(addr + len - 1))
		uk_break_hide(addr, buf, len);
	return len;
}

static const struct uk_ax_ops ops = { .reg = reg, .mem = mem };

static void __nobreak count(__u64 *counter)
{
	__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

static void keep_if(__s64 *best, __s64 value, int want_less)
{
	__s64 now = __atomic_load_n(best, __ATOMIC_RELAXED);

	while ((want_less ? value < now : value > now) &&
	       !__atomic_compare_exchange_n(best, &now, value, 1,
					    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

static void observe(struct probe_value *v, __s64 value)
{
	switch (v->kind) {
	case PROBE_SUM:
		__atomic_fetch_add(&v->value, value, __ATOMIC_RELAXED);
		break;
	case PROBE_MIN:
	case PROBE_MAX:
		keep_if(&v->value, value, v->kind == PROBE_MIN);
		break;
	case PROBE_HIST:
		uk_store_observe(&v->hist, (__u64)value);
		break;
	default:
		__atomic_store_n(&v->value, value, __ATOMIC_RELAXED);
	}
}

static int failed(struct probe *p, const struct uk_ax *ax)
{
	count(&p->errors);
	UK_WRITE_ONCE(p->error_addr, ax->error_addr);
	UK_WRITE_ONCE(p->error_memory, ax->error_memory);
	UK_WRITE_ONCE(p->error, ax->error);
	return -EINVAL;
}

static int evaluate(struct evaluation *e, struct probe *p,
		    const struct probe_code *c, __u64 *value)
{
	if (c->native && !c->native(e->regs, value))
		return 0;
	return uk_ax_eval(&e->ax, p->code + c->at, c->len, value)
		       ? failed(p, &e->ax)
		       : 0;
}

/* A hit with an expression that fails changes nothing but the errors. */
static void hit(struct probe *p, const struct __regs *regs)
{
	struct evaluation e = { { .ops = &ops }, regs };
	__u64 is_true = 1, values[PROBE_VALUES];

	if (p->condition.len && evaluate(&e, p, &p->condition, &is_true))
		return;
	if (!is_true)
		return;
	for (unsigned int i = 0; i < p->n_values; i++) {
		const struct probe_value *v = &p->values[i];

		if (evaluate(&e, p, &v->code, &values[i]))
			return;
		if (v->kind == PROBE_HIST && (__s64)values[i] < 0) {
			(void)uk_ax_fail(&e.ax,
					 "negative value of a histogram");
			(void)failed(p, &e.ax);
			return;
		}
	}
	for (unsigned int i = 0; i < p->n_values; i++)
		observe(&p->values[i], (__s64)values[i]);
	count(&p->hits);
}

/* Not with a breakpoint in it: of that, too, each hit comes here. */
static int __nobreak on_hit(void *data)
{
	const struct uk_break_hit *h = data;

	for (struct probe *p = h->b->probes; p; p = p->next) {
		if (h->regs)
			hit(p, h->regs);
		else
			count(&p->missed);
	}
	return UK_EVENT_HANDLED;
}
UK_EVENT_HANDLER(UK_EVENT_BREAK_HIT, on_hit);
