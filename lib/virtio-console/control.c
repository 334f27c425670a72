/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The control queue (VIRTIO 1.1, 5.3.6.2): which ports there are, what they
 * are called, and when the host opens and closes its end of one. Events and
 * the bytes of the ports are not ordered with each other.
 *
 * Ports that come or are renumbered after the start are not taken: consoles
 * are registered in the init calls.
 */
#include <string.h>
#include "virtio_console.h"

#define EVENT_DEVICE_READY 0
#define EVENT_DEVICE_ADD 1
#define EVENT_DEVICE_REMOVE 2
#define EVENT_PORT_READY 3
#define EVENT_CONSOLE_PORT 4 /* QEMU does not open and close such a one */
#define EVENT_RESIZE 5
#define EVENT_PORT_OPEN 6
#define EVENT_PORT_NAME 7

#define QUEUE_RX 2
#define QUEUE_TX 3

/* Events taken in one go: a device that never stops does not hang the guest. */
#define EVENTS_MAX 256

/*
 * The answers to the start come before the notification returns, or shortly
 * after where another thread of the hypervisor gives them: the status is read
 * this often, each an exit of some microseconds then, without an event.
 */
#define QUIET_POLLS 200

static void stock(struct vcon_control *control, unsigned int buf)
{
	int head = vcon_ring_lend(&control->rx, control->rx_bufs[buf],
				  CONTROL_RX_SIZE, 1);

	if (head >= 0)
		control->rx_of[head] = (__u8)buf;
}

int vcon_control_setup(struct vcon_dev *dev)
{
	int ret = vcon_ring_setup(dev, &dev->control.rx, QUEUE_RX);

	if (ret)
		return ret;
	dev->control.sent = 0;
	return vcon_ring_setup(dev, &dev->control.tx, QUEUE_TX);
}

static void send(struct vcon_dev *dev, __u32 id, __u16 event, __u16 value)
{
	struct vcon_control *control = &dev->control;
	struct vcon_control_msg *msg;
	__u32 written;

	while (uk_virtq_get(&control->tx.vq, &written) >= 0)
		;
	if (control->tx.vq.lent == CONTROL_TX_BUFS) {
		vcon_fail(dev, "it does not read its control queue");
		return;
	}
	msg = &control->tx_bufs[control->sent++ % CONTROL_TX_BUFS];
	msg->id = id;
	msg->event = event;
	msg->value = value;
	vcon_ring_lend(&control->tx, msg, sizeof(*msg), 0);
	vcon_ring_kick(dev, &control->tx);
}

/*
 * The port is opened at once and for good, else QEMU does not report when a
 * client disconnects. Buffers come last: their notification makes QEMU look
 * again for earlier input.
 */
static void port_added(struct vcon_dev *dev, struct vcon_port *port)
{
	if (port->present)
		return;
	port->present = 1;
	send(dev, port->nr, EVENT_PORT_READY, 1);
	send(dev, port->nr, EVENT_PORT_OPEN, 1);
	vcon_rx_stock(port);
}

static void set_label(struct vcon_port *port, const char *name, __sz len)
{
	len = MIN(len, sizeof(port->label) - 1);
	memcpy(port->label, name, len);
	port->label[len] = '\0';
}

static void handle(struct vcon_dev *dev, const char *buf, __u32 len)
{
	struct vcon_control_msg msg;
	struct vcon_port *port;

	if (len < sizeof(msg)) {
		vcon_fail(dev, "a control message is too short");
		return;
	}
	memcpy(&msg, buf, sizeof(msg));
	if (msg.id >= dev->port_count) {
		if (msg.event == EVENT_DEVICE_ADD)
			send(dev, msg.id, EVENT_PORT_READY, 0);
		return;
	}
	port = &dev->ports[msg.id];
	if (msg.event == EVENT_DEVICE_ADD)
		port_added(dev, port);
	if (!port->present)
		return;
	if (msg.event == EVENT_CONSOLE_PORT)
		port->is_console = 1;
	else if (msg.event == EVENT_PORT_OPEN && msg.value)
		vcon_port_opened(port);
	else if (msg.event == EVENT_PORT_OPEN)
		vcon_port_closed(port);
	else if (msg.event == EVENT_PORT_NAME)
		set_label(port, buf + sizeof(msg), len - sizeof(msg));
	else if (msg.event == EVENT_DEVICE_REMOVE)
		vcon_port_closed(port);
}

static unsigned int take_events(struct vcon_dev *dev)
{
	struct vcon_control *control = &dev->control;
	unsigned int count = 0;
	__u32 len;
	int head = -EAGAIN;

	while (!dev->error && count < EVENTS_MAX &&
	       (head = uk_virtq_get(&control->rx.vq, &len)) >= 0) {
		unsigned int buf = control->rx_of[head];

		handle(dev, control->rx_bufs[buf], len);
		stock(control, buf);
		count++;
	}
	if (head == -EIO)
		vcon_fail(dev, control->rx.vq.error);
	else if (count && !dev->error)
		vcon_ring_kick(dev, &control->rx);
	return count;
}

void vcon_control_poll(struct vcon_dev *dev)
{
	if (dev->multiport)
		take_events(dev);
}

void vcon_control_start(struct vcon_dev *dev)
{
	unsigned int events = 0;

	for (unsigned int i = 0; i < CONTROL_RX_BUFS; i++)
		stock(&dev->control, i);
	vcon_ring_kick(dev, &dev->control.rx);
	send(dev, 0, EVENT_DEVICE_READY, 1);
	for (unsigned int i = 0; i < QUIET_POLLS && events < EVENTS_MAX; i++) {
		unsigned int count = take_events(dev);

		events += count;
		if (count)
			i = 0;
		if (dev->error)
			break;
		dev->vdev->ops->status(dev->vdev);
	}
}
