/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Samples. An NMI takes a call trace and adds it to the table of its CPU. It
 * takes no lock and allocates nothing.
 */
#include <uk/init.h>
#include <uk/nmi.h>
#include <uk/param.h>
#include <uk/print.h>
#include <uk/sched.h>
#include <uk/thread.h>
#include <uk/time.h>
#include <uk/unwind.h>
#include "prof_internal.h"

#define PROBES 8 /* entries of a table that are looked at */

_Static_assert((PROF_STACKS & (PROF_STACKS - 1)) == 0,
	       "LIBUKPROF_STACKS is not a power of two");

static unsigned int hz;
UK_PARAM(prof, hz, &hz, uint,
	 "samples a second of each CPU from the start; 0: none");

struct prof_cpu prof_cpus[PROF_CPUS];
static __u32 run;	    /* the present one; 0: none yet */
static __nsec began, ended; /* of the run; ended 0: it goes on */
static int held;

/* --- the table ------------------------------------------------------------*/

static void take(struct prof_stack *s, __u32 of, __u32 thread, __u64 hash,
		 const struct uk_unwind_frame *frames, unsigned int n)
{
	s->thread = thread;
	s->hash = hash;
	s->depth = n;
	s->samples = 0;
	s->time = 0;
	for (unsigned int i = 0; i < n; i++)
		s->pcs[i] = frames[i].lookup;
	__atomic_store_n(&s->run, of, __ATOMIC_RELEASE);
}

/* One without a call trace: idle or (other). */
static struct prof_stack *fixed(struct prof_stack *s, __u32 of)
{
	if (s->run != of)
		take(s, of, 0, 0, __NULL, 0);
	return s;
}

static __u64 mixed(__u64 hash, const struct uk_unwind_frame *f)
{
	return (hash ^ f->lookup) * 0x9e3779b97f4a7c15UL;
}

/* Two frames at once: 20 instructions less of a sample. */
static __u64 hash_of(__u64 hash, const struct uk_unwind_frame *f,
		     unsigned int n)
{
	const struct uk_unwind_frame *end = f + n / 2 * 2;

	for (; f != end; f += 2)
		hash = mixed(mixed(hash, f), f + 1);
	return n % 2 ? mixed(hash, f) : hash;
}

struct prof_stack *prof_find(struct prof_cpu *c, __u32 of, __u32 thread,
			     __u64 hash, const struct uk_unwind_frame *frames,
			     unsigned int n)
{
	hash = hash_of(hash, frames, n);
	for (unsigned int i = 0; i < PROBES; i++) {
		struct prof_stack *s =
			&c->stacks[((hash >> 40) + i) % PROF_STACKS];

		if (s->run != of) {
			take(s, of, thread, hash, frames, n);
			return s;
		}
		if (s->hash == hash)
			return s;
	}
	return fixed(&c->other, of);
}

/* The call trace of what was interrupted. */
static struct prof_stack *traced(struct prof_cpu *c, __u32 of,
				 const struct __regs *regs)
{
	const struct uk_thread *t = uk_thread_current();
	struct uk_unwind_frame frames[PROF_FRAMES];
	struct uk_unwind last;

	return prof_find(c, of, t ? t->id : 0, t ? t->id : 0, frames,
			 uk_unwind_frames(regs, frames, PROF_FRAMES, &last));
}

void prof_add(struct prof_stack *s, __nsec time)
{
	UK_WRITE_ONCE(s->samples, s->samples + 1);
	UK_WRITE_ONCE(s->time, s->time + time);
}

static void sample(struct ukarch_trap_ctx *ctx, void *arg __unused)
{
	struct prof_cpu *c = &prof_cpus[uk_percpu_id()];
	__u32 of = __atomic_load_n(&run, __ATOMIC_ACQUIRE);
	__nsec now = uk_time_monotonic();
	struct prof_stack *s;

	if (c->run != of)
		c->last = UK_READ_ONCE(began);
	c->run = of;
	/* a handler may run meanwhile */
	s = uk_sched_idles() && !ctx->outer ? fixed(&c->idle, of)
					    : traced(c, of, ctx->regs);
	prof_add(s, now - c->last);
	if (c == prof_cpus)
		prof_waits_sample(of, now - c->last, ctx->regs);
	c->last = now;
}

static struct uk_nmi_user user = UK_NMI_USER(sample, __NULL);

/* --- for readers ----------------------------------------------------------*/

int prof_hold(void)
{
	return __atomic_exchange_n(&held, 1, __ATOMIC_ACQUIRE) ? -EBUSY : 0;
}

void prof_release(void)
{
	__atomic_store_n(&held, 0, __ATOMIC_RELEASE);
}

static const struct prof_stack *entry(unsigned int cpu, unsigned int i)
{
	const struct prof_cpu *c = &prof_cpus[cpu];

	return i < PROF_STACKS	  ? &c->stacks[i]
	       : i == PROF_STACKS ? &c->idle
				  : &c->other;
}

int prof_is_used(const struct prof_stack *s)
{
	return run && __atomic_load_n(&s->run, __ATOMIC_ACQUIRE) == run &&
	       UK_READ_ONCE(s->time);
}

int prof_next(struct prof_iter *it)
{
	for (; it->cpu < PROF_CPUS; it->cpu++, it->next = 0)
		while (it->next < PROF_STACKS + 2) {
			it->stack = entry(it->cpu, it->next++);
			if (prof_is_used(it->stack))
				return 1;
		}
	return 0;
}

int prof_is_idle(const struct prof_stack *s)
{
	for (unsigned int i = 0; i < PROF_CPUS; i++)
		if (s == &prof_cpus[i].idle)
			return 1;
	return 0;
}

__nsec prof_time(void)
{
	return (ended ? ended : uk_time_monotonic()) - began;
}

const char *prof_thread_name(unsigned int id)
{
	const struct uk_thread *t = id ? uk_thread_by_id(id) : __NULL;

	return t ? t->name : id ? "exited" : "";
}

/* --- starting and stopping ------------------------------------------------*/

int uk_prof_start(unsigned int samples)
{
	int rc;

	if (!samples || samples > UK_PROF_HZ_MAX)
		return -EINVAL;
	if (prof_hold())
		return -EBUSY;
	uk_nmi_stop(&user);
	UK_WRITE_ONCE(began, uk_time_monotonic());
	UK_WRITE_ONCE(ended, 0);
	/* 0 is what free entries have */
	__atomic_store_n(&run, run + 1 ? run + 1 : 1, __ATOMIC_RELEASE);
	rc = uk_nmi_start(&user, UK_NSEC_PER_SEC / samples);
	if (rc)
		UK_WRITE_ONCE(ended, began);
	prof_release();
	return rc;
}

void uk_prof_stop(void)
{
	uk_nmi_stop(&user);
	if (began && !ended)
		UK_WRITE_ONCE(ended, uk_time_monotonic());
}

static int parse(struct uk_init_ctx *ctx __unused)
{
	if (hz <= UK_PROF_HZ_MAX)
		return 0;
	uk_pr_err("prof.hz=%u: give 1 to %u samples a second, or 0\n", hz,
		  UK_PROF_HZ_MAX);
	return -ECANCELED;
}

static int init(struct uk_init_ctx *ctx __unused)
{
	if (hz && uk_prof_start(hz))
		uk_pr_err(
			"prof: off, as this machine has no interrupt that comes while interrupts are off\n");
	return 0;
}

static void fini(const struct uk_term_ctx *ctx __unused)
{
	uk_prof_stop();
}

uk_early_initcall_prio(parse, 0, 2);
uk_bus_initcall_prio(init, fini, 0);
