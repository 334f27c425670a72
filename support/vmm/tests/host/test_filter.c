/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What a monitor that runs may still call: in a child, whose end shows it.
 *
 * HOST-SRCS: support/vmm/vmm/filter.c
 * HOST-FLAGS: -Isupport/vmm/libvmm -Isupport/vmm/libvmm/arch/x86_64
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "../../vmm/filter.h"
#include "../../vmm/vm.h"

#define UNFILTERED 77

static int folder = -1; /* of hypercalls */

/* Its status; what it wrote to stderr is in text. */
static int child(long (*call)(void), char *text, size_t size)
{
	int pipes[2], status = 0;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	if (!pid) {
		dup2(pipes[1], STDERR_FILENO);
		if (filter_start(folder))
			syscall(__NR_exit_group, UNFILTERED);
		call();
		syscall(__NR_exit_group, 0);
	}
	close(pipes[1]);
	n = read(pipes[0], text, size - 1);
	text[n > 0 ? n : 0] = 0;
	close(pipes[0]);
	waitpid(pid, &status, 0);
	if (!WIFEXITED(status))
		fail_msg("ended by signal %d: %s", WTERMSIG(status), text);
	return WEXITSTATUS(status);
}

static long try_write(void)
{
	return syscall(__NR_write, STDERR_FILENO, "x", 1);
}

static long try_mmap(void)
{
	return syscall(__NR_mmap, 0, 4096, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static long try_kvm_ioctl(void)
{
	return syscall(__NR_ioctl, 0, 0xae80, 0); /* KVM_RUN */
}

static long try_own_kill(void)
{
	return syscall(__NR_tgkill, getpid(), getpid(), 0);
}

static void test_allowed(void **state)
{
	char text[100];

	assert_int_equal(child(try_own_kill, text, sizeof(text)), 0);
	assert_int_equal(child(try_write, text, sizeof(text)), 0);
	assert_string_equal(text, "x");
	assert_int_equal(child(try_mmap, text, sizeof(text)), 0);
	assert_int_equal(child(try_kvm_ioctl, text, sizeof(text)), 0);
}

static long try_open(void)
{
	return syscall(__NR_openat, AT_FDCWD, "/etc/passwd", O_RDONLY);
}

static long try_execve(void)
{
	return syscall(__NR_execve, "/bin/true", NULL, NULL);
}

static long try_socket(void)
{
	return syscall(__NR_socket, AF_INET, SOCK_STREAM, 0);
}

static long try_sigaction(void)
{
	return syscall(__NR_rt_sigaction, SIGSYS, NULL, NULL, 8);
}

static long try_exec_memory(void)
{
	return syscall(__NR_mmap, 0, 4096, PROT_READ | PROT_EXEC,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static long try_other_ioctl(void)
{
	return syscall(__NR_ioctl, 0, 0x5412, "x"); /* TIOCSTI */
}

static long try_kill(void)
{
	return syscall(__NR_tgkill, 1, 1, 0);
}

static void test_refused(void **state)
{
	static const struct {
		long (*call)(void);
		long number;
	} calls[] = {
		{ try_open, __NR_openat },
		{ try_execve, __NR_execve },
		{ try_socket, __NR_socket },
		{ try_sigaction, __NR_rt_sigaction },
		{ try_exec_memory, __NR_mmap },
		{ try_other_ioctl, __NR_ioctl },
		{ try_kill, __NR_tgkill },
	};
	char text[100], expected[100];

	for (unsigned int i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		assert_int_equal(child(calls[i].call, text, sizeof(text)),
				 STATUS_FAILED);
		snprintf(expected, sizeof(expected),
			 "support/vmm: system call %04ld is refused\n",
			 calls[i].number);
		assert_string_equal(text, expected);
	}
}

static long try_open_elsewhere(void)
{
	return syscall(__NR_openat2, AT_FDCWD, "/etc/passwd", NULL, 0);
}

static long try_open_in_folder(void)
{
	return syscall(__NR_openat2, folder, ".", NULL, 0); /* an error */
}

static void test_folder(void **state)
{
	char text[100];

	assert_int_equal(child(try_open_in_folder, text, sizeof(text)),
			 STATUS_FAILED);
	folder = 9;
	assert_int_equal(child(try_open_in_folder, text, sizeof(text)), 0);
	assert_int_equal(child(try_open_elsewhere, text, sizeof(text)),
			 STATUS_FAILED);
	folder = -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_allowed),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
