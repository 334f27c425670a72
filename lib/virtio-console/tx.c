/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Bytes to the host. The device sends the buffers of a stream in order, so
 * when one returns, any earlier one that is missing was lost. QEMU loses the
 * buffer that it is sending when a client disconnects without reading.
 */
#include <string.h>
#include "virtio_console.h"

void vcon_tx_reset(struct vcon_port *port)
{
	port->tx.first = port->tx.posted = port->tx.filled = 0;
}

static void retire(struct vcon_tx *tx)
{
	tx->first++;
}

static void lose_before(struct vcon_port *port, unsigned int head)
{
	struct vcon_tx *tx = &port->tx;

	while (tx->first < tx->posted &&
	       tx->head[tx->first % TX_BUFS] != head) {
		uk_virtq_forget(&tx->ring.vq, tx->head[tx->first % TX_BUFS]);
		uk_console_count(&port->con.stats.out_dropped,
				 tx->len[tx->first % TX_BUFS]);
		retire(tx);
	}
}

void vcon_tx_reclaim(struct vcon_port *port)
{
	struct vcon_tx *tx = &port->tx;
	__u32 written;
	int head;

	while ((head = uk_virtq_get(&tx->ring.vq, &written)) >= 0) {
		lose_before(port, (unsigned int)head);
		if (tx->first < tx->posted)
			retire(tx);
	}
	if (head == -EIO)
		vcon_fail(port->dev, tx->ring.vq.error);
}

/* The buffer that the next byte goes to, or NULL if all are full. */
static __u32 *fill_at(struct vcon_tx *tx, char **buf)
{
	__u64 n = tx->filled - 1;

	if (tx->filled == tx->posted || tx->len[n % TX_BUFS] == BUF_SIZE) {
		n = tx->filled;
		if (n - tx->first == TX_BUFS)
			return __NULL;
		tx->len[n % TX_BUFS] = 0;
		tx->filled++;
	}
	*buf = tx->bufs[n % TX_BUFS];
	return &tx->len[n % TX_BUFS];
}

__sz vcon_tx_fill(struct vcon_port *port, const char *buf, __sz len)
{
	__sz done = 0;
	char *to;

	while (done < len) {
		__u32 *used = fill_at(&port->tx, &to);
		__sz n;

		if (!used)
			break;
		n = MIN(len - done, (__sz)BUF_SIZE - *used);
		memcpy(to + *used, buf + done, n);
		*used += (__u32)n;
		done += n;
	}
	return done;
}

void vcon_tx_post(struct vcon_port *port)
{
	struct vcon_tx *tx = &port->tx;

	if (tx->posted == tx->filled)
		return;
	for (; tx->posted < tx->filled; tx->posted++) {
		__u64 n = tx->posted % TX_BUFS;
		int head =
			vcon_ring_lend(&tx->ring, tx->bufs[n], tx->len[n], 0);

		if (head < 0) {
			vcon_tx_drop(port);
			return;
		}
		tx->head[n] = (__u16)head;
	}
	vcon_ring_kick(port->dev, &tx->ring);
}

void vcon_tx_drop(struct vcon_port *port)
{
	struct vcon_tx *tx = &port->tx;

	while (tx->filled > tx->posted) {
		tx->filled--;
		uk_console_count(&port->con.stats.out_dropped,
				 tx->len[tx->filled % TX_BUFS]);
	}
}
