# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""uk cpus: the guest's CPUs."""

from uk import debugger
from uk.guest import print_table, text_at, variable
from uk.threads import FRAMES, where

WITHOUT_THREAD = 1 << 30  # UK_THREAD_ID_CPUS
ALONE, STOPPED, RUNS, OFF = "alone", "stopped", "did not stop", "did not start"
STOP_EVENTS = ("UKARCH_TRAP_OTHER", "UKARCH_TRAP_IRQ")  # nothing else stops a CPU


def found_cpus():
    """(number, struct uk_percpu) of the CPUs that the image can use and the machine has."""
    cpus = variable("uk_percpus", "ukcore/core.c")
    found = debugger.variable("plat_lcpu_found", "common/lcpu.c")
    most = cpus.type.sizeof // cpus[0].type.sizeof
    for number in range(min(int(found) if found is not None else 1, most)):
        yield number, cpus[number]


def uk_cpus():
    """Those that have started."""
    return ((number, cpu) for number, cpu in found_cpus() if state_of(number) != OFF)


def state_of(number):
    """Of a CPU, in the words of the crash screen; lib/uklcpu/stop.c."""
    started, stops = (debugger.variable("cpus", f"uklcpu/{name}.c") for name in ("start", "stop"))
    if stops is None:
        return ALONE
    if number and not int(started[number]["online"]):
        return OFF
    owner, stop = (int(variable(name, "uklcpu/stop.c")) for name in ("owner", "number"))
    if owner == number + 1:
        return ALONE
    return STOPPED if owner and int(stops[number]["stands"]) == stop else RUNS


def event_of(number):
    """What a stopped CPU was in, if it crashed as well; else ""."""
    stops = debugger.variable("cpus", "uklcpu/stop.c")
    if stops is None or state_of(number) != STOPPED:
        return ""
    name = text_at(stops[number]["trap"].dereference()["event_name"])
    return "" if name in STOP_EVENTS else name


def thread_on(cpu):
    """The struct uk_thread, or None: before there are threads, and without a scheduler."""
    if "thread" not in debugger.offsets("struct uk_percpu") or not int(cpu["thread"]):
        return None
    return cpu["thread"].dereference()


def id_on(number, cpu):
    """The debugger's number of what a CPU runs: uk_thread_id_on()."""
    thread = thread_on(cpu)
    if thread is not None:
        return int(thread["id"])
    return WITHOUT_THREAD + number if thread_on(next(found_cpus())[1]) is not None else number + 1


@debugger.command("cpus")
def list_cpus(_):
    """uk cpus
List the guest's CPUs: thread, the traps that it is in, place.

A CPU that was stopped for the debugger is in one trap for that. The place is that
of the program, where the debugger knows it."""
    rows = [("CPU", "Thread", "Traps", "Place")]
    for number, cpu in uk_cpus():
        thread = thread_on(cpu)
        name = "none" if thread is None else f"{int(thread['id'])} {text_at(thread['name'])}"
        known = debugger.thread_of(id_on(number, cpu), number)
        place = where(debugger.frames_of(known, FRAMES)) if known else ""
        rows.append((str(number), name, str(int(cpu["trap_depth"])), place))
    print_table(rows)
