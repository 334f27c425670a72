/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* The state of a CPU, register by register: KVM_GET_ONE_REG. */
#include <string.h>
#include "../../internal.h"

#define CORE(field, size)                                         \
	(KVM_REG_ARM64 | KVM_REG_ARM_CORE | KVM_REG_SIZE_##size | \
	 offsetof(struct kvm_regs, field) / sizeof(uint32_t))

struct reg {
	uint64_t id;
	size_t at; /* in struct vmm_state */
	int writable;
};

#define AT(member) offsetof(struct vmm_state, member)

static const struct reg general[] = {
	{ CORE(regs.sp, U64), AT(sp_el0), 1 },
	{ CORE(sp_el1, U64), AT(sp_el1), 1 },
	{ CORE(regs.pc, U64), AT(pc), 1 },
	{ CORE(regs.pstate, U64), AT(pstate), 1 },
};

static const struct reg system_regs[] = {
#define X(name, op0, op1, crn, crm, op2, writable) \
	{ ARM64_SYS_REG(op0, op1, crn, crm, op2), AT(name), writable },
	VMM_SYSTEM_REGISTERS(X)
#undef X
};

static const struct reg vector[] = {
	{ CORE(fp_regs.fpsr, U32), AT(fpsr), 1 },
	{ CORE(fp_regs.fpcr, U32), AT(fpcr), 1 },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int one(struct vmm_vcpu *v, int set, uint64_t id, const void *at)
{
	struct kvm_one_reg r = { .id = id, .addr = (uintptr_t)at };

	return set ? VMM_IOCTL(v->fd, KVM_SET_ONE_REG, &r)
		   : VMM_IOCTL(v->fd, KVM_GET_ONE_REG, &r);
}

static int some(struct vmm_vcpu *v, int set, const struct reg *regs,
		size_t count, const struct vmm_state *s)
{
	int rc = 0;

	for (size_t i = 0; i < count && !rc; i++)
		if (!set || regs[i].writable)
			rc = one(v, set, regs[i].id,
				 (const char *)s + regs[i].at);
	return rc;
}

/* `count` registers of `words` words of 32 bits, one after the other. */
static int row(struct vmm_vcpu *v, int set, uint64_t first, unsigned int count,
	       unsigned int words, const void *at)
{
	int rc = 0;

	for (unsigned int i = 0; i < count && !rc; i++)
		rc = one(v, set, first + i * words,
			 (const char *)at + i * words * sizeof(uint32_t));
	return rc;
}

/* Writes to *s only if it reads registers. */
static int transfer(struct vmm_vcpu *v, int set, const struct vmm_state *s,
		    unsigned int mask)
{
	int rc = 0;

	if (mask & VMM_STATE_GENERAL) {
		rc = row(v, set, CORE(regs.regs[0], U64), 31, 2, s->x);
		if (!rc)
			rc = some(v, set, general, COUNT(general), s);
	}
	if (!rc && (mask & VMM_STATE_SYSTEM))
		rc = some(v, set, system_regs, COUNT(system_regs), s);
	if (!rc && (mask & VMM_STATE_VECTOR)) {
		rc = row(v, set, CORE(fp_regs.vregs[0], U128), 32, 4, s->v);
		if (!rc)
			rc = some(v, set, vector, COUNT(vector), s);
	}
	return rc;
}

int vmm_arch_state_get(struct vmm_vcpu *v, struct vmm_state *s,
		       unsigned int mask)
{
	return transfer(v, 0, s, mask);
}

int vmm_arch_state_set(struct vmm_vcpu *v, const struct vmm_state *s,
		       unsigned int mask)
{
	return transfer(v, 1, s, mask);
}
