# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""A debugger at a guest with a watchdog, tests/apps/watchdog; read behind
scenes.py and step_scenes.py."""

import time

# pylint: disable=undefined-variable

STOP_SECONDS = 0.3  # several times the limit


@scene
def long_stops():
    """The time in stops and steps does not count; no step ends in the path of an NMI."""
    to_main()
    run("break stopped")
    for _ in range(3):
        assert go().get("points"), last
        end = time.monotonic() + STOP_SECONDS
        while time.monotonic() < end or function() == "stopped":
            run("stepi")
            names = [f.name() for f in frames()]
            assert "debugged" in names and "ukarch_trap_handle" not in names, names
    exits()


@scene
def stops_at_a_hang():
    """The debugger has the hang as a stop, once; the program can go on."""
    attach()
    assert go() == {"signal": "SIGABRT"}, last
    assert function() == "computes" and "irq_off" in [f.name() for f in frames()]
    assert interrupted(STOP_SECONDS, "signal 0") == {"signal": "SIGINT"}, last
    assert function() == "computes" and "irq_off" in [f.name() for f in frames()]
    run("kill")
