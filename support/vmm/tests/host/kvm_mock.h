/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A mock of /dev/kvm, below libvmm: it counts what is open, fails where a test
 * says, and gives the exits that a test has prepared.
 */
#ifndef __KVM_MOCK_H__
#define __KVM_MOCK_H__

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "../../libvmm/internal.h"

#define RUN ((struct kvm_run *)run_page)

extern int files, mappings; /* that are open */
extern int fail_at;	    /* this call of KVM's fails, from 1 on; 0: none */
extern _Alignas(4096) uint8_t run_page[2][4096];

/** Exits that KVM_RUN gives, in turn. */
extern void (*exits[8])(void);
extern unsigned int next_exit;
/** The end of an access has this exit. */
extern void (*complete_with)(void);
/** Is kicked while KVM_RUN. */
extern struct vmm_vcpu *kick_now;

extern struct kvm_guest_debug debug; /* as set last */
extern struct kvm_regs regs;	     /* of each CPU */
extern struct kvm_sregs sregs;	     /* likewise: no paging */

/** As before the first call. */
void reset(void);
/** After reset(), one with a CPU. */
struct vmm_vcpu *machine(struct vmm_machine **m);
/** 1 if this thread has the signal of vmm_kick() blocked. */
int kick_is_blocked(void);

#endif /* __KVM_MOCK_H__ */
