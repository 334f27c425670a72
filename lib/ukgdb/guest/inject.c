/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A function that the program that stopped calls before it goes on, on its own
 * stack, as if the code there had called it.
 */
#include <uk/arch/fpstate.h>
#include <uk/nofault.h>
#include "guest.h"

/* On the stack of the thread. */
struct call {
	void (*fn)(int arg);
	int arg;
	char fpstate[] __aligned(UKARCH_FPSTATE_ALIGN);
};

static void call(void *arg)
{
	struct call *c = arg;

	ukarch_fpstate_save(c->fpstate);
	c->fn(c->arg);
	ukarch_fpstate_restore(c->fpstate);
}

/* Where they are, if the code's stack ends at top. */
static struct call *call_at(__vaddr_t top)
{
	return (struct call *)ALIGN_DOWN(top - sizeof(struct call) -
						 ukarch_fpstate_size(),
					 (__vaddr_t)UKARCH_FPSTATE_ALIGN);
}

static struct ukarch_trap_frame *frame_at(const struct call *c)
{
	return (struct ukarch_trap_frame *)ALIGN_DOWN(
		(__vaddr_t)c - sizeof(struct ukarch_trap_frame), 16UL);
}

const char *gdb_inject_refusal(const struct __regs *regs, int irq_off)
{
	__vaddr_t top = ukarch_regs_sp(regs);
	__vaddr_t at = (__vaddr_t)frame_at(call_at(top)) - GDB_INJECT_ROOM;

	if (gdb_cpu()->stopped_ctx.outer)
		return "the program handles a trap or an interrupt";
	if (!irq_off && !ukarch_regs_irq_enabled(regs))
		return "interrupts are off";
	if (uk_nofault_probe_rw(at, top - at, 0) != top - at)
		return "its stack has no room";
	return __NULL;
}

void gdb_inject(struct __regs *regs, void (*fn)(int arg), int arg)
{
	struct call *c = call_at(ukarch_regs_sp(regs));

	c->fn = fn;
	c->arg = arg;
#ifdef CONFIG_HAVE_SMP
	ukarch_percpu_resume(regs); /* the function may change the CPU */
#endif
	ukarch_trap_frame_call(frame_at(c), regs, call, c);
}
