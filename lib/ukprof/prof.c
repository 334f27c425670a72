/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Samples. An NMI takes a call trace: its first step by the image's unwind
 * table, as the interrupted function may have no frame yet, the others by frame
 * records alone. What it finds it adds to the table of its CPU. It takes no
 * lock and allocates nothing.
 */
#include <uk/init.h>
#include <uk/nmi.h>
#include <uk/nofault.h>
#include <uk/param.h>
#include <uk/plat/image.h>
#include <uk/print.h>
#include <uk/symtab.h>
#include <uk/thread.h>
#include <uk/time.h>
#include "prof_internal.h"

#define PLACES 256 /* rules that a CPU remembers */
#define PC_ALIGN (UKARCH_HAVE_LR ? 4 : 1)
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

/* --- call traces ----------------------------------------------------------*/

/* What a frame leaves at its frame pointer. */
struct record {
	__uptr next, pc;
};

/*
 * Rules to leave a frame, by the place in the code. To find one in the image
 * takes up to 30,000 instructions; a program is at few places most of the time.
 */
struct place {
	__uptr pc;
	int rc; /* of uk_symtab_unwind_rule() */
	struct uk_unwind_rule rule;
};

static struct place places[PROF_CPUS][PLACES];

static const struct place *place_of(__uptr pc)
{
	struct place *p = &places[uk_percpu_id()][pc / PC_ALIGN % PLACES];

	if (p->pc != pc) {
		p->pc = pc;
		p->rc = uk_symtab_unwind_rule(pc, &p->rule);
	}
	return p;
}

/*
 * Reads words of a stack. A page of which one could be read is not tried again.
 *
 * @return 0 if they cannot be read
 */
static inline int read_words(__uptr *to, __uptr at, unsigned int n,
			     __uptr *page)
{
	__sz len = n * sizeof(*to);

	if (at % sizeof(*to))
		return 0;
	if (at - *page <= __PAGE_SIZE - len) {
		for (unsigned int i = 0; i < n; i++)
			to[i] = ((const __uptr *)at)[i];
		return 1;
	}
	*page = at & __PAGE_MASK;
	if (uk_nofault_memcpy((char *)to, (const char *)at, len, 0) == len)
		return 1;
	*page = ~0UL;
	return 0;
}

/* The caller of an interrupted frame that has no record of its own. */
static int by_rule(const struct uk_unwind_rule *rule, const struct __regs *regs,
		   struct record *r, __uptr *page)
{
	__uptr cfa = rule->cfa_offset + (rule->cfa_from_fp
						 ? ukarch_regs_fp(regs)
						 : ukarch_regs_sp(regs));
	int ok = rule->ra != UK_UNWIND_RA_END;

	r->next = ukarch_regs_fp(regs);
	r->pc = ukarch_regs_lr(regs);
	if (ok && rule->ra == UK_UNWIND_RA_CFA)
		ok = read_words(&r->pc, cfa - rule->ra_offset, 1, page);
	if (ok && rule->fp_saved)
		ok = read_words(&r->next, cfa - rule->fp_offset, 1, page);
	return ok;
}

/* The record behind the interrupted frame. */
static int leave(const struct __regs *regs, struct record *r, __uptr *page)
{
	const struct place *p = place_of(ukarch_regs_pc(regs));

	if (p->rc == -ENOENT)
		return read_words((__uptr *)r, ukarch_regs_fp(regs), 2, page);
	return !p->rc && by_rule(&p->rule, regs, r, page);
}

/*
 * The frames of a trap's registers and of what that trap interrupted. Records
 * must ascend, as stacks do.
 */
static unsigned int walk(const struct __regs *regs, __uptr *pcs)
{
	struct __regs outer;
	struct record r;
	unsigned int n = 1;
	__uptr at = 0, page = ~0UL;
	int ok;

	pcs[0] = ukarch_regs_pc(regs);
	ok = leave(regs, &r, &page);
	while (ok && n < PROF_FRAMES) {
		r.pc = ukarch_unsigned(r.pc);
		if (r.pc == (__uptr)ukarch_trap_return) {
			if (!uk_nofault_try_read(outer,
						 ukarch_regs_of_record(r.next)))
				break;
			pcs[n++] = ukarch_regs_pc(&outer);
			at = 0;
			ok = leave(&outer, &r, &page);
			continue;
		}
		if (!uk_image_is_text(r.pc - 1))
			break;
		pcs[n++] = r.pc - 1;
		ok = r.next > at;
		at = r.next;
		ok = ok && read_words((__uptr *)&r, at, 2, &page);
	}
	return n;
}

/* --- the table ------------------------------------------------------------*/

static void take(struct prof_stack *s, __u32 of, __u32 thread,
		 const __uptr *pcs, unsigned int n)
{
	s->thread = thread;
	s->depth = n;
	s->samples = 0;
	s->time = 0;
	for (unsigned int i = 0; i < n; i++)
		s->pcs[i] = pcs[i];
	__atomic_store_n(&s->run, of, __ATOMIC_RELEASE);
}

static int same(const struct prof_stack *s, __u32 thread, const __uptr *pcs,
		unsigned int n)
{
	if (s->thread != thread || s->depth != n)
		return 0;
	while (n--)
		if (s->pcs[n] != pcs[n])
			return 0;
	return 1;
}

/* One without a call trace: idle or (other). */
static struct prof_stack *fixed(struct prof_stack *s, __u32 of)
{
	if (s->run != of)
		take(s, of, 0, __NULL, 0);
	return s;
}

static struct prof_stack *find(struct prof_cpu *c, __u32 of, __u32 thread,
			       const __uptr *pcs, unsigned int n)
{
	__u64 hash = thread;

	for (unsigned int i = 0; i < n; i++)
		hash = (hash ^ pcs[i]) * 0x9e3779b97f4a7c15UL;
	hash >>= 40;
	for (unsigned int i = 0; i < PROBES; i++) {
		struct prof_stack *s = &c->stacks[(hash + i) % PROF_STACKS];

		if (s->run != of) {
			take(s, of, thread, pcs, n);
			return s;
		}
		if (same(s, thread, pcs, n))
			return s;
	}
	return fixed(&c->other, of);
}

/* A CPU without work, on which no handler runs. */
static int idles(const struct ukarch_trap_ctx *ctx, const struct uk_thread *t)
{
	return t && !ctx->outer &&
	       (t->state != UK_THREAD_READY ||
		*uk_thread_state_name(t) == 'i'); /* "idle" */
}

static void sample(struct ukarch_trap_ctx *ctx, void *arg __unused)
{
	struct prof_cpu *c = &prof_cpus[uk_percpu_id()];
	__u32 of = __atomic_load_n(&run, __ATOMIC_ACQUIRE);
	const struct uk_thread *t = uk_thread_current();
	__nsec now = uk_time_monotonic();
	__uptr pcs[PROF_FRAMES];
	struct prof_stack *s;

	if (c->run != of)
		c->last = UK_READ_ONCE(began);
	c->run = of;
	if (idles(ctx, t))
		s = fixed(&c->idle, of);
	else
		s = find(c, of, t ? t->id : 0, pcs, walk(ctx->regs, pcs));
	UK_WRITE_ONCE(s->samples, s->samples + 1);
	UK_WRITE_ONCE(s->time, s->time + (now - c->last));
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

int prof_next(struct prof_iter *it)
{
	for (; run && it->cpu < PROF_CPUS; it->cpu++, it->next = 0)
		while (it->next < PROF_STACKS + 2) {
			it->stack = entry(it->cpu, it->next++);
			if (__atomic_load_n(&it->stack->run,
					    __ATOMIC_ACQUIRE) == run &&
			    UK_READ_ONCE(it->stack->time))
				return 1;
		}
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
