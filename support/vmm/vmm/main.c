/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Set-up in the order of dependence, and the loop of the main thread.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "console.h"
#include "filter.h"
#include "hypercall_host.h"
#include "options.h"
#include "stub.h"
#include "uart.h"
#include "vm.h"

void complain(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("support/vmm: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
}

/* ---- set-up ---- */

static int load(struct vm *vm, const char *path, struct image *image)
{
	/* A FIFO would wait for its writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc;
	struct stat st = { 0 };
	const size_t boot_data = arch_image_base - arch_ram_base;
	const size_t most = arch_image_end - arch_ram_base;
	const size_t size = vm->ram_size < most ? vm->ram_size : most;
	const char *why = NULL;
	void *file;

	if (fd < 0 || fstat(fd, &st)) {
		complain("cannot read %s: %s", path, strerror(errno));
		return -errno;
	}
	if (!S_ISREG(st.st_mode)) {
		complain("%s is not an image: it is no regular file", path);
		close(fd);
		return -ENOEXEC;
	}
	file = mmap(NULL, (size_t)st.st_size + 1, PROT_READ, MAP_PRIVATE, fd,
		    0);
	close(fd);
	if (file == MAP_FAILED) {
		complain("cannot read %s: %s", path, strerror(errno));
		return -errno;
	}
	rc = load_elf(file, (size_t)st.st_size, vm->ram + boot_data,
		      arch_image_base, size - boot_data, image, &why);
	if (rc)
		complain("%s is not an image: %s", path, why);
	munmap(file, (size_t)st.st_size + 1);
	return rc;
}

static int kvm_failed(int rc)
{
	complain("%s: %s", vmm_step(), strerror(-rc));
	return rc;
}

static int machine(struct vm *vm, const struct options *o)
{
	int rc = vmm_machine_create(&vm->m, o->irqchip ? VMM_IRQCHIP : 0);

	if (!rc)
		rc = arch_memory(vm);
	if (!rc)
		rc = devices_add(vm);
	if (!rc)
		rc = arch_devices(vm);
	for (unsigned int i = 0; i < o->smp && !rc; i++) {
		struct cpu *c = &vm->cpus[i];

		rc = vmm_vcpu_create(vm->m, i, &c->v);
		c->vm = vm;
		vm->n_cpus = i + 1;
	}
	if (!rc)
		rc = vmm_machine_start(vm->m);
	return rc ? kvm_failed(rc) : 0;
}

static int consoles(struct vm *vm, const struct options *o)
{
	static struct console all[CONSOLES_MAX];

	vm->consoles = all;
	for (unsigned int i = 0; i < CONSOLES_MAX; i++) {
		const struct port_option *p = &port_options[i];
		const char *where = o->ports[i];
		int rc = where ? console_open(&all[vm->n_consoles++], i,
					      p->name, where, p->is_file)
			       : 0;

		if (rc) {
			complain("--%s %s: %s", p->option, where,
				 strerror(-rc));
			return rc;
		}
	}
	return 0;
}

static int hypercalls(struct vm *vm, const struct options *o)
{
	static struct hypercalls h = { .lock = PTHREAD_MUTEX_INITIALIZER,
				       .folder = -1 };
	int rc = o->hypercalls ? hypercall_open(&h, o->hypercalls) : 0;

	if (rc)
		complain("--hypercalls %s: %s", o->hypercalls, strerror(-rc));
	else if (o->hypercalls)
		vm->hypercalls = &h;
	return rc;
}

static int set_up(struct vm *vm, const struct options *o)
{
	struct image image;
	int rc;

	vm->command_line = o->append;
	vm->irqchip = o->irqchip;
	vm->ram_size = o->mem_mib << 20;
	vm->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	vm->ram = mmap(NULL, vm->ram_size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (vm->ram == MAP_FAILED || vm->event < 0) {
		complain("no memory for the guest: %s", strerror(errno));
		return -ENOMEM;
	}
	rc = load(vm, o->image, &image);
	if (!rc)
		rc = consoles(vm, o);
	if (!rc)
		rc = hypercalls(vm, o);
	if (!rc)
		rc = machine(vm, o);
	if (rc)
		return rc;
	rc = arch_boot_data(vm, &image);
	if (rc) {
		complain(
			"no room for boot data: more --mem, or a shorter --append");
		return rc;
	}
	rc = arch_start(vm);
	if (rc)
		return kvm_failed(rc);
	rc = o->gdb ? stub_listen(vm, o->gdb) : 0;
	if (rc) {
		complain("--gdb %s: %s", o->gdb, strerror(-rc));
		return rc;
	}
	rc = run_start(vm);
	if (rc)
		complain("cannot start a thread: %s", strerror(-rc));
	if (!rc && o->filter) {
		rc = filter_start(vm->hypercalls ? vm->hypercalls->folder : -1);
		if (rc)
			complain("seccomp: %s; --seccomp off runs without it",
				 strerror(-rc));
	}
	return rc;
}

/* ---- the loop ---- */

/* What an exit means: the status to end with, or -1. */
static int status_of(struct cpu *c)
{
	const struct vmm_exit *e = &c->exit;
	static struct vmm_state s;

	if (c->failed) {
		complain("CPU %u: KVM_RUN: %s, at %#lx", vmm_vcpu_id(c->v),
			 strerror(-c->failed),
			 vmm_state_get(c->v, &s, VMM_STATE_GENERAL)
				 ? 0
				 : (unsigned long)arch_pc(&s));
		return STATUS_CRASHED;
	}
	if (e->why == VMM_EXIT_STOP && e->stop == STOP_STATUS)
		return (int)(e->access.value & 0xff);
	if (e->why == VMM_EXIT_STOP || e->why == VMM_EXIT_POWEROFF)
		complain(
			"the guest ended without saying its status: taken for a crash");
	else if (e->why != VMM_EXIT_SHUTDOWN &&
		 !vmm_state_get(c->v, &s, VMM_STATE_GENERAL))
		complain("CPU %u: %s (%#lx), at %#lx", vmm_vcpu_id(c->v),
			 vmm_exit_text(e), (unsigned long)e->code,
			 (unsigned long)arch_pc(&s));
	else /* which may have reset the CPU */
		complain("CPU %u: %s (%#lx)", vmm_vcpu_id(c->v),
			 vmm_exit_text(e), (unsigned long)e->code);
	return STATUS_CRASHED;
}

/* Bytes from stdin. 0 at its end. */
static int console_in(struct vm *vm)
{
	uint8_t buf[UART_RING];
	ssize_t n;

	pthread_mutex_lock(&vm->device_lock);
	n = read(STDIN_FILENO, buf, uart_room(vm->console));
	if (n > 0)
		uart_put(vm->console, buf, (size_t)n);
	pthread_mutex_unlock(&vm->device_lock);
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

/* Looks at one exit: a program that is stepped may have the next one at once,
 * and the debugger's interrupt comes in between. @return the status to end
 * with, or -1; *more: there may be another
 */
static int one_exit(struct vm *vm, int *more)
{
	struct cpu *c = run_exit(vm);

	*more = c != NULL;
	if (c && (!stub_exit(c) || stub_killed()))
		return stub_killed() ? STATUS_CRASHED : status_of(c);
	return -1;
}

/* What the main loop waits for; the consoles' come last. */
enum { EVENT, STDIN, STDOUT, STUB, CONSOLES, N_FDS = CONSOLES + CONSOLES_MAX };

/* 0 if bytes of stdin wait for the guest, which is looked at again. */
static int wants(struct vm *vm, struct pollfd *fds)
{
	int room = uart_room(vm->console) != 0;

	/* Its end, which needs no event, is seen later. */
	fds[STDIN].fd = room && !vm->stdin_ended ? STDIN_FILENO : -1;
	fds[STDOUT].fd = vm->console->n_out ? STDOUT_FILENO : -1;
	fds[STUB].fd = stub_fd();
	for (unsigned int i = 0; i < vm->n_consoles; i++)
		fds[CONSOLES + i] = console_wants(&vm->consoles[i]);
	return room || vm->stdin_ended;
}

/* What waits for stdout, as far as that takes it. */
static void console_out(struct vm *vm)
{
	pthread_mutex_lock(&vm->device_lock);
	uart_flush(vm->console);
	pthread_mutex_unlock(&vm->device_lock);
	run_room(vm);
}

static void serve(struct vm *vm, struct pollfd *fds)
{
	if (fds[STDIN].revents && !console_in(vm))
		vm->stdin_ended = 1;
	if (fds[STUB].revents || stub_has_input())
		stub_input();
	if (fds[STDOUT].revents)
		console_out(vm);
	pthread_mutex_lock(&vm->device_lock);
	for (unsigned int i = 0; i < vm->n_consoles; i++)
		if (fds[CONSOLES + i].revents)
			console_serve(&vm->consoles[i],
				      fds[CONSOLES + i].revents);
	pthread_mutex_unlock(&vm->device_lock);
}

static int loop(struct vm *vm)
{
	struct pollfd fds[N_FDS] = {
		[EVENT] = { .fd = vm->event, .events = POLLIN },
		[STDIN] = { .fd = STDIN_FILENO, .events = POLLIN },
		[STDOUT] = { .fd = -1, .events = POLLOUT },
		[STUB] = { .fd = -1, .events = POLLIN },
	};
	int status = stub_killed() ? STATUS_CRASHED : -1, wait, more = 0;
	uint64_t count;

	while (status < 0) {
		pthread_mutex_lock(&vm->device_lock);
		wait = wants(vm, fds) ? -1 : 10;
		pthread_mutex_unlock(&vm->device_lock);
		if (more || stub_has_input())
			wait = 0;
		if (poll(fds, CONSOLES + vm->n_consoles, wait) < 0) {
			if (errno != EINTR)
				return STATUS_FAILED;
			continue;
		}
		serve(vm, fds);
		if (fds[EVENT].revents &&
		    read(vm->event, &count, sizeof(count)) < 0)
			continue;
		status = stub_killed() ? STATUS_CRASHED : one_exit(vm, &more);
	}
	stub_end(status);
	return status;
}

/* What stdout has not taken yet, or until its reader is gone. */
static void last_words(struct vm *vm)
{
	struct pollfd p = { STDOUT_FILENO, POLLOUT, 0 };

	while (vm->console->n_out) {
		poll(&p, 1, -1);
		uart_flush(vm->console);
	}
}

/* What is opened would be taken for stdin, stdout or stderr. */
static void fill_standard_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	static struct vm vm = {
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER,
		.device_lock = PTHREAD_MUTEX_INITIALIZER,
	};
	struct options o;
	int status = STATUS_FAILED;

	fill_standard_streams();
	if (options_parse(&o, argc, argv))
		return STATUS_USAGE;
	if (!set_up(&vm, &o)) {
		if (o.wait && o.gdb)
			stub_wait();
		else
			run_resume(&vm, -1);
		status = loop(&vm);
	}
	run_end(&vm);
	if (vm.console)
		last_words(&vm);
	vmm_machine_destroy(vm.m);
	return status;
}
