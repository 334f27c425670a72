/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * See console.h. Nothing is kept here but control messages: bytes go from the
 * guest's buffers to the socket and back, and a side that does not read makes
 * the other one wait. A CPU's thread sends at its notification; the main thread
 * does what has to wait.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "console.h"
#include "vm.h"

#define ID_CONSOLE 3
#define F_MULTIPORT (1UL << 1)

#define QUEUE_CONTROL_RX 2
#define QUEUE_CONTROL_TX 3

#define EVENT_DEVICE_READY 0
#define EVENT_DEVICE_ADD 1
#define EVENT_PORT_READY 3
#define EVENT_PORT_OPEN 6
#define EVENT_PORT_NAME 7

static unsigned int queue_rx(const struct console *c)
{
	return c->port ? 2 + 2 * c->port : 0;
}

static unsigned int queue_tx(const struct console *c)
{
	return queue_rx(c) + 1;
}

/* ---- control messages ---- */

/* To the pieces of a buffer or from them, as far as they go. */
static size_t copy(const struct virtq_chain *c, char *data, size_t len,
		   int to_guest)
{
	size_t done = 0;

	for (int i = 0; i < c->n && done < len; i++) {
		size_t n = c->iov[i].iov_len;

		if (n > len - done)
			n = len - done;
		memcpy(to_guest ? c->iov[i].iov_base : data + done,
		       to_guest ? data + done : c->iov[i].iov_base, n);
		done += n;
	}
	return done;
}

/* A name follows its message. */
static void events_send(struct console *c)
{
	struct virtq_chain to;
	char text[sizeof(struct console_msg) + 32];

	while (c->n_events && virtio_next(&c->v, QUEUE_CONTROL_RX, 1, &to)) {
		size_t len = sizeof(c->events[0]);

		memcpy(text, &c->events[0], len);
		if (c->events[0].event == EVENT_PORT_NAME) {
			size_t n = strlen(c->name);

			memcpy(text + len, c->name, n);
			len += n;
		}
		virtio_put(&c->v, QUEUE_CONTROL_RX, &to,
			   copy(&to, text, len, 1));
		memmove(c->events, c->events + 1,
			--c->n_events * sizeof(c->events[0]));
	}
}

/* One too many is a guest's that asks and does not read: dropped. */
static void event(struct console *c, uint16_t event, uint16_t value)
{
	if (c->n_events == CONSOLE_EVENTS)
		return;
	c->events[c->n_events++] =
		(struct console_msg){ c->port, event, value };
	events_send(c);
}

static void guest_event(struct console *c, const struct console_msg *m)
{
	if (m->event == EVENT_DEVICE_READY && m->value)
		event(c, EVENT_DEVICE_ADD, 1);
	if (m->id != c->port)
		return;
	if (m->event == EVENT_PORT_READY && m->value) {
		event(c, EVENT_PORT_NAME, 1);
		if (c->peer >= 0)
			event(c, EVENT_PORT_OPEN, 1);
	} else if (m->event == EVENT_PORT_OPEN) {
		c->guest_open = m->value != 0;
	}
}

static void control(struct console *c)
{
	struct virtq_chain from;
	struct console_msg m;

	while (virtio_next(&c->v, QUEUE_CONTROL_TX, 0, &from)) {
		if (copy(&from, (char *)&m, sizeof(m), 0) == sizeof(m))
			guest_event(c, &m);
		virtio_put(&c->v, QUEUE_CONTROL_TX, &from, 0);
	}
}

/* ---- bytes ---- */

/* Without what has been sent of it. */
static void skip(struct virtq_chain *c, size_t sent)
{
	for (int i = 0; i < c->n && sent; i++) {
		size_t n = sent < c->iov[i].iov_len ? sent : c->iov[i].iov_len;

		c->iov[i].iov_base = (char *)c->iov[i].iov_base + n;
		c->iov[i].iov_len -= n;
		sent -= n;
	}
}

static ssize_t peer_write(const struct console *c, struct virtq_chain *from)
{
	struct msghdr m = { .msg_iov = from->iov,
			    .msg_iovlen = (size_t)from->n };

	return c->is_file ? writev(c->peer, from->iov, from->n)
			  : sendmsg(c->peer, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* What follows is dropped; for the guest the other end closes. */
static void file_failed(struct console *c)
{
	complain("the file for the guest's port \"%s\" is not whole: %s",
		 c->name, strerror(errno));
	close(c->peer);
	c->peer = -1;
	event(c, EVENT_PORT_OPEN, 0);
}

/* What a closed end gets is dropped, as what an end with an error does. */
static void transmit(struct console *c)
{
	struct virtq_chain from;

	c->stuck = 0;
	while (virtio_next(&c->v, queue_tx(c), 0, &from)) {
		ssize_t n = 0;

		skip(&from, c->sent);
		if (c->peer >= 0 && c->sent < from.len)
			n = peer_write(c, &from);
		if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
			c->stuck = 1;
			return;
		}
		if (n < 0 && c->is_file)
			file_failed(c);
		c->sent += n > 0 ? (size_t)n : 0;
		if (n > 0 && c->sent < from.len)
			continue;
		c->sent = 0;
		virtio_put(&c->v, queue_tx(c), &from, 0);
	}
}

static void peer_drop(struct console *c)
{
	close(c->peer);
	c->peer = -1;
	event(c, EVENT_PORT_OPEN, 0);
	transmit(c);
}

static void receive(struct console *c)
{
	struct virtq_chain to;
	struct msghdr m = { .msg_iov = to.iov };
	ssize_t n;

	if (!virtio_next(&c->v, queue_rx(c), 1, &to))
		return;
	m.msg_iovlen = (size_t)to.n;
	n = recvmsg(c->peer, &m, MSG_DONTWAIT);
	if (n > 0)
		virtio_put(&c->v, queue_rx(c), &to, (size_t)n);
	else if (!n || errno != EAGAIN)
		peer_drop(c);
}

/* ---- the device ---- */

/* The main thread looks again at what it waits for. */
static void notified(struct virtio *v, unsigned int queue)
{
	struct console *c = (struct console *)v;
	uint64_t one = 1;

	if (queue == QUEUE_CONTROL_TX)
		control(c);
	else if (queue == QUEUE_CONTROL_RX)
		events_send(c);
	else if (queue == queue_tx(c) && !c->stuck)
		transmit(c);
	if ((queue != queue_tx(c) || c->stuck) &&
	    write(c->wake, &one, sizeof(one)) < 0)
		complain("eventfd: %s", strerror(errno));
}

static void reset(struct virtio *v)
{
	struct console *c = (struct console *)v;

	c->guest_open = c->stuck = 0;
	c->sent = 0;
	c->n_events = 0;
}

static const struct virtio_ops ops = {
	.id = ID_CONSOLE,
	.features = F_MULTIPORT,
	.notified = notified,
	.reset = reset,
};

int console_open(struct console *c, unsigned int port, const char *name,
		 const char *where, int is_file)
{
	int fd = is_file ? open(where, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
				0600)
			 : line_listen(where);

	if (fd < 0)
		return is_file ? -errno : fd;
	if (is_file) /* a FIFO: no CPU waits for its reader */
		fcntl(fd, F_SETFL, O_NONBLOCK);
	c->v.ops = &ops;
	c->v.config = &c->config;
	c->v.config_len = sizeof(c->config);
	c->v.n_queues = 4 + 2 * port;
	c->config.max_nr_ports = port + 1;
	c->port = port;
	c->name = name;
	c->is_file = is_file;
	c->listener = is_file ? -1 : fd;
	c->peer = is_file ? fd : -1;
	return 0;
}

/* A client is taken when the guest knows that the one before has left. */
struct pollfd console_wants(const struct console *c)
{
	struct pollfd p = { .fd = -1 };
	struct virtq_chain to;

	if (!virtio_is_running(&c->v))
		return p;
	if (c->is_file) {
		p.fd = c->stuck ? c->peer : -1;
		p.events = POLLOUT;
		return p;
	}
	if (c->peer < 0) {
		p.fd = c->n_events ? -1 : c->listener;
		p.events = POLLIN;
		return p;
	}
	p.fd = c->peer;
	p.events = c->stuck ? POLLOUT : 0;
	if (c->guest_open &&
	    virtq_next(c->v.m, &c->v.queues[queue_rx(c)], 1, &to) > 0)
		p.events |= POLLIN;
	if (!p.events) /* what becomes of the client is seen later */
		p.fd = -1;
	return p;
}

void console_serve(struct console *c, int revents)
{
	if (c->peer < 0 && !c->is_file) {
		c->peer = line_accept(c->listener);
		if (c->peer >= 0)
			event(c, EVENT_PORT_OPEN, 1);
		return;
	}
	if (revents & POLLOUT || c->is_file)
		transmit(c);
	else if (revents & (POLLIN | POLLHUP | POLLERR))
		receive(c);
}
