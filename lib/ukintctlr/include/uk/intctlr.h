/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Interrupt lines and who handles them, under Unikraft's names where they
 * fit:
 *
 *	static int tick(void *arg)
 *	{
 *		...quiet the device...
 *		return UK_INTCTLR_IRQ_HANDLED;
 *	}
 *
 *	uk_intctlr_irq_register(4, tick, dev);
 *
 * A line's number is the controller's: on x86_64 the pin of the I/O APIC (an
 * ISA interrupt has its own number), then the local lines of <uk/apic.h>; on
 * arm64 the INTID. What the device tree says of a device is translated by
 * uk_intctlr_irq_fdt_xlat().
 *
 * Handlers run in irq context: interrupts off, on the interrupted stack or
 * the trap stack; no allocation, no lock that a thread may hold, general
 * registers only. All registers of what was interrupted are in
 * uk_percpu_read(trap)->regs and may be changed. A fault in a handler is a trap
 * like any other.
 *
 * The event UKARCH_TRAP_IRQ is handled at priority 5 and passed on: a handler
 * of that event with a later priority runs after the end of interrupt was sent
 *to the controller. There, and not before, a scheduler may switch.
 */
#ifndef __UK_INTCTLR_H__
#define __UK_INTCTLR_H__

#include <errno.h>
#include <uk/arch/trap.h>
#include <uk/table.h>

enum uk_intctlr_irq_trigger {
	UK_INTCTLR_IRQ_TRIGGER_NONE, /* leave it as it is */
	UK_INTCTLR_IRQ_TRIGGER_EDGE,
	UK_INTCTLR_IRQ_TRIGGER_LEVEL,
};

struct uk_intctlr_irq {
	unsigned int id;
	unsigned int trigger; /* enum uk_intctlr_irq_trigger */
};

/* What a handler returns. */
#define UK_INTCTLR_IRQ_NOT_HANDLED 0 /* not my device */
#define UK_INTCTLR_IRQ_HANDLED 1
#define UK_INTCTLR_IRQ_PERHAPS 2 /* of an NMI: ask other lines, too */

/* After so many unclaimed interrupts in a row the line is masked. */
#define UK_INTCTLR_UNCLAIMED_MAX 1000

/** A handler; all handlers of a line are called, in order of registration. */
typedef int (*uk_intctlr_irq_handler_func_t)(void *arg);

/**
 * Adds a handler to a line and unmasks the line if it is the first.
 *
 * @return 0; -ENODEV before a controller was found (init class plat,
 *   priority 1); -EINVAL if there is no such line; -EEXIST if that handler
 *   is there with that arg; -ENOSPC if LIBUKINTCTLR_HANDLERS are registered.
 *   Contexts: any but a trap inside of a call for the same line; it masks
 *   interrupts while it links.
 */
int uk_intctlr_irq_register(unsigned int irq,
			    uk_intctlr_irq_handler_func_t handler, void *arg);

/**
 * Takes a handler off its line, which is masked if no other is left. Once it
 * returned the handler does not run any more, on no CPU. A handler may take
 * itself off: then it may still run on another CPU.
 *
 * @return 0; -ENOENT if it was not registered. Contexts: as registering.
 */
int uk_intctlr_irq_unregister_arg(unsigned int irq,
				  uk_intctlr_irq_handler_func_t handler,
				  void *arg);

/**
 * Declares that a handler wakes no thread but one that waits for input of a
 * console (UK_WAIT_INPUT) or for a time. A handler that is not declared may
 * wake any: while it is registered no thread counts as waiting in vain.
 */
#define UK_INTCTLR_WAKES_NONE(handler)                               \
	UK_TABLE_RECORD(wakes_none, struct uk_intctlr_wakes_none, 5, \
			uk_wakes_none_##handler) = { (const void *)(handler) }

struct uk_intctlr_wakes_none {
	const void *func;
};

/** 1 if a function was declared so. Contexts: any. */
int uk_intctlr_wakes_none(const void *func);

/** 1 if a handler is registered that may wake any thread. Contexts: irq-off. */
int uk_intctlr_may_wake(void);

/**
 * Masks or unmasks a line; a line that does not exist is left alone. What a
 * masked edge-triggered line signals may be lost, a level stays. A line that is
 * unmasked, or gets its first handler, interrupts the calling CPU from then on.
 * Contexts: any; they write to registers of the controller.
 */
void uk_intctlr_irq_mask(unsigned int irq);
void uk_intctlr_irq_unmask(unsigned int irq);

/**
 * Has a line interrupt another CPU from now on, until it is unmasked anew. For
 * a moment the handlers of an edge-triggered line may run on both.
 *
 * @return 0; -EINVAL if there is no such line, each CPU has its own of it, or
 *   that CPU takes no interrupts; -ENODEV as for registering. Contexts: any.
 */
int uk_intctlr_irq_set_cpu(unsigned int irq, unsigned int cpu);

/**
 * Sets what triggers a line. By default it is what the machine's lines are:
 * x86_64: edge below 16, level from there; arm64: as the firmware left it.
 *
 * @return 0; -ENODEV, -EINVAL as for registering, or -EINVAL if the line
 *   cannot be triggered that way. Contexts: init, thread.
 */
int uk_intctlr_irq_configure(const struct uk_intctlr_irq *irq);

/**
 * Delivers a line even while interrupts are off, or no longer. Its handlers
 * then run in trap context and may have interrupted anything, this library
 * included; one must take the interrupt, or it ends in the crash screen. The
 * line counts as edge-triggered meanwhile. For a debugger, which stops a
 * program that has disabled interrupts, and for what interrupts such a program
 * regularly.
 *
 * Several lines may be delivered so. Where an interrupt does not say which of
 * them it is (x86_64), the handlers of all are called that interrupt this CPU.
 * Of a line that each CPU has of its own it is the calling CPU's, and those of
 * the CPUs that start later.
 *
 * @return 0; -ENOTSUP where the controller cannot; -ENODEV, -EINVAL as for
 *   registering. The line is masked afterwards. Contexts: init, thread, trap.
 */
int uk_intctlr_irq_set_nmi(unsigned int irq, int on);

/**
 * Reads an entry of the property `interrupts` of a node of the device tree.
 *
 * @param nodeoffset the node
 * @param index 0, 1, …: which of its interrupts
 * @param irq receives line and trigger, for uk_intctlr_irq_configure()
 * @return 0; -ENOTSUP where the controller is not described by a device
 *   tree; -ENOENT if there is no such entry; -EINVAL if it is malformed.
 *   Contexts: any; it only reads the device tree.
 */
int uk_intctlr_irq_fdt_xlat(const void *fdt, int nodeoffset, __u32 index,
			    struct uk_intctlr_irq *irq);

/**
 * Makes a line pending, as its device would; on x86_64 even if it is masked,
 * and on the calling CPU: to test a handler, or to get into irq context.
 *
 * @return 0; -ENODEV or -EINVAL as for registering. Contexts: any.
 */
int uk_intctlr_irq_trigger(unsigned int irq);

/** What happened on a line since boot. */
struct uk_intctlr_irq_stats {
	__u64 count;	 /* interrupts */
	__u64 unclaimed; /* of these, claimed by no handler */
	unsigned int handlers;
};

/**
 * @return 0, or -EINVAL if there is no such line. Contexts: any; where it
 * interrupts an update it may miss the last interrupt.
 */
int uk_intctlr_irq_stats(unsigned int irq, struct uk_intctlr_irq_stats *stats);

/** The number of lines, numbered from 0; 0 without controller. Any context. */
unsigned int uk_intctlr_irq_count(void);

#ifdef CONFIG_HAVE_SMP
/**
 * The lines by which CPUs interrupt each other: one as any other, one even
 * while interrupts are off, as uk_intctlr_irq_set_nmi() describes it, for
 * which the second is -1 where the controller cannot. Contexts: any after
 * probing.
 */
int uk_intctlr_ipi_irq(void);
int uk_intctlr_stop_irq(void);

/**
 * Makes one of the two lines pending at a CPU that runs. Contexts: any.
 */
void uk_intctlr_ipi(unsigned int cpu, unsigned int irq);

/** Interrupts that a CPU has taken since boot: of all lines, and of those by
 * which CPUs interrupt each other. Any context.
 */
__u64 uk_intctlr_cpu_count(unsigned int cpu);
__u64 uk_intctlr_cpu_ipis(unsigned int cpu);
#endif

/** The line whose handlers run on this CPU, or -1. Contexts: any. */
int uk_intctlr_irq_current(void);

/** Interrupts that were gone when the controller was asked. Any context. */
__u64 uk_intctlr_spurious_count(void);

/** The name of the controller, NULL before one was found. Any context. */
const char *uk_intctlr_name(void);

/* --- for drivers of interrupt controllers --------------------------------*/

#define UK_INTCTLR_SPURIOUS (-1)
#define UK_INTCTLR_DONE (-2) /* the driver has run the handlers */

/* Called with interrupts off. irq is always below the number of lines. */
struct uk_intctlr_driver_ops {
	/*
	 * Looks for the controller, masks every line and makes it deliver.
	 * Returns the number of lines, or -ENODEV. Called once, in init.
	 */
	int (*probe)(void);
	/* The line that interrupted, or one of the two above. */
	int (*ack)(const struct ukarch_trap_ctx *ctx);
	/* The handlers have run. */
	void (*eoi)(unsigned int irq);
	void (*mask_irq)(unsigned int irq);
	void (*unmask_irq)(unsigned int irq);
	/* A CPU that takes interrupts; -EINVAL if each has its own line. */
	int (*set_cpu)(unsigned int irq, unsigned int cpu);
	int (*configure_irq)(const struct uk_intctlr_irq *irq);
	void (*trigger_irq)(unsigned int irq);
	/* May be NULL. The driver calls uk_intctlr_nmi(); masks the line. */
	int (*set_nmi)(unsigned int irq, int on);
#ifdef CONFIG_HAVE_SMP
	/* The calling CPU, which does not boot, takes interrupts. */
	void (*init_cpu)(void);
	/* Makes a line of the two below pending at a CPU. Any context. */
	void (*ipi)(unsigned int cpu, unsigned int irq);
	int ipi_irq;
	int (*stop_irq)(void); /* after probe */
#endif
	/* NULL where no device tree describes interrupts. */
	int (*fdt_xlat)(const void *fdt, int nodeoffset, __u32 index,
			struct uk_intctlr_irq *irq);
};

/**
 * Runs the handlers of a line that came as NMI. A driver runs those of its
 * stop_irq first: a CPU that another one has stopped waits in them until it is
 * resumed.
 *
 * @return what they returned, ORed: 0 if none took it. Contexts: trap.
 */
int uk_intctlr_nmi(unsigned int irq);

struct uk_intctlr_desc {
	const char *name;
	const struct uk_intctlr_driver_ops *ops;
};

UK_TABLE_DECLARE(intctlr, struct uk_intctlr_desc);

/**
 * Registers a driver at file scope; the first whose probe finds a controller,
 * by priority, is the one that is used.
 *
 * @param id a C identifier, which is also the name
 */
#define UK_INTCTLR_REGISTER(id, driver_ops, prio)              \
	UK_TABLE_RECORD(intctlr, struct uk_intctlr_desc, prio, \
			uk_intctlr_##id) = { #id, (driver_ops) }

#endif /* __UK_INTCTLR_H__ */
