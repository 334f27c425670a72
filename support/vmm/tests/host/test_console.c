/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A virtio console whose host's end is a file: what it does not take at once is
 * sent later, what it never takes is an error message, and no CPU waits. A
 * driver that breaks the rules gets an interrupt.
 *
 * HOST-SRCS: support/vmm/vmm/virtq.c support/vmm/vmm/virtio.c
 * HOST-SRCS: support/vmm/vmm/console.c
 * HOST-FLAGS: -Isupport/vmm/libvmm -Isupport/vmm/libvmm/arch/x86_64
 */
#define _GNU_SOURCE /* F_SETPIPE_SZ */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "../../vmm/console.h"
#include "../../vmm/vm.h"

#define RAM 0x8000UL
#define BASE 0x10000000UL
#define DATA 0x4000UL /* the driver's bytes */
#define TX 1U	      /* its queue, of port 0 */
#define LINE 7

#define STATUS 0x70
#define NEEDS_RESET 64

static _Alignas(4096) uint8_t ram[RAM];
static int level;
static char complaint[256];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct console c;

void *vmm_memory_at(const struct vmm_machine *m, uint64_t gpa, size_t len)
{
	return gpa < RAM && len <= RAM - gpa ? ram + gpa : NULL;
}

int vmm_irq(struct vmm_machine *m, unsigned int line, int to)
{
	assert_int_equal(line, LINE);
	level = to;
	return 0;
}

void complain(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(complaint, sizeof(complaint), format, args);
	va_end(args);
}

int line_listen(const char *where)
{
	return -ENOENT;
}

int line_accept(int listener)
{
	return -1;
}

/* ---- the driver ---- */

static uint32_t bus(uint32_t reg, int write, uint32_t value)
{
	struct vmm_access a = { .space = VMM_SPACE_MMIO,
				.addr = BASE + reg,
				.len = 4,
				.write = write,
				.value = value };

	virtio_access(&c.v, &a);
	return (uint32_t)a.value;
}

/* Queue q is at q * 0x800: its tables 0x100 apart. */
static void queue(uint32_t q)
{
	bus(0x30, 1, q);
	bus(0x38, 1, 16);
	bus(0x80, 1, q * 0x800);
	bus(0x90, 1, q * 0x800 + 0x100);
	bus(0xa0, 1, q * 0x800 + 0x200);
	bus(0x44, 1, 1);
}

static void set_up(const char *path)
{
	memset(ram, 0, sizeof(ram));
	c = (struct console){ 0 };
	complaint[0] = 0;
	c.v.lock = &lock;
	c.v.base = BASE;
	c.v.line = LINE;
	c.wake = eventfd(0, EFD_NONBLOCK);
	assert_int_equal(console_open(&c, 0, "dump", path, 1), 0);
	bus(STATUS, 1, 3);
	bus(0x24, 1, 1);
	bus(0x20, 1, 1);
	bus(STATUS, 1, 11);
	for (uint32_t q = 0; q < c.v.n_queues; q++)
		queue(q);
	bus(STATUS, 1, 15);
}

static void tear_down(void)
{
	if (c.peer >= 0)
		close(c.peer);
	close(c.wake);
}

static uint16_t used(uint32_t q)
{
	uint16_t idx;

	memcpy(&idx, ram + q * 0x800 + 0x202, 2);
	return idx;
}

static void send_bytes(uint64_t addr, uint32_t len)
{
	const uint32_t q = TX;
	uint16_t idx, head = 0;

	memcpy(&idx, ram + q * 0x800 + 0x102, 2);
	memcpy(ram + q * 0x800, &addr, 8);
	memcpy(ram + q * 0x800 + 8, &len, 4);
	memset(ram + q * 0x800 + 12, 0, 4);
	memcpy(ram + q * 0x800 + 0x104 + idx % 16 * 2, &head, 2);
	idx++;
	memcpy(ram + q * 0x800 + 0x102, &idx, 2);
	bus(0x50, 1, q);
}

/* ---- the tests ---- */

static void test_a_full_file(void **state)
{
	set_up("/dev/full");
	send_bytes(DATA, 100);
	assert_int_equal(used(TX), 1);
	assert_non_null(strstr(complaint, "\"dump\""));
	assert_non_null(strstr(complaint, strerror(ENOSPC)));
	complaint[0] = 0;
	send_bytes(DATA, 100);
	assert_int_equal(used(TX), 2);
	assert_string_equal(complaint, "");
	assert_int_equal(console_wants(&c).fd, -1);
	tear_down();
}

/* Its reader takes its time. */
static void test_a_fifo(void **state)
{
	char path[64], bytes[8192];
	struct pollfd p;
	size_t read_ = 0;
	int reader;

	snprintf(path, sizeof(path), "/tmp/test_console.%d", (int)getpid());
	assert_int_equal(mkfifo(path, 0600), 0);
	reader = open(path, O_RDONLY | O_NONBLOCK);
	fcntl(reader, F_SETPIPE_SZ, 4096);
	set_up(path);
	unlink(path);
	for (uint32_t i = 0; i < 0x3000; i++)
		ram[DATA + i] = (uint8_t)(i * 7 / 3);
	assert_int_equal(console_wants(&c).fd, -1);
	send_bytes(DATA, 0x3000);
	assert_int_equal(used(TX), 0);
	while (!used(TX)) {
		ssize_t n = read(reader, bytes, sizeof(bytes));

		assert_true(n > 0);
		assert_memory_equal(bytes, ram + DATA + read_, n);
		read_ += (size_t)n;
		p = console_wants(&c);
		assert_int_equal(p.fd, c.peer);
		assert_int_equal(p.events, POLLOUT);
		console_serve(&c, POLLOUT);
	}
	read_ += (size_t)read(reader, bytes, sizeof(bytes));
	assert_int_equal(read_, 0x3000);
	assert_string_equal(complaint, "");
	close(reader);
	tear_down();
}

/* VIRTIO 1.1, 2.1.2: the status, and a change of the configuration. */
static void test_a_driver_that_breaks_the_rules(void **state)
{
	set_up("/dev/null");
	level = 0;
	send_bytes(RAM, 1);
	assert_int_equal(bus(STATUS, 0, 0), 15 | NEEDS_RESET);
	assert_int_equal(bus(0x60, 0, 0), 2);
	assert_int_equal(level, 1);
	bus(0x64, 1, 2);
	assert_int_equal(level, 0);
	tear_down();
}

/* A queue that is ready does not begin anew. */
static void test_ready_again(void **state)
{
	set_up("/dev/null");
	send_bytes(DATA, 1);
	bus(0x30, 1, TX);
	bus(0x44, 1, 1);
	assert_int_equal(bus(0x44, 0, 0), 1);
	send_bytes(DATA, 1);
	assert_int_equal(used(TX), 2);
	tear_down();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_full_file),
		cmocka_unit_test(test_a_fifo),
		cmocka_unit_test(test_a_driver_that_breaks_the_rules),
		cmocka_unit_test(test_ready_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
