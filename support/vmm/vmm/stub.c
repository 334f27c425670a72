/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The debugger's line, what an exit means to the session, and how the program
 * goes on after it. All CPUs stop together. A point whose conditions are false
 * is stepped over while the others are paused.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "stub.h"

static struct stub stub = { .listener = -1, .peer = -1 };

/* ---- the line ---- */

static void take_peer(void)
{
	stub.peer = line_accept(stub.listener);
}

static void drop_peer(void)
{
	if (stub.peer >= 0)
		close(stub.peer);
	stub.peer = -1;
	stub.said = GDB_POLL_NONE;
}

static __ssz line_in(void *ctx, char *buf, __sz len, int wait)
{
	struct pollfd p = { stub.peer, POLLIN, 0 };
	ssize_t n;

	(void)ctx;
	if (stub.peer < 0 && wait)
		take_peer();
	if (stub.peer < 0)
		return wait ? -EPIPE : 0;
	p.fd = stub.peer;
	if (!wait && poll(&p, 1, 0) <= 0)
		return 0;
	do
		n = read(stub.peer, buf, len);
	while (n < 0 && errno == EINTR);
	return n > 0 ? n : -EPIPE;
}

static void line_out(void *ctx, const char *buf, __sz len)
{
	(void)ctx;
	while (len) {
		ssize_t n = send(stub.peer, buf, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return; /* the next read reports it */
		buf += n;
		len -= (size_t)n;
	}
}

/* ---- going on ---- */

static void forget_states(void)
{
	memset(stub.known, 0, sizeof(stub.known));
}

static int is_kept(struct cpu *c, int keep)
{
	int was;

	pthread_mutex_lock(&stub.vm->lock);
	was = c->has_exit;
	c->has_exit &= keep;
	pthread_mutex_unlock(&stub.vm->lock);
	return was;
}

/* 1 if it has stepped, and nothing else: that is no exit of its own. */
static int take_step(struct cpu *c)
{
	const struct vmm_exit *e = &c->exit;

	return is_kept(c, 1) && !c->failed && e->why == VMM_EXIT_DEBUG &&
	       e->debug.why == VMM_DEBUG_STEP && !e->debug.also_watch &&
	       is_kept(c, 0);
}

static void instruction_at(uint64_t pc, uint8_t insn[INSN_MAX])
{
	memset(insn, 0, INSN_MAX);
	stub_ops.mem_read(&stub.target, pc, insn, INSN_MAX);
}

/* Of the program's own breakpoint instruction; 0: none is there. */
static unsigned int trap_len(uint64_t pc)
{
	uint8_t insn[INSN_MAX];

	instruction_at(pc, insn);
	return arch_trap_len(insn);
}

/* It is over, as without a debugger. @return 0: none is there */
static int pass_trap(struct cpu *c, uint64_t pc)
{
	struct vmm_state *state = stub_state(&stub, c, VMM_STATE_GENERAL);
	unsigned int len = trap_len(pc);

	if (!state || !len)
		return 0;
	arch_pc_set(state, pc + len);
	return !vmm_state_set(c->v, state, VMM_STATE_GENERAL);
}

/* A CPU alone executes the instruction at its pc, without the point there. One
 * of the program's own that traps there is the debugger's. @return 1 if that
 * was all
 */
static int step_over(struct cpu *c)
{
	struct vmm_state *state = stub_state(&stub, c, VMM_STATE_GENERAL);
	uint64_t pc = state ? arch_pc(state) : 0;
	struct point *p;

	if (points_at(&stub, pc) && pass_trap(c, pc)) {
		c->exit.debug.pc = arch_pc(state);
		return 1;
	}
	p = points_lift(&stub, c, pc);
	points_apply(&stub, c, 1, pc);
	forget_states();
	run_one(stub.vm, c);
	if (p)
		points_put_back(&stub, p);
	return take_step(c);
}

static int is_stepped(const struct cpu *c)
{
	enum gdb_act act = stub.plans[cpu_index(c)].act;

	return act == GDB_ACT_STEP || act == GDB_ACT_RANGE;
}

/* Without an interrupt controller nothing wakes it but the debugger's stop. */
static int stays_halted(struct cpu *c)
{
	uint64_t *at = &stub.halted[cpu_index(c)];
	struct vmm_state *state = *at ? stub_state(&stub, c, VMM_STATE_GENERAL)
				      : NULL;

	if (state && arch_pc(state) == *at)
		return 1;
	*at = 0;
	return 0;
}

/* The end of the machine, if no debugger can change that. */
static void let_go(struct cpu *c)
{
	if (!stays_halted(c)) {
		run_resume(stub.vm, (int)cpu_index(c));
	} else if (!gdb_session_attached(&stub.session)) {
		pthread_mutex_lock(&stub.vm->lock);
		c->has_exit = 1;
		pthread_mutex_unlock(&stub.vm->lock);
	}
}

static void apply_plans(void)
{
	for (unsigned int i = 0; i < stub.vm->n_cpus; i++) {
		struct cpu *c = &stub.vm->cpus[i];

		points_apply(&stub, c, is_stepped(c), 0);
	}
	forget_states();
	for (unsigned int i = 0; i < stub.vm->n_cpus; i++)
		if (stub.plans[i].act != GDB_ACT_STOP)
			let_go(&stub.vm->cpus[i]);
}

static void all_continue(void)
{
	memset(stub.plans, 0, sizeof(stub.plans));
	apply_plans();
}

/* Another CPU that hit a breakpoint at the same time does so again when it
 * runs: by then the debugger may have removed it, or let that CPU stand. So
 * does one that ended a step when the debugger interrupted it.
 */
static int hits_again(struct cpu *c)
{
	const struct vmm_exit *e = &c->exit;

	return arch_is_break(&stub, c) ||
	       (e->why == VMM_EXIT_DEBUG && e->debug.why != VMM_DEBUG_WATCH &&
		!e->debug.also_watch);
}

static void drop_hits(const struct cpu *stopped)
{
	struct vm *vm = stub.vm;

	pthread_mutex_lock(&vm->lock);
	for (unsigned int i = 0; i < vm->n_cpus; i++) {
		struct cpu *c = &vm->cpus[i];

		if (c != stopped && c->has_exit && !c->failed && hits_again(c))
			c->has_exit = 0;
	}
	pthread_mutex_unlock(&vm->lock);
}

/* As the debugger said; as if there had been none, if its connection has
 * broken. CPUs are paused.
 */
static void go_on(void)
{
	char byte;

	if (recv(stub.peer, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0) {
		apply_plans();
		return;
	}
	gdb_session_disconnect(&stub.session);
	drop_peer();
	all_continue();
}

/* Serves the debugger at a stop. @return 1: the program shall go on */
static int serve(struct cpu *c, const struct gdb_stop *stop)
{
	stub.cpu = stub.selected = c;
	drop_hits(c);
	gdb_session_stopped(&stub.session, stop);
	if (gdb_session_serve(&stub.session) == GDB_END_RESUMED)
		return 1;
	drop_peer();
	return 0;
}

static void wake(void)
{
	for (unsigned int i = 0; i < stub.vm->n_cpus; i++)
		if (stub.plans[i].act != GDB_ACT_STOP)
			stub.halted[i] = 0;
}

static void stopped(struct cpu *c, const struct gdb_stop *stop)
{
	if (serve(c, stop)) {
		/* A Ctrl-C may have come in one segment with that packet. */
		stub.said = gdb_session_poll(&stub.session);
		if (stub.said == GDB_POLL_NONE) {
			wake();
			go_on();
		}
	} else if (!stub.ended && !stub.gone) {
		all_continue();
	}
}

static struct gdb_stop signal_of(struct cpu *c, int signal, const char *what)
{
	return (struct gdb_stop){
		.why = GDB_STOP_SIGNAL,
		.signal = signal,
		.tid = cpu_index(c) + 1,
		.core = cpu_index(c),
		.what = what,
	};
}

static void signalled(struct cpu *c, int signal)
{
	struct gdb_stop stop = signal_of(c, signal, NULL);

	stopped(c, &stop);
}

/* It cannot go on, nor the machine without it. */
static void crashed(struct cpu *c, const char *what)
{
	struct gdb_stop stop = signal_of(c, GDB_SIGABRT, what);

	serve(c, &stop);
}

/* ---- exits ---- */

/* One for another address of the same memory. */
static int is_elsewhere(struct cpu *c, uint64_t pc)
{
	return c->exit.debug.why == VMM_DEBUG_SOFTWARE &&
	       points_text(&stub, c, pc) &&
	       !(stub.probe.software && trap_len(pc));
}

/* A breakpoint, in text or of a debug register. 1: it stops. */
static int breakpoint(struct cpu *c, uint64_t pc)
{
	const struct point *p = points_at(&stub, pc);
	struct gdb_stop stop = {
		.why = p && p->type == GDB_POINT_HW ? GDB_STOP_HWBREAK
						    : GDB_STOP_SWBREAK,
		.signal = GDB_SIGTRAP,
		.tid = cpu_index(c) + 1,
		.core = cpu_index(c),
	};

	if (p ? gdb_points_check(&stub.session, stop.tid, pc) == GDB_CHECK_PASS
	      : is_elsewhere(c, pc))
		return 0;
	if (!p) {
		stop.why = GDB_STOP_SIGNAL;
		if (c->exit.debug.why == VMM_DEBUG_SOFTWARE)
			pass_trap(c, pc);
	}
	stopped(c, &stop);
	return 1;
}

static void watchpoint(struct cpu *c, uint64_t addr)
{
	struct point *p = points_watch(&stub, addr);
	struct gdb_stop stop = {
		.why = !p			     ? GDB_STOP_SIGNAL
		       : p->type == GDB_POINT_READ   ? GDB_STOP_RWATCH
		       : p->type == GDB_POINT_ACCESS ? GDB_STOP_AWATCH
						     : GDB_STOP_WATCH,
		.signal = GDB_SIGTRAP,
		.tid = cpu_index(c) + 1,
		.core = cpu_index(c),
		.addr = p && addr - p->addr >= p->kind ? p->addr : addr,
	};

	stopped(c, &stop);
}

/* A debugger knows how to get over a sequence, and is asked. */
static int at_sequence(uint64_t pc)
{
	uint8_t insn[INSN_MAX];

	instruction_at(pc, insn);
	return arch_is_sequence(insn);
}

/* A step is over. 1: the session has its stop; 0: its range goes on. */
static int stepped(struct cpu *c, uint64_t pc)
{
	const struct plan *plan = &stub.plans[cpu_index(c)];

	if (plan->act == GDB_ACT_RANGE && pc >= plan->start && pc < plan->end &&
	    !points_at(&stub, pc) && !at_sequence(pc))
		return 0;
	signalled(c, GDB_SIGTRAP);
	return 1;
}

static void debug_exit(struct cpu *c)
{
	const struct vmm_exit *e = &c->exit;
	int went_on;

	if (e->debug.also_watch || e->debug.why == VMM_DEBUG_WATCH) {
		watchpoint(c, e->debug.addr);
		return;
	}
	went_on = e->debug.why == VMM_DEBUG_STEP ? stepped(c, e->debug.pc)
						 : breakpoint(c, e->debug.pc);
	if (went_on)
		return;
	if (e->debug.why != VMM_DEBUG_STEP && step_over(c) && is_stepped(c) &&
	    stepped(c, c->exit.debug.pc))
		return;
	apply_plans();
}

/* What a breakpoint is made of is one exit. */
static void take_break(struct cpu *c)
{
	if (!c->failed && arch_is_break(&stub, c)) {
		struct vmm_state *s = stub_state(&stub, c, VMM_STATE_GENERAL);

		c->exit.why = VMM_EXIT_DEBUG;
		c->exit.debug.why = VMM_DEBUG_SOFTWARE;
		c->exit.debug.pc = arch_pc(s);
		c->exit.debug.also_watch = 0;
	}
}

int stub_exit(struct cpu *c)
{
	if (stub.listener < 0)
		return 0;
	if (!gdb_session_attached(&stub.session)) {
		/* It came while a debugger left. */
		if (c->failed || c->exit.why != VMM_EXIT_DEBUG)
			return 0;
		run_resume(stub.vm, (int)cpu_index(c));
		return 1;
	}
	run_pause(stub.vm);
	forget_states();
	stub.cpu = stub.selected = c;
	take_break(c);
	if (c->failed) {
		crashed(c, strerror(-c->failed));
		return 0;
	}
	if (c->exit.why == VMM_EXIT_DEBUG) {
		debug_exit(c);
		return 1;
	}
	if (c->exit.why == VMM_EXIT_HALT) { /* until the debugger interrupts */
		struct vmm_state *s = stub_state(&stub, c, VMM_STATE_GENERAL);

		stub.halted[cpu_index(c)] = s ? arch_pc(s) : 0;
		return 1;
	}
	if (c->exit.why == VMM_EXIT_SHUTDOWN || c->exit.why == VMM_EXIT_FAIL ||
	    c->exit.why == VMM_EXIT_INTERNAL ||
	    c->exit.why == VMM_EXIT_UNHANDLED)
		crashed(c, vmm_exit_text(&c->exit));
	return 0;
}

/* ---- for the main loop ---- */

int stub_listen(struct vm *vm, const char *where)
{
	struct gdb_io io = { .in = line_in, .out = line_out };
	int rc = vmm_probe(&stub.probe);

	if (rc)
		return rc;
	stub.listener = line_listen(where);
	if (stub.listener < 0)
		return stub.listener;
	stub.ended = stub.gone = 0;
	stub.n_points = 0;
	memset(stub.halted, 0, sizeof(stub.halted));
	stub.vm = vm;
	stub.cpu = stub.selected = &vm->cpus[0];
	gdb_arch_describe(&stub.target);
	stub.target.ops = &stub_ops;
	stub.target.break_kind = (__u8)arch_break_len;
	stub.target.n_watch = (__u8)stub.probe.n_watch;
	arch_describe(&stub);
	gdb_session_init(&stub.session, &stub.target, &io);
	return 0;
}

int stub_fd(void)
{
	return stub.peer >= 0 ? stub.peer : stub.listener;
}

/* One that runs: a debugger that let one CPU run alone expects its stop. */
static struct cpu *interrupted(void)
{
	struct vm *vm = stub.vm;
	unsigned int i = cpu_index(stub.cpu);

	for (unsigned int n = 0; n < vm->n_cpus; n++, i = (i + 1) % vm->n_cpus)
		if (stub.plans[i].act != GDB_ACT_STOP)
			return &vm->cpus[i];
	return stub.cpu;
}

int stub_has_input(void)
{
	return stub.said != GDB_POLL_NONE;
}

/* What the session may do needs CPUs that are paused. */
static enum gdb_poll poll_session(void)
{
	run_pause(stub.vm);
	forget_states();
	for (unsigned int i = 0; i < stub.vm->n_cpus; i++)
		if (is_kept(&stub.vm->cpus[i], 1))
			take_break(&stub.vm->cpus[i]);
	return gdb_session_poll(&stub.session);
}

void stub_input(void)
{
	enum gdb_poll poll = stub.said;

	stub.said = GDB_POLL_NONE;
	if (stub.peer < 0) {
		take_peer();
		return;
	}
	if (poll == GDB_POLL_NONE)
		poll = poll_session();
	if (poll == GDB_POLL_NONE) {
		go_on();
		return;
	}
	drop_hits(NULL);
	signalled(interrupted(),
		  poll == GDB_POLL_INTERRUPT ? GDB_SIGINT : GDB_SIGTRAP);
}

void stub_wait(void)
{
	char byte;

	/* Who leaves without a word is no debugger. */
	do {
		drop_peer();
		take_peer();
	} while (stub.peer >= 0 && recv(stub.peer, &byte, 1, MSG_PEEK) <= 0);
	signalled(&stub.vm->cpus[0], GDB_SIGTRAP);
}

void stub_end(int status)
{
	struct gdb_stop stop = { .why = GDB_STOP_EXITED, .signal = status };

	if (stub.listener < 0)
		return;
	stub.gone = 1;
	stop.tid = cpu_index(stub.cpu) + 1;
	if (gdb_session_attached(&stub.session) && !stub.ended)
		gdb_session_stopped(&stub.session, &stop);
	drop_peer();
	close(stub.listener);
}

int stub_killed(void)
{
	return stub.ended;
}
