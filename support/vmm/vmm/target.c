/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The machine as the session's target: CPUs are its threads, from 1 on.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "stub.h"

static struct stub *of(struct gdb_target *t)
{
	return (struct stub *)t;
}

unsigned int cpu_index(const struct cpu *c)
{
	return (unsigned int)(c - c->vm->cpus);
}

struct cpu *stub_cpu(struct stub *s, long tid)
{
	if (tid < 1 || tid > (long)s->vm->n_cpus)
		return NULL;
	return &s->vm->cpus[tid - 1];
}

struct vmm_state *stub_state(struct stub *s, struct cpu *c, unsigned int parts)
{
	unsigned int i = cpu_index(c), missing = parts & ~s->known[i];

	if (missing && vmm_state_get(c->v, &s->states[i], missing))
		return NULL;
	s->known[i] |= missing;
	return &s->states[i];
}

struct vmm_state *stub_selected_state(struct stub *s)
{
	return stub_state(s, s->selected, VMM_STATE_SYSTEM);
}

static int reg_read(struct gdb_target *t, long tid, unsigned int nr, void *buf)
{
	struct cpu *c = stub_cpu(of(t), tid);
	struct vmm_state *state;

	if (!c)
		return -ESRCH;
	state = stub_state(of(t), c, arch_reg_parts(nr));
	return state ? arch_reg_read(state, nr, buf) : -ENODATA;
}

/* A CPU may take another value, or none: it is read again. */
static int reg_write(struct gdb_target *t, long tid, unsigned int nr,
		     const void *buf)
{
	struct stub *s = of(t);
	struct cpu *c = stub_cpu(s, tid);
	unsigned int parts = arch_reg_parts(nr);
	struct vmm_state *state;
	int rc;

	if (!c)
		return -ESRCH;
	state = stub_state(s, c, parts);
	if (!state)
		return -ENODATA;
	rc = arch_reg_write(state, nr, buf);
	if (!rc && vmm_state_set(c->v, state, parts))
		rc = -EINVAL;
	s->known[cpu_index(c)] &= ~parts;
	return rc;
}

static __sz mem_read(struct gdb_target *t, __u64 addr, void *buf, __sz len)
{
	struct stub *s = of(t);
	struct vmm_state *state = stub_selected_state(s);
	size_t n;

	if (!state)
		return 0;
	n = vmm_read(s->vm->m, state, addr, buf, len);
	points_hide(s, addr, buf, n);
	return n;
}

static __sz mem_write(struct gdb_target *t, __u64 addr, const void *buf,
		      __sz len)
{
	struct stub *s = of(t);
	struct vmm_state *state = stub_selected_state(s);
	size_t n;

	if (!state)
		return 0;
	n = vmm_write(s->vm->m, state, addr, buf, len);
	points_written(s, addr, n);
	return n;
}

static int point_insert(struct gdb_target *t, enum gdb_point_type type,
			__u64 addr, __u64 kind)
{
	return points_insert(of(t), type, addr, kind);
}

static int point_remove(struct gdb_target *t, enum gdb_point_type type,
			__u64 addr, __u64 kind)
{
	return points_remove(of(t), type, addr, kind);
}

static int resume(struct gdb_target *t, const struct gdb_resume *r)
{
	struct stub *s = of(t);

	for (unsigned int i = 0; i < s->vm->n_cpus; i++) {
		const struct gdb_action *a = gdb_resume_action(r, i + 1);

		s->plans[i] = a ? (struct plan){ a->act, a->start, a->end }
				: (struct plan){ .act = GDB_ACT_STOP };
	}
	return 0;
}

/* ---- threads ---- */

static long thread_next(struct gdb_target *t, long tid)
{
	return tid < (long)of(t)->vm->n_cpus ? tid + 1 : 0;
}

static int thread_alive(struct gdb_target *t, long tid)
{
	return stub_cpu(of(t), tid) != NULL;
}

static void thread_select(struct gdb_target *t, long tid)
{
	of(t)->selected = stub_cpu(of(t), tid);
}

static int thread_info(struct gdb_target *t, long tid,
		       struct gdb_thread_info *info)
{
	struct cpu *c = stub_cpu(of(t), tid);

	if (!c)
		return -ESRCH;
	info->core = cpu_index(c);
	snprintf(info->name, sizeof(info->name), "CPU %u", cpu_index(c));
	snprintf(info->extra, sizeof(info->extra), "last exit: %s",
		 vmm_exit_text(&c->exit));
	return 0;
}

/* ---- memory map ---- */

/* A page, or a hole. */
static uint64_t look(struct stub *s, const struct vmm_state *state,
		     uint64_t addr, struct gdb_region *r)
{
	struct vmm_walk w;

	r->prot = r->device = 0;
	if (vmm_walk(s->vm->m, state, addr, &w))
		return w.hole ? w.hole : VMM_PAGE;
	r->prot = (__u8)w.prot;
	r->device = vmm_memory_at(s->vm->m, w.gpa, 1) == NULL;
	return w.size;
}

#define PAGES_JOINED 4096

static int region(struct gdb_target *t, __u64 addr, struct gdb_region *r)
{
	struct stub *s = of(t);
	struct vmm_state *state = stub_selected_state(s);
	struct gdb_region next;
	uint64_t size;

	if (!state)
		return -EFAULT;
	size = look(s, state, addr, r);
	r->start = addr & ~(size - 1);
	r->end = r->start + size;
	for (unsigned int i = 0; i < PAGES_JOINED && r->end; i++) {
		size = look(s, state, r->end, &next);
		if (next.prot != r->prot || next.device != r->device)
			break;
		r->end = (r->end & ~(size - 1)) + size;
	}
	return 0;
}

/* ---- the rest ---- */

static __u64 microseconds(struct gdb_target *t)
{
	struct timespec now;

	(void)t;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (__u64)now.tv_sec * 1000000 + (__u64)now.tv_nsec / 1000;
}

static void nothing(struct gdb_target *t)
{
	(void)t;
}

static void kill_machine(struct gdb_target *t)
{
	of(t)->ended = 1;
}

const struct gdb_target_ops stub_ops = {
	.reg_read = reg_read,
	.reg_write = reg_write,
	.mem_read = mem_read,
	.mem_write = mem_write,
	.point_insert = point_insert,
	.point_remove = point_remove,
	.resume = resume,
	.thread_next = thread_next,
	.thread_alive = thread_alive,
	.thread_select = thread_select,
	.thread_info = thread_info,
	.region = region,
	.monitor = stub_monitor,
	.time = microseconds,
	.detach = nothing,
	.kill = kill_machine,
};
