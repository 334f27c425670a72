/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* The ring of a serial port; see uart.h. */
#include <unistd.h>
#include "uart.h"

size_t uart_room(const struct uart *u)
{
	return UART_RING - u->count;
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

void uart_out(uint8_t byte)
{
	if (write(STDOUT_FILENO, &byte, 1) < 0)
		return; /* there is no reader */
}
