/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The state of a CPU, to and from KVM's structures. Vector registers go by the
 * XSAVE area: KVM_SET_FPU has no effect while the guest has not used SSE.
 */
#include <string.h>
#include "../../internal.h"

/* clang-format off */
#define GENERAL(X) \
	X(rax) X(rbx) X(rcx) X(rdx) X(rsi) X(rdi) X(rbp) X(rsp) \
	X(r8) X(r9) X(r10) X(r11) X(r12) X(r13) X(r14) X(r15)
/* clang-format on */

static int general_get(struct vmm_vcpu *v, struct vmm_state *s)
{
	struct kvm_regs r;
	int rc = VMM_IOCTL(v->fd, KVM_GET_REGS, &r);

#define X(reg) r.reg,
	memcpy(s->gpr, (uint64_t[]){ GENERAL(X) }, sizeof(s->gpr));
#undef X
	s->rip = r.rip;
	s->rflags = r.rflags;
	return rc;
}

static int general_set(struct vmm_vcpu *v, const struct vmm_state *s)
{
	const uint64_t *from = s->gpr;
	struct kvm_regs r;

#define X(reg) r.reg = *from++;
	GENERAL(X)
#undef X
	r.rip = s->rip;
	r.rflags = s->rflags;
	return VMM_IOCTL(v->fd, KVM_SET_REGS, &r);
}

static void segment_get(const struct kvm_segment *k, struct vmm_segment *s)
{
	s->base = k->base;
	s->limit = k->limit;
	s->selector = k->selector;
	s->attr = (uint16_t)(k->type | k->s << 4 | k->dpl << 5 |
			     k->present << 7 | k->avl << 12 | k->l << 13 |
			     k->db << 14 | k->g << 15);
}

static void segment_set(const struct vmm_segment *s, struct kvm_segment *k)
{
	*k = (struct kvm_segment){
		.base = s->base,
		.limit = s->limit,
		.selector = s->selector,
		.type = s->attr & 15,
		.s = s->attr >> 4 & 1,
		.dpl = s->attr >> 5 & 3,
		.present = s->attr >> 7 & 1,
		.avl = s->attr >> 12 & 1,
		.l = s->attr >> 13 & 1,
		.db = s->attr >> 14 & 1,
		.g = s->attr >> 15 & 1,
		.unusable = !(s->attr >> 7 & 1),
	};
}

static struct kvm_segment *segment(struct kvm_sregs *k, unsigned int i)
{
	struct kvm_segment *const at[VMM_SEGMENTS] = {
		[VMM_CS] = &k->cs, [VMM_SS] = &k->ss,	[VMM_DS] = &k->ds,
		[VMM_ES] = &k->es, [VMM_FS] = &k->fs,	[VMM_GS] = &k->gs,
		[VMM_TR] = &k->tr, [VMM_LDT] = &k->ldt,
	};

	return at[i];
}

static int system_get(struct vmm_vcpu *v, struct vmm_state *s)
{
	struct kvm_sregs k;
	int rc = VMM_IOCTL(v->fd, KVM_GET_SREGS, &k);

	if (rc)
		return rc;
	for (unsigned int i = 0; i < VMM_SEGMENTS; i++)
		segment_get(segment(&k, i), &s->seg[i]);
	s->gdt_base = k.gdt.base;
	s->gdt_limit = k.gdt.limit;
	s->idt_base = k.idt.base;
	s->idt_limit = k.idt.limit;
	s->cr0 = k.cr0;
	s->cr2 = k.cr2;
	s->cr3 = k.cr3;
	s->cr4 = k.cr4;
	s->cr8 = k.cr8;
	s->efer = k.efer;
	return 0;
}

/* What is not in struct vmm_state stays as it is. */
static int system_set(struct vmm_vcpu *v, const struct vmm_state *s)
{
	struct kvm_sregs k;
	int rc = VMM_IOCTL(v->fd, KVM_GET_SREGS, &k);

	if (rc)
		return rc;
	for (unsigned int i = 0; i < VMM_SEGMENTS; i++)
		segment_set(&s->seg[i], segment(&k, i));
	k.gdt.base = s->gdt_base;
	k.gdt.limit = s->gdt_limit;
	k.idt.base = s->idt_base;
	k.idt.limit = s->idt_limit;
	k.cr0 = s->cr0;
	k.cr2 = s->cr2;
	k.cr3 = s->cr3;
	k.cr4 = s->cr4;
	k.cr8 = s->cr8;
	k.efer = s->efer;
	return VMM_IOCTL(v->fd, KVM_SET_SREGS, &k);
}

static int debug_get(struct vmm_vcpu *v, struct vmm_state *s)
{
	struct kvm_debugregs d;
	int rc = VMM_IOCTL(v->fd, KVM_GET_DEBUGREGS, &d);

	if (rc)
		return rc;
	memset(s->dr, 0, sizeof(s->dr));
	for (unsigned int i = 0; i < 4; i++)
		s->dr[i] = d.db[i];
	s->dr[6] = d.dr6;
	s->dr[7] = d.dr7;
	return 0;
}

static int debug_put(struct vmm_vcpu *v, const struct vmm_state *s)
{
	struct kvm_debugregs d = { .dr6 = s->dr[6], .dr7 = s->dr[7] };

	for (unsigned int i = 0; i < 4; i++)
		d.db[i] = s->dr[i];
	return VMM_IOCTL(v->fd, KVM_SET_DEBUGREGS, &d);
}

int vmm_arch_state_get(struct vmm_vcpu *v, struct vmm_state *s,
		       unsigned int mask)
{
	int rc = 0;

	if (mask & VMM_STATE_GENERAL)
		rc = general_get(v, s);
	if (!rc && (mask & VMM_STATE_SYSTEM))
		rc = system_get(v, s);
	if (!rc && (mask & VMM_STATE_DEBUG))
		rc = debug_get(v, s);
	if (!rc && (mask & VMM_STATE_VECTOR))
		rc = VMM_IOCTL(v->fd, KVM_GET_XSAVE, s->xsave);
	return rc;
}

int vmm_arch_state_set(struct vmm_vcpu *v, const struct vmm_state *s,
		       unsigned int mask)
{
	int rc = 0;

	if (mask & VMM_STATE_SYSTEM)
		rc = system_set(v, s);
	if (!rc && (mask & VMM_STATE_GENERAL))
		rc = general_set(v, s);
	if (!rc && (mask & VMM_STATE_DEBUG))
		rc = debug_put(v, s);
	if (!rc && (mask & VMM_STATE_VECTOR))
		rc = VMM_IOCTL(v->fd, KVM_SET_XSAVE, s->xsave);
	return rc;
}
