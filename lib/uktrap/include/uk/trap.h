/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The trap events. The trap entry of the architecture raises the one that
 * fits with a struct ukarch_trap_ctx * as data; a handler that mends the
 * cause returns UK_EVENT_HANDLED and the program goes on with the registers
 * in ctx->regs, changed or not. If no handler takes it, the guest crashes.
 *
 * Handlers run in trap context: interrupts off, on a stack where a further
 * fault is survivable; no allocation, no lock, no libc stdio, general
 * registers only. A fault inside a handler is a trap like any other and does
 * not disturb the frame of the first.
 */
#ifndef __UK_TRAP_H__
#define __UK_TRAP_H__

#include <uk/arch/trap.h>
#include <uk/event.h>

UK_EVENT_DECLARE(UKARCH_TRAP_DEBUG);	  /* breakpoint, step, watchpoint */
UK_EVENT_DECLARE(UKARCH_TRAP_PAGE_FAULT); /* no or insufficient mapping */
UK_EVENT_DECLARE(UKARCH_TRAP_BUS_ERROR);  /* alignment, external abort */
UK_EVENT_DECLARE(UKARCH_TRAP_INVALID_OP); /* undefined instruction */
UK_EVENT_DECLARE(UKARCH_TRAP_MATH);	  /* divide error, floating point */
UK_EVENT_DECLARE(UKARCH_TRAP_SECURITY);	  /* control-flow or tag violation */
UK_EVENT_DECLARE(UKARCH_TRAP_X86_GP);	  /* x86_64: general protection */
UK_EVENT_DECLARE(UKARCH_TRAP_IRQ);	  /* an interrupt line */
UK_EVENT_DECLARE(UKARCH_TRAP_OTHER);	  /* every vector not named above */

/*
 * Priorities of the handlers of this tree, in their order. Others choose one
 * relative to these, by UK_PRIO_AFTER() and UK_PRIO_BEFORE().
 */
#define UK_TRAP_PRIO_OUT_OF_LINE 0  /* the fault of a copied instruction */
#define UK_TRAP_PRIO_DEVICE 5	    /* debug events; interrupt controllers */
#define UK_TRAP_PRIO_AFTER_DEVICE 6 /* what needs the controller's state */
#define UK_TRAP_PRIO_LAST 9	    /* recovery; the scheduler */

/**
 * Raises a trap event. From here to uk_trap_leave() the CPU is in trap
 * context: uk_percpu_read(trap) is ctx. Called by the trap entry only.
 *
 * @return 1 if a handler took it, else 0.
 */
int uk_trap_raise(const struct uk_event *event, struct ukarch_trap_ctx *ctx);

/** Leaves the trap that uk_trap_raise() entered, handled or not. */
void uk_trap_leave(struct ukarch_trap_ctx *ctx);

#endif /* __UK_TRAP_H__ */
