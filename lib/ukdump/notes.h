/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The notes of a core file, as Linux lays them out on 64-bit machines (its
 * elfcore.h and elfcore-compat.h): what debuggers read about the process and
 * its threads. Pure: they are written to a sink, which may only count.
 */
#ifndef __UKDUMP_NOTES_H__
#define __UKDUMP_NOTES_H__

#include <uk/arch/regs.h>
#include <uk/elf.h>
#include <uk/essentials.h>

/* Takes the bytes of the file in order. */
struct dump_sink {
	void (*put)(struct dump_sink *sink, const void *buf, __sz len);
	__u64 at; /* bytes so far */
};

/** Writes to a sink; buf NULL: zeros. */
void dump_put(struct dump_sink *sink, const void *buf, __sz len);

/* A thread as the notes describe it. */
struct dump_thread {
	long id;
	const struct __regs *regs;
	const void *fp; /* as <uk/arch/fpstate.h>; NULL: not known */
	__uptr tls;
};

/* What the notes say of the process. */
struct dump_process {
	const char *name;  /* of the program */
	const char *args;  /* its command line, with the name */
	const char *image; /* path of its file; NULL: not known */
	const struct uk_elf_ehdr
		*elf;  /* of the image, with its headers; NULL */
	int signal;    /* Linux' number */
	__u64 address; /* of the fault; 0: none */
};

/** A note of an owner ("CORE", "LINUX") with its descriptor. */
void dump_note(struct dump_sink *sink, const char *owner, __u32 type,
	       const void *desc, __sz len);

/** Only its head; dump_put() and dump_note_end() follow. */
void dump_note_begin(struct dump_sink *sink, const char *owner, __u32 type,
		     __sz len);
void dump_note_end(struct dump_sink *sink, __sz len);

/**
 * The notes of one thread; those of the process follow the first one, which
 * is the one with the signal.
 *
 * @param signal of the process; 0: none
 */
void dump_notes_thread(struct dump_sink *sink, const struct dump_thread *t,
		       int signal);

/** NT_PRPSINFO, NT_SIGINFO, NT_AUXV, NT_FILE. */
void dump_notes_process(struct dump_sink *sink, const struct dump_process *p);

/* --- what each architecture provides: arch/<arch>/notes.c -----------------*/

/* e_machine */
extern const __u16 dump_arch_machine;

/* Words of pr_reg, for static buffers: */
#define DUMP_GREGS_MAX 34

/** Fills pr_reg, the general registers of a thread; returns their number. */
__sz dump_arch_gregs(const struct dump_thread *t, __u64 gregs[DUMP_GREGS_MAX]);

/** AT_HWCAP of Linux, as far as debuggers need it; 0: nothing. */
__u64 dump_arch_hwcap(void);

/** Notes of floating point, vector and system registers. */
void dump_arch_notes(struct dump_sink *sink, const struct dump_thread *t);

#define DUMP_NT_PRSTATUS 1
#define DUMP_NT_FPREGSET 2
#define DUMP_NT_PRPSINFO 3
#define DUMP_NT_AUXV 6
#define DUMP_NT_SIGINFO 0x53494749
#define DUMP_NT_FILE 0x46494c45

#endif /* __UKDUMP_NOTES_H__ */
