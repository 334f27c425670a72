# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Signals that a program sends to itself: what ends it, and what a debugger
sees. tests/test_libc.py compares handlers and masks with the host's."""

import os
import re
import signal
import subprocess

import pytest

from gdb_guest import StubGuest
from vitrine import ARCHS, ROOT, RUN_SECONDS, build

APP = "debuggee"
SCENES = [ROOT / "tests" / "gdb" / "signal_scenes.py"]


ALL = ("HUP INT QUIT ILL TRAP ABRT FPE KILL BUS SEGV SYS PIPE ALRM TERM URG STOP TSTP CONT CHLD TTIN TTOU IO XCPU XFSZ "
       "VTALRM PROF USR1 USR2 WINCH").split()
SOME = ["TERM", "KILL", "SEGV", "STOP", "TSTP", "CHLD"]


def ends_on_the_host(name):
    """Of a process that no terminal and no shell controls."""
    done = subprocess.run(["env", "--default-signal", "sh", "-c", f"ulimit -c 0; kill -{name} $$"], stdin=subprocess.DEVNULL, start_new_session=True,
                          timeout=RUN_SECONDS, check=False)
    assert done.returncode in (0, -signal.Signals[f"SIG{name}"])
    return done.returncode != 0


@pytest.mark.any_arch
@pytest.mark.parametrize("name", ALL if os.environ.get("VITRINE_ALL") else SOME)
def test_default_action(arch, name):
    """Without a debugger nothing could continue what SIGSTOP stops: it ends."""
    result = build(APP, arch).run(f"raise-{name}")
    if name == "STOP" or ends_on_the_host(name):
        assert result.status == 70
        assert any(f"SIG{name}" in line for line in result.log("CRIT")), result.text
    else:
        assert result.status == 0 and "raise 0" in result.lines


@pytest.mark.any_arch
def test_abort_in_its_own_handler_ends(arch):
    result = build(APP, arch).run("abort-again")
    assert result.status == 70
    assert result.lines.count("abort in the handler of 6") == 1, result.text
    assert any("abort" in line for line in result.log("CRIT"))


def test_fault_is_not_masked(arch):
    result = build(APP, arch).run("masked")
    assert result.status == 70
    assert any(re.search("write to 0x10", line) for line in result.log("CRIT")), result.text


@pytest.mark.any_arch
@pytest.mark.parametrize("arch", ARCHS)
def test_gdb_and_signals(arch):
    with StubGuest(build(APP, arch), "signals") as g:
        text = g.gdb("signals", more=SCENES)
        result = g.end()
    assert "Program terminated with signal SIGUSR2" in text
    assert result.status == 70
    assert "notes 3015" in result.lines
    assert any("SIGUSR2" in line for line in result.log("CRIT")), result.text


@pytest.mark.any_arch
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


@pytest.mark.any_arch
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
