# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Programs that make no progress (tests/apps/hangs): deadlocks are found when they
close, and a report of what the guest does is there for the asking. Functions and lines
of call traces are those of the source, and of addr2line."""

import os
import pty
import re
import signal
import subprocess

import pytest
from guest import Guest, free_port, vport1
from screen import read_screen
from vitrine import ITS_COMPILER, ONE_COMPILER, ROOT, RUN_SECONDS, SEVERAL, TARGETS, build

SOURCE = (ROOT / "tests/apps/hangs/main.c").read_text().splitlines()
DEEP = 8000
RUNS = r"running(?: on CPU \d)?"
CROSSWISE = "main waits for mutex m2 held by worker; worker waits for mutex m1 held by main"
DEADLOCKS = {
    "crosswise": CROSSWISE,
    "itself": "main waits for mutex m1 held by main",
    "ring": "main waits for mutex m1 held by taker; taker waits for mutex third held by joiner; "
            "joiner waits for the end of main",
    "holder-has-exited": "main waits for mutex m1 held by gone, which has exited",
    "holder-is-freed": "main waits for mutex m1 held by a thread that has exited",
}


def built(arch, cc=None):
    """On arm64 with two CPUs, so that both ways are tested with one image each."""
    return build("hangs", arch, cc or ITS_COMPILER[arch], config=("CONFIG_LIBUKSCHED_LOCK_PLACES=y", "CONFIG_LIBUKWATCHDOG=y", *(SEVERAL if arch == "arm64" else ())))


def cpus(arch):
    return ["--smp", "2"] if arch == "arm64" else []


def at_limit(arch, scene, *options):
    """The guest's report of main and another thread, under a time limit, which ends it; under a longer one where a busy
    host did not let it finish that before. And what follows from outside."""
    for seconds in ("1", "10"):
        result = built(arch).run(scene, options=[*cpus(arch), *options, "--timeout", seconds])
        assert result.status == 124, result.text
        said, _, outside = result.text.partition(f"time limit of {seconds} s reached\n")
        if all(f"] {last}+" in said for last in (TARGETS[arch].entry, "ukarch_ctx_start")):
            break
    return result, outside


def stands(thread, frames):
    """Whether a call trace has the line of the source on which that thread stands. frames: (file, line)"""
    return any(SOURCE[int(line) - 1].endswith(f"/* {thread} {verb} */") for verb in ("stands", "runs")
               for file, line in frames if file.endswith("hangs/main.c") and line)


def in_guest(lines):
    """{thread: (state and wait, [(file, line)])} of the guest's own report, each frame as addr2line has it."""
    threads = {}
    for line in lines:
        if found := re.search(r"Thread \d+: (.*?), (.*)$", line):
            threads[found[1]] = (found[2], [])
        elif found := re.fullmatch(r"  \[\w+\] \S+(?: \((\S+?)(?::(\d+))?\))?(?: inlined)?", line):
            threads[list(threads)[-1]][1].append((found[1] or "", found[2]))
        elif lines and "used at most" not in line and not line.startswith("deadlock: "):
            break
    return threads


def from_outside(text):
    """The same of what gdb prints, perhaps in the middle of a line of the guest's."""
    threads = {}
    for line in text.splitlines():
        if found := re.fullmatch(r"Thread \d+: (.*?), (.*)", line):
            threads[found[1]] = (found[2], [])
        elif re.match(r"#\d+ ", line) and threads:
            found = re.search(r" at (\S+):(\d+)$", line)
            threads[list(threads)[-1]][1].append(found.groups() if found else ("", None))
    return threads


LOCKED = re.compile(r"(?<=mutex )(\w+)((?: \(0x\w+\))?,? held by [^;,]*), locked in (\w+) "
                    r"\(tests/apps/hangs/main\.c:(\d+)\)")


def placed(text):
    """The text without the places where mutexes were locked. Each has one, which is a line of the source
    that locks it."""
    for mutex, _, function, line in LOCKED.findall(text):
        assert f"lock(&{mutex});" in SOURCE[int(line) - 1], text
        start = max(n for n in range(int(line)) if SOURCE[n].startswith("static"))
        assert re.search(rf"\b{function}\(", SOURCE[start]), text
    assert len(LOCKED.findall(text)) == len(re.findall("held by", text)), text
    return LOCKED.sub(r"\1\2", text)


@pytest.mark.any_arch
@pytest.mark.parametrize("scene", DEADLOCKS)
@pytest.mark.parametrize("arch, cc", ONE_COMPILER)
def test_deadlock(arch, cc, scene):
    """A crash, the moment that it closes; each thread's trace is on the screen."""
    result = built(arch, cc).run(scene, options=cpus(arch))
    assert result.status == 70, result.text
    screen = read_screen(result)
    assert placed(" ".join([screen.reason, *map(str.strip, screen.details)])) == f"deadlock: {DEADLOCKS[scene]}"
    assert re.search(r"stack 0x\w+-0x\w+, \d+ of 65536 bytes used at most$", result.text, re.M), result.text
    traces = {thread.name: thread.trace for thread in screen.threads.values()}
    crashed = next(t.name for t in screen.threads.values() if t.state == "waiting" and not t.trace)
    traces[crashed] = screen.trace
    for name in set(re.findall(r"(\w+) waits", screen.reason)):
        assert stands(name, [(f.file, f.line) for f in traces[name]]), (name, result.text)


@pytest.mark.any_arch
def test_deadlock_of_what_has_no_name(arch):
    """An object in the heap has its address, in the guest and from outside."""
    result, outside = at_limit(arch, "in-heap", "-p", "sched.deadlock=report")
    own = re.search(r"^own (0x\w+)$", result.text, re.M)[1]
    said = rf"main waits for mutex {own} held by main, locked in in_heap \(tests/apps/hangs/main\.c:\d+\)"
    assert re.fullmatch(f"deadlock: {said}", result.log("ERR")[0]), result.text
    assert re.search(f"^Deadlock: {said}", outside, re.M), result.text
    assert stands("main", in_guest(result.log("ERR"))["main"][1]) and stands("main", from_outside(outside)["main"][1]), result.text


@pytest.mark.any_arch
def test_waits_that_end(arch):
    result = built(arch).run("none", options=cpus(arch))
    assert result.status == 0 and "timedlock: Connection timed out\nend\n" in result.text, result.text
    assert "deadlock" not in result.text


@pytest.mark.any_arch
def test_deadlock_is_reported(arch):
    """With a parameter the guest goes on; when its time is up the host says the same."""
    result, outside = at_limit(arch, "crosswise", "-p", "sched.deadlock=report")
    own = result.log("ERR")
    assert placed(own[0]) == f"deadlock: {CROSSWISE}"
    assert placed(re.search("^Deadlock: (.*)", outside, re.M)[1]) == CROSSWISE, result.text
    for threads in in_guest(own), from_outside(outside):
        for name, wait in (("main", r"m2 \(0x\w+\), held by thread \d+ worker"),
                           ("worker", r"m1 \(0x\w+\), held by thread 1 main")):
            assert re.fullmatch(f"waiting for mutex {wait}", placed(threads[name][0])), result.text
            assert stands(name, threads[name][1]), result.text


NOTHING_LEFT = "hang: all threads wait, no timer runs, and no device can wake one"


@pytest.mark.any_arch
@pytest.mark.parametrize("scene, options", [("in-vain", ()), ("for-a-timer", ()), ("in-vain", ("-p", "watchdog.ms=500"))])
def test_nothing_is_left_to_wake_a_thread(arch, scene, options):
    """Reported once, when it is so, with the place of each thread; the guest goes on waiting. The watchdog's timers wake none."""
    result, _ = at_limit(arch, scene, *options)
    own = result.log("ERR")
    assert own[0] == NOTHING_LEFT and own.count(NOTHING_LEFT) == 1, result.text
    at = next(line for line in result.lines if line.endswith(NOTHING_LEFT))
    assert (float(at[1:at.index("]")]) > 0.1) or scene == "in-vain", at  # not before the timer
    threads = in_guest(own[1:])
    assert set(threads) == {"main", "waiter"}, result.text
    for name, wait in ("main", "holds"), ("waiter", "never"):
        assert re.match(rf"waiting for semaphore {wait} \(0x", threads[name][0]), result.text
        assert stands(name, threads[name][1]), result.text


@pytest.mark.any_arch
@pytest.mark.parametrize("scene, options", [("for-a-device", ()), ("for-input", ()), ("beats", ()),
                                            ("in-vain", ("-p", "sched.deadlock=off"))])
def test_what_may_be_woken_is_no_hang(arch, scene, options):
    """By a device's handler, by input, by a time; or no one wants to know."""
    with Guest(built(arch), scene, options=[*cpus(arch), *options], life=1, stdin=True) as guest:
        assert guest.process.wait(RUN_SECONDS) == 124, guest.text
        assert "waiter, waiting for semaphore never" in guest.text  # from outside, at the end
        assert NOTHING_LEFT not in guest.text, guest.text


BLOCKED = "worker waits for mutex m1 held by second; second waits for mutex m2 held by worker"


@pytest.mark.any_arch
def test_report_of_the_guest(arch):
    """The command, while it is a thread of the guest that runs it."""
    image = built(arch)
    result = image.run("report", options=[*cpus(arch), "-p", "sched.deadlock=off"])
    assert result.status == 0, result.text
    assert placed(re.search("^deadlock: (.*)", result.text, re.M)[1]) == BLOCKED, result.text
    threads = in_guest(result.lines)
    assert threads["waiter"][0].startswith("waiting for semaphore never (0x"), result.text
    assert re.fullmatch(RUNS, threads["main"][0]), result.text
    for name in ("waiter", "worker", "second", "main", *(["spinner"] if cpus(arch) else [])):
        assert stands(name, threads[name][1]), (name, result.text)
    used = {name: int(n) for name, n in re.findall(r"Thread \d+: (\w+), .*\n  stack: (\d+) of 65536 bytes", result.text)}
    assert DEEP < used["waiter"] < DEEP + 1000 and 200 < used["second"] < 2000, result.text
    number, listed = re.search(r"^ *(\d+) waiter .* stack (\d+) of 65536 ", result.text, re.M).groups()
    assert int(listed) == used["waiter"] and f"uksched/{number}/thread_stack_used {listed} bytes\n" in result.text
    for address, *places in re.findall(r"^  \[(\w+)\] (\S+?)\+\w+ \((\S+?):(\d+)\)$", result.text, re.M):
        if places[1].startswith("tests/"):
            assert tuple(places) in ((f, p, l) for a in (0, 1) for f, p, l in image.addr2line(int(address, 16) - a))


def test_report_from_outside(arch):
    """Ctrl-\\ asks what it does, and the guest goes on."""
    with Guest(built(arch), "beats", options=cpus(arch)) as guest:
        guest.wait_for("beat\n")
        guest.process.send_signal(signal.SIGQUIT)
        guest.wait_for(": waiter, ")
        guest.wait_for("in thread_start")
        guest.wait_for("beat\nbeat\n")
        threads = from_outside(guest.text.replace("beat\n", ""))
        assert threads["main"][0].startswith("sleeping until "), guest.text
        assert threads["waiter"][0].startswith("waiting for semaphore never (0x"), guest.text
        for name in ("main", "waiter"):
            assert stands(name, threads[name][1]), (name, guest.text)


def test_stub_in_use(arch, tmp_path):
    """QEMU has one stub: where a user has taken it, the message says where the report is."""
    taken = ("--qemu", f"-gdb unix:{tmp_path}/stub,server=on,wait=off")
    with Guest(built(arch), "beats", options=[*cpus(arch), *taken]) as guest:
        guest.wait_for("beat\n")
        guest.process.send_signal(signal.SIGQUIT)
        guest.wait_for("its debug stub is in use already, by an option -gdb: support/gdb --stub there, and `uk report`\n")
        done = subprocess.run([ROOT / "support/gdb", "--stub", tmp_path / "stub", guest.image.path, "-batch", "-ex", "uk report"],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60)
        assert ": waiter, waiting for semaphore never" in done.stdout, done


def test_interrupts_off(arch):
    """In an endless loop no interrupt ends."""
    result = built(arch).run("loop", options=[*cpus(arch), "--timeout", "1"])
    assert result.status == 124, result.text
    threads = from_outside(result.text)
    assert re.fullmatch(f"{RUNS}, interrupts off", threads["main"][0]), result.text
    assert stands("main", threads["main"][1]), result.text
    assert stands("waiter", threads["waiter"][1]), result.text
    assert re.search(r"^Thread \d+: fresh, ready\n#0 .* in ukarch_ctx_start \(\) .*\n(?!#)", result.text, re.M), result.text


@pytest.mark.any_arch
def test_a_running_thread_after_one_that_waits(arch):
    """The first thread's registers are out of the list, the second's are a CPU's."""
    result = built(arch).run("for-a-loop", options=[*cpus(arch), "--timeout", "1"])
    assert result.status == 124, result.text
    threads = from_outside(result.text)
    assert threads["main"][0].startswith("waiting for the end of thread ") and re.fullmatch(RUNS, threads["looper"][0]), result.text
    for thread in ("main", "looper"):
        assert stands(thread, threads[thread][1]), result.text


@pytest.mark.any_arch
def test_without_threads(arch):
    """An image of none of these libraries, which waits for a client."""
    with Guest(build("echo", arch), options=["--timeout", "0.5", *vport1(free_port())]) as guest:
        assert guest.process.wait(RUN_SECONDS) == 124
        guest.wait_for("CPU 0: no thread")
        guest.wait_for(" main (")


@pytest.mark.any_arch
def test_ctrl_backslash_on_a_terminal(arch):
    image = built(arch)
    pid, tty = pty.fork()
    if pid == 0:
        os.execv(ROOT / "support/run", ["run", *cpus(arch), image.path, "beats"])
    seen = b""

    def until_seen(what):
        nonlocal seen
        while what not in seen:
            seen += os.read(tty, 4096)
        seen = seen.partition(what)[2]

    until_seen(b"beat")
    os.write(tty, b"\x1c")
    until_seen(b"Thread 1: main, ")
    until_seen(b": waiter, waiting for semaphore never")
    until_seen(b"beat")
    os.write(tty, b"\x03")
    with pytest.raises(OSError):  # the terminal's other end is closed
        while os.read(tty, 4096):
            pass
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 130
    os.close(tty)


@pytest.mark.one_cpu("instructions of one CPU")
def test_cost_of_the_places(arch):
    """Instructions of a lock that is free, and of its unlock: none to find deadlocks, three for the place."""
    cost = []
    for config in ("CONFIG_LIBUKSCHED_DEADLOCK=n",), (), ("CONFIG_LIBUKSCHED_LOCK_PLACES=y",):
        result = build("switches", arch, config=config).run(options=["--icount"])
        assert result.status == 0, result.text
        cost.append(int(re.search(r"^bench mutex_pair (\d+)", result.text, re.M)[1]))
    assert cost[0] == cost[1] and cost[2] - cost[1] <= 3, cost
