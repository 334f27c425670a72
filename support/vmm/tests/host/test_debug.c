/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * libvmm over a mock of /dev/kvm: debug registers and steps.
 *
 * HOST-SRCS: support/vmm/libvmm/ support/vmm/libvmm/arch/x86_64/
 * HOST-SRCS: support/vmm/tests/host/kvm_mock.c
 * HOST-FLAGS: -Isupport/vmm/libvmm/arch/x86_64 -Wl,--wrap=open,--wrap=close
 * HOST-FLAGS: -Wl,--wrap=ioctl,--wrap=mmap,--wrap=munmap
 */
#include <errno.h>
#include <string.h>
#include "kvm_mock.h"

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
	/* Real mode: segments have bases, which 64-bit code has not. */
	for (int l = 0; l < 2; l++) {
		sregs.cs.base = 0x1000;
		sregs.ss.base = 0x1100;
		sregs.cs.l = (uint8_t)l;
		memcpy(mem, steps[0].insn, 3);
		memset(mem + 0x800, 0, 0x800);
		regs = (struct kvm_regs){ .rip = l ? 0x1000 : 0,
					  .rsp = l ? 0x1800 : 0x700 };
		step_to = regs.rip + 1;
		next_exit = 0;
		exits[0] = stepped;
		assert_int_equal(vmm_run(v, &e), 0);
		assert_int_equal(pushed[1], steps[0].high);
	}
	sregs = (struct kvm_sregs){ 0 };
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
		cmocka_unit_test(test_debug_registers),
		cmocka_unit_test(test_steps_and_flags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
