/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Receiving by interrupt. Bytes pass from the device through the console's
 * ring to the reader; while interrupts are off a reader fills the ring itself.
 * These rules hold however the contexts interrupt each other:
 *
 * - One at a time has entered the device. Another CPU waits for it, by a lock;
 *   an interrupt or NMI on the same CPU leaves a note, and the one who entered
 *   looks again.
 * - A reader takes bytes by one compare-and-swap of `tail`, after copying
 *   them: of two that interrupt each other one copies again.
 * - A reader that finds the device entered has interrupted the one inside (a
 *   trap in the driver, or the CPU of the one inside is stopped) and cannot
 *   wait for it. It sets
 *   BYPASSED in `filled`, takes what is in the ring and asks the device past
 *   the ring. The one inside then cannot add the byte that it may have read
 *   before, which would come late: its compare-and-swap fails.
 *
 * A full ring leaves the rest in the device, which then does not interrupt
 * until a reader made room: under QEMU the sender waits and nothing is lost.
 * What a device lost of its own its driver counts.
 */
#include <string.h>
#include <uk/arch/lcpu.h>
#include <uk/console.h>
#include <uk/init.h>
#include <uk/intctlr.h>
#include <uk/plat/lcpu.h>
#include <uk/print.h>
#include <uk/spinlock.h>
#include <uk/trace.h>
#include "console_internal.h"

#define BYPASSED (1UL << 63)
#define SIZE CONFIG_LIBUKCONSOLE_RX_SIZE

#define CPUS CONFIG_UKPLAT_LCPU_MAXCOUNT

static int started;

/* The devices and what is put into rings. An NMI must not wait for its own CPU:
 * `inside` is set before the lock is asked for.
 */
static struct uk_spinlock lock = UK_SPINLOCK_INITIALIZER();
static __u8 inside[CPUS];

/* Whom consoles notify: writers. */
static struct uk_spinlock rx_lock = UK_SPINLOCK_INITIALIZER();

static __u64 filled(const struct uk_console_ring *ring)
{
	return __atomic_load_n(&ring->filled, __ATOMIC_ACQUIRE) & ~BYPASSED;
}

static void put(struct uk_console *con, __u64 at, char c)
{
	struct uk_console_ring *ring = con->ring;

	ring->buf[at % SIZE] = c;
	if (!__atomic_compare_exchange_n(&ring->filled, &at, at + 1, 0,
					 __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		uk_console_count(&con->stats.in_overruns, 1);
}

/*
 * Off before it is noted: a context that sees the note switches it on again,
 * and one that interrupts in between leaves that to the next.
 */
static void pause(struct uk_console *con)
{
	con->ops->irq_enable(con, 0);
	UK_WRITE_ONCE(con->ring->paused, 1);
}

/* Moves what the device has to the ring. */
static void drain(struct uk_console *con)
{
	struct uk_console_ring *ring = con->ring;
	char c;

	for (;;) {
		__u64 at = filled(ring);

		__atomic_store_n(&ring->filled, at, __ATOMIC_RELAXED);
		if (at - __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE) ==
		    SIZE) {
			pause(con);
			return;
		}
		if (con->ops->in(con, &c, 1) != 1)
			return;
		put(con, at, c);
	}
}

/* Returns 0 if another context has entered, and will look again. */
static int fill_locked(struct uk_console *con)
{
	struct uk_console_ring *ring = con->ring;

	do {
		if (__atomic_exchange_n(&ring->entered, 1, __ATOMIC_ACQUIRE)) {
			__atomic_store_n(&ring->again, 1, __ATOMIC_RELAXED);
			return 0;
		}
		__atomic_store_n(&ring->again, 0, __ATOMIC_RELAXED);
		drain(con);
		__atomic_store_n(&ring->entered, 0, __ATOMIC_RELEASE);
	} while (__atomic_load_n(&ring->again, __ATOMIC_RELAXED));
	return 1;
}

/* The same. Contexts: irq-off, trap. */
static int fill(struct uk_console *con)
{
	unsigned int cpu = ukplat_lcpu_id();
	int ret;

	if (CPUS == 1 || UK_READ_ONCE(inside[cpu]))
		return fill_locked(con);
	UK_WRITE_ONCE(inside[cpu], 1);
	uk_spin_lock_trap(&lock);
	ret = fill_locked(con);
	uk_spin_unlock(&lock);
	UK_WRITE_ONCE(inside[cpu], 0);
	return ret;
}

static __sz take(struct uk_console_ring *ring, char *buf, __sz len)
{
	__u64 tail = __atomic_load_n(&ring->tail, __ATOMIC_RELAXED);
	__sz n;

	do {
		__sz at = tail % SIZE;
		__sz first;

		/* More than fits: the tail is another by now. */
		n = MIN(len, (__sz)(filled(ring) - tail));
		n = MIN(n, (__sz)SIZE);
		first = MIN(n, SIZE - at);
		memcpy(buf, ring->buf + at, first);
		memcpy(buf + first, ring->buf, n - first);
	} while (!__atomic_compare_exchange_n(&ring->tail, &tail, tail + n, 0,
					      __ATOMIC_RELEASE,
					      __ATOMIC_RELAXED));
	return n;
}

static __ssz bypass(struct uk_console *con, char *buf, __sz len)
{
	__sz n;
	__ssz more;

	__atomic_fetch_or(&con->ring->filled, BYPASSED, __ATOMIC_ACQ_REL);
	n = take(con->ring, buf, len);
	more = con->ops->in(con, buf + n, len - n);
	return (__ssz)n + MAX(more, (__ssz)0);
}

/* There is room again, and what the device has is not announced any more. */
static void resume(struct uk_console *con)
{
	unsigned long flags = ukarch_irq_save();

	UK_WRITE_ONCE(con->ring->paused, 0);
	con->ops->irq_enable(con, 1);
	fill(con);
	ukarch_irq_restore(flags);
}

__ssz console_ring_in(struct uk_console *con, char *buf, __sz len)
{
	__sz n;

	if (!ukarch_irq_enabled() && !fill(con))
		return bypass(con, buf, len);
	n = take(con->ring, buf, len);
	if (unlikely(UK_READ_ONCE(con->ring->paused)))
		resume(con);
	return (__ssz)n;
}

#ifdef CONFIG_HAVE_SMP
/* The interrupt of a device ends the wait of the CPU that it is for only. */
static __u8 waits[CPUS];

static void note_wait(int on)
{
	__atomic_store_n(&waits[ukplat_lcpu_id()], on, __ATOMIC_SEQ_CST);
}

static void wake_others(void)
{
	for (unsigned int i = 0; i < ukplat_lcpu_count(); i++)
		if (i != ukplat_lcpu_id() &&
		    __atomic_load_n(&waits[i], __ATOMIC_SEQ_CST))
			uk_intctlr_ipi(i, (unsigned int)uk_intctlr_ipi_irq());
}
#else
static void note_wait(int on __unused)
{
}

static void wake_others(void)
{
}
#endif

UK_TRACEPOINT_FIELDS(trace_console_in, "%s", const char *, console);

void uk_console_received(struct uk_console *con)
{
	void (*rx)(struct uk_console * con, void *arg);
	void *arg;

	trace_console_in(con->name);
	__atomic_fetch_add(&con->events, 1, __ATOMIC_SEQ_CST);
	wake_others();
	/* It is replaced by way of NULL. */
	do {
		rx = __atomic_load_n(&con->rx, __ATOMIC_ACQUIRE);
		arg = __atomic_load_n(&con->rx_arg, __ATOMIC_ACQUIRE);
	} while (rx != __atomic_load_n(&con->rx, __ATOMIC_RELAXED));
	if (rx)
		rx(con, arg);
}

unsigned int uk_console_events(const struct uk_console *con)
{
	return con ? __atomic_load_n(&con->events, __ATOMIC_ACQUIRE) : 0;
}

void uk_console_wait(const struct uk_console *con, unsigned int events)
{
	unsigned long flags;

	if (!ukarch_irq_enabled() || uk_console_irq(con) < 0) {
		ukarch_cpu_relax();
		return;
	}
	flags = ukarch_irq_save();
	note_wait(1);
	if (uk_console_events(con) == events)
		ukarch_halt_irq();
	note_wait(0);
	ukarch_irq_restore(flags);
}

static int interrupt(void *arg)
{
	struct uk_console *con = arg;

	/* nothing came if the interrupt, or NMI, was another line's */
	if (fill(con) && filled(con->ring) != UK_READ_ONCE(con->ring->tail))
		uk_console_received(con);
	return UK_INTCTLR_IRQ_HANDLED;
}
UK_INTCTLR_WAKES_NONE(interrupt);

void console_rx_start(struct uk_console *con)
{
	int line;

	if (!started || con->irq || !con->ring || !con->ops->irq)
		return;
	line = con->ops->irq(con);
	if (line < 0)
		return;
	if (uk_intctlr_irq_register((unsigned int)line, interrupt, con)) {
		uk_pr_warn(
			"%s: cannot register a handler for interrupt %d; polling instead\n",
			con->name, line);
		return;
	}
	con->irq = line + 1;
	resume(con);
}

int uk_console_irq(const struct uk_console *con)
{
	if (!con)
		return -ENODEV;
	return con->irq ? con->irq - 1 : -ENOTSUP;
}

int uk_console_set_rx(struct uk_console *con,
		      void (*fn)(struct uk_console *con, void *arg), void *arg)
{
	unsigned long flags;
	int ret = uk_console_irq(con);

	if (ret < 0)
		return ret;
	uk_spin_lock_irqsave(&rx_lock, flags);
	ret = fn && con->rx && (con->rx != fn || con->rx_arg != arg) ? -EBUSY
								     : 0;
	if (!ret) {
		__atomic_store_n(&con->rx, __NULL, __ATOMIC_RELEASE);
		__atomic_store_n(&con->rx_arg, arg, __ATOMIC_RELEASE);
		__atomic_store_n(&con->rx, fn, __ATOMIC_RELEASE);
	}
	uk_spin_unlock(&rx_lock);
	if (!ret && con->ring)
		fill(con);
	if (!ret && (!con->ring || filled(con->ring) != con->ring->tail))
		uk_console_received(con);
	ukarch_irq_restore(flags);
	return ret;
}

/* After the probe of the controller, before interrupts are enabled. */
static int rx_init(struct uk_init_ctx *ctx __unused)
{
	struct uk_console *con = __NULL;

	started = 1;
	while ((con = uk_console_next(con)))
		console_rx_start(con);
	return 0;
}

uk_plat_initcall_prio(rx_init, 0, 5);

int uk_console_may_wake(void)
{
	const struct uk_console *con = __NULL;

	while ((con = uk_console_next(con)))
		if (con->rx && !uk_intctlr_wakes_none((const void *)con->rx))
			return 1;
	return 0;
}
