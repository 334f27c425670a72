# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""From the start of the machine to main costs no more instructions than it
used to. Under -icount the count is exact and the same in every run."""

import re

import pytest
from vitrine import ONE_COMPILER, build

pytestmark = pytest.mark.one_cpu("exact numbers of instructions")

# Instructions, firmware included, of Debian 12's QEMU and compilers. When a
# change is worth what it adds, or makes the boot cheaper, set the new number
# (the test prints it) and say so in the commit.
INSTRUCTIONS = {
    ("x86_64", "gcc"): 72_500, ("x86_64", "clang"): 73_000,
    ("arm64", "gcc"): 518_300, ("arm64", "clang"): 456_800,
}
SLACK = 1.03  # small changes need no new number


def boot_to_main(image):
    result = image.run(options=["--icount"])
    assert result.status == 0, result.text
    return int(re.search(r"boot_to_main (\d+)", result.text).group(1))


@pytest.mark.parametrize("arch, cc", ONE_COMPILER)
def test_boot_to_main(arch, cc):
    image = build("bootcost", arch, cc)
    count = boot_to_main(image)
    assert count == boot_to_main(image), "the count is not exact"
    limit = int(INSTRUCTIONS[arch, cc] * SLACK)
    assert count <= limit, f"main starts after {count} instructions, the limit is {limit}"
    print(f"{count} instructions")
