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
