/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Arm's PL011 UART (Arm DDI 0183) as the console "pl011", polled: the one that
 * /chosen/stdout-path of the device tree names, else the first. All state is
 * the device's; a call that interrupts another one may put its bytes between
 * the other's, no more. With LIBUKCONSOLE_RX_IRQ it interrupts when it received
 * something.
 */
#include <libfdt.h>
#include <uk/console.h>
#include <uk/fdt.h>
#include <uk/plat/bootinfo.h>
#ifdef CONFIG_LIBUKCONSOLE_RX_IRQ
#include <uk/intctlr.h>
#endif

/* Register offsets and their bits (chapter 3). */
#define DR 0x00
#define DR_OVERRUN 0x800 /* one was lost after this */
#define FR 0x18
#define FR_RXFE 0x10 /* nothing received */
#define FR_TXFF 0x20 /* no room to send */
#define IBRD 0x24
#define FBRD 0x28
#define LCR_H 0x2c
/* Without FIFO: switching it on drops what was received before, and input that
 * is piped in is there before the guest. QEMU sends at once either way.
 */
#define LCR_H_8N1 0x60
#define CR 0x30
#define CR_ENABLE 0x301 /* UARTEN, TXE, RXE */
#define IMSC 0x38
#define IMSC_RX 0x10
#define ICR 0x44
#define ICR_ALL 0x7ff

/* 115200 baud of virt's 24 MHz reference clock: 24000000 / (16 * 115200). */
#define BAUD_INT 13
#define BAUD_FRAC 1

/* About 0.1 s of polling: the other end does not read. */
#define POLLS_MAX 1000000

static volatile __u32 *reg(const struct uk_console *con, unsigned int offset)
{
	return (volatile __u32 *)((__uptr)con->priv + offset);
}

static int find(const void *dtb)
{
	int node = uk_fdt_stdout(dtb);

	if (node > 0 && !fdt_node_check_compatible(dtb, node, "arm,pl011"))
		return node;
	return uk_fdt_next(dtb, 0, "arm,pl011");
}

static int pl011_probe(struct uk_console *con)
{
	const void *dtb = ukplat_bootinfo_get()->dtb;
	int node = find(dtb);
	__u64 base;

	if (node < 0 || uk_fdt_reg(dtb, 0, node, 0, &base, __NULL))
		return -ENODEV;
	con->priv = (void *)base;

	*reg(con, CR) = 0;
	*reg(con, IMSC) = 0;
	*reg(con, ICR) = ICR_ALL;
	*reg(con, IBRD) = BAUD_INT;
	*reg(con, FBRD) = BAUD_FRAC;
	*reg(con, LCR_H) = LCR_H_8N1;
	*reg(con, CR) = CR_ENABLE;
	return 0;
}

static int wait_for_room(const struct uk_console *con)
{
	for (unsigned int i = 0; i < POLLS_MAX; i++)
		if (!(*reg(con, FR) & FR_TXFF))
			return 1;
	return 0;
}

static __ssz pl011_out(struct uk_console *con, const char *buf, __sz len)
{
	__sz n;

	for (n = 0; n < len && wait_for_room(con); n++)
		*reg(con, DR) = (__u8)buf[n];
	return (__ssz)n;
}

static __ssz pl011_in(struct uk_console *con, char *buf, __sz len)
{
	__sz n;

	for (n = 0; n < len && !(*reg(con, FR) & FR_RXFE); n++) {
		__u32 data = *reg(con, DR);

		buf[n] = (char)data;
#ifdef CONFIG_LIBUKCONSOLE_RX_IRQ
		if (data & DR_OVERRUN)
			uk_console_count(&con->stats.in_overruns, 1);
#endif
	}
	return (__ssz)n;
}

#ifdef CONFIG_LIBUKCONSOLE_RX_IRQ
static int pl011_irq(struct uk_console *con __unused)
{
	const void *dtb = ukplat_bootinfo_get()->dtb;
	struct uk_intctlr_irq irq;
	int ret = uk_intctlr_irq_fdt_xlat(dtb, find(dtb), 0, &irq);

	if (!ret)
		ret = uk_intctlr_irq_configure(&irq);
	return ret ? ret : (int)irq.id;
}

/* The line stays raised while there is something to read (2.8). */
static void pl011_irq_enable(struct uk_console *con, int on)
{
	*reg(con, IMSC) = on ? IMSC_RX : 0;
}
#endif

static const struct uk_console_ops ops = {
	.probe = pl011_probe,
	.out = pl011_out,
	.in = pl011_in,
#ifdef CONFIG_LIBUKCONSOLE_RX_IRQ
	.irq = pl011_irq,
	.irq_enable = pl011_irq_enable,
#endif
};

static struct uk_console pl011 = UK_CONSOLE_RING("pl011", &ops, __NULL);
UK_CONSOLE_REGISTER(pl011, 2);
