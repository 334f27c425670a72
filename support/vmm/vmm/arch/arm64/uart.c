/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Arm's PL011 (DDI 0183, chapter 3): data, flags and interrupts of both
 * directions. The other registers hold what is written.
 */
#include "../../uart.h"

#define DR_AT 0x00
#define FR_AT 0x18
#define ILPR_AT 0x20 /* the first that holds what is written */
#define IMSC_AT 0x38
#define RIS_AT 0x3c
#define MIS_AT 0x40
#define ICR_AT 0x44
#define DMACR_AT 0x48 /* the last one */
#define ID_AT 0xfe0
#define FR_BUSY 0x08U
#define FR_RXFE 0x10U
#define FR_TXFF 0x20U
#define FR_TXFE 0x80U
#define INT_RX 0x10U
#define INT_TX 0x20U

static uint32_t raised(const struct uart *u)
{
	return (u->emptied ? INT_TX : 0) | (u->count ? INT_RX : 0);
}

/* A register of those that hold what is written. */
static uint32_t *held(struct uart *u, unsigned int offset)
{
	return offset >= ILPR_AT && offset <= DMACR_AT ? &u->regs[offset / 4]
						       : NULL;
}

static uint32_t mask(struct uart *u)
{
	return *held(u, IMSC_AT);
}

void uart_update(struct uart *u)
{
	uart_line(u, (raised(u) & mask(u)) != 0);
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
		return (u->n_out ? FR_BUSY | FR_TXFF : FR_TXFE) |
		       (u->count ? 0 : FR_RXFE);
	case RIS_AT:
		return raised(u);
	case MIS_AT:
		return raised(u) & mask(u);
	case ICR_AT:
		return 0;
	default:
		return offset >= ID_AT	 ? id(offset)
		       : held(u, offset) ? *held(u, offset)
					 : 0;
	}
}

void uart_write(struct uart *u, unsigned int offset, uint32_t value)
{
	if (offset == DR_AT)
		uart_out(u, (uint8_t)value);
	else if (offset == ICR_AT && (value & INT_TX))
		u->emptied = 0;
	else if (held(u, offset))
		*held(u, offset) = value & 0xffff;
	uart_update(u);
}
