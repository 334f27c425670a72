/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Device memory where no device answers: mapped, but each access ends in an
 * external abort. The address lies between the devices of QEMU's virt.
 */
#include <uk/nofault.h>
#include <uk/test.h>

#define NO_DEVICE 0x09f00000UL

UK_TESTCASE(uknofault_arm64, external_aborts_are_caught)
{
	char buf[16] = "unchanged";

	UK_TEST_EXPECT_ZERO(uk_nofault_probe_r(NO_DEVICE, 8, 0));
	UK_TEST_EXPECT_ZERO(uk_nofault_probe_r(NO_DEVICE, 3 * __PAGE_SIZE,
					       UK_NOFAULTF_CONTINUE));
	UK_TEST_EXPECT_ZERO(
		uk_nofault_memcpy(buf, (char *)NO_DEVICE, sizeof(buf), 0));
	UK_TEST_EXPECT_ZERO(
		uk_nofault_memcpy((char *)NO_DEVICE, buf, sizeof(buf), 0));
	UK_TEST_EXPECT_BYTES_EQ(buf, "unchanged", 10);
}

uk_testsuite_register(uknofault_arm64, NULL);
