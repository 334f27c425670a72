/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * libvmm over a mock of /dev/kvm: every exit of KVM becomes one of the
 * library's.
 *
 * HOST-SRCS: support/vmm/libvmm/ support/vmm/libvmm/arch/x86_64/
 * HOST-SRCS: support/vmm/tests/host/kvm_mock.c
 * HOST-FLAGS: -Isupport/vmm/libvmm/arch/x86_64 -Wl,--wrap=open,--wrap=close
 * HOST-FLAGS: -Wl,--wrap=ioctl,--wrap=mmap,--wrap=munmap
 */
#include <errno.h>
#include <string.h>
#include "kvm_mock.h"

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

static void out_unclaimed(void)
{
	port(0x90, 1, 1, 0);
}

static void write_half(void)
{
	port(0x80, 1, 4, 0xdead);
}

/* Of several exits of one access the first one is kept; a thread's mask of
 * signals, too.
 */
static void test_exits_of_an_access(void **state)
{
	static struct vmm_state s;
	uint64_t last = 0;
	struct vmm_machine *m;
	struct vmm_vcpu *v = machine(&m);
	struct vmm_exit e;
	sigset_t kick;

	assert_int_equal(
		vmm_device_add(m, VMM_SPACE_PORT, 0x80, 4, device, &last), 0);
	exits[0] = write_half;
	assert_int_equal(vmm_run(v, &e), 0);
	for (unsigned int i = 0; i < 2; i++) {
		complete_with = i ? out_unclaimed : write_half;
		assert_int_equal(vmm_state_get(v, &s, VMM_STATE_GENERAL), 0);
	}
	sigemptyset(&kick);
	sigaddset(&kick, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &kick, NULL);
	e.why = VMM_EXIT_KICKED;
	assert_int_equal(vmm_run(v, &e), 0);
	assert_int_equal(e.why, VMM_EXIT_STOP);
	assert_true(kick_is_blocked());
	pthread_sigmask(SIG_UNBLOCK, &kick, NULL);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accesses),
		cmocka_unit_test(test_exits_of_an_access),
		cmocka_unit_test(test_two_machines),
		cmocka_unit_test(test_state_within_an_access),
		cmocka_unit_test(test_every_exit),
		cmocka_unit_test(test_system_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
