/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include "kvm_mock.h"

#define FILES 100 /* the number of the first one */

int files, mappings, fail_at;
_Alignas(4096) uint8_t run_page[2][4096];
void (*exits[8])(void);
unsigned int next_exit;
void (*complete_with)(void);
struct vmm_vcpu *kick_now;
struct kvm_guest_debug debug;
struct kvm_regs regs;
struct kvm_sregs sregs;
static int calls;

static int fails(void)
{
	return ++calls == fail_at;
}

int __wrap_open(const char *path, int flags, ...);
int __wrap_close(int fd);
int __wrap_ioctl(int fd, unsigned long request, ...);
void *__wrap_mmap(void *at, size_t len, int prot, int flags, int fd, off_t o);
int __wrap_munmap(void *at, size_t len);

int __wrap_open(const char *path, int flags, ...)
{
	assert_string_equal(path, "/dev/kvm");
	if (fails()) {
		errno = EACCES;
		return -1;
	}
	return FILES + files++;
}

int __wrap_close(int fd)
{
	assert_true(fd >= FILES);
	files--;
	return 0;
}

void *__wrap_mmap(void *at, size_t len, int prot, int flags, int fd, off_t o)
{
	assert_int_equal(len, sizeof(run_page));
	if (fails()) {
		errno = ENOMEM;
		return MAP_FAILED;
	}
	mappings++;
	return run_page;
}

int __wrap_munmap(void *at, size_t len)
{
	mappings--;
	return 0;
}

int kick_is_blocked(void)
{
	sigset_t now;

	pthread_sigmask(SIG_BLOCK, NULL, &now);
	return sigismember(&now, SIGUSR1);
}

static int run(void)
{
	if (kick_now)
		vmm_kick(kick_now);
	else
		assert_false(kick_is_blocked());
	if (RUN->immediate_exit && complete_with) {
		void (*fn)(void) = complete_with;

		complete_with = NULL;
		fn();
		return 0;
	}
	if (RUN->immediate_exit || !exits[next_exit]) {
		errno = EINTR;
		return -1;
	}
	exits[next_exit++]();
	return 0;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	assert_true(fd >= FILES);
	if (request == KVM_RUN)
		return run();
	if (fails()) {
		errno = EMFILE;
		return -1;
	}
	switch (request) {
	case KVM_GET_API_VERSION:
		return 12;
	case KVM_CHECK_EXTENSION:
		return 1;
	case KVM_GET_VCPU_MMAP_SIZE:
		return sizeof(run_page);
	case KVM_CREATE_VM:
	case KVM_CREATE_VCPU:
		return FILES + files++;
	case KVM_GET_SUPPORTED_CPUID:
		((struct kvm_cpuid2 *)arg)->nent = 0;
		return 0;
	case KVM_GET_REGS:
		*(struct kvm_regs *)arg = regs;
		return 0;
	case KVM_GET_SREGS:
		*(struct kvm_sregs *)arg = sregs;
		return 0;
	case KVM_SET_GUEST_DEBUG:
		debug = *(struct kvm_guest_debug *)arg;
		return 0;
	default:
		return 0;
	}
}

void reset(void)
{
	calls = fail_at = 0;
	next_exit = 0;
	memset(run_page, 0, sizeof(run_page));
	memset(exits, 0, sizeof(exits));
	memset(&sregs, 0, sizeof(sregs));
}

struct vmm_vcpu *machine(struct vmm_machine **m)
{
	struct vmm_vcpu *v;

	reset();
	assert_int_equal(vmm_machine_create(m, VMM_IRQCHIP), 0);
	assert_int_equal(vmm_vcpu_create(*m, 0, &v), 0);
	return v;
}
