# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""ukwatchdog: each hang of tests/apps/watchdog is reported with its place, and
nothing else is, on each machine and interrupt controller."""

import contextlib
import re
import subprocess
import time

import pytest
from gdb_guest import StubGuest
from guest import DEBUG_THREADS, Guest, not_run
from screen import Trace, read_screen, read_trace
from vitrine import MACHINES, ROOT, RUN_SECONDS, build, check_all_pass, check_most_are_the_same

MS = 100
CRASHED = 70
SCENES = [ROOT / "tests" / "gdb" / f"{name}_scenes.py" for name in ("step", "watchdog")]
FOR = r"for (\d+) ms"
# scene: (CPUs, reason, what is ready, functions of the trace from the innermost on)
HANGS = {
    "busy": (1, rf"thread main on CPU 0 has not given up the CPU {FOR} while 2 threads are ready", "first, second",
             ["computes", "busy", "main"]),
    "alone": (1, rf"thread main on CPU 0 has not given up the CPU {FOR}", None, ["computes", "alone", "main"]),
    "irq-off": (1, rf"interrupts are off on CPU 0 {FOR}, in thread main", None, ["computes", "irq_off", "main"]),
    "handler": (1, rf"interrupts are off on CPU 0 {FOR}, in thread main, in a handler of line \d+", None,
                ["computes", "on_timer"]),
    "boot": (1, rf"interrupts are off on CPU 0 {FOR}, in thread main", None, ["computes", "boot"]),
    "busy-on-second": (2, rf"thread worker on CPU 1 has not given up the CPU {FOR} while 2 threads are ready",
                       "first, second", ["computes", "busy"]),
    "irq-off-on-second": (2, rf"interrupts are off on CPU 1 {FOR}, in thread worker", None, ["computes", "irq_off"]),
}
NAMES = [name for name in ("microvm", "q35", "gicv2", "gicv3") if name in MACHINES]
# All on one machine of each architecture; elsewhere what the controller does.
CASES = [(name, scene) for name in NAMES for scene in HANGS
         if name in ("microvm", "gicv2") or scene.startswith("irq-off")]


def options(name, cpus, **params):
    return [*MACHINES[name][1], "--smp", str(cpus),
            *(word for key, value in params.items() for word in ("-p", f"watchdog.{key}={value}"))]


@pytest.mark.parametrize("name, scene", CASES)
@pytest.mark.one_cpu("has its own number of CPUs")
def test_hang(name, scene):
    cpus, reason, ready, functions = HANGS[scene]
    image = build("watchdog", MACHINES[name][0])
    more = {"alone": 1} if scene == "alone" else {}
    done = image.run(scene, options=options(name, cpus, ms=MS, **more))
    assert done.status == CRASHED, done.text
    screen = read_screen(done)
    found = re.fullmatch("watchdog: " + reason, screen.reason)
    assert found and int(found[1]) >= MS, done.text
    assert screen.details == ([f"  ready: {ready}"] if ready else []), screen.details
    # Where the program's interrupts are on, the NMI may come while one of them is handled.
    begin = 0 if "interrupts are off" in reason else max(screen.traps, default=0)
    assert screen.functions[begin:begin + len(functions)] == functions, done.text
    top = screen.trace[0]
    assert (top.function, top.line) == image.addr2line(top.pc)[0][::2]
    assert "ukwatchdog/reports 1" in done.text


@pytest.mark.any_arch
@pytest.mark.parametrize("scene", ["irq-off", "irq-off-on-second"])
@pytest.mark.one_cpu("has its own number of CPUs")
def test_beside_a_profile(arch, scene, tmp_path):
    """The other user of the periodic NMI, at another rate, has samples of the loop; test_prof.py has the profile's side."""
    cpus, reason, _, functions = HANGS[scene]
    name = {"x86_64": "microvm", "arm64": "gicv2"}[arch]
    image, core = build("watchdog", arch, config=("CONFIG_LIBUKPROF=y",)), tmp_path / "core"
    done = image.run(scene, options=[*options(name, cpus, ms=MS), "-p", "prof.hz=333", "--core", str(core)])
    assert done.status == CRASHED, done.text
    screen = read_screen(done)
    assert re.fullmatch("watchdog: " + reason, screen.reason) and screen.functions[:len(functions)] == functions, done.text
    said = subprocess.run([ROOT / "support/gdb", core, "-batch", "-ex", "python stacks = gdb.parse_and_eval("
                           f"'prof_cpus[{cpus - 1}].stacks'); print('samples:', sum(int(stacks[i]['samples']) "
                           "for i in range(stacks.type.range()[1] + 1)))"], check=True, capture_output=True, text=True).stdout
    assert int(re.search(r"^samples: (\d+)$", said, re.M)[1]) > MS * 333 // 1000 // 3, said


@pytest.mark.one_cpu("has its own number of CPUs")
def test_the_same_in_each_run(arch):
    """Under -icount the hang is found at the same instruction."""
    image = build("watchdog", arch)
    text = check_most_are_the_same(image, "busy-on-second", options=["--icount", "--smp", "2", "-p", f"watchdog.ms={MS}"],
                                   status=CRASHED)
    assert "CRIT: watchdog: thread worker on CPU 1" in text, text


@pytest.mark.one_cpu("has its own number of CPUs")
def test_off_by_default(arch):
    done = build("watchdog", arch).run("busy", options=["--timeout", "1"])
    assert done.status == 124 and "watchdog: " not in done.text, done.text


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.one_cpu("has its own number of CPUs")
def test_reported_once(name):
    """The program goes on after each report, which has the frames of the source."""
    image = build("watchdog", MACHINES[name][0])
    done = image.run("hangs-twice", options=options(name, 2 if name in ("q35", "gicv3") else 1, ms=MS, action="report"))
    assert done.status == 0 and "4 reports\n" in done.text, done.text
    said = done.log("ERR")
    begins = [i for i, line in enumerate(said) if line.startswith("watchdog: ")]
    assert [("given up" in said[i], "ready: other" in said[i + 1]) for i in begins] == [(True, True), (False, False)] * 2
    for at, to in zip(begins, [*begins[1:], len(said)]):
        trace = Trace()
        read_trace(trace, said[said.index("Call trace:", at) + 1:to], True)
        assert "hangs_twice" in trace.functions and not trace.trace_end, done.text
        top = trace.trace[0]
        assert (top.function, top.line) == image.addr2line(top.pc)[0][::2], top


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.one_cpu("has its own number of CPUs")
def test_no_false_report(name):
    """A long computation that keeps no thread waiting, many short ones, an idle guest."""
    done = build("watchdog", MACHINES[name][0]).run("no-hang", options=options(name, 2, ms=MS))
    assert done.status == 0 and "0 reports\n" in done.text, done.text


# arm64's tlbi reaches each CPU without its help
@pytest.mark.parametrize("name", [name for name in ("q35",) if name in MACHINES])
@pytest.mark.parametrize("comes_back", [True, False])
@pytest.mark.one_cpu("has its own number of CPUs")
def test_a_cpu_that_the_host_does_not_run(name, comes_back):
    """Another one that waits for it with interrupts off is reported where it does not come back."""
    limit = 4 * MS if comes_back else MS
    for _ in range(10):  # it may be stopped while main waits with interrupts on, or with a lock of QEMU
        with Guest(build("watchdog", MACHINES[name][0]), "waits-for-second", options=[
                *options(name, 2, ms=limit), *DEBUG_THREADS]) as guest:
            guest.wait_for("it waits")
            with not_run(guest.process, 1):
                if comes_back:
                    time.sleep(9 * MS / 1000)
                else:
                    with contextlib.suppress(AssertionError):
                        guest.wait_for("watchdog: ", seconds=RUN_SECONDS / 10)
            done = guest.end()
        if comes_back or done.status == CRASHED:
            break
    if comes_back:
        waited, reports = map(int, re.search(r"(\d+) ms\n(\d+) reports", done.text).groups())
        assert reports == 0 or waited >= 4 * limit, done.text
    else:
        found = re.fullmatch(rf"watchdog: interrupts are off on CPU 0 {FOR}, in thread main", read_screen(done).reason)
        assert int(found[1]) >= 4 * limit and done.status == CRASHED, done.text


@pytest.mark.any_arch
def test_no_false_report_in_a_preemptive_guest(arch):
    """Threads that compute all the time take turns."""
    check_all_pass(build("test", arch).run(
        options=["-p", f"watchdog.ms={MS}", "-p", "test.only=uksched_preempt"]))


@pytest.mark.parametrize("scene, args, ended", [("long_stops", "debugged", 0), ("stops_at_a_hang", "irq-off", CRASHED)])
@pytest.mark.one_cpu("has its own number of CPUs")
def test_with_a_debugger(arch, scene, args, ended):
    with StubGuest(build("watchdog", arch), args, params=[f"watchdog.ms={MS}"]) as g:
        g.gdb(scene, more=SCENES)
        done = g.end()
    assert done.status == ended, done.text
    assert ("0 reports\n" in done.text) == (not ended), done.text


@pytest.mark.any_arch
@pytest.mark.parametrize("value, right", [
    ("watchdog.ms=9", "watchdog.ms=9: give 10 to 3600000 milliseconds, or 0"),
    ("watchdog.action=reboot", "watchdog.action=reboot: use crash or report")])
@pytest.mark.one_cpu("has its own number of CPUs")
def test_misuse(value, right):
    done = build("watchdog", MACHINES[NAMES[0]][0]).run("no-hang", options=["-p", value])
    assert done.status == 71 and right in done.log("ERR"), done.text
