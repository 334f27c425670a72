/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The monitor's stub over a machine that this test plays: what a debugger says
 * is in its socket before the stub is called, what it was answered is read
 * afterwards.
 *
 * HOST-SRCS: support/vmm/vmm/stub.c support/vmm/vmm/target.c
 * HOST-SRCS: support/vmm/vmm/points.c support/vmm/vmm/monitor.c
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
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>
#include "../../vmm/stub.h"

#define CPUS 2
#define INT3 0xcc

struct vmm_vcpu {
	unsigned int id;
	struct vmm_state state;
	struct vmm_debug debug;
};

static struct vmm_vcpu vcpus[CPUS] = { { .id = 0 }, { .id = 1 } };
static struct vm vm;
static uint8_t memory[4 * VMM_PAGE];
static unsigned int resumed[CPUS]; /* how often */
static int pauses;
static uint8_t seen_alone; /* what stood there while one CPU ran alone */
static uint64_t alone_at;
static int peer;
static char place[64];
static struct vmm_exit alone_exit; /* of run_one() */

/* --- the machine: pages 1 and 3 are mapped, one to one --------------------*/

static int is_mapped(uint64_t addr)
{
	return addr / VMM_PAGE == 1 || addr / VMM_PAGE == 3;
}

int vmm_walk(const struct vmm_machine *m, const struct vmm_state *s,
	     uint64_t gva, struct vmm_walk *w)
{
	memset(w, 0, sizeof(*w));
	w->n = 4;
	if (!is_mapped(gva))
		return -EFAULT;
	w->gpa = gva;
	w->size = VMM_PAGE;
	w->prot = VMM_PROT_READ | VMM_PROT_WRITE | VMM_PROT_EXEC;
	return 0;
}

void *vmm_memory_at(const struct vmm_machine *m, uint64_t gpa, size_t len)
{
	return gpa + len <= sizeof(memory) ? memory + gpa : NULL;
}

size_t vmm_read(const struct vmm_machine *m, const struct vmm_state *s,
		uint64_t gva, void *buf, size_t len)
{
	size_t n = 0;

	for (; n < len && is_mapped(gva + n); n++)
		((uint8_t *)buf)[n] = memory[gva + n];
	return n;
}

size_t vmm_write(const struct vmm_machine *m, const struct vmm_state *s,
		 uint64_t gva, const void *buf, size_t len)
{
	size_t n = 0;

	for (; n < len && is_mapped(gva + n); n++)
		memory[gva + n] = ((const uint8_t *)buf)[n];
	return n;
}

int vmm_state_get(struct vmm_vcpu *v, struct vmm_state *s, unsigned int mask)
{
	*s = v->state;
	return 0;
}

int vmm_state_set(struct vmm_vcpu *v, const struct vmm_state *s,
		  unsigned int mask)
{
	if (s->rflags & 1UL << 40)
		return -EINVAL; /* as KVM refuses what no CPU has */
	if (mask & VMM_STATE_VECTOR && s->xsave[512] & ~3)
		return -EINVAL; /* nor what this one lacks: AVX */
	v->state = *s;
	return 0;
}

int vmm_debug_set(struct vmm_vcpu *v, const struct vmm_debug *d)
{
	v->debug = *d;
	return 0;
}

int vmm_probe(struct vmm_probe *p)
{
	*p = (struct vmm_probe){ 1, 1, 1, 1, 1, 1, 4, 4 };
	return 0;
}

const char *vmm_exit_text(const struct vmm_exit *e)
{
	return e->why == VMM_EXIT_SHUTDOWN ? "triple fault" : "none";
}

struct vmm_machine *vmm_vcpu_machine(const struct vmm_vcpu *v)
{
	return NULL;
}

void run_resume(struct vm *of, int cpu)
{
	resumed[cpu]++;
}

void run_pause(struct vm *of)
{
	pauses++;
}

void run_one(struct vm *of, struct cpu *c)
{
	seen_alone = memory[alone_at];
	c->exit = alone_exit;
	c->has_exit = 1;
}

void complain(const char *format, ...)
{
}

/* --- the debugger ---------------------------------------------------------*/

static void say(const char *packet)
{
	uint8_t sum = 0;
	char text[512];
	int n;

	for (const char *c = packet; *c; c++)
		sum = (uint8_t)(sum + (uint8_t)*c);
	n = snprintf(text, sizeof(text), "$%s#%02x", packet, sum);
	assert_int_equal(send(peer, text, (size_t)n, 0), n);
}

/* All packets that have come, with their dollars and without sums. */
static const char *heard(void)
{
	static char text[4096];
	char raw[4096];
	ssize_t len = recv(peer, raw, sizeof(raw), MSG_DONTWAIT);
	size_t n = 0;

	for (ssize_t i = 0; i < len; i++) {
		if (raw[i] == '#')
			i += 2;
		else if (raw[i] == '*')
			for (int more = raw[++i] - 29; more > 0; more--, n++)
				text[n] = text[n - 1];
		else if (raw[i] != '+')
			text[n++] = raw[i];
	}
	text[n] = 0;
	return text;
}

static int set_up(void **state)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	memset(memory, 0x90, sizeof(memory));
	memset(resumed, 0, sizeof(resumed));
	alone_exit = (struct vmm_exit){ .why = VMM_EXIT_DEBUG };
	alone_exit.debug.pc = 0x1101;
	vm.n_cpus = CPUS;
	pthread_mutex_init(&vm.lock, NULL);
	for (unsigned int i = 0; i < CPUS; i++) {
		memset(&vcpus[i].state, 0, sizeof(vcpus[i].state));
		memset(&vcpus[i].debug, 0, sizeof(vcpus[i].debug));
		vm.cpus[i] = (struct cpu){ .vm = &vm, .v = &vcpus[i] };
	}
	snprintf(place, sizeof(place), "/tmp/test_stub.%d", (int)getpid());
	if (stub_listen(&vm, place))
		return -1;
	strcpy(at.sun_path, place);
	peer = socket(AF_UNIX, SOCK_STREAM, 0);
	return connect(peer, (struct sockaddr *)&at, sizeof(at));
}

/* The machine ends. */
static int tear_down(void **state)
{
	stub_end(0);
	close(peer);
	return unlink(place);
}

/* Attaches, says the packets, and lets the program run. */
static const char *attached(const char *const *packets)
{
	say("QStartNoAckMode");
	send(peer, "+", 1, 0);
	while (*packets)
		say(*packets++);
	say("vCont;c");
	stub_wait();
	return heard();
}

#define ATTACHED(...) attached((const char *const[]){ __VA_ARGS__, NULL })

static void exits(unsigned int cpu, enum vmm_debug_why why, uint64_t pc,
		  uint64_t addr)
{
	struct vmm_exit e = { .why = VMM_EXIT_DEBUG };

	e.debug.why = why;
	e.debug.pc = pc;
	e.debug.addr = addr;
	vcpus[cpu].state.rip = pc;
	vm.cpus[cpu].exit = e;
}

/* --- the tests ------------------------------------------------------------*/

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

static void test_registers_of_a_cpu_without_avx(void **state)
{
	assert_string_equal(ATTACHED("P28=0102030405060708090a0b0c0d0e0f10",
				     "p28", "P20=7f020000", "p20"),
			    "$OK$OK$0102030405060708090a0b0c0d0e0f10"
			    "$OK$7f020000");
	assert_int_equal(vcpus[0].state.xsave[512], 3);
}

static void test_threads(void **state)
{
	const char *said = ATTACHED("qfThreadInfo", "qsThreadInfo", "T2", "T3");

	assert_string_equal(said, "$OK$m1,2$l$OK$E03");
}

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
		TEST(test_registers_of_a_cpu_without_avx),
		TEST(test_threads),
		TEST(test_breakpoint),
		TEST(test_condition),
		TEST(test_exits_of_the_step_over),
		TEST(test_step_at_a_false_condition),
		TEST(test_bytes_after_breakpoints),
		TEST(test_exits_while_it_leaves),
		TEST(test_wait_for_a_debugger),
		TEST(test_broken_connection),
		TEST(test_two_hits),
		TEST(test_watchpoint),
		TEST(test_step),
		TEST(test_trap_of_the_program),
		TEST(test_interrupt),
		TEST(test_interrupt_at_the_end_of_a_step),
		TEST(test_triple_fault),
		TEST(test_detach),
		TEST(test_monitor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
