/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The walk of arm64 with each granule, on tables whose entries are written out
 * here as the manual has them (Arm ARM, DDI 0487, D8.3). tests/test_vmm.py
 * compares it with QEMU's on those of an image.
 *
 * HOST-SRCS: support/vmm/libvmm/arch/arm64/walk.c
 * HOST-FLAGS: -Isupport/vmm/libvmm/arch/arm64
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "../../libvmm/walk.h"

#define R VMM_PROT_READ
#define RW 3U
#define RX 5U
#define RWX 7U

static uint8_t memory[0x80000];

static int read_entry(const void *ctx, uint64_t gpa, void *buf, size_t len)
{
	if (gpa > sizeof(memory) - len)
		return -EIO;
	memcpy(buf, memory + gpa, len);
	return 0;
}

static void put(uint64_t at, uint64_t entry)
{
	memcpy(memory + at, &entry, 8);
}

static void maps(const struct vmm_state *s, uint64_t gva, uint64_t gpa,
		 uint64_t size, unsigned int prot, int user)
{
	struct vmm_walk w;

	assert_int_equal(vmm_arch_walk(read_entry, NULL, s, gva, &w), 0);
	assert_int_equal(w.gpa, gpa);
	assert_int_equal(w.size, size);
	assert_int_equal(w.prot, prot);
	assert_int_equal(w.user, user);
}

static void refuses(const struct vmm_state *s, uint64_t gva, int rc,
		    unsigned int n, unsigned int hole_bits)
{
	struct vmm_walk w;

	assert_int_equal(vmm_arch_walk(read_entry, NULL, s, gva, &w), rc);
	assert_int_equal(w.n, n);
	assert_int_equal(w.hole, 1UL << hole_bits);
	assert_int_equal(w.size, 0);
}

static void test_off(void **state)
{
	static struct vmm_state s;

	maps(&s, 0x40201234, 0x40201234, 4096, RWX, 1);
	refuses(&s, 1UL << 48, -EINVAL, 0, 48);
}

/* 48 bits from level 0; the upper half off */
static void test_4k(void **state)
{
	static struct vmm_state s = { .sctlr_el1 = 1,
				      .tcr_el1 = 0x80900010,
				      .ttbr0_el1 = 0x0001000000001000 };

	memset(memory, 0, sizeof(memory));
	put(0x1000, 0x2003);
	put(0x2000 + 8 * 1, 0x40000701);		  /* 1 GiB */
	put(0x2000 + 8 * 2, 0x1000000000000000 | 0x3003); /* UXN below */
	put(0x3000 + 8 * 1, 0x0020000080200781);	  /* 2 MiB, RO, PXN */
	put(0x3000 + 8 * 2, 0x4000000000004003);	  /* RO below */
	put(0x4000 + 8 * 3, 0x0000000012345703);
	put(0x4000 + 8 * 4, 0x0000000012345701); /* reserved at level 3 */
	put(0x2000 + 8 * 3, 0x2800000000005003); /* PXN, no user below */
	put(0x5000, 0x6003);
	put(0x6000, 0x7743);
	maps(&s, 0x40201234, 0x40201234, 1UL << 30, RWX, 0);
	maps(&s, 0x80201234, 0x80201234, 0x200000, R, 0);
	maps(&s, 0x80403abc, 0x12345abc, 4096, RX, 0);
	refuses(&s, 0x80404abc, -EFAULT, 4, 12);
	refuses(&s, 0x80405000, -EFAULT, 4, 12);
	maps(&s, 0xc0000123, 0x7123, 4096, RW, 0);
	refuses(&s, 0xffff000000000000, -EFAULT, 0, 48);
	refuses(&s, 0x0001000000000000, -EINVAL, 0, 48);
	s.tcr_el1 |= 1UL << 41; /* rights of tables have no effect */
	maps(&s, 0xc0000123, 0x7123, 4096, RW,
	     1); /* user writes: no execution */
	maps(&s, 0x80403abc, 0x12345abc, 4096, RWX, 0);
	s.sctlr_el1 |= 1UL << 19; /* WXN */
	maps(&s, 0x80403abc, 0x12345abc, 4096, RW, 0);
}

/* The upper half, 39 bits from level 1, top byte ignored */
static void test_upper(void **state)
{
	static struct vmm_state s = { .sctlr_el1 = 1,
				      .tcr_el1 = 0x4080190080,
				      .ttbr1_el1 = 0x1000 };

	memset(memory, 0, sizeof(memory));
	put(0x1000 + 8 * 511, 0x80000701);
	maps(&s, 0xffffffffffffffff, 0xbfffffff, 1UL << 30, RWX, 0);
	maps(&s, 0x12ffffffffffffff, 0xbfffffff, 1UL << 30, RWX, 0);
	refuses(&s, 0xffffff7fffffffff, -EINVAL, 0, 39);
	refuses(&s, 0xffffffbfffffffff, -EFAULT, 1, 30);
}

static void test_16k(void **state)
{
	static struct vmm_state s = { .sctlr_el1 = 1,
				      .tcr_el1 = 0x00808011, /* 47 bits */
				      .ttbr0_el1 = 0x4000 };

	memset(memory, 0, sizeof(memory));
	put(0x4000 + 8 * 1, 0x8003);
	put(0x8000 + 8 * 2, 0x02000701); /* 32 MiB */
	put(0x8000 + 8 * 3, 0xc003);
	put(0xc000 + 8 * 2047, 0x18783);
	maps(&s, 0x1000000000 + 0x4000000 + 0x1fffff0, 0x3fffff0, 0x2000000,
	     RWX, 0);
	maps(&s, 0x1000000000 + 0x6000000 + 0x1ffd234, 0x19234, 0x4000, RX, 0);
}

static void test_64k(void **state)
{
	static struct vmm_state s = { .sctlr_el1 = 1,
				      .tcr_el1 = 0x00804016, /* 42 bits */
				      .ttbr0_el1 = 0x10000 };

	memset(memory, 0, sizeof(memory));
	put(0x10000 + 8 * 1, 0x40000701); /* 512 MiB */
	put(0x10000 + 8 * 2, 0x20003);
	put(0x20000 + 8 * 8191, 0x00020000000f0703);
	maps(&s, 0x20000000 + 0x1234567, 0x41234567, 0x20000000, RWX, 0);
	maps(&s, 0x40000000 + 0x1fff4321, 0x00000000000f4321, 0x10000, RWX, 0);
	refuses(&s, 1UL << 42, -EINVAL, 0, 42);
}

/* First tables below 4 KiB are aligned to their size. */
static void test_short_tables(void **state)
{
	static struct vmm_state s = { .sctlr_el1 = 1,
				      .tcr_el1 =
					      0x0080001f, /* 4 KiB, 33 bits */
				      .ttbr0_el1 = 0x1040 };

	memset(memory, 0, sizeof(memory));

	put(0x1040 + 8 * 5, 0x80000701);
	maps(&s, 0x140000000 + 0x1234567, 0x81234567, 1UL << 30, RWX, 0);
	s.tcr_el1 = 0x00804010; /* 64 KiB, 48 bits: 64 entries */
	s.ttbr0_el1 = 0x1200;
	put(0x1200 + 8 * 1, 0x20003);
	put(0x20000 + 8 * 2, 0x40000701);
	maps(&s, (1UL << 42) + 0x40000000 + 0x1234567, 0x41234567, 0x20000000,
	     RWX, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_off),
		cmocka_unit_test(test_4k),
		cmocka_unit_test(test_upper),
		cmocka_unit_test(test_16k),
		cmocka_unit_test(test_64k),
		cmocka_unit_test(test_short_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
