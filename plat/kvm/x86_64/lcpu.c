/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Finding CPUs in the MP table (Intel MultiProcessor Specification 1.4, 4)
 * and starting them by INIT and startup IPIs (Intel SDM volume 3, 8.4.4).
 */
#include <errno.h>
#include <string.h>
#include <uk/apic.h>
#include <uk/arch/lcpu.h>
#include <uk/plat/common.h>
#include <uk/plat/time.h>
#include <arch/cpuid.h>
#include "kvm_x86_64.h"

/* The MP floating pointer is in the last KiB of the base memory or in the
 * BIOS, on a multiple of 16.
 */
#define BASE_MEMORY_END 0xa0000
#define BIOS 0xf0000
#define BIOS_END 0x100000

struct mp_pointer {
	char signature[4]; /* "_MP_" */
	__u32 table;
	__u8 paragraphs, version, checksum, features[5];
} __packed;

struct mp_table {
	char signature[4]; /* "PCMP" */
	__u16 length;
	__u8 version, checksum;
	char names[20];
	__u32 oem_table;
	__u16 oem_length, entries;
	__u32 apic;
	__u16 ext_length;
	__u8 ext_checksum, reserved;
} __packed;

#define ENTRY_CPU 0
#define ENTRY_CPU_SIZE 20
#define ENTRY_SIZE 8 /* of all others */
#define CPU_ENABLED 1

static int sums_to_zero(const void *data, unsigned int len)
{
	const __u8 *p = data;
	__u8 sum = 0;

	while (len--)
		sum = (__u8)(sum + *p++);
	return !sum;
}

static const struct mp_table *find_between(__paddr_t at, __paddr_t end)
{
	for (at = ALIGN_UP(at, 16UL); at + sizeof(struct mp_pointer) <= end;
	     at += 16) {
		const struct mp_pointer *p = (const void *)at;
		const struct mp_table *t;

		if (memcmp(p->signature, "_MP_", 4) ||
		    !sums_to_zero(p, sizeof(*p)))
			continue;
		t = (const void *)(__paddr_t)p->table;
		if (p->table && p->table < BIOS_END &&
		    !memcmp(t->signature, "PCMP", 4) &&
		    sums_to_zero(t, t->length))
			return t;
	}
	return __NULL;
}

static const struct mp_table *find_table(void)
{
	const struct mp_table *t =
		find_between(BASE_MEMORY_END - 1024, BASE_MEMORY_END);

	return t ? t : find_between(BIOS, BIOS_END);
}

void kvm_lcpu_find(void)
{
	const struct mp_table *t = find_table();
	const __u8 *entry, *end;

	plat_lcpu_add(x86_cpuid(1, 0).ebx >> 24);
	if (!t)
		return;
	entry = (const __u8 *)(t + 1);
	end = (const __u8 *)t + t->length;
	/* qboot leaves the number of entries 0. */
	while (entry < end) {
		if (*entry != ENTRY_CPU) {
			entry += ENTRY_SIZE;
			continue;
		}
		if (entry[3] & CPU_ENABLED)
			plat_lcpu_add(entry[1]);
		entry += ENTRY_CPU_SIZE;
	}
	memcpy((void *)KVM_LCPU_START, kvm_lcpu_start,
	       (__sz)(kvm_lcpu_start_end - kvm_lcpu_start));
}

struct kvm_lcpu_regs kvm_lcpu_regs;

#define READ_CR(n)                                                       \
	({                                                               \
		__u64 __cr;                                              \
		__asm__ __volatile__("mov %%cr" #n ", %0" : "=r"(__cr)); \
		(__u32) __cr;                                            \
	})

#define MSR_EFER 0xc0000080
#define EFER_LMA 0x400U

static void regs_copy(void)
{
	__u32 efer, high;

	__asm__ __volatile__("rdmsr" : "=a"(efer), "=d"(high) : "c"(MSR_EFER));
	kvm_lcpu_regs = (struct kvm_lcpu_regs){
		.cr0 = READ_CR(0),
		.cr3 = READ_CR(3),
		.cr4 = READ_CR(4),
		.efer = efer & ~EFER_LMA,
	};
}

#define ICR_INIT 0x4500	   /* asserted, edge */
#define ICR_STARTUP 0x4600 /* and the page of the code */
#define ICR_PENDING 0x1000

#define INIT_WAIT_NS 10000000UL
#define STARTUP_WAIT_NS 200000UL
#define PENDING_POLLS_MAX 100000

static void wait(__nsec time)
{
	__nsec end = ukplat_monotonic_clock() + time;

	while (ukplat_monotonic_clock() < end)
		ukarch_cpu_relax();
}

static void send(unsigned int cpu, __u32 what)
{
	uk_apic_write(UK_APIC_ICR_HIGH, (__u32)plat_lcpu_hwid[cpu] << 24);
	uk_apic_write(UK_APIC_ICR_LOW, what);
	for (unsigned int i = 0; i < PENDING_POLLS_MAX; i++)
		if (!(uk_apic_read(UK_APIC_ICR_LOW) & ICR_PENDING))
			return;
}

/* A second startup IPI is for CPUs that missed the first. */
int plat_lcpu_start(const __u32 cpus[], unsigned int count)
{
	regs_copy();
	for (unsigned int i = 0; i < count; i++)
		send(cpus[i], ICR_INIT);
	wait(INIT_WAIT_NS);
	for (unsigned int again = 0; again < 2; again++) {
		for (unsigned int i = 0; i < count; i++)
			if (!plat_lcpu_up[cpus[i]])
				send(cpus[i],
				     ICR_STARTUP | KVM_LCPU_START >> 12);
		wait(STARTUP_WAIT_NS);
	}
	return 0;
}
