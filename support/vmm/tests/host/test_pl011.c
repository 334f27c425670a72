/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The PL011 as drivers see it: bytes in order, room, interrupt lines.
 *
 * HOST-SRCS: support/vmm/vmm/uart.c support/vmm/vmm/arch/arm64/uart.c
 * HOST-FLAGS: -Wl,--wrap=poll,--wrap=write
 */
#include "stdout_mock.h"

/* As lib/pl011 does */
static void test_pl011(void **state)
{
	static struct uart u = { .irq = irq };

	uart_write(&u, 0x38, 0);
	uart_write(&u, 0x30, 0x301);
	assert_int_equal(uart_read(&u, 0x30), 0x301);
	uart_write(&u, 0, 'b');
	assert_int_equal(sent[0], 'b');
	assert_int_equal(uart_read(&u, 0x18), 0x90);
	uart_write(&u, 0x38, 0x10);
	assert_int_equal(level, 0);
	put(&u, "z");
	assert_int_equal(level, 1);
	assert_int_equal(uart_read(&u, 0x18), 0x80);
	assert_int_equal(uart_read(&u, 0x40), 0x10);
	assert_int_equal(uart_read(&u, 0), 'z');
	assert_int_equal(level, 0);
	assert_int_equal(uart_read(&u, 0xfe0), 0x11);
	assert_int_equal(uart_read(&u, 0xffc), 0xb1);
}

static void test_transmitter(void **state)
{
	static struct uart u = { .irq = irq };

	assert_int_equal(uart_read(&u, 0x3c), 0);
	uart_write(&u, 0x38, 0x20);
	assert_int_equal(level, 0); /* nothing was sent */
	uart_write(&u, 0, 'x');
	assert_int_equal(level, 1);
	uart_write(&u, 0x44, 0x10);
	assert_int_equal(uart_read(&u, 0x40), 0x20);
	uart_write(&u, 0x44, 0x20);
	assert_int_equal(level, 0);
	room = 0;
	uart_write(&u, 0, 'y');
	assert_int_equal(uart_read(&u, 0x18), 0x38);
	assert_int_equal(level, 0);
	room = sizeof(sent);
	uart_flush(&u);
	assert_int_equal(level, 1);
	assert_int_equal(uart_read(&u, 0x18), 0x90);
	full_stdout(&u, 0);
}

/* Baud rate, line control, FIFO levels, DMA; and no more. */
static void test_held(void **state)
{
	static const unsigned int at[] = { 0x20, 0x24, 0x28, 0x2c, 0x34, 0x48 };
	static struct uart u = { .irq = irq };

	for (unsigned int i = 0; i < 6; i++)
		uart_write(&u, at[i], i + 1);
	for (unsigned int i = 0; i < 6; i++)
		assert_int_equal(uart_read(&u, at[i]), i + 1);
	uart_write(&u, 0x4c, 1);
	assert_int_equal(uart_read(&u, 0x4c), 0);
	assert_int_equal(uart_read(&u, 0x44), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pl011),
		cmocka_unit_test(test_transmitter),
		cmocka_unit_test(test_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
