/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The table by which a PC's CPUs are found (Intel MultiProcessor Specification
 * 1.4, chapter 4), where firmware would put it: the last KiB of the base
 * memory.
 */
#include <string.h>
#include "mptable.h"

#define POINTER 0x9fc00
#define TABLE 0x9fc10

struct pointer {
	char signature[4];
	uint32_t table;
	uint8_t paragraphs, version, checksum, features[5];
} __attribute__((packed));

struct header {
	char signature[4];
	uint16_t length;
	uint8_t version, checksum;
	char names[20];
	uint32_t oem_table;
	uint16_t oem_length, entries;
	uint32_t apic;
	uint16_t ext_length;
	uint8_t ext_checksum, reserved;
} __attribute__((packed));

struct cpu_entry {
	uint8_t type, apic, version, flags;
	uint32_t signature, features;
	uint32_t reserved[2];
} __attribute__((packed));

struct ioapic_entry {
	uint8_t type, id, version, flags;
	uint32_t address;
} __attribute__((packed));

#define CPU_ENABLED 1
#define CPU_FIRST 2
#define LOCAL_APIC 0xfee00000
#define LOCAL_APIC_VERSION 0x14
#define IO_APIC 0xfec00000
#define IO_APIC_VERSION 0x11

static uint8_t checksum(const void *data, unsigned int len)
{
	const uint8_t *p = data;
	uint8_t sum = 0;

	while (len--)
		sum = (uint8_t)(sum + *p++);
	return (uint8_t)-sum;
}

void mptable_write(uint8_t *ram, unsigned int n_cpus)
{
	struct pointer p = { .signature = "_MP_",
			     .table = TABLE,
			     .paragraphs = 1,
			     .version = 4 };
	struct header h = { .signature = "PCMP",
			    .version = 4,
			    .names = "VITRINE VMM         ",
			    .entries = (uint16_t)(n_cpus + 1),
			    .apic = LOCAL_APIC };
	struct ioapic_entry io = { .type = 2,
				   .id = (uint8_t)n_cpus,
				   .version = IO_APIC_VERSION,
				   .flags = 1,
				   .address = IO_APIC };
	uint8_t *at = ram + TABLE + sizeof(h);

	for (unsigned int i = 0; i < n_cpus;
	     i++, at += sizeof(struct cpu_entry)) {
		struct cpu_entry c = { .apic = (uint8_t)i,
				       .version = LOCAL_APIC_VERSION,
				       .flags = CPU_ENABLED |
						(i ? 0 : CPU_FIRST) };

		memcpy(at, &c, sizeof(c));
	}
	memcpy(at, &io, sizeof(io));
	h.length = (uint16_t)(at + sizeof(io) - (ram + TABLE));
	memcpy(ram + TABLE, &h, sizeof(h));
	h.checksum = checksum(ram + TABLE, h.length);
	memcpy(ram + TABLE, &h, sizeof(h));
	p.checksum = checksum(&p, sizeof(p));
	memcpy(ram + POINTER, &p, sizeof(p));
}
