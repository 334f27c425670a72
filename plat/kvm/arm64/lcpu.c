/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Finding CPUs in the device tree (Devicetree Specification 0.4, 3.8) and
 * starting them by PSCI (Arm DEN0022, 5.6).
 */
#include <errno.h>
#include <libfdt.h>
#include <string.h>
#include <uk/arch/lcpu.h>
#include <uk/fdt.h>
#include <uk/plat/common.h>
#include "kvm_arm64.h"

#define PSCI_CPU_ON 0xc4000003
#define MPIDR_AFFINITY 0xff00ffffffUL

__u64 kvm_lcpu_root;

void kvm_lcpu_find(const void *dtb)
{
	int cpus = fdt_path_offset(dtb, "/cpus"), node;

	plat_lcpu_add(UKARCH_SYSREG_READ(mpidr_el1) & MPIDR_AFFINITY);
	if (cpus < 0)
		return;
	fdt_for_each_subnode(node, dtb, cpus)
	{
		const char *type =
			fdt_getprop(dtb, node, "device_type", __NULL);
		const fdt32_t *reg;
		int len;

		reg = fdt_getprop(dtb, node, "reg", &len);
		if (type && !strcmp(type, "cpu") && reg && len >= 4 &&
		    uk_fdt_enabled(dtb, node))
			plat_lcpu_add(len >= 8 ? (__u64)fdt32_ld(reg) << 32 |
							 fdt32_ld(reg + 1)
					       : fdt32_ld(reg));
	}
}

int plat_lcpu_start(const __u32 cpus[], unsigned int count)
{
	if (!kvm_psci_there())
		return -ENOTSUP;
	kvm_lcpu_root = UKARCH_SYSREG_READ(ttbr0_el1);
	/* They read it, and their stacks' places, past the caches. */
	__asm__ __volatile__("dc civac, %0" : : "r"(&kvm_lcpu_root) : "memory");
	for (unsigned int i = 0; i < count; i++)
		__asm__ __volatile__("dc civac, %0"
				     :
				     : "r"(&plat_lcpu_sp[cpus[i]])
				     : "memory");
	__asm__ __volatile__("dsb sy" : : : "memory");
	for (unsigned int i = 0; i < count; i++)
		(void)kvm_psci(PSCI_CPU_ON, plat_lcpu_hwid[cpus[i]],
			       (__u64)kvm_lcpu_start, cpus[i]);
	return 0;
}
