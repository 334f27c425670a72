/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The 16550 as drivers see it: bytes in order, room, interrupt lines.
 *
 * HOST-SRCS: support/vmm/vmm/uart.c support/vmm/vmm/arch/x86_64/uart.c
 * HOST-FLAGS: -Wl,--wrap=poll,--wrap=write
 */
#include "stdout_mock.h"

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

/* Each byte has its edge; the interrupt goes when it is looked at. */
static void test_transmitter(void **state)
{
	static struct uart u = { .irq = irq };

	uart_write(&u, 4, 8);
	edges = 0;
	uart_write(&u, 1, 2); /* it is empty */
	assert_int_equal(edges, 1);
	assert_int_equal(uart_read(&u, 2), 2);
	assert_int_equal(level, 0);
	assert_int_equal(uart_read(&u, 2), 1);
	for (int i = 2; i < 5; i++) {
		uart_write(&u, 0, 'x');
		assert_int_equal(edges, i);
	}
	assert_int_equal(uart_read(&u, 2), 2);
	room = 0;
	uart_write(&u, 0, 'y');
	assert_int_equal(level, 0);
	assert_int_equal(uart_read(&u, 5), 0);
	uart_write(&u, 1, 0);
	uart_write(&u, 1, 2);
	assert_int_equal(level, 0); /* it is not */
	room = sizeof(sent);
	uart_flush(&u);
	assert_int_equal(level, 1);
	assert_int_equal(uart_read(&u, 5), 0x60);
	uart_write(&u, 1, 0);
	assert_int_equal(level, 0);
	/* bits that it does not have: a driver looks for variants by them */
	uart_write(&u, 1, 0xf0);
	assert_int_equal(uart_read(&u, 1), 0);
	uart_write(&u, 4, 0xe0);
	assert_int_equal(uart_read(&u, 4), 0);
	full_stdout(&u, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_16550),
		cmocka_unit_test(test_transmitter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
