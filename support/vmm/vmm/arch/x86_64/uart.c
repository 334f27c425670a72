/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The PC16550D (National Semiconductor data sheet): data, line status, FIFO
 * control and interrupts. Modem lines are constant.
 */
#include "../../uart.h"

enum { DATA, IER, FCR, LCR, MCR, LSR, MSR, SCR, DLL, DLM };

#define IER_RX 0x01U
#define IER_TX 0x02U
#define IER_MASK 0x0fU
#define IIR_NONE 0x01U
#define IIR_TX 0x02U
#define IIR_RX 0x04U
#define IIR_FIFO 0xc0U
#define FCR_ENABLE 0x01U
#define FCR_CLEAR_RX 0x02U
#define LCR_DLAB 0x80U
#define MCR_OUT2 0x08U
#define MCR_MASK 0x1fU
#define LSR_DATA 0x01U
#define LSR_TX_EMPTY 0x60U
#define MSR_READY 0xb0U /* CTS, DSR, DCD */

static uint32_t cause(const struct uart *u)
{
	if ((u->regs[IER] & IER_RX) && u->count)
		return IIR_RX;
	return (u->regs[IER] & IER_TX) && u->emptied ? IIR_TX : IIR_NONE;
}

void uart_update(struct uart *u)
{
	uart_line(u, (u->regs[MCR] & MCR_OUT2) && cause(u) != IIR_NONE);
}

static int divisor(const struct uart *u, unsigned int offset)
{
	return (u->regs[LCR] & LCR_DLAB) && offset <= IER;
}

/* Reading it is the answer to an interrupt of the transmitter. */
static uint32_t iir_read(struct uart *u)
{
	uint32_t why = cause(u);

	if (why == IIR_TX)
		u->emptied = 0;
	uart_update(u);
	return why | (u->regs[FCR] & FCR_ENABLE ? IIR_FIFO : 0);
}

uint32_t uart_read(struct uart *u, unsigned int offset)
{
	int byte;

	if (divisor(u, offset))
		return u->regs[DLL + offset];
	switch (offset) {
	case DATA:
		byte = uart_get(u);
		uart_update(u);
		return byte < 0 ? 0 : (uint32_t)byte;
	case FCR: /* IIR when read */
		return iir_read(u);
	case LSR:
		return (u->n_out ? 0 : LSR_TX_EMPTY) |
		       (u->count ? LSR_DATA : 0);
	case MSR:
		return MSR_READY;
	default:
		return u->regs[offset & 7];
	}
}

void uart_write(struct uart *u, unsigned int offset, uint32_t value)
{
	value &= 0xff;
	if (divisor(u, offset)) {
		u->regs[DLL + offset] = value;
		return;
	}
	switch (offset) {
	case DATA:
		uart_out(u, (uint8_t)value);
		break;
	case IER: /* one that is switched on finds it empty */
		u->emptied |= (value & ~u->regs[IER] & IER_TX) && !u->n_out;
		u->regs[IER] = value & IER_MASK;
		break;
	case MCR:
		u->regs[MCR] = value & MCR_MASK;
		break;
	case FCR:
		if (value & FCR_CLEAR_RX)
			u->count = 0;
		u->regs[FCR] = value;
		break;
	case LSR:
	case MSR:
		return;
	default:
		u->regs[offset & 7] = value;
	}
	uart_update(u);
}
