/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Arm's PL011 (DDI 0183, chapter 3): data, flags and the receive interrupt. It
 * is never busy; all other registers hold what is written.
 */
#include "../../uart.h"

enum { CR, IMSC }; /* of uart->regs */

#define DR_AT 0x00
#define FR_AT 0x18
#define CR_AT 0x30
#define IMSC_AT 0x38
#define RIS_AT 0x3c
#define MIS_AT 0x40
#define ID_AT 0xfe0
#define FR_RXFE 0x10U
#define FR_TXFE 0x80U
#define INT_RX 0x10U
#define INT_TX 0x20U

static uint32_t raised(const struct uart *u)
{
	return INT_TX | (u->count ? INT_RX : 0);
}

void uart_update(struct uart *u)
{
	u->irq(u->ctx, (raised(u) & u->regs[IMSC]) != 0);
}

/* PeriphID and PCellID, a byte in each word (3.3.17 to 3.3.24) */
static uint32_t id(unsigned int offset)
{
	static const uint8_t ids[] = { 0x11, 0x10, 0x14, 0x00,
				       0x0d, 0xf0, 0x05, 0xb1 };

	return ids[(offset - ID_AT) / 4 & 7];
}

uint32_t uart_read(struct uart *u, unsigned int offset)
{
	int byte;

	switch (offset) {
	case DR_AT:
		byte = uart_get(u);
		uart_update(u);
		return byte < 0 ? 0 : (uint32_t)byte;
	case FR_AT:
		return FR_TXFE | (u->count ? 0 : FR_RXFE);
	case CR_AT:
		return u->regs[CR];
	case IMSC_AT:
		return u->regs[IMSC];
	case RIS_AT:
		return raised(u);
	case MIS_AT:
		return raised(u) & u->regs[IMSC];
	default:
		return offset >= ID_AT ? id(offset) : 0;
	}
}

void uart_write(struct uart *u, unsigned int offset, uint32_t value)
{
	if (offset == DR_AT)
		uart_out((uint8_t)value);
	else if (offset == CR_AT)
		u->regs[CR] = value;
	else if (offset == IMSC_AT)
		u->regs[IMSC] = value;
	uart_update(u);
}
