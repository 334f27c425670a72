/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Both UARTs, as drivers see them: bytes in order, room, interrupt lines.
 *
 * HOST-SRCS: support/vmm/vmm/arch/x86_64/uart.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "../../vmm/uart.h"

#define uart_read pl011_read
#define uart_write pl011_write
#define uart_update pl011_update
uint32_t pl011_read(struct uart *u, unsigned int offset);
void pl011_write(struct uart *u, unsigned int offset, uint32_t value);
void pl011_update(struct uart *u);
#include "../../vmm/arch/arm64/uart.c"
#undef uart_read
#undef uart_write
#undef uart_update

static int level;
static char sent[16];
static unsigned int n_sent;

static void irq(void *ctx, int now)
{
	level = now;
}

void uart_out(uint8_t byte)
{
	sent[n_sent++ % sizeof(sent)] = (char)byte;
}

/* uart.c's, for either */
size_t uart_room(const struct uart *u)
{
	return UART_RING - u->count;
}

int uart_get(struct uart *u)
{
	return u->count ? u->ring[(u->head++, u->count--, u->head - 1) %
				  UART_RING]
			: -1;
}

static void put(struct uart *u, const char *text)
{
	for (; *text; text++)
		u->ring[(u->head + u->count++) % UART_RING] = (uint8_t)*text;
}

/* As lib/ns16550 sets it up */
static void test_16550(void **state)
{
	static struct uart u = { .irq = irq };

	uart_write(&u, 7, 0x5a);
	assert_int_equal(uart_read(&u, 7), 0x5a);
	uart_write(&u, 1, 0);
	uart_write(&u, 3, 0x80);
	uart_write(&u, 0, 1);
	uart_write(&u, 1, 0);
	assert_int_equal(uart_read(&u, 0), 1);
	uart_write(&u, 3, 3);
	uart_write(&u, 2, 0xc7);
	assert_int_equal(n_sent, 0);
	uart_write(&u, 0, 'a');
	assert_int_equal(sent[0], 'a');
	assert_int_equal(uart_read(&u, 5), 0x60);
	put(&u, "xy");
	uart_write(&u, 4, 3);
	uart_write(&u, 1, 1);
	assert_int_equal(level, 0); /* OUT2 is off */
	uart_write(&u, 4, 0xb);
	assert_int_equal(level, 1);
	assert_int_equal(uart_read(&u, 2), 0xc4);
	assert_int_equal(uart_read(&u, 5), 0x61);
	assert_int_equal(uart_read(&u, 0), 'x');
	assert_int_equal(level, 1);
	assert_int_equal(uart_read(&u, 0), 'y');
	assert_int_equal(level, 0);
	assert_int_equal(uart_read(&u, 2), 0xc1);
	assert_int_equal(uart_read(&u, 0), 0);
}

/* As lib/pl011 does */
static void test_pl011(void **state)
{
	static struct uart u = { .irq = irq };

	n_sent = 0;
	pl011_write(&u, 0x38, 0);
	pl011_write(&u, 0x30, 0x301);
	assert_int_equal(pl011_read(&u, 0x30), 0x301);
	pl011_write(&u, 0, 'b');
	assert_int_equal(sent[0], 'b');
	assert_int_equal(pl011_read(&u, 0x18), 0x90);
	pl011_write(&u, 0x38, 0x10);
	assert_int_equal(level, 0);
	put(&u, "z");
	pl011_update(&u);
	assert_int_equal(level, 1);
	assert_int_equal(pl011_read(&u, 0x18), 0x80);
	assert_int_equal(pl011_read(&u, 0x40), 0x10);
	assert_int_equal(pl011_read(&u, 0), 'z');
	assert_int_equal(level, 0);
	assert_int_equal(pl011_read(&u, 0xfe0), 0x11);
	assert_int_equal(pl011_read(&u, 0xffc), 0xb1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_16550),
		cmocka_unit_test(test_pl011),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
