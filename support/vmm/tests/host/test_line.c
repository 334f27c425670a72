/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Places where the monitor listens: what is no such place, and sockets of
 * others, which stay theirs.
 *
 * HOST-SRCS: support/vmm/vmm/line.c
 * HOST-FLAGS: -Isupport/vmm/libvmm -Isupport/vmm/libvmm/arch/x86_64
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>
#include "../../vmm/vm.h"

static char folder[] = "/tmp/test_line.XXXXXX";
static char path[sizeof(folder) + 8];

static int make_folder(void **state)
{
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/socket", folder);
	return 0;
}

static int remove_folder(void **state)
{
	unlink(path);
	return rmdir(folder);
}

static void test_check(void **state)
{
	static const char *const wrong[] = {
		"",
		"x",
		"0",
		"-1",
		"+1",
		" 1",
		"1 ",
		"65536",
		"18446744073709551617",
		"localhost:1",
		"1.2.3:1",
		"127.0.0.1:",
		":1",
		"127.0.0.1:0",
		"127.0.0.1:-1",
		"1:2:3",
		"::1:1234",
		"127.0.0.1.127.0.0.1.127.0.0.1.127.0.0.1:1234",
	};
	static const char *const right[] = { "1", "65535", "0.0.0.0:1234",
					     "./1", "/tmp/x" };
	char text[256];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (!line_check(wrong[i]) || line_listen(wrong[i]) != -EINVAL)
			fail_msg("\"%s\" is accepted", wrong[i]);
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
		if (line_check(right[i]))
			fail_msg("\"%s\" is refused", right[i]);
	memset(text, '/', sizeof(text));
	text[sizeof(((struct sockaddr_un *)0)->sun_path) - 1] = 0;
	assert_null(line_check(text));
	text[sizeof(((struct sockaddr_un *)0)->sun_path) - 1] = '/';
	text[sizeof(((struct sockaddr_un *)0)->sun_path)] = 0;
	assert_string_equal(line_check(text),
			    "this path is too long for a Unix socket");
	assert_int_equal(line_listen(text), -EINVAL);
}

/* What a monitor listens at is not taken, and it does not notice the question.
 */
static void test_another_ones(void **state)
{
	struct pollfd p = { .fd = line_listen(path), .events = POLLIN };
	int again;

	assert_true(p.fd >= 0);
	assert_int_equal(line_listen(path), -EADDRINUSE);
	assert_int_equal(poll(&p, 1, 0), 0);
	close(p.fd);
	/* Its file remains, as after a monitor that was killed. */
	assert_int_equal(access(path, F_OK), 0);
	again = line_listen(path);
	assert_true(again >= 0);
	close(again);
}

/* One of a datagram's, which answers otherwise. */
static void test_another_type(void **state)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	unlink(path);
	strcpy(un.sun_path, path);
	assert_int_equal(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	assert_int_equal(line_listen(path), -EADDRINUSE);
	close(fd);
	unlink(path);
}

static void test_a_file(void **state)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_EXCL, 0600);

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(line_listen(path), -EEXIST);
	assert_int_equal(access(path, F_OK), 0);
	unlink(path);
}

/* A port that another process has. */
static void test_a_port(void **state)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char port[8];

	assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &len), 0);
	snprintf(port, sizeof(port), "%u", (unsigned int)ntohs(in.sin_port));
	assert_null(line_check(port));
	assert_int_equal(line_listen(port), -EADDRINUSE);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_another_ones),
		cmocka_unit_test(test_another_type),
		cmocka_unit_test(test_a_file),
		cmocka_unit_test(test_a_port),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
