/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A machine that a test plays, and a debugger at its stub. What the debugger
 * says is in its socket before the stub is called, what it was answered is
 * read afterwards.
 */
#ifndef __STUB_MACHINE_H__
#define __STUB_MACHINE_H__

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "../../vmm/stub.h"

#define CPUS 2
#define INT3 0xcc

/*
 * Pages 1 and 3 are mapped, one to one; where CR3 is OWN_TABLES, page 2 is at
 * the place of page 1. Page 3 does not execute: its entry is at ENTRY. Page 1
 * is at ALIAS, too.
 */
#define OWN_TABLES 0x123000UL
#define ALIAS 0x5000UL
#define ENTRY 24
#define ENTRY_NX (1UL << 63)

struct vmm_vcpu {
	struct vmm_state state;
	struct vmm_debug debug;
	unsigned int flushes; /* changes of CR4 */
};

extern struct vmm_vcpu vcpus[CPUS];
extern struct vm vm;
extern uint8_t memory[4 * VMM_PAGE]; /* NOPs */
extern unsigned int resumed[CPUS];   /* how often */
extern int pauses;
extern struct vmm_exit alone_exit; /* of a CPU that runs alone */
extern uint64_t alone_at;
extern uint8_t seen_alone; /* what stood there meanwhile */

/** The debugger's socket, and the stub's. */
extern int peer;
extern char place[64];

/** For each test: the machine, and a debugger that has connected. */
int set_up(void **state);
/** The machine ends. */
int tear_down(void **state);

/** Sends a packet. */
void say(const char *packet);
/** All packets that have come, with their dollars and without sums. */
const char *heard(void);

/** Attaches, says the packets, and lets the program run. */
const char *attached(const char *const *packets);
#define ATTACHED(...) attached((const char *const[]){ __VA_ARGS__, NULL })

/** A CPU has an exit of debugging, for stub_exit(). */
void exits(unsigned int cpu, enum vmm_debug_why why, uint64_t pc,
	   uint64_t addr);

#endif /* __STUB_MACHINE_H__ */
