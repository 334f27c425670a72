/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Breakpoints and watchpoints. One in text is an instruction in the guest's
 * memory where KVM lets that exit, else a debug register. All CPUs have the
 * same debug registers.
 */
#include <string.h>
#include "stub.h"

/* Instructions in memory exit: by KVM's debugging, or as HLT without an
 * interrupt controller.
 */
static int in_memory(const struct stub *s)
{
	return s->probe.software || (!s->vm->irqchip && arch_break_len == 1);
}

static struct point *find(struct stub *s, enum gdb_point_type type,
			  uint64_t addr, uint64_t kind)
{
	for (unsigned int i = 0; i < s->n_points; i++)
		if (s->points[i].type == type && s->points[i].addr == addr &&
		    s->points[i].kind == kind)
			return &s->points[i];
	return NULL;
}

struct point *points_at(struct stub *s, uint64_t addr)
{
	for (unsigned int i = 0; i < s->n_points; i++)
		if (s->points[i].type <= GDB_POINT_HW &&
		    s->points[i].addr == addr)
			return &s->points[i];
	return NULL;
}

/* Debug registers may match more than was asked for: the nearest one. */
struct point *points_watch(struct stub *s, uint64_t addr)
{
	struct point *near = NULL;
	uint64_t best = ~0UL;

	for (unsigned int i = 0; i < s->n_points; i++) {
		struct point *p = &s->points[i];
		uint64_t away = addr < p->addr		   ? p->addr - addr
				: addr - p->addr < p->kind ? 0
							   : addr - p->addr;

		if (p->type > GDB_POINT_HW && away < best) {
			best = away;
			near = p;
		}
	}
	return near;
}

/* ---- instructions in memory ---- */

static uint8_t *text(struct stub *s, const struct point *p)
{
	return p->gpa ? vmm_memory_at(s->vm->m, p->gpa, arch_break_len) : NULL;
}

static void put(struct stub *s, const struct point *p, const uint8_t *insn)
{
	uint8_t *at = text(s, p);

	if (!at)
		return;
	memcpy(at, insn, arch_break_len);
	__builtin___clear_cache((char *)at, (char *)at + arch_break_len);
}

static int stands(struct stub *s, const struct point *p)
{
	const uint8_t *at = text(s, p);

	return at && !memcmp(at, arch_break(s), arch_break_len);
}

/* Another point with the same instruction, as it has another kind or address
 * there; or NULL.
 */
static struct point *sharer(struct stub *s, const struct point *p)
{
	for (unsigned int i = 0; i < s->n_points; i++)
		if (&s->points[i] != p && p->gpa && s->points[i].gpa == p->gpa)
			return &s->points[i];
	return NULL;
}

/* What the CPU notes in an entry stays. */
static void entry_set(struct stub *s, uint64_t at, uint64_t from, uint64_t to)
{
	uint64_t *entry = vmm_memory_at(s->vm->m, at, sizeof(*entry));

	if (entry && !((*entry ^ from) & ~arch_entry_noted))
		*entry = (*entry & arch_entry_noted) | (to & ~arch_entry_noted);
}

static void flush(struct stub *s)
{
	for (unsigned int i = 0; i < s->vm->n_cpus; i++)
		arch_flush(s, &s->vm->cpus[i]);
}

/* Where p keeps what stood in an entry. NULL: there is no room for another one.
 */
static struct vmm_walk_entry *changed(struct point *p, uint64_t at)
{
	unsigned int i = 0;

	while (i < p->n_changed && p->changed[i].at != at)
		i++;
	return i < CHANGED_MAX ? &p->changed[i] : NULL;
}

static void make_executable(struct stub *s, struct point *p,
			    const struct vmm_walk *w)
{
	for (unsigned int i = 0; i < w->n; i++) {
		struct vmm_walk_entry e = w->entries[i], *to;
		uint64_t value = arch_entry_executable(e.value);

		to = value == e.value ? NULL : changed(p, e.at);
		if (!to)
			continue;
		entry_set(s, e.at, e.value, value);
		*to = e;
		if (to == &p->changed[p->n_changed])
			p->n_changed++;
	}
	if (p->n_changed)
		flush(s);
}

static void restore_entries(struct stub *s, const struct point *p)
{
	for (unsigned int i = 0; i < p->n_changed; i++)
		entry_set(s, p->changed[i].at,
			  arch_entry_executable(p->changed[i].value),
			  p->changed[i].value);
	flush(s);
}

/* The page of another one may have been among them. */
static void make_others_executable(struct stub *s, const struct point *gone)
{
	struct vmm_state *state = stub_selected_state(s);
	struct vmm_walk w;

	for (unsigned int i = 0; state && i < s->n_points; i++) {
		struct point *p = &s->points[i];

		if (p != gone && p->gpa &&
		    !vmm_walk(s->vm->m, state, p->addr, &w) &&
		    w.gpa == p->gpa && !(w.prot & VMM_PROT_EXEC))
			make_executable(s, p, &w);
	}
}

static int insert_in_memory(struct stub *s, struct point *p)
{
	struct vmm_state *state = stub_selected_state(s);
	const struct point *other;
	struct vmm_walk w;
	uint8_t *at;

	if (!state || vmm_walk(s->vm->m, state, p->addr, &w))
		return -EFAULT;
	p->gpa = w.gpa;
	at = text(s, p);
	if (!at)
		return -EFAULT;
	other = sharer(s, p);
	memcpy(p->saved, other ? other->saved : at, arch_break_len);
	put(s, p, arch_break(s));
	if (!(w.prot & VMM_PROT_EXEC))
		make_executable(s, p, &w);
	return 0;
}

struct point *points_text(struct stub *s, struct cpu *c, uint64_t addr)
{
	struct vmm_state *state = stub_state(s, c, VMM_STATE_SYSTEM);
	struct vmm_walk w;

	if (!s->n_points || !state || vmm_walk(s->vm->m, state, addr, &w))
		return NULL;
	for (unsigned int i = 0; i < s->n_points; i++)
		if (s->points[i].gpa && s->points[i].gpa == w.gpa)
			return &s->points[i];
	return NULL;
}

struct point *points_lift(struct stub *s, struct cpu *c, uint64_t addr)
{
	struct point *p = points_text(s, c, addr);

	if (!p || !stands(s, p))
		return NULL;
	put(s, p, p->saved);
	return p;
}

void points_put_back(struct stub *s, const struct point *p)
{
	put(s, p, arch_break(s));
}

/* Where [addr, addr + len) begins, and how much of it is in one piece there;
 * 0: nothing.
 */
static size_t piece(struct stub *s, uint64_t addr, size_t len, uint64_t *gpa)
{
	struct vmm_state *state = stub_selected_state(s);
	struct vmm_walk w;
	size_t n;

	if (!len || !state || vmm_walk(s->vm->m, state, addr, &w))
		return 0;
	*gpa = w.gpa;
	n = w.size - (addr & (w.size - 1));
	return n < len ? n : len;
}

/* The bytes of a breakpoint in [gpa, gpa + len): first, and how many. */
static unsigned int bytes_in(const struct point *p, uint64_t gpa, size_t len,
			     unsigned int *first)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < arch_break_len; i++)
		if (p->gpa + i - gpa < len && !n++)
			*first = i;
	return p->gpa ? n : 0;
}

static void hide(struct stub *s, uint64_t gpa, uint8_t *buf, size_t len)
{
	for (unsigned int i = 0; i < s->n_points; i++) {
		const struct point *p = &s->points[i];
		unsigned int first = 0, n = bytes_in(p, gpa, len, &first);

		if (n && stands(s, p))
			memcpy(buf + (p->gpa + first - gpa), p->saved + first,
			       n);
	}
}

void points_hide(struct stub *s, uint64_t addr, uint8_t *buf, size_t len)
{
	uint64_t gpa;
	size_t n;

	for (; s->n_points && (n = piece(s, addr, len, &gpa)); len -= n) {
		hide(s, gpa, buf, n);
		addr += n;
		buf += n;
	}
}

static void written(struct stub *s, uint64_t gpa, size_t len)
{
	for (unsigned int i = 0; i < s->n_points; i++) {
		struct point *p = &s->points[i];
		unsigned int first = 0, n = bytes_in(p, gpa, len, &first);

		if (n)
			memcpy(p->saved + first, text(s, p) + first, n);
	}
	for (unsigned int i = 0; i < s->n_points; i++) {
		const struct point *p = &s->points[i];
		unsigned int first;

		if (bytes_in(p, gpa, len, &first))
			put(s, p, arch_break(s));
	}
}

void points_written(struct stub *s, uint64_t addr, size_t len)
{
	uint64_t gpa;
	size_t n;

	for (; s->n_points && (n = piece(s, addr, len, &gpa)); len -= n) {
		written(s, gpa, n);
		addr += n;
	}
}

/* ---- debug registers ---- */

/* A watchpoint needs a register for each aligned piece. */
static int add_pieces(struct vmm_debug *d, enum vmm_point_type type,
		      uint64_t addr, uint64_t len)
{
	while (len) {
		unsigned int n = 8;

		while (addr % n || n > len)
			n /= 2;
		if (d->n_points == VMM_POINTS_MAX)
			return -ENOSPC;
		d->points[d->n_points++] = (struct vmm_point){ type, addr, n };
		addr += n;
		len -= n;
	}
	return 0;
}

static int add(struct vmm_debug *d, const struct point *p)
{
	static const enum vmm_point_type types[] = {
		[GDB_POINT_WRITE] = VMM_POINT_WRITE,
		[GDB_POINT_READ] = VMM_POINT_READ,
		[GDB_POINT_ACCESS] = VMM_POINT_ACCESS,
	};

	if (p->type > GDB_POINT_HW)
		return add_pieces(d, types[p->type], p->addr, p->kind);
	if (d->n_points == VMM_POINTS_MAX)
		return -ENOSPC;
	d->points[d->n_points++] =
		(struct vmm_point){ VMM_POINT_EXECUTE, p->addr, 1 };
	return 0;
}

int points_apply(struct stub *s, struct cpu *c, int step, uint64_t without)
{
	struct vmm_debug d = {
		.on = gdb_session_attached(&s->session),
		.step = step,
		.hold_irq = step,
		.software = s->probe.software,
	};
	int rc = 0;

	for (unsigned int i = 0; i < s->n_points && !rc; i++) {
		const struct point *p = &s->points[i];

		if (!p->gpa && !(p->type <= GDB_POINT_HW && without == p->addr))
			rc = add(&d, p);
	}
	return rc ? rc : vmm_debug_set(c->v, &d);
}

static int apply_all(struct stub *s)
{
	int rc = 0;

	for (unsigned int i = 0; i < s->vm->n_cpus && !rc; i++)
		rc = points_apply(s, &s->vm->cpus[i], 0, 0);
	return rc;
}

/* ---- the session's operations ---- */

static int is_possible(const struct stub *s, enum gdb_point_type type)
{
	if (type == GDB_POINT_SW)
		return in_memory(s) || s->probe.execute;
	return type == GDB_POINT_HW ? s->probe.execute : s->probe.watch;
}

int points_insert(struct stub *s, enum gdb_point_type type, uint64_t addr,
		  uint64_t kind)
{
	struct point *p = &s->points[s->n_points];
	int rc;

	if (!is_possible(s, type))
		return -ENOTSUP;
	if (s->n_points == POINTS_MAX)
		return -ENOSPC;
	if (type > GDB_POINT_HW && (!kind || kind > 8 * VMM_POINTS_MAX))
		return -EINVAL;
	*p = (struct point){ .type = type, .addr = addr, .kind = kind };
	if (type == GDB_POINT_SW && in_memory(s)) {
		rc = insert_in_memory(s, p);
		s->n_points += !rc;
		return rc;
	}
	s->n_points++;
	rc = apply_all(s);
	if (rc) {
		s->n_points--;
		apply_all(s);
	}
	return rc;
}

int points_remove(struct stub *s, enum gdb_point_type type, uint64_t addr,
		  uint64_t kind)
{
	struct point *p = find(s, type, addr, kind);

	if (!p)
		return -ENOENT;
	/* or the program has written there since */
	if (!sharer(s, p) && stands(s, p))
		put(s, p, p->saved);
	if (p->n_changed) {
		restore_entries(s, p);
		make_others_executable(s, p);
	}
	*p = s->points[--s->n_points];
	apply_all(s);
	return 0;
}
