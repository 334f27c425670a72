/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What the files of libvmm share, and what each architecture must provide. Only
 * files that include this one see <linux/kvm.h>.
 */
#ifndef __VMM_INTERNAL_H__
#define __VMM_INTERNAL_H__

#include <linux/kvm.h>
#include <signal.h>
#include <sys/types.h>
#include "vmm.h"

#define VMM_MEMORIES_MAX 32
#define VMM_DEVICES_MAX 64

/* Interrupts a CPU that runs; its handler has no effect. */
#define VMM_SIGNAL SIGUSR1

struct vmm_memory {
	uint64_t gpa, len;
	uint8_t *mem; /* NULL: the slot is free */
};

struct vmm_device {
	enum vmm_space space;
	uint64_t start, len;
	vmm_access_fn fn;
	void *ctx;
};

struct vmm_vcpu {
	struct vmm_machine *m;
	unsigned int id;
	int fd;
	struct kvm_run *run;
	pid_t thread; /* that runs it; 0: none */
	int pending;  /* KVM has an access to end */
	int kicked;
	int has_kept; /* an exit that came with a state, of the next run */
	struct vmm_exit kept;
	uint64_t debug_addr[VMM_POINTS_MAX]; /* of the debug registers */
	int step, hold_irq;		     /* as struct vmm_debug has them */
	/* arm64: what a step has masked, and where; the instruction */
	uint64_t held, pc;
	uint32_t insn;
	unsigned int pushf; /* x86_64: bytes of this instruction, or 0 */
	struct {
		uint64_t page; /* its number and 1; 0: not known */
		uint64_t gpa, vectors;
	} text;
};

struct vmm_machine {
	int kvm, fd;
	unsigned int options;
	size_t run_size;
	struct vmm_vcpu *vcpus[VMM_VCPUS_MAX];
	struct vmm_memory memories[VMM_MEMORIES_MAX];
	struct vmm_device devices[VMM_DEVICES_MAX];
	unsigned int n_devices;
	int irqchip; /* a device of KVM, or -1 */
};

/** An ioctl that vmm_step() names. @return its result, or -errno */
int vmm_ioctl(int fd, const char *name, unsigned long request, void *arg);
#define VMM_IOCTL(fd, request, arg) \
	vmm_ioctl(fd, #request, request, (void *)(uintptr_t)(arg))

/** Ends a CPU. */
void vmm_vcpu_destroy(struct vmm_vcpu *v);

/** Sets what vmm_step() returns. @return rc */
int vmm_failed(const char *step, int rc);

/* ---- each architecture ---- */

/** Checks what it needs of KVM. @return 0, -ENOTSUP */
int vmm_arch_check(int kvm);

/** Makes what has to be there before the first CPU. */
int vmm_arch_machine_create(struct vmm_machine *m);

/** Makes what has to be there after the last one. */
int vmm_arch_machine_start(struct vmm_machine *m);

/** Sets up a CPU that KVM has just made. */
int vmm_arch_vcpu_create(struct vmm_vcpu *v);

int vmm_arch_irq(struct vmm_machine *m, unsigned int line, int level);

int vmm_arch_state_get(struct vmm_vcpu *v, struct vmm_state *s,
		       unsigned int mask);
int vmm_arch_state_set(struct vmm_vcpu *v, const struct vmm_state *s,
		       unsigned int mask);

/** Fills in what differs of KVM_SET_GUEST_DEBUG. @return as vmm_debug_set() */
int vmm_arch_debug(const struct vmm_vcpu *v, const struct vmm_debug *d,
		   struct kvm_guest_debug *g);

/** Before and after a run that is a step: what KVM does not do itself. */
void vmm_arch_step_begin(struct vmm_vcpu *v);
void vmm_arch_step_end(struct vmm_vcpu *v);

/** For a step whose access has ended, and KVM has not reported it. @return 1:
 * the step is over, e is filled in; 0: the next KVM_RUN reports it; -errno
 */
int vmm_arch_step_over(struct vmm_vcpu *v, struct vmm_exit *e);

/** Explains KVM_EXIT_DEBUG, and others that only it has. @return 1: did so */
int vmm_arch_exit(struct vmm_vcpu *v, struct vmm_exit *e);

/**
 * The guest of the probe (probe.c): writes it to mem, which is at
 * VMM_PROBE_GPA, and sets the CPU's state. @return 0, -errno
 */
#define VMM_PROBE_GPA 0x40000000UL
#define VMM_PROBE_DATA 0x800	    /* of which it stores four bytes, */
#define VMM_PROBE_VALUE 0x5a17c0deU /* this, by way of a vector register */
int vmm_arch_probe_start(struct vmm_vcpu *v, uint8_t *mem);

/* Offsets of its second instruction and of its breakpoint. */
extern const unsigned int vmm_arch_probe_next, vmm_arch_probe_break;

/** Debug registers for instructions and data. */
void vmm_arch_points(int kvm, unsigned int *n_execute, unsigned int *n_watch);

#endif /* __VMM_INTERNAL_H__ */
