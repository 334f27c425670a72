# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Signals that a program sends to itself: what ends it, and what a debugger
sees. tests/test_libc.py compares handlers and masks with the host's."""

import re

import pytest

from gdb_guest import StubGuest
from vitrine import ARCHS, ROOT, build

APP = "debuggee"
SCENES = [ROOT / "tests" / "gdb" / "signal_scenes.py"]


@pytest.mark.parametrize("name", ["TERM", "KILL", "SEGV", "STOP"])
def test_default_action_ends(arch, name):
    """Without a debugger nothing could continue what SIGSTOP stops."""
    result = build(APP, arch).run(f"raise-{name}")
    assert result.status == 70
    assert any(f"SIG{name}" in line for line in result.log("CRIT")), result.text


@pytest.mark.parametrize("name", ["TSTP", "CHLD"])
def test_default_action_ignores(arch, name):
    result = build(APP, arch).run(f"raise-{name}")
    assert result.status == 0 and "raise 0" in result.lines


def test_abort_in_its_own_handler_ends(arch):
    result = build(APP, arch).run("abort-again")
    assert result.status == 70
    assert result.lines.count("abort in the handler of 6") == 1, result.text
    assert any("abort" in line for line in result.log("CRIT"))


def test_fault_is_not_masked(arch):
    result = build(APP, arch).run("masked")
    assert result.status == 70
    assert any(re.search("write to 0x10", line) for line in result.log("CRIT")), result.text


@pytest.mark.parametrize("arch", ARCHS)
def test_gdb_and_signals(arch):
    with StubGuest(build(APP, arch), "signals") as g:
        text = g.gdb("signals", more=SCENES)
        result = g.end()
    assert "Program terminated with signal SIGUSR2" in text
    assert result.status == 70
    assert "notes 3015" in result.lines
    assert any("SIGUSR2" in line for line in result.log("CRIT")), result.text


@pytest.mark.parametrize("arch", ARCHS)
def test_gdb_changes_a_signal_and_leaves(arch):
    """What was shown when it leaves has its action."""
    with StubGuest(build(APP, arch), "signals") as g:
        g.gdb("signal_changed", more=SCENES)
        result = g.end()
    assert result.status == 70
    assert "notes 151530" in result.lines, result.text


@pytest.mark.parametrize("arch", ARCHS)
def test_gdb_sees_a_fault_behind_a_mask(arch):
    with StubGuest(build(APP, arch), "masked") as g:
        g.gdb("fault_behind_a_mask", more=SCENES)


@pytest.mark.parametrize("arch", ARCHS)
def test_gdb_sends_signals(arch):
    """That the program did not raise: a handler runs, the default action ends it."""
    with StubGuest(build(APP, arch), "signals") as g:
        text = g.gdb("signal_sent", more=SCENES)
        result = g.end()
    assert "Program terminated with signal SIGUSR2" in text
    assert result.status == 70
    assert any("SIGUSR2" in line for line in result.log("CRIT")), result.text


@pytest.mark.parametrize("arch", ARCHS)
def test_gdb_steps_with_signals(arch):
    with StubGuest(build(APP, arch), "signals") as g:
        g.gdb("steps_with_signals", more=SCENES)
