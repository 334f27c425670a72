/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A hostile virtio console: the input is a script of what the guest and the
 * device do in turn. The device fills buffers that it was lent with anything,
 * gives back what it likes, and scribbles over its rings. Whatever it does,
 * nothing is read or written out of bounds, no call takes or gives more than
 * it was asked to, and a device that is disabled stays so. device.c is
 * included for its devices, which are static.
 *
 * HOST-SRCS: lib/virtio-console/control.c lib/virtio-console/port.c
 * HOST-SRCS: lib/virtio-console/rx.c lib/virtio-console/tx.c
 * HOST-SRCS: lib/ukvirtio/virtq.c lib/ukvirtio/virtio.c
 * HOST-FLAGS: -Ilib/ukvirtio/tests/host
 * HOST-FLAGS: -include lib/virtio-console/tests/host/lcpu.h
 * HOST-FLAGS: -DCONFIG_LIBUKCONSOLE=1 -DCONFIG_LIBVIRTIO_CONSOLE_DEVICES=1
 * HOST-FLAGS: -DCONFIG_LIBVIRTIO_CONSOLE_PORTS=2
 * HOST-FLAGS: -DCONFIG_LIBVIRTIO_CONSOLE_TX_KB=12
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "../../device.c"

#define QUEUES 6

int irqs_off;

static const uint8_t *next, *end;
static int crashing;
static int announced;

/* What the device knows of its queues. */
static struct {
	const struct uk_virtq *vq;
	__u16 seen; /* of the available ring */
} queues[QUEUES];

static unsigned int byte(void)
{
	return next < end ? *next++ : 0;
}

static void check(int holds)
{
	if (!holds)
		abort();
}

int uk_crash_in_progress(void)
{
	return crashing;
}

int uk_console_register(struct uk_console *con, int prio)
{
	return byte() == 255 ? -EEXIST : 0;
}

int uk_snprintf(char *buf, __sz len, const char *fmt, ...)
{
	check(len > 6);
	memcpy(buf, "vport0", 7);
	return 6;
}

/* --- the device ---------------------------------------------------------- */

static int dev_reset(struct uk_virtio_dev *dev)
{
	memset(queues, 0, sizeof(queues));
	announced = 0;
	return byte() == 255 ? -EIO : 0;
}

static __u8 dev_status(struct uk_virtio_dev *dev)
{
	return 0xf;
}

static void dev_status_set(struct uk_virtio_dev *dev, __u8 status)
{
}

static __u64 dev_features(struct uk_virtio_dev *dev)
{
	return byte() == 255 ? 0 : 2;
}

static void dev_features_set(struct uk_virtio_dev *dev, __u64 features)
{
}

static __u32 dev_config32(struct uk_virtio_dev *dev, unsigned int off)
{
	return byte() == 255 ? 0xffffffff : 1 + byte() % 4;
}

static int dev_queue_setup(struct uk_virtio_dev *dev, unsigned int idx,
			   const struct uk_virtq *vq)
{
	check(idx < QUEUES);
	queues[idx].vq = vq;
	return byte() == 255 ? -ENODEV : 0;
}

/* The next buffer of a queue that it was lent, filled and given back. */
static void give_bytes(unsigned int idx, const void *bytes, unsigned int len)
{
	const struct uk_virtq *vq = queues[idx].vq;
	volatile struct uk_virtq_used_elem *elem;
	unsigned int head;

	if (!vq || queues[idx].seen == vq->avail->idx)
		return;
	head = vq->avail->ring[queues[idx].seen++ % vq->num];
	if (vq->desc[head].flags & 2)
		memcpy((char *)vq->desc[head].addr, bytes,
		       MIN(len, vq->desc[head].len));
	elem = &vq->used->ring[vq->used->idx % vq->num];
	elem->id = head;
	elem->len = idx & 1 ? 0 : len;
	vq->used->idx++;
}

static void give(unsigned int idx)
{
	struct vcon_control_msg msg[16] = {};
	unsigned int len = byte() * (idx == 2 ? 1 : 17);
	static const char text[255 * 17];

	if (idx != 2) {
		give_bytes(idx, text, len);
		return;
	}
	msg[0].id = byte() % 3;
	msg[0].event = (__u16)(byte() % 8);
	msg[0].value = byte() & 1;
	give_bytes(idx, msg, len & 0x80 ? len & 0x7f : 8 + len % 64);
}

/* Ports and their clients come as they do from a good device. */
static void announce(unsigned int id)
{
	struct vcon_control_msg msg = { id, 1, 0 };

	give_bytes(2, &msg, sizeof(msg));
	msg.event = 6;
	msg.value = 1;
	if (byte() & 1)
		give_bytes(2, &msg, sizeof(msg));
}

/* As QEMU does with the buffer that a client left behind. */
static void lose(unsigned int idx)
{
	const struct uk_virtq *vq = queues[idx].vq;

	if (vq && queues[idx].seen != vq->avail->idx)
		queues[idx].seen++;
}

static void scribble(unsigned int idx)
{
	const struct uk_virtq *vq = queues[idx].vq;
	unsigned int at = byte() | byte() << 8;

	if (vq)
		((uint8_t *)vq->used)[at % (6 + 8 * vq->num)] = (uint8_t)byte();
}

/* It answers at once, or does not. */
static void dev_notify(struct uk_virtio_dev *dev, unsigned int idx)
{
	unsigned int how = byte();

	if (idx == 3 && !announced) {
		announced = 1;
		announce(0);
		announce(1);
	}
	if (how & 1)
		give(how / 2 % QUEUES);
}

static const struct uk_virtio_ops dev_ops = {
	.reset = dev_reset,
	.status = dev_status,
	.status_set = dev_status_set,
	.features = dev_features,
	.features_set = dev_features_set,
	.config32 = dev_config32,
	.queue_setup = dev_queue_setup,
	.notify = dev_notify,
};

/* --- the guest ----------------------------------------------------------- */

static char out[16384];

static void guest_step(struct vcon_port *port)
{
	__sz len = (byte() | byte() << 8) % sizeof(out);
	const char *error = devices[0].error;
	char *in = malloc(len);
	__ssz n = 0;

	if (!port->con.ops) {
		free(in);
		return;
	}
	switch (byte() % 3) {
	case 0:
		n = port->con.ops->in(&port->con, in, len);
		break;
	case 1:
		n = port->con.ops->out(&port->con, out, len);
		break;
	case 2:
		if (port->con.ops->connection)
			port->con.ops->connection(&port->con);
		break;
	}
	free(in);
	check(n >= -EIO && n <= (__ssz)len);
	check(!error || devices[0].error == error);
	check(port->tx.first <= port->tx.posted);
	check(port->tx.posted <= port->tx.filled);
	check(port->tx.filled <= port->tx.first + TX_BUFS);
	check(irqs_off == 0);
}

/* As if a call was interrupted by a crash, whose log uses a port. */
static void crash(void)
{
	devices[0].busy = 1;
	crashing = 1;
	guest_step(&devices[0].ports[0]);
	crashing = 0;
	devices[0].busy = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct uk_virtio_dev vdev;

	next = data;
	end = data + size;
	memset(&devices[0], 0, __offsetof(struct vcon_dev, control));
	for (unsigned int i = 0; i < ARRAY_SIZE(devices[0].ports); i++) {
		struct vcon_port *port = &devices[0].ports[i];

		memset(&port->con, 0, sizeof(port->con));
		port->is_console = 0;
		port->connection = 0;
		port->rx.left = 0;
	}
	device_count = 0;
	vdev = (struct uk_virtio_dev){ .ops = &dev_ops,
				       .type = UK_VIRTIO_ID_CONSOLE,
				       .legacy = 1 };
	if (uk_virtio_found(&vdev))
		return 0;
	while (next < end) {
		unsigned int what = byte();

		if (what % 4 == 0)
			give(what / 4 % QUEUES);
		else if (what % 4 == 1)
			scribble(what / 4 % QUEUES);
		else if (what % 64 == 63)
			crash();
		else if (what % 64 == 62)
			lose(what / 64 ? 5 : 1);
		else
			guest_step(&devices[0].ports[what / 4 % 2]);
	}
	on_end(NULL);
	check(irqs_off == 0);
	return 0;
}
