/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Set-up of machines and CPUs: local APIC, I/O APIC, i8259 and i8254 in the
 * kernel, or none; CPUID as KVM has it, with the rates of TSC and APIC timer in
 * the leaf in which hypervisors give them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "../../internal.h"

/* Three pages for KVM on Intel's CPUs, in the hole below 4 GiB. */
#define TSS_ADDR 0xfffbd000UL
#define IDENTITY_MAP_ADDR 0xfffbc000UL

int vmm_arch_check(int kvm)
{
	static const int needed[] = { KVM_CAP_XSAVE, KVM_CAP_DEBUGREGS,
				      KVM_CAP_SET_GUEST_DEBUG };

	for (unsigned int i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (VMM_IOCTL(kvm, KVM_CHECK_EXTENSION, needed[i]) <= 0)
			return vmm_failed("KVM_CHECK_EXTENSION", -ENOTSUP);
	return 0;
}

int vmm_arch_machine_create(struct vmm_machine *m)
{
	uint64_t map = IDENTITY_MAP_ADDR;
	/* Port 0x61, which starts the third counter, is the kernel's, too. */
	struct kvm_pit_config pit = { .flags = KVM_PIT_SPEAKER_DUMMY };
	int rc = VMM_IOCTL(m->fd, KVM_SET_IDENTITY_MAP_ADDR, &map);

	if (!rc)
		rc = VMM_IOCTL(m->fd, KVM_SET_TSS_ADDR, TSS_ADDR);
	if (rc || !(m->options & VMM_IRQCHIP))
		return rc;
	rc = VMM_IOCTL(m->fd, KVM_CREATE_IRQCHIP, 0);
	return rc ? rc : VMM_IOCTL(m->fd, KVM_CREATE_PIT2, &pit);
}

int vmm_arch_machine_start(struct vmm_machine *m)
{
	(void)m;
	return 0;
}

int vmm_arch_irq(struct vmm_machine *m, unsigned int line, int level)
{
	struct kvm_irq_level l = { .irq = line, .level = level != 0 };

	if (line >= 24)
		return vmm_failed("vmm_irq", -EINVAL);
	return VMM_IOCTL(m->fd, KVM_IRQ_LINE, &l);
}

/* ---- CPUID ---- */

#define CPUID_ENTRIES 256
#define CPUID_1_ECX_HYPERVISOR (1U << 31)
#define CPUID_HYPERVISOR 0x40000000U
#define CPUID_HYPERVISOR_HZ \
	0x40000010U	  /* kHz of the TSC and of the APIC timer */
#define APIC_KHZ 1000000U /* KVM's APIC timer counts ns */

static void cpuid_edit(struct vmm_vcpu *v, struct kvm_cpuid2 *c)
{
	int khz = VMM_IOCTL(v->fd, KVM_GET_TSC_KHZ, 0);

	for (uint32_t i = 0; i < c->nent; i++) {
		struct kvm_cpuid_entry2 *e = &c->entries[i];

		if (e->function == 1) {
			e->ebx = (e->ebx & 0xffffff) | v->id << 24;
			e->ecx |= CPUID_1_ECX_HYPERVISOR;
		} else if (e->function == 0xb)
			e->edx = v->id;
		else if (e->function == CPUID_HYPERVISOR && khz > 0)
			e->eax = CPUID_HYPERVISOR_HZ;
	}
	if (khz > 0 && c->nent < CPUID_ENTRIES)
		c->entries[c->nent++] = (struct kvm_cpuid_entry2){
			.function = CPUID_HYPERVISOR_HZ,
			.eax = (uint32_t)khz,
			.ebx = APIC_KHZ,
		};
}

int vmm_arch_vcpu_create(struct vmm_vcpu *v)
{
	struct kvm_cpuid2 *c =
		calloc(1, sizeof(*c) + CPUID_ENTRIES * sizeof(c->entries[0]));
	int rc;

	if (!c)
		return vmm_failed("calloc", -ENOMEM);
	c->nent = CPUID_ENTRIES;
	rc = VMM_IOCTL(v->m->kvm, KVM_GET_SUPPORTED_CPUID, c);
	if (!rc) {
		cpuid_edit(v, c);
		rc = VMM_IOCTL(v->fd, KVM_SET_CPUID2, c);
	}
	free(c);
	return rc;
}
