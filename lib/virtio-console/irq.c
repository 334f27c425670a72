/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The device interrupts for input: bytes, or a client that connects or
 * disconnects. The handler only notifies the reader: bytes stay in the buffers
 * where the device put them, which are the bounded buffer; while they are full
 * the host waits. Output does not interrupt.
 *
 * A reader that polls with interrupts off may take bytes that an interrupt
 * announces later; that interrupt then notifies no reader.
 */
#include <uk/intctlr.h>
#include <uk/print.h>
#include "virtio_console.h"

/* Whether there is something that the reader was not notified of. */
static int has_news(struct vcon_port *port)
{
	unsigned int now = port->open ? port->connection : 0;
	int client = port->notified != now;

	port->notified = now;
	return client || port->rx.left || uk_virtq_waits(&port->rx.ring.vq);
}

/*
 * The line falls before the queues are looked at: what comes later raises it
 * again. Where an NMI finds the device entered, the one inside takes it.
 */
static int interrupt(void *arg)
{
	struct vcon_dev *dev = arg;
	__u32 why = dev->vdev->ops->irq_ack(dev->vdev);
	unsigned long flags, news = 0;

	/* One that came while the one before was acknowledged went with it. */
	if (!why && !dev->acked)
		return UK_INTCTLR_IRQ_NOT_HANDLED;
	dev->acked = !!why;
	if (!why)
		return UK_INTCTLR_IRQ_HANDLED;
	if (vcon_is_inside(dev) || vcon_enter(dev, &flags))
		return UK_INTCTLR_IRQ_HANDLED;
	vcon_control_poll(dev);
	for (unsigned int i = 0; i < dev->port_count; i++)
		if (dev->ports[i].con.irq && has_news(&dev->ports[i]))
			news |= 1UL << i;
	vcon_leave(dev, flags);
	for (unsigned int i = 0; i < dev->port_count; i++)
		if (news & 1UL << i)
			uk_console_received(&dev->ports[i].con);
	return UK_INTCTLR_IRQ_HANDLED;
}
UK_INTCTLR_WAKES_NONE(interrupt);

/* What came before has no interrupt: it waits for the first reader. */
void vcon_irq_start(struct vcon_dev *dev)
{
	int line = dev->vdev->irq;
	unsigned long flags;

	if (line < 0 ||
	    uk_intctlr_irq_register((unsigned int)line, interrupt, dev)) {
		uk_pr_warn(
			"virtio console at 0x%lx: cannot register its interrupt handler; polling instead\n",
			dev->vdev->base);
		return;
	}
	/* a line that is up already has no edge */
	(void)dev->vdev->ops->irq_ack(dev->vdev);
	if (vcon_enter(dev, &flags))
		return;
	if (dev->multiport)
		uk_virtq_interrupts(&dev->control.rx.vq, 1);
	for (unsigned int i = 0; i < dev->port_count; i++) {
		dev->ports[i].con.irq = line + 1;
		uk_virtq_interrupts(&dev->ports[i].rx.ring.vq, 1);
	}
	vcon_leave(dev, flags);
}
