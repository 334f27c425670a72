# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Threads on every machine: the guest suites, apps/threads, the C library, and
what the crash screen shows of threads, which gdb is asked as well."""

import math
import re

import pytest
from debugger import functions, run_under_gdb
from guest import Guest, free_port, vport1
from screen import plain_name, read_screen
from vitrine import (MACHINES, ONE_COMPILER, ORDERED, OUT, ROOT, SHARED, TARGETS, build, check_all_pass,
                     make)

PLAIN = ("microvm", "q35", "gicv2")  # where test_uktest.py runs all suites
NAMES = [name for name in MACHINES if name != "virt"]  # which is gicv2
POLICY = {"coop": ("CONFIG_LIBUKSCHED_COOP=y",), "preempt": ("CONFIG_LIBUKSCHED_PREEMPT=y",)}
NEWLIB_POLICY = {name: (*lines, "CONFIG_LIBVIRTIO_CONSOLE=y") for name, lines in POLICY.items()}
# apps/threads as tests of the debugger build it, too
APP_POLICY = {"coop": (), "preempt": ("CONFIG_LIBVIRTIO_CONSOLE=y", "CONFIG_LIBUKSCHED_PREEMPT=y")}
SLICE = ["-p", "sched.slice=100"]
SUITES = {"coop": ("uksched", "uksched_wait_text", "uksched_storm", "ukpthread"),
          "preempt": ("uksched", "uksched_wait_text", "uksched_storm", "ukpthread", "uksched_preempt")}


def run_suites(image, policy, *options):
    check_all_pass(image.run(options=[*options, "-p", "test.only=" + ",".join(SUITES[policy])],
                             seconds=120))


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in NAMES if name not in PLAIN])
def test_suites(name):
    arch, options = MACHINES[name]
    run_suites(build("test", arch), "preempt", *options)


@pytest.mark.parametrize("arch, cc", ONE_COMPILER)
def test_suites_cooperative(arch, cc):
    run_suites(build("test", arch, cc, POLICY["coop"]), "coop")


# --- apps/threads -----------------------------------------------------------------

@pytest.mark.parametrize("policy", POLICY)
@pytest.mark.parametrize("name", NAMES)
def test_app(name, policy):
    """The mutex orders the counter; each worker has a variable of its own."""
    arch, options = MACHINES[name]
    image = build("threads", arch, config=APP_POLICY[policy])
    result = image.run(options=[*options, *(SLICE if policy == "preempt" else [])])
    assert result.status == 0, result.text
    found = re.findall(r"^(worker\d): counter (\d+), own (\d+)$", result.text, re.M)
    assert [int(counter) for _, counter, _ in found] == list(range(1, 21))
    for worker in range(4):
        own = [int(o) for who, _, o in found if who == f"worker{worker}"]
        assert own == list(range(1001, 1006))
    assert "main: counter 20, own 1000, beats yes" in result.lines


def test_app_with_another_stack(arch):
    image = build("threads", arch)
    assert image.run(options=["-p", "sched.stack=16K"]).status == 0
    refused = image.run(options=["-p", "sched.stack=1K"])
    assert refused.status == 71
    assert "sched.stack=1024: give 8192 bytes at least, and 1099511627776 at most" in refused.text
    assert "no memory for worker0" in image.run(options=["-p", "sched.stack=1G"]).text


@pytest.mark.any_arch
def test_slice_out_of_range(arch):
    image = build("threads", arch, config=APP_POLICY["preempt"])
    for slice_us in ("99", "1000001"):
        result = image.run(options=["-p", f"sched.slice={slice_us}"])
        assert result.status == 71
        assert f"sched.slice={slice_us}: give 100 to 1000000 microseconds" in result.text


@pytest.mark.any_arch
def test_nothing_of_it_is_in_an_image_without(arch):
    image = build("hello", arch)
    assert not [f for f in image.functions()
                if f.startswith(("uk_thread", "uk_sched", "ukarch_ctx", "ukarch_fpstate",
                                 "uk_tls", "uk_mutex"))]
    assert " TLS " not in image.tool("readelf", "-lW", image.path)


# --- the C library ----------------------------------------------------------------

@pytest.fixture(scope="session", params=POLICY)
def newlib(request, arch):
    """A function that runs the program with an argument."""
    image = build("threads_newlib", arch, config=NEWLIB_POLICY[request.param])
    options = SLICE if request.param == "preempt" else []

    def run(*args, more=(), **kw):
        return image.run(*args, options=[*options, *more], **kw)
    run.policy = request.param
    return run


def test_floats_from_four_threads(newlib):
    """Every line is whole, and each number is what Python computes."""
    result = newlib("floats")
    assert result.status == 0
    lines = [line.split() for line in result.lines if line.startswith("float ")]
    assert len(lines) == 400
    for thread in range(4):
        x = thread + 0.5
        mine = [line[2:] for line in lines if line[1] == str(thread)]
        for i, (number, root, share, product) in enumerate(mine):
            assert (int(number), root, share) == \
                (i, f"{math.sqrt(x * i):.6f}", f"{x / (i + 1):.3e}")
            assert float.fromhex(product) == x * i


@pytest.mark.any_arch
def test_the_longest_sleeps_do_not_wrap_around(newlib):
    result = newlib("sleepers")
    assert result.status == 0
    assert "sleepers: 6 asleep, came back: 0" in result.lines


@pytest.mark.any_arch
def test_library_from_four_threads(newlib):
    result = newlib("library")
    assert result.status == 0, result.text
    assert "library: 0 mistakes" in result.lines


@pytest.mark.any_arch
def test_streams(newlib):
    result = newlib("streams", stdin="one\ntwo three\n\nlast\n\x04")
    assert result.status == 0
    assert [line for line in result.lines if line.startswith("<")] == \
        ["<one>", "<two three>", "<>", "<last>"]
    assert "beats: yes" in result.lines
    assert "files: No such file or directory" in result.lines


@pytest.mark.any_arch
def test_end_of_main_ends_all(newlib):
    """Whatever others do, and hold; what was written is flushed."""
    result = newlib("exit-while-reading")
    assert result.status == 5
    assert "no newline behind this" in result.text
    if newlib.policy == "preempt":
        assert newlib("exit-while-printing").status == 6


@pytest.mark.any_arch
def test_last_thread_ends_the_image(newlib):
    result = newlib("last")
    assert result.status == 0
    assert "the last one out" in result.text


@pytest.mark.any_arch
def test_deadlock_is_idle(newlib):
    """Where it is not looked for; test_hangs.py."""
    result = newlib("deadlock", seconds=3, more=["-p", "sched.deadlock=off"])
    assert result.status == 124
    assert "waiting for myself" in result.lines
    assert "never said" not in result.text


@pytest.mark.any_arch
@pytest.mark.parametrize("policy", POLICY)
def test_full_console_lets_others_run(arch, policy):
    """The host end is open and does not read: main sleeps as before, and ends."""
    image = build("threads_newlib", arch, config=NEWLIB_POLICY[policy])
    port = free_port()
    with Guest(image, "full", at=port, options=[*vport1(port), "-p", "console.stdio=vport1"]) as g, \
            g.connect(window=4096) as client:
        client.sendall(b"x")
        result = g.end()
    assert result.status == 0, result.text


# --- thread-local variables -------------------------------------------------------

@pytest.mark.parametrize("arch, cc", ONE_COMPILER)
@pytest.mark.parametrize("config", [(), ("CONFIG_LIBUKSCHED=y",)], ids=["alone", "uksched"])
def test_thread_local_variables_of_main(arch, cc, config):
    image = build("tls", arch, cc, config)
    result = image.run()
    assert result.status == 0, result.text
    assert result.lines[:8] == [
        "byte b", "number 123456789012", "pair 1 2", "zero 0", "text initial",
        "page clear aligned", "number 123456789013", "zero -1"]
    assert re.search(r"^ +TLS +", image.tool("readelf", "-lW", image.path), re.M)


def test_thread_local_variables_need_an_option(arch):
    out = OUT / "no-tls"
    words = [f"APP={ROOT}/tests/apps/tls", f"ARCH={arch}", f"O={out}",
             f"NEWLIB_DIR={SHARED}/newlib-{arch}"]
    make("defconfig", *words)
    with open(out / f"tls-{arch}" / ".config", "a", encoding="ascii") as f:
        f.write("CONFIG_LIBUKTLS=n\n")
    make("olddefconfig", *words)
    done = make("image", *words, check=False)
    assert done.returncode
    assert "thread-local variables need CONFIG_LIBUKTLS" in done.stdout


# --- the crash screen -------------------------------------------------------------

IDLE = len(ORDERED) // 2  # of the one CPU: a thread of its own in an image for several

REGISTERS = {
    "x86_64": {"rsp": "rsp", "rbp": "rbp", "rbx": "rbx", "r12": "r12", "r13": "r13",
               "r14": "r14", "r15": "r15", "rip": "rip"},
    "arm64": {"sp": "sp", "x30": "lr", **{f"x{n}": f"x[{n}]" for n in range(19, 30)},
              "pc": "pc"},
}


def gdb_in_thread(arch, thread):
    """Commands that show the call trace of a thread that is off the CPU."""
    at = "(struct thread *)uksched.first"
    for _ in range(thread - 1):
        at = f"(struct thread *)(({at})->pub.next)"
    ctx = f"(({at})->ctx.regs)"
    regs = REGISTERS[arch]
    return [*(f"set $old_{r} = ${r}" for r in regs),
            *(f"set $new_{r} = {ctx}.{field}" for r, field in regs.items()),
            *(f"set ${r} = $new_{r}" for r in regs), "bt",
            *(f"set ${r} = $old_{r}" for r in regs)]


@pytest.mark.any_arch
def test_screen_shows_all_threads(arch):
    """Names, states, stacks; and gdb sees the same call traces."""
    image = build("crash", arch)
    commands = ["hbreak uk_crash_trap", "continue"]
    at = {}
    second, sleeper, waiter = (n + IDLE for n in (2, 3, 4))
    for thread in (1, sleeper, waiter):
        more = gdb_in_thread(arch, thread)
        at[thread] = len(commands) + more.index("bt")
        commands += more
    listed = len(commands) + 1
    commands += [f"source {ROOT}/support/gdb_commands.py", "uk threads"]
    out, result = run_under_gdb(image, ["in-thread"], commands, options=ORDERED)
    assert result.status == 70, result.text
    screen = read_screen(result)

    assert {n: (t.name, t.state) for n, t in screen.threads.items() if t.state != "idle"} == {
        1: ("main", "waiting"), second: ("second", "running"),
        sleeper: ("sleeper", "sleeping"), waiter: ("waiter", "waiting")}
    locks = {f"for mutex lock (0x{line.split()[0].lstrip('0')}), held by thread 1 main"
             for line in image.tool("nm", image.path).splitlines() if line.endswith(" lock")}
    assert screen.threads[1].wait == f"for the end of thread {second} second"
    assert screen.threads[waiter].wait in locks
    until = float(re.fullmatch(r"until (\d+\.\d{6}) s", screen.threads[sleeper].wait).group(1))
    assert 1000 < until < 1000 + 60
    # the same words from gdb, which reads them itself
    states = {line.split()[1]: line for line in out[listed].splitlines()}
    for thread in (t for t in screen.threads.values() if t.state != "idle"):
        assert f"{thread.state} {thread.wait}" in states[thread.name], out[listed]
    assert screen.sections["Running"] == [f"thread {second}, second"]
    assert screen.sections["Interrupts"] == ["on"]
    sp = screen.registers[TARGETS[arch].sp]
    assert screen.threads[second].stack[0] <= sp < screen.threads[second].stack[1]
    stacks = sorted(t.stack for t in screen.threads.values())
    assert all(a[1] < b[0] for a, b in zip(stacks, stacks[1:]))

    for thread, index in at.items():
        trace = screen.threads[thread]
        assert not trace.trace_end
        assert trace.functions == [plain_name(f) for f in functions(out[index])], \
            out[index] + result.text
    assert "sleeps" in screen.threads[sleeper].functions
    assert "waits" in screen.threads[waiter].functions
    assert screen.threads[1].functions[-1] == TARGETS[arch].entry


@pytest.mark.any_arch
def test_screen_shows_the_first_threads(arch):
    result = build("crash", arch).run("in-thread", options=[*ORDERED, "-p", "crash.threads=2"])
    screen = read_screen(result)
    assert list(screen.threads) == [1, 2]
    assert screen.sections["Threads not shown"] == [str(2 + IDLE)]


def test_screen_names_the_interrupt(arch):
    for kind, state in (("in-interrupt", r"off, in a handler of line \d+"),
                        ("irqs-off", "off"), ("null-write", "on")):
        screen = read_screen(build("crash", arch).run(kind))
        assert re.fullmatch(state, screen.sections["Interrupts"][0]), kind


def test_preempted_threads_in_the_screen(arch):
    """Threads that never give the CPU away: each trace begins where the
    interrupt hit, and not inside of the scheduler."""
    image = build("threads_newlib", arch, config=NEWLIB_POLICY["preempt"])
    result = image.run("crash", options=[*ORDERED, *SLICE])
    assert result.status == 70
    screen = read_screen(result)
    spinning = [t for t in screen.threads.values() if t.state != "idle"][1:]
    assert [t.name for t in spinning] == ["spin_for_ever"] * 4
    assert screen.threads[1].state == "running"
    for thread in spinning:
        assert thread.state == "ready" and thread.switches > 0
        assert not thread.trace_end
        assert thread.functions == ["spin_for_ever", "start", "thread_start",
                                    "ukarch_ctx_start"], result.text
        pc = thread.trace[0].pc
        start = image.functions()["spin_for_ever"]
        assert start <= pc < start + 256
