/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Consoles are named byte streams ("com1", "pl011", "vport1"). A library asks
 * for the console that has a role:
 *
 *	uk_console_out(uk_console_get(UK_CONSOLE_STDIO), "hello\n", 6);
 *
 * A user gives roles to consoles on the command line: console.log=com2. Bytes
 * pass as they are; no newline is turned into anything.
 *
 * A driver whose device can be looked for at any time (a UART at a known
 * place) registers its console at link time:
 *
 *	static const struct uk_console_ops ops = {
 *		.probe = probe, .out = out, .in = in,
 *	};
 *	static struct uk_console com1 = UK_CONSOLE("com1", &ops, (void *)0x3f8);
 *	UK_CONSOLE_REGISTER(com1, 2);
 *
 * One that finds its devices while a bus is walked calls
 * uk_console_register() for each.
 *
 * Without LIBUKCONSOLE no console is ever found, and nothing leaves code.
 */
#ifndef __UK_CONSOLE_H__
#define __UK_CONSOLE_H__

#include <errno.h>
#include <uk/arch/lcpu.h>
#include <uk/list.h>
#include <uk/table.h>

struct uk_console;

/*
 * What a driver does. All are called in any context, traps with interrupts
 * off included, before init calls ran, and possibly while another call for
 * the same device was interrupted half-way: they poll the device, keep no
 * state that such an interruption could break, take no lock, do not log.
 */
struct uk_console_ops {
	/*
	 * Looks for the device and makes it ready to send and receive. May be
	 * NULL for one registered at run time. Returns 0, or -ENODEV if it is
	 * not there. Called once.
	 */
	int (*probe)(struct uk_console *con);

	/*
	 * Sends up to len bytes. Returns how many were taken, less than len
	 * when the other end is slow and does not make room within a bound;
	 * or a negative errno.
	 */
	__ssz (*out)(struct uk_console *con, const char *buf, __sz len);

	/*
	 * Receives up to len bytes without waiting. Returns how many there
	 * were, 0 if none; or a negative errno.
	 */
	__ssz (*in)(struct uk_console *con, char *buf, __sz len);

	/*
	 * Returns the number of the current connection, which grows with each
	 * one; 0 if there is none. Bytes that out() takes are for the
	 * connection that this returned last; if that has ended since, out()
	 * takes and drops them. NULL for a line that cannot know.
	 */
	unsigned int (*connection)(struct uk_console *con);

	/*
	 * out(), if that is the current connection, else -EPIPE: nothing comes
	 * between. Where there is connection().
	 */
	__ssz (*out_to)(struct uk_console *con, unsigned int connection,
			const char *buf, __sz len);

	/*
	 * 1 while the calling CPU is inside of another call for the device, so
	 * that in() and out() would take nothing; it must get on first. NULL:
	 * never.
	 */
	int (*is_inside)(struct uk_console *con);

#ifdef CONFIG_LIBUKCONSOLE_RX_IRQ
	/*
	 * The line by which a console with a ring interrupts, or a negative
	 * errno if it has none. Called once, when there are interrupts. NULL
	 * for one that stays polled, or registers a handler of its own.
	 */
	int (*irq)(struct uk_console *con);

	/* Whether the device interrupts as long as it has bytes for in(). */
	void (*irq_enable)(struct uk_console *con, int on);
#endif
};

/*
 * Counters since boot. A reader sees each number whole, but not all of them at
 * one instant.
 */
struct uk_console_stats {
	__u64 in_bytes;	   /* received */
	__u64 in_overruns; /* bytes that came and found no room */
	__u64 out_bytes;   /* taken to be sent */
	__u64 out_dropped; /* bytes that were to be sent and went nowhere */
};

#ifdef CONFIG_LIBUKCONSOLE_RX_IRQ
/*
 * Bytes that an interrupt handler received and no reader took yet; rx.c
 * describes how it is shared.
 */
struct uk_console_ring {
	int entered;  /* a context moves bytes from the device */
	int again;    /* another one wanted to */
	int paused;   /* the device does not interrupt: there was no room */
	__u64 tail;   /* bytes taken since boot */
	__u64 filled; /* bytes put in since boot, and UK_CONSOLE_BYPASSED */
	char buf[CONFIG_LIBUKCONSOLE_RX_SIZE];
};
#endif

struct uk_console {
	const char *name; /* unique; letters and digits */
	const struct uk_console_ops *ops;
	void *priv; /* the driver's */
	/* The rest is ukconsole's. */
	int state;		   /* UK_CONSOLE_UNKNOWN … */
	struct uk_list_head _list; /* present ones, best default first */
	int _prio;
	unsigned int _writer;	       /* CPU + 1 that sends, 0: none */
	struct uk_console_stats stats; /* drivers add to drops and overruns */
#ifdef CONFIG_LIBUKCONSOLE_RX_IRQ
	struct uk_console_ring *ring; /* or NULL: in() is asked each time */
	int irq;		      /* line + 1, 0 while polled */
	void (*rx)(struct uk_console *con, void *arg);
	void *rx_arg;
	unsigned int events;
#endif
};

/* States: */
#define UK_CONSOLE_UNKNOWN 0 /* not looked for yet */
#define UK_CONSOLE_PRESENT 1
#define UK_CONSOLE_ABSENT 2

/** Initializer of a struct uk_console. */
#define UK_CONSOLE(con_name, con_ops, con_priv)                          \
	{                                                                \
		.name = (con_name), .ops = (con_ops), .priv = (con_priv) \
	}

/** The same for a driver that receives by interrupt, if that is selected. */
#ifdef CONFIG_LIBUKCONSOLE_RX_IRQ
#define UK_CONSOLE_RING(con_name, con_ops, con_priv)                      \
	{                                                                 \
		.name = (con_name), .ops = (con_ops), .priv = (con_priv), \
		.ring = &(struct uk_console_ring)                         \
		{                                                         \
			0                                                 \
		}                                                         \
	}
#else
#define UK_CONSOLE_RING UK_CONSOLE
#endif

/** Adds to one of the statistics. Contexts: any; one atomic addition. */
static inline void uk_console_count(__u64 *number, __u64 by)
{
	__atomic_fetch_add(number, by, __ATOMIC_RELAXED);
}

/* A record of the table of consoles known at link time. */
struct uk_console_rec {
	struct uk_console *con;
	long prio;
};

UK_TABLE_DECLARE(console, struct uk_console_rec);

/**
 * Registers a console at link time.
 *
 * @param con a struct uk_console variable
 * @param p its rank as the default: 0 (first) to 9 (last); UARTs that a
 *   machine has by default take 2, others more. Among equals the first in link
 *   order.
 */
#define UK_CONSOLE_REGISTER(con, p)                        \
	UK_TABLE_RECORD(console, struct uk_console_rec, p, \
			uk_console_rec_##con) = { &(con), (p) }

/* What consoles are for. */
enum uk_console_role {
	UK_CONSOLE_LOG,	  /* the log; default: the best console present */
	UK_CONSOLE_STDIO, /* stdin and stdout; default: as for the log */
	/* Without default here: a library may have one, uk_console_choose() */
	UK_CONSOLE_GDB,
	UK_CONSOLE_METRICS,
	UK_CONSOLE_DUMP,
#ifdef CONFIG_LIBUKSHELL
	UK_CONSOLE_SHELL,
#endif
	UK_CONSOLE_ROLES
};

#ifdef CONFIG_LIBUKCONSOLE
/*
 * The name of the console that each role wants, NULL for the default, "none"
 * for no console. A library that owns a role declares the parameter:
 *
 *	UK_PARAM(gdb, console, &uk_console_wanted[UK_CONSOLE_GDB], charp, "…");
 *
 * Two roles may name the same console. Names are looked up when consoles come
 * up, early (2) for those known at link time; a name that is not registered
 * until late (9) is an error: the message lists the
 * registered ones, and the boot ends.
 */
extern char *uk_console_wanted[UK_CONSOLE_ROLES];

/**
 * The console that has a role.
 *
 * @return the console, or NULL if the role has none. While init calls run a
 *   role whose wanted console is not there yet has its default.
 * Contexts: any. Before consoles came up this looks for them.
 */
struct uk_console *uk_console_get(enum uk_console_role role);

/**
 * The console that has a role, or by default one of a list.
 *
 * @param names of consoles, with commas between them: the first that is
 *   present, if no parameter names one
 * @return the console, or NULL if there is none of them, or none is wanted.
 * Contexts: as uk_console_get().
 */
struct uk_console *uk_console_choose(enum uk_console_role role,
				     const char *names);

/**
 * The console of that name.
 *
 * @return the console, or NULL if none that is present has it.
 * Contexts: any.
 */
struct uk_console *uk_console_by_name(const char *name);

/**
 * The first console present (prev NULL) or the one after prev.
 *
 * @return the console, or NULL after the last. Contexts: any.
 */
struct uk_console *uk_console_next(const struct uk_console *prev);

/**
 * Sends bytes.
 *
 * @param con the console; NULL sends nothing
 * @return how many bytes were taken, less than len when the other end is slow;
 *   -ENODEV if con is NULL; the driver's negative errno. If the driver knows
 *   that there is no connection it takes them all, and drops those that it has
 *   no room to keep.
 * Contexts: any; it polls and does not wait without bound.
 */
__ssz uk_console_out(struct uk_console *con, const char *buf, __sz len);

/**
 * Receives bytes that are there, without waiting.
 *
 * With LIBUKCONSOLE_RX_IRQ bytes come from the ring that the interrupt handler
 * fills; with interrupts off, and so in irq and trap context, from the device
 * as well. Readers may interrupt each other and the handler at any instruction:
 * each byte goes to one of them, and bytes stay in order. Only who interrupts
 * the handler or a polling reader between two instructions (a breakpoint in
 * the driver, a crash there; neither interrupts nor NMIs do) polls past it, and
 * the one byte that it may have had in its hands is dropped and counted as
 * overrun.
 *
 * @return how many bytes, 0 if none are there; -ENODEV if con is NULL; the
 *   driver's negative errno. Contexts: any; readers of one console take the
 *   bytes from each other.
 */
__ssz uk_console_in(struct uk_console *con, char *buf, __sz len);

/**
 * The current connection.
 *
 * @return 0 if there is no connection, else its number: a different number
 *   means that the one before has ended. A line that cannot know, such as a
 *   UART, has 1 at all times. 0 if con is NULL. Contexts: any; it polls.
 */
unsigned int uk_console_connection(struct uk_console *con);

/**
 * 1 while the calling CPU is in the middle of the driver, so that no byte can
 * be sent or received before it is out. Contexts: any.
 */
static inline int uk_console_is_inside(struct uk_console *con)
{
	return con->ops->is_inside && con->ops->is_inside(con);
}

/**
 * Sends bytes, unless the connection that they are for has ended.
 *
 * @param connection the result of uk_console_connection() when these bytes, or
 *   the request that they answer, began
 * @return as uk_console_out(); -EPIPE if there is another connection by now,
 *   or none. A connection that ends while the bytes are on their way drops
 *   them. Contexts: any.
 */
__ssz uk_console_out_to(struct uk_console *con, unsigned int connection,
			const char *buf, __sz len);

/**
 * Registers a console found at run time; it is present and may take a role
 * that waits for its name.
 *
 * @param con stays the driver's and must live on
 * @param prio as for UK_CONSOLE_REGISTER()
 * @return 0; -EEXIST if the name is taken; -ENODEV if its probe said so.
 * Contexts: init, thread.
 */
int uk_console_register(struct uk_console *con, int prio);
#else
static inline struct uk_console *uk_console_get(enum uk_console_role r __unused)
{
	return __NULL;
}
static inline struct uk_console *uk_console_by_name(const char *name __unused)
{
	return __NULL;
}
static inline struct uk_console *
uk_console_next(const struct uk_console *prev __unused)
{
	return __NULL;
}
static inline __ssz uk_console_out(struct uk_console *con __unused,
				   const char *buf __unused, __sz len __unused)
{
	return -ENODEV;
}
static inline __ssz uk_console_in(struct uk_console *con __unused,
				  char *buf __unused, __sz len __unused)
{
	return -ENODEV;
}
static inline int uk_console_is_inside(struct uk_console *con __unused)
{
	return 0;
}
static inline unsigned int
uk_console_connection(struct uk_console *con __unused)
{
	return 0;
}
static inline __ssz uk_console_out_to(struct uk_console *con __unused,
				      unsigned int connection __unused,
				      const char *buf __unused,
				      __sz len __unused)
{
	return -ENODEV;
}
static inline int uk_console_register(struct uk_console *con __unused,
				      int prio __unused)
{
	return -ENODEV;
}
#endif

#ifdef CONFIG_LIBUKCONSOLE_RX_IRQ
/**
 * The line by which a console interrupts when bytes arrive.
 *
 * To have it delivered as NMI: uk_intctlr_irq_set_nmi(), then
 * uk_intctlr_irq_unmask(), then uk_console_set_rx(), which looks for what came
 * meanwhile.
 *
 * @return the line of <uk/intctlr.h>; -ENOTSUP if the console is polled (its
 *   device has no line, or init class plat has not run); -ENODEV if con is
 *   NULL. Contexts: any.
 */
int uk_console_irq(const struct uk_console *con);

/**
 * Has a function called when bytes arrived, or (a port) its client changed.
 *
 * It is called in the handler of the line, in irq context, in trap context if
 * the line comes as NMI, when the bytes can be had by uk_console_in(). It need
 * not take them: those that stay in the ring go to the next reader, and it is
 * called again when more come. It may be called when there is nothing. While a
 * reader polls the device it is not called: that reader gets the bytes.
 * Bytes that are there already have it called once before this returns.
 *
 * @param fn general registers only; NULL for none
 * @return 0; -EBUSY if another one is set; -ENOTSUP if the console is polled;
 *   -ENODEV if con is NULL. Contexts: any.
 */
int uk_console_set_rx(struct uk_console *con,
		      void (*fn)(struct uk_console *con, void *arg), void *arg);

/**
 * 1 if a console calls a function that may wake any thread, as
 * UK_INTCTLR_WAKES_NONE() has it. Contexts: irq-off.
 */
int uk_console_may_wake(void);

/**
 * Calls the function set by uk_console_set_rx(); for drivers that handle
 * their interrupt themselves. Contexts: irq, trap.
 */
void uk_console_received(struct uk_console *con);

/**
 * How often bytes arrived or the client changed, for uk_console_wait(). 0 if
 * con is NULL. Contexts: any.
 */
unsigned int uk_console_events(const struct uk_console *con);

/**
 * Sleeps until something came since uk_console_events() was asked:
 *
 *	events = uk_console_events(con);
 *	n = uk_console_in(con, buf, len);
 *	if (n == 0)
 *		uk_console_wait(con, events);
 *
 * It may return early, and does so at once where the console is polled or
 * interrupts are off: then this is the body of a busy loop. Contexts: thread.
 */
void uk_console_wait(const struct uk_console *con, unsigned int events);
#else
static inline int uk_console_irq(const struct uk_console *con __unused)
{
	return -ENOTSUP;
}
static inline int uk_console_set_rx(struct uk_console *con __unused,
				    void (*fn)(struct uk_console *con,
					       void *arg) __unused,
				    void *arg __unused)
{
	return -ENOTSUP;
}
static inline int uk_console_may_wake(void)
{
	return 0;
}
static inline void uk_console_received(struct uk_console *con __unused)
{
}
static inline unsigned int
uk_console_events(const struct uk_console *con __unused)
{
	return 0;
}
static inline void uk_console_wait(const struct uk_console *con __unused,
				   unsigned int events __unused)
{
	ukarch_cpu_relax();
}
#endif

#endif /* __UK_CONSOLE_H__ */
