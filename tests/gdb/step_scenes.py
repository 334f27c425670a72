# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Single steps over what is special about them; read behind scenes.py. What the
program prints at the end is compared with what it prints alone."""

# pylint: disable=undefined-variable

TF = 0x100


def label(name):
    return number(f"&{name}")


def pc_now():
    return number("$pc")


def to(name):
    run(f"tbreak *{name}")
    assert go() != {"exit": 0} and pc_now() == label(name), name


def no_trap_flag():
    """The debugger's own step is in no visible register."""
    assert is_arm() or not number("$eflags") & TF


def step_out_of(name, at_most=300):
    """stepi up to the return; the places, and how often each was stopped at."""
    seen = {}
    while function() == name:
        seen[pc_now()] = seen.get(pc_now(), 0) + 1
        assert sum(seen.values()) < at_most, seen
        run("stepi")
        no_trap_flag()
    return seen


@scene
def repeats_and_flags():
    """Instruction by instruction: string instructions an iteration at a time,
    sequences of exclusive accesses at once, flags without the debugger's."""
    to_main()
    to("debuggee_repeat")
    seen = step_out_of("debuggee_repeat")
    if is_arm():
        assert seen[label("debuggee_first")] == 1 and len(seen) < 20, seen
    else:
        assert seen[label("debuggee_first")] == 16, seen
        assert seen[label("debuggee_second")] == 8, seen
    to("debuggee_flags")
    step_out_of("debuggee_flags")
    run("delete")
    exits()


@scene
def breakpoints_on_repeats_and_flags():
    """The same with a breakpoint on every instruction: each once."""
    to_main()
    places = []
    for name in ("debuggee_flags", "debuggee_store", "debuggee_repeat"):
        found = [int(m, 16) for m in
                 re.findall(r"^ +(0x[0-9a-f]+) <", run(f"disassemble {name}"), re.M)]
        if name == "debuggee_repeat" and is_arm():  # none inside of a sequence
            found = [label("debuggee_first"), label("debuggee_second"), found[-1]]
        places += found
    for place in places:
        run(f"break *{place}")
    # gdb gets over a breakpoint by a step, which of a string instruction is one iteration
    repeated = {} if is_arm() else {label("debuggee_first"): 16, label("debuggee_second"): 8}
    hit = []
    while "exit" not in go():
        hit.append(pc_now())
        no_trap_flag()
    assert last == {"exit": 0} and set(hit) == set(places), last
    for place in places:
        assert hit.count(place) == repeated.get(place, 1), (hex(place), hit.count(place))


@scene
def over_a_function():
    """next, finish, until and advance over the same."""
    to_main()
    run("break debuggee_special")
    go()
    run("delete")
    for _ in range(8):
        if function() != "debuggee_special":
            break
        run("next")
    exits()


@scene
def watched_store():
    """A store that is watched, stepped over and has a breakpoint: one stop for
    each, and the next step goes on behind it."""
    to_main()
    to("debuggee_storing")
    run("watch counter")
    assert go("stepi") == {"points": [3]}
    assert pc_now() == label("debuggee_stored") and number("counter") == 77
    go("stepi")
    assert pc_now() > label("debuggee_stored") and number("counter") == 77
    run("delete")
    exits()


@scene
def watched_store_with_a_breakpoint():
    to_main()
    run("break *debuggee_storing")
    assert go() == {"points": [2]}
    run("watch counter")
    assert go() == {"points": [3]}
    assert pc_now() == label("debuggee_stored") and number("counter") == 77
    run("break *debuggee_stored")
    assert "exit" in go() or pc_now() == label("debuggee_stored")
    if "exit" not in last:
        exits()


@scene
def over_a_fault(mended):
    """The signal comes where the instruction is; a step then is one again."""
    to_main()
    run("break *debuggee_null")
    go()
    for _ in range(20):
        stop = go("stepi")
        no_trap_flag()
        if stop:
            break
    assert stop == {"signal": "SIGSEGV"}, stop
    at = pc_now()
    assert function() == "debuggee_null"
    if mended:
        run("handle SIGSEGV nopass")
        run("set $pc = debuggee_null_end")
        assert go("stepi") == {} and pc_now() > at
    else:
        # nothing is mended: it faults again, at the same place
        assert go("signal 0") == {"signal": "SIGSEGV"} and pc_now() == at
        run("set $pc = debuggee_null_end")
    run("delete")
    assert go("signal 0") == {"exit": 0}


@scene
def over_a_trap_of_the_program():
    to_main()
    assert go() == {}  # gdb gives Python no details of SIGTRAP
    assert function() == "debuggee_trap" and pc_now() == label("debuggee_trapped")
    assert "main" in [f.name() for f in frames()]
    run("stepi")
    assert pc_now() == label("debuggee_trapped") + (4 if is_arm() else 1)
    exits()


@scene
def a_breakpoint_on_a_trap_of_the_program(step):
    """gdb takes it for its own (`permanent`), reports one hit, and skips it."""
    to_main()
    run("break *debuggee_trap")
    assert go() == {"points": [2]} and pc_now() == label("debuggee_trap")
    if step:
        run("stepi")
        assert pc_now() == label("debuggee_trapped")
    exits()


@scene
def a_false_condition_on_a_trap_of_the_program():
    """The trap is the breakpoint's, and does not stop."""
    to_main()
    run("break *debuggee_trap if counter == 1000")
    exits()


@scene
def jump_to_a_breakpoint():
    """The program stops there before it does anything."""
    to_main()
    run("break debuggee_add")
    go()
    before = number("counter")
    at = pc_now()
    run("finish")
    assert go(f"jump *{at}") == {"points": [2]} and pc_now() == at
    assert number("counter") == before + 1
    run("kill")


@scene
def over_a_longjmp():
    """It comes out where setjmp returns again."""
    to_main()
    run("break debuggee_jump")
    go()
    run("delete")
    run("up")
    line = gdb.selected_frame().find_sal().line
    run("down")
    for _ in range(3):
        run("next")
        if function() == "debuggee_return":
            break
    assert function() == "debuggee_return", function()
    assert gdb.selected_frame().find_sal().line < line
    run("finish")
    assert number("$") == 11
    exits()


def line_now():
    return gdb.selected_frame().find_sal().line


def follow(how, values, step="continue"):
    """A watched local from its first value to its last, then out of scope."""
    run(f"{how} b")
    for v in values:
        stop = go(step)
        while not stop and step != "continue":
            stop = go(step)
        assert "points" in stop and number("b") == v, (stop, v)
    text = run("continue")
    assert "has left the block in" in text, text


@scene
def watched_local():
    """A variable on the stack, watched while it is stepped, run, and stepped
    and compared by gdb: it changes when the program writes it, and else never."""
    to_main()
    run("break debuggee_local")
    go()
    line = line_now() + 2
    run("delete")
    run(f"break {line}")  # the first store
    for step in ("next", "stepi", "continue"):
        go()
        if step == "continue":
            run(f"break {line + 1}")
        follow("watch", (5, 6), step)
    run("delete")
    run(f"break {line}")
    go()
    run("set can-use-hw-watchpoints 0")
    follow("watch", (5, 6))
    run("delete")
    exits()


@scene
def watched_reads():
    """A read is seen in a step as it is at full speed."""
    to_main()
    run("break debuggee_reads")
    go()
    run("delete")
    run("awatch watched[2]")
    for step in ("stepi", "continue"):
        stop = go(step)
        while not stop:
            stop = go(step)
        if step == "stepi":
            assert stop.get("points") and function() == "debuggee_reads", stop
            at = pc_now()
    assert stop == {"exit": 0}, stop
    assert at


@scene
def writes_under_breakpoints_of_memcpy():
    """What moves the bytes has the breakpoints, which are passed meanwhile; the program's bytes stay what they are."""
    to_main()
    code = gdb.selected_frame().architecture().disassemble(number("(long)memcpy"), count=12)
    inferior = gdb.selected_inferior()
    for insn in code:
        run(f"break *{insn['addr']} if counter == 123456789")
    for _ in range(2):
        for insn in code:
            before = bytes(inferior.read_memory(insn["addr"], insn["length"]))
            inferior.write_memory(insn["addr"], before)
            assert bytes(inferior.read_memory(insn["addr"], insn["length"])) == before, insn
        run("tbreak debuggee_add")
        assert "points" in go()
    run("delete")
    exits()


# --- Ctrl-C ---------------------------------------------------------------------

@scene
def ctrl_c_in_steps():
    """The program stops in itself, whatever the stub is at; what gdb does by
    single steps of its own, or by commands that continue, stops as well."""
    to_main()
    run("tbreak debuggee_spin")
    go()
    before = number("counter")
    for i in range(16):
        assert interrupted(0.05 + 0.0137 * i, "next") == {"signal": "SIGINT"}, i
        assert [f.name() for f in frames()][:3] == ["debuggee_spin", "run", "main"], i
        assert 0 <= number("counter") - before, i
        before = number("counter")
    run("set can-use-hw-watchpoints 0")
    run("watch verdict")
    assert interrupted(0.5, "continue") == {"signal": "SIGINT"}
    run("delete")
    run("set can-use-hw-watchpoints 1")
    point = gdb.Breakpoint("debuggee_spin")
    point.location and run("delete")
    line = line_now()
    gdb.Breakpoint(f"{line}").commands = "silent\ncontinue"
    assert interrupted(0.5, "continue") == {"signal": "SIGINT"}
    run("delete")
    run("set var verdict = 1")
    exits(1)


@scene
def ctrl_c_in_faults():
    """Each Ctrl-C is one stop, on the way into a handler, too."""
    to_main()
    run("tbreak debuggee_faults")
    go()
    for i in range(60):
        assert interrupted(0.002 + 0.0007 * i) == {"signal": "SIGINT"}, (i, last)
        assert "debuggee_faults" in [f.name() for f in frames()], i
    run("set var verdict = 1")
    exits(1)


@scene
def stops_in_the_lines_driver():
    """Where the driver of gdb's own line is at work the stop comes as soon as it is out. It
    is interrupted by the packet that resumes the program, or by Ctrl-C."""
    to_main()
    run("tbreak debuggee_spin")
    go()
    run("break take_events")
    assert interrupted(0.3, "continue") == {}  # SIGTRAP
    assert [f.name() for f in frames()][:2] == ["vcon_leave", "interrupt"], [f.name() for f in frames()]
    run("delete")
    assert interrupted(0.3, "continue") == {"signal": "SIGINT"}
    run("break vcon_enter")
    assert "points" in interrupted(0.3, "continue")
    run("delete")
    for _ in range(100):
        run("stepi")
    assert interrupted(0.3, "continue") == {"signal": "SIGINT"}
    run("set var verdict = 1")
    exits(1)


@scene
def as_a_native_program():
    """What gdb says of a native program: no breakpoint where no memory is; one
    on the program's own that does not count passes it; a function that gdb calls
    leaves all registers, and breakpoints leave the text as it is in the file."""
    to_main()
    run("break *0")
    try:
        gdb.execute("continue")  # the test reads what it prints
    except gdb.error:
        pass
    assert "hw breakpoint" not in run("info breakpoints")
    run("delete")
    run("break debuggee_add")
    assert "points" in go()
    run("finish")
    before = run("info all-registers")
    assert number("debuggee_leaf(5)") == 15
    assert run("info all-registers") == before
    assert "MIS-MATCHED" not in run("compare-sections -r")
    run("delete")
    run("break *debuggee_trap if counter == 12345")
    exits()
