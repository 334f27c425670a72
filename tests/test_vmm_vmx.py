# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""support/vmm on x86_64 with Intel's VMX, in a nested machine under Bochs: what KVM on QEMU's SVM lacks. Breakpoints are INT3
beside an interrupt controller, debug registers exit, there is AVX. Part of `make nightly`; the rest is in test_vmm_nested.py."""

import sys

import pytest

from gdb_guest import play
from test_crash import KINDS
from test_vmm import vmm
from test_vmm_nested import CRASHED, KVM, MACHINES_SAY, MORE, OWN, PROGRAMS, SCENES, ended, given_up, played, start, story
from vitrine import OUT, ROOT, SHARED, build

sys.path.insert(0, str(ROOT / "tests" / "nested"))
from nested import NestedVmx  # noqa: E402  pylint: disable=wrong-import-position

pytestmark = [pytest.mark.one_cpu("a nested machine has one"), pytest.mark.slow, pytest.mark.only_arch("x86_64")]

ARCH = "x86_64"
# In Bochs a guest that masks interrupts keeps them from the machine: the debuggee has its interrupts here.
IMAGES = ("hello", "debuggee", "threads", "crash")


@pytest.fixture(scope="module", name="nested")
def fixture_nested():
    for goal in ("all", "machines"):
        folder = vmm(ARCH, OUT / "nested", goal, STATIC=1)
    machine = NestedVmx(SHARED / "nested", {**{f"bin/{name}": folder / name for name in PROGRAMS},
                                            **{f"images/{app}": build(app, ARCH).path for app in IMAGES}})
    yield machine
    machine.close()


def test_probe(nested):
    """All that QEMU's lacks; of its first step see NestedVmx."""
    status, out = nested.run("probe")
    assert status == 0, out
    assert {name: int(value) for name, value in map(str.split, out.splitlines())} == {
        **KVM[ARCH], "software": 1, "execute": 1, "watch": 1, "step": 0}


def test_programs(nested):
    assert nested.run("calc 2 40")[1].splitlines()[0] == "42"
    assert nested.run("machines") == (0, MACHINES_SAY)
    status, out = nested.run("vmm --append '-- a' /images/hello")
    assert status == 0 and out.splitlines()[0] == "Hello from hello", out


@pytest.mark.parametrize("kind", ("null-write", "divide", "stack-overflow", "refused-msr"))
def test_crash(nested, kind):
    expected = build("crash", ARCH).run(kind)
    status, out = nested.run(f"vmm --append '-- {kind}' /images/crash")
    assert kind in KINDS and status == expected.status == CRASHED, out
    assert story(out.splitlines()) == story(expected.lines)


# Without an answer where interrupts are masked; or about the lack of AVX, or of the interrupt controller.
NOT_HERE = {"interrupt irqs-off", "registers_without_avx", "broken_page_tables", "interrupt idle"}


@pytest.mark.parametrize("name", [name for name in SCENES if name not in NOT_HERE])
def test_gdb(nested, name):
    """gdb at the monitor's stub, with an interrupt controller."""
    late = name == "late_and_again"
    port = start(nested, "" if late else "--wait", SCENES[name][1])
    if late:
        nested.run("until grep -q 'scene spin' /tmp/log; do sleep 0.1; done")
    played(nested, port, build("debuggee", ARCH), name)


def test_a_halted_cpu(nested):
    port = start(nested, "--wait", ("idle",))
    play(build("debuggee", ARCH), f"127.0.0.1:{port}", "interrupt_a_halted_cpu", "debuggee_idle", more=MORE, blame=given_up(nested))
    assert ended(nested)[0] == CRASHED


def test_steps_hold_interrupts_back(nested):
    port = start(nested, "--wait", image="threads")
    play(build("threads", ARCH), f"127.0.0.1:{port}", "steps_among_interrupts", "work", 100,
         more=MORE, seconds=240, blame=given_up(nested))
    status, out = ended(nested)
    assert status == 0, out


@pytest.mark.parametrize("name", [name for name in OWN if name not in NOT_HERE])
def test_gdb_at_the_guests_stub(nested, name):
    """The guest has INT3 and the debug registers itself."""
    port = start(nested, "", SCENES[name][1], "debuggee", "gdb.console=vport2 gdb.wait=1 ", "--guest-gdb", 9004)
    played(nested, port, build("debuggee", ARCH), name)
