# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Several CPUs. tests/apps/smp checks what it does itself and exits with the number
of what failed; each CPU must have taken part."""

import contextlib
import os
import re

import pytest
from guest import DEBUG_THREADS, Guest, not_run
from vitrine import ARCHS, ONE_COMPILER, ROOT, RUN_SECONDS, build, check_most_are_the_same

pytestmark = pytest.mark.one_cpu("has several")

CPUS = 4
NUMBERS = [CPUS, *([2, 8] if os.environ.get("VITRINE_ALL") else [])]
LOG_TEXT = re.compile(r"\[ *([\d.]+)\] INFO: log: cpu (\d+) line (\d+) abcdefghijklmnopqrstuvwxyz0123456789 end")


def boot(arch, cc, *scenes, cpus=CPUS, options=()):
    """What the scenes print, all of which are right."""
    result = build("smp", arch, cc).run(*scenes, options=["--qemu", f"-smp {cpus}", *options])
    assert result.status == 0, result.text
    return result.lines


@pytest.mark.parametrize("arch, cc", ONE_COMPILER)
def test_run_and_lock(arch, cc):
    """Each CPU but the first runs all that it is given; no addition under a lock is lost. The lock is fair: without
    -icount each turn would wait for a CPU that the host may not run."""
    lines = boot(arch, cc, "run", "lock", options=["--icount"])
    assert [line for line in lines if line.startswith("cpu ")] == \
        ["cpu 0: 0", *(f"cpu {n}: 300" for n in range(1, CPUS))]
    assert f"counter {20000 * (CPUS - 1)}" in lines


@pytest.mark.parametrize("arch, cc", ONE_COMPILER)
def test_unikrafts_calls(arch, cc):
    """A CPU that an application starts with code and stack of its own; wake-ups; one that halts for ever."""
    assert "woken 10 times, room for 16" in boot(arch, cc, "start", cpus=3, options=["-p", "smp.own=1"])


@pytest.mark.parametrize("arch, cc", ONE_COMPILER)
def test_a_cpu_that_stands_handles_no_nmi(arch, cc):
    """A debugger's line once lost bytes to the handler of one."""
    assert "handlers while it stood: 0, after that: some" in boot(arch, cc, "stand", cpus=2)


@pytest.mark.parametrize("arch, cc", ONE_COMPILER)
def test_a_field_of_the_cpu_is_read_at_once(arch, cc):
    """One instruction on x86_64, two on arm64."""
    image = build("smp", arch, cc)
    code = image.tool("objdump", "-d", "--no-show-raw-insn", "--disassemble=smp_this_cpu", image.path)
    insns = re.findall(r"^ *[0-9a-f]+:\t(?!nop|paciasp|autiasp|bti|endbr64)(\S+) *(.*)$", code, re.M)
    # what frames cost is not of it
    insns = [(name, words) for name, words in insns if not re.search(r"r[sb]p|x29|\bsp\b", words) and name not in ("ret", "retq")]
    assert len(insns) == {"x86_64": 1, "arm64": 2}[arch], code
    assert "%gs:" in insns[0][1] if arch == "x86_64" else insns[0][0] == "mrs" and insns[1][0] == "ldr", code


def test_more_cpus_than_the_image_is_for(arch):
    many = {"x86_64": "-smp 10", "arm64": "-smp 10 -machine gic-version=3"}[arch]
    result = build("smp", arch).run("run", options=["--qemu", many])
    assert "8 of 10 CPUs are used: CONFIG_UKPLAT_LCPU_MAXCOUNT" in result.log("INFO"), result.text
    assert result.status == 0 and "cpu 7: 300" in result.lines, result.text


# With room for two more CPUs, and a gap in the ids.
SOME = f"-smp {CPUS},sockets=2,cores=3,maxcpus=6"
MORE_MACHINES = [
    ("x86_64", "-machine microvm,acpi=on", ()), ("x86_64", "-machine microvm -bios bios-microvm.bin", ()),
    ("x86_64", "-machine q35 -bios qboot.rom", ()), ("x86_64", "-machine q35 -bios bios-256k.bin", ()),
    # ACPI's tables are behind what boot maps
    ("x86_64", f"-machine q35 -bios bios-256k.bin {SOME}", ("--mem", "3G")), ("x86_64", f"-machine q35 -bios qboot.rom {SOME}", ("--mem", "5G")),
    ("arm64", "-machine virtualization=on", ()), ("arm64", "-machine virtualization=on,gic-version=3", ()),
]


@pytest.mark.parametrize("arch, machine, more", [one for one in MORE_MACHINES if one[0] in ARCHS])
def test_start_on_each_machine(arch, machine, more):
    """By firmware with and without ACPI; by PSCI from EL2."""
    result = build("smp", arch).run("run", options=[*(["--machine", "q35"] if "q35" in machine else []), *more,
                                                    "--qemu", f"-smp {CPUS} {machine}"])
    assert result.status == 0 and [line for line in result.lines if line.startswith("cpu ")] == \
        ["cpu 0: 0", *(f"cpu {n}: 300" for n in range(1, CPUS))], result.text


@pytest.mark.only_arch("arm64")
def test_no_firmware_that_starts_cpus():
    """QEMU's machine with EL3 has no PSCI of its own."""
    result = build("smp", "arm64").run("run", options=["--qemu", f"-smp {CPUS} -machine secure=on"])
    missing = set(map(int, re.findall(r"ERR: CPU (\d) \(id 0x\w+\) did not start$", result.text, re.M)))
    assert result.status == 0 and missing == set(range(1, CPUS)), result.text


@pytest.mark.only_arch("x86_64")
def test_cpus_that_do_not_start():
    """Of a topology with gaps: they are named, and the others go on."""
    result = build("smp", "x86_64").run("run", options=["--qemu", "-smp 6,sockets=2,cores=3"])
    missing = set(map(int, re.findall(r"ERR: CPU (\d) \(id 0x\w+\) did not start$", result.text, re.M)))
    assert result.status == 0 and missing and missing < set(range(1, 6)), result.text
    assert all(f"cpu {n}: {0 if n in missing else 300}" in result.lines for n in range(1, 6)), result.text


def test_a_cpu_that_does_not_stop(arch):
    """The host does not run it: a crash names it, and ends."""
    for _ in range(10):  # it may be stopped with a lock of QEMU, or too late
        with Guest(build("smp", arch), "crash_late", options=["--smp", "2", *DEBUG_THREADS]) as guest:
            guest.wait_for("they spin")
            with not_run(guest.process, 1), contextlib.suppress(AssertionError):
                guest.wait_for("exit 70", seconds=RUN_SECONDS / 10)
            done = guest.end()
        if "CPU: 0; did not stop: 1" in done.log("CRIT"):
            break
    assert done.status == 70 and "CPU: 0; did not stop: 1" in done.log("CRIT"), done.text


@pytest.mark.parametrize("cpus", NUMBERS)
@pytest.mark.parametrize("arch, cc", ONE_COMPILER)
def test_timers(arch, cc, cpus):
    lines = boot(arch, cc, "timers", cpus=cpus)
    for cpu in range(cpus):
        assert f"timers: cpu {cpu}: own 20, cancelled 0" in lines
        assert f"timers: cpu {cpu}: the neighbour's 10, cancelled 10" in lines
    assert "timers: handled some, cancelled some, twice or lost 0" in lines


@pytest.mark.any_arch
@pytest.mark.parametrize("cpus", NUMBERS)
@pytest.mark.parametrize("arch, cc", ONE_COMPILER)
def test_heap(arch, cc, cpus):
    lines = boot(arch, cc, "heap", cpus=cpus)
    assert [line for line in lines if "turns" in line] == [f"heap: cpu {cpu}: 600 turns" for cpu in range(cpus)]
    assert "heap: bad 0, none 0, left 0, damaged 0" in lines
    assert "heap: objects bad 0" in lines


@pytest.mark.any_arch
@pytest.mark.parametrize("cpus", NUMBERS)
@pytest.mark.parametrize("arch, cc", ONE_COMPILER)
def test_log(arch, cc, cpus):
    """Lines of the log are whole, none is lost, those of a CPU are in order, and so is the time."""
    found = [LOG_TEXT.fullmatch(line) for line in boot(arch, cc, "log", cpus=cpus) if "log:" in line]
    assert all(found)
    for cpu in range(cpus):
        assert [int(m[3]) for m in found if int(m[2]) == cpu] == list(range(100))
    times = [float(m[1]) for m in found]
    assert times == sorted(times)


@pytest.mark.parametrize("cpus", NUMBERS)
@pytest.mark.parametrize("arch, cc", ONE_COMPILER)
def test_no_cpu_uses_a_stale_translation(arch, cc, cpus):
    lines = boot(arch, cc, "tlb", cpus=cpus)
    for cpu in range(1, cpus):
        assert f"tlb: cpu {cpu}: has seen all" in lines
    assert "tlb: stale 0" in lines


@pytest.mark.any_arch
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


@pytest.mark.any_arch
@pytest.mark.parametrize("arch, cc", ONE_COMPILER)
def test_the_same_twice_under_icount(arch, cc):
    """Times of the log included."""
    check_most_are_the_same(build("smp", arch, cc), "timers", "heap", "log", options=["--icount", "--qemu", f"-smp {CPUS}"])
