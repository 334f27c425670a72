/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Options, set-up in the order of dependence, and the loop of the main thread.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "console.h"
#include "filter.h"
#include "hypercall_host.h"
#include "stub.h"
#include "uart.h"
#include "vm.h"

static const char usage[] =
	"usage: vmm [options] IMAGE\n"
	"Boots an image of Vitrine on KVM: the serial console is stdin and stdout, the exit\n"
	"status is the guest's; 70 if it ended without one, 125 if it did not start.\n"
	"  --mem MIB        memory, default 128\n"
	"  --smp N          CPUs, default 1\n"
	"  --append LINE    the guest's command line\n"
	"  --metrics PORT   where the guest's metrics are: TCP port of 127.0.0.1, ADDRESS:PORT, or the\n"
	"                   path of a Unix socket; --shell and --guest-gdb (its own stub, vport2) likewise\n"
	"  --core FILE      where its core files go\n"
	"  --gdb PORT       TCP port for a debugger, of 127.0.0.1 or ADDRESS:PORT; or the path of a Unix socket\n"
	"  --wait           with --gdb: wait for it before the first instruction\n"
	"  --irqchip on|off interrupt controllers and timers; default on. Off, breakpoints in\n"
	"                   text work on any KVM, and the guest has no interrupts\n"
	"  --hypercalls DIR the guest may read files in a folder; with DIR,rw write and make some\n"
	"  --seccomp on|off the filter of system calls; default on\n"
	"  --help           print this\n";

/* The guest's ports, by the number that it knows. */
static const struct {
	const char *name, *option;
	unsigned int is_file;
} ports[CONSOLES_MAX] = {
	{ "core", "core", 1 },
	{ "metrics", "metrics", 0 },
	{ "stub", "guest-gdb", 0 },
	{ "shell", "shell", 0 },
};

struct options {
	unsigned long mem_mib, smp;
	const char *ports[CONSOLES_MAX];
	const char *append, *image, *gdb, *hypercalls;
	int irqchip, wait, filter;
};

void complain(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("support/vmm: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
}

/* A whole number from 1 to max, or 0 after a message. */
static unsigned long number(const char *option, const char *text,
			    unsigned long max)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || !n || n > max) {
		complain("--%s %s: use a whole number from 1 to %lu", option,
			 text, max);
		return 0;
	}
	return n;
}

/* 1, 0, or -1 after a message. */
static int on_or_off(const char *option, const char *text)
{
	if (!strcmp(text, "on") || !strcmp(text, "off"))
		return !strcmp(text, "on");
	complain("--%s %s: use on or off", option, text);
	return -1;
}

/* 1 after a message. */
static int is_wrong_line(const char *option, const char *where)
{
	const char *why = where ? line_check(where) : NULL;

	if (why)
		complain("--%s %s: %s", option, where, why);
	return why != NULL;
}

/* What the parts of a machine need of each other. 0, or -EINVAL after a message
 */
static int check(const struct options *o)
{
	int wrong = is_wrong_line("gdb", o->gdb);

	for (unsigned int i = 0; i < CONSOLES_MAX && !wrong; i++)
		wrong = !ports[i].is_file &&
			is_wrong_line(ports[i].option, o->ports[i]);
	if (!wrong && o->wait && !o->gdb) {
		complain("--wait waits for a debugger: give --gdb, too");
		wrong = 1;
	}
	if (!wrong && o->smp > arch_cpus_max(o->irqchip)) {
		complain("--smp %lu: with --irqchip off use %u", o->smp,
			 arch_cpus_max(o->irqchip));
		wrong = 1;
	}
	return wrong ? -EINVAL : 0;
}

static int parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "mem", 1, NULL, 'm' },	{ "smp", 1, NULL, 's' },
		{ "append", 1, NULL, 'a' },	{ "irqchip", 1, NULL, 'i' },
		{ "gdb", 1, NULL, 'g' },	{ "wait", 0, NULL, 'w' },
		{ "core", 1, NULL, '0' },	{ "metrics", 1, NULL, '1' },
		{ "guest-gdb", 1, NULL, '2' },	{ "shell", 1, NULL, '3' },
		{ "hypercalls", 1, NULL, 'H' }, { "seccomp", 1, NULL, 'f' },
		{ "help", 0, NULL, 'h' },	{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "+h", longs, NULL)) != -1) {
		switch (c) {
		case 'm':
			o->mem_mib = number("mem", optarg, 1UL << 20);
			break;
		case 's':
			o->smp = number("smp", optarg, arch_cpus_max(1));
			break;
		case 'a':
			o->append = optarg;
			break;
		case 'i':
			o->irqchip = on_or_off("irqchip", optarg);
			break;
		case 'H':
			o->hypercalls = optarg;
			break;
		case 'f':
			o->filter = on_or_off("seccomp", optarg);
			break;
		case 'g':
			o->gdb = optarg;
			break;
		case '0' ... '0' + CONSOLES_MAX - 1:
			o->ports[c - '0'] = optarg;
			break;
		case 'w':
			o->wait = 1;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			return -EINVAL;
		}
	}
	if (optind != argc - 1) {
		complain("name one IMAGE; --help lists the options");
		return -EINVAL;
	}
	o->image = argv[optind];
	return o->mem_mib && o->smp && o->irqchip >= 0 && o->filter >= 0
		       ? check(o)
		       : -EINVAL;
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
		int rc = o->ports[i] ? console_open(&all[vm->n_consoles++], i,
						    ports[i].name, o->ports[i],
						    (int)ports[i].is_file)
				     : 0;

		if (rc) {
			complain("--%s %s: %s", ports[i].option, o->ports[i],
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
	struct options o = {
		.mem_mib = 128,
		.smp = 1,
		.append = "",
		.irqchip = 1,
		.filter = 1,
	};
	int status = STATUS_FAILED;

	fill_standard_streams();
	if (parse(argc, argv, &o))
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
