# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Threads on several CPUs: tests/apps/smp_threads looks for mistakes, here is what only the host sees.

Two CPUs are two threads of QEMU; more take turns under -icount, as this machine may have two."""

import os
import re
import time

import pytest
from guest import Guest
from stub_client import Stub
from vitrine import RUN_SECONDS, build, check_most_are_the_same

pytestmark = pytest.mark.one_cpu("has several")

SCENES = ("mutex", "semaphore", "fair", "condition", "wakes", "create", "detached", "sleep", "pull", "affinity",
          "preempt", "errno", "lines", "once", "posix", "idle", "values", "only",
          "trace")
ON = {"2": ["--qemu", "-smp 2"], "4": ["--icount", "--qemu", "-smp 4"], "8": ["--icount", "--qemu", "-smp 8"]}
LINE = re.compile(r"line (\d) (\d+) abcdefghijklmnopqrstuvwxyz (\d+\.\d{3}) end")


def check(result, cpus, scenes):
    assert result.status == 0, result.text
    assert f"{cpus} CPUs" in result.lines
    found = dict(re.findall(r"^(\w+): (\d+) mistakes", result.text, re.M))
    assert found == dict.fromkeys(scenes, "0"), result.text
    lines = [LINE.fullmatch(line) for line in result.lines if re.search("line|end", line) and "mistakes" not in line]
    assert len(lines) == 6 * 50 and all(lines)
    for thread in range(6):
        mine = [(int(m[2]), float(m[3])) for m in lines if int(m[1]) == thread]
        assert mine == [(i, i / 8) for i in range(50)]


@pytest.mark.parametrize("cpus", ["2", "4", pytest.param("8", marks=pytest.mark.slow)])
def test_scenes(arch, cpus):
    check(build("smp_threads", arch).run(*SCENES, options=ON[cpus]), cpus, SCENES)


@pytest.mark.parametrize("cpus", ["2", *(["4"] if os.environ.get("VITRINE_ALL") else [])])
def test_scenes_with_checked_locks(arch, cpus):
    """Each lock as it is taken; four CPUs, too, are threads of the host's."""
    image = build("smp_threads", arch, config=("CONFIG_LIBUKCORE_LOCK_CHECK=y",))
    check(image.run(*SCENES, options=["--smp", cpus], seconds=4 * RUN_SECONDS), cpus, SCENES)


def test_speed(arch):
    """Four workers on two CPUs against a bare loop on each, in instructions; `make bench` measures the time."""
    result = build("smp_threads", arch).run("speed", options=["--icount", "--smp", "2"])
    loops, workers = map(int, re.search(r"^speed: loops (\d+), workers (\d+)$", result.text, re.M).groups())
    assert workers >= 0.9 * loops > 0, result.text


@pytest.mark.parametrize("cpus", ["1", "2"])
def test_cost_of_a_contended_mutex(arch, cpus):
    """In instructions; with two CPUs the other thread is on the other one."""
    image = build("switches", arch, config=("CONFIG_UKPLAT_LCPU_MAXCOUNT=2",) if cpus > "1" else ())
    result = image.run(options=["--icount", "--smp", cpus])
    cost = {name: int(value) for name, value in re.findall(r"^bench (\w+) (\d+)$", result.text, re.M)}
    assert 0 < cost["mutex_contended"] <= 2 * cost["switch_yield"] + 150, result.text


@pytest.mark.any_arch
def test_two_runs_are_the_same(arch):
    """With four CPUs, byte for byte: times of the log included."""
    check_most_are_the_same(build("smp_threads", arch), "mutex", "create", "sleep", "preempt", options=ON["4"])


@pytest.mark.any_arch
def test_one_cpu_of_eight(arch):
    """An image for several CPUs on a machine with one."""
    scenes = [s for s in SCENES if s not in ("pull", "trace")]
    result = build("smp_threads", arch).run(*scenes, options=[])
    assert result.status == 0 and "1 CPUs" in result.lines, result.text


def test_a_page_that_is_split_stays_mapped(arch):
    result = build("smp_threads", arch).run("split", options=["--qemu", "-smp 4"])
    assert re.search(r"^split: 0 mistakes", result.text, re.M), result.text


def test_a_thread_that_changes_the_cpu_reads_its_own(arch):
    """arm64 reads a field of the CPU in two instructions: behind the first it is read again."""
    image = build("smp_threads", arch)
    result = image.run("resume")
    assert "resume: 0 mistakes" in result.text
    begins = [(int(at, 16), int(to, 16)) for at, to in re.findall(r"at (\w+) begins at (\w+)", result.text)]
    start = image.functions()["reads_current"]
    code = image.tool("objdump", "-d", f"--start-address={start}", f"--stop-address={start + 28}", image.path)
    first = [int(at, 16) for at in re.findall(r"^ *(\w+):.*mrs\s+x\d+, tpidr_el1", code, re.M)]
    assert begins == [(at + 4, at) for at in first]
    assert bool(begins) == (arch == "arm64")


PORT = ("-smp 4 -device virtio-serial-device -chardev null,id=port "
        "-device virtserialport,nr=1,chardev=port")


def test_a_cpu_is_not_stopped_inside_of_a_device(arch):
    result = build("smp_threads", arch).run("device", options=["--qemu", PORT])
    assert re.search(r"^device: 0 mistakes", result.text, re.M), result.text


def test_a_line_interrupts_the_cpu_that_it_is_given(arch):
    """A byte of input is an interrupt of the serial port's line."""
    with Guest(build("smp_threads", arch), "interrupts", options=["--qemu", "-smp 4"], stdin=True) as guest:
        for cpu in (0, 1, 2, 3, 0):
            guest.wait_for(f"interrupt cpu {cpu}")
            guest.write(b"\n")
        result = guest.end()
    assert result.status == 0 and re.search(r"^interrupts: 0 mistakes", result.text, re.M), result.text


def test_a_cpu_without_a_thread_halts(arch, tmp_path):
    """All do while main waits for input, as QEMU sees them."""
    place = tmp_path / "gdb"
    with Guest(build("smp_threads", arch), "interrupts", options=["--qemu", f"-smp 4 -gdb unix:{place},server=on,wait=off"],
               stdin=True) as guest:
        guest.wait_for("interrupt cpu 0")
        stub, end = Stub(str(place), lambda: guest.process.poll() is None), time.monotonic() + RUN_SECONDS
        cpus = stub.cpus()
        while not all(halted := [stub.is_halted(cpu) for cpu in cpus]) and time.monotonic() < end:
            stub.go()
            time.sleep(0.01)  # main was on its way
            stub.stop()
        assert halted == [True] * 4
