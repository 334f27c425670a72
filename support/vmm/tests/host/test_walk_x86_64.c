/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The walk of x86_64 in each mode of paging, on tables whose entries are
 * written out here as the manual has them (Intel SDM volume 3, chapter 4).
 * tests/test_vmm.py compares it with QEMU's on those of an image.
 *
 * HOST-SRCS: support/vmm/libvmm/arch/x86_64/walk.c
 * HOST-FLAGS: -Isupport/vmm/libvmm/arch/x86_64
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "../../libvmm/walk.h"

#define X VMM_PROT_EXEC
#define RX (VMM_PROT_READ | X)
#define RWX 7U

static uint8_t memory[0x10000];

static int read_entry(const void *ctx, uint64_t gpa, void *buf, size_t len)
{
	if (gpa > sizeof(memory) - len)
		return -EIO;
	memcpy(buf, memory + gpa, len);
	return 0;
}

static void put8(uint64_t at, uint64_t entry)
{
	memcpy(memory + at, &entry, 8);
}

static void put4(uint64_t at, uint32_t entry)
{
	memcpy(memory + at, &entry, 4);
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

static void test_none(void **state)
{
	static struct vmm_state s = { .cr0 = 1 };

	maps(&s, 0xfee01234, 0xfee01234, 4096, RWX, 1);
	refuses(&s, 0x100000000, -EINVAL, 0, 32);
}

static void test_32(void **state)
{
	static struct vmm_state s = { .cr0 = 0x80010001, .cr3 = 0x1018 };

	memset(memory, 0, sizeof(memory));
	put4(0x1000 + 4 * 3, 0x2007);
	put4(0x2000 + 4 * 5, 0x7fff5005);
	put4(0x1000 + 4 * 4, 0x00c02083); /* 4 MiB at 0x1_00c00000 */
	maps(&s, 0x00c05678, 0x7fff5678, 4096, RX, 1);
	refuses(&s, 0x00c06000, -EFAULT, 2, 12);
	refuses(&s, 0x01412345, -EFAULT, 1, 22);
	refuses(&s, 0x01012345, -EIO, 1, 22); /* no PSE: it is a table */
	s.cr4 = 0x10;
	maps(&s, 0x01012345, 0x100c12345, 0x400000, RWX, 0);
}

static void test_pae(void **state)
{
	static struct vmm_state s = {
		.cr0 = 0x80010001, .cr4 = 0x20, .cr3 = 0x1020, .efer = 0x800
	};

	memset(memory, 0, sizeof(memory));
	put8(0x1020 + 8 * 3, 0x2001); /* no rights of its own */
	put8(0x2000 + 8 * 511, 0x3003);
	put8(0x3000 + 8 * 511, 0x8000000123456003);
	put8(0x2000 + 8 * 1, 0x123400081); /* 2 MiB, read-only */
	maps(&s, 0xffffffff, 0x123456fff, 4096, 3, 0);
	maps(&s, 0xc0212345, 0x123412345, 0x200000, RX, 0);
	refuses(&s, 0x00000000, -EFAULT, 1, 30);
	s.efer = 0;
	maps(&s, 0xffffffff, 0x123456fff, 4096, RWX, 0);
}

static void test_64(void **state)
{
	static struct vmm_state s = {
		.cr0 = 0x80010001, .cr4 = 0x20, .cr3 = 0x1fff, .efer = 0xd00
	};

	memset(memory, 0, sizeof(memory));
	put8(0x1000 + 8 * 256, 0x2007);
	put8(0x2000 + 8 * 1, 0x4000000087);	  /* 1 GiB */
	put8(0x2000 + 8 * 2, 0x8000000000003003); /* no execution below */
	put8(0x3000 + 8 * 7, 0x4007);
	put8(0x4000 + 8 * 9, 0x000ffffffffff007);
	put8(0x2000 + 8 * 3, 0x7ffffffff001); /* a table outside of memory */
	maps(&s, 0xffff800040000000 + 0x12345678, 0x4012345678, 1UL << 30, RWX,
	     1);
	maps(&s, 0xffff800080e09abc, 0x000ffffffffffabc, 4096, 3, 0);
	s.cr4 |= 1 << 20; /* SMEP: the kernel does not execute users' pages */
	maps(&s, 0xffff800040000000, 0x4000000000, 1UL << 30, 3, 1);
	s.cr4 &= ~(1UL << 20);
	refuses(&s, 0xffff800080e0a000, -EFAULT, 4, 12);
	refuses(&s, 0xffff8000c0000000, -EIO, 2, 30);
	refuses(&s, 0x0000800000000000, -EINVAL, 0, 47);
	refuses(&s, 0, -EFAULT, 1, 39);
	s.cr0 = 0x80000001; /* no WP: the kernel writes anywhere */
	put8(0x4000 + 8 * 9, 0x5005);
	maps(&s, 0xffff800080e09abc, 0x5abc, 4096, 3, 0);
}

static void test_57(void **state)
{
	static struct vmm_state s = {
		.cr0 = 0x80010001, .cr4 = 0x1020, .cr3 = 0x1000, .efer = 0xd00
	};

	memset(memory, 0, sizeof(memory));
	put8(0x1000 + 8 * 1, 0x2003);
	put8(0x2000, 0x3003);
	put8(0x3000, 0x4003);
	put8(0x4000, 0x200083);
	maps(&s, 0x0001000000001234, 0x201234, 0x200000, RWX, 0);
	refuses(&s, 0x0100000000000000, -EINVAL, 0, 56);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none), cmocka_unit_test(test_32),
		cmocka_unit_test(test_pae),  cmocka_unit_test(test_64),
		cmocka_unit_test(test_57),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
