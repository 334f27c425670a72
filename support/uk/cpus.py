# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""uk cpus: the guest's CPUs."""

from uk import debugger
from uk.guest import print_table, text_at, variable
from uk.threads import FRAMES, where

WITHOUT_THREAD = 1 << 30  # ids that ukgdb gives to such CPUs, where there are threads


def uk_cpus():
    """(number, struct uk_percpu) of the CPUs that have started."""
    cpus = variable("uk_percpus", "ukcore/core.c")
    started = debugger.variable("cpus", "uklcpu/start.c")
    for number in range(cpus.type.sizeof // cpus[0].type.sizeof):
        if not number or started is not None and int(started[number]["online"]):
            yield number, cpus[number]


def thread_on(cpu):
    """The struct uk_thread, or None: before there are threads, and without a scheduler."""
    if "thread" not in debugger.offsets("struct uk_percpu") or not int(cpu["thread"]):
        return None
    return cpu["thread"].dereference()


@debugger.command("cpus")
def list_cpus(_):
    """uk cpus
List the guest's CPUs: thread, the traps that it is in, place.

A CPU that was stopped for the debugger is in one trap for that. The place is that
of the program, where the debugger knows it."""
    rows = [("CPU", "Thread", "Traps", "Place")]
    has_threads = thread_on(next(uk_cpus())[1]) is not None
    for number, cpu in uk_cpus():
        thread = thread_on(cpu)
        if thread is not None:
            tid, name = int(thread["id"]), f"{int(thread['id'])} {text_at(thread['name'])}"
        else:
            tid, name = WITHOUT_THREAD + number if has_threads else number + 1, "none"
        known = debugger.thread_of(tid, not number)
        place = where(debugger.places_of(known, FRAMES)) if known else ""
        rows.append((str(number), name, str(int(cpu["trap_depth"])), place))
    print_table(rows)
