/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The monitor's stub: breakpoints, their conditions, and watchpoints.
 *
 * HOST-SRCS: support/vmm/vmm/stub.c support/vmm/vmm/target.c
 * HOST-SRCS: support/vmm/vmm/points.c support/vmm/vmm/monitor.c
 * HOST-SRCS: support/vmm/tests/host/stub_machine.c
 * HOST-SRCS: support/vmm/vmm/line.c support/vmm/vmm/arch/x86_64/registers.c
 * HOST-SRCS: lib/ukgdb/guest/arch/x86_64/regs.c
 * HOST-SRCS: lib/ukgdb/guest/arch/x86_64/fxsave.c
 * HOST-SRCS: lib/ukgdb/session/ax_session.c lib/ukgdb/session/ax_text.c
 * HOST-SRCS: lib/ukgdb/session/cmd_file.c lib/ukgdb/session/cmd_lldb.c
 * HOST-SRCS: lib/ukgdb/session/cmd_memory.c lib/ukgdb/session/cmd_monitor.c
 * HOST-SRCS: lib/ukgdb/session/cmd_query.c lib/ukgdb/session/cmd_registers.c
 * HOST-SRCS: lib/ukgdb/session/cmd_run.c lib/ukgdb/session/cmd_search.c
 * HOST-SRCS: lib/ukgdb/session/cmd_threads.c lib/ukgdb/session/cmd_xfer.c
 * HOST-SRCS: lib/ukgdb/session/desc.c lib/ukgdb/session/framing.c
 * HOST-SRCS: lib/ukgdb/session/lldb_threads.c lib/ukgdb/session/points.c
 * HOST-SRCS: lib/ukgdb/session/read.c lib/ukgdb/session/session.c
 * HOST-SRCS: lib/ukgdb/session/window.c lib/ukgdb/session/wire.c
 * HOST-SRCS: lib/ukgdb/session/write.c lib/ukprint/snprintf.c lib/ukax/ax.c
 * HOST-FLAGS: -Isupport/vmm/libvmm -Isupport/vmm/libvmm/arch/x86_64
 * HOST-FLAGS: -Ilib/ukax/include -Ilib/ukcore/include -Ilib/ukprint/include
 * HOST-FLAGS: -Iarch/include -Iarch/x86_64/include
 * HOST-FLAGS: -include support/vmm/vmm/gdb_config.h
 */
#include <string.h>
#include "stub_machine.h"

/* It is in memory while the program runs, and not for a debugger. */
static void test_breakpoint(void **state)
{
	ATTACHED("Z0,1100,1", "m10ff,3");
	assert_int_equal(memory[0x1100], INT3);
	say("m10ff,3");
	say("z0,1100,1");
	say("vCont;c");
	exits(1, VMM_DEBUG_SOFTWARE, 0x1100, 0);
	assert_int_equal(stub_exit(&vm.cpus[1]), 1);
	assert_non_null(strstr(heard(), "thread:2;"));
	assert_int_equal(memory[0x1100], 0x90);
	assert_int_equal(resumed[0] + resumed[1], 4);
}

/* "0" is false: the CPU steps over it alone, with the program's own byte there,
 * and the debugger hears nothing.
 */
static void test_condition(void **state)
{
	ATTACHED("Z0,1100,1;X3,220027");
	alone_at = 0x1100;
	exits(0, VMM_DEBUG_SOFTWARE, 0x1100, 0);
	assert_int_equal(stub_exit(&vm.cpus[0]), 1);
	assert_string_equal(heard(), "");
	assert_int_equal(seen_alone, 0x90);
	assert_int_equal(memory[0x1100], INT3);
	assert_int_equal(resumed[0], 2);
}

/* What else comes in that step is not lost. */
static void test_exits_of_the_step_over(void **state)
{
	ATTACHED("Z0,1100,1;X3,220027", "Z2,1200,8");
	alone_exit.debug.why = VMM_DEBUG_WATCH;
	alone_exit.debug.addr = 0x1200;
	exits(0, VMM_DEBUG_SOFTWARE, 0x1100, 0);
	assert_int_equal(stub_exit(&vm.cpus[0]), 1);
	assert_int_equal(vm.cpus[0].has_exit, 1);
	say("vCont;c");
	assert_int_equal(stub_exit(&vm.cpus[0]), 1);
	assert_non_null(strstr(heard(), "watch:1200;"));
	alone_exit = (struct vmm_exit){ .why = VMM_EXIT_STOP };
	exits(0, VMM_DEBUG_SOFTWARE, 0x1100, 0);
	assert_int_equal(stub_exit(&vm.cpus[0]), 1);
	assert_int_equal(vm.cpus[0].has_exit, 1);
	assert_int_equal(stub_exit(&vm.cpus[0]), 0);
}

/* One instruction, of which the debugger hears. */
static void test_step_at_a_false_condition(void **state)
{
	ATTACHED("Z0,1100,1;X3,220027");
	exits(0, VMM_DEBUG_STEP, 0x1100, 0);
	say("vCont;s:1");
	assert_int_equal(stub_exit(&vm.cpus[0]), 1);
	heard();
	exits(0, VMM_DEBUG_SOFTWARE, 0x1100, 0);
	say("vCont;c");
	assert_int_equal(stub_exit(&vm.cpus[0]), 1);
	assert_non_null(strstr(heard(), "T05thread:1;"));
}

/* Two kinds at one address share an instruction; what the program wrote since
 * is its own.
 */
static void test_bytes_after_breakpoints(void **state)
{
	const char *said;

	ATTACHED("Z0,1100,1", "Z0,1100,2", "z0,1100,1");
	assert_int_equal(memory[0x1100], INT3);
	say("M1100,1:77");
	say("m1100,1");
	say("z0,1100,2");
	say("Z0,1180,1");
	say("vCont;c");
	exits(0, VMM_DEBUG_STEP, 0x1008, 0);
	assert_int_equal(stub_exit(&vm.cpus[0]), 1);
	said = heard();
	assert_non_null(strstr(said, "$OK$77$OK"));
	assert_int_equal(memory[0x1100], 0x77);
	assert_int_equal(memory[0x1180], INT3);
	memory[0x1180] = 0x55;
	say("m1180,1");
	say("z0,1180,1");
	say("vCont;c");
	exits(0, VMM_DEBUG_STEP, 0x1008, 0);
	assert_int_equal(stub_exit(&vm.cpus[0]), 1);
	assert_non_null(strstr(heard(), "$55$OK"));
	assert_int_equal(memory[0x1180], 0x55);
}

#define ACCESSED 0x20

static uint64_t *entry(void)
{
	return (uint64_t *)(memory + ENTRY);
}

static void does(const char *packet)
{
	say(packet);
	say("vCont;c");
	exits(0, VMM_DEBUG_SOFTWARE, 0x3010, 0);
	assert_int_equal(stub_exit(&vm.cpus[0]), 1);
}

/* gdb calls functions with one there: no CPU keeps the old entry; what one has
 * noted in it stays; the page executes until the last one has gone.
 */
static void test_breakpoints_on_the_stack(void **state)
{
	*entry() = ENTRY_NX | 3;
	ATTACHED("Z0,3010,1", "Z0,3020,1");
	assert_int_equal(*entry(), 3);
	assert_int_equal(vcpus[0].flushes, 2);
	assert_int_equal(vcpus[1].flushes, 2);
	*entry() |= ACCESSED;
	does("z0,3010,1");
	assert_int_equal(*entry(), 3 | ACCESSED);
	does("z0,3020,1");
	assert_true(*entry() == (ENTRY_NX | 3 | ACCESSED));
	assert_true(vcpus[1].flushes >= 4);
}

/* A program that makes its page not executable again, each time. */
static void test_entries_that_change(void **state)
{
	*entry() = ENTRY_NX | 3;
	ATTACHED("Z0,3010,1");
	for (unsigned int i = 0; i < 8; i++) {
		*entry() = ENTRY_NX | 3;
		does("Z0,3020,1");
		assert_int_equal(*entry(), 3);
		does("z0,3020,1");
	}
	assert_int_equal(*entry(), 3);
	does("z0,3010,1");
	assert_true(*entry() == (ENTRY_NX | 3));
}

/* It is where it was inserted, not at the address of another CPU's memory. */
static void test_breakpoint_of_other_tables(void **state)
{
	vcpus[1].state.cr3 = OWN_TABLES;
	memory[0x2100] = 0x55;
	ATTACHED("Z0,1100,1", "Hg2");
	exits(1, VMM_DEBUG_STEP, 0x1008, 0);
	say("m1100,1");
	say("M1100,1:66");
	say("Hg1");
	say("m1100,1");
	say("M1100,1:77");
	say("vCont;c");
	assert_int_equal(stub_exit(&vm.cpus[1]), 1);
	assert_non_null(strstr(heard(), "$55$OK$OK$90$OK"));
	assert_int_equal(memory[0x1100], INT3);
	assert_int_equal(memory[0x2100], 0x66);
	does("z0,1100,1");
	assert_int_equal(memory[0x1100], 0x77);
}

/* Of two hits at one time the second is not reported when its breakpoint may
 * be gone; it happens again.
 */
static void test_two_hits(void **state)
{
	ATTACHED("Z0,1100,1");
	say("vCont;c");
	exits(0, VMM_DEBUG_SOFTWARE, 0x1100, 0);
	exits(1, VMM_DEBUG_SOFTWARE, 0x1100, 0);
	vm.cpus[1].has_exit = 1;
	assert_int_equal(stub_exit(&vm.cpus[0]), 1);
	assert_non_null(strstr(heard(), "thread:1;"));
	assert_int_equal(vm.cpus[1].has_exit, 0);
}

static void test_watchpoint(void **state)
{
	ATTACHED("Z2,1200,8");
	assert_int_equal(vcpus[1].debug.n_points, 1);
	assert_int_equal(vcpus[1].debug.points[0].type, VMM_POINT_WRITE);
	assert_int_equal(vcpus[1].debug.points[0].addr, 0x1200);
	say("z2,1200,8");
	say("vCont;c");
	exits(0, VMM_DEBUG_WATCH, 0x1004, 0x1204);
	assert_int_equal(stub_exit(&vm.cpus[0]), 1);
	assert_non_null(strstr(heard(), "watch:1204;"));
	assert_int_equal(vcpus[0].debug.n_points, 0);
}

/* It stops behind it, and goes on from there. */
static void test_trap_of_the_program(void **state)
{
	static const struct {
		uint8_t insn[2];
		uint64_t after;
	} traps[] = {
		{ { INT3, 0x90 }, 0x1181 },
		{ { 0xcd, 3 }, 0x1182 },
		{ { 0x90, 0x90 }, 0x1180 }, /* its breakpoint has gone */
	};

	ATTACHED("p10");
	for (unsigned int i = 0; i < 3; i++) {
		say("vCont;c");
		memcpy(memory + 0x1180, traps[i].insn, 2);
		exits(0, VMM_DEBUG_SOFTWARE, 0x1180, 0);
		assert_int_equal(stub_exit(&vm.cpus[0]), 1);
		assert_non_null(strstr(heard(), "T05thread:1;"));
		assert_int_equal(vcpus[0].state.rip, traps[i].after);
	}
}

/* The debugger has none there: the program goes on. */
static void test_breakpoint_at_another_address(void **state)
{
	ATTACHED("Z0,1100,1");
	alone_at = 0x1100;
	alone_exit.debug.pc = ALIAS + 0x101;
	exits(0, VMM_DEBUG_SOFTWARE, ALIAS + 0x100, 0);
	assert_int_equal(stub_exit(&vm.cpus[0]), 1);
	assert_string_equal(heard(), "");
	assert_int_equal(seen_alone, 0x90);
	assert_int_equal(memory[0x1100], INT3);
	/* A step ends behind it. */
	exits(0, VMM_DEBUG_STEP, ALIAS + 0x100, 0);
	say("vCont;s:1");
	assert_int_equal(stub_exit(&vm.cpus[0]), 1);
	heard();
	exits(0, VMM_DEBUG_SOFTWARE, ALIAS + 0x100, 0);
	say("vCont;c");
	assert_int_equal(stub_exit(&vm.cpus[0]), 1);
	assert_non_null(strstr(heard(), "T05thread:1;"));
	assert_int_equal(resumed[0], 4);
}

/* One of the program's own there is the debugger's, and over; at another
 * address it is the program's.
 */
static void test_trap_under_a_breakpoint(void **state)
{
	memory[0x1100] = INT3;
	ATTACHED("Z0,1100,1;X3,220027");
	exits(0, VMM_DEBUG_SOFTWARE, 0x1100, 0);
	assert_int_equal(stub_exit(&vm.cpus[0]), 1);
	assert_string_equal(heard(), "");
	assert_int_equal(vcpus[0].state.rip, 0x1101);
	assert_int_equal(resumed[0], 2);
	exits(0, VMM_DEBUG_SOFTWARE, ALIAS + 0x100, 0);
	say("vCont;c");
	assert_int_equal(stub_exit(&vm.cpus[0]), 1);
	assert_non_null(strstr(heard(), "T05thread:1;"));
	assert_int_equal(vcpus[0].state.rip, ALIAS + 0x101);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_breakpoint),
		TEST(test_condition),
		TEST(test_exits_of_the_step_over),
		TEST(test_step_at_a_false_condition),
		TEST(test_bytes_after_breakpoints),
		TEST(test_breakpoints_on_the_stack),
		TEST(test_entries_that_change),
		TEST(test_breakpoint_of_other_tables),
		TEST(test_two_hits),
		TEST(test_watchpoint),
		TEST(test_trap_of_the_program),
		TEST(test_breakpoint_at_another_address),
		TEST(test_trap_under_a_breakpoint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
