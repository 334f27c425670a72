/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The monitor's stub: its place, what a debugger reads and writes, steps,
 * interrupts and ends.
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
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "stub_machine.h"
#include "../../../../lib/ukgdb/guest/arch/x86_64/regs.h"

static void test_place_of_a_file(void **state)
{
	char path[] = "/tmp/test_stub.XXXXXX";
	int fd = mkstemp(path);

	assert_int_equal(write(fd, "precious", 8), 8);
	assert_int_equal(line_listen(path), -EEXIST);
	assert_int_equal(lseek(fd, 0, SEEK_END), 8);
	assert_int_equal(unlink(path), 0);
	close(fd);
	fd = line_listen(path);
	assert_true(fd >= 0);
	close(fd);
	fd = line_listen(path); /* what a monitor left */
	assert_true(fd >= 0);
	close(fd);
	unlink(path);
}

static void test_memory(void **state)
{
	memory[0x1ffe] = 0x12;
	memory[0x1fff] = 0x34;
	assert_string_equal(ATTACHED("m1ffe,4", "m2000,1", "M3000,2:abcd",
				     "m3000,2", "M1fff,2:0102"),
			    "$OK$1234$E0e$OK$abcd$E0e");
	assert_int_equal(memory[0x3000], 0xab);
	assert_int_equal(resumed[0] + resumed[1], 2);
}

static void test_registers(void **state)
{
	const char *said;

	vcpus[0].state.gpr[VMM_RAX] = 0x1122334455667788;
	vcpus[1].state.rip = 0x1000;
	said = ATTACHED("Hg1", "p0", "P0=0100000000000000", "p0", "Hg2", "p10",
			"Hg3");
	assert_string_equal(said, "$OK$OK$8877665544332211$OK"
				  "$0100000000000000$OK$0010000000000000$E03");
	assert_int_equal(vcpus[0].state.gpr[VMM_RAX], 1);
}

static const char *register_packet(char how, unsigned int nr, const char *value)
{
	static char text[4][64];
	static unsigned int next;
	char *to = text[next++ % 4];

	snprintf(to, sizeof(text[0]), "%c%x%s", how, nr, value);
	return to;
}

/* gdb writes back what it has read; a CPU takes what it has bits for. */
static void test_registers_that_do_not_change(void **state)
{
	const char *said =
		ATTACHED(register_packet('P', ORIG_RAX, "=ffffffffffffffff"),
			 register_packet('P', ORIG_RAX, "=0000000000000000"),
			 register_packet('P', CR8, "=ff00000000000000"),
			 register_packet('p', CR8, ""));

	assert_string_equal(said, "$OK$OK$E1e$OK$0f00000000000000");
}

static void test_registers_of_a_cpu_without_avx(void **state)
{
	assert_string_equal(ATTACHED("P28=0102030405060708090a0b0c0d0e0f10",
				     "p28", "P20=7f020000", "p20"),
			    "$OK$OK$0102030405060708090a0b0c0d0e0f10"
			    "$OK$7f020000");
	assert_int_equal(vcpus[0].state.xsave[512], 3);
}

/* As each CPU sees it. */
static void test_memory_of_a_thread(void **state)
{
	const char *said;

	vcpus[1].state.cr3 = OWN_TABLES;
	memory[0x2000] = 0x56;
	said = ATTACHED("m1000,1", "Hg2", "m1000,1", "M1001,1:78", "Hg1",
			"m1000,1", "Hg2", "Hg0", "m1000,1");
	assert_string_equal(said, "$OK$90$OK$56$OK$OK$90$OK$OK$90");
	assert_int_equal(memory[0x2001], 0x78);
	exits(1, VMM_DEBUG_STEP, 0x1008, 0);
	say("m1000,1");
	say("vCont;c");
	assert_int_equal(stub_exit(&vm.cpus[1]), 1);
	assert_non_null(strstr(heard(), "$56"));
}

static void test_threads(void **state)
{
	const char *said = ATTACHED("qfThreadInfo", "qsThreadInfo", "T2", "T3");

	assert_string_equal(said, "$OK$m1,2$l$OK$E03");
}

/* What was the debugger's is none's when it leaves, in either way: nothing ends
 * the machine.
 */
static void test_exits_while_it_leaves(void **state)
{
	ATTACHED("Z2,1200,8", "Z0,1100,1");
	exits(0, VMM_DEBUG_WATCH, 0x1004, 0x1200);
	exits(1, VMM_DEBUG_WATCH, 0x1004, 0x1200);
	vm.cpus[1].has_exit = 1;
	say("D");
	assert_int_equal(stub_exit(&vm.cpus[0]), 1);
	resumed[1] = 0;
	assert_int_equal(stub_exit(&vm.cpus[1]), 1);
	assert_int_equal(resumed[1], 1);
}

/* One that only tries the place: the next one is waited for. */
static void test_wait_for_a_debugger(void **state)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	strcpy(at.sun_path, place);
	close(peer);
	peer = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(connect(peer, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_string_equal(ATTACHED("m1000,1"), "$OK$90");
}

static void test_broken_connection(void **state)
{
	ATTACHED("Z0,1100,1");
	assert_int_equal(memory[0x1100], INT3);
	exits(0, VMM_DEBUG_SOFTWARE, 0x1100, 0);
	vm.cpus[0].has_exit = 1;
	shutdown(peer, SHUT_RDWR);
	pauses = 0;
	stub_input();
	assert_int_equal(pauses, 1); /* before KVM is asked for anything */
	assert_int_equal(memory[0x1100], 0x90);
	assert_int_equal(vcpus[0].debug.on, 0);
	assert_int_equal(stub_exit(&vm.cpus[0]), 1);
}

/* One CPU; no interrupt comes before its instruction. */
static void test_step(void **state)
{
	ATTACHED("p10");
	say("vCont;s:2");
	exits(0, VMM_DEBUG_SOFTWARE, 0x1100, 0); /* the program's own */
	assert_int_equal(stub_exit(&vm.cpus[0]), 1);
	assert_int_equal(resumed[0], 1);
	assert_int_equal(resumed[1], 2);
	assert_int_equal(vcpus[1].debug.step, 1);
	assert_int_equal(vcpus[1].debug.hold_irq, 1);
	say("vCont;r1000,1010:2");
	exits(1, VMM_DEBUG_STEP, 0x1104, 0);
	assert_int_equal(stub_exit(&vm.cpus[1]), 1);
	heard();
	exits(1, VMM_DEBUG_STEP, 0x1008, 0); /* still in the range */
	assert_int_equal(stub_exit(&vm.cpus[1]), 1);
	assert_string_equal(heard(), "");
	say("vCont;c");
	exits(1, VMM_DEBUG_STEP, 0x1010, 0);
	assert_int_equal(stub_exit(&vm.cpus[1]), 1);
	assert_non_null(strstr(heard(), "thread:2;"));
}

static void test_interrupt(void **state)
{
	ATTACHED("p10");
	send(peer, "\x03", 1, 0);
	say("vCont;c");
	pauses = 0;
	stub_input();
	assert_non_null(strstr(heard(), "T02"));
	assert_int_equal(pauses, 1);
}

/* The step that has just ended is no stop of the next resumption. */
static void test_interrupt_at_the_end_of_a_step(void **state)
{
	ATTACHED("p10");
	say("vCont;s:1");
	exits(0, VMM_DEBUG_STEP, 0x1100, 0);
	assert_int_equal(stub_exit(&vm.cpus[0]), 1);
	heard();
	exits(0, VMM_DEBUG_STEP, 0x1101, 0);
	vm.cpus[0].has_exit = 1;
	send(peer, "\x03", 1, 0);
	say("vCont;c");
	stub_input();
	assert_non_null(strstr(heard(), "T02"));
	assert_int_equal(vm.cpus[0].has_exit, 0);
	exits(0, VMM_DEBUG_WATCH, 0x1101, 0x1200); /* is not lost */
	vm.cpus[0].has_exit = 1;
	send(peer, "\x03", 1, 0);
	say("vCont;c");
	stub_input();
	assert_int_equal(vm.cpus[0].has_exit, 1);
}

static void test_triple_fault(void **state)
{
	ATTACHED("p10");
	say("vCont;c");
	vm.cpus[1].exit = (struct vmm_exit){ .why = VMM_EXIT_SHUTDOWN };
	assert_int_equal(stub_exit(&vm.cpus[1]), 0);
	assert_non_null(strstr(heard(), "T06"));
	stub_end(70);
	assert_string_equal(heard(), "$W46");
}

/* The debugger looks at it, and lets no CPU run any more. */
static void test_the_end_of_a_cpu(void **state)
{
	static const char *const ends[] = { "vCont;c", "D", "vCont;s:1" };

	for (unsigned int i = 0; i < 3; i++) {
		if (i)
			set_up(state);
		ATTACHED("p10");
		resumed[0] = resumed[1] = 0;
		vm.cpus[0].exit = (struct vmm_exit){ .why = VMM_EXIT_INTERNAL };
		say(ends[i]);
		assert_int_equal(stub_exit(&vm.cpus[0]), 0);
		assert_non_null(strstr(heard(), "T06"));
		assert_int_equal(resumed[0] + resumed[1], 0);
		if (i < 2)
			tear_down(state);
	}
}

/* Without an interrupt controller: until the debugger's interrupt. */
static void test_halted_cpu(void **state)
{
	ATTACHED("p10");
	vcpus[0].state.rip = 0x1010;
	vm.cpus[0].exit = (struct vmm_exit){ .why = VMM_EXIT_HALT };
	assert_int_equal(stub_exit(&vm.cpus[0]), 1);
	resumed[0] = resumed[1] = 0;
	send(peer, "+", 1, 0); /* says nothing */
	stub_input();
	assert_int_equal(resumed[0], 0);
	assert_int_equal(resumed[1], 1);
	send(peer, "\x03", 1, 0);
	say("vCont;c");
	stub_input();
	assert_non_null(strstr(heard(), "T02"));
	assert_int_equal(resumed[0], 1);
	assert_int_equal(stub_exit(&vm.cpus[0]), 1);
	send(peer, "\x03", 1, 0);
	say("D");
	resumed[0] = 0;
	stub_input();
	assert_int_equal(resumed[0], 0);
	assert_int_equal(vm.cpus[0].has_exit, 1); /* the machine's end */
	assert_int_equal(stub_exit(&vm.cpus[0]), 0);
}

/* The program runs as if there had been none; the next one finds it whole. */
static void test_detach(void **state)
{
	ATTACHED("Z0,1100,1", "Z2,1200,8");
	say("D");
	exits(0, VMM_DEBUG_SOFTWARE, 0x1100, 0);
	assert_int_equal(stub_exit(&vm.cpus[0]), 1);
	assert_int_equal(memory[0x1100], 0x90);
	assert_int_equal(vcpus[0].debug.on + vcpus[1].debug.on, 0);
	assert_int_equal(resumed[0] + resumed[1], 4);
	vm.cpus[0].exit = (struct vmm_exit){ .why = VMM_EXIT_SHUTDOWN };
	assert_int_equal(stub_exit(&vm.cpus[0]), 0);
}

static void test_monitor(void **state)
{
	vm.cpus[1].exits[VMM_EXIT_SHUTDOWN] = 3;
	/* "exits" */
	assert_non_null(strstr(ATTACHED("qRcmd,6578697473"), "$O"));
	assert_string_equal(heard(), "");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_place_of_a_file),
		TEST(test_memory),
		TEST(test_registers),
		TEST(test_registers_that_do_not_change),
		TEST(test_registers_of_a_cpu_without_avx),
		TEST(test_memory_of_a_thread),
		TEST(test_threads),
		TEST(test_exits_while_it_leaves),
		TEST(test_wait_for_a_debugger),
		TEST(test_broken_connection),
		TEST(test_step),
		TEST(test_interrupt),
		TEST(test_interrupt_at_the_end_of_a_step),
		TEST(test_triple_fault),
		TEST(test_the_end_of_a_cpu),
		TEST(test_halted_cpu),
		TEST(test_detach),
		TEST(test_monitor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
