# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Several CPUs. tests/apps/smp checks what it does itself and exits with the number
of what failed; each CPU must have taken part."""

import pytest
from vitrine import ONE_COMPILER, build

CPUS = 4


def boot(arch, cc, *scenes, cpus=CPUS):
    """What the scenes print, all of which are right."""
    result = build("smp", arch, cc).run(*scenes, options=["--qemu", f"-smp {cpus}"])
    assert result.status == 0, result.text
    return result.lines


@pytest.mark.parametrize("arch, cc", ONE_COMPILER)
def test_timers(arch, cc):
    lines = boot(arch, cc, "timers")
    for cpu in range(CPUS):
        assert f"timers: cpu {cpu}: own 20, cancelled 0" in lines
        assert f"timers: cpu {cpu}: the neighbour's 10, cancelled 10" in lines
    assert "timers: handled some, cancelled some, twice or lost 0" in lines
