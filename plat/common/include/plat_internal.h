/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What the shared part of the platform and its architecture folders give each
 * other. The folders provide entry.S (which calls kvm_setup()), setup.c,
 * time.c, shutdown.c and link.lds.S.
 */
#ifndef __KVM_INTERNAL_H__
#define __KVM_INTERNAL_H__

#include <uk/plat/bootinfo.h>
#include <uk/plat/image.h>
#include <uk/stack.h>

extern struct ukplat_bootinfo kvm_bootinfo;

/**
 * How many bits of a physical address the CPU translates to: nothing is added
 * to the map above. Called before kvm_memory_add().
 */
void kvm_memory_limit(unsigned int bits);

/**
 * Adds memory to the map: the whole pages inside [start, end) if it is free,
 * the whole pages around it for anything else. It takes the place of what the
 * map had there, so that free memory is added before what is in use. Free
 * memory that touches other free memory is joined with it. What a full map
 * cannot hold is left out: kvm_memory_report() logs it.
 */
void kvm_memory_add(__paddr_t start, __paddr_t end,
		    enum ukplat_memregion_type type);

/** Logs how much free memory was left out, if any was. */
void kvm_memory_report(void);

/**
 * The largest piece of free memory below `limit`: its start, and in *end its
 * end. Ends the boot if there is none.
 */
__paddr_t kvm_memory_largest(__paddr_t limit, __paddr_t *end);

/** Copies the command line. */
void kvm_cmdline_set(const char *cmdline);

/**
 * Builds the final page tables from the memory map: image W^X, guard pages
 * and page 0 unmapped, free memory RW, and the given device ranges. Switches
 * to them. Memory below `mapped` can be written to meanwhile.
 */
void kvm_paging_init(const struct ukplat_memregion *devices, unsigned int count,
		     __paddr_t mapped);

/** The architecture's part of boot; called by entry.S on the main stack. */
void kvm_setup(void *boot_param);

/** Sets the clock's zero; calls kvm_clock_start(). */
void kvm_time_init(void);

/* How ticks of the CPU's counter become nanoseconds. */
struct kvm_clock_rate {
	__u64 ns_per_tick_32; /* 32.32 */
	__u64 until;	      /* tick at which it is to be measured again */
};

/** The clock starts at `ticks`; a rate valid until then is measured at once. */
void kvm_clock_start(__u64 ticks, struct kvm_clock_rate rate);

/**
 * The architecture's part: measures the rate anew and says until when it is
 * good enough, past `ticks`. Called with interrupts off, never inside itself.
 */
void kvm_clock_measure(__u64 ticks, struct kvm_clock_rate *rate);

/** The architecture's part: seconds since 1970, 0 without a wall clock. */
__u64 kvm_rtc_seconds(void);

/**
 * Ends a boot that cannot go on, with status 71. There is no log yet; `why`
 * is left in kvm_setup_error for a debugger, and written to the first serial
 * port where that needs no driver.
 */
void __noreturn kvm_setup_failed(const char *why);

#endif /* __KVM_INTERNAL_H__ */
