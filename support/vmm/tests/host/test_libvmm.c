/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * libvmm over a mock of /dev/kvm: creation that fails at each step leaks
 * nothing (ASan looks for memory, the mock for files and mappings); checks of
 * arguments; the signal of vmm_kick().
 *
 * HOST-SRCS: support/vmm/libvmm/ support/vmm/libvmm/arch/x86_64/
 * HOST-SRCS: support/vmm/tests/host/kvm_mock.c
 * HOST-FLAGS: -Isupport/vmm/libvmm/arch/x86_64 -Wl,--wrap=open,--wrap=close
 * HOST-FLAGS: -Wl,--wrap=ioctl,--wrap=mmap,--wrap=munmap
 */
#include <errno.h>
#include <sys/mman.h>
#include "kvm_mock.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_failed_creation),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_the_last_page),
		cmocka_unit_test(test_unknown_bits),
		cmocka_unit_test(test_signal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
