/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Debug registers (Arm ARM, DDI 0487, D17.3), what a debug exit means, and the
 * guest of the probe.
 */
#include <errno.h>
#include <string.h>
#include "../../internal.h"

/* DBGBCR and DBGWCR: enabled, at EL0 and EL1. */
#define CR_ON 0x7UL
#define BCR_BAS 0x1e0UL /* all four bytes of an instruction */
#define WCR_BAS_SHIFT 5
#define WCR_LSC_SHIFT 3

/* Exception classes of ESR_EL2, from a lower level. */
#define EC_SHIFT 26
#define EC_EXECUTE 0x30
#define EC_STEP 0x32
#define EC_WATCH 0x34
#define EC_BRK 0x3c

static uint64_t lsc_of(enum vmm_point_type type)
{
	return type == VMM_POINT_READ ? 1 : type == VMM_POINT_WRITE ? 2 : 3;
}

/* Bytes of one aligned doubleword. */
static int watch(const struct vmm_point *p, __u64 *wcr, __u64 *wvr)
{
	uint64_t at = p->addr & 7;

	if (!p->len || at + p->len > 8)
		return -EINVAL;
	*wvr = p->addr - at;
	*wcr = CR_ON | lsc_of(p->type) << WCR_LSC_SHIFT |
	       ((1UL << p->len) - 1) << at << WCR_BAS_SHIFT;
	return 0;
}

void vmm_arch_points(int kvm, unsigned int *n_execute, unsigned int *n_watch)
{
	int b = VMM_IOCTL(kvm, KVM_CHECK_EXTENSION, KVM_CAP_GUEST_DEBUG_HW_BPS);
	int w = VMM_IOCTL(kvm, KVM_CHECK_EXTENSION, KVM_CAP_GUEST_DEBUG_HW_WPS);

	*n_execute = b > 0 ? (unsigned int)b : 0;
	*n_watch = w > 0 ? (unsigned int)w : 0;
}

int vmm_arch_debug(const struct vmm_vcpu *v, const struct vmm_debug *d,
		   struct kvm_guest_debug *g)
{
	struct kvm_guest_debug_arch *a = &g->arch;
	unsigned int n_execute = 0, n_watch = 0, execute_max, watch_max;

	vmm_arch_points(v->m->kvm, &execute_max, &watch_max);
	for (unsigned int i = 0; i < d->n_points; i++) {
		const struct vmm_point *p = &d->points[i];

		if (p->type == VMM_POINT_EXECUTE) {
			if (n_execute == execute_max)
				return -ENOSPC;
			if (p->addr % 4)
				return -EINVAL;
			a->dbg_bcr[n_execute] = CR_ON | BCR_BAS;
			a->dbg_bvr[n_execute++] = p->addr;
		} else {
			if (n_watch == watch_max)
				return -ENOSPC;
			if (watch(p, &a->dbg_wcr[n_watch],
				  &a->dbg_wvr[n_watch]))
				return -EINVAL;
			n_watch++;
		}
	}
	if (d->n_points)
		g->control |= KVM_GUESTDBG_USE_HW;
	return 0;
}

/* One register alone: a state has 35. */
#define CORE(field)                                            \
	(KVM_REG_ARM64 | KVM_REG_ARM_CORE | KVM_REG_SIZE_U64 | \
	 KVM_REG_ARM_CORE_REG(field))

static int core_get(struct vmm_vcpu *v, uint64_t id, uint64_t *value)
{
	struct kvm_one_reg r = { .id = id, .addr = (uintptr_t)value };

	return VMM_IOCTL(v->fd, KVM_GET_ONE_REG, &r);
}

static int core_set(struct vmm_vcpu *v, uint64_t id, uint64_t value)
{
	struct kvm_one_reg r = { .id = id, .addr = (uintptr_t)&value };

	return VMM_IOCTL(v->fd, KVM_SET_ONE_REG, &r);
}

/* ---- steps that no interrupt comes before: all are masked meanwhile ---- */

#define PSTATE_IF 0xc0UL
#define VECTORS 0x800UL /* bytes, in 16 parts */
#define ZR 31U

static int is_mrs_daif(uint32_t w)
{
	return (w & 0xffffffe0) == 0xd53b4220;
}

/* ERET, ERETAA, ERETAB */
static int is_eret(uint32_t w)
{
	return w == 0xd69f03e0 || (w & 0xfffffbff) == 0xd69f0bff;
}

/* Masks that the instruction sets itself (DDI 0487, C5.2): DAIFSet some, msr
 * and eret all of them to what they are.
 */
static uint64_t sets(uint32_t w)
{
	if ((w & 0xfffff0ff) == 0xd50340df)
		return (uint64_t)(w >> 8 & 15) << 6;
	if ((w & 0xffffffe0) == 0xd51b4220 || is_eret(w))
		return PSTATE_IF;
	return 0;
}

/* Where the instruction is, and where traps go: as they were at the first step
 * in this page.
 */
static int find_text(struct vmm_vcpu *v)
{
	struct vmm_state s;
	struct vmm_walk w;
	int rc;

	if (v->text.page == v->pc / VMM_PAGE + 1)
		return 0;
	rc = vmm_state_get(v, &s, VMM_STATE_SYSTEM);
	if (!rc)
		rc = vmm_walk(v->m, &s, v->pc, &w);
	if (rc)
		return rc;
	v->text.page = v->pc / VMM_PAGE + 1;
	v->text.gpa = w.gpa & ~(VMM_PAGE - 1);
	v->text.vectors = s.vbar_el1;
	return 0;
}

void vmm_arch_step_begin(struct vmm_vcpu *v)
{
	const void *insn;
	uint64_t pstate;

	if (!v->hold_irq || core_get(v, CORE(regs.pstate), &pstate) ||
	    !(~pstate & PSTATE_IF) || core_get(v, CORE(regs.pc), &v->pc) ||
	    find_text(v))
		return;
	insn = vmm_memory_at(v->m, v->text.gpa + (v->pc & (VMM_PAGE - 1)), 4);
	if (!insn || core_set(v, CORE(regs.pstate), pstate | PSTATE_IF))
		return;
	memcpy(&v->insn, insn, sizeof(v->insn));
	v->held = ~pstate & PSTATE_IF;
}

static void release(struct vmm_vcpu *v, uint64_t id, uint64_t bits)
{
	uint64_t value;

	if (!core_get(v, id, &value))
		core_set(v, id, value & ~bits);
}

void vmm_arch_step_end(struct vmm_vcpu *v)
{
	uint64_t held = v->held, pc = 0;

	v->held = 0;
	if (!held || core_get(v, CORE(regs.pc), &pc))
		return;
	if (pc == v->pc) { /* it has not been executed, or goes to itself */
		release(v, CORE(regs.pstate), held);
	} else if (pc - v->text.vectors < VECTORS && !(pc % (VECTORS / 16))) {
		/* it has trapped: the handler's return restores them */
		release(v, CORE(spsr[KVM_SPSR_EL1]), held);
	} else {
		release(v, CORE(regs.pstate), held & ~sets(v->insn));
		if (is_mrs_daif(v->insn) && (v->insn & 31) != ZR)
			release(v, CORE(regs.regs[0]) + 2 * (v->insn & 31),
				held);
	}
}

int vmm_arch_step_over(struct vmm_vcpu *v, struct vmm_exit *e)
{
	(void)v;
	(void)e;
	return 0;
}

int vmm_arch_exit(struct vmm_vcpu *v, struct vmm_exit *e)
{
	const struct kvm_debug_exit_arch *d = &v->run->debug.arch;

	if (v->run->exit_reason != KVM_EXIT_DEBUG ||
	    core_get(v, CORE(regs.pc), &e->debug.pc))
		return 0;
	switch (d->hsr >> EC_SHIFT) {
	case EC_BRK:
		e->debug.why = VMM_DEBUG_SOFTWARE;
		break;
	case EC_STEP:
		e->debug.why = VMM_DEBUG_STEP;
		break;
	case EC_EXECUTE:
		e->debug.why = VMM_DEBUG_EXECUTE;
		break;
	case EC_WATCH:
		e->debug.why = VMM_DEBUG_WATCH;
		e->debug.addr = d->far;
		break;
	default:
		return 0;
	}
	e->why = VMM_EXIT_DEBUG;
	return 1;
}

/* ---- the probe's guest, at EL1 with the MMU off ---- */

static const uint32_t code[] = {
	0xd503201f, /* nop */
	0x1e270000, /* fmov s0, w0 */
	0x1e260001, /* fmov w1, s0 */
	0xb9000041, /* str w1, [x2] */
	0xd4200000, /* brk #0 */
};

const unsigned int vmm_arch_probe_next = 4;
const unsigned int vmm_arch_probe_break = sizeof(code) - 4;

#define PSTATE_EL1H_MASKED 0x3c5
#define SCTLR_OFF 0x30d00800UL /* the bits that are one */
#define CPACR_FPEN (3UL << 20)

int vmm_arch_probe_start(struct vmm_vcpu *v, uint8_t *mem)
{
	struct vmm_state s;
	int rc = vmm_state_get(v, &s, VMM_STATE_SYSTEM);

	memset(mem, 0, VMM_PAGE);
	memcpy(mem, code, sizeof(code));
	memset(s.x, 0, sizeof(s.x));
	s.x[0] = VMM_PROBE_VALUE;
	s.x[2] = VMM_PROBE_GPA + VMM_PROBE_DATA;
	s.pc = VMM_PROBE_GPA;
	s.pstate = PSTATE_EL1H_MASKED;
	s.sp_el0 = s.sp_el1 = 0;
	s.sctlr_el1 = SCTLR_OFF;
	s.cpacr_el1 = CPACR_FPEN;
	if (!rc)
		rc = vmm_state_set(v, &s, VMM_STATE_SYSTEM | VMM_STATE_GENERAL);
	return rc;
}
