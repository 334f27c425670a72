/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Functions that the debugger calls in a thread that gave its CPU away. The
 * scheduler keeps of such a thread only what a function preserves, and
 * something else is to end its wait. So what the debugger writes to its
 * registers is kept here until the thread is resumed. With a stack pointer
 * below that of its wait it is a call: a stand-in has these registers
 * (uksched), to which the thread that stopped gives its CPU. When the debugger
 * has put back the thread's registers, the stand-in ends.
 */
#include <uk/arch/fpstate.h>
#include <uk/gdb.h>
#include <uk/nofault.h>
#include <uk/sched.h>
#include <uk/thread.h>
#include "guest.h"

#define BELOW 256UL /* what lies below a stack pointer, and may be in use */

static struct {
	long tid; /* whose registers these are, 0: none's */
	struct __regs regs;
	int has_fp;
} written;

#define FPSTATE static __u8 __aligned(UKARCH_FPSTATE_ALIGN)

FPSTATE fpstate[UKARCH_FPSTATE_SIZE_MAX]; /* with `written` */
FPSTATE looked_at[UKARCH_FPSTATE_SIZE_MAX];

static struct uk_thread *thread_of(long tid)
{
	return tid > 0 ? uk_thread_by_id((unsigned int)tid) : __NULL;
}

/* The registers of a thread's wait; NULL if it is at no such place. */
static struct __regs *place_of(long tid)
{
	struct uk_thread *t = thread_of(tid);

	return t && gdb_tid_cpu(tid) < 0 && !uk_thread_fpstate(t)
		       ? uk_thread_regs(t)
		       : __NULL;
}

/* struct ukarch_ctx begins with the registers. */
static struct ukarch_ctx *ctx_of(struct __regs *place)
{
	return (struct ukarch_ctx *)place;
}

static int is_call(const struct __regs *place)
{
	return ukarch_regs_sp(&written.regs) < ukarch_regs_sp(place);
}

/* Whether registers are those of the wait of the thread for which this one
 * stands in.
 */
static const struct __regs *is_back(const struct uk_thread *stand_in,
				    const struct __regs *regs)
{
	struct uk_thread *t = stand_in ? uk_thread_principal(stand_in) : __NULL;
	const struct __regs *place = t ? uk_thread_regs(t) : __NULL;

	return place && ukarch_regs_pc(regs) == ukarch_regs_pc(place) &&
			       ukarch_regs_sp(regs) == ukarch_regs_sp(place)
		       ? place
		       : __NULL;
}

/* What was written is the thread's, or forgotten with it. The debugger may
 * also have given up a call that has not returned.
 */
static void settle(void)
{
	struct __regs *place = place_of(written.tid);
	struct uk_thread *t = thread_of(written.tid);

	if (place && is_back(t, &written.regs)) {
		uk_thread_stand_in_give_up(
			t, ALIGN_DOWN(ukarch_regs_sp(&written.regs) - BELOW,
				      16UL));
	} else if (place) {
		*place = written.regs;
		if (written.has_fp)
			gdb_arch_fp_to_ctx(fpstate, ctx_of(place));
	}
	written.tid = 0;
}

int gdb_call_write(long tid, unsigned int nr)
{
	struct __regs *place = place_of(tid), *other;

	if (!place)
		return 0;
	if (written.tid != tid) {
		other = place_of(written.tid);
		if (other && is_call(other))
			return -EBUSY;
		settle();
		written.tid = tid;
		written.regs = *place;
		written.has_fp = 0;
	}
	if (gdb_arch_reg_is_fp(nr) && !written.has_fp) {
		gdb_arch_fp_of_ctx(fpstate, ctx_of(place));
		written.has_fp = 1;
	}
	return 0;
}

int gdb_call_source(long tid, unsigned int nr, struct gdb_reg_source *src)
{
	struct __regs *place = place_of(tid);
	int is_written = place && written.tid == tid;

	if (!place)
		return 0;
	src->regs = is_written ? &written.regs : place;
	if (is_written && written.has_fp) {
		src->fp = fpstate;
	} else if (gdb_arch_reg_is_fp(nr)) {
		gdb_arch_fp_of_ctx(looked_at, ctx_of(place));
		src->fp = looked_at;
	}
	return 1;
}

/* --- the stand-in ---------------------------------------------------------*/

static struct ukarch_trap_frame *frame_below(__vaddr_t sp)
{
	return (struct ukarch_trap_frame *)ALIGN_DOWN(
		sp - BELOW - sizeof(struct ukarch_trap_frame), 16UL);
}

/* What is to begin, in memory of the stub's: until it has begun the stack is
 * the thread's.
 */
static struct uk_stand_in next;
static struct __regs next_regs;

static void *start(void *frame)
{
	ukarch_trap_frame_init(frame, &next_regs);
	ukarch_fpstate_restore(fpstate);
	ukarch_trap_frame_resume(frame);
}

/* Of the thread that stopped, the only one that gets a CPU until then: a
 * timer or another CPU may end the wait. Interrupts are off, lest it lose its.
 */
static void lend(int arg __unused)
{
	if (uk_thread_stand_in(&next)) {
		uk_sched_only(__NULL);
		uk_gdb_break();
	}
}

static void end(int arg __unused)
{
	uk_thread_stand_in_end();
}

static const char *refusal(const struct __regs *regs)
{
	__vaddr_t top = ukarch_regs_sp(&written.regs);
	__vaddr_t at = (__vaddr_t)frame_below(top) - GDB_INJECT_ROOM;

	if (uk_nofault_probe_rw(at, top - at, 0) != top - at)
		return "the thread's stack has no room";
	if (is_back(uk_thread_current(), regs))
		return __NULL;
	switch (uk_thread_stand_in_check(thread_of(written.tid))) {
	case -EINVAL:
		return "the thread idles: call it in another one";
	case -ENOSPC:
		return "too many that were called have not returned";
	}
	/* an idle CPU looks for threads with interrupts off */
	return gdb_inject_refusal(regs,
				  uk_sched_idles() && !uk_sched_is_locked());
}

const char *gdb_call_check(const struct __regs *regs,
			   const struct gdb_decision *d, long *tid)
{
	const struct __regs *place = place_of(written.tid);
	const char *why = __NULL;

	*tid = 0;
	if (!place || !is_call(place)) {
		settle();
	} else if (!d->alone || d->tid == written.tid) {
		*tid = written.tid;
		why = refusal(regs);
	}
	if (why)
		written.tid = 0;
	return why;
}

static void prepare(int ends, int alone)
{
	struct ukarch_trap_frame *frame =
		frame_below(ukarch_regs_sp(&written.regs));
	struct uk_thread *t = thread_of(written.tid);

	next = (struct uk_stand_in){
		.thread = t,
		.switches = t->switches,
		.sp = (__uptr)frame,
		.func = start,
		.arg = frame,
		.ends = ends,
		.alone = alone,
	};
	next_regs = written.regs;
	ukarch_regs_set_irq(&next_regs, 1);
	if (!written.has_fp)
		gdb_arch_fp_of_ctx(fpstate, ctx_of(uk_thread_regs(t)));
}

long gdb_call_go(struct __regs *regs, const struct gdb_decision *d, int begins,
		 __vaddr_t *pc)
{
	const struct __regs *place = is_back(uk_thread_current(), regs);
	long tid = written.tid;

	if (begins) {
		*pc = ukarch_regs_pc(&written.regs);
		prepare(place != __NULL, d->alone);
		written.tid = 0;
		gdb_inject(regs, lend, 0);
		ukarch_regs_set_irq(regs, 0);
		return tid;
	}
	if (!place)
		return 0;
	*pc = ukarch_regs_pc(place);
	gdb_inject(regs, end, 0);
	return gdb_guest_tid();
}
