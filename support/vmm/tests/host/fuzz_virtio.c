/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A hostile guest at a virtio console and at both UARTs: any registers, rings
 * and descriptors, and a client that sends, reads and leaves in between. All
 * accesses stay in guest memory (ASan), and each call returns.
 *
 * HOST-SRCS: support/vmm/vmm/virtq.c support/vmm/vmm/virtio.c
 * HOST-SRCS: support/vmm/vmm/console.c support/vmm/vmm/uart.c
 * HOST-SRCS: support/vmm/vmm/arch/x86_64/uart.c
 * HOST-FLAGS: -Isupport/vmm/libvmm -Isupport/vmm/libvmm/arch/x86_64
 */
#define _GNU_SOURCE /* pipe2(), F_SETPIPE_SZ */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "../../vmm/console.h"
#include "../../vmm/uart.h"
#include "../../vmm/vm.h"

#define uart_read pl011_read
#define uart_write pl011_write
#define uart_update pl011_update
uint32_t pl011_read(struct uart *u, unsigned int offset);
void pl011_write(struct uart *u, unsigned int offset, uint32_t value);
void pl011_update(struct uart *u);
#include "../../vmm/arch/arm64/uart.c"
#undef uart_read
#undef uart_write
#undef uart_update

#define RAM 0x8000UL
#define BASE 0x10000000UL

static uint8_t *ram;
static int client;
static int null;
static int output; /* what was stdout, read: it may be full */

void *vmm_memory_at(const struct vmm_machine *m, uint64_t gpa, size_t len)
{
	return gpa < RAM && len <= RAM - gpa ? ram + gpa : NULL;
}

int vmm_irq(struct vmm_machine *m, unsigned int line, int level)
{
	return 0;
}

void complain(const char *format, ...)
{
}

int line_listen(const char *where)
{
	return dup(null);
}

int line_accept(int listener)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair))
		abort();
	if (client >= 0) /* the console has closed its end */
		close(client);
	client = pair[1];
	return pair[0];
}

/* ---- the input: small numbers, one after the other ---- */

static const uint8_t *in;
static size_t left;

static uint32_t number(unsigned int bytes)
{
	uint32_t value = 0;

	while (bytes-- && left) {
		value = value << 8 | *in++;
		left--;
	}
	return value;
}

static uint64_t bus(struct console *c, uint32_t reg, int write, uint64_t value,
		    unsigned int len)
{
	struct vmm_access a = { .space = VMM_SPACE_MMIO,
				.addr = BASE + reg,
				.len = len,
				.write = write,
				.value = value };

	virtio_access(&c->v, &a);
	return a.value;
}

/* What a driver does, so that rings are reached: queue q at q * 0x800. */
static void set_up(struct console *c)
{
	bus(c, 0x70, 1, 3, 4);
	bus(c, 0x24, 1, 1, 4);
	bus(c, 0x20, 1, 1, 4);
	bus(c, 0x70, 1, 11, 4);
	for (uint32_t q = 0; q < c->v.n_queues; q++) {
		bus(c, 0x30, 1, q, 4);
		bus(c, 0x38, 1, 16, 4);
		bus(c, 0x80, 1, q * 0x800, 4);
		bus(c, 0x90, 1, q * 0x800 + 0x100, 4);
		bus(c, 0xa0, 1, q * 0x800 + 0x200, 4);
		bus(c, 0x44, 1, 1, 4);
	}
	bus(c, 0x70, 1, 15, 4);
}

/* One descriptor, and one more entry of the ring. */
static void add_buffer(struct console *c)
{
	uint32_t q = number(1) % 10, n = number(1) % 17;
	uint8_t *at = ram + q * 0x800;
	struct {
		uint64_t addr;
		uint32_t len;
		uint16_t flags, next;
	} d = { number(2), number(2), (uint16_t)(number(1) & 3),
		(uint16_t)(number(1) % 20) };
	uint16_t idx;

	memcpy(at + n % 16 * 16, &d, sizeof(d));
	memcpy(&idx, at + 0x102, 2);
	memcpy(at + 0x104 + idx % 16 * 2, &n, 2);
	idx++;
	memcpy(at + 0x102, &idx, 2);
	bus(c, 0x50, 1, q, 4);
}

static void serve(struct console *c)
{
	struct pollfd p = console_wants(c);

	if (p.fd >= 0 && p.fd == c->listener)
		console_serve(c, POLLIN);
	else if (p.fd >= 0 && poll(&p, 1, 0) > 0)
		console_serve(c, p.revents);
}

static void peer(uint32_t what)
{
	char bytes[512] = "";

	if (client < 0)
		return;
	if (what % 4 == 0) {
		close(client);
		client = -1;
	} else if (what % 4 == 1) {
		while (read(client, bytes, sizeof(bytes)) > 0)
			;
	} else if (send(client, bytes, what, MSG_NOSIGNAL) < 0) {
		return;
	}
}

static void uart(struct uart *u, int pl011)
{
	unsigned int offset = number(2) & (pl011 ? 0xfff : 7);
	uint32_t value = number(4);
	uint8_t bytes[64] = "";

	if (value & 1)
		(pl011 ? pl011_write : uart_write)(u, offset, value);
	if (value & 2)
		uart_flush(u);
	if (value & 4 && read(output, bytes, sizeof(bytes)) < 0)
		memset(bytes, 0, sizeof(bytes));
	(pl011 ? pl011_read : uart_read)(u, offset);
	uart_put(u, bytes, value % sizeof(bytes));
	if (u->count > UART_RING || u->n_out > UART_OUT)
		abort();
}

static void one(struct console *c, struct uart *u)
{
	uint32_t what = number(1), reg, at;

	switch (what % 10) {
	case 0:
		reg = number(1) * 4;
		bus(c, reg, 1, number(4), 4);
		break;
	case 1:
		bus(c, number(2) % 0x200, (int)(what >> 7), number(4),
		    1U << (what >> 4) % 4);
		break;
	case 2:
		at = number(2) % RAM;
		for (uint32_t n = number(1) % 32; n-- && at < RAM;)
			ram[at++] = (uint8_t)number(1);
		break;
	case 3:
		set_up(c);
		break;
	case 4:
	case 5:
		add_buffer(c);
		break;
	case 6:
		peer(number(1));
		break;
	case 7:
		uart(&u[what >> 7], (int)(what >> 7));
		break;
	default:
		serve(c);
	}
}

static void irq(void *ctx, int level)
{
}

static void redirect(void)
{
	int ends[2];

	if (pipe2(ends, O_NONBLOCK) || dup2(ends[1], STDOUT_FILENO) < 0 ||
	    fcntl(ends[1], F_SETPIPE_SZ, 4096) < 0)
		abort();
	output = ends[0];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct uart uarts[2] = { { .irq = irq }, { .irq = irq } };
	struct console c = { 0 };
	uint32_t how;

	if (!null) {
		null = open("/dev/null", O_RDWR);
		redirect();
	}
	in = data;
	left = size;
	client = -1;
	ram = calloc(1, RAM);
	c.v.lock = &lock;
	c.v.base = BASE;
	c.wake = null;
	how = number(1);
	if (console_open(&c, how % 4, "name", "/dev/full", how >> 2 & 1))
		abort();
	while (left)
		one(&c, uarts);
	if (c.n_events > CONSOLE_EVENTS)
		abort();
	if (client >= 0)
		close(client);
	if (c.peer >= 0)
		close(c.peer);
	close(c.listener);
	free(ram);
	return 0;
}
