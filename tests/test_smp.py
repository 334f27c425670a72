# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Several CPUs. tests/apps/smp checks what it does itself and exits with the number
of what failed; each CPU must have taken part."""

import re

import pytest
from vitrine import ONE_COMPILER, ROOT, build

pytestmark = pytest.mark.one_cpu("has several")

CPUS = 4
LOG_TEXT = re.compile(r"\[ *([\d.]+)\] INFO: log: cpu (\d+) line (\d+) abcdefghijklmnopqrstuvwxyz0123456789 end")


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


@pytest.mark.parametrize("arch, cc", ONE_COMPILER)
def test_heap(arch, cc):
    lines = boot(arch, cc, "heap")
    assert [line for line in lines if "turns" in line] == [f"heap: cpu {cpu}: 600 turns" for cpu in range(CPUS)]
    assert "heap: bad 0, none 0, left 0, damaged 0" in lines
    assert "heap: objects bad 0" in lines


@pytest.mark.parametrize("arch, cc", ONE_COMPILER)
def test_log(arch, cc):
    """Lines of the log are whole, none is lost, those of a CPU are in order, and so is the time."""
    found = [LOG_TEXT.fullmatch(line) for line in boot(arch, cc, "log") if "log:" in line]
    assert all(found)
    for cpu in range(CPUS):
        assert [int(m[3]) for m in found if int(m[2]) == cpu] == list(range(100))
    times = [float(m[1]) for m in found]
    assert times == sorted(times)


@pytest.mark.parametrize("arch, cc", ONE_COMPILER)
def test_no_cpu_uses_a_stale_translation(arch, cc):
    lines = boot(arch, cc, "tlb")
    for cpu in range(1, CPUS):
        assert f"tlb: cpu {cpu}: has seen all" in lines
    assert "tlb: stale 0" in lines


@pytest.mark.parametrize("arch, cc", ONE_COMPILER)
def test_two_orders_of_locks_are_found(arch, cc):
    """By LIBUKCORE_LOCK_CHECK; lib/ukassert/tests/host has the other kinds."""
    result = build("smp", arch, cc).run("order", options=["--qemu", f"-smp {CPUS}"])
    assert result.status == 70
    line = next(line for line in result.log("CRIT") if line.startswith("lock:"))
    places = re.findall(r"&(\w+) \(appsmp: order\.c:(\d+)\)", line)
    source = (ROOT / "tests/apps/smp/order.c").read_text().splitlines()
    assert [name for name, _ in places] == ["first", "second", "second", "first"]
    for name, number in places:
        assert f"uk_spin_lock(&{name})" in source[int(number) - 1]


@pytest.mark.parametrize("arch, cc", ONE_COMPILER)
def test_the_same_twice_under_icount(arch, cc):
    image = build("smp", arch, cc)
    first, second = (image.run("timers", "heap", "log", options=["--icount", "--qemu", f"-smp {CPUS}"])
                     for _ in range(2))
    assert first.status == 0, first.text
    assert first.text == second.text
