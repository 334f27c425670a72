/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A port as a console. Output before the host opened for the first time is
 * kept as far as it fits; later, output to a closed host is dropped, because
 * it was for a client that has disconnected. An open host that does not read
 * makes out() take less than it was given.
 */
#include <string.h>
#include "virtio_console.h"

void vcon_port_opened(struct vcon_port *port)
{
	if (port->open)
		return;
	port->open = 1;
	port->connection++;
	vcon_tx_post(port);
}

void vcon_port_closed(struct vcon_port *port)
{
	if (!port->open)
		return;
	port->open = 0;
	vcon_tx_reclaim(port);
	vcon_tx_drop(port);
}

static unsigned int port_connection(struct uk_console *con)
{
	struct vcon_port *port = con->priv;
	unsigned int connection;
	unsigned long flags;

	if (vcon_enter(port->dev, &flags))
		return 0;
	vcon_control_poll(port->dev);
	connection = port->open ? port->connection : 0;
	vcon_leave(port->dev, flags);
	return connection;
}

/*
 * The events are taken once more between filling and posting: the shorter that
 * time, the smaller the chance that bytes reach the client after the one that
 * they are for.
 */
static __sz write_open(struct vcon_port *port, const char *buf, __sz len)
{
	unsigned int connection = port->connection;
	__sz n = vcon_tx_fill(port, buf, len);

	vcon_control_poll(port->dev);
	if (!port->open || port->connection != connection) {
		vcon_tx_drop(port);
		uk_console_count(&port->con.stats.out_dropped, len - n);
		return len;
	}
	vcon_tx_post(port);
	return n;
}

static __sz write_closed(struct vcon_port *port, const char *buf, __sz len)
{
	__sz kept = port->connection ? 0 : vcon_tx_fill(port, buf, len);

	uk_console_count(&port->con.stats.out_dropped, len - kept);
	return len;
}

static __sz write(struct vcon_port *port, const char *buf, __sz len)
{
	vcon_tx_reclaim(port);
	return port->open ? write_open(port, buf, len)
			  : write_closed(port, buf, len);
}

static __ssz port_out(struct uk_console *con, const char *buf, __sz len)
{
	struct vcon_port *port = con->priv;
	unsigned long flags;
	__sz n;
	int ret = vcon_enter(port->dev, &flags);

	if (ret)
		return ret == -EBUSY ? 0 : ret;
	n = write(port, buf, len);
	vcon_leave(port->dev, flags);
	return (__ssz)n;
}

static __ssz port_out_to(struct uk_console *con, unsigned int connection,
			 const char *buf, __sz len)
{
	struct vcon_port *port = con->priv;
	unsigned long flags;
	__ssz n = -EPIPE;

	if (vcon_enter(port->dev, &flags))
		return -EPIPE;
	vcon_control_poll(port->dev);
	if (port->open && port->connection == connection)
		n = (__ssz)write(port, buf, len);
	vcon_leave(port->dev, flags);
	return n;
}

/* The call that notices another client returns none of its bytes: the caller
 * gets to know of the client first.
 */
static __ssz port_in(struct uk_console *con, char *buf, __sz len)
{
	struct vcon_port *port = con->priv;
	unsigned int connection;
	unsigned long flags;
	__sz n = 0;
	int ret = vcon_enter(port->dev, &flags);

	if (ret)
		return ret == -EBUSY ? 0 : ret;
	connection = port->connection;
	vcon_control_poll(port->dev);
	if (port->connection == connection)
		n = vcon_rx_read(port, buf, len);
	ret = port->dev->error ? -EIO : 0;
	vcon_leave(port->dev, flags);
	return n || !ret ? (__ssz)n : ret;
}

static int port_is_inside(struct uk_console *con)
{
	struct vcon_port *port = con->priv;

	return vcon_is_inside(port->dev);
}

const struct uk_console_ops vcon_port_ops = {
	.out = port_out,
	.out_to = port_out_to,
	.in = port_in,
	.connection = port_connection,
	.is_inside = port_is_inside,
};

const struct uk_console_ops vcon_console_ops = {
	.out = port_out,
	.in = port_in,
	.is_inside = port_is_inside,
};
