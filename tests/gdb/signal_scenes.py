# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Signals that the program sends to itself, in gdb; read behind scenes.py."""

# pylint: disable=undefined-variable


def stops_with(name):
    stop = go()
    assert stop == {"signal": name}, stop


@scene
def signals():
    """Stopped, passed on, dropped, changed, not shown, and the last one ends it."""
    to_main()
    run("break debuggee_note")
    stops_with("SIGUSR1")
    assert {"raise", "debuggee_signals"} <= {f.name() for f in frames()}
    assert number("$_siginfo.si_signo") == 10  # as GNU/Linux has it
    # a call of gdb's own decides nothing
    assert number("debuggee_add(20, 3)") == 23
    assert number("debuggee_notes") == 0
    assert "points" in go() and number("sig") == 30
    stops_with("SIGUSR2")
    run("handle SIGTERM nostop noprint pass")
    # dropped; the next one is passed on unseen
    assert "points" in go("signal 0") and number("sig") == 15
    run("handle SIGUSR1 nopass")
    stops_with("SIGUSR1")
    stops_with("SIGUSR2")
    assert number("debuggee_notes") == 3015
    exits(None)


@scene
def signal_changed():
    """Another one in its place; a step leads into the handler."""
    to_main()
    run("break debuggee_note")
    stops_with("SIGUSR1")
    assert "points" in go("signal SIGTERM") and number("sig") == 15
    run("handle SIGUSR2 nostop noprint nopass")
    run("delete")
    run("handle SIGTERM stop nopass")
    stops_with("SIGTERM")
    run("detach")


@scene
def fault_behind_a_mask():
    """No mask keeps breakpoints, steps or a fault from the debugger."""
    to_main()
    run("break debuggee_note")
    assert "points" in go()
    run("stepi")
    run("finish")
    stops_with("SIGSEGV")
    assert function() == "debuggee_masked"
    exits(None)


@scene
def signal_sent():
    """Signals that the program did not raise: it goes on as it was, in all registers."""
    to_main()
    run("break debuggee_note")
    stops_with("SIGUSR1")
    assert "points" in go() and number("sig") == 30
    vector = "$xmm5.v4_int32[1]" if "x86-64" in run("show architecture") else "$v5.s.u[1]"
    run(f"set {vector} = 1234567")
    before = run("info all-registers")
    assert "points" in go("signal SIGTERM") and number("sig") == 15
    assert [f.name() for f in frames()].count("debuggee_note") == 2
    assert gdb.SIGTRAMP_FRAME in [f.type() for f in frames()]
    assert "debuggee_signals" in [f.name() for f in frames()]
    run(f"set {vector} = 7")
    # no handler takes it: gdb steps past the breakpoint, as with gdbserver
    assert "points" in go("signal SIGCHLD") and number("sig") == 30
    assert run("info all-registers") == before
    # its handler runs: it is pending until then
    run("handle SIGUSR1 nostop noprint pass")
    run("handle SIGUSR2 nostop noprint nopass")
    assert "points" in go("signal SIGUSR1") and number("sig") == 30
    assert number("debuggee_notes") == 1530
    run("delete")
    assert go("signal SIGUSR2") == {"exit": None}


def stepi():
    run("stepi")
    return number("$pc")


@scene
def steps_with_signals():
    """stepi with a signal stops at its handler's first instruction, as with a native program; one
    that has none is a step."""
    to_main()
    stops_with("SIGUSR1")
    handler = number("&debuggee_note")
    assert stepi() == handler and function() == "debuggee_note" and number("sig") == 30
    run("queue-signal SIGTERM")
    assert stepi() == handler and number("sig") == 15
    run("finish")  # to what called it
    run("break debuggee_note")
    run("handle SIGUSR2 SIGTERM nostop noprint nopass")
    run("handle SIGUSR1 nostop noprint pass")
    assert "points" in go() and number("sig") == 30 and number("debuggee_notes") == 15
    stepi()
    after = gdb.selected_frame().architecture().disassemble(number("$pc"), count=2)[1]["addr"]
    run("queue-signal SIGCHLD")
    assert stepi() == after
    run("queue-signal SIGUSR1")  # blocked in its own handler
    assert stepi() != handler and function() == "debuggee_note"
    run("finish")
    assert "points" in go() and number("sig") == 30
    run("kill")
