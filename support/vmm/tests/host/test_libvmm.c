/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * libvmm over a mock of /dev/kvm: creation that fails at each step leaks
 * nothing (ASan looks for memory, the mock for files and mappings); checks of
 * arguments; every exit of KVM becomes one of the library's.
 *
 * HOST-SRCS: support/vmm/libvmm/ support/vmm/libvmm/arch/x86_64/
 * HOST-FLAGS: -Isupport/vmm/libvmm/arch/x86_64 -Wl,--wrap=open,--wrap=close
 * HOST-FLAGS: -Wl,--wrap=ioctl,--wrap=mmap,--wrap=munmap
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>
#include "../../libvmm/internal.h"

/* The mock: a file has a number from FILES on; call fail_at fails. */
#define FILES 100
#define KVM FILES

static int files, mappings, calls, fail_at;
static _Alignas(4096) uint8_t run_page[2][4096];
#define RUN ((struct kvm_run *)run_page)

/* Exits that KVM_RUN gives, in turn. */
static void (*exits[8])(void);
static unsigned int next_exit;
static void (*complete_with)(void); /* the end of an access has an exit */
static struct kvm_guest_debug debug;
static struct kvm_regs regs;

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

/* What a thread that KVM_RUN keeps has blocked. */
static int kick_is_blocked(void)
{
	sigset_t now;

	pthread_sigmask(SIG_BLOCK, NULL, &now);
	return sigismember(&now, SIGUSR1);
}

static struct vmm_vcpu *kick_now; /* while KVM_RUN */

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
	case KVM_GET_SREGS: /* no paging */
		memset(arg, 0, sizeof(struct kvm_sregs));
		return 0;
	case KVM_SET_GUEST_DEBUG:
		debug = *(struct kvm_guest_debug *)arg;
		return 0;
	default:
		return 0;
	}
}

static void reset(void)
{
	calls = fail_at = 0;
	next_exit = 0;
	memset(run_page, 0, sizeof(run_page));
	memset(exits, 0, sizeof(exits));
}

static struct vmm_vcpu *machine(struct vmm_machine **m)
{
	struct vmm_vcpu *v;

	reset();
	assert_int_equal(vmm_machine_create(m, VMM_IRQCHIP), 0);
	assert_int_equal(vmm_vcpu_create(*m, 0, &v), 0);
	return v;
}

/* Until nothing fails. */
static void test_failed_creation(void **state)
{
	int n, rc = -1;

	for (n = 1; rc; n++) {
		struct vmm_machine *m = NULL;
		struct vmm_vcpu *v = NULL;

		reset();
		fail_at = n;
		rc = vmm_machine_create(&m, VMM_IRQCHIP);
		if (rc)
			assert_null(m);
		else
			rc = vmm_vcpu_create(m, 0, &v);
		if (rc) {
			assert_null(v);
			assert_true(rc == -EACCES || rc == -EMFILE ||
				    rc == -ENOMEM || rc == -ENOTSUP);
			assert_true(*vmm_step());
		}
		vmm_machine_destroy(m);
		assert_int_equal(files, 0);
		assert_int_equal(mappings, 0);
	}
	/* All steps were tried. */
	assert_true(n > 15);
}

static void test_memory(void **state)
{
	static _Alignas(4096) uint8_t mem[3 * 4096];
	struct vmm_machine *m;

	machine(&m);
	assert_int_equal(vmm_memory_map(m, 0x1000, mem, 0x2000, 7), 0);
	assert_int_equal(vmm_memory_map(m, 0x2000, mem, 0x1000, 7), -EEXIST);
	assert_int_equal(vmm_memory_map(m, 0, mem, 0x1001, 7), -EINVAL);
	assert_int_equal(vmm_memory_map(m, 0x3000, mem + 1, 0x1000, 7),
			 -EINVAL);
	assert_int_equal(vmm_memory_map(m, 0x3000, mem, 0, 7), -EINVAL);
	assert_int_equal(vmm_memory_map(m, 0x3000, NULL, 0x1000, 7), -EINVAL);
	assert_int_equal(vmm_memory_map(m, 0x3000, mem, 0x1000, 3), -EINVAL);
	assert_int_equal(vmm_memory_map(m, ~0xfffUL, mem, 0x2000, 7), -EINVAL);
	assert_ptr_equal(vmm_memory_at(m, 0x2fff, 1), mem + 0x1fff);
	assert_null(vmm_memory_at(m, 0x2fff, 2));
	assert_null(vmm_memory_at(m, 0xfff, 1));
	assert_null(vmm_memory_at(m, 0x1000, ~0UL));
	assert_int_equal(vmm_memory_unmap(m, 0x2000), -ENOENT);
	assert_int_equal(vmm_memory_unmap(m, 0x1000), 0);
	assert_null(vmm_memory_at(m, 0x1000, 1));
	vmm_machine_destroy(m);
}

/* Up to its last byte there is an address space. */
static void test_the_last_page(void **state)
{
	static _Alignas(4096) uint8_t mem[2 * 4096];
	struct vmm_machine *m;

	machine(&m);
	assert_int_equal(vmm_memory_map(m, -0x1000UL, mem, 0x1000, 7), 0);
	assert_int_equal(vmm_memory_map(m, -0x1000UL, mem, 0x1000, 7), -EEXIST);
	assert_int_equal(vmm_memory_map(m, -0x2000UL, mem, 0x2000, 7), -EEXIST);
	assert_int_equal(vmm_memory_map(m, -0x2000UL, mem, 0x1000, 7), 0);
	assert_int_equal(vmm_memory_map(m, 0, mem, 0x1000, 7), 0);
	assert_ptr_equal(vmm_memory_at(m, ~0UL, 1), mem + 0xfff);
	assert_null(vmm_memory_at(m, ~0UL, 2));
	vmm_machine_destroy(m);
}

static void test_unknown_bits(void **state)
{
	struct vmm_debug d = { .on = 1,
			       .n_points = 1,
			       .points = { { (enum vmm_point_type)4, 0, 1 } } };
	static struct vmm_state s;
	struct vmm_machine *m = NULL;
	struct vmm_vcpu *v;

	assert_int_equal(vmm_machine_create(&m, VMM_IRQCHIP << 1), -EINVAL);
	assert_null(m);
	assert_string_equal(vmm_step(), "vmm_machine_create");
	v = machine(&m);
	assert_int_equal(vmm_state_get(v, &s, VMM_STATE_ALL + 1), -EINVAL);
	assert_int_equal(vmm_state_set(v, &s, 1U << 31), -EINVAL);
	assert_int_equal(vmm_debug_set(v, &d), -EINVAL);
	d.n_points = VMM_POINTS_MAX + 1;
	assert_int_equal(vmm_debug_set(v, &d), -ENOSPC);
	vmm_machine_destroy(m);
}

/* ---- the signal of vmm_kick() ---- */

static void own_handler(int number)
{
}

static void (*handler(void))(int)
{
	struct sigaction a;

	assert_int_equal(sigaction(SIGUSR1, NULL, &a), 0);
	return a.sa_handler;
}

/* A program's own handler stays; what would end it, or let KVM_RUN wait, does
 * not. A thread may have the signal blocked, and has it afterwards.
 */
static void test_signal(void **state)
{
	struct vmm_machine *m;
	struct vmm_vcpu *v;
	struct vmm_exit e;
	sigset_t kick;

	signal(SIGUSR1, own_handler);
	machine(&m);
	vmm_machine_destroy(m);
	assert_ptr_equal(handler(), own_handler);
	signal(SIGUSR1, SIG_IGN);
	machine(&m);
	vmm_machine_destroy(m);
	assert_true(handler() != SIG_IGN && handler() != SIG_DFL);
	signal(SIGUSR1, SIG_DFL);
	v = machine(&m);
	assert_true(handler() != SIG_IGN && handler() != SIG_DFL);
	sigemptyset(&kick);
	sigaddset(&kick, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &kick, NULL);
	assert_int_equal(vmm_run(v, &e), 0); /* run() looks */
	assert_int_equal(e.why, VMM_EXIT_KICKED);
	assert_true(kick_is_blocked());
	pthread_sigmask(SIG_UNBLOCK, &kick, NULL);
	assert_int_equal(vmm_run(v, &e), 0);
	assert_false(kick_is_blocked());
	vmm_machine_destroy(m);
}

/* ---- exits ---- */

static int device(void *ctx, struct vmm_access *a)
{
	uint64_t *last = ctx;

	if (a->write)
		*last = a->value;
	else
		a->value = *last + a->addr;
	return a->write && a->value == 0xdead;
}

static void port(uint16_t number, int out, unsigned int size, uint64_t value)
{
	RUN->exit_reason = KVM_EXIT_IO;
	RUN->io.port = number;
	RUN->io.direction = out ? KVM_EXIT_IO_OUT : KVM_EXIT_IO_IN;
	RUN->io.size = (uint8_t)size;
	RUN->io.count = 1;
	RUN->io.data_offset = 4096;
	memcpy(run_page[1], &value, 8);
}

static void out_claimed(void)
{
	port(0x80, 1, 2, 0x1234);
}

static void in_claimed(void)
{
	assert_int_equal(*(uint16_t *)run_page[1], 0x1234);
	port(0x81, 0, 2, 0);
}

static void in_unclaimed(void)
{
	assert_int_equal(*(uint16_t *)run_page[1], 0x1234 + 0x81);
	port(0x90, 0, 4, 0);
}

static void out_stop(void)
{
	assert_int_equal(*(uint32_t *)run_page[1], 0xffffffff);
	port(0x80, 1, 4, 0xdead);
}

static void test_accesses(void **state)
{
	uint64_t last = 0;
	struct vmm_machine *m;
	struct vmm_vcpu *v = machine(&m);
	struct vmm_exit e;

	assert_int_equal(
		vmm_device_add(m, VMM_SPACE_PORT, 0x80, 2, device, &last), 0);
	assert_int_equal(
		vmm_device_add(m, VMM_SPACE_PORT, 0xffff, 2, device, &last),
		-EINVAL);
	assert_int_equal(
		vmm_device_add(m, (enum vmm_space)9, 0, 2, device, &last),
		-EINVAL);
	assert_int_equal(
		vmm_device_add(m, VMM_SPACE_PORT, 0x81, 1, device, &last),
		-EEXIST);
	assert_int_equal(
		vmm_device_add(m, VMM_SPACE_MMIO, 0x81, 1, device, &last), 0);
	exits[0] = out_claimed;
	exits[1] = in_claimed;
	exits[2] = in_unclaimed;
	exits[3] = out_stop;
	assert_int_equal(vmm_run(v, &e), 0);
	assert_int_equal(e.why, VMM_EXIT_ACCESS);
	assert_int_equal(e.access.addr, 0x90);
	assert_int_equal(e.access.len, 4);
	assert_int_equal(e.access.write, 0);
	assert_int_equal(vmm_run(v, &e), 0);
	assert_int_equal(e.why, VMM_EXIT_STOP);
	assert_int_equal(e.stop, 1);
	assert_int_equal(e.access.value, 0xdead);
	vmm_kick(v);
	assert_int_equal(vmm_run(v, &e), 0);
	assert_int_equal(e.why, VMM_EXIT_KICKED);
	assert_int_equal(RUN->immediate_exit, 0);
	vmm_machine_destroy(m);
}

static void out_other(void)
{
	port(0x80, 1, 2, 0x77);
}

/* In one process: memory and devices are each one's own, and the end of one is
 * not the other's.
 */
static void test_two_machines(void **state)
{
	static _Alignas(4096) uint8_t mem[2][4096];
	uint64_t last[2] = { 0 };
	struct vmm_machine *m[2];
	struct vmm_vcpu *v[2];
	struct vmm_exit e;

	v[0] = machine(&m[0]);
	assert_int_equal(vmm_machine_create(&m[1], 0), 0);
	assert_int_equal(vmm_vcpu_create(m[1], 0, &v[1]), 0);
	for (int i = 0; i < 2; i++) {
		assert_ptr_equal(vmm_vcpu_machine(v[i]), m[i]);
		assert_ptr_equal(vmm_vcpu(m[i], 0), v[i]);
		assert_int_equal(vmm_memory_map(m[i], 0, mem[i], 4096, 7), 0);
		assert_int_equal(vmm_device_add(m[i], VMM_SPACE_PORT, 0x80, 2,
						device, &last[i]),
				 0);
	}
	assert_ptr_equal(vmm_memory_at(m[0], 8, 1), mem[0] + 8);
	assert_ptr_equal(vmm_memory_at(m[1], 8, 1), mem[1] + 8);
	exits[0] = out_other;
	assert_int_equal(vmm_run(v[1], &e), 0);
	assert_int_equal(last[0], 0);
	assert_int_equal(last[1], 0x77);
	exits[1] = out_claimed;
	assert_int_equal(vmm_run(v[0], &e), 0);
	assert_int_equal(last[0], 0x1234);
	assert_int_equal(last[1], 0x77);
	vmm_machine_destroy(m[0]);
	assert_ptr_equal(vmm_memory_at(m[1], 8, 1), mem[1] + 8);
	exits[2] = out_claimed;
	assert_int_equal(vmm_run(v[1], &e), 0);
	assert_int_equal(last[1], 0x1234);
	vmm_machine_destroy(m[1]);
	assert_int_equal(files + mappings, 0);
}

static void write_half(void)
{
	port(0x80, 1, 4, 0xdead);
}

/* A state is read when an access has ended. What comes with its end, an exit or
 * a kick, is of the next run.
 */
static void test_state_within_an_access(void **state)
{
	static struct vmm_state s;
	uint64_t last = 0;
	struct vmm_machine *m;
	struct vmm_vcpu *v = machine(&m);
	struct vmm_exit e;

	assert_int_equal(
		vmm_device_add(m, VMM_SPACE_PORT, 0x80, 2, device, &last), 0);
	for (int kicked = 0; kicked < 2; kicked++) {
		memset(exits, 0, sizeof(exits));
		next_exit = 0;
		exits[0] = write_half;
		assert_int_equal(vmm_run(v, &e), 0);
		assert_int_equal(e.why, VMM_EXIT_STOP);
		kick_now = kicked ? v : NULL;
		complete_with = kicked ? NULL : write_half;
		assert_int_equal(vmm_state_get(v, &s, VMM_STATE_GENERAL), 0);
		kick_now = NULL;
		complete_with = NULL;
		assert_int_equal(RUN->immediate_exit, kicked);
		assert_int_equal(vmm_run(v, &e), 0);
		assert_int_equal(e.why,
				 kicked ? VMM_EXIT_KICKED : VMM_EXIT_STOP);
		assert_int_equal(RUN->immediate_exit, 0);
	}
	vmm_machine_destroy(m);
}

/* An exit that has no case is none that the caller does not see. */
static uint32_t reason;

static void with_reason(void)
{
	RUN->exit_reason = reason;
}

static void test_every_exit(void **state)
{
	static const struct {
		uint32_t reason;
		enum vmm_exit_why why;
	} known[] = {
		{ KVM_EXIT_HLT, VMM_EXIT_HALT },
		{ KVM_EXIT_SHUTDOWN, VMM_EXIT_SHUTDOWN },
		{ KVM_EXIT_FAIL_ENTRY, VMM_EXIT_FAIL },
		{ KVM_EXIT_INTERNAL_ERROR, VMM_EXIT_INTERNAL },
		{ KVM_EXIT_INTR, VMM_EXIT_KICKED },
		{ KVM_EXIT_DEBUG, VMM_EXIT_DEBUG },
	};
	struct vmm_machine *m;
	struct vmm_vcpu *v = machine(&m);

	for (reason = 0; reason < 64; reason++) {
		enum vmm_exit_why why = VMM_EXIT_UNHANDLED;
		struct vmm_exit e;

		if (reason == KVM_EXIT_IO || reason == KVM_EXIT_MMIO)
			continue;
		for (unsigned int i = 0; i < 6; i++)
			if (known[i].reason == reason)
				why = known[i].why;
		reset();
		exits[0] = with_reason;
		assert_int_equal(vmm_run(v, &e), 0);
		assert_int_equal(e.why, why);
		assert_true(*vmm_exit_text(&e));
		if (why == VMM_EXIT_UNHANDLED)
			assert_int_equal(e.code, reason);
	}
	vmm_machine_destroy(m);
}

static uint32_t event;

static void with_event(void)
{
	RUN->exit_reason = KVM_EXIT_SYSTEM_EVENT;
	RUN->system_event.type = event;
}

static void test_system_events(void **state)
{
	static const struct {
		uint32_t event;
		enum vmm_exit_why why;
	} events[] = {
		{ KVM_SYSTEM_EVENT_SHUTDOWN, VMM_EXIT_POWEROFF },
		{ KVM_SYSTEM_EVENT_RESET, VMM_EXIT_RESET },
		{ KVM_SYSTEM_EVENT_CRASH, VMM_EXIT_UNHANDLED },
	};
	struct vmm_machine *m;
	struct vmm_vcpu *v = machine(&m);
	struct vmm_exit e;

	for (unsigned int i = 0; i < 3; i++) {
		event = events[i].event;
		next_exit = 0;
		exits[0] = with_event;
		assert_int_equal(vmm_run(v, &e), 0);
		assert_int_equal(e.why, events[i].why);
	}
	vmm_machine_destroy(m);
}

static void hit_second(void)
{
	RUN->exit_reason = KVM_EXIT_DEBUG;
	RUN->debug.arch.exception = 1;
	RUN->debug.arch.pc = 0x1234;
	RUN->debug.arch.dr6 = 0xffff0ff2;
	RUN->debug.arch.dr7 = debug.arch.debugreg[7];
}

/* DR7 as the manual has it (SDM volume 3, figure 17-1). */
static void test_debug_registers(void **state)
{
	struct vmm_debug d = {
		.on = 1,
		.n_points = 3,
		.points = { { VMM_POINT_EXECUTE, 0x1000, 1 },
			    { VMM_POINT_WRITE, 0x2004, 4 },
			    { VMM_POINT_ACCESS, 0x3008, 8 } },
	};
	struct vmm_machine *m;
	struct vmm_vcpu *v = machine(&m);
	struct vmm_exit e;

	assert_int_equal(vmm_debug_set(v, &d), 0);
	assert_int_equal(debug.arch.debugreg[1], 0x2004);
	assert_int_equal(debug.arch.debugreg[7],
			 0xbUL << 24 | 0xd << 20 | 0x700 | 0x2a);
	exits[0] = hit_second;
	assert_int_equal(vmm_run(v, &e), 0);
	assert_int_equal(e.debug.why, VMM_DEBUG_WATCH);
	assert_int_equal(e.debug.addr, 0x2004);
	assert_int_equal(e.debug.pc, 0x1234);
	d.points[1].addr = 0x2002;
	assert_int_equal(vmm_debug_set(v, &d), -EINVAL);
	d.points[1].type = VMM_POINT_READ;
	assert_int_equal(vmm_debug_set(v, &d), -ENOTSUP);
	d.n_points = 5;
	assert_int_equal(vmm_debug_set(v, &d), -ENOSPC);
	vmm_machine_destroy(m);
}

/* Where steps leave 0x1000; what the instruction pushes. */
static uint64_t step_to;
static uint8_t *pushed;

static void stepped(void)
{
	regs.rip = step_to;
	memcpy(pushed, "\xff\xff", 2);
	RUN->exit_reason = KVM_EXIT_DEBUG;
	RUN->debug.arch.exception = 1;
	RUN->debug.arch.dr6 = 0x4000;
}

/* In the handler of the trap at 0x1000. */
static void stopped_in_a_handler(void)
{
	regs.rip = 0x1500;
	RUN->exit_reason = KVM_EXIT_DEBUG;
	RUN->debug.arch.exception = 3;
}

/* What the CPU pushed for a trap in a step: the first frame there that is it.
 */
static void test_frames(struct vmm_vcpu *v, uint8_t *mem)
{
	static const struct {
		uint64_t rip, cs, flags, then;
	} frames[] = {
		{ 0x1000, 0x8, 0x346, 0x246 }, /* a fault */
		{ 0x1002, 0x8, 0x346, 0x246 }, /* a trap behind it */
		{ 0xfff, 0x8, 0x346, 0x346 },  /* another one's */
		{ 0x1010, 0x8, 0x346, 0x346 },
		{ 0x1000, 0x10000, 0x346, 0x346 }, /* other data */
		{ 0x1000, 0x8, 1UL << 32 | 0x346, 1UL << 32 | 0x346 },
	};
	struct vmm_exit e;

	mem[0] = 0x90;
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++)
		for (size_t at = 0x800; at <= 0xfe8; at += 0x3f4 * 2) {
			memset(mem + 0x800, 0, 0x800);
			memcpy(mem + at, &frames[i], 24);
			regs = (struct kvm_regs){ .rip = 0x1000,
						  .rsp = 0x1800 };
			next_exit = 0;
			exits[0] = stopped_in_a_handler;
			assert_int_equal(vmm_run(v, &e), 0);
			assert_int_equal(e.debug.why, VMM_DEBUG_SOFTWARE);
			assert_memory_equal(mem + at, &frames[i], 16);
			assert_memory_equal(mem + at + 16, &frames[i].then, 8);
		}
}

/* A step is by the CPU's flag, which no program may see that is stepped. */
static void test_steps_and_flags(void **state)
{
	static const struct {
		uint8_t insn[3];
		uint64_t to;
		uint8_t high; /* byte of the flags, then */
	} steps[] = {
		{ { 0x9c }, 0x1001, 0xfe },
		{ { 0x48, 0x9c }, 0x1002, 0xfe },
		{ { 0x66, 0x9c }, 0x1002, 0xfe },
		{ { 0x66, 0x4c, 0x9c }, 0x1003, 0xfe },
		{ { 0x48, 0x9c }, 0x1001, 0xff }, /* DEC in 32-bit code */
		{ { 0x9c }, 0x2000, 0xff },	  /* it has trapped */
		{ { 0x90, 0x9c }, 0x1001, 0xff },
		{ { 0xf0, 0x9c }, 0x1002, 0xff },
		{ { 0x66, 0x66, 0x66 }, 0x1003, 0xff },
	};
	static _Alignas(4096) uint8_t mem[4096];
	struct vmm_debug d = { .on = 1, .step = 1 };
	struct vmm_machine *m;
	struct vmm_vcpu *v = machine(&m);
	struct vmm_exit e;

	assert_int_equal(vmm_memory_map(m, 0x1000, mem, 4096, 7), 0);
	pushed = mem + 0x800;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		memcpy(mem, steps[i].insn, 3);
		regs = (struct kvm_regs){ .rip = 0x1000, .rsp = 0x1800 };
		step_to = steps[i].to;
		next_exit = 0;
		exits[0] = stepped;
		d.hold_irq = i & 1;
		assert_int_equal(vmm_debug_set(v, &d), 0);
		assert_int_equal(vmm_run(v, &e), 0);
		assert_int_equal(e.debug.why, VMM_DEBUG_STEP);
		assert_int_equal(pushed[0], 0xff);
		assert_int_equal(pushed[1], steps[i].high);
	}
	test_frames(v, mem);
	/* Its flag, or nothing of the debugger's */
	d.step = 0;
	memcpy(mem, steps[0].insn, 3);
	regs.rip = 0x1000;
	next_exit = 0;
	exits[0] = stepped;
	step_to = 0x1001;
	assert_int_equal(vmm_debug_set(v, &d), 0);
	assert_int_equal(vmm_run(v, &e), 0);
	assert_int_equal(pushed[1], 0xff);
	vmm_machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_failed_creation),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_the_last_page),
		cmocka_unit_test(test_unknown_bits),
		cmocka_unit_test(test_signal),
		cmocka_unit_test(test_accesses),
		cmocka_unit_test(test_state_within_an_access),
		cmocka_unit_test(test_two_machines),
		cmocka_unit_test(test_every_exit),
		cmocka_unit_test(test_system_events),
		cmocka_unit_test(test_debug_registers),
		cmocka_unit_test(test_steps_and_flags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
