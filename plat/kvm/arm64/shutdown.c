/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The ways in which `virt` ends, tried in turn: the register of support/vmm
 * and semihosting, which carry the status; PSCI SYSTEM_OFF. Where one of the
 * last two is missing its instruction is undefined: the handler here steps over
 * it, so that the next one has its turn.
 */
#include <uk/arch/lcpu.h>
#include <uk/event.h>
#include <uk/plat/common.h>
#include <uk/plat/lcpu.h>
#include <uk/trap.h>
#include "kvm_arm64.h"

#define PSCI_SYSTEM_RESET 0x84000009

static int psci_there, psci_smc;

void kvm_psci_conduit(int smc)
{
	psci_there = 1;
	psci_smc = smc;
}

int kvm_psci_there(void)
{
	return psci_there;
}

static volatile __u32 *exit_status;

void kvm_exit_status(__paddr_t at)
{
	exit_status = (volatile __u32 *)at;
}

static int no_answer_outside(void *data)
{
	struct ukarch_trap_ctx *ctx = data;
	__uptr pc = ukarch_regs_pc(ctx->regs);

	if (pc != (__uptr)kvm_call_semihosting && pc != (__uptr)kvm_call_hvc &&
	    pc != (__uptr)kvm_call_smc)
		return UK_EVENT_NOT_HANDLED;
	ukarch_regs_set_pc(ctx->regs, pc + 4);
	return UK_EVENT_HANDLED;
}
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_INVALID_OP, no_answer_outside, 0);

__s64 kvm_psci(__u64 function, __u64 arg1, __u64 arg2, __u64 arg3)
{
	return (__s64)(psci_smc ? kvm_call_smc(function, arg1, arg2, arg3)
				: kvm_call_hvc(function, arg1, arg2, arg3));
}

static void __noreturn psci_end(__u32 function)
{
	(void)kvm_psci(function, 0, 0, 0);
	for (;;)
		ukarch_halt();
}

void __noreturn ukplat_poweroff(int status)
{
	const __u64 exit_args[2] = { KVM_SEMIHOSTING_APPLICATION_EXIT,
				     (__u64)status };

	plat_end();
	if (exit_status)
		*exit_status = (__u32)status;
	kvm_call_semihosting(KVM_SEMIHOSTING_EXIT_EXTENDED, exit_args);
	psci_end(KVM_PSCI_SYSTEM_OFF);
}

void __noreturn ukplat_restart(void)
{
	plat_end();
	psci_end(PSCI_SYSTEM_RESET);
}
