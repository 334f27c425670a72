# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""The stub in the guest under Debian's lldb, at each place where it can be.

lldb shows each command behind its prompt, so that what follows is its answer.
"""

import re
import subprocess
import tempfile

import pytest

from gdb_guest import PLACE_LIST, StubGuest
from vitrine import CPUS, ORDERED, ROOT, RUN_SECONDS, build

CRASHED = 70
FIRST_ARGUMENT = {"x86_64": "rdi", "arm64": "x0"}
VECTOR = {"x86_64": "ymm3", "arm64": "v3"}
IN_GUIDE = re.findall(r"^    \(lldb\) (expression .*)$", (ROOT / "doc/guide.md").read_text(), re.M)


@pytest.fixture(params=PLACE_LIST, ids="-".join)
def place(request):
    return request.param


def debuggee(place):
    return build("debuggee", place[0])


def lldb(g, *commands, after_crash=(), kind="unix-connect", error=None):
    """What each of the commands printed, after lldb has attached. kind: of the socket, as lldb calls it. error: the one
    that is expected; then the commands are a file's, as of those in words none is carried out after an error. What
    lldb says of a stop there may come with the answer of the next command."""
    words = ["lldb", "--no-lldbinit", "--batch", g.image.path]
    with tempfile.NamedTemporaryFile("w", suffix=".lldb") as script:
        script.write("".join(f"{command}\n" for command in commands))
        script.flush()
        source = f"command source --stop-on-error false --stop-on-continue false {script.name}"
        for command in (f"process connect -p gdb-remote {kind}://{g.at}", *([source] if error else commands)):
            words += ["-o", command]
        for command in after_crash:
            words += ["-k", command]
        done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=RUN_SECONDS, check=False)
    answers = re.split(r"^\(lldb\) .*\n", done.stdout, flags=re.M)[4 if error else 3:]
    # Debian's lldb 14 does not find its Python; it says no more than that
    errors = [e for e in done.stderr.splitlines() if e.startswith("error:")]
    assert errors == ([f"error: {error}"] if error else []), done.stdout + done.stderr
    assert len(answers) == len(commands) + len(after_crash), done.stdout + done.stderr
    return answers


def frames_of(answer):
    """The call trace in what `bt` printed, and not what came late of the command before."""
    return answer.rpartition("  * frame #0")[2]


def tour(g, **connection):
    """Breakpoints, steps, variables, memory, and on to the end of a debuggee that goes round a loop; its status is 5."""
    said = dict(zip(commands := (
        "breakpoint set --name debuggee_add", "continue", "bt", "frame variable a b",
        "register read pc", "finish", "thread step-over", "thread step-in",
        "thread step-inst", "breakpoint delete --force", "print counter",
        "expression counter = 77", "print origin", "print list.next->name",
        "memory read --format x --size 4 --count 2 &list", "memory write &verdict 5 0 0 0",
        "print verdict", "process continue"), lldb(g, *commands, **connection)))
    assert "debuggee_add" in said["breakpoint set --name debuggee_add"]
    assert "stop reason = breakpoint 1.1" in said["continue"]
    trace = said["bt"]
    for name in ("debuggee_add(a=20, b=22)", "main", "run_main", "uk_boot", "kvm_setup"):
        assert name in trace, trace
        trace = trace[trace.index(name):]
    assert "(int) a = 20\n(int) b = 22" in said["frame variable a b"]
    assert "`debuggee_add at main.c" in said["register read pc"]
    assert "Return value: (int) $0 = 42" in said["finish"]
    assert "stop reason = step over" in said["thread step-over"]
    assert "stop reason = step in" in said["thread step-in"]
    assert "stop reason = instruction step" in said["thread step-inst"]
    assert "= 1\n" in said["print counter"] and "= 77\n" in said["expression counter = 77"]
    assert "wide = 1000" in said["print origin"], said["print origin"]
    assert '"origin"' in said["print list.next->name"]
    assert ": 0x00000003 0x00000004\n" in said["memory read --format x --size 4 --count 2 &list"]
    assert "= 5\n" in said["print verdict"]
    assert "exited with status = 5" in said["process continue"]


@pytest.mark.any_arch
def test_tour(place):
    with StubGuest(debuggee(place), "loop", "3", place=place[1]) as g:
        tour(g)
        assert g.end().status == 5


def test_calls(place):
    """What lldb compiles: functions of the program are called, with all kinds of arguments and results; the program
    goes on as if there had been none."""
    calls = {"expression debuggee_add(3, 4)": "(int) $0 = 7", "expression debuggee_scale(1.5, 4)": "(double) $1 = 6",
             "expression debuggee_depth(5)": "(int) $2 = 5",
             "expression struct point p = list; p.x += debuggee_add(1, 1); p": "x = 5\n  y = 4\n  small = 2\n  wide = 700",
             "expression int s = 0; for (int i = 0; i < 10; i++) s += debuggee_add(i, 1); s": "= 55",
             "expression --top-level -- int twice(int v) { return debuggee_add(v, v); }": "",
             **{f"expression --top-level -- int t{n}(int v) {{ return {n} * v + debuggee_leaf(0); }}": "" for n in range(30)},
             "expression t29(2)": "= 58", "expression list.x + 1": "= 4",
             "expression twice(21)": "= 42", "expression counter": f"= {2 + 1 + 1 + 1 + 10 + 1 - 1}\n"}
    with StubGuest(debuggee(place), "loop", "3", place=place[1]) as g:
        said = lldb(g, "breakpoint set --name debuggee_add", "continue", "continue", "bt", *calls, "bt", "register read",
                    "frame variable a b", "expression --ignore-breakpoints false -- debuggee_add(5, 6)",
                    "bt 1", "thread return -x", "bt", "breakpoint disable", "expression verdict = 5", "process continue",
                    error="Execution was interrupted, reason: breakpoint 1.1.")
        done = g.end()
    for (command, answer), got in zip(calls.items(), said[4:]):
        assert answer in got, (command, got)
    before, after, hit, back = frames_of(said[3]), *(frames_of(said[n + len(calls)]) for n in (4, 8, 10))
    assert before == after == back and "debuggee_add" in before and "run_main" in before, (before, after, back)
    assert "debuggee_add(a=5, b=6)" in hit, hit
    assert done.status == 5 and re.search(r"total 42 verdict 5 scale 10$", done.text, re.M), done.text


def test_expressions_beside_conditions(place):
    """Each condition is an expression that lldb keeps."""
    with StubGuest(debuggee(place), "loop", "3", place=place[1]) as g:
        said = lldb(g, "breakpoint set --name debuggee_add --condition 'a == 20'",
                    *(f"breakpoint set --name debuggee_add --condition 'counter == {n}'" for n in range(77, 82)), "continue",
                    "expression a + b", "expression debuggee_add(1, 2)", "expression verdict = 5", "breakpoint delete --force",
                    "process continue")
        assert g.end().status == 5
    assert "stop reason = breakpoint 1.1" in said[6] and "= 42\n" in said[7] and "= 3\n" in said[8], said


def test_calls_that_end_early(place):
    """A crash in one is not the program's; one that takes long ends all the same; the memory for them lasts, and is
    empty for the next debugger."""
    with StubGuest(debuggee(place), "spin", place=place[1], wait=False) as g:
        g.wait_for("scene spin")
        for _ in range(2):
            said = lldb(g, "bt", "expression debuggee_null(1)", "bt", *["expression debuggee_add(2, 3)"] * 20,
                        "expression for (int i = 0; i < 100000; i++) debuggee_add(i, 1); counter", "bt", "process detach",
                        error="Execution was interrupted, reason: signal SIGSEGV.")
            assert frames_of(said[0]) == frames_of(said[2]) == frames_of(said[-2]) and "debuggee_spin" in said[0], said
            assert all(re.fullmatch(r"\(int\) \$\d+ = 5\n+", answer) for answer in said[3:23]), said
        g.gdb("as_in_the_file")
        done = g.end()
    assert done.status == 3 and "total 42" in done.text


@pytest.mark.any_arch
def test_detach_after_a_call_that_crashed(place):
    with StubGuest(debuggee(place), "loop", "3", place=place[1]) as g:
        said = lldb(g, "breakpoint set --name debuggee_add", "continue", "bt", "expression debuggee_null(1)", "bt", "process detach",
                    error="Execution was interrupted, reason: signal SIGSEGV.")
        done = g.end()
    assert frames_of(said[2]) == frames_of(said[4]) and "debuggee_add" in said[2], said
    assert done.status == 0 and "total 42" in done.text, done.text


def test_calls_in_threads(place):
    """In threads that wait, too: one for a time, one for another thread; what waits goes on to wait."""
    image = build("threads", place[0], config=("CONFIG_LIBVIRTIO_CONSOLE=y",))
    first = 2 + (CPUS > 1)  # of the workers; an idle thread comes before them
    with StubGuest(image, place=place[1], options=ORDERED) as g:
        said = lldb(g, "breakpoint set --name work", *["continue"] * 4, "breakpoint disable",
                    f"thread select {first}", "bt",
                    'expression (int)snprintf(0, 0, "%d", 12345)', "expression uk_thread_sleep_until(ukplat_monotonic_clock() + 2000000)", "bt",
                    "thread select 1", "bt", 'expression (unsigned)strlen("hello")', "bt", *IN_GUIDE,
                    "process continue")
        done = g.end()
    assert "= 5\n" in said[8] and "= 5\n" in said[13], said
    worker, again, main, once_more = (frames_of(said[n]) for n in (7, 10, 12, 14))
    assert worker == again and "work" in worker and main == once_more and "uk_thread_join" in main, said
    assert [re.sub(r"^.*\) \$\d+ = ", "", answer).strip() for answer in said[15:-1]] == ["1", "4", "", "6"], said[15:]
    assert done.status == 0 and done.text.count(": counter ") == 21, done.text


def test_registers(place):
    """What lldb writes the program has; vector registers are whole."""
    argument, vector = FIRST_ARGUMENT[place[0]], VECTOR[place[0]]
    size = 32 if vector == "ymm3" else 16
    data = bytes(17 * i & 0xff for i in range(1, size + 1))
    values = " ".join(f"{byte:#04x}" for byte in data)
    with StubGuest(debuggee(place), place=place[1]) as g:
        said = lldb(g, "breakpoint set --hardware --name main", "continue",
                    f'register write {vector} "{{{values}}}"', f"register read {vector}",
                    f"register write {argument} 0x123456789abcdef0",
                    f"register read {argument}", "register read --all", "process kill")
        done = g.end()
    assert "stop reason = breakpoint 1" in said[1]
    assert values in said[3] or f"{int.from_bytes(data, 'little'):#x}" in said[3], said[3]
    assert "0x123456789abcdef0" in said[5]
    wanted = ["rip", "eflags", "fs_base", "mxcsr", "xmm15", "ymm15h"] if place[0] == "x86_64" \
        else ["x29", "cpsr", "v31", "fpcr", "ttbr0_el1"]
    for name in wanted:
        assert re.search(rf"^ +{name} = ", said[6], re.M), said[6]
    assert done.status == CRASHED


def test_watchpoints(place):
    with StubGuest(debuggee(place), "stores", place=place[1]) as g:
        said = lldb(g, "breakpoint set --name debuggee_stores", "continue",
                    "watchpoint set expression -w write -s 8 -- &watched[1]", "continue",
                    "print watched[1]", "continue", "print watched[1]",
                    "watchpoint delete --force",
                    "watchpoint set expression -w read_write -s 8 -- &watched[3]",
                    "continue", "bt 1", "continue", "bt 1", "watchpoint delete --force",
                    "process continue")
        done = g.end()
    for number, value in ((4, 1), (6, 5)):
        assert "stop reason = watchpoint 1" in said[number - 1], said[number - 1]
        assert f"= {value}\n" in said[number]
    for number, name in ((9, "debuggee_stores"), (11, "debuggee_reads")):
        assert "stop reason = watchpoint 2" in said[number] and name in said[number + 1]
    assert "exited with status = 0" in said[14]
    assert done.status == 0


@pytest.mark.any_arch
def test_threads(place):
    image = build("threads", place[0],
                  config=("CONFIG_LIBVIRTIO_CONSOLE=y",))
    with StubGuest(image, place=place[1], options=ORDERED) as g:
        said = lldb(g, "breakpoint set --name work", "continue", "continue", "thread list",
                    "breakpoint delete --force", "thread backtrace all", "thread step-over",
                    "thread select 1", "frame select --relative 1",
                    "thread step-inst",
                    after_crash=("thread step-inst --run-mode all-threads",
                                 "process continue"))
        done = g.end()
    assert "name = 'worker1'" in said[2], said[2]
    names = re.findall(r"thread #(\d+): tid = (\d+),.*name = '(\w+)'", said[3])
    first = 2 + said[3].count("'idle ")
    assert [(int(t), n) for _, t, n in names] == \
        [(1, "main"), *((i + first, f"worker{i}") for i in range(4))], said[3]
    assert re.search(rf"^\* thread #{first + 1}: ", said[3], re.M), said[3]
    traces = said[5].split("thread #")[1:]
    assert len(traces) == first + 3 and "main.c" in traces[0] and "sched_switch" in traces[0]
    assert "worker1" in said[6] and "stop reason = step over" in said[6], said[6]
    # alone it would wait for ever
    assert "stop reason = it waits, and no other thread may run" in said[9], said[9]
    assert "name = 'main'" in said[10], said[10]
    assert "exited with status = 0" in said[11]
    assert done.status == 0


def with_uk(g, *commands):
    """What lldb prints that support/gdb has started."""
    return subprocess.run([ROOT / "support" / "gdb", "--lldb", "--connect", g.at, g.image.path, "--no-lldbinit",
                           "--batch", *(word for c in commands for word in ("-o", c))], text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=RUN_SECONDS, check=False).stdout


@pytest.mark.any_arch
def test_uk(place):
    """The project's commands, at the live guest; test_gdb_core.py compares all that they print."""
    image = build("threads", place[0], config=("CONFIG_LIBVIRTIO_CONSOLE=y",))
    with StubGuest(image, place=place[1], options=ORDERED) as g:
        out = with_uk(g, "breakpoint set --name work", "continue", "continue", "uk threads", "uk thread main", "uk tls own",
                      "uk tls own worker0", "uk store -v ukinit/a", "uk log", "uk report", "help uk", "breakpoint delete --force",
                      "continue")
        assert g.end().status == 0
    said = dict(re.findall(r"^\(lldb\) ((?:help )?uk.*)\n((?:(?!\(lldb\)).*\n?)*)", out, re.M))
    rows = re.findall(r"^\d +(\w+) +(\w+)(?: .*)? work \(apps/threads/main.c:\d+\)$", said["uk threads"], re.M)
    assert ("worker1", "running") in rows, out
    assert re.search(r"frame #\d+: .*main at main\.c:", said["uk thread main"]), out
    assert "= 1000\n" in said["uk tls own"] and "= 1001\n" in said["uk tls own worker0"], out
    values = f"ukinit/application threads\nukinit/architecture {image.arch}\n"
    assert said["uk store -v ukinit/a"] == values and "gdb: waiting for a debugger" in said["uk log"], out
    reported = {name: (state, trace) for name, state, trace in
                re.findall(r"^Thread \d+: (\w+), (.*)\n((?:(?!Thread).*\n)+)", said["uk report"], re.M)}
    assert set(reported) >= {"main", *(f"worker{i}" for i in range(4))} and "waiting for" in reported["main"][0], out
    assert reported["worker1"][0].startswith("running") and re.search(r"`work\(arg=.* at main\.c:\d+", reported["worker1"][1]), out
    listed = " ".join(said["help uk"].split())
    assert "what they wait for, time on the CPU, place." in listed and "of one table, the records too." in listed, listed


def test_crash(place):
    with StubGuest(debuggee(place), "null", place=place[1]) as g:
        said = lldb(g, "continue", after_crash=("bt", "process continue"))
        done = g.end()
    assert "SIGSEGV" in said[0] or "EXC" in said[0], said[0]
    assert "debuggee_null" in said[1] and "main" in said[1]
    assert done.status == CRASHED


@pytest.mark.any_arch
def test_detach(place):
    with StubGuest(debuggee(place), "loop", "5", place=place[1]) as g:
        said = lldb(g, "breakpoint set --name debuggee_add", "continue",
                    "watchpoint set expression -- &verdict", "process detach")
        assert "detached" in said[3]
        assert g.end().status == 0


RUNS = "script import time; p = lldb.debugger.GetSelectedTarget().process; " \
    "[time.sleep(0.01) for _ in range(2000) if p.state != lldb.eStateRunning]"  # soon
INTERRUPTED = ("script lldb.debugger.SetAsync(True)", "process continue", RUNS, "process interrupt",
               "script lldb.debugger.SetAsync(False)")


def uk_while_it_runs(g):
    ask = "script r = lldb.SBCommandReturnObject(); " \
        "lldb.debugger.GetCommandInterpreter().HandleCommand('uk tls own', r); print(r.GetError())"
    said = with_uk(g, *INTERRUPTED[:3], ask, *INTERRUPTED[3:], "process detach")
    assert "error: The guest runs: interrupt it first (process interrupt)." in said, said


@pytest.mark.any_arch
def test_come_and_go(place):
    """Attached while it runs, again and again."""
    with StubGuest(debuggee(place), "spin", place=place[1], wait=False) as g:
        g.wait_for("scene spin")
        counters = []
        for _ in range(3):
            said = lldb(g, "bt", "print counter", "process detach")
            assert "debuggee_spin" in said[0], said[0]
            counters.append(said[1])
        assert len(set(counters)) == 3
        uk_while_it_runs(g)
        said = lldb(g, "expression verdict = 2", "process continue")
        assert "exited with status = 2" in said[1]
        assert g.end().status == 2
