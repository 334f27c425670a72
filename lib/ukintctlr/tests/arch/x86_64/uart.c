/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
#include <arch/io.h>
#include "../../uart.h"

#define COM1_IER 0x3f9
#define IER_THRE 2

const unsigned int uart_line = 4;

void uart_interrupt(int on)
{
	outb(COM1_IER, on ? IER_THRE : 0);
}
