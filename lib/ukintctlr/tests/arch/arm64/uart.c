/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
#include <uk/essentials.h>
#include "../../uart.h"

#define UARTIMSC (*(volatile __u32 *)0x09000038)
#define TXIM 0x20

const unsigned int uart_line = 33;

void uart_interrupt(int on)
{
	UARTIMSC = on ? TXIM : 0;
}
