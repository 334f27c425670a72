/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * See filter.h. The program of the filter is built from a table: a comparison
 * and a return for each call. ioctl() is for KVM only, and no memory becomes
 * executable.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/kvm.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "filter.h"
#include "vm.h"

#ifdef __aarch64__
#define ARCH AUDIT_ARCH_AARCH64
#else
#define ARCH AUDIT_ARCH_X86_64
#endif

static const unsigned int allowed[] = {
	/* CPUs, devices, debugger */
	__NR_read, __NR_write, __NR_writev, __NR_ppoll, __NR_accept4,
	__NR_sendmsg, __NR_recvmsg, __NR_sendto, __NR_recvfrom, __NR_setsockopt,
	__NR_close, __NR_futex, __NR_getpid, __NR_gettid, __NR_clock_gettime,
#ifdef __NR_poll
	__NR_poll,
#endif
	/* Signals, memory, the end */
	__NR_rt_sigreturn, __NR_restart_syscall, __NR_rt_sigprocmask,
	__NR_munmap, __NR_madvise, __NR_brk, __NR_exit, __NR_exit_group
};

/* Of hypercalls */
static const unsigned int files[] = {
	__NR_fstat,
	__NR_ftruncate,
	__NR_pread64,
	__NR_pwrite64,
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define DATA(field) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
/* The low half, on these architectures */
#define ARG(n) DATA(args[n])
#define RET(what) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_##what)
#define IF(value, yes, no) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))
#define IF_BITS(bits, yes, no) \
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), (yes), (no))

static const struct sock_filter head[] = {
	DATA(arch),
	IF(ARCH, 1, 0),
	RET(KILL_PROCESS),
	DATA(nr),
	/* ioctl(): only of KVM */
	IF(__NR_ioctl, 0, 5),
	ARG(1),
	BPF_STMT(BPF_ALU | BPF_AND | BPF_K, _IOC_TYPEMASK << _IOC_TYPESHIFT),
	IF(KVMIO << _IOC_TYPESHIFT, 0, 1),
	RET(ALLOW),
	RET(TRAP),
	/* mmap(), mprotect(): nothing executable */
	IF(__NR_mmap, 1, 0),
	IF(__NR_mprotect, 0, 4),
	ARG(2),
	IF_BITS(PROT_EXEC, 1, 0),
	RET(ALLOW),
	RET(TRAP),
};

/* In the thread whose call was refused: no library calls, which may refuse. */
static void refused(int number, siginfo_t *info, void *context)
{
	char text[] = "support/vmm: system call 0000 is refused\n";
	char *digit = strchr(text, '0') + 4;

	(void)number;
	(void)context;
	for (int call = info->si_syscall; *--digit == '0'; call /= 10)
		*digit = (char)('0' + call % 10);
	syscall(__NR_write, STDERR_FILENO, text, sizeof(text) - 1);
	syscall(__NR_exit_group, STATUS_FAILED);
}

/* Allows calls; @return the filter's new end. */
static struct sock_filter *allow(struct sock_filter *at,
				 const unsigned int *calls, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		*at++ = (struct sock_filter)IF(calls[i], 0, 1);
		*at++ = (struct sock_filter)RET(ALLOW);
	}
	return at;
}

#define ALLOW_FIRST_LEN 5

/* A call with one first argument only. */
static struct sock_filter *allow_first(struct sock_filter *at,
				       unsigned int call, unsigned int first)
{
	const struct sock_filter code[ALLOW_FIRST_LEN] = {
		IF(call, 0, 4), ARG(0), IF(first, 0, 1), RET(ALLOW), RET(TRAP),
	};

	memcpy(at, code, sizeof(code));
	return at + COUNT(code);
}

int filter_start(int folder)
{
	struct sigaction a = { .sa_sigaction = refused,
			       .sa_flags = SA_SIGINFO };
	struct sock_filter code[COUNT(head) + 2 * COUNT(allowed) +
				2 * COUNT(files) + 2 * ALLOW_FIRST_LEN + 1];
	struct sock_fprog program = { .filter = code };
	struct sock_filter *at = code + COUNT(head);

	memcpy(code, head, sizeof(head));
	at = allow(at, allowed, COUNT(allowed));
	/* Kicks of own threads */
	at = allow_first(at, __NR_tgkill, (unsigned int)getpid());
	if (folder >= 0) /* beneath it */
		at = allow_first(allow(at, files, COUNT(files)), __NR_openat2,
				 (unsigned int)folder);
	*at++ = (struct sock_filter)RET(TRAP);
	program.len = (unsigned short)(at - code);
	if (sigaction(SIGSYS, &a, NULL) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER,
		    SECCOMP_FILTER_FLAG_TSYNC, &program))
		return -errno;
	return 0;
}
