/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * <uk/fdt.h> on the device tree of the machine that runs the test, QEMU's
 * virt.
 */
#include <errno.h>
#include <libfdt.h>
#include <uk/fdt.h>
#include <uk/plat/bootinfo.h>
#include <uk/test.h>

UK_TESTCASE(libfdt, devices_are_found)
{
	const void *dtb = ukplat_bootinfo_get()->dtb;
	__u64 base = 0, len = 0;

	UK_TEST_ASSERT_NOT_NULL(dtb);
	UK_TEST_EXPECT_ZERO(uk_fdt_device(dtb, "arm,pl011", 0, &base, &len));
	UK_TEST_EXPECT_UNUM_EQ(base, 0x09000000);
	UK_TEST_EXPECT_UNUM_EQ(len, 0x1000);
	UK_TEST_EXPECT_ZERO(uk_fdt_device(dtb, "virtio,mmio", 31, &base, NULL));
	UK_TEST_EXPECT_UNUM_EQ(base & ~0x3fffUL, 0x0a000000);
}

UK_TESTCASE(libfdt, what_is_not_there)
{
	const void *dtb = ukplat_bootinfo_get()->dtb;
	int psci = fdt_path_offset(dtb, "/psci");
	__u64 base;

	UK_TEST_EXPECT_SNUM_EQ(
		uk_fdt_device(dtb, "vitrine,nothing", 0, &base, NULL), -ENODEV);
	UK_TEST_EXPECT_SNUM_EQ(
		uk_fdt_device(dtb, "virtio,mmio", 32, &base, NULL), -ENODEV);
	UK_TEST_EXPECT_SNUM_EQ(uk_fdt_device(NULL, "arm,pl011", 0, &base, NULL),
			       -ENODEV);
	UK_TEST_ASSERT_SNUM_GT(psci, 0);
	UK_TEST_EXPECT_SNUM_EQ(uk_fdt_reg(dtb, 0, psci, 0, &base, NULL),
			       -ENOENT);
	UK_TEST_EXPECT_SNUM_EQ(uk_fdt_device(dtb, "arm,psci", 0, &base, NULL),
			       -EINVAL);
}

UK_TESTCASE(libfdt, memory_is_what_the_map_says)
{
	const void *dtb = ukplat_bootinfo_get()->dtb;
	const struct ukplat_bootinfo *bi = ukplat_bootinfo_get();
	__u64 base, len, total = 0;
	int node = fdt_node_offset_by_prop_value(dtb, -1, "device_type",
						 "memory", sizeof("memory"));

	UK_TEST_ASSERT_SNUM_GT(node, 0);
	UK_TEST_ASSERT_ZERO(uk_fdt_reg(dtb, 0, node, 0, &base, &len));
	UK_TEST_EXPECT_SNUM_EQ(uk_fdt_reg(dtb, 0, node, 1, NULL, NULL),
			       -ENOENT);
	for (unsigned int i = 0; i < bi->region_count; i++) {
		UK_TEST_EXPECT_UNUM_GE(bi->regions[i].pbase, base);
		total += bi->regions[i].len;
	}
	UK_TEST_EXPECT_UNUM_EQ(total, len);
}

uk_testsuite_register(libfdt, NULL);
