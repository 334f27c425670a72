/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The machine's CPUs, and the first steps of each but the one that boots.
 */
#include <uk/arch/trap.h>
#include <uk/percpu.h>
#include <uk/plat/common.h>

#define CPUS CONFIG_UKPLAT_LCPU_MAXCOUNT
#define STACK_SIZE 16384UL

UK_STACK_DEFINE_PERCPU(plat_lcpu_stack, "idle", STACK_SIZE);

__u64 plat_lcpu_hwid[CPUS];
unsigned int plat_lcpu_found;
char *plat_lcpu_sp[CPUS];
void (*plat_lcpu_entry)(void);
volatile __u8 plat_lcpu_up[CPUS];

void plat_lcpu_add(__u64 hwid)
{
	unsigned int cpu = plat_lcpu_found;

	if (cpu && hwid == plat_lcpu_hwid[0])
		return;
	if (cpu < CPUS) {
		plat_lcpu_hwid[cpu] = hwid;
		plat_lcpu_sp[cpu] =
			plat_lcpu_stack[cpu] + sizeof(plat_lcpu_stack[0]);
	}
	plat_lcpu_found++;
}

void __noreturn plat_lcpu_main(unsigned int cpu)
{
	uk_percpu_init(cpu);
	ukarch_trap_init();
	plat_lcpu_up[cpu] = 1;
	plat_lcpu_entry();
	__builtin_unreachable();
}
