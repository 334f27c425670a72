/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "stub_machine.h"

struct vmm_vcpu vcpus[CPUS];
struct vm vm;
uint8_t memory[4 * VMM_PAGE];
unsigned int resumed[CPUS];
int pauses;
struct vmm_exit alone_exit;
uint64_t alone_at;
uint8_t seen_alone;
int peer;
char place[64];

/* --- the machine ----------------------------------------------------------*/

/* 0: it is not mapped. */
static uint64_t gpa_of(const struct vmm_state *s, uint64_t addr)
{
	if (addr / VMM_PAGE == 1 && s->cr3 == OWN_TABLES)
		return addr + VMM_PAGE;
	if (addr / VMM_PAGE == ALIAS / VMM_PAGE)
		return addr - ALIAS + VMM_PAGE;
	return addr / VMM_PAGE == 1 || addr / VMM_PAGE == 3 ? addr : 0;
}

int vmm_walk(const struct vmm_machine *m, const struct vmm_state *s,
	     uint64_t gva, struct vmm_walk *w)
{
	memset(w, 0, sizeof(*w));
	w->gpa = gpa_of(s, gva);
	if (!w->gpa)
		return -EFAULT;
	w->size = VMM_PAGE;
	w->prot = VMM_PROT_READ | VMM_PROT_WRITE | VMM_PROT_EXEC;
	if (gva / VMM_PAGE != 3)
		return 0;
	w->n = 1;
	w->entries[0].at = ENTRY;
	memcpy(&w->entries[0].value, memory + ENTRY, sizeof(uint64_t));
	if (w->entries[0].value & ENTRY_NX)
		w->prot &= ~(unsigned int)VMM_PROT_EXEC;
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

	for (; n < len && gpa_of(s, gva + n); n++)
		((uint8_t *)buf)[n] = memory[gpa_of(s, gva + n)];
	return n;
}

size_t vmm_write(const struct vmm_machine *m, const struct vmm_state *s,
		 uint64_t gva, const void *buf, size_t len)
{
	size_t n = 0;

	for (; n < len && gpa_of(s, gva + n); n++)
		memory[gpa_of(s, gva + n)] = ((const uint8_t *)buf)[n];
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
	v->flushes += v->state.cr4 != s->cr4;
	v->state = *s;
	v->state.cr8 &= 15; /* it has no more bits */
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

void say(const char *packet)
{
	uint8_t sum = 0;
	char text[512];
	int n;

	for (const char *c = packet; *c; c++)
		sum = (uint8_t)(sum + (uint8_t)*c);
	n = snprintf(text, sizeof(text), "$%s#%02x", packet, sum);
	assert_int_equal(send(peer, text, (size_t)n, 0), n);
}

const char *heard(void)
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

int set_up(void **state)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	memset(memory, 0x90, sizeof(memory));
	memset(resumed, 0, sizeof(resumed));
	alone_exit = (struct vmm_exit){ .why = VMM_EXIT_DEBUG };
	alone_exit.debug.pc = 0x1101;
	vm.n_cpus = CPUS;
	pthread_mutex_init(&vm.lock, NULL);
	for (unsigned int i = 0; i < CPUS; i++) {
		memset(&vcpus[i], 0, sizeof(vcpus[i]));
		vm.cpus[i] = (struct cpu){ .vm = &vm, .v = &vcpus[i] };
	}
	snprintf(place, sizeof(place), "/tmp/test_stub.%d", (int)getpid());
	if (stub_listen(&vm, place))
		return -1;
	strcpy(at.sun_path, place);
	peer = socket(AF_UNIX, SOCK_STREAM, 0);
	return connect(peer, (struct sockaddr *)&at, sizeof(at));
}

int tear_down(void **state)
{
	stub_end(0);
	close(peer);
	return unlink(place);
}

const char *attached(const char *const *packets)
{
	say("QStartNoAckMode");
	send(peer, "+", 1, 0);
	while (*packets)
		say(*packets++);
	say("vCont;c");
	stub_wait();
	return heard();
}

void exits(unsigned int cpu, enum vmm_debug_why why, uint64_t pc, uint64_t addr)
{
	struct vmm_exit e = { .why = VMM_EXIT_DEBUG };

	e.debug.why = why;
	e.debug.pc = pc;
	e.debug.addr = addr;
	vcpus[cpu].state.rip = pc;
	vm.cpus[cpu].exit = e;
}
