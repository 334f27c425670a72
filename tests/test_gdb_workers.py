# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""The stub under gdb beside threads and interrupts: tests/apps/workers."""

import pytest

from gdb_guest import StubGuest
from vitrine import CPUS, ORDERED, ROOT, build

SCENES = [ROOT / "tests" / "gdb" / "worker_scenes.py"]
CRASHED = 70


@pytest.mark.parametrize("scene, argv, said", [
    ("vectors_beside_a_stepping_debugger", "vectors", "changed 0 2"),
    ("breakpoint_in_an_interrupt_handler", "timer", "changed 0 0"),
    ("steps_through_a_context_switch", "yield", "changed 0 0"),
    ("signals_to_chosen_threads", "signals", "changed 0 0"),
    ("crash_in_the_second_thread", "crash", ""),
    ("calls_in_threads_that_wait", "calls", "lost 0"),
    ("alone_to_its_end", "calls", "lost"),
    ("calls_on_an_idle_cpu", "calls", "lost 0"),
    ("calls_at_a_crash", "crowd 4", ""),
])
def test_workers(arch, scene, argv, said):
    # A breakpoint that is one thread's only would be hit by others on another CPU without end; threads that have a CPU
    # do not wait
    options = ORDERED if argv in ("yield", "calls") else []
    with StubGuest(build("workers", arch), *argv.split(), place="vport", options=options) as g:
        shown = g.gdb(scene, more=SCENES)
        done = g.end()
    if scene == "calls_on_an_idle_cpu":
        assert ("No function is called: the thread idles: call it in another one." in shown) == (CPUS > 1), shown
    assert done.status == (0 if said else CRASHED) and said in done.text, done.text
