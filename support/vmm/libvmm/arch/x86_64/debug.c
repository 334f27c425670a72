/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Debug registers (Intel SDM volume 3, 17.2), what a debug exit means, and the
 * guest of the probe.
 */
#include <errno.h>
#include <string.h>
#include "../../internal.h"

#define DR_COUNT 4
#define DR6_HITS 0xfU
#define DR6_STEP 0x4000U
#define DR7_FIXED 0x400U
#define DR7_EXACT 0x300U
#define DR7_ENABLE(i) (2U << 2 * (i))
#define DR7_SHIFT(i) (16 + 4 * (i))
#define EXCEPTION_BP 3

/* R/W and LEN of DR7 for a point, or -errno. */
static int dr7_bits(const struct vmm_point *p)
{
	static const int lens[] = { [1] = 0, [2] = 1, [4] = 3, [8] = 2 };
	unsigned int rw = p->type == VMM_POINT_WRITE ? 1 : 3;

	if (p->type == VMM_POINT_EXECUTE)
		return 0;
	if (p->type == VMM_POINT_READ)
		return -ENOTSUP;
	if ((p->len != 1 && p->len != 2 && p->len != 4 && p->len != 8) ||
	    p->addr % p->len)
		return -EINVAL;
	return (int)(rw | (unsigned int)lens[p->len] << 2);
}

static int can_hold_irq(int kvm)
{
	int bits =
		VMM_IOCTL(kvm, KVM_CHECK_EXTENSION, KVM_CAP_SET_GUEST_DEBUG2);

	return bits > 0 && (bits & KVM_GUESTDBG_BLOCKIRQ);
}

/* ---- steps: KVM holds interrupts back itself, and uses the trap flag ---- */

#define TF 0x100UL
#define INSN_MAX 15
#define FRAME_WORDS 3 /* rip, cs, rflags */
#define STACK_WORDS 512
#define ATTR_L 0x2000 /* 64-bit code: segments have no bases */
#define STEP_STATE (VMM_STATE_GENERAL | VMM_STATE_SYSTEM)

static uint64_t linear(const struct vmm_state *s, unsigned int seg, uint64_t at)
{
	return s->seg[VMM_CS].attr & ATTR_L ? at
					    : (uint32_t)(s->seg[seg].base + at);
}

/* Bytes of a PUSHF behind the prefixes that it may have, or 0. */
static unsigned int pushf_len(const uint8_t *insn, size_t n)
{
	for (unsigned int i = 0; i < n; i++) {
		if (insn[i] == 0x9c)
			return i + 1;
		if (insn[i] != 0x66 && (insn[i] & 0xf0) != 0x40)
			return 0;
	}
	return 0;
}

void vmm_arch_step_begin(struct vmm_vcpu *v)
{
	struct vmm_state s;
	uint8_t insn[3];

	v->pushf = 0;
	if (vmm_arch_state_get(v, &s, STEP_STATE))
		return;
	v->pc = s.rip;
	v->pushf = pushf_len(insn, vmm_read(v->m, &s, linear(&s, VMM_CS, s.rip),
					    insn, sizeof(insn)));
}

/* Flags that the guest has pushed, at `at`. */
static void drop_flag(struct vmm_vcpu *v, const struct vmm_state *s,
		      uint64_t at)
{
	uint8_t byte;

	at++; /* the flag's byte */
	if (vmm_read(v->m, s, at, &byte, 1)) {
		byte &= (uint8_t) ~(TF >> 8);
		vmm_write(v->m, s, at, &byte, 1);
	}
}

/* The frame of a trap at v->pc, or behind that instruction, in whose handler
 * the CPU is; 0: none.
 */
static uint64_t find_frame(const struct vmm_vcpu *v, const struct vmm_state *s)
{
	uint64_t stack[STACK_WORDS], at = linear(s, VMM_SS, s->gpr[VMM_RSP]);
	size_t n = vmm_read(v->m, s, at, stack, sizeof(stack)) / 8;

	for (size_t i = 0; i + FRAME_WORDS <= n; i++)
		if (stack[i] - v->pc <= INSN_MAX &&
		    stack[i + 1] <= UINT16_MAX && (stack[i + 2] & TF) &&
		    stack[i + 2] <= UINT32_MAX)
			return at + 8 * i;
	return 0;
}

static int is_step(const struct vmm_vcpu *v)
{
	return v->run->exit_reason == KVM_EXIT_DEBUG &&
	       v->run->debug.arch.exception != EXCEPTION_BP &&
	       (v->run->debug.arch.dr6 & DR6_STEP);
}

/* What the guest has pushed has the flag, which is not the guest's: by PUSHF;
 * or by a trap in whose handler something else than the step stopped it.
 */
void vmm_arch_step_end(struct vmm_vcpu *v)
{
	int over = is_step(v);
	struct vmm_state s;
	uint64_t frame;

	if ((over && !v->pushf) || vmm_arch_state_get(v, &s, STEP_STATE))
		return;
	frame = over ? 0 : find_frame(v, &s);
	if (frame)
		drop_flag(v, &s, frame + 16);
	else if (v->pushf && s.rip == v->pc + v->pushf)
		drop_flag(v, &s, linear(&s, VMM_SS, s.gpr[VMM_RSP]));
}

/* KVM's emulator leaves where it writes to a port or device, before it would
 * report the step.
 */
int vmm_arch_step_over(struct vmm_vcpu *v, struct vmm_exit *e)
{
	struct kvm_regs regs;
	int rc = VMM_IOCTL(v->fd, KVM_GET_REGS, &regs);

	if (rc)
		return rc;
	e->why = VMM_EXIT_DEBUG;
	e->debug.why = VMM_DEBUG_STEP;
	e->debug.pc = regs.rip;
	return 1;
}

int vmm_arch_debug(const struct vmm_vcpu *v, const struct vmm_debug *d,
		   struct kvm_guest_debug *g)
{
	uint64_t dr7 = DR7_FIXED | DR7_EXACT;

	if (d->n_points > DR_COUNT)
		return -ENOSPC;
	for (unsigned int i = 0; i < d->n_points; i++) {
		int bits = dr7_bits(&d->points[i]);

		if (bits < 0)
			return bits;
		dr7 |= DR7_ENABLE(i) | (uint64_t)bits << DR7_SHIFT(i);
		g->arch.debugreg[i] = d->points[i].addr;
	}
	g->arch.debugreg[7] = dr7;
	if (d->n_points)
		g->control |= KVM_GUESTDBG_USE_HW_BP;
	if (d->step && d->hold_irq && can_hold_irq(v->m->kvm))
		g->control |= KVM_GUESTDBG_BLOCKIRQ;
	return 0;
}

/* The watchpoint among those that DR6 names, or -1. */
static int watch_of(uint64_t dr6, uint64_t dr7)
{
	for (int i = 0; i < DR_COUNT; i++)
		if ((dr6 >> i & 1) && (dr7 >> DR7_SHIFT(i) & 3))
			return i;
	return -1;
}

int vmm_arch_exit(struct vmm_vcpu *v, struct vmm_exit *e)
{
	const struct kvm_debug_exit_arch *d = &v->run->debug.arch;
	int watch;

	if (v->run->exit_reason != KVM_EXIT_DEBUG)
		return 0;
	e->why = VMM_EXIT_DEBUG;
	e->debug.pc = d->pc;
	if (d->exception == EXCEPTION_BP) {
		e->debug.why = VMM_DEBUG_SOFTWARE;
		return 1;
	}
	watch = watch_of(d->dr6, d->dr7);
	if (watch >= 0)
		e->debug.addr = v->debug_addr[watch];
	e->debug.also_watch = watch >= 0;
	if (d->dr6 & DR6_STEP)
		e->debug.why = VMM_DEBUG_STEP;
	else if (watch >= 0)
		e->debug.why = VMM_DEBUG_WATCH;
	else
		e->debug.why = VMM_DEBUG_EXECUTE;
	return 1;
}

void vmm_arch_points(int kvm, unsigned int *n_execute, unsigned int *n_watch)
{
	(void)kvm;
	*n_execute = *n_watch = DR_COUNT; /* the same ones */
}

/* ---- the probe's guest: 32-bit code without paging ---- */

#define DATA (VMM_PROBE_GPA + VMM_PROBE_DATA)

static const uint8_t code[] = {
	0x90, /* nop */
	0x66,
	0x0f,
	0x6e,
	0xc0, /* movd %eax, %xmm0 */
	0x66,
	0x0f,
	0x7e,
	0xc3, /* movd %xmm0, %ebx */
	0x89,
	0x1d,
	DATA & 0xff,
	DATA >> 8 & 0xff,
	DATA >> 16 & 0xff,
	DATA >> 24, /* movl %ebx, DATA */
	0xcc,	    /* int3 */
};

const unsigned int vmm_arch_probe_next = 1;
const unsigned int vmm_arch_probe_break = sizeof(code) - 1;

int vmm_arch_probe_start(struct vmm_vcpu *v, uint8_t *mem)
{
	static const struct vmm_segment flat = { 0, ~0U, 0x10, 0xc093 };
	struct vmm_state s = { 0 };
	struct kvm_vcpu_events none = { 0 };
	int rc = VMM_IOCTL(v->fd, KVM_SET_VCPU_EVENTS, &none);

	memset(mem, 0, VMM_PAGE);
	memcpy(mem, code, sizeof(code));
	if (!rc)
		rc = vmm_state_get(v, &s, VMM_STATE_SYSTEM);
	for (unsigned int i = VMM_CS; i <= VMM_GS; i++)
		s.seg[i] = flat;
	s.seg[VMM_CS].attr = 0xc09b;
	s.idt_limit = 0;
	s.cr0 = 1;
	s.cr4 = 0x200; /* OSFXSR */
	s.efer = 0;
	memset(s.gpr, 0, sizeof(s.gpr));
	s.gpr[VMM_RAX] = VMM_PROBE_VALUE;
	s.rip = VMM_PROBE_GPA;
	s.rflags = 2;
	if (!rc)
		rc = vmm_state_set(v, &s, VMM_STATE_SYSTEM | VMM_STATE_GENERAL);
	return rc;
}
