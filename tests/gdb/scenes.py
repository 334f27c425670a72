# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""What users do in gdb, run by gdb itself: `socket` is set before this file
is read, and a function below is called. The last line it prints is SCENE
PASSED; an assertion ends it before."""

import functools
import os
import re
import signal as signals
import threading

import gdb

# pylint: disable=undefined-variable


def run(command):
    text = gdb.execute(command, to_string=True)
    print(f"(gdb) {command}\n{text}", end="")
    return text


last = {}  # why the program stopped last


def on_stop(event):
    last.clear()
    if isinstance(event, gdb.BreakpointEvent):
        last["points"] = [b.number for b in event.breakpoints]
    elif isinstance(event, gdb.SignalEvent):
        last["signal"] = event.stop_signal


def on_exit(event):
    last.clear()
    last["exit"] = getattr(event, "exit_code", None)


gdb.events.stop.connect(on_stop)
gdb.events.exited.connect(on_exit)


def go(command="continue"):
    """Runs the program; the dictionary says why it stopped."""
    last.clear()
    run(command)
    return dict(last)


def exits(code=0):
    stop = go()
    assert stop == {"exit": code}, stop


def value(expression):
    return gdb.parse_and_eval(expression)


def number(expression):
    return int(value(expression))


def function():
    """The function that the program is stopped in."""
    return gdb.selected_frame().name()


def fails(command, text):
    """The command's error holds the text; what it prints is not lost with it."""
    try:
        gdb.execute(command)
    except gdb.error as error:
        assert re.search(text, str(error)), f"{command}: {error}"
        return
    raise AssertionError(f"{command} did not fail")


def attach():
    run("set pagination off")
    run("set confirm off")
    run("set width 0")
    run("set remotetimeout 20")
    run("set backtrace past-main on")
    return run(f"target remote {socket}")


def to_main():
    attach()
    run("tbreak main")
    run("continue")
    assert function() == "main"


def scene(fn):
    """Says when all of it has passed."""
    @functools.wraps(fn)
    def wrapped(*args):
        fn(*args)
        print("SCENE PASSED")
    return wrapped


def is_arm():
    return "aarch64" in gdb.selected_frame().architecture().name()


# --- arriving, looking, leaving -----------------------------------------------

@scene
def look_and_leave():
    attach()
    assert "uk_gdb_break" in run("bt")
    names = [frame_name(f) for f in frames()]
    assert "uk_boot" in names and "kvm_setup" in names, names
    threads = run("info threads")
    assert re.search(r"^\* 1 +Thread 1\.1 .*main", threads, re.M), threads
    run("detach")


def packets():
    return number("gdb_guest.session.stats.packets_in")


# What gdb 13 sends for each, by is_arm(); half of the lines are a call. doc/performance.md has QEMU's stub beside it.
ATTACHING = {False: 20, True: 23}
MOVES = {"stepi": {False: 3, True: 11}, "next": {False: 10, True: 23}, "continue": {False: 8, True: 19}}


@scene
def no_more_packets():
    """Than there were."""
    attach()
    sent = packets()
    its = packets() - sent  # to read this
    assert sent - its <= ATTACHING[is_arm()], sent
    run("tbreak debuggee_loop")
    go()
    for command, most in MOVES.items():
        if command == "continue":
            run("watch counter")
        sent = packets()
        for _ in range(10):
            run(command)
        sent = (packets() - sent - its) / 10
        assert sent <= most[is_arm()], (command, sent)
    run("kill")


def frames():
    frame = gdb.newest_frame()
    while frame is not None:
        yield frame
        frame = frame.older()


def frame_name(frame):
    return frame.name()


@scene
def run_to_the_end(code):
    to_main()
    exits(code)


@scene
def kill():
    to_main()
    run("kill")


# --- breakpoints and steps ------------------------------------------------------

@scene
def breakpoints():
    to_main()
    run("break debuggee_add")
    assert go() == {"points": [2]} and function() == "debuggee_add"
    assert number("a") == 20 and number("b") == 22
    assert [f.name() for f in frames()][:2] == ["debuggee_add", "main"]
    # memory shows the program's own bytes while the breakpoint is in
    at = number("$pc")
    run("set breakpoint always-inserted on")
    shown = bytes(gdb.selected_inferior().read_memory(at, 4))
    run("disable 2")
    assert shown == bytes(gdb.selected_inferior().read_memory(at, 4))
    run("enable 2")
    run("set breakpoint always-inserted off")
    run("finish")
    assert number("$") == 42
    run("condition 2 a == 7")
    run("continue")
    assert number("a") == 7 and number("counter") == 8, number("counter")
    run("ignore 2 2")
    run("condition 2")
    run("continue")
    assert number("a") == 10
    run("delete")
    exits()


@scene
def refused():
    """Where a breakpoint would trap for ever; where the stub uses the function
    itself there is none of that."""
    to_main()
    run("break *uk_trap_raise")
    fails("stepi", "Cannot insert breakpoint|Command aborted")
    run("delete")
    for name in ("memcpy", "uk_nofault_memcpy", "gdb_points_check", "uk_console_out",
                 "gdb_session_serve", "gdb_cpus_stop", "uk_lcpu_stop_others", "uk_lcpu_resume_others"):
        if gdb.lookup_global_symbol(name):
            run(f"break *{name}")
    run("break debuggee_add")
    while function() != "debuggee_add":
        assert "exit" not in go()
    run("info registers")
    run("x/8x &list")
    run("delete")
    exits()


@scene
def hardware_breakpoints():
    to_main()
    run("hbreak debuggee_add")
    for expected in (20, 0, 1, 2):
        run("continue")
        assert function() == "debuggee_add" and number("a") == expected
    run("delete")
    # each one beyond what the CPU has is an error, not silence
    for _ in range(20):
        run("hbreak debuggee_loop")
        run("tbreak main")
    for i in range(20):
        run(f"hbreak *(debuggee_loop + {4 * i})")
    fails("stepi", "Could not insert hardware|Command aborted")
    run("delete")
    exits()


@scene
def steps():
    to_main()
    run("break debuggee_stepped")
    run("continue")
    lines = []
    for _ in range(4):
        lines.append(gdb.selected_frame().find_sal().line)
        run("next")
    assert lines == sorted(lines) and len(set(lines)) == 4, lines
    run("advance debuggee_leaf")
    assert function() == "debuggee_leaf"
    run("finish")
    run("step")
    pc = number("$pc")
    run("stepi")
    assert number("$pc") != pc
    run("until")
    run("delete")
    exits()


@scene
def each_instruction(name):
    """A breakpoint on every instruction of a function: each is hit, executed
    out of line, and the function still computes the same."""
    to_main()
    text = run(f"disassemble {name}")
    places = [int(m, 16) for m in re.findall(r"^ +(0x[0-9a-f]+) <", text, re.M)]
    for place in places[:60]:
        run(f"break *{place:#x}")
    hit = set()
    while "exit" not in go():
        hit.add(number("$pc"))
    assert last == {"exit": 0}, last
    assert len(hit) >= len(places[:60]) * 2 // 3, (len(hit), len(places))


@scene
def stepping_beside_breakpoints(name):
    """stepi with breakpoints in comes to where stepi without them does."""
    to_main()
    run(f"break {name}")
    run("continue")
    first = trail(80)
    run("delete")
    run(f"tbreak {name}")
    run("continue")
    for pc in set(first):
        run(f"break *{pc:#x}")
    assert trail(80) == first
    run("delete")
    exits()


def trail(n):
    out = []
    for _ in range(n):
        gdb.execute("stepi", to_string=True)
        out.append(number("$pc"))
    return out


@scene
def range_of_a_long_line():
    """`next` over a line that loops is stepped in the guest."""
    to_main()
    run("break debuggee_long_line")
    run("continue")
    run("next")
    before = number("counter")
    run("set debug remote 1")
    run("set logging file /dev/null")
    text = run("next")
    run("set debug remote 0")
    assert number("counter") - before >= 1000, number("counter")
    assert text.count("vCont;r") < 10, text.count("vCont;r")
    run("delete")
    exits()


@scene
def atomic_line():
    """`next` over atomic operations, and each of their instructions."""
    to_main()
    run("break debuggee_atomic")
    go()
    run("delete")
    run("next")
    run("next")
    assert number("counter") == 300
    run("tbreak main")
    run("set $pc = debuggee_atomic")
    run("next")
    for _ in range(60):
        run("stepi")
    assert number("counter") > 3
    run("kill")


@scene
def conditions_in_the_guest(hits):
    to_main()
    sp = "$sp" if is_arm() else "$rsp"
    run(f"break debuggee_add if a == {hits} && list.small == 2 && {sp} != 0")
    run("break debuggee_add if origin.wide == 1001")
    run("break debuggee_add if b > 100")
    run("set debug remote 1")
    text = run("continue")
    run("set debug remote 0")
    assert number("a") == hits, number("a")
    packets = len(re.findall(r"Sending packet", text))
    assert packets < 40, packets
    run("delete")
    run("continue")


@scene
def agent_printf():
    to_main()
    run("set dprintf-style agent")
    run('dprintf debuggee_add,"add %d %d\\n", a, b')
    exits()


# --- watchpoints ----------------------------------------------------------------

@scene
def watchpoints():
    to_main()
    run("watch watched[1]")
    assert go() == {"points": [2]}
    assert number("watched[1]") == 1 and function() == "debuggee_stores"
    assert go() == {"points": [2]}
    assert number("watched[1]") == 5
    run("delete")
    run("awatch watched[2]")
    run("continue")
    assert number("watched[2]") == 6
    run("delete")
    run("rwatch watched[3]")
    assert "points" in go() and function() == "debuggee_reads"
    run("delete")
    exits()


@scene
def watch_a_condition():
    to_main()
    run("watch watched[0] if watched[0] == 4")
    assert go() == {"points": [2]} and number("watched[0]") == 4
    run("delete")
    # unaligned, over two words
    run("watch *(char (*)[3])((char *)&watched[0] + 7)")
    assert go() == {"points": [3]} and number("watched[1]") == 5
    run("delete")
    # longer than one register
    run("watch -location watched")
    assert go() == {"points": [4]} and number("watched[2]") == 6
    run("delete")
    exits()


# --- data, calls ------------------------------------------------------------------

@scene
def data_and_calls():
    to_main()
    assert value("list.name").string() == "head"
    assert number("list.next->small") == 5 and number("list.wide") == 700
    run("set var list.wide = 1234")
    assert number("list.wide") == 1234 and number("list.small") == 2
    # the stack has no symbol that gdb names addresses after
    assert "<" not in run("print (void *)$sp") and "<list>" in run("print &list")
    assert number("debuggee_add(2, 40)") == 42
    assert number("counter") == 1
    assert float(value("debuggee_scale(2.5, 4)")) == 10.0
    assert float(value("debuggee_scale(ratio, 2)")) == 5.0
    run("set var ratio = -0.125")
    assert float(value("ratio * 8")) == -1.0
    run("break debuggee_add")
    run("continue")
    run("return 7")
    assert function() == "main"
    run("delete")
    run("set var verdict = 5")
    exits(5)


@scene
def jump():
    to_main()
    run("break debuggee_add")
    run("continue")
    run("finish")
    line = gdb.selected_frame().find_sal().line
    run(f"tbreak {line}")
    run(f"jump {line - 1}")
    if function() == "debuggee_add":
        run("delete")
    run("continue")


@scene
def big_memory(size):
    to_main()
    inferior = gdb.selected_inferior()
    data = bytes((i * 7 + (i >> 8)) & 0xff for i in range(size))
    inferior.write_memory(number("&big"), data)
    assert bytes(inferior.read_memory(number("&big"), size)) == data
    assert number(f"checksum({size})") == sum(data) & 0xffffffff
    fails("x/4x 0", "Cannot access memory at address 0x0")
    fails("x/x 0x1234567890000000", "Cannot access memory")
    fails("set var *(int *)16 = 1", "Cannot access memory")
    assert number("&list.x") and run("find &list, +sizeof(list), (int)4").count("0x") == 1
    run("compare-sections .text")
    run("delete")
    exits()


@scene
def as_in_the_file():
    """The image's code and constants; the program spins."""
    attach()
    assert "MIS-MATCHED" not in run("compare-sections -r")
    run("set var verdict = 3")
    exits(3)


@scene
def core_file(path):
    to_main()
    run("break debuggee_add")
    run("continue")
    run(f"generate-core-file {path}")
    run("detach")


# --- registers ---------------------------------------------------------------------

def pattern(kind, i):
    return (0x0123456789abcdef * (2 * i + 3) + kind * 0x1f1f1f1f) & 0x7fffffffffffffff


def word(address):
    return number(f"*(unsigned long *)({address})")


@scene
def registers():
    """Every general, floating point and vector register: what gdb writes the
    program has, and gdb reads."""
    to_main()
    run("break *debuggee_regs_in")
    run("break *debuggee_regs_out")
    go()
    general, vectors, lanes, seen, vector_seen = (
        ([f"x{i}" for i in range(31)], [f"v{i}.d.u" for i in range(32)], 2, "$sp", "$sp + 256")
        if is_arm() else
        (["rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", *(f"r{i}" for i in range(8, 16))],
         [f"ymm{i}.v4_int64" for i in range(16)], 4, "&regs_seen", "&vec_seen"))
    for i, name in enumerate(general):
        run(f"set ${name} = {pattern(0, i)}")
    for i, name in enumerate(vectors):
        for lane in range(lanes):
            run(f"set ${name}[{lane}] = {pattern(1 + lane, i)}")
    if is_arm():
        run("set $fpcr = 0x01000000")
        run("set $fpsr = 0x08000010")
        run("set $cpsr = $cpsr | 0xf0000000")
    else:
        run("set $mxcsr = 0x1f80 | 0x8000")
        run("set $st3 = 1.5")
        run("set $fctrl = 0x27f")
        run("set $eflags = $eflags | 0x8d5")
    for name in ("cs", "ss") if not is_arm() else ():
        fails(f"set ${name} = 0x1234", "Could not write register")
    go()
    for i, name in enumerate(general):
        assert word(f"(long){seen} + {8 * i}") == pattern(0, i), name
        assert number(f"${name}") == pattern(0, i) or name in ("x0", "x1"), name
    for i, name in enumerate(vectors):
        for lane in range(lanes):
            at = f"(long){vector_seen} + {8 * lanes * i + 8 * lane}"
            assert word(at) == pattern(1 + lane, i), (name, lane)
            assert number(f"${name}[{lane}]") == pattern(1 + lane, i), name
    if is_arm():
        assert (word("$sp + 768"), word("$sp + 776")) == (0x08000010, 0x01000000)
        assert number("$cpsr") >> 28 & 15 == 15
    else:
        assert number("*(unsigned *)((long)&fx_seen + 24)") == 0x9f80
        assert word("(long)&fx_seen + 32 + 48") == 0xc000000000000000
        assert number("*(unsigned short *)((long)&fx_seen + 32 + 56)") == 0x3fff
        assert number("*(unsigned short *)&fx_seen") == 0x27f
        assert number("$eflags") & 0x8d5 == 0x8d5
    run("delete")
    exits()


# --- crashes ---------------------------------------------------------------------

@scene
def crash(signal, name):
    to_main()
    assert go() == {"signal": signal}
    names = [f.name() for f in frames()]
    assert name in names and "main" in names, names
    # what was passed on ends it as it would have ended
    assert go() == {"exit": None}


@scene
def mend():
    to_main()
    run("continue")
    assert "null" in function()
    if is_arm():
        run("set $pc = $pc + 4")
    else:
        run("set $pc = debuggee_null_end")
    assert go("signal 0") == {"exit": 0}


@scene
def crash_then_detach():
    attach()
    assert go() == {"signal": "SIGSEGV"}
    run("detach")


# --- interrupts --------------------------------------------------------------------

def interrupted(seconds, command="continue"):
    """Ctrl-C some time after the command has resumed the program. gdb says that it
    resumes it shortly before it does, and a Ctrl-C in between ends the command: then
    it is given once more."""
    for _ in range(5):
        resumed, ended = threading.Event(), threading.Event()

        def press(resumed=resumed, ended=ended):
            resumed.wait()
            if not ended.wait(seconds):
                os.kill(os.getpid(), signals.SIGINT)

        def on_cont(_, resumed=resumed):
            resumed.set()
        gdb.events.cont.connect(on_cont)
        thread = threading.Thread(target=press)
        thread.start()
        try:
            return go(command)
        except KeyboardInterrupt:
            assert gdb.selected_thread().is_stopped()
        finally:
            gdb.events.cont.disconnect(on_cont)
            ended.set()
            resumed.set()
            thread.join()
    raise AssertionError(f"{command}: gdb itself took each Ctrl-C")


@scene
def interrupt(name):
    """Ctrl-C while the program is busy."""
    to_main()
    run(f"tbreak {name}")
    go()
    assert interrupted(0.05) == {"signal": "SIGINT"}
    assert name in [f.name() for f in frames()], [f.name() for f in frames()]
    run("set var verdict = 1")
    exits(1)


# --- threads ---------------------------------------------------------------------

def threads():
    """{name: gdb's thread} of those that do not idle."""
    return {t.name: t for t in gdb.selected_inferior().threads() if not t.name.startswith("idle ")}


def places_of_gdb():
    """The addresses of the frames; an inlined function is part of the one around it."""
    frame, places = gdb.newest_frame(), []
    while frame is not None:
        if frame.type() != gdb.INLINE_FRAME:
            places.append(frame.pc())
        frame = frame.older()
    return places


def places_of_guest(number):
    found = []
    for line in run(f"monitor trace {number}").splitlines():
        if (place := re.match(r"  \[(\w{16})\] \w", line)) and not line.endswith(" inlined"):
            found.append(int(place[1], 16))
    return found


def timer_is_not_slower():
    """QEMU's APIC counts 1 GHz. A stop while it counts makes it no faster, as
    measured: timers would come late. arm64 measures nothing."""
    if gdb.lookup_objfile(gdb.objfiles()[0].filename).lookup_static_symbol("uk_time_dev_apictimer"):
        assert number("'apictimer.c'::rate") < 1.05 * 2**32, number("'apictimer.c'::rate")


@scene
def thread_list():
    to_main()
    run("break work")
    names = set()
    for _ in range(4):
        assert "points" in go()
        names.add(gdb.selected_thread().name)
    timer_is_not_slower()
    assert names == {"worker0", "worker1", "worker2", "worker3"}, names
    assert set(threads()) == names | {"main"}, set(threads())
    text = run("thread apply all bt")
    assert text.count("Thread ") >= 5
    threads()["main"].switch()
    assert "main" in [f.name() for f in frames()]
    run("delete")
    exits()


@scene
def monitor():
    attach()
    text = run("monitor help")
    assert re.search(r"^ *threads ", text, re.M) and re.search(r"^ *log ", text, re.M), text
    assert re.search(r"1 main +running", run("monitor threads"))
    place = re.escape(f"[{gdb.newest_frame().pc():016x}] {gdb.newest_frame().name()}+")
    assert re.search(rf"Thread 1: main, running(?: on CPU 0)?\n  {place}", run("monitor report"))
    assert "waiting for a debugger" in run("monitor log")
    assert "threads" in run("monitor thread")
    assert "table 0" in run(f"monitor pagewalk {number('&counter'):#x}")
    exits()


@scene
def thread_steps():
    to_main()
    run("break work")
    go()
    go()
    run("delete")
    first = gdb.selected_thread().name
    # alone, up to a call that may wait for the others
    run("set scheduler-locking on")
    for _ in range(4):
        run("stepi")
        assert gdb.selected_thread().name == first
    # who waits for others cannot
    if str(value("uksched.first.pub.state")) == "UK_THREAD_WAITING":
        threads()["main"].switch()
        pc = number("$pc")
        assert "no other may run" in run("stepi")
        assert "no other may run" in run("continue")
        assert gdb.selected_thread().name == "main" and number("$pc") == pc
    threads()[first].switch()
    run("set scheduler-locking off")
    run("next")
    for name in ("worker2", "main"):
        threads()[name].switch()
        pc = number("$pc")
        run("stepi")
        assert gdb.selected_thread().name == name
        assert number("$pc") != pc
    exits()
