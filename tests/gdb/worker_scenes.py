# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Threads and interrupts: what users do in gdb with tests/apps/workers; read
behind scenes.py."""

# pylint: disable=undefined-variable

VECTOR_BYTES = 512


def vector(i):
    return f"$v{i}.b.u" if is_arm() else f"$ymm{i}.v32_int8"


def vectors():
    """The vector registers of the selected thread, whole."""
    count, size = (32, 16) if is_arm() else (16, 32)
    return bytes(int(value(vector(i))[j]) & 0xff for i in range(count) for j in range(size))


def given(worker):
    return bytes((37 * worker + 11) * (j + 3 * worker + 1) & 0xff for j in range(VECTOR_BYTES))


@scene
def vectors_beside_a_stepping_debugger():
    """Two threads hold different values in every vector register, main has its
    own; what gdb writes to one of them arrives, and nothing else changes."""
    to_main()
    run("break workers_mix")
    go()
    run("disable")
    workers = [threads()[f"worker{i}"] for i in range(2)]
    main = threads()["main"]
    for number_of, worker in enumerate(workers):
        worker.switch()
        assert function() == "workers_hold", function()
        assert vectors() == given(number_of), number_of
    run(f"set {vector(5)}[3] = 0x5a")
    run(f"set {vector(15)}[15] = 0x5b")
    main.switch()
    for _ in range(12):
        run("next")
    for _ in range(60):
        run("stepi")
    main.switch()
    run("enable")
    run("ignore 2 20")
    assert "points" in go()
    assert float(value("mixed")) > 20
    expected = bytearray(given(1))
    size = VECTOR_BYTES // (32 if is_arm() else 16)
    expected[5 * size + 3], expected[15 * size + 15] = 0x5a, 0x5b
    workers[0].switch()
    assert vectors() == given(0)
    workers[1].switch()
    assert vectors() == bytes(expected)
    run("delete")
    exits()


@scene
def crash_in_the_second_thread():
    to_main()
    assert go() == {"signal": "SIGSEGV"}
    assert gdb.selected_thread().name == "worker1" and function() == "workers_fault"
    assert [frame_name(f) for f in frames()][1] == "thread_start"
    assert number("arg") == 0
    assert set(threads()) == {"main", "worker0", "worker1"}
    threads()["main"].switch()
    assert "uk_thread_join" in [f.name() for f in frames()]
    threads()["worker0"].switch()
    assert "take_turns" in [f.name() for f in frames()] and number("turns[0]") > 0
    assert go() == {"exit": None}


def known_registers():
    if is_arm():
        return {f"x{i}": 0x1122334455660000 + i for i in range(2, 31)}
    names = ["rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", None, *(f"r{i}" for i in range(8, 16))]
    return {name: 0x1122334455660000 + i for i, name in enumerate(names) if name}


def to_a_tick(inside):
    """A tick whose interrupted function is that one."""
    for _ in range(200):
        assert "points" in go()
        found = [f for f in frames() if f.name() == inside]
        if found and number("&workers_spin_in") <= found[0].pc() < number("&workers_spin_out"):
            return found[0]
    raise AssertionError(f"no tick in {inside}")


@scene
def breakpoint_in_an_interrupt_handler():
    """The interrupted function is there behind the handler, with the registers
    that it had; and goes on with them."""
    to_main()
    run("break workers_tick")
    spin = to_a_tick("workers_spin")
    names = [f.name() for f in frames()]
    assert names[0] == "workers_tick" and names[-1] != names[0] and "main" in names, names
    interrupted = names.index("workers_spin")
    assert interrupted > 2 and "main" in names[interrupted:], names
    known = known_registers()
    spin.select()
    shown = run("info registers")
    for name, expected in known.items():
        assert int(spin.read_register(name)) & (1 << 64) - 1 == expected, (name, shown)
        assert f"{expected:#x}" in shown, (name, shown)
    pc = spin.pc()
    # the handler is stepped, left, and comes again
    gdb.newest_frame().select()
    before = number("ticks")
    run("next")
    run("next")
    assert number("ticks") == before + 1
    # here a handler of signals is out of place: the program goes on without
    assert "No signal is delivered: the program handles a trap or an interrupt." in run("signal SIGUSR1")
    assert function() == "workers_tick"
    again = to_a_tick("workers_spin")
    assert abs(again.pc() - pc) < 32 and number("ticks") > before
    run("delete")
    run("break *workers_spin_out")
    run("set var released = 1")
    go()
    for name, expected in known.items():
        assert number(f"${name}") & (1 << 64) - 1 == expected, name
    run("delete")
    exits()


@scene
def steps_through_a_context_switch():
    """main gives the CPU away in the middle of a step, or of many."""
    to_main()
    run("break workers_yield")
    go()
    run("next")
    run("next")
    line = gdb.selected_frame().find_sal().line
    while gdb.selected_frame().find_sal().line == line:
        run("next")
    assert gdb.selected_thread().name == "main" and function() == "workers_yield"
    # each instruction of it
    run("tbreak uk_sched_yield thread 1")
    go()
    switched = 0
    for _ in range(2000):
        gdb.execute("stepi", to_string=True)
        assert gdb.selected_thread().name == "main"
        switched |= function() == "sched_switch"
        if function() == "workers_yield":
            break
    assert switched and function() == "workers_yield", function()
    # with breakpoints that the others pass meanwhile, and whose condition is false
    run("break take_turns if turns[0] == 0xffffffff")
    run("break sched_switch if uksched.first == 0")
    ticks = number("ticks")
    for _ in range(9):
        run("next")
        assert gdb.selected_thread().name == "main" and function() == "workers_yield"
    assert ticks < number("ticks") < ticks + 12
    run("delete")
    exits()


@scene
def signals_to_chosen_threads():
    """A chosen thread gets its signal where it runs, whatever took the CPU from it; several at once."""
    to_main()
    run("break workers_ready")
    go()
    run("break workers_note")
    run("handle SIGUSR1 SIGUSR2 stop print pass")
    workers = [threads()[f"worker{i}"] for i in range(2)]
    main = threads()["main"]
    workers[1].switch()
    assert function() == "workers_hold"
    assert "points" in go("signal SIGUSR1") and number("sig") == 30
    assert gdb.selected_thread() == workers[1]
    assert gdb.SIGTRAMP_FRAME in [f.type() for f in frames()]
    assert "workers_hold" in [f.name() for f in frames()]
    run("disable 3")
    for thread, sig in ((main, "SIGTERM"), (workers[0], "SIGUSR2"), (workers[1], "SIGALRM")):
        thread.switch()
        run(f"queue-signal {sig}")
    assert "points" in go() and gdb.selected_thread() == main
    noted = [number(f"noted[{i}]") for i in range(3)]
    assert noted == [31, 1430, 15], noted  # worker1 was at the first instruction
    run("delete")
    exits()


def weigh(own):
    """A call with arguments in all registers and on the stack, and a variable of the thread's own."""
    assert float(value("workers_weigh(1, 2, 3, 4, 5, 6, 7, 8, 9, 10.5, 0.25)")) == own * 1000 + 285 + 10.75


def nap(own):
    assert number("workers_nap()") == own


def members():
    """[(thread, its own number)], in the order of their creation."""
    found = [t for t in gdb.selected_inferior().threads() if t.name in ("takes", "naps")]
    return list(zip(sorted(found, key=lambda t: t.num), (10, 20, 11, 21)))


def where():
    return [(f.name(), f.pc(), int(f.read_register("sp"))) for f in frames()]


def twice_in_each(call):
    for thread, own in members():
        thread.switch()
        before = where()
        for _ in range(2):
            call(own)
            assert gdb.selected_thread().num == thread.num and where() == before, (before, where())


def guest_and_gdb_agree():
    """About the threads that do not run: where they are; two wait for a semaphore."""
    rows = run("monitor threads")
    post = rf"for semaphore post \({number('&post'):#x}\)"
    assert len(re.findall(rf"^ *\d+ takes +waiting .* at 0x\w+ takes\+\w+ \(\S+main\.c:\d+\) {post}$", rows, re.M)) == 2, rows
    for thread, _ in members():
        thread.switch()
        number_of = thread.ptid[1]
        assert re.search(rf"^ *{number_of} {thread.name} ", rows, re.M), rows
        assert len(places_of_gdb()) > 3 and places_of_gdb() == places_of_guest(number_of), thread.name


@scene
def calls_in_threads_that_wait():
    """With arguments, and of a function that waits longer than the thread does; what the thread waits for is not lost."""
    to_main()
    run("break workers_post")
    for _ in range(4):
        go()
    run("disable")
    guest_and_gdb_agree()
    twice_in_each(weigh)
    twice_in_each(nap)
    run("set scheduler-locking on")
    twice_in_each(nap)
    run("set scheduler-locking off")
    run("enable")
    posted, slept = number("posted"), number("ticks")
    for _ in range(6):
        go()
    assert number("posted") > posted and number("ticks") > slept
    # all of them at once, each stopped; most end, one is given up
    run("break workers_weigh")
    run("set scheduler-locking on")
    for thread, own in members():
        thread.switch()
        fails(f"print workers_weigh({own}, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)", "stopped while in a function called from GDB")
        assert function() == "workers_weigh"
    run("delete")
    for thread, own in members()[1:]:
        thread.switch()
        assert function() == "workers_weigh"
        run("finish")
        assert number("$") == own * 1001
    members()[0][0].switch()
    next(f for f in frames() if f.type() == gdb.DUMMY_FRAME).select()
    run("return")
    run("set scheduler-locking off")
    threads()["main"].switch()
    run("break workers_post")
    for _ in range(6):
        go()
    run("set var released = 1")
    run("delete")
    exits()


@scene
def alone_to_its_end():
    """A thread that runs alone ends: gdb says that none is left; the others stand until they are let go."""
    to_main()
    run("break workers_post")
    for _ in range(4):
        go()
    run("set var released = 1")
    run("set scheduler-locking on")
    posted = number("posted")
    for left in (1, 0):
        threads()["naps"].switch()
        assert "No unwaited-for children left." in run("continue")
        assert number("posted") == posted
        fails("continue", "without a live selected thread")
        assert [t.name for t in gdb.selected_inferior().threads()].count("naps") == left
    threads()["main"].switch()
    run("set scheduler-locking off")
    run("delete")
    exits()


@scene
def calls_on_an_idle_cpu():
    """A function that waits has nothing to wait with there: gdb shows why, and nothing is lost."""
    to_main()
    run("break workers_post")
    go()
    run("delete")
    run("set unwindonsignal on")
    for thread in (t for t in gdb.selected_inferior().threads() if t.name.startswith("idle ")):
        thread.switch()
        fails("print workers_weigh(1, 2, 3, 4, 5, 6, 7, 8, 9, 10.5, 0.25)", "GDB has restored the context")
    for _ in range(100):
        assert interrupted(0.05) == {"signal": "SIGINT"}
        if number("uksched.cpus[0].idle") and gdb.SIGTRAMP_FRAME not in [f.type() for f in frames()]:
            break
    before = where()
    own = next((number_of for thread, number_of in members() if thread == gdb.selected_thread()), 0)
    weigh(own)
    for _ in range(2):
        fails("print workers_nap()", "GDB has restored the context to what it was before the call")
        assert where() == before
        weigh(own)
    idles = gdb.selected_thread()
    for thread, own in members():
        if thread != idles:
            thread.switch()
            weigh(own)
            nap(own)
    run("set var released = 1")
    exits()


@scene
def calls_at_a_crash():
    """In threads that wait, while another one has crashed, and stays so."""
    to_main()
    assert go() == {"signal": "SIGSEGV"}
    run("set scheduler-locking on")  # else main gets its signal as well
    for number_of, thread in enumerate(sorted((t for t in gdb.selected_inferior().threads() if t.name == "member"),
                                              key=lambda t: t.num)):
        thread.switch()
        before = where()
        weigh(number_of + 1)
        assert where() == before
    run("set scheduler-locking off")
    threads()["main"].switch()
    assert go("signal 0") == {"signal": "SIGSEGV"} and function() == "crowd"
    run("detach")
