/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A real device that interrupts on demand: the first serial port, which may
 * always be sent to.
 */
#ifndef __TEST_UART_H__
#define __TEST_UART_H__

extern const unsigned int uart_line;

/** Whether the port raises its line because it can take a byte. */
void uart_interrupt(int on);

#endif /* __TEST_UART_H__ */
