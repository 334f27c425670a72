/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Virtio consoles (VIRTIO 1.1, 5.3): one port each, whose number the guest
 * knows (vport1 is for metrics), and whose host's end is a listener's client,
 * or a file that takes what the guest writes.
 */
#ifndef __CONSOLE_H__
#define __CONSOLE_H__

#include <poll.h>
#include "virtio.h"

struct vm;

#define CONSOLE_PORT_MAX 3 /* number of a port */
#define CONSOLE_EVENTS 8

struct console_msg {
	uint32_t id;
	uint16_t event, value;
};

struct console {
	struct virtio v; /* first: virtio.c gives this */
	unsigned int port;
	const char *name;
	int wake;     /* an eventfd of the main loop */
	int listener; /* or -1 */
	int peer;     /* a client, or the file; -1: none */
	int is_file;
	int guest_open; /* the guest's end is */
	size_t sent;	/* of the buffer that is being sent */
	int stuck;	/* the client takes no more for now */
	struct {
		uint32_t cols_rows, max_nr_ports;
	} config;
	/* Control messages that wait for a buffer of the guest's */
	struct console_msg events[CONSOLE_EVENTS];
	unsigned int n_events;
};

/**
 * Makes a console of port `port`, on whose device the caller puts it.
 *
 * @param where as line_listen() has it; of a file its path
 * @return 0, -errno
 */
int console_open(struct console *c, unsigned int port, const char *name,
		 const char *where, int is_file);

/** What the main loop waits for; fd is -1: nothing. The lock is held. */
struct pollfd console_wants(const struct console *c);

/** It came: revents of that. The lock is held. */
void console_serve(struct console *c, int revents);

#endif /* __CONSOLE_H__ */
