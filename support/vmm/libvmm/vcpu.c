/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * CPUs: their creation and state, and the run until an exit. Each exit of KVM
 * becomes one of enum vmm_exit_why; accesses go to the machine's devices first.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "internal.h"

static int create(struct vmm_vcpu *v)
{
	v->fd = VMM_IOCTL(v->m->fd, KVM_CREATE_VCPU, v->id);
	if (v->fd < 0)
		return v->fd;
	v->run = mmap(NULL, v->m->run_size, PROT_READ | PROT_WRITE, MAP_SHARED,
		      v->fd, 0);
	if (v->run == MAP_FAILED)
		return vmm_failed("mmap of a CPU", -errno);
	return vmm_arch_vcpu_create(v);
}

void vmm_vcpu_destroy(struct vmm_vcpu *v)
{
	if (v->run != MAP_FAILED)
		munmap(v->run, v->m->run_size);
	if (v->fd >= 0)
		close(v->fd);
	free(v);
}

int vmm_vcpu_create(struct vmm_machine *m, unsigned int id,
		    struct vmm_vcpu **out)
{
	struct vmm_vcpu *v;
	int rc;

	if (id >= VMM_VCPUS_MAX || (id && !m->vcpus[id - 1]))
		return vmm_failed("vmm_vcpu_create", -EINVAL);
	if (m->vcpus[id])
		return vmm_failed("vmm_vcpu_create", -EEXIST);
	v = calloc(1, sizeof(*v));
	if (!v)
		return vmm_failed("calloc", -ENOMEM);
	v->m = m;
	v->id = id;
	v->fd = -1;
	v->run = MAP_FAILED;
	rc = create(v);
	if (rc) {
		vmm_vcpu_destroy(v);
		return rc;
	}
	m->vcpus[id] = *out = v;
	return 0;
}

struct vmm_vcpu *vmm_vcpu(const struct vmm_machine *m, unsigned int id)
{
	return id < VMM_VCPUS_MAX ? m->vcpus[id] : NULL;
}

unsigned int vmm_vcpu_id(const struct vmm_vcpu *v)
{
	return v->id;
}

struct vmm_machine *vmm_vcpu_machine(const struct vmm_vcpu *v)
{
	return v->m;
}

/* ---- exits ---- */

static uint64_t ones(unsigned int len)
{
	return len < 8 ? (1UL << 8 * len) - 1 : ~0UL;
}

/* Little-endian, as both architectures are. */
static int access_one(struct vmm_vcpu *v, struct vmm_access *a, void *data,
		      struct vmm_exit *e)
{
	const struct vmm_machine *m = v->m;
	int claimed = 0, stop = 0;

	a->value = 0;
	if (a->write)
		memcpy(&a->value, data, a->len);
	for (unsigned int i = 0; i < m->n_devices && !claimed; i++) {
		const struct vmm_device *d = &m->devices[i];

		claimed = d->space == a->space && a->addr >= d->start &&
			  a->addr - d->start < d->len;
		if (claimed)
			stop = d->fn(d->ctx, a);
	}
	if (!a->write) {
		if (!claimed)
			a->value = ones(a->len);
		memcpy(data, &a->value, a->len);
	}
	if (claimed && !stop)
		return 0;
	e->why = claimed ? VMM_EXIT_STOP : VMM_EXIT_ACCESS;
	e->stop = stop;
	e->access = *a;
	return 1;
}

/* A string instruction has several; the last that is of interest is it. */
static int access_port(struct vmm_vcpu *v, struct vmm_exit *e)
{
	struct kvm_run *r = v->run;
	uint8_t *data = (uint8_t *)r + r->io.data_offset;
	struct vmm_access a = {
		.space = VMM_SPACE_PORT,
		.addr = r->io.port,
		.len = r->io.size,
		.write = r->io.direction == KVM_EXIT_IO_OUT,
	};
	int out = 0;

	for (uint32_t i = 0; i < r->io.count; i++, data += a.len)
		out |= access_one(v, &a, data, e);
	return out;
}

static int access_mmio(struct vmm_vcpu *v, struct vmm_exit *e)
{
	struct kvm_run *r = v->run;
	struct vmm_access a = {
		.space = VMM_SPACE_MMIO,
		.addr = r->mmio.phys_addr,
		.len = r->mmio.len,
		.write = r->mmio.is_write,
	};

	return access_one(v, &a, r->mmio.data, e);
}

static int out_with(struct vmm_exit *e, enum vmm_exit_why why, uint64_t code)
{
	e->why = why;
	e->code = code;
	return 1;
}

static int system_event(const struct kvm_run *r, struct vmm_exit *e)
{
	switch (r->system_event.type) {
	case KVM_SYSTEM_EVENT_SHUTDOWN:
		return out_with(e, VMM_EXIT_POWEROFF, 0);
	case KVM_SYSTEM_EVENT_RESET:
		return out_with(e, VMM_EXIT_RESET, 0);
	default:
		return out_with(e, VMM_EXIT_UNHANDLED, r->exit_reason);
	}
}

/* 1 if the caller has to know. */
static int handle(struct vmm_vcpu *v, struct vmm_exit *e)
{
	struct kvm_run *r = v->run;

	v->pending = 0;
	switch (r->exit_reason) {
	case KVM_EXIT_IO:
		v->pending = 1;
		return access_port(v, e);
	case KVM_EXIT_MMIO:
		v->pending = 1;
		return access_mmio(v, e);
	case KVM_EXIT_HLT:
		return out_with(e, VMM_EXIT_HALT, 0);
	case KVM_EXIT_SHUTDOWN:
		return out_with(e, VMM_EXIT_SHUTDOWN, 0);
	case KVM_EXIT_SYSTEM_EVENT:
		return system_event(r, e);
	case KVM_EXIT_FAIL_ENTRY:
		return out_with(e, VMM_EXIT_FAIL,
				r->fail_entry.hardware_entry_failure_reason);
	case KVM_EXIT_INTERNAL_ERROR:
		return out_with(e, VMM_EXIT_INTERNAL, r->internal.suberror);
	case KVM_EXIT_INTR:
		return out_with(e, VMM_EXIT_KICKED, 0);
	default:
		if (vmm_arch_exit(v, e))
			return 1;
		return out_with(e, VMM_EXIT_UNHANDLED, r->exit_reason);
	}
}

/* KVM_RUN. @return 1: it has been interrupted; 0: an exit; -errno */
static int run(struct vmm_vcpu *v)
{
	if (ioctl(v->fd, KVM_RUN, 0) >= 0)
		return 0;
	if (errno == EINTR || errno == EAGAIN)
		return 1;
	/* With an exit that says why, such as a system event */
	return vmm_failed("KVM_RUN", -errno);
}

/* KVM ends an access in the next KVM_RUN, which here goes no further.
 * @return 1 if that had an exit, e, that the caller of vmm_run() has to know
 */
static int complete(struct vmm_vcpu *v, struct vmm_exit *e)
{
	int rc = 0, out = 0;

	while (v->pending && !rc && !out) {
		v->run->immediate_exit = 1;
		rc = run(v);
		if (rc == 1)
			v->pending = 0;
		else if (!rc)
			out = handle(v, e); /* the access's other half */
	}
	v->run->immediate_exit = 0;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (v->kicked)
		v->run->immediate_exit = 1;
	return rc < 0 ? rc : out;
}

/* A step ends with its access. @return 1: e is the exit; 0: go on; -errno */
static int end_step(struct vmm_vcpu *v, struct vmm_exit *e)
{
	int rc = complete(v, e);

	return rc ? rc : vmm_arch_step_over(v, e);
}

/* @return 1: interrupted; 0: e is the exit; -errno */
static int until_exit(struct vmm_vcpu *v, struct vmm_exit *e)
{
	int rc;

	for (;;) {
		rc = v->step && v->pending ? end_step(v, e) : 0;
		if (rc)
			return rc < 0 ? rc : 0;
		rc = run(v);
		if (rc || handle(v, e))
			return rc;
	}
}

int vmm_run(struct vmm_vcpu *v, struct vmm_exit *e)
{
	sigset_t kick, old;
	int rc;

	if (v->has_kept) {
		v->has_kept = 0;
		*e = v->kept;
		return 0;
	}
	sigemptyset(&kick);
	sigaddset(&kick, VMM_SIGNAL);
	pthread_sigmask(SIG_UNBLOCK, &kick, &old);
	*e = (struct vmm_exit){ .why = VMM_EXIT_KICKED };
	if (!v->step)
		v->text.page = 0;
	else if (!v->pending) /* or the step ends that access */
		vmm_arch_step_begin(v);
	v->thread = (pid_t)syscall(SYS_gettid);
	rc = until_exit(v, e);
	v->thread = 0;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (v->step)
		vmm_arch_step_end(v);
	if (rc == 1) {
		v->kicked = 0;
		v->run->immediate_exit = 0;
		v->pending = 0;
		rc = 0;
	}
	return rc;
}

void vmm_kick(struct vmm_vcpu *v)
{
	pid_t thread;

	v->kicked = 1;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	v->run->immediate_exit = 1;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	thread = v->thread;
	if (thread)
		syscall(SYS_tgkill, getpid(), thread, VMM_SIGNAL);
}

/* ---- state, debugging ---- */

/* @return 0: its state may be used; -errno */
static int prepare(struct vmm_vcpu *v, unsigned int mask)
{
	struct vmm_exit e = { 0 };
	int rc;

	if (mask & ~VMM_STATE_ALL)
		return vmm_failed("mask of a state", -EINVAL);
	rc = complete(v, &e);
	if (rc > 0 && !v->has_kept) {
		v->kept = e;
		v->has_kept = 1;
	}
	return rc < 0 ? rc : 0;
}

int vmm_state_get(struct vmm_vcpu *v, struct vmm_state *s, unsigned int mask)
{
	return prepare(v, mask) ?: vmm_arch_state_get(v, s, mask);
}

int vmm_state_set(struct vmm_vcpu *v, const struct vmm_state *s,
		  unsigned int mask)
{
	return prepare(v, mask) ?: vmm_arch_state_set(v, s, mask);
}

/* 0, or -errno of what is wrong on both architectures. */
static int check_points(const struct vmm_debug *d)
{
	if (d->n_points > VMM_POINTS_MAX)
		return -ENOSPC;
	for (unsigned int i = 0; i < d->n_points; i++)
		if ((unsigned int)d->points[i].type > VMM_POINT_ACCESS)
			return -EINVAL;
	return 0;
}

int vmm_debug_set(struct vmm_vcpu *v, const struct vmm_debug *d)
{
	struct kvm_guest_debug g = { 0 };
	int rc = d->on ? check_points(d) : 0;

	if (d->on && !rc) {
		g.control = KVM_GUESTDBG_ENABLE |
			    (d->step ? KVM_GUESTDBG_SINGLESTEP : 0) |
			    (d->software ? KVM_GUESTDBG_USE_SW_BP : 0);
		rc = vmm_arch_debug(v, d, &g);
	}
	if (rc)
		return vmm_failed("vmm_debug_set", rc);
	v->step = d->on && d->step;
	v->hold_irq = v->step && d->hold_irq;
	for (unsigned int i = 0; d->on && i < d->n_points; i++)
		v->debug_addr[i] = d->points[i].addr;
	return VMM_IOCTL(v->fd, KVM_SET_GUEST_DEBUG, &g);
}

const char *vmm_exit_text(const struct vmm_exit *e)
{
	static const char *const texts[] = {
		[VMM_EXIT_KICKED] = "interrupted",
		[VMM_EXIT_HALT] = "halted without an interrupt controller",
		[VMM_EXIT_ACCESS] = "access to no device",
		[VMM_EXIT_STOP] = "stopped by a device",
		[VMM_EXIT_DEBUG] = "debug event",
		[VMM_EXIT_SHUTDOWN] = "triple fault",
		[VMM_EXIT_POWEROFF] = "power off",
		[VMM_EXIT_RESET] = "reset",
		[VMM_EXIT_FAIL] = "the CPU refuses its state",
		[VMM_EXIT_INTERNAL] = "KVM cannot emulate an instruction",
		[VMM_EXIT_UNHANDLED] = "exit that libvmm does not know",
	};

	return texts[e->why];
}
