/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Set-up of machines and CPUs: a GICv3 in the kernel at the addresses of
 * QEMU's `virt`, or none; PSCI 0.2 by the kernel.
 */
#include <errno.h>
#include "../../internal.h"

#define GIC_DISTRIBUTOR 0x08000000UL
#define GIC_REDISTRIBUTOR 0x080a0000UL
#define GIC_LINES 256
#define SPI_FIRST 32

int vmm_arch_check(int kvm)
{
	static const int needed[] = { KVM_CAP_ONE_REG, KVM_CAP_ARM_PSCI_0_2,
				      KVM_CAP_SET_GUEST_DEBUG };

	for (unsigned int i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (VMM_IOCTL(kvm, KVM_CHECK_EXTENSION, needed[i]) <= 0)
			return vmm_failed("KVM_CHECK_EXTENSION", -ENOTSUP);
	return 0;
}

static int gic_set(struct vmm_machine *m, uint32_t group, uint64_t attr,
		   void *value)
{
	struct kvm_device_attr a = {
		.group = group,
		.attr = attr,
		.addr = (uintptr_t)value,
	};

	return VMM_IOCTL(m->irqchip, KVM_SET_DEVICE_ATTR, &a);
}

int vmm_arch_machine_create(struct vmm_machine *m)
{
	struct kvm_create_device gic = { .type = KVM_DEV_TYPE_ARM_VGIC_V3 };
	/* An access that KVM cannot decode is an exit, not an error. */
	struct kvm_enable_cap nisv = { .cap = KVM_CAP_ARM_NISV_TO_USER };
	int rc;

	(void)VMM_IOCTL(m->fd, KVM_ENABLE_CAP, &nisv);
	if (!(m->options & VMM_IRQCHIP))
		return 0;
	rc = VMM_IOCTL(m->fd, KVM_CREATE_DEVICE, &gic);
	if (!rc)
		m->irqchip = (int)gic.fd;
	return rc;
}

int vmm_arch_machine_start(struct vmm_machine *m)
{
	uint64_t distributor = GIC_DISTRIBUTOR, first = GIC_REDISTRIBUTOR;
	uint32_t lines = GIC_LINES;
	int rc;

	if (m->irqchip < 0)
		return 0;
	rc = gic_set(m, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &lines);
	if (!rc)
		rc = gic_set(m, KVM_DEV_ARM_VGIC_GRP_ADDR,
			     KVM_VGIC_V3_ADDR_TYPE_DIST, &distributor);
	if (!rc)
		rc = gic_set(m, KVM_DEV_ARM_VGIC_GRP_ADDR,
			     KVM_VGIC_V3_ADDR_TYPE_REDIST, &first);
	return rc ? rc
		  : gic_set(m, KVM_DEV_ARM_VGIC_GRP_CTRL,
			    KVM_DEV_ARM_VGIC_CTRL_INIT, NULL);
}

int vmm_arch_irq(struct vmm_machine *m, unsigned int line, int level)
{
	struct kvm_irq_level l = {
		.irq = KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT |
		       (line + SPI_FIRST),
		.level = level != 0,
	};

	if (line >= GIC_LINES - SPI_FIRST)
		return vmm_failed("vmm_irq", -EINVAL);
	return VMM_IOCTL(m->fd, KVM_IRQ_LINE, &l);
}

/* The state of a reset; further CPUs are off, until PSCI starts them. */
int vmm_arch_vcpu_create(struct vmm_vcpu *v)
{
	struct kvm_vcpu_init init;
	int rc = VMM_IOCTL(v->m->fd, KVM_ARM_PREFERRED_TARGET, &init);

	if (rc)
		return rc;
	init.features[0] |= 1U << KVM_ARM_VCPU_PSCI_0_2;
	if (v->id)
		init.features[0] |= 1U << KVM_ARM_VCPU_POWER_OFF;
	return VMM_IOCTL(v->fd, KVM_ARM_VCPU_INIT, &init);
}
