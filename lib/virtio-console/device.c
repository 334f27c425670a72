/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Virtio console devices (VIRTIO 1.1, 5.3) with several ports: vport<number>,
 * where the number is the machine's (nr= of QEMU), whichever device it is on.
 * Everything is polled and static, and works in any context: a device is
 * entered by one call at a time, with interrupts off. A call on another CPU
 * waits; one that has interrupted the call inside, or the CPU of which stopped
 * the other there, returns without doing anything. So `busy` is a lock of its
 * own: a trap may find it, and has to know whether it may wait.
 */
#include <uk/arch/lcpu.h>
#include <uk/crash.h>
#include <uk/event.h>
#include <uk/lcpu.h>
#include <uk/percpu.h>
#include <uk/plat/lcpu.h>
#include <uk/print.h>
#include "virtio_console.h"

#define F_MULTIPORT (1UL << 1)
#define CONFIG_MAX_NR_PORTS 4

/* No machine's default console. */
#define PRIO 8

/* Looks at a device, until its host is taken for one that does not read. */
#define PATIENCE 10000

static struct vcon_dev devices[CONFIG_LIBVIRTIO_CONSOLE_DEVICES];
static unsigned int device_count;

int vcon_ring_setup(struct vcon_dev *dev, struct vcon_ring *ring,
		    unsigned int idx)
{
	uk_virtq_init(&ring->vq, ring->mem, ring->notes, RING_NUM);
	ring->idx = idx;
	return dev->vdev->ops->queue_setup(dev->vdev, idx, &ring->vq);
}

/* The image is mapped one to one, and buffers are in the image. */
int vcon_ring_lend(struct vcon_ring *ring, void *buf, __u32 len, int writes)
{
	struct uk_virtq_buf lent = { (__paddr_t)buf, len, (__u32)writes };

	return uk_virtq_add(&ring->vq, &lent, 1);
}

void vcon_ring_kick(struct vcon_dev *dev, struct vcon_ring *ring)
{
	if (uk_virtq_publish(&ring->vq))
		uk_virtio_notify(dev->vdev, ring->idx);
}

void vcon_fail(struct vcon_dev *dev, const char *why)
{
	if (dev->error)
		return;
	dev->error = why;
	for (unsigned int i = 0; i < dev->port_count; i++)
		dev->ports[i].open = 0;
	uk_virtio_fail(dev->vdev);
	uk_pr_err("virtio console at 0x%lx is disabled: %s\n", dev->vdev->base,
		  why);
}

static int port_setup(struct vcon_dev *dev, unsigned int nr)
{
	struct vcon_port *port = &dev->ports[nr];
	unsigned int queue = nr ? 2 + 2 * nr : 0;
	int ret;

	port->dev = dev;
	port->nr = nr;
	port->present = 0;
	port->open = 0;
	vcon_tx_reset(port);
	ret = vcon_ring_setup(dev, &port->rx.ring, queue);
	return ret ? ret : vcon_ring_setup(dev, &port->tx.ring, queue + 1);
}

/* A device of one port has it open always. */
static void single_port_start(struct vcon_port *port)
{
	port->is_console = 1;
	port->present = 1;
	vcon_rx_stock(port);
	vcon_port_opened(port);
}

int vcon_start(struct vcon_dev *dev)
{
	struct uk_virtio_dev *vdev = dev->vdev;
	unsigned int ports = 1;
	__u64 features;
	int ret = uk_virtio_start(vdev, F_MULTIPORT, &features);

	if (ret)
		return ret;
	dev->multiport = !!(features & F_MULTIPORT);
	if (dev->multiport)
		ports = vdev->ops->config32(vdev, CONFIG_MAX_NR_PORTS);
	dev->port_count = MIN(ports, (unsigned int)ARRAY_SIZE(dev->ports));
	for (unsigned int nr = 0; nr < dev->port_count && !ret; nr++)
		ret = port_setup(dev, nr);
	if (!ret && dev->multiport)
		ret = vcon_control_setup(dev);
	if (ret) {
		uk_virtio_fail(vdev);
		return ret;
	}
	uk_virtio_ready(vdev);
	if (dev->multiport)
		vcon_control_start(dev);
	else
		single_port_start(&dev->ports[0]);
	return 0;
}

static int seize(struct vcon_dev *dev)
{
	if (!uk_crash_in_progress() || dev->seized)
		return -EBUSY;
	dev->seized = 1;
	uk_lcpu_stop_defer();
	if (vcon_start(dev))
		vcon_fail(dev, "it does not restart");
	return dev->error ? -EIO : 0;
}

int vcon_is_inside(struct vcon_dev *dev)
{
	unsigned int busy = UK_READ_ONCE(dev->busy);

	return busy == ukplat_lcpu_id() + 1 || (busy && uk_percpu_is_alone());
}

/* Waits for another CPU: one inside has interrupts off, and is out soon. It is
 * not stopped there: a debugger that stops it may need the device.
 */
static int take(struct vcon_dev *dev)
{
	unsigned int none;

	uk_lcpu_stop_defer();
	do {
		none = 0;
		if (__atomic_compare_exchange_n(
			    &dev->busy, &none, ukplat_lcpu_id() + 1, 0,
			    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return 1;
		ukarch_cpu_relax();
	} while (!vcon_is_inside(dev));
	uk_lcpu_stop_allow();
	return 0;
}

int vcon_enter(struct vcon_dev *dev, unsigned long *flags)
{
	int ret = 0;

	*flags = ukarch_irq_save();
	if (!take(dev))
		ret = seize(dev);
	else if (dev->error)
		ret = -EIO;
	if (ret == -EIO)
		vcon_leave(dev, *flags);
	else if (ret)
		ukarch_irq_restore(*flags);
	return ret;
}

void vcon_leave(struct vcon_dev *dev, unsigned long flags)
{
	__atomic_store_n(&dev->busy, 0, __ATOMIC_RELEASE);
	uk_lcpu_stop_allow();
	ukarch_irq_restore(flags);
}

static void port_register(struct vcon_port *port)
{
	struct uk_console *con = &port->con;

	uk_snprintf(port->name, sizeof(port->name), "vport%u", port->nr);
	con->name = port->name;
	con->ops = port->is_console ? &vcon_console_ops : &vcon_port_ops;
	con->priv = port;
	if (uk_console_register(con, PRIO))
		uk_pr_warn(
			"%s of the virtio console at 0x%lx: the name is already used; give another nr=\n",
			port->name, port->dev->vdev->base);
	else
		uk_pr_info("%s: port \"%s\" of the virtio console at 0x%lx\n",
			   port->name, port->label, port->dev->vdev->base);
}

static int console_probe(struct uk_virtio_dev *vdev)
{
	struct vcon_dev *dev = &devices[device_count];
	int ret;

	if (device_count == ARRAY_SIZE(devices)) {
		uk_pr_warn("virtio console at 0x%lx: more than %u, see "
			   "LIBVIRTIO_CONSOLE_DEVICES\n",
			   vdev->base, device_count);
		return -ENODEV;
	}
	dev->vdev = vdev;
	vdev->priv = dev;
	ret = vcon_start(dev);
	if (ret)
		return ret;
	device_count++;
	for (unsigned int i = 0; i < dev->port_count; i++)
		if (dev->ports[i].present)
			port_register(&dev->ports[i]);
	vcon_irq_start(dev);
	return 0;
}

static int is_sending(struct vcon_dev *dev)
{
	vcon_control_poll(dev);
	for (unsigned int i = 0; i < dev->port_count; i++) {
		struct vcon_port *port = &dev->ports[i];

		vcon_tx_reclaim(port);
		if (port->open && port->tx.first < port->tx.posted)
			return 1;
	}
	return 0;
}

/* The device may take in another thread what was sent, as QEMU does with KVM,
 * and would end before. A look at it each time gives that thread a turn.
 */
static void send_rest(struct vcon_dev *dev)
{
	unsigned long flags;

	if (vcon_is_inside(dev) || vcon_enter(dev, &flags))
		return;
	for (unsigned int i = 0; i < PATIENCE && is_sending(dev); i++)
		(void)dev->vdev->ops->status(dev->vdev);
	vcon_leave(dev, flags);
}

static int on_end(void *data __unused)
{
	for (unsigned int i = 0; i < device_count; i++)
		send_rest(&devices[i]);
	return UK_EVENT_NOT_HANDLED;
}

UK_EVENT_HANDLER(UKPLAT_EVENT_END, on_end);

UK_VIRTIO_DRIVER(console, UK_VIRTIO_ID_CONSOLE, console_probe);
