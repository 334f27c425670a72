/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* A stdout that takes so many bytes at a time, for tests of UARTs. */
#ifndef __STDOUT_MOCK_H__
#define __STDOUT_MOCK_H__

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "../../vmm/uart.h"

static char sent[2 * UART_OUT];
static unsigned int n_sent, room = sizeof(sent);
static int write_error; /* errno of the next write, which has room */
static int level, edges;

int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout);
ssize_t __wrap_write(int fd, const void *buf, size_t len);

int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout)
{
	assert_int_equal(fds->fd, STDOUT_FILENO);
	assert_int_equal(timeout, 0);
	return room != 0;
}

ssize_t __wrap_write(int fd, const void *buf, size_t len)
{
	assert_true(room && len == 1);
	if (write_error) {
		errno = write_error;
		write_error = 0;
		return -1;
	}
	room--;
	sent[n_sent++] = *(const char *)buf;
	return 1;
}

static void irq(void *ctx, int now)
{
	assert_int_not_equal(now, level);
	level = now;
	edges += now;
}

/* What a guest sent while stdout took nothing is there later, in order; of one
 * that does not look at the status as much as there is room for.
 */
static void full_stdout(struct uart *u, unsigned int data)
{
	n_sent = room = 0;
	for (unsigned int i = 0; i < UART_OUT + 3; i++)
		uart_write(u, data, 'a' + i % 26);
	assert_int_equal(u->n_out, UART_OUT);
	room = 2;
	uart_flush(u);
	assert_int_equal(u->n_out, UART_OUT - 2);
	room = 1;
	uart_write(u, data, 'z'); /* behind them */
	assert_int_equal(n_sent, 2);
	room = sizeof(sent);
	uart_flush(u);
	assert_int_equal(u->n_out, 0);
	assert_int_equal(n_sent, UART_OUT - 1 + 2);
	for (unsigned int i = 0; i < UART_OUT; i++)
		assert_int_equal(sent[i], 'a' + i % 26);
	assert_int_equal(sent[UART_OUT], 'z');
	n_sent = 0;
	/* interrupted, or of a descriptor that another process changed */
	for (unsigned int i = 0; i < 2; i++) {
		write_error = i ? EAGAIN : EINTR;
		uart_write(u, data, 'e');
		assert_int_equal(u->n_out, 1);
		uart_flush(u);
	}
	write_error = EPIPE; /* no byte can go there */
	uart_write(u, data, 'p');
	assert_int_equal(u->n_out, 0);
	assert_memory_equal(sent, "ee", n_sent);
	n_sent = 0;
}

static void put(struct uart *u, const char *text)
{
	uart_put(u, (const uint8_t *)text, strlen(text));
}

#endif /* __STDOUT_MOCK_H__ */
