# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Several CPUs: what users do in gdb with tests/apps/smp, each CPU of which counts
its rounds in a loop with interrupts off; read behind scenes.py. Thread n + 1 is
CPU n."""

import json
import os
import random

import gdb

gdb.execute(f"source {os.path.dirname(__file__)}/../../support/gdb_commands.py")

# pylint: disable=undefined-variable

LOOP = {"rounds", "smp_round", "scene_rounds"}


def rounds(cpus):
    return [number(f"smp_rounds[{cpu}]") for cpu in range(cpus)]


def cpu_of(thread):
    """gdb gives numbers in the order in which it met them; the stub's id is the CPU's."""
    return thread.ptid[1] - 1


def cpus_of_gdb():
    """The threads, one a CPU, in their order."""
    return sorted(gdb.selected_inferior().threads(), key=cpu_of)


def at_rounds(cpus):
    """Every CPU is in its loop, stopped while main was about to begin its own."""
    attach()
    run("tbreak rounds thread 1")  # main's: before it gets there it starts the others
    go()
    # each of them: the interrupt that begins one's loop would come in a function that is called there
    for cpu in range(1, cpus):
        run(f"tbreak smp_round if smp_rounds[{cpu}] > 10")
        go()
    assert len(cpus_of_gdb()) == cpus


@scene
def ends_by_a_signal():
    """While its screen is printed the debugger leaves: the line interrupts the CPU."""
    to_main()
    stop = go("signal SIGTERM")
    assert stop == {"exit": None}, stop


def look(cpus):
    """Where each CPU is: in its loop, below main or the handler of an interrupt."""
    before = rounds(cpus)
    for thread in cpus_of_gdb():
        thread.switch()
        names = [frame.name() for frame in frames()]
        assert set(names) & LOOP, (names, [hex(frame.pc()) for frame in frames()])
        assert "main" in names or "on_ipi" in names, names
    assert rounds(cpus) == before


def all_threads():
    """{number: name, frames and registers} of the guest and in its core file."""
    names = [*(f"x{i}" for i in range(31)), "sp", "pc", "cpsr"] if is_arm() else \
        [*(f"r{x}" for x in ("ax", "bx", "cx", "dx", "si", "di", "bp", "sp", "ip", *range(8, 16))), "eflags"]
    seen = {}
    for thread in gdb.selected_inferior().threads():
        thread.switch()
        top = gdb.newest_frame()
        seen[str(thread.ptid[1])] = [thread.name, [[f.name(), f.pc()] for f in frames()],
                                     {n: int(top.read_register(n)) for n in names}, vector(thread)]
    return seen


def vector(thread, value=None):
    """Half of a vector register of the thread's, which is set first if there is a value."""
    thread.switch()
    half = "$v9.d.u[1]" if is_arm() else "$xmm9.v2_int64[1]"
    if value is not None:
        run(f"set {half} = {value}")
    return str(gdb.parse_and_eval(half))


def save(notes):
    """What gdb sees, and a core file."""
    selected = gdb.selected_thread()
    seen = all_threads()
    selected.switch()
    assert "core file written" in run("monitor dump")
    with open(notes, "w", encoding="utf-8") as f:
        json.dump(seen, f)


@scene
def same_in_the_core(core, notes):
    run("set backtrace past-main on")
    run(f"core-file {core}")
    name_threads()
    with open(notes, encoding="utf-8") as f:
        expected = json.load(f)
    seen = json.loads(json.dumps(all_threads()))
    assert seen.keys() == expected.keys(), (seen.keys(), expected.keys())
    for number_, there in expected.items():
        if seen[number_][-1] == "<unavailable>":  # of a thread that waits
            there[-1] = {"0": "<unavailable>"}[there[-1]]
        assert seen[number_] == there, (number_, seen[number_], there)


@scene
def threads_and_a_crash(notes):
    """One computes on CPU 1, one waits, main stops on CPU 0; CPU 2 idles."""
    attach()
    run("tbreak scene_crash_now")
    go()
    save(notes)
    for text in (run("info threads"), run("uk threads"), run("monitor threads")):
        for name, state in (("main", "running"), ("computes", "running"), ("idle 2", "idle")):
            cpu = {"main": 0, "computes": 1}.get(name, 2)
            assert re.search(rf"\b{name}\b.*\b{state}\b.* on CPU {cpu}\b", text), text
        assert text.count(" on CPU ") == 3 and re.search(r"waits.*waiting", text), text
    rows = [line.split() for line in run("uk cpus").splitlines()[1:]]
    assert [row[:3] for row in rows][:2] == [["0", "1", "main"], ["1", rows[1][1], "computes"]] and len(rows) == 3, rows
    run("delete")
    assert go() == {"signal": "SIGABRT"}
    go()


@scene
def a_call_that_changes_the_cpu():
    """In the middle of a read of the CPU's number, which is two instructions on arm64."""
    attach()
    code = gdb.selected_frame().architecture().disassemble(number("(long)read_cpu"), count=8)
    read = next(i for i in code if re.search("mrs.*tpidr_el1|%gs:", i["asm"]))
    run(f"tbreak *{read['addr'] + (4 if is_arm() else 0)}")
    go()
    run("call (void)hop()")
    assert re.search("main .* on CPU 1", run("monitor threads"))
    exits()


@scene
def all_cpus_stop(cpus, notes):
    """Ctrl-C's way: all stop although each has interrupts off, and none moves."""
    at_rounds(cpus)
    run("delete")
    look(cpus)
    for thread in cpus_of_gdb():
        vector(thread, 1000 + cpu_of(thread))
    save(notes)
    rows = [line.split() for line in run("uk cpus").splitlines()[1:]]
    assert [row[0] for row in rows] == [str(cpu) for cpu in range(cpus)], rows
    assert all(row[3] in LOOP for row in rows), rows
    run("set smp_goal = 1000")
    exits()


@scene
def each_hit_is_reported_once(cpus, hits):
    """At each stop the CPU's own count has grown by one since its last stop."""
    at_rounds(cpus)
    run("break smp_round")
    last_rounds, seen = {}, [0] * cpus
    for _ in range(hits):
        assert "points" in go()
        cpu = number("cpu")
        assert cpu_of(gdb.selected_thread()) == cpu
        count = number(f"smp_rounds[{cpu}]")
        assert last_rounds.get(cpu, count - 1) == count - 1, (cpu, last_rounds, count)
        last_rounds[cpu] = count
        seen[cpu] += 1
    assert all(seen), seen
    run("delete")
    look(cpus)
    for cpu in range(cpus):
        run(f"tbreak smp_round if cpu == {cpu}")
        assert "points" in go()
        assert number("cpu") == cpu
    run("set smp_goal = 1000")
    exits()


@scene
def conditions_on_each_cpu(cpus, passes):
    """Those that are false stop no other CPU, and the first that is true stops at once."""
    at_rounds(cpus)
    for cpu in range(cpus):
        aim = number(f"smp_rounds[{cpu}]") + passes
        run(f"break smp_round if cpu == {cpu} && smp_rounds[{cpu}] >= {aim}")
        assert "points" in go()
        assert cpu_of(gdb.selected_thread()) == number("cpu") == cpu
        assert number(f"smp_rounds[{cpu}]") == aim, (number(f"smp_rounds[{cpu}]"), aim)
        look(cpus)
        run("delete")
    run("break smp_round if 0")
    assert "SIGINT" in str(interrupted(1))
    run("delete")
    run("set smp_goal = 1000")
    exits()


def next_pcs(pc):
    """Where the instruction at pc may lead."""
    code = gdb.selected_frame().architecture().disassemble(pc)[0]
    found = {pc + code["length"]}
    target = re.search(r"\b(?:0x)([0-9a-f]+)", code["asm"])
    if target:
        found.add(int(target[1], 16))
    return found, code["asm"]


@scene
def steps_on_each_cpu(cpus):
    """A step of any CPU's thread executes one instruction there; with scheduler
    locking the others stand, without they run."""
    at_rounds(cpus)
    others = set()  # which moved
    for lock in ("on", "off"):
        run(f"set scheduler-locking {lock}")
        for thread in cpus_of_gdb():
            thread.switch()
            before = rounds(cpus)
            for _ in range(12):
                pc = number("$pc")
                may, text = next_pcs(pc)
                run("stepi")
                assert cpu_of(gdb.selected_thread()) == cpu_of(thread)
                assert number("$pc") in may or "ret" in text, (hex(pc), text, hex(number("$pc")))
            after = rounds(cpus)
            others |= {cpu for cpu in range(cpus) if after[cpu] != before[cpu]} - {cpu_of(thread)}
        assert bool(others) == (lock == "off"), others
    run("set smp_goal = 1000")
    exits()


@scene
def watch_and_call(cpus):
    """A watchpoint stops at each change; a function called in a thread runs on its CPU."""
    at_rounds(cpus)
    # that of CPU 1 is in the handler of an interrupt
    for cpu in (0, 1):
        run(f"watch smp_rounds[{cpu}]")
        old = number(f"smp_rounds[{cpu}]")
        for _ in range(3):
            go()
            assert number(f"smp_rounds[{cpu}]") == old + 1
            old += 1
        run("delete")
        run(f"hbreak smp_round if cpu == {cpu}")
        assert "points" in go()
        assert cpu_of(gdb.selected_thread()) == number("cpu") == cpu
        run("delete")
    for thread in cpus_of_gdb():
        thread.switch()
        run("set scheduler-locking on")
        spare = cpus + 1
        before = number(f"smp_rounds[{spare}]")
        run(f"call (void)smp_round({spare})")
        assert number(f"smp_rounds[{spare}]") == before + 1
        run("set scheduler-locking off")
    run("set smp_goal = 1000")
    exits()


@scene
def calls_that_crash(cpus):
    """The other CPUs stand until the debugger has them go on, also when what crashed is given up."""
    at_rounds(cpus)
    run("set unwindonsignal on")
    for thread in cpus_of_gdb():
        thread.switch()
        run("set scheduler-locking on")
        before = rounds(cpus)
        for spare in (cpus + 1, cpus + 2):
            try:
                raise AssertionError(run("call (void)memset((void *)8, 0, 8)"))
            except gdb.error as error:
                assert "was signaled while in a function called from GDB" in str(error), error
            own = number(f"smp_rounds[{spare}]")
            run(f"call (void)smp_round({spare})")
            assert number(f"smp_rounds[{spare}]") == own + 1
            assert rounds(cpus) == before, (rounds(cpus), before)
        run("set scheduler-locking off")
        run("tbreak smp_round")
        assert "points" in go()
    run("set smp_goal = 1000")
    exits()


@scene
def calls_in_a_thread_that_wakes(calls):
    """Its wait ends on another CPU while the call begins."""
    attach()
    for i in range(calls):
        run("tbreak nap_turn")
        assert "points" in go()
        thread = threads()["naps"]
        thread.switch()
        before = [(f.name(), f.pc()) for f in frames()]
        assert number(f"add({i}, 4)") == i + 4
        assert gdb.selected_thread() == thread and [(f.name(), f.pc()) for f in frames()] == before
    run(f"tbreak nap_turn if naps > {number('naps') + 10}")
    assert "points" in go()
    run("set var 'affinity.c'::stop = 1")
    exits()


@scene
def ctrl_c_reaches_each_cpu(cpus):
    """A thread that runs alone, and all of them, are interrupted by Ctrl-C."""
    at_rounds(cpus)
    for lock in ("on", "off"):
        run(f"set scheduler-locking {lock}")
        for thread in cpus_of_gdb():
            thread.switch()
            cpu = cpu_of(thread)
            before = rounds(cpus)
            assert interrupted(0.5) == {"signal": "SIGINT"}, last
            after = rounds(cpus)
            assert after[cpu] > before[cpu]
            assert lock == "off" or [n for i, n in enumerate(after) if i != cpu] == \
                [n for i, n in enumerate(before) if i != cpu]
    for thread in cpus_of_gdb():
        vector(thread, 1000 + cpu_of(thread))
    assert interrupted(0.5) == {"signal": "SIGINT"}, last
    assert [vector(thread) for thread in cpus_of_gdb()] == [str(1000 + cpu) for cpu in range(cpus)]
    run("set smp_goal = 1000")
    exits()


@scene
def leaves_at_a_point(cpus, point):
    """Other CPUs hit it as well, and come when the debugger has left."""
    at_rounds(cpus)
    run("set smp_goal = 1000")
    run(point)
    for _ in range(3):
        go()
    run("delete")
    run("detach")


@scene
def random_stops(cpus, stops, seed):
    """Stops and steps at random; the program does not notice."""
    dice = random.Random(seed)
    at_rounds(cpus)
    for _ in range(stops):
        what = dice.randrange(4)
        if what == 0:
            run(f"tbreak smp_round if cpu == {dice.randrange(cpus)}")
            assert "points" in go()
        elif what == 1:
            dice.choice(cpus_of_gdb()).switch()
            run("stepi")
        elif what == 2:
            run("tbreak smp_round")
            assert "points" in go()
        else:
            run("set scheduler-locking on")
            run("stepi 3")
            run("set scheduler-locking off")
    run("delete")
    look(cpus)
    run("set smp_goal = 1000")
    exits()


@scene
def stops_at_work(stops, seed, functions):
    """Stops and steps at random, and at functions, while the program checks what it does."""
    dice = random.Random(seed)
    to_main()
    for _ in range(stops):
        what = dice.randrange(4)
        if what == 0:
            assert interrupted(dice.random() / 20) == {"signal": "SIGINT"}
        elif what == 1:
            run("stepi 20")
        elif what == 2:
            run(f"tbreak {dice.choice(functions)}")
            assert "points" in go()
        elif "halt" not in function():  # alone it would wait for ever
            run("set scheduler-locking on")
            text = run("stepi 3")
            run("set scheduler-locking off")
            if "No unwaited-for children" in text:  # it has ended within the steps, and gdb has none selected
                gdb.selected_inferior().threads()[0].switch()
    run("delete")
    run("set var enough = 1")
    exits()
