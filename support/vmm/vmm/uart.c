/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* The bytes of a serial port; see uart.h. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>
#include "uart.h"

int uart_is_full(const struct uart *u)
{
	return u->n_out >= UART_FULL;
}

size_t uart_room(const struct uart *u)
{
	return UART_RING - u->count;
}

void uart_line(struct uart *u, int level)
{
	if (level != u->level)
		u->irq(u->ctx, level);
	u->level = level;
}

void uart_put(struct uart *u, const uint8_t *buf, size_t len)
{
	while (len-- && u->count < UART_RING)
		u->ring[(u->head + u->count++) % UART_RING] = *buf++;
	uart_update(u);
}

int uart_get(struct uart *u)
{
	int byte;

	if (!u->count)
		return -1;
	byte = u->ring[u->head];
	u->head = (u->head + 1) % UART_RING;
	u->count--;
	return byte;
}

/* 1 if stdout has taken it, or is an end where no byte can go. */
static int put_out(uint8_t byte)
{
	struct pollfd p = { STDOUT_FILENO, POLLOUT, 0 };

	return poll(&p, 1, 0) > 0 && (write(STDOUT_FILENO, &byte, 1) > 0 ||
				      (errno != EAGAIN && errno != EINTR));
}

void uart_out(struct uart *u, uint8_t byte)
{
	u->emptied = 0;
	uart_update(u); /* the next interrupt is an edge */
	if (u->n_out || !put_out(byte)) {
		if (u->n_out < UART_OUT)
			u->out[u->n_out++] = byte;
		return;
	}
	u->emptied = 1;
	uart_update(u);
}

void uart_flush(struct uart *u)
{
	size_t n = 0;

	while (n < u->n_out && put_out(u->out[n]))
		n++;
	u->n_out -= n;
	memmove(u->out, u->out + n, u->n_out);
	if (n && !u->n_out)
		u->emptied = 1;
	uart_update(u);
}
