/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Bytes from the host. They stay in the buffer that the device filled until
 * a reader takes them; while all buffers are full the host waits, and nothing
 * is lost.
 */
#include <string.h>
#include "virtio_console.h"

static void stock(struct vcon_rx *rx, unsigned int buf)
{
	int head = vcon_ring_lend(&rx->ring, rx->bufs[buf], BUF_SIZE, 1);

	if (head >= 0)
		rx->buf_of[head] = (__u8)buf;
}

void vcon_rx_stock(struct vcon_port *port)
{
	port->rx.left = 0;
	for (unsigned int i = 0; i < RX_BUFS; i++)
		stock(&port->rx, i);
	vcon_ring_kick(port->dev, &port->rx.ring);
}

/* Goes on to the next buffer that has something; 0 if there is none. */
static int next_buf(struct vcon_port *port)
{
	struct vcon_rx *rx = &port->rx;
	int head = uk_virtq_get(&rx->ring.vq, &rx->left);

	if (head == -EIO)
		vcon_fail(port->dev, rx->ring.vq.error);
	if (head < 0)
		return 0;
	rx->buf = rx->buf_of[head];
	rx->at = 0;
	return 1;
}

__sz vcon_rx_read(struct vcon_port *port, char *buf, __sz len)
{
	struct vcon_rx *rx = &port->rx;
	__sz got = 0;
	int emptied = 0;

	while (got < len && (rx->left || next_buf(port))) {
		__u32 n = (__u32)MIN(len - got, (__sz)rx->left);

		memcpy(buf + got, rx->bufs[rx->buf] + rx->at, n);
		got += n;
		rx->at += n;
		rx->left -= n;
		if (!rx->left) {
			stock(rx, rx->buf);
			emptied = 1;
		}
	}
	if (emptied)
		vcon_ring_kick(port->dev, &rx->ring);
	return got;
}
