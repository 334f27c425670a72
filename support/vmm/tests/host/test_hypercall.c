/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Hypercalls of a guest, on a folder with ways out of it.
 *
 * HOST-SRCS: support/vmm/vmm/hypercall.c
 * HOST-FLAGS: -Isupport/vmm/libvmm -Isupport/vmm/libvmm/arch/x86_64
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "../../vmm/hypercall_host.h"

#define RAM 0x2000UL
#define REQUEST 0x100
#define DATA 0x1000

static _Alignas(8) uint8_t ram[RAM];
static char top[] = "/tmp/test_hypercall.XXXXXX";
static struct hypercalls h = { .lock = PTHREAD_MUTEX_INITIALIZER };

void *vmm_memory_at(const struct vmm_machine *m, uint64_t gpa, size_t len)
{
	return gpa < RAM && len <= RAM - gpa ? ram + gpa : NULL;
}

static long call(unsigned int number, unsigned int handle, uint64_t addr,
		 uint64_t len, uint64_t offset)
{
	struct hypercall r = { number, handle, addr, len, offset, 99 };
	struct vmm_access a = { .addr = HYPERCALL_BASE + HYPERCALL_LOW,
				.len = 4,
				.write = 1,
				.value = REQUEST };

	memcpy(ram + REQUEST, &r, sizeof(r));
	assert_int_equal(hypercall_access(&h, &a), 0);
	memcpy(&r, ram + REQUEST, sizeof(r));
	return r.result;
}

static long call_open(const char *path, int write)
{
	strcpy((char *)ram + DATA, path);
	return call(HYPERCALL_OPEN, 0, DATA, strlen(path), (uint64_t)write);
}

static void test_read(void **state)
{
	long f = call_open("file", 0);

	assert_int_equal(f, 0);
	assert_int_equal(call(HYPERCALL_READ, 0, DATA, 100, 1), 3);
	assert_memory_equal(ram + DATA, "ext", 3);
	assert_int_equal(call(HYPERCALL_READ, 0, DATA, 100, 4), 0);
	assert_int_equal(call(HYPERCALL_WRITE, 0, DATA, 1, 0), -EBADF);
	assert_int_equal(call_open("file", 0), 1);
	assert_int_equal(call(HYPERCALL_CLOSE, 0, 0, 0, 0), 0);
	assert_int_equal(call(HYPERCALL_CLOSE, 0, 0, 0, 0), -EBADF);
	assert_int_equal(call(HYPERCALL_READ, 0, DATA, 1, 0), -EBADF);
	assert_int_equal(call(HYPERCALL_CLOSE, 1, 0, 0, 0), 0);
}

static void test_refused(void **state)
{
	static const char *const out[] = { "../secret",	       "/etc/passwd",
					   "sub/../../secret", "link",
					   "up/secret",	       "up" };

	for (unsigned int i = 0; i < sizeof(out) / sizeof(out[0]); i++)
		assert_true(call_open(out[i], 0) == -EXDEV ||
			    call_open(out[i], 0) == -ELOOP);
	assert_int_equal(call_open("none", 0), -ENOENT);
	assert_int_equal(call_open("sub", 0), -EACCES);
	assert_int_equal(call_open("pipe", 0), -EACCES);
	assert_int_equal(call_open("file", 1), -EROFS);
	assert_int_equal(call(HYPERCALL_OPEN, 0, DATA, 0, 0), -ENOENT);
	assert_int_equal(call(HYPERCALL_OPEN, 0, DATA, 256, 0), -EINVAL);
	strcpy((char *)ram + DATA, "file\0x");
	assert_int_equal(call(HYPERCALL_OPEN, 0, DATA, 6, 0), -EINVAL);
	assert_int_equal(call(9, 0, 0, 0, 0), -ENOSYS);
	assert_int_equal(call_open("file", 0), 0);
	assert_int_equal(call(HYPERCALL_READ, 0, RAM - 1, 2, 0), -EINVAL);
	assert_int_equal(call(HYPERCALL_READ, 0, ~0UL, 2, 0), -EINVAL);
	assert_int_equal(call(HYPERCALL_READ, 0, 0, ~0UL, 0), -EINVAL);
	assert_int_equal(call(HYPERCALL_READ, 16, 0, 1, 0), -EBADF);
	assert_int_equal(call(HYPERCALL_CLOSE, 0, 0, 0, 0), 0);
}

static void test_write(void **state)
{
	char where[100];

	close(h.folder);
	snprintf(where, sizeof(where), "%s/folder,rw", top);
	assert_int_equal(hypercall_open(&h, where), 0);
	assert_int_equal(call_open("new", 1), 0);
	memcpy(ram + DATA, "abc", 3);
	assert_int_equal(call(HYPERCALL_WRITE, 0, DATA, 3, 2), 3);
	assert_int_equal(call_open("new", 0), 1);
	assert_int_equal(call(HYPERCALL_READ, 1, DATA, 9, 0), 5);
	assert_memory_equal(ram + DATA, "\0\0abc", 5);
	assert_int_equal(call_open("../new", 1), -EXDEV);
	assert_int_equal(call_open("link", 1), -ELOOP);
	for (unsigned int i = 2; i < HYPERCALL_HANDLES; i++)
		assert_int_equal(call_open("file", 0), i);
	assert_int_equal(call_open("file", 0), -EMFILE);
	for (unsigned int i = 0; i < HYPERCALL_HANDLES; i++)
		assert_int_equal(call(HYPERCALL_CLOSE, i, 0, 0, 0), 0);
}

static int make_folder(void **state)
{
	char command[300];

	assert_non_null(mkdtemp(top));
	snprintf(
		command, sizeof(command),
		"cd %s && mkdir -p folder/sub && echo secret > secret && printf text > folder/file && "
		"ln -s ../secret folder/link && ln -s .. folder/up && mkfifo folder/pipe",
		top);
	assert_int_equal(system(command), 0);
	snprintf(command, sizeof(command), "%s/folder", top);
	return hypercall_open(&h, command);
}

static int remove_folder(void **state)
{
	char command[100];

	close(h.folder);
	snprintf(command, sizeof(command), "rm -rf %s", top);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_write),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
