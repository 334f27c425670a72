/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The monitor: a machine that boots one image, with a serial console and a
 * register for its exit status. The main thread owns the console and the
 * debugger; each CPU has a thread. What the files of this folder share, and
 * what each architecture must provide.
 */
#ifndef __VM_H__
#define __VM_H__

#include <pthread.h>
#include <vmm.h>

#define STATUS_CRASHED 70 /* as support/run has them */
#define STATUS_USAGE 2
#define STATUS_FAILED 125

/* What devices return to vmm_run(). */
enum stop { STOP_STATUS = 1, STOP_POWEROFF, STOP_FULL };

struct uart;
struct console;
struct hypercalls;

/* Metrics, core files, the stub in the guest, shell */
#define CONSOLES_MAX 4

/* A place of a device, and its interrupt. */
struct place {
	enum vmm_space space;
	uint64_t base, len;
	unsigned int line; /* as vmm_irq() has it */
};

struct cpu {
	struct vm *vm;
	struct vmm_vcpu *v;
	pthread_t thread;
	int started;
	/* Under vm->lock */
	int ready;    /* its thread has begun */
	int go;	      /* it shall run, */
	int full;     /* when stdout has taken bytes of the console */
	int running;  /* it may be in vmm_run() */
	int has_exit; /* exit is for the main thread */
	int failed;   /* vmm_run() returned it */
	struct vmm_exit exit;
	uint64_t exits[VMM_EXIT_UNHANDLED + 1];
};

struct vm {
	struct vmm_machine *m;
	unsigned int n_cpus;
	struct cpu cpus[VMM_VCPUS_MAX];
	uint8_t *ram;
	size_t ram_size;
	const char *command_line;
	uint64_t entry, boot_data; /* guest-physical */
	pthread_mutex_t lock;	   /* of cpus */
	pthread_cond_t changed;
	unsigned int looked_at; /* the CPU whose exit was, last */
	int end;
	int event; /* an eventfd: a CPU has an exit */
	pthread_mutex_t device_lock;
	struct uart *console;
	int stdin_ended;
	struct console *consoles; /* beside that: on virtio devices */
	unsigned int n_consoles;
	struct hypercalls *hypercalls; /* or NULL */
	int irqchip;		       /* the machine has VMM_IRQCHIP */
};

/** "support/vmm: …" to stderr, and a newline. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- run.c ---- */

/** Starts a thread for each CPU, all paused; each has begun. @return 0, -errno
 */
int run_start(struct vm *vm);
/** Lets a CPU run, or all: -1. */
void run_resume(struct vm *vm, int cpu);
/** Stdout has taken some: CPUs whose bytes had no room go on. */
void run_room(struct vm *vm);
/** Runs one CPU until it has an exit, or for a second: for a step. */
void run_one(struct vm *vm, struct cpu *c);
/** Returns when none runs. Exits that came meanwhile are kept. */
void run_pause(struct vm *vm);
/** A CPU whose exit was not looked at, or NULL; it does not run. CPUs take
 * turns: each is found, though another has an exit each time.
 */
struct cpu *run_exit(struct vm *vm);
/** Ends the threads. */
void run_end(struct vm *vm);

/* ---- devices.c ---- */

/** Adds what the architectures have in common: the serial port and the virtio
 * consoles. @return 0, -errno
 */
int devices_add(struct vm *vm);

/* ---- line.c ---- */

/** @param where a port of 127.0.0.1, ADDRESS:PORT, or the path of a Unix socket
 * @return NULL, or what is wrong with it
 */
const char *line_check(const char *where);
/**
 * @param where as line_check() accepts it. A socket's file stays behind: the
 *   filter allows no removal. One that no process has is replaced.
 * @return a socket that listens, or -errno; -EEXIST: a file is there that is no
 *   socket; -EADDRINUSE; -EINVAL: none that line_check() accepts
 */
int line_listen(const char *where);
/** @return a client's, or -1 */
int line_accept(int listener);

/* ---- loader.c ---- */

struct image {
	uint64_t entry; /* where to start it, guest-physical */
	uint64_t end;	/* past its last byte in memory */
};

/**
 * Copies the segments of an ELF file to guest memory. Any bytes may be in the
 * file.
 *
 * @param ram, base, size guest memory, from address base: arch_image_base
 * @param why receives what is wrong
 * @return 0; -ENOEXEC: not such a file; -ENOSPC: not enough memory
 */
int load_elf(const uint8_t *file, size_t len, uint8_t *ram, uint64_t base,
	     size_t size, struct image *image, const char **why);

/* ---- each architecture ---- */

extern const unsigned int arch_elf_machine;
extern const uint64_t arch_ram_base;
/** Where an image may begin: boot data are below. */
extern const uint64_t arch_image_base;
/** Where it must have ended: memory above is in another piece. */
extern const uint64_t arch_image_end;

/** The entry of a valid image: of PVH, of the ELF header. 0: it has none. */
uint64_t arch_entry(const uint8_t *file, size_t len);

/** How many CPUs it may have. */
unsigned int arch_cpus_max(int irqchip);

/** Gives the machine its memory. */
int arch_memory(struct vm *vm);
/** The serial port, and the first of CONSOLES_MAX virtio devices; the next
 * ones are `len` and a line on.
 */
extern const struct place arch_serial, arch_virtio;

/** Its other devices: the register for the exit status. */
int arch_devices(struct vm *vm);
/** What the image finds: memory map, command line. @return 0, -ENOSPC */
int arch_boot_data(struct vm *vm, const struct image *image);
/** The state of the first CPU at the image's entry. */
int arch_start(struct vm *vm);

#endif /* __VM_H__ */
