/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* The devices that both architectures have, at the places that each names. */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "console.h"
#include "hypercall_host.h"
#include "uart.h"
#include "vm.h"

static int serial(void *ctx, struct vmm_access *a)
{
	struct vm *vm = ctx;
	unsigned int offset = (unsigned int)(a->addr - arch_serial.base);
	uint64_t one = 1;
	int full;

	pthread_mutex_lock(&vm->device_lock);
	if (a->write)
		uart_write(vm->console, offset, (uint32_t)a->value);
	else
		a->value = uart_read(vm->console, offset);
	/* The main thread waits for stdout. */
	if (a->write && vm->console->n_out &&
	    write(vm->event, &one, sizeof(one)) < 0)
		complain("eventfd: %s", strerror(errno));
	full = a->write && uart_is_full(vm->console);
	pthread_mutex_unlock(&vm->device_lock);
	return full ? STOP_FULL : 0;
}

static void serial_irq(void *ctx, int level)
{
	vmm_irq(((struct vm *)ctx)->m, arch_serial.line, level);
}

static int add_serial(struct vm *vm)
{
	static struct uart uart = { .irq = serial_irq };

	uart.ctx = vm;
	vm->console = &uart;
	return vmm_device_add(vm->m, arch_serial.space, arch_serial.base,
			      arch_serial.len, serial, vm);
}

static int add_console(struct vm *vm, unsigned int i)
{
	struct console *c = &vm->consoles[i];

	c->wake = vm->event;
	c->v.m = vm->m;
	c->v.lock = &vm->device_lock;
	c->v.base = arch_virtio.base + i * arch_virtio.len;
	c->v.line = arch_virtio.line + i;
	return vmm_device_add(vm->m, arch_virtio.space, c->v.base,
			      arch_virtio.len, virtio_access, &c->v);
}

int devices_add(struct vm *vm)
{
	int rc = add_serial(vm);

	for (unsigned int i = 0; i < vm->n_consoles && !rc; i++)
		rc = add_console(vm, i);
	if (!rc && vm->hypercalls) {
		vm->hypercalls->m = vm->m;
		rc = vmm_device_add(vm->m, VMM_SPACE_MMIO, HYPERCALL_BASE,
				    HYPERCALL_SIZE, hypercall_access,
				    vm->hypercalls);
	}
	return rc;
}
