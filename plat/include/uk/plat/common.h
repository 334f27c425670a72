/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What plat/common and a platform give each other. A platform's entry code
 * starts on plat_main_stack, gathers the boot information with the functions
 * here, calls plat_clock_start() and plat_paging_init(), and then uk_boot();
 * and it provides what is marked "the platform's part", and ukplat_poweroff()
 * and ukplat_restart() of <uk/plat/lcpu.h>. Contexts of all: boot, before
 * uk_boot(), if no other is given.
 */
#ifndef __UK_PLAT_COMMON_H__
#define __UK_PLAT_COMMON_H__

#include <uk/plat/bootinfo.h>
#include <uk/plat/image.h>
#include <uk/stack.h>

/* What ukplat_bootinfo_get() returns; a platform sets machine and dtb. */
extern struct ukplat_bootinfo plat_bootinfo;

/* Entry code sets the stack pointer past its end: a guard page, then
 * CONFIG_STACK_SIZE_KB KiB. */
extern char plat_main_stack[];

/**
 * How many bits of a physical address the CPU translates to: nothing is added
 * to the map above. Called before plat_memory_add().
 */
void plat_memory_limit(unsigned int bits);

/**
 * Adds memory to the map: the whole pages inside [start, end) if it is free,
 * the whole pages around it for anything else. It takes the place of what the
 * map had there, so that free memory is added before what is in use. Free
 * memory that touches other free memory is joined with it. What a full map
 * cannot hold is left out: plat_memory_report() logs it.
 */
void plat_memory_add(__paddr_t start, __paddr_t end,
		     enum ukplat_memregion_type type);

/** Logs how much free memory was left out, if any was. */
void plat_memory_report(void);

/**
 * The largest piece of free memory below `limit`: its start, and in *end its
 * end. Ends the boot if there is none.
 */
__paddr_t plat_memory_largest(__paddr_t limit, __paddr_t *end);

/** Copies the command line. */
void plat_cmdline_set(const char *cmdline);

/**
 * Builds the final page tables from the memory map: image W^X, guard pages
 * and page 0 unmapped, free memory RW, and the given device ranges. Switches
 * to them. Memory below `mapped` can be written to meanwhile.
 */
void plat_paging_init(const struct ukplat_memregion *devices,
		      unsigned int count, __paddr_t mapped);

/* How ticks of the CPU's counter become nanoseconds. */
struct plat_clock_rate {
	__u64 ns_per_tick_32; /* 32.32 */
	__u64 until;	      /* tick at which it is to be measured again */
};

/** The clock starts at `ticks`; a rate valid until then is measured at once. */
void plat_clock_start(__u64 ticks, struct plat_clock_rate rate);

/**
 * The platform's part: measures the rate anew and says until when it is
 * good enough, past `ticks`. Called with interrupts off, never inside itself.
 */
void plat_clock_measure(__u64 ticks, struct plat_clock_rate *rate);

/** The platform's part: seconds since 1970, 0 without a wall clock. */
__u64 plat_rtc_seconds(void);

/**
 * What ukplat_poweroff() and ukplat_restart() do first: interrupts off, and
 * UKPLAT_EVENT_END. Contexts: any.
 */
void plat_end(void);

#ifdef CONFIG_HAVE_SMP
/* What the machine calls each CPU (APIC id, MPIDR), by number. */
extern __u64 plat_lcpu_hwid[CONFIG_UKPLAT_LCPU_MAXCOUNT];

/* How many CPUs the machine has, those beyond MAXCOUNT included. */
extern unsigned int plat_lcpu_found;

/**
 * The machine has this CPU. The one that boots is added first, and may be added
 * again. Until then it is the only one, 0.
 */
void plat_lcpu_add(__u64 hwid);

/* Where each starts: set before plat_lcpu_start(). */
extern char *plat_lcpu_sp[CONFIG_UKPLAT_LCPU_MAXCOUNT];
extern void (*plat_lcpu_entry)(void);

/* 1: it has come as far as plat_lcpu_main(). */
extern volatile __u8 plat_lcpu_up[CONFIG_UKPLAT_LCPU_MAXCOUNT];

/**
 * The platform's part: has CPUs run plat_lcpu_main(), each with its number, on
 * its stack, with interrupts off and the page tables of the caller. Does not
 * wait for them. Contexts: init, after the interrupt controller was found.
 *
 * @return 0; -ENOTSUP
 */
int plat_lcpu_start(const __u32 cpus[], unsigned int count);

/** Where each CPU but the first begins; calls plat_lcpu_entry. */
void __noreturn plat_lcpu_main(unsigned int cpu);
#endif

/**
 * The platform's part: ends a boot that cannot go on, with status 71. There is
 * no log yet; `why` is left in a variable for a debugger, and written to the
 * first serial port where that needs no driver.
 */
void __noreturn plat_setup_failed(const char *why);

#endif /* __UK_PLAT_COMMON_H__ */
