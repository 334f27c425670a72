/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * libvmm: virtual machines of Linux' KVM, as a library. A machine has memory
 * that its caller owns, and virtual CPUs; a call runs one CPU until something
 * happens that the caller has to know. Nothing is emulated but what the caller
 * registers: KVM decodes accesses to ports and devices (doc/adr/0015).
 *
 * A process may have any number of machines. All functions may be called from
 * any thread. CPUs of a machine run together, each in a thread of its own; for
 * a CPU that runs, only vmm_kick() may be called. Beside them vmm_irq() may be;
 * of the others one at a time for each machine, and those that change memory or
 * devices while none runs.
 *
 * Functions return 0 or a count, or a negative errno. vmm_step() names the
 * operation that failed, but of walks, whose errors are the guest's. After a
 * failed vmm_machine_create() or vmm_vcpu_create() nothing remains, but that
 * KVM may have taken the CPU's id until the machine's end.
 */
#ifndef __VMM_H__
#define __VMM_H__

#include <stddef.h>
#include <stdint.h>
#include <vmm_state.h>

struct vmm_machine;
struct vmm_vcpu;

#define VMM_VCPUS_MAX 64
#define VMM_PAGE 4096UL

/** The operation that failed last in this thread: "KVM_CREATE_VM", …; or "" */
const char *vmm_step(void);

/* ---- machine ---- */

/* Options of a machine. */
#define VMM_IRQCHIP 0x1u /* interrupt controllers and timers, in the kernel */

/**
 * Makes a machine without memory and CPUs.
 *
 * @param options VMM_*
 * @return 0; -EINVAL: options; -ENOENT, -EACCES: /dev/kvm; -ENOTSUP: another
 *   version of KVM, or one that lacks what this library needs; -ENOMEM, -EMFILE
 */
int vmm_machine_create(struct vmm_machine **m, unsigned int options);

/**
 * Ends the set-up: its CPUs have been created, none has run. With VMM_IRQCHIP
 * it is needed.
 *
 * @return 0; -errno: KVM refuses the interrupt controller
 */
int vmm_machine_start(struct vmm_machine *m);

/** Ends it, and its CPUs. The memory is the caller's. NULL: no effect. */
void vmm_machine_destroy(struct vmm_machine *m);

/* Rights of the guest. */
#define VMM_PROT_READ 0x1u
#define VMM_PROT_WRITE 0x2u
#define VMM_PROT_EXEC 0x4u

/**
 * Gives the guest the caller's memory, which must stay until it is unmapped.
 *
 * @param gpa, mem, len multiples of VMM_PAGE; len > 0
 * @param prot READ | WRITE | EXEC, or READ | EXEC: writes are accesses to a
 *   device there
 * @return 0; -EINVAL: alignment, rights; -EEXIST: it overlaps another one;
 *   -ENOSPC: too many
 */
int vmm_memory_map(struct vmm_machine *m, uint64_t gpa, void *mem, size_t len,
		   unsigned int prot);

/** @return 0; -ENOENT: no such mapping begins there */
int vmm_memory_unmap(struct vmm_machine *m, uint64_t gpa);

/** The caller's address of guest memory, or NULL if not all len are mapped. */
void *vmm_memory_at(const struct vmm_machine *m, uint64_t gpa, size_t len);

/* ---- accesses to ports and devices ---- */

enum vmm_space {
	VMM_SPACE_PORT, /* x86_64 only */
	VMM_SPACE_MMIO,
};

struct vmm_access {
	enum vmm_space space;
	uint64_t addr;
	unsigned int len; /* 1, 2, 4, 8 */
	int write;
	uint64_t value; /* written, or to be read: zero-extended */
};

/**
 * Handles an access; called by vmm_run(), in its thread.
 *
 * @return 0: the CPU goes on; anything else: vmm_run() returns with
 *   VMM_EXIT_STOP and this value
 */
typedef int (*vmm_access_fn)(void *ctx, struct vmm_access *a);

/**
 * Registers the function for addresses [start, start + len).
 *
 * @return 0; -EEXIST: it overlaps another one; -EINVAL; -ENOSPC
 */
int vmm_device_add(struct vmm_machine *m, enum vmm_space space, uint64_t start,
		   uint64_t len, vmm_access_fn fn, void *ctx);

/**
 * Sets an input of the interrupt controller. x86_64: GSI; arm64: SPI from 0.
 *
 * @return 0; -ENXIO: the machine has no controller; -EINVAL: no such line
 */
int vmm_irq(struct vmm_machine *m, unsigned int line, int level);

/* ---- CPUs ---- */

/**
 * Makes CPU `id` in the state of a reset. CPU 0 runs at once; on x86_64 with
 * VMM_IRQCHIP the others wait for a startup IPI, on arm64 for PSCI.
 *
 * @param id from 0, without holes
 * @return 0; -EEXIST, -EINVAL: id; -ENOMEM
 */
int vmm_vcpu_create(struct vmm_machine *m, unsigned int id,
		    struct vmm_vcpu **v);

/** The machine's CPU, or NULL. */
struct vmm_vcpu *vmm_vcpu(const struct vmm_machine *m, unsigned int id);

unsigned int vmm_vcpu_id(const struct vmm_vcpu *v);
struct vmm_machine *vmm_vcpu_machine(const struct vmm_vcpu *v);

/**
 * Reads or writes the parts of the state that `mask` names, VMM_STATE_* of
 * vmm_state.h. An access to a device that has not ended does so before; its
 * first exit is that of the next vmm_run().
 *
 * @return 0; -EINVAL: mask; the CPU refuses a value
 */
int vmm_state_get(struct vmm_vcpu *v, struct vmm_state *s, unsigned int mask);
int vmm_state_set(struct vmm_vcpu *v, const struct vmm_state *s,
		  unsigned int mask);

/* ---- running ---- */

enum vmm_exit_why {
	VMM_EXIT_KICKED,    /* vmm_kick(), or a signal */
	VMM_EXIT_HALT,	    /* no interrupt controller: it waits for one */
	VMM_EXIT_ACCESS,    /* no device is there: access; reads get ones */
	VMM_EXIT_STOP,	    /* a device asked for it: stop, access */
	VMM_EXIT_DEBUG,	    /* debug */
	VMM_EXIT_SHUTDOWN,  /* triple fault */
	VMM_EXIT_POWEROFF,  /* by the firmware's interface */
	VMM_EXIT_RESET,	    /* the same */
	VMM_EXIT_FAIL,	    /* the CPU refuses the state: code */
	VMM_EXIT_INTERNAL,  /* KVM cannot go on: code, its suberror */
	VMM_EXIT_UNHANDLED, /* one that this library does not know: code */
};

enum vmm_debug_why {
	VMM_DEBUG_STEP,
	VMM_DEBUG_SOFTWARE, /* a breakpoint instruction, at pc */
	VMM_DEBUG_EXECUTE,  /* a debug register: before the instruction */
	VMM_DEBUG_WATCH,    /* one for data */
};

struct vmm_exit {
	enum vmm_exit_why why;
	int stop;
	uint64_t code;
	struct vmm_access access;
	struct {
		enum vmm_debug_why why;
		uint64_t pc;
		uint64_t addr;	/* of WATCH: what the debug register has, or
				 * what was accessed
				 */
		int also_watch; /* STEP or EXECUTE: at the same time */
	} debug;
};

/**
 * Runs a CPU in this thread until something happens that no device handles.
 *
 * @return 0; -errno if KVM refuses to run it
 */
int vmm_run(struct vmm_vcpu *v, struct vmm_exit *e);

/**
 * Makes vmm_run() of a CPU return VMM_EXIT_KICKED soon, or at its next call, by
 * SIGUSR1, which vmm_run() unblocks while it runs. vmm_machine_create() gives
 * it a handler that does nothing, unless the program has its own.
 *
 * Contexts: any thread, a signal handler.
 */
void vmm_kick(struct vmm_vcpu *v);

/** What an exit is called, for messages: "triple fault", … */
const char *vmm_exit_text(const struct vmm_exit *e);

/* ---- debugging ---- */

#define VMM_POINTS_MAX 16

enum vmm_point_type {
	VMM_POINT_EXECUTE, /* again until a step without it */
	VMM_POINT_WRITE,
	VMM_POINT_READ,
	VMM_POINT_ACCESS,
};

struct vmm_point {
	enum vmm_point_type type;
	uint64_t addr;
	unsigned int len;
};

/* What stops a CPU with VMM_EXIT_DEBUG. */
struct vmm_debug {
	int on;	      /* 0: nothing does, and the guest has its registers */
	int step;     /* after one instruction */
	int hold_irq; /* no interrupt before it; x86_64: where KVM can */
	int software; /* breakpoint instructions: not the guest's, then */
	unsigned int n_points;
	struct vmm_point points[VMM_POINTS_MAX];
};

/**
 * Sets it, for the next vmm_run().
 *
 * @return 0; -ENOSPC: more points than debug registers; -EINVAL: no type,
 *   alignment or length; -ENOTSUP: a type that the CPU has not
 */
int vmm_debug_set(struct vmm_vcpu *v, const struct vmm_debug *d);

/* What KVM on this host can do, found by running a guest. */
struct vmm_probe {
	int works;    /* a guest of some instructions runs */
	int vector;   /* SSE, Advanced SIMD */
	int software; /* breakpoint instructions exit */
	int execute;  /* debug registers for instructions do */
	int watch;    /* those for data do */
	int step;
	unsigned int n_execute, n_watch; /* registers */
};

/** @return 0; as vmm_machine_create() */
int vmm_probe(struct vmm_probe *p);

/* ---- virtual addresses ---- */

/* An entry of a page table that a walk has read. */
struct vmm_walk_entry {
	uint64_t at; /* its guest-physical address */
	uint64_t value;
};

struct vmm_walk {
	uint64_t gpa;
	uint64_t size;	   /* of the page; 0: there is none */
	uint64_t hole;	   /* then: aligned bytes around it without one */
	unsigned int prot; /* of the kernel: VMM_PROT_* */
	int user;	   /* unprivileged code may access it, too */
	unsigned int n;	   /* entries, from the root */
	struct vmm_walk_entry entries[5];
};

/**
 * Walks the page tables by which the CPU translates an address.
 *
 * @param s its state; VMM_STATE_SYSTEM is needed
 * @return 0; -EFAULT: not mapped, w->entries has the way; -EINVAL: not an
 *   address; -EIO: a table is not in memory
 */
int vmm_walk(const struct vmm_machine *m, const struct vmm_state *s,
	     uint64_t gva, struct vmm_walk *w);

/**
 * Copies memory by virtual address, whatever the rights of its pages.
 *
 * @return bytes up to the first one that is not mapped, 0 to len
 */
size_t vmm_read(const struct vmm_machine *m, const struct vmm_state *s,
		uint64_t gva, void *buf, size_t len);
size_t vmm_write(const struct vmm_machine *m, const struct vmm_state *s,
		 uint64_t gva, const void *buf, size_t len);

#endif /* __VMM_H__ */
