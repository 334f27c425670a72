/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A serial port: what architectures' UARTs have in common. Bytes from outside
 * wait in a ring; those that the guest sends go to stdout at once.
 */
#ifndef __UART_H__
#define __UART_H__

#include <stddef.h>
#include <stdint.h>

#define UART_RING 4096

struct uart {
	/* Sets its interrupt line; called with the caller's lock held. */
	void (*irq)(void *ctx, int level);
	void *ctx;
	uint8_t ring[UART_RING];
	unsigned int head, count;
	uint32_t regs[16]; /* as written, by the UART's own number */
};

/** Bytes that uart_put() takes. */
size_t uart_room(const struct uart *u);
/** Bytes for the guest, at most uart_room(). */
void uart_put(struct uart *u, const uint8_t *buf, size_t len);
/** The next one, or -1. */
int uart_get(struct uart *u);
/** A byte from the guest, to stdout. */
void uart_out(uint8_t byte);

/* The registers of each: offset from the base, values as on the bus. */
uint32_t uart_read(struct uart *u, unsigned int offset);
void uart_write(struct uart *u, unsigned int offset, uint32_t value);
/** The interrupt line follows. */
void uart_update(struct uart *u);

#endif /* __UART_H__ */
