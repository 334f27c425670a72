/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A serial port: what architectures' UARTs have in common. Bytes from outside
 * wait in a ring. Those that the guest sends go to stdout at once; while that
 * takes none the port is busy, as its status says.
 */
#ifndef __UART_H__
#define __UART_H__

#include <stddef.h>
#include <stdint.h>

#define UART_RING 4096
#define UART_OUT 1024 /* bytes of a guest that does not look at the status */
#define UART_FULL (UART_OUT - 64) /* each CPU may be about to write another */
#define UART_REGS 20

struct uart {
	/* Sets its interrupt line, at a change; the caller's lock is held. */
	void (*irq)(void *ctx, int level);
	void *ctx;
	int level; /* of the line */
	uint8_t ring[UART_RING];
	unsigned int head, count;
	uint8_t out[UART_OUT]; /* what stdout did not take */
	size_t n_out;
	int emptied; /* the interrupt of a transmitter that has become empty */
	uint32_t regs[UART_REGS]; /* as written, by the UART's own number */
};

/** 1: a CPU that has written a byte shall wait. */
int uart_is_full(const struct uart *u);
/** Bytes that uart_put() takes. */
size_t uart_room(const struct uart *u);
/** Bytes for the guest, at most uart_room(). */
void uart_put(struct uart *u, const uint8_t *buf, size_t len);
/** The next one, or -1. */
int uart_get(struct uart *u);
/** A byte from the guest, to stdout; the interrupt line follows. */
void uart_out(struct uart *u, uint8_t byte);
/** What waits, as far as stdout takes it without waiting. */
void uart_flush(struct uart *u);

/* The registers of each: offset from the base, values as on the bus. */
uint32_t uart_read(struct uart *u, unsigned int offset);
void uart_write(struct uart *u, unsigned int offset, uint32_t value);
/** The interrupt line follows. */
void uart_update(struct uart *u);
void uart_line(struct uart *u, int level);

#endif /* __UART_H__ */
