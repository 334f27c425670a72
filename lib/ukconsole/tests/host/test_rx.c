/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The ring between interrupt handler and readers, each of which may be
 * interrupted by others. A fake device sends 1, 2, 3, …; what interrupts what
 * is drawn from a seeded generator, at each access to the device, where it
 * reads a byte and where it hands it over. Readers write down what they get,
 * and the order of the log is the order in which they had it. rx.c is included
 * for its interrupt handler.
 *
 * HOST-SRCS: lib/ukconsole/console.c
 * HOST-FLAGS: -include lib/ukconsole/tests/host/lcpu.h
 * HOST-FLAGS: -DCONFIG_LIBUKCONSOLE=1 -DCONFIG_LIBUKCONSOLE_RX_IRQ=1
 * HOST-FLAGS: -DCONFIG_LIBUKCONSOLE_RX_SIZE=16 -DCONFIG_LIBUKPRINT=1
 * HOST-FLAGS: -DCONFIG_LIBUKPRINT_LEVEL=3 -DCONFIG_LIBUKPRINT_LINE_MAX=256
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void interrupted(void);

/* A reader may be interrupted while it copies. */
static void *copy(void *to, const void *from, size_t len)
{
	interrupted();
	return memmove(to, from, len);
}

#define memcpy copy
#include "../../rx.c"
#undef memcpy

int irqs_off;

static unsigned int warnings;

void _uk_printk(int lvl, const char *fmt, ...)
{
	warnings++;
}

static uk_intctlr_irq_handler_func_t handler;
static void *handler_arg;

int uk_intctlr_irq_register(unsigned int irq,
			    uk_intctlr_irq_handler_func_t func, void *arg)
{
	if (irq != 4)
		return -EINVAL;
	handler = func;
	handler_arg = arg;
	return 0;
}

/* --- the device ---------------------------------------------------------- */

static unsigned int sent, held; /* bytes since the start; in the device */
static int device_on;		/* it interrupts */
static int edge;		/* its line rose, and no handler ran yet */
static uint32_t seed;
static unsigned int depth;
static int nmi_only; /* what interrupts is the handler, and never a reader */

static unsigned int draw(unsigned int n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 16) % n;
}

static void line_up(void)
{
	edge |= device_on && held;
}

static void receive(unsigned int count)
{
	int was_empty = !held;

	sent += count;
	held += count;
	if (was_empty)
		line_up();
}

static __ssz dev_in(struct uk_console *con, char *buf, __sz len)
{
	__sz n = 0;

	while (n < len && held) {
		interrupted();
		if (!held) /* a real one reads nonsense now */
			return (__ssz)n;
		buf[n++] = (char)(sent - held + 1);
		held--;
		interrupted();
	}
	interrupted(); /* something may come after the last look */
	return (__ssz)n;
}

static int dev_irq(struct uk_console *con)
{
	return 4;
}

static void dev_irq_enable(struct uk_console *con, int on)
{
	interrupted();
	device_on = on;
	line_up();
	interrupted();
}

static const struct uk_console_ops ops = {
	.in = dev_in,
	.irq = dev_irq,
	.irq_enable = dev_irq_enable,
};

static struct uk_console con = UK_CONSOLE_RING("a", &ops, NULL);

/* --- those who read ------------------------------------------------------ */

static unsigned int got; /* the last number that a reader got */
static unsigned int had; /* how many */
static unsigned char seen[1 << 16];

/* Bytes of one call are in order, after all that was had before it. */
static void read_some(unsigned int len)
{
	unsigned int last = got;
	char buf[40];
	__ssz n = uk_console_in(&con, buf, len);

	assert_true(n >= 0 && n <= (__ssz)len);
	for (__ssz i = 0; i < n; i++) {
		unsigned int number = sent - (unsigned char)(sent - buf[i]);

		assert_in_range(number, last + 1, sent);
		assert_int_equal(seen[number], 0);
		seen[number] = 1;
		last = number;
		had++;
	}
	got = MAX(got, last);
}

static void deliver(void)
{
	if (!edge)
		return;
	edge = 0;
	irqs_off++;
	depth++;
	assert_int_equal(handler(handler_arg), UK_INTCTLR_IRQ_HANDLED);
	depth--;
	irqs_off--;
}

/* Inside of the driver only NMIs and traps come; interrupts are off there. */
static void interrupted(void)
{
	if (depth > 2 || !seed)
		return;
	switch (draw(12)) {
	case 0:
		if (sent - got < 200)
			receive(1);
		break;
	case 1:
		deliver();
		break;
	case 2:
		if (nmi_only)
			break;
		irqs_off++;
		depth++;
		read_some(1 + draw(3));
		depth--;
		irqs_off--;
		break;
	}
}

static void reset(uint32_t new_seed)
{
	seed = new_seed;
	sent = held = got = had = 0;
	memset(seen, 0, sizeof(seen));
	con.stats.in_overruns = 0;
}

static void storm(int nmis)
{
	unsigned int lost = 0;

	nmi_only = nmis;
	for (uint32_t s = 1; s <= 500; s++) {
		reset(s * 2654435761U | 1);
		for (unsigned int i = 0; i < 200; i++) {
			unsigned int burst = draw(8);

			if (sent - got < 200)
				receive(burst);
			if (draw(2))
				deliver();
			else
				read_some(1 + draw(40));
		}
		seed = 0; /* quiet, until all of it is there */
		for (unsigned int i = 0; i < 20; i++) {
			deliver();
			read_some(40);
		}
		assert_int_equal(held, 0);
		assert_int_equal(sent - had, con.stats.in_overruns);
		lost += sent - had;
	}
	/* A trap in the driver drops a byte now and then, an NMI none. */
	assert_int_equal(!lost, nmis);
}

static void test_starts_with_interrupts(void **state)
{
	assert_int_equal(uk_console_register(&con, 1), 0);
	assert_int_equal(uk_console_irq(&con), -ENOTSUP);
	assert_int_equal(uk_console_set_rx(&con, NULL, NULL), -ENOTSUP);
	assert_int_equal(uk_console_irq(NULL), -ENODEV);
	sent = held = 3;
	assert_int_equal(rx_init(NULL), 0);
	assert_int_equal(uk_console_irq(&con), 4);
	assert_int_equal(device_on, 1);
	assert_int_equal(held, 0); /* what came before is in the ring */
	read_some(10);
	assert_int_equal(got, 3);
	assert_int_equal(warnings, 0);
}

static void test_a_full_ring_waits(void **state)
{
	reset(1);
	seed = 0;
	receive(40);
	deliver();
	assert_int_equal(held, 24);
	assert_int_equal(device_on, 0);
	read_some(5);
	assert_int_equal(held, 19);
	assert_int_equal(device_on, 0);
	for (int i = 0; i < 4; i++)
		read_some(10);
	assert_int_equal(got, sent);
	assert_int_equal(device_on, 1);
	assert_int_equal(con.stats.in_overruns, 0);
}

static unsigned int calls;

static void called(struct uk_console *c, void *arg)
{
	assert_ptr_equal(c, &con);
	assert_ptr_equal(arg, &calls);
	calls++;
	read_some(1);
}

static void other(struct uk_console *c, void *arg)
{
}

int uk_intctlr_wakes_none(const void *func)
{
	return func == (const void *)other;
}

static void test_callback(void **state)
{
	unsigned int events = uk_console_events(&con);

	receive(1);
	assert_int_equal(uk_console_may_wake(), 0);
	assert_int_equal(uk_console_set_rx(&con, called, &calls), 0);
	assert_int_equal(uk_console_may_wake(), 1);
	assert_int_equal(calls, 1); /* what was there */
	assert_int_equal(got, sent);
	assert_int_equal(uk_console_set_rx(&con, other, NULL), -EBUSY);
	assert_int_equal(uk_console_set_rx(&con, called, &calls), 0);
	assert_int_equal(calls, 1);
	receive(2);
	deliver();
	assert_int_equal(calls, 2);
	assert_int_not_equal(uk_console_events(&con), events);
	read_some(5); /* what the callback left */
	assert_int_equal(got, sent);
	assert_int_equal(uk_console_set_rx(&con, NULL, NULL), 0);
	assert_int_equal(uk_console_set_rx(&con, other, NULL), 0);
	assert_int_equal(uk_console_may_wake(), 0); /* it is declared */
	assert_int_equal(uk_console_set_rx(&con, NULL, NULL), 0);
}

static void test_wait(void **state)
{
	unsigned int events = uk_console_events(&con);

	uk_console_wait(&con, events - 1);
	assert_int_equal(halted, 0);
	uk_console_wait(&con, events);
	assert_int_equal(halted, 1);
	uk_console_wait(NULL, 0);
	irqs_off = 1;
	uk_console_wait(&con, events);
	irqs_off = 0;
	assert_int_equal(halted, 1);
}

static void test_storm_of_nmis(void **state)
{
	storm(1);
}

static void test_storm_of_traps(void **state)
{
	storm(0);
}

int halted;

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_starts_with_interrupts),
		cmocka_unit_test(test_a_full_ring_waits),
		cmocka_unit_test(test_callback),
		cmocka_unit_test(test_wait),
		cmocka_unit_test(test_storm_of_nmis),
		cmocka_unit_test(test_storm_of_traps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
