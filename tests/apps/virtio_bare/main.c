/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What QEMU's virtio-serial can do at most: port 1 served by a loop over two
 * rings, with as many buffers as virtio-console has, without a driver, checks
 * of clients, or copying. support/bench compares. The device is a console with
 * several ports (VIRTIO 1.1, 5.3); events of the control queue are not looked
 * at.
 *
 *	push BYTES	sends BYTES, to any client
 *	pull BYTES	takes BYTES
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uk/virtio.h>

#define NUM 64
#define SIZE 4096
#define RX_BUFS 8
#define TX_BUFS 16
#define F_MULTIPORT 2

enum { CONTROL_RX = 2, CONTROL_TX = 3, PORT_RX = 4, PORT_TX = 5, QUEUES };

static struct uk_virtio_dev *dev;
static struct uk_virtq vqs[QUEUES];
static struct uk_virtq_note notes[QUEUES][NUM];
static char mem[QUEUES][8192] __aligned(4096);
static char bufs[QUEUES][NUM][SIZE];

static void lend(unsigned int queue, unsigned int buf, __u32 len, int writes)
{
	struct uk_virtq_buf lent = { (__paddr_t)bufs[queue][buf], len,
				     (__u32)writes };

	if (uk_virtq_add(&vqs[queue], &lent, 1) != (int)buf)
		exit(3);
}

static void kick(unsigned int queue)
{
	if (uk_virtq_publish(&vqs[queue]))
		uk_virtio_notify(dev, queue);
}

static void control(__u32 id, __u16 event, __u16 value)
{
	struct {
		__u32 id;
		__u16 event, value;
	} msg = { id, event, value };
	__u32 len;

	memcpy(bufs[CONTROL_TX][0], &msg, sizeof(msg));
	lend(CONTROL_TX, 0, sizeof(msg), 0);
	kick(CONTROL_TX);
	while (uk_virtq_get(&vqs[CONTROL_TX], &len) < 0)
		;
}

static int probe(struct uk_virtio_dev *found)
{
	__u64 features;

	dev = found;
	if (uk_virtio_start(dev, F_MULTIPORT, &features))
		return -EIO;
	for (unsigned int q = 0; q < QUEUES; q++) {
		uk_virtq_init(&vqs[q], mem[q], notes[q], NUM);
		if (dev->ops->queue_setup(dev, q, &vqs[q]))
			return -EIO;
	}
	uk_virtio_ready(dev);
	return 0;
}

UK_VIRTIO_DRIVER(bare, UK_VIRTIO_ID_CONSOLE, probe);

static void open_port(void)
{
	for (unsigned int i = 0; i < NUM; i++)
		lend(CONTROL_RX, i, SIZE, 1);
	kick(CONTROL_RX);
	control(0, 0, 1); /* the driver is ready */
	control(1, 3, 1); /* the port is */
	control(1, 6, 1); /* and open */
	for (unsigned int i = 0; i < RX_BUFS; i++)
		lend(PORT_RX, i, SIZE, 1);
	kick(PORT_RX);
}

/* Returns how many bytes came back, or were sent, and lends the rest again. */
static size_t turn(unsigned int queue, size_t *left)
{
	size_t bytes = 0;
	__u32 written;
	int head;

	while ((head = uk_virtq_get(&vqs[queue], &written)) >= 0) {
		bytes += queue == PORT_RX ? written : SIZE;
		if (*left) {
			lend(queue, (unsigned int)head, SIZE, queue == PORT_RX);
			*left -= SIZE;
		}
	}
	if (bytes)
		kick(queue);
	return bytes;
}

static void push(size_t len)
{
	size_t left = len - TX_BUFS * SIZE;

	for (unsigned int i = 0; i < TX_BUFS; i++)
		lend(PORT_TX, i, SIZE, 0);
	kick(PORT_TX);
	for (size_t at = 0; at < len;)
		at += turn(PORT_TX, &left);
}

static void pull(size_t len)
{
	size_t left = (size_t)-SIZE;

	for (size_t at = 0; at < len;)
		at += turn(PORT_RX, &left);
}

int main(int argc, char **argv)
{
	size_t len = argc == 3 ? strtoul(argv[2], NULL, 0) : 0;
	char c;

	if (!dev || !len)
		return 2;
	open_port();
	printf("ready\n");
	if (read(0, &c, 1) != 1)
		return 2;
	if (strcmp(argv[1], "push") == 0)
		push(len);
	else
		pull(len);
	printf("done\n");
	return 0;
}
