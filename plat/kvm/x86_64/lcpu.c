/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Finding CPUs in the MADT (ACPI 6.4, 5.2.12), without one in the MP table
 * (Intel MultiProcessor Specification 1.4, 4), and starting them by INIT and
 * startup IPIs (Intel SDM volume 3, 8.4.4).
 */
#include <errno.h>
#include <string.h>
#include <uk/apic.h>
#include <uk/arch/lcpu.h>
#include <uk/plat/common.h>
#include <uk/plat/time.h>
#include <arch/cpuid.h>
#include "kvm_x86_64.h"

static int sums_to_zero(const void *data, unsigned int len)
{
	const __u8 *p = data;
	__u8 sum = 0;

	while (len--)
		sum = (__u8)(sum + *p++);
	return !sum;
}

struct acpi_rsdp {
	char signature[8]; /* "RSD PTR " */
	__u8 checksum;
	char oem[6];
	__u8 revision;
	__u32 rsdt;
	/* from revision 2 on */
	__u32 length;
	__u64 xsdt;
	__u8 ext_checksum, reserved[3];
} __packed;

#define RSDP_SIZE 20 /* that the first checksum is of */

struct acpi_table {
	char signature[4];
	__u32 length;
	__u8 revision, checksum;
	char names[26];
} __packed;

#define TABLE_LENGTH_MAX 0x10000U

struct madt {
	struct acpi_table table;
	__u32 apic, flags;
} __packed;

union madt_entry {
	struct {
		__u8 type, length;
	} head;
	struct {
		__u8 type, length, uid, id;
		__u32 flags;
	} __packed apic;
	struct {
		__u8 type, length;
		__u16 reserved;
		__u32 id, flags;
	} __packed x2apic;
};

#define MADT_APIC 0
#define MADT_X2APIC 9
#define MADT_ENABLED 1

#define GIB_SHIFT 30
#define GIB_PAGES 512
#define PAGE_2M_SHIFT 21
#define PTE_TABLE 0x3
#define PTE_2M 0x81 /* read only */

/* The memory there. Firmware puts its tables at the end of memory: a GiB that
 * entry.S has not mapped is, until the next call.
 */
static const void *firmware_memory(__paddr_t at, __sz len)
{
	static __u64 pd[GIB_PAGES] __attribute__((aligned(__PAGE_SIZE)));
	static __u64 *entry;
	__u64 cr3, *pdpt, gib = at >> GIB_SHIFT;

	if (!at || at + len < at || (at + len - 1) >> GIB_SHIFT != gib ||
	    gib >= GIB_PAGES)
		return __NULL;
	if (at < KVM_BOOT_MAPPED)
		return (const void *)at;

	__asm__ __volatile__("mov %%cr3, %0" : "=r"(cr3));
	pdpt = (__u64 *)(*(const __u64 *)cr3 & ~(__u64)(__PAGE_SIZE - 1));
	if (entry)
		*entry = 0;
	entry = &pdpt[gib];
	for (__u64 i = 0; i < GIB_PAGES; i++)
		pd[i] = gib << GIB_SHIFT | i << PAGE_2M_SHIFT | PTE_2M;
	*entry = (__paddr_t)pd | PTE_TABLE;
	__asm__ __volatile__("mov %0, %%cr3" : : "r"(cr3) : "memory");
	return (const void *)at;
}

static const struct acpi_table *acpi_table(__paddr_t at, const char *signature)
{
	const struct acpi_table *t = firmware_memory(at, sizeof(*t));
	__u32 len;

	if (!t || memcmp(t->signature, signature, sizeof(t->signature)))
		return __NULL;
	len = t->length;
	if (len < sizeof(*t) || len > TABLE_LENGTH_MAX)
		return __NULL;
	t = firmware_memory(at, len);
	return t && sums_to_zero(t, len) ? t : __NULL;
}

static const struct madt *find_madt(__paddr_t rsdp)
{
	const struct acpi_rsdp *r = firmware_memory(rsdp, sizeof(*r));
	const struct acpi_table *root, *t;
	__paddr_t root_at;
	__sz size;
	int wide;

	if (!r || memcmp(r->signature, "RSD PTR ", sizeof(r->signature)) ||
	    !sums_to_zero(r, RSDP_SIZE))
		return __NULL;
	wide = r->revision >= 2 && r->xsdt;
	root_at = wide ? r->xsdt : r->rsdt;
	size = wide ? sizeof(r->xsdt) : sizeof(r->rsdt);

	/* Its memory may be mapped no longer after a look at another table. */
	for (__sz i = 0;; i++) {
		__paddr_t at = 0;

		root = acpi_table(root_at, wide ? "XSDT" : "RSDT");
		if (!root || sizeof(*root) + (i + 1) * size > root->length)
			return __NULL;
		memcpy(&at, (const char *)(root + 1) + i * size, size);
		t = acpi_table(at, "APIC");
		if (t && t->length >= sizeof(struct madt))
			return (const struct madt *)t;
	}
}

static void add_of_madt(const struct madt *m)
{
	const __u8 *at = (const __u8 *)(m + 1);
	const __u8 *end = (const __u8 *)m + m->table.length;
	const union madt_entry *e;

	for (; end - at >= (long)sizeof(e->head); at += e->head.length) {
		e = (const void *)at;
		if (e->head.length < sizeof(e->head) ||
		    e->head.length > end - at)
			return;
		if (e->head.type == MADT_APIC &&
		    e->head.length >= sizeof(e->apic) &&
		    e->apic.flags & MADT_ENABLED)
			plat_lcpu_add(e->apic.id);
		if (e->head.type == MADT_X2APIC &&
		    e->head.length >= sizeof(e->x2apic) &&
		    e->x2apic.flags & MADT_ENABLED)
			plat_lcpu_add(e->x2apic.id);
	}
}

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

static const struct mp_table *find_mp_table(void)
{
	const struct mp_table *t =
		find_between(BASE_MEMORY_END - 1024, BASE_MEMORY_END);

	return t ? t : find_between(BIOS, BIOS_END);
}

static void add_of_mp_table(const struct mp_table *t)
{
	const __u8 *entry = (const __u8 *)(t + 1);
	const __u8 *end = (const __u8 *)t + t->length;

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
}

/* SeaBIOS lists one CPU of each package in the MP table, and qboot's has ids
 * without gaps: the MADT comes first.
 */
void kvm_lcpu_find(__paddr_t rsdp)
{
	const struct madt *m = find_madt(rsdp);
	const struct mp_table *t = m ? __NULL : find_mp_table();

	plat_lcpu_add(x86_cpuid(1, 0).ebx >> 24);
	if (m)
		add_of_madt(m);
	if (t)
		add_of_mp_table(t);
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
#define APIC_ID_ALL 0xff /* ids from here on are out of an xAPIC's reach */

static void wait(__nsec time)
{
	__nsec end = ukplat_monotonic_clock() + time;

	while (ukplat_monotonic_clock() < end)
		ukarch_cpu_relax();
}

static void send(unsigned int cpu, __u32 what)
{
	if (plat_lcpu_hwid[cpu] >= APIC_ID_ALL)
		return;
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
