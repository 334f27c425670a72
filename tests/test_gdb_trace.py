# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""gdb's tracepoints in the stub of a guest."""

import shutil
import subprocess

import pytest

from gdb_guest import PLACE_LIST, StubGuest
from vitrine import ROOT, RUN_SECONDS, build

SCENES = ROOT / "tests" / "gdb" / "trace_scenes.py"
SMP_SCENES = ROOT / "tests" / "gdb" / "smp_scenes.py"


@pytest.fixture(params=PLACE_LIST, ids="-".join)
def place(request):
    return request.param


@pytest.fixture
def guest(place):
    """A guest of the debuggee with the arguments of a scene."""
    arch, where = place
    return lambda *argv: StubGuest(build("debuggee", arch), *argv, place=where)


def test_frames(guest, tmp_path):
    with guest("loop", "10") as g:
        g.gdb("frames", 4, str(tmp_path), f"{ROOT}/support/gdb_commands.py", more=[SCENES])
        assert g.end().status == 0
    if shutil.which("babeltrace2"):
        text = subprocess.run(["babeltrace2", tmp_path / "ctf"], stdout=subprocess.PIPE, check=True,
                              text=True).stdout
        assert text.count("frame: { tpnum = 2 }") == 4, text


@pytest.mark.any_arch
def test_experiments(guest):
    with guest("loop", "70") as g:
        g.gdb("experiments", more=[SCENES])
        assert g.end().status == 0


@pytest.mark.any_arch
@pytest.mark.parametrize("disconnected", ["on", "off"])
def test_debugger_goes(guest, disconnected):
    with guest("spin") as g:
        g.gdb("leave_it_running", disconnected, more=[SCENES])
        g.gdb("come_back", disconnected == "on", more=[SCENES])
        assert g.end().status == 1


def test_stops_between_a_hit_and_its_instruction(guest):
    with guest("spin") as g:
        g.gdb("stops_between_a_hit_and_its_instruction", more=[SCENES])
        assert g.end().status == 1


@pytest.mark.any_arch
@pytest.mark.one_cpu("has several")
def test_several_cpus(arch):
    with StubGuest(build("smp", arch), "rounds", options=["--smp", 3], life=3 * RUN_SECONDS) as g:
        g.gdb("tracepoints_on_each_cpu", 3, more=[SMP_SCENES, SCENES], seconds=2 * RUN_SECONDS)
        assert g.end().status == 0
