/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Serial ports of a PC (National Semiconductor PC16550D), polled: com1,
 * com2 and, if selected, com3 and com4 at their traditional places, 115200 8N1,
 * with FIFO if nothing was received before. No state is kept here; what an
 * interrupted sender left in the FIFO is sent by the device. With
 * LIBUKCONSOLE_RX_IRQ it interrupts when it received something.
 */
#include <arch/io.h>
#include <uk/console.h>

/* Registers, by offset from the base port. */
#define UART_RBR 0 /* read: received byte */
#define UART_THR 0 /* write: byte to send */
#define UART_DLL 0 /* with LCR_DLAB: divisor of 115200 Hz, low byte */
#define UART_DLM 1 /* with LCR_DLAB: divisor, high byte */
#define UART_IER 1
#define IER_RX 0x01 /* received bytes interrupt */
#define UART_FCR 2
#define UART_LCR 3
#define UART_MCR 4
#define UART_LSR 5
#define UART_SCR 7 /* scratch: holds what is written */

/* FIFOs on, both cleared; it interrupts at 14 bytes, or when the line rests.
 * QEMU hands over as many at a time: ten times the bytes a second of one.
 */
#define FCR_ENABLE_CLEAR 0xc7
#define LCR_8N1 0x03
#define LCR_DLAB 0x80
#define MCR_DTR_RTS 0x03
#define MCR_OUT2 0x08	  /* on a PC: the interrupt gets through */
#define LSR_DATA 0x01	  /* a byte was received */
#define LSR_OVERRUN 0x02  /* one was lost before */
#define LSR_TX_EMPTY 0x20 /* the send FIFO is empty */

#define FIFO_SIZE 16
#define NO_FIFO 0x10000UL /* in a console's priv, beside the base port */

/*
 * How often an occupied FIFO is asked before the rest is given up. 16 bytes
 * take 1.4 ms on a real line, a read of a port about 1 us: 100 times more.
 */
#define TX_POLLS 150000

static __u16 base_of(const struct uk_console *con)
{
	return (__u16)(__uptr)con->priv;
}

static int has_scratch(__u16 base, __u8 val)
{
	outb(base + UART_SCR, val);
	return inb(base + UART_SCR) == val;
}

/*
 * Switches the FIFOs on, which discards the bytes received before. If there are
 * such bytes (of a plain QEMU's pipe; support/run waits), the sender is
 * active and another byte may arrive between any two accesses: then the FIFOs
 * stay off. QEMU sends at once either way.
 */
static void enable_fifo(struct uk_console *con)
{
	__u16 base = base_of(con);

	if (inb(base + UART_LSR) & LSR_DATA)
		con->priv = (void *)((__uptr)con->priv | NO_FIFO);
	else
		outb(base + UART_FCR, FCR_ENABLE_CLEAR);
	outb(base + UART_MCR, MCR_DTR_RTS);
}

static int ns16550_probe(struct uk_console *con)
{
	__u16 base = base_of(con);

	if (!has_scratch(base, 0x5a) || !has_scratch(base, 0xa5))
		return -ENODEV;
	outb(base + UART_IER, 0);
	outb(base + UART_LCR, LCR_DLAB);
	outb(base + UART_DLL, 1);
	outb(base + UART_DLM, 0);
	enable_fifo(con);
	outb(base + UART_LCR, LCR_8N1); /* last: support/run looks for it */
	return 0;
}

/* Reading it clears the overrun bit: counted if there are counters. */
static __u8 line_status(struct uk_console *con)
{
	__u8 status = inb(base_of(con) + UART_LSR);

#ifdef CONFIG_LIBUKCONSOLE_RX_IRQ
	if (status & LSR_OVERRUN)
		uk_console_count(&con->stats.in_overruns, 1);
#endif
	return status;
}

static int tx_wait(struct uk_console *con)
{
	for (unsigned int i = 0; i < TX_POLLS; i++)
		if (line_status(con) & LSR_TX_EMPTY)
			return 1;
	return 0;
}

static __ssz ns16550_out(struct uk_console *con, const char *buf, __sz len)
{
	__u16 base = base_of(con);
	int room = (__uptr)con->priv & NO_FIFO ? 1 : FIFO_SIZE;
	__sz sent = 0;

	while (sent < len && tx_wait(con))
		for (int i = 0; i < room && sent < len; i++)
			outb(base + UART_THR, (__u8)buf[sent++]);
	return (__ssz)sent;
}

static __ssz ns16550_in(struct uk_console *con, char *buf, __sz len)
{
	__u16 base = base_of(con);
	__sz got = 0;

	while (got < len && (line_status(con) & LSR_DATA))
		buf[got++] = (char)inb(base + UART_RBR);
	return (__ssz)got;
}

#ifdef CONFIG_LIBUKCONSOLE_RX_IRQ
#define COM1_BASE 0x3f8
#define COM1_IRQ 4
#define COM2_BASE 0x2f8
#define COM2_IRQ 3
#define COM3_IRQ 5 /* traditionally that of com1, which it cannot share */

static int ns16550_irq(struct uk_console *con)
{
	return base_of(con) == COM1_BASE   ? COM1_IRQ
	       : base_of(con) == COM2_BASE ? COM2_IRQ
					   : COM3_IRQ;
}

static void ns16550_irq_enable(struct uk_console *con, int on)
{
	outb(base_of(con) + UART_MCR, MCR_DTR_RTS | MCR_OUT2);
	outb(base_of(con) + UART_IER, on ? IER_RX : 0);
}
#endif

static const struct uk_console_ops ns16550_ops = {
	.probe = ns16550_probe,
	.out = ns16550_out,
	.in = ns16550_in,
#ifdef CONFIG_LIBUKCONSOLE_RX_IRQ
	.irq = ns16550_irq,
	.irq_enable = ns16550_irq_enable,
#endif
};

static struct uk_console com1 =
	UK_CONSOLE_RING("com1", &ns16550_ops, (void *)0x3f8);
static struct uk_console com2 =
	UK_CONSOLE_RING("com2", &ns16550_ops, (void *)0x2f8);

UK_CONSOLE_REGISTER(com1, 2);
UK_CONSOLE_REGISTER(com2, 4);

#ifdef CONFIG_LIBNS16550_COM4 /* only sends */
static struct uk_console com4 = UK_CONSOLE("com4", &ns16550_ops, (void *)0x2e8);
UK_CONSOLE_REGISTER(com4, 7);
#endif

#ifdef CONFIG_LIBNS16550_COM3
static struct uk_console com3 =
	UK_CONSOLE_RING("com3", &ns16550_ops, (void *)0x3e8);
UK_CONSOLE_REGISTER(com3, 6);
#endif
