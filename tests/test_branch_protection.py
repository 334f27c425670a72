# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""BRANCH_PROTECTION on arm64 (tests/apps/protect): on a CPU that has it a changed return
address and a jump past a landing pad end in a screen that names the cause, and all that is
right goes on; on one that has it not the same image runs. Call traces are gdb's. At each
instruction: test_unwind_steps.py."""

import re
import subprocess

import pytest
from debugger import functions
from gdb_guest import StubGuest
from screen import read_screen
from test_lldb import lldb
from vitrine import ROOT, RUN_SECONDS, WITH_GCC, build

MAX, PLAIN = "max", "cortex-a72"  # with it, and without
SCENES = [ROOT / "tests" / "gdb" / "protect_scenes.py"]
SIGNED = "0x2000"  # what the CPU puts before an address whose signature is wrong
RIGHT = "3 jumps, 1 signals, 1 sorted, 0.429, sum 4200\nat exit\n"
LLDB_FRAME = re.compile(r"frame #\d+: \w+ \S+?`(?:\w+ \[inlined\] )?(\w+)")

pytestmark = pytest.mark.only_arch("arm64")


@pytest.fixture(name="image", params=[cc for arch, cc in WITH_GCC if arch == "arm64"])
def built(request):
    return build("protect", "arm64", request.param)


@pytest.mark.parametrize("cpu", [MAX, PLAIN])
def test_what_is_right_runs(image, cpu):
    result = image.run("right", options=["--cpu", cpu])
    assert result.status == 0 and RIGHT in result.text, result.text


@pytest.mark.parametrize("more", ["", "-machine virtualization=on", "-machine secure=on,gic-version=2"])
def test_entered_at_any_level(more):
    """EL2 and EL3 do not keep the keys for themselves."""
    result = build("protect", "arm64").run("return", options=["--cpu", MAX, "--qemu", f"{more} -d nochain"])
    assert "wrong signature" in read_screen(result).reason, result.text


def test_changed_return_address(image):
    result = image.run("return", options=["--cpu", MAX])
    assert result.status == 70, result.text
    screen = read_screen(result)
    wrong = f"{SIGNED}{image.functions()['reached']:012x}"
    assert screen.reason == f"execute at {wrong}: wrong signature of a return address"
    assert len(screen.trace) == 1 and screen.trace_end == f"return address outside of the code ({wrong})"
    assert "main" in [guess.function for guess in screen.guesses] or \
        "run_main" in [guess.function for guess in screen.guesses], result.text
    assert image.run("return", options=["--cpu", PLAIN]).status == 3  # it went there


def test_past_the_landing_pad(image, tmp_path):
    core = tmp_path / "core"
    result = image.run("pad", options=["--cpu", MAX, "--core", str(core)])
    assert result.status == 70, result.text
    screen = read_screen(result)
    place = image.functions()["pad_is_here"] + 4
    assert screen.reason == f"execute at {place:#x}: no landing pad for an indirect branch"
    assert "UKARCH_TRAP_SECURITY" in result.text and "EC 0x0d branch target" in result.text
    assert screen.functions[:3] == ["pad_is_here", "past_the_pad", "main"]
    signed = r"[0-9a-f]{8}  .*(?!00 00)\w\w \w\w  \|.{16}\| \S+ main\+"  # on the stack, with its name
    assert any(re.match(signed, line) for line in result.log("CRIT")), result.text
    for debugger, trace in ((["-batch", "-ex", "bt"], lambda text: functions(text[text.rindex("#0 "):])),
                            (["--lldb"], lambda text: LLDB_FRAME.findall(text.rpartition("(lldb) bt")[2]))):
        words = [ROOT / "support" / "gdb", *(d for d in debugger if d == "--lldb"), core,
                 *(debugger if debugger[0] == "-batch" else ["-b", "-o", "bt"])]
        done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=RUN_SECONDS, check=False)
        its = trace(done.stdout.replace("[PAC] ", ""))
        assert its[:3] == screen.functions[:3] and its[-1] == "_start", done.stdout + result.text
    done = image.run("pad", options=["--cpu", PLAIN])
    assert done.status == 0 and "returned 1\n" in done.text, done.text


@pytest.mark.parametrize("cpu", [MAX, PLAIN])
def test_traces_of_gdb(image, cpu):
    with StubGuest(image, "right", options=["--cpu", cpu]) as g:
        g.gdb("traces_agree", cpu == MAX, more=SCENES)
        assert g.end().status == 0


@pytest.mark.parametrize("cpu", [MAX, PLAIN])
def test_calls_of_lldb(image, cpu):
    """What it compiles has no landing pads, and calls what checks its pointers by address. clang has no place for the
    function's own buffer there."""
    with StubGuest(image, "newlib", options=["--cpu", cpu]) as g:
        said = lldb(g, "breakpoint set --name newlib", "continue", "breakpoint disable", "expression deep(3)",
                    'expression (int)snprintf((char *)numbers, 99, "%s-%d", "one", (int)strlen("two"))',
                    "expression ((char *)numbers)[0]",
                    "process continue")
        assert g.end().status == 0
    assert "= 4\n" in said[3] and "= 5\n" in said[4] and "'o'" in said[5], said


def test_jumps_of_gdb():
    with StubGuest(build("protect", "arm64"), "newlib", options=["--cpu", MAX]) as g:
        g.gdb("jumps_to_anywhere", more=SCENES)
        assert g.end().status == 0


def test_report_from_outside():
    """At QEMU's own stub, which does not know of signatures."""
    result = build("protect", "arm64").run("wait", options=["--cpu", MAX, "--timeout", "1"])
    assert result.status == 124, result.text
    for name, trace in (("main", ["waits"] * 4 + ["both_wait", "main", "run_main"]),
                        ("second", ["waits"] * 2 + ["second", "start", "thread_start", "ukarch_ctx_start"])):
        its = functions(result.text.partition(f": {name}, sleeping")[2].partition("Thread ")[0].replace("[PAC] ", ""))
        at = its.index("waits")
        assert its[at:at + len(trace)] == trace, result.text
