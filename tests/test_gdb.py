# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""The stub in the guest under a real gdb, at every place where it can be."""

import re

import pytest

from gdb_guest import LINES, PLACE_LIST, StubGuest, play_on_the_log_line
from vitrine import ARCHS, ONE_COMPILER, ORDERED, RUN_SECONDS, TARGETS, build

CRASHED = 70


@pytest.fixture(params=PLACE_LIST, ids="-".join)
def place(request):
    return request.param


@pytest.fixture(params=LINES, ids="-".join)
def line(request):
    """Any place, for what the line carries."""
    return request.param


def image(arch):
    return build("debuggee", arch)


def play(place, scene, *args, argv=(), **more):
    """One scene in a guest of its own; returns how the guest ended."""
    arch, where = place
    with StubGuest(image(arch), *argv, place=where, **more) as g:
        g.gdb(scene, *args)
        return g.end()


def test_look_and_leave(line):
    assert play(line, "look_and_leave").status == 0


def test_no_more_packets(line):
    assert play(line, "no_more_packets", argv=("loop", "100")).status == CRASHED


@pytest.mark.any_arch
def test_exit_status(line):
    assert play(line, "run_to_the_end", 0).status == 0


@pytest.mark.any_arch
def test_kill(line):
    assert play(line, "kill").status == CRASHED


def test_breakpoints(line):
    assert play(line, "breakpoints", argv=("loop", "20")).status == 0


def test_hardware_breakpoints(place):
    assert play(place, "hardware_breakpoints", argv=("loop", "20")).status == 0


def test_steps(place):
    assert play(place, "steps", argv=("stepped",)).status == 0


def test_breakpoint_on_each_instruction(place):
    plain = image(place[0]).run("mixture", "123")
    arch, where = place
    with StubGuest(image(arch), "mixture", "123", place=where) as g:
        g.gdb("each_instruction", "debuggee_mixture", seconds=3 * RUN_SECONDS)
        done = g.end()
    expected = [line for line in plain.lines if line.startswith("mixture")]
    assert expected and [x for x in done.lines if x.startswith("mixture")] == expected


@pytest.mark.any_arch
def test_long_line(place):
    assert play(place, "range_of_a_long_line", argv=("long-line",), options=ORDERED).status == 0


def test_atomic_line(place):
    assert play(place, "atomic_line", argv=("atomic",)).status == CRASHED


def test_conditions(place):
    # thousands of stops, each of all CPUs, take minutes on a busy host (x86_64: a stopped CPU spins)
    assert play(place, "conditions_in_the_guest", 1999, argv=("loop", "2000"), options=ORDERED).status == 0


@pytest.mark.any_arch
def test_agent_printf(line):
    arch, where = line
    with StubGuest(image(arch), "loop", "10", place=where) as g:
        text = g.gdb("agent_printf")
        assert "add 20 22" in text and "add 9 1" in text, text
        assert g.end().status == 0


def test_watchpoints(place):
    assert play(place, "watchpoints", argv=("stores",)).status == 0


def test_watch_with_condition(place):
    assert play(place, "watch_a_condition", argv=("stores",)).status == 0


def test_data_and_calls(place):
    assert play(place, "data_and_calls", argv=("loop", "3")).status == 5


def test_registers(place):
    assert play(place, "registers", argv=("regs",)).status == 0


def test_memory(line):
    # a serial port takes 20 KiB a second of a busy host
    size = 1 << (20 if line[1] == "vport" else 15)
    assert play(line, "big_memory", size).status == 0


# What is called from .text.uk_nobreak when it is known that no breakpoint was
# hit, that it does stop, or that its instruction cannot be executed elsewhere.
BEHIND_THE_DECISION = {
    "uk_crash_trap", "ukarch_trap_operand", "place_of_fault", "uk_page_walk",
    "ukarch_trap_exhausted", "own_trap", "other_cause", "hardware", "stop_at", "stop_polled",
    "gdb_guest_catch_up", "gdb_guest_stop",
    "gdb_guest_check", "gdb_step_trace", "gdb_step_begin", "gdb_guest_tid", "clear_way", "trap_behind",
    "gdb_arch_step_on", "gdb_arch_resume", "uk_break_patch", "gdb_arch_hw_enable",
    "gdb_step_trap", "gdb_arch_skip_own", "gdb_session_attached", "gdb_session_poll",
    "gdb_points_check", "gdb_guest_fp_flush", "uk_nofault_memcpy", "gdb_cpus_stop", "gdb_cpus_resume",
    "gdb_guest_goes_first", "gdb_signal_trap", "gdb_arch_step_forget", "uk_thread_by_id", "uk_thread_regs",
    "gdb_step_later", "gdb_guest_passes", "uk_lcpu_trap",
}


@pytest.mark.parametrize("arch, cc", ONE_COMPILER)
def test_way_of_a_debug_trap(arch, cc):
    """Nothing on it is called that could hold a breakpoint: no memset of the
    compiler's, no function outside of its section."""
    elf = build("debuggee", arch, cc)
    symbols = {name: int(value, 16) for value, _, name in
               (line.split() for line in elf.tool("nm", elf.path).splitlines()
                if len(line.split()) == 3)}
    start, end = symbols["uk_nobreak_start"], symbols["uk_nobreak_end"]
    listing = elf.tool("objdump", "-d", f"--start-address={start:#x}", f"--stop-address={end:#x}",
                       elf.path)
    calls = re.findall(r"\t(?:call|jmp|bl|b)\s+(?:0x)?([0-9a-f]+) <(\w+)", listing)
    assert len(calls) > 20
    outside = {name for at, name in calls if not start <= int(at, 16) < end}
    assert outside <= BEHIND_THE_DECISION, outside - BEHIND_THE_DECISION


@pytest.mark.parametrize("arch, cc", ONE_COMPILER)
def test_breakpoint_on_the_way_is_refused(arch, cc):
    with StubGuest(build("debuggee", arch, cc)) as g:
        g.gdb("refused")
        assert g.end().status == 0


@pytest.fixture(params=[("CONFIG_LIBUKSCHED_PREEMPT=y",), ()], ids=["preemptive", "cooperative"])
def threads(request, place):
    return build("threads", place[0], config=("CONFIG_LIBVIRTIO_CONSOLE=y", *request.param))


@pytest.mark.any_arch
@pytest.mark.parametrize("scene", ["thread_list", "thread_steps", "monitor"])
def test_threads(place, threads, scene):
    with StubGuest(threads, place=place[1], options=ORDERED) as g:
        g.gdb(scene)
        assert g.end().status == 0


@pytest.mark.parametrize("argv, signal", [("null", "SIGSEGV"), ("abort", "SIGABRT"),
                                          ("undefined", "SIGILL")])
def test_crash(place, argv, signal):
    name = "abort" if argv == "abort" else "debuggee_" + argv
    done = play(place, "crash", signal, name, argv=(argv,))
    assert done.status == CRASHED


@pytest.mark.any_arch
def test_mended(place):
    assert play(place, "mend", argv=("null",)).status == 0


@pytest.mark.any_arch
def test_crash_and_detach(place):
    assert play(place, "crash_then_detach", argv=("null",)).status == CRASHED


@pytest.mark.parametrize("argv", ["spin", "idle"])
def test_ctrl_c(line, argv):
    assert play(line, "interrupt", f"debuggee_{argv}", argv=(argv,)).status == 1


def test_ctrl_c_with_interrupts_off(line):
    done = play(line, "interrupt", "debuggee_irqs_off", argv=("irqs-off",))
    assert done.status == 1


@pytest.mark.any_arch
@pytest.mark.parametrize("arch", ARCHS)
def test_line_of_the_log(arch):
    """What the program prints comes to the debugger's user, in its order."""
    text = play_on_the_log_line(image(arch), "breakpoints", argv=("loop", "20"))
    assert text.count("scene loop") == 1 and text.count("total 42") == 1, text
    assert text.index("scene loop") < text.rindex("Breakpoint 2,") < text.index("total 42"), text


@pytest.mark.any_arch
@pytest.mark.parametrize("arch", ARCHS)
@pytest.mark.parametrize("scene, argv", [("agent_printf", ("loop", "10")),
                                         ("watchpoints", ("stores",)),
                                         ("look_and_leave", ("none",))])
def test_scenes_on_the_line_of_the_log(arch, scene, argv):
    text = play_on_the_log_line(image(arch), scene, argv=argv)
    assert scene == "look_and_leave" or f"scene {argv[0]}" in text, text


@pytest.mark.any_arch
@pytest.mark.parametrize("arch", ARCHS)
def test_plain_terminal_on_the_line_of_the_log(arch):
    """As long as no debugger has spoken the line is a terminal's."""
    plain = image(arch).run("loop", "20")
    shared = image(arch).run("loop", "20", options=("-p", f"gdb.console={TARGETS[arch].console}"))
    assert shared.status == 0
    assert [x for x in shared.lines if not x.startswith("[")] == \
        [x for x in plain.lines if not x.startswith("[")]
