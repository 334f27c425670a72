/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * One CPU stops all others. Each stop has a number; a stopped CPU stands in
 * its trap until the number is over. What asked it to stop may come late, when
 * the stop is over already: then it goes on.
 */
#include <uk/arch/fpstate.h>
#include <uk/intctlr.h>
#include <uk/plat/image.h>
#include "lcpu_internal.h"

#define STOP_NS UK_NSEC_PER_SEC
#define STALL_NS (STOP_NS / 100)
#define POLLS_MAX 1000000000U /* where the clock stands */
#define TURN_POLLS 100000U    /* for others that were late */
#define ASK_AGAIN 64U	      /* polls at first, twice as many each time */
#define ASK_RARELY 4096U      /* polls at most */
#define PUT_OFF 5U	      /* times: a holder may need what one has */

#define NONE 0U

UK_EVENT(UK_EVENT_LCPU_RESUMED);

const struct uk_spinlock *uk_lcpu_stop_behind;

static unsigned int owner;  /* CPU + 1 that has stopped the others */
static unsigned int number; /* of the stop; 0: before the first */

static struct {
	unsigned int asked;   /* to stop, with this number */
	unsigned int waits;   /* it was late, and is to be the next */
	unsigned int stands;  /* in the stop with this number */
	unsigned int defers;  /* calls of uk_lcpu_stop_defer() */
	unsigned int put_off; /* how often, since it stood */
	int nested;	      /* its in_debugger before it stood */
	__uptr from;	      /* where it went on after that; 0: not there */
	struct ukarch_trap_ctx *trap;
} cpus[CPUS];

/* Vector registers are not in the frame of a trap: a copy, which a debugger may
 * change.
 */
#ifdef CONFIG_UKARCH_FPSTATE
static char
	fpstates[CPUS][UKARCH_FPSTATE_SIZE_MAX] __aligned(UKARCH_FPSTATE_ALIGN);

static void fp_save(unsigned int cpu)
{
	ukarch_fpstate_save(fpstates[cpu]);
}

static void fp_restore(unsigned int cpu)
{
	ukarch_fpstate_restore(fpstates[cpu]);
}

void *uk_lcpu_fpstate(unsigned int cpu)
{
	return uk_lcpu_trap(cpu) ? fpstates[cpu] : __NULL;
}
#else
static void fp_save(unsigned int cpu __unused)
{
}

static void fp_restore(unsigned int cpu __unused)
{
}

void *uk_lcpu_fpstate(unsigned int cpu __unused)
{
	return __NULL;
}
#endif

/* 1 while a stop goes on for a CPU that stands in it. */
static int __nobreak goes_on(unsigned int cpu, unsigned int stop)
{
	unsigned int by = __atomic_load_n(&owner, __ATOMIC_ACQUIRE);

	return by != NONE && by != cpu + 1 &&
	       __atomic_load_n(&number, __ATOMIC_ACQUIRE) == stop;
}

/* From here on others see where this CPU is, and may change the text that its
 * NMIs execute.
 */
static void stand_begin(struct ukarch_trap_ctx *ctx, unsigned int stop)
{
	unsigned int cpu = ukplat_lcpu_id();

	cpus[cpu].trap = ctx;
	cpus[cpu].put_off = 0;
	cpus[cpu].nested = uk_percpu()->in_debugger;
	uk_percpu()->in_debugger = 1;
	fp_save(cpu);
	__atomic_store_n(&cpus[cpu].stands, stop, __ATOMIC_RELEASE);
}

/* A stopped CPU sleeps where it can be woken. */
static int can_halt(void)
{
	return UKARCH_HALTS_MASKED && uk_intctlr_stop_irq() >= 0;
}

/* Executed while another CPU changes breakpoints: one here would be hit when
 * it is not known yet.
 */
static void __nobreak __noinline wait_for_end(unsigned int cpu,
					      unsigned int stop, int halts)
{
	while (goes_on(cpu, stop)) {
		if (halts)
			ukarch_halt_masked();
		/* what is pending and masked ends each halt at once */
		ukarch_cpu_relax();
	}
}

/* An NMI's handlers use what the CPU that is alone uses, which asks for no
 * lock: they wait, too.
 */
void lcpu_stand_on(void)
{
	unsigned int cpu = ukplat_lcpu_id();

	wait_for_end(cpu, cpus[cpu].stands, 0);
}

/* Until that stop is over, or is passed to this CPU. */
static void stand(struct ukarch_trap_ctx *ctx, unsigned int stop)
{
	unsigned int cpu = ukplat_lcpu_id();

	wait_for_end(cpu, stop, can_halt());
	__atomic_store_n(&cpus[cpu].stands, 0, __ATOMIC_RELEASE);
	cpus[cpu].from = ukarch_regs_pc(ctx->regs);
	uk_percpu()->in_debugger = cpus[cpu].nested;
	fp_restore(cpu);
	uk_raise_event(UK_EVENT_LCPU_RESUMED, ctx);
}

/* It was resumed, and is asked before it has executed an instruction: stops
 * that follow each other would have it stand for ever.
 */
static int goes_first(unsigned int cpu, const struct __regs *regs)
{
	int is_there = cpus[cpu].from == ukarch_regs_pc(regs);

	cpus[cpu].from = 0;
	return is_there;
}

static int is_in_section(unsigned int cpu)
{
	return uk_lcpu_stop_behind && uk_spin_is_mine(uk_lcpu_stop_behind) &&
	       cpus[cpu].put_off++ < PUT_OFF;
}

int lcpu_stop_asked(void)
{
	unsigned int cpu = ukplat_lcpu_id(), asked;
	struct ukarch_trap_ctx *ctx = uk_percpu_read(trap);

	if (!__atomic_load_n(&cpus[cpu].asked, __ATOMIC_RELAXED))
		return 0;
	asked = __atomic_exchange_n(&cpus[cpu].asked, 0, __ATOMIC_ACQ_REL);
	/* It may come late, or stand already, in the trap that this one has
	 * interrupted.
	 */
	if (!asked || !goes_on(cpu, asked) || cpus[cpu].stands == asked)
		return 0;
	/* Registers are half saved there, or it will stop by itself, or
	 * it uses a device, is in the scheduler, or was asked too soon: it is
	 * asked again.
	 */
	if (uk_image_is_nobreak(ukarch_regs_pc(ctx->regs)) ||
	    uk_percpu_read(in_debugger) || UK_READ_ONCE(cpus[cpu].defers) ||
	    is_in_section(cpu) || goes_first(cpu, ctx->regs)) {
		__atomic_store_n(&cpus[cpu].asked, asked, __ATOMIC_RELEASE);
		return 1;
	}
	stand_begin(ctx, asked);
	stand(ctx, asked);
	return 1;
}

void uk_lcpu_stop_defer(void)
{
	unsigned int me = ukplat_lcpu_id();

	UK_WRITE_ONCE(cpus[me].defers, cpus[me].defers + 1);
	__asm__ __volatile__("" : : : "memory");
}

void uk_lcpu_stop_allow(void)
{
	unsigned int me = ukplat_lcpu_id();

	__asm__ __volatile__("" : : : "memory");
	UK_WRITE_ONCE(cpus[me].defers, cpus[me].defers - 1);
}

static int has_stopped(unsigned int cpu, unsigned int stop)
{
	return !lcpu_is_online(cpu) || cpu == ukplat_lcpu_id() ||
	       __atomic_load_n(&cpus[cpu].stands, __ATOMIC_ACQUIRE) == stop;
}

static void ask(unsigned int cpu, unsigned int stop)
{
	if (has_stopped(cpu, stop))
		return;
	__atomic_store_n(&cpus[cpu].asked, stop, __ATOMIC_RELEASE);
	if (uk_lcpu_nmi(cpu))
		uk_intctlr_ipi(cpu, (unsigned int)uk_intctlr_ipi_irq());
}

__nsec lcpu_waited(__nsec *last)
{
	__nsec before = *last;

	*last = ukplat_monotonic_clock();
	return MIN(*last - before, STALL_NS);
}

/* One that was asked too soon is asked again, but not so often that it handles
 * nothing else: where an NMI's handler has a breakpoint, the next one comes in
 * on top of it.
 */
static void ask_and_wait(unsigned int stop)
{
	__nsec last = ukplat_monotonic_clock(), time = 0;
	unsigned int wait = ASK_AGAIN, due = wait, polls = 1;

	for (unsigned int i = 0; i < ukplat_lcpu_count(); i++)
		ask(i, stop);
	for (unsigned int i = 0; i < ukplat_lcpu_count();) {
		if (has_stopped(i, stop)) {
			i++;
			wait = ASK_AGAIN;
			due = polls + wait;
		} else if (polls == POLLS_MAX ||
			   (time += lcpu_waited(&last)) >= STOP_NS) {
			return;
		} else if (++polls >= due) {
			ask(i, stop);
			wait = MIN(2 * wait, ASK_RARELY);
			due = polls + wait;
		}
		ukarch_cpu_relax();
	}
}

static int others_wait(unsigned int me)
{
	for (unsigned int i = 0; i < ukplat_lcpu_count(); i++)
		if (i != me && UK_READ_ONCE(cpus[i].waits))
			return 1;
	return 0;
}

/* So that one CPU's breakpoints do not hide all others'. Those that do not come
 * back soon have nothing to stop for any more.
 */
static void let_others_go_first(unsigned int me)
{
	if (UK_READ_ONCE(cpus[me].waits))
		return;
	for (unsigned int polls = 0; others_wait(me); polls++) {
		if (UK_READ_ONCE(owner) != NONE)
			return;
		if (polls == TURN_POLLS)
			break;
		ukarch_cpu_relax();
	}
	for (unsigned int i = 0; i < ukplat_lcpu_count(); i++)
		UK_WRITE_ONCE(cpus[i].waits, 0);
}

enum uk_lcpu_stop uk_lcpu_stop_others(struct ukarch_trap_ctx *ctx)
{
	unsigned int me = ukplat_lcpu_id(), other = NONE;

	if (UK_READ_ONCE(owner) == me + 1) {
		uk_percpu()->alone = 1;
		return UK_LCPU_NESTED;
	}
	let_others_go_first(me);
	if (!__atomic_compare_exchange_n(&owner, &other, me + 1, 0,
					 __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
		unsigned int stop = __atomic_load_n(&number, __ATOMIC_ACQUIRE);
		struct __regs here;
		struct ukarch_trap_ctx own = { .regs = &here,
					       .trapnr = UK_LCPU_NO_TRAP };

		if (!ctx) {
			ukarch_regs_capture(&here);
			ctx = &own;
		}
		UK_WRITE_ONCE(cpus[me].waits, 1);
		stand_begin(ctx, stop);
		stand(ctx, stop);
		return UK_LCPU_LATE;
	}
	UK_WRITE_ONCE(cpus[me].waits, 0);
	__atomic_store_n(&number, number + 1 ? number + 1 : 1,
			 __ATOMIC_RELEASE);
	ask_and_wait(number);
	uk_percpu()->alone = 1;
	return UK_LCPU_ALONE;
}

/* Only what stopped it is above an interrupt that it may be handling. It finds
 * then that it was asked late.
 */
static void wake(unsigned int cpu)
{
	unsigned int stop =
		__atomic_load_n(&cpus[cpu].stands, __ATOMIC_ACQUIRE);

	if (!can_halt() || !stop)
		return;
	__atomic_store_n(&cpus[cpu].asked, stop, __ATOMIC_RELEASE);
	(void)uk_lcpu_nmi(cpu);
}

void uk_lcpu_resume_others(void)
{
	if (UK_READ_ONCE(owner) != ukplat_lcpu_id() + 1)
		return;
	uk_percpu()->alone = 0;
	__atomic_store_n(&owner, NONE, __ATOMIC_RELEASE);
	for (unsigned int i = 0; i < ukplat_lcpu_count(); i++)
		wake(i);
}

int uk_lcpu_is_stopping(void)
{
	unsigned int by = __atomic_load_n(&owner, __ATOMIC_SEQ_CST);

	return by != NONE && by != ukplat_lcpu_id() + 1;
}

void uk_lcpu_run_alone(void)
{
	uk_percpu()->alone = 0;
}

void uk_lcpu_pass(unsigned int cpu, struct ukarch_trap_ctx *ctx)
{
	uk_percpu()->alone = 0;
	stand_begin(ctx, number);
	__atomic_store_n(&owner, cpu + 1, __ATOMIC_RELEASE);
	wake(cpu);
	stand(ctx, number);
}

enum uk_lcpu_state uk_lcpu_state(unsigned int cpu)
{
	if (cpu >= ukplat_lcpu_count() || !lcpu_is_online(cpu))
		return UK_LCPU_OFF;
	return owner != NONE && cpus[cpu].stands == number ? UK_LCPU_STOPPED
							   : UK_LCPU_RUNS;
}

struct ukarch_trap_ctx *uk_lcpu_trap(unsigned int cpu)
{
	return uk_lcpu_state(cpu) == UK_LCPU_STOPPED ? cpus[cpu].trap : __NULL;
}
