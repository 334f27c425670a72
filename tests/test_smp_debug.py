# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""The crash screen and the stub with several CPUs: tests/apps/smp."""

import os
import re

import pytest

from gdb_guest import StubGuest
from vitrine import ARCHS, ROOT, RUN_SECONDS, build

pytestmark = pytest.mark.one_cpu("has several")

CPUS = 3
SCENES = [ROOT / "tests" / "gdb" / "smp_scenes.py"]
STOPS = int(os.environ.get("VITRINE_STOPS", "40"))  # make nightly: 1000
CRASHED = 70


@pytest.mark.parametrize("scene, args", [
    ("all_cpus_stop", ()),
    ("each_hit_is_reported_once", (40,)),
    ("steps_on_each_cpu", ()),
    ("watch_and_call", ()),
    ("ctrl_c_reaches_each_cpu", ()),
    ("random_stops", (STOPS, 1)),
])
def test_gdb(arch, scene, args):
    with StubGuest(build("smp", arch), "rounds", options=["--smp", CPUS],
                   life=5 * RUN_SECONDS + STOPS) as g:
        g.gdb(scene, CPUS, *args, more=SCENES, seconds=2 * RUN_SECONDS + STOPS)
        done = g.end()
    assert done.status == 0 and "rounds " in done.text, done.text


# The controller's way to stop a CPU is another on each.
CONTROLLERS = [(arch, gic) for arch, gic in (("x86_64", ""), ("arm64", ""), ("arm64", "-machine gic-version=3"))
               if arch in ARCHS]


@pytest.mark.parametrize("arch, gic", CONTROLLERS)
def test_crash(arch, gic):
    """The screen shows each CPU in its endless loop with interrupts off."""
    options = ["--smp", "4", *(["--qemu", gic] if gic else [])]
    done = build("smp", arch).run("crash", options=options)
    assert done.status == CRASHED
    assert "CPU: 0; stopped: 1 2 3" in done.text, done.text
    for cpu in range(1, 4):
        section = done.text.split(f"CPU {cpu}, interrupts off:")[1].split("CPU ")[0]
        assert "] spin+" in section and "] on_ipi+" in section, section


def test_crash_together(arch):
    """Of CPUs that crash at once one has the screen; the others are in it."""
    done = build("smp", arch).run("crash_together", options=["--smp", "4"])
    assert done.status == CRASHED
    assert done.text.count("Vitrine crash") == 1 and "crash while handling" not in done.text, done.text
    first = int(re.search(r"CPU: (\d); stopped: [\d ]+$", done.text, re.M)[1])
    for cpu in set(range(4)) - {first}:
        section = re.search(rf"CPU {cpu}, crashed as well: crash, interrupts off:(.*?)(?=CPU \d|$)", done.text, re.S)
        assert section and "] crash_together+" in section[1], done.text
