/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Machines: their files of KVM, memory and devices. A machine is one object;
 * what its creation made before it failed, its destruction takes back.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "internal.h"

#define KVM_VERSION 12 /* the only one since Linux 2.6.22 */

static _Thread_local const char *step = "";

const char *vmm_step(void)
{
	return step;
}

int vmm_failed(const char *what, int rc)
{
	step = what;
	return rc;
}

int vmm_ioctl(int fd, const char *name, unsigned long request, void *arg)
{
	int rc = ioctl(fd, request, arg);

	return rc < 0 ? vmm_failed(name, -errno) : rc;
}

static void no_effect(int number)
{
	(void)number;
}

/* Without SA_RESTART: a device that waits in a call shall look again, too. */
static int signal_prepare(void)
{
	struct sigaction a = { .sa_handler = no_effect };
	struct sigaction old;

	if (sigaction(VMM_SIGNAL, NULL, &old))
		return -errno;
	if (old.sa_handler != SIG_DFL && old.sa_handler != SIG_IGN)
		return 0;
	return sigaction(VMM_SIGNAL, &a, NULL) ? -errno : 0;
}

static int create(struct vmm_machine *m)
{
	int rc;

	m->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (m->kvm < 0)
		return vmm_failed("open /dev/kvm", -errno);
	rc = VMM_IOCTL(m->kvm, KVM_GET_API_VERSION, 0);
	if (rc != KVM_VERSION)
		return vmm_failed("KVM_GET_API_VERSION", -ENOTSUP);
	if (VMM_IOCTL(m->kvm, KVM_CHECK_EXTENSION, KVM_CAP_USER_MEMORY) <= 0 ||
	    VMM_IOCTL(m->kvm, KVM_CHECK_EXTENSION, KVM_CAP_IMMEDIATE_EXIT) <= 0)
		return vmm_failed("KVM_CHECK_EXTENSION", -ENOTSUP);
	rc = vmm_arch_check(m->kvm);
	if (rc)
		return rc;
	rc = VMM_IOCTL(m->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (rc < 0)
		return rc;
	m->run_size = (size_t)rc;
	m->fd = VMM_IOCTL(m->kvm, KVM_CREATE_VM, 0);
	if (m->fd < 0)
		return m->fd;
	rc = signal_prepare();
	return rc ? vmm_failed("sigaction", rc) : vmm_arch_machine_create(m);
}

int vmm_machine_create(struct vmm_machine **out, unsigned int options)
{
	struct vmm_machine *m;
	int rc;

	if (options & ~VMM_IRQCHIP)
		return vmm_failed("vmm_machine_create", -EINVAL);
	m = calloc(1, sizeof(*m));
	if (!m)
		return vmm_failed("calloc", -ENOMEM);
	m->kvm = m->fd = m->irqchip = -1;
	m->options = options;
	rc = create(m);
	if (rc) {
		vmm_machine_destroy(m);
		return rc;
	}
	*out = m;
	return 0;
}

int vmm_machine_start(struct vmm_machine *m)
{
	return vmm_arch_machine_start(m);
}

void vmm_machine_destroy(struct vmm_machine *m)
{
	if (!m)
		return;
	for (unsigned int i = 0; i < VMM_VCPUS_MAX; i++)
		if (m->vcpus[i])
			vmm_vcpu_destroy(m->vcpus[i]);
	if (m->irqchip >= 0)
		close(m->irqchip);
	if (m->fd >= 0)
		close(m->fd);
	if (m->kvm >= 0)
		close(m->kvm);
	free(m);
}

/* ---- memory ---- */

/* Neither is empty; each may end where the address space does. */
static int overlap(uint64_t a, uint64_t a_len, uint64_t b, uint64_t b_len)
{
	return a <= b + (b_len - 1) && b <= a + (a_len - 1);
}

static int slot_set(struct vmm_machine *m, unsigned int slot,
		    unsigned int flags, uint64_t gpa, size_t len, void *mem)
{
	struct kvm_userspace_memory_region r = {
		.slot = slot,
		.flags = flags,
		.guest_phys_addr = gpa,
		.memory_size = len,
		.userspace_addr = (uintptr_t)mem,
	};

	return VMM_IOCTL(m->fd, KVM_SET_USER_MEMORY_REGION, &r);
}

int vmm_memory_map(struct vmm_machine *m, uint64_t gpa, void *mem, size_t len,
		   unsigned int prot)
{
	unsigned int i, slot = VMM_MEMORIES_MAX;
	int rc;

	if (!mem || !len || (gpa | (uintptr_t)mem | len) % VMM_PAGE ||
	    gpa + (len - 1) < gpa || (prot & 5) != 5 || prot > 7)
		return vmm_failed("vmm_memory_map", -EINVAL);
	for (i = 0; i < VMM_MEMORIES_MAX; i++) {
		struct vmm_memory *s = &m->memories[i];

		if (!s->mem && slot == VMM_MEMORIES_MAX)
			slot = i;
		else if (s->mem && overlap(gpa, len, s->gpa, s->len))
			return vmm_failed("vmm_memory_map", -EEXIST);
	}
	if (slot == VMM_MEMORIES_MAX)
		return vmm_failed("vmm_memory_map", -ENOSPC);
	rc = slot_set(m, slot, prot & VMM_PROT_WRITE ? 0 : KVM_MEM_READONLY,
		      gpa, len, mem);
	if (!rc)
		m->memories[slot] = (struct vmm_memory){ gpa, len, mem };
	return rc;
}

int vmm_memory_unmap(struct vmm_machine *m, uint64_t gpa)
{
	for (unsigned int i = 0; i < VMM_MEMORIES_MAX; i++) {
		struct vmm_memory *s = &m->memories[i];
		int rc;

		if (!s->mem || s->gpa != gpa)
			continue;
		rc = slot_set(m, i, 0, gpa, 0, NULL);
		if (!rc)
			s->mem = NULL;
		return rc;
	}
	return vmm_failed("vmm_memory_unmap", -ENOENT);
}

void *vmm_memory_at(const struct vmm_machine *m, uint64_t gpa, size_t len)
{
	for (unsigned int i = 0; i < VMM_MEMORIES_MAX; i++) {
		const struct vmm_memory *s = &m->memories[i];
		uint64_t at = gpa - s->gpa;

		if (s->mem && gpa >= s->gpa && at < s->len &&
		    len <= s->len - at)
			return s->mem + at;
	}
	return NULL;
}

/* ---- devices ---- */

int vmm_device_add(struct vmm_machine *m, enum vmm_space space, uint64_t start,
		   uint64_t len, vmm_access_fn fn, void *ctx)
{
	if (!len || start + (len - 1) < start || !fn ||
	    (unsigned int)space > VMM_SPACE_MMIO ||
	    (space == VMM_SPACE_PORT && start + (len - 1) > UINT16_MAX))
		return vmm_failed("vmm_device_add", -EINVAL);
	for (unsigned int i = 0; i < m->n_devices; i++)
		if (m->devices[i].space == space &&
		    overlap(start, len, m->devices[i].start, m->devices[i].len))
			return vmm_failed("vmm_device_add", -EEXIST);
	if (m->n_devices == VMM_DEVICES_MAX)
		return vmm_failed("vmm_device_add", -ENOSPC);
	m->devices[m->n_devices++] =
		(struct vmm_device){ space, start, len, fn, ctx };
	return 0;
}

int vmm_irq(struct vmm_machine *m, unsigned int line, int level)
{
	if (!(m->options & VMM_IRQCHIP))
		return vmm_failed("vmm_irq", -ENXIO);
	return vmm_arch_irq(m, line, level);
}
