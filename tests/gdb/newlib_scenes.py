# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Debugging what the program did not write: newlib, optimised; and conditions
in large numbers. Read behind scenes.py."""

# pylint: disable=undefined-variable


def names():
    return [frame_name(f) for f in frames()]


@scene
def newlib(text):
    """Break in its functions, look at arguments, at who called, at what they
    return; stop in a function of the program that it calls."""
    to_main()
    run("break qsort")
    run("break strtol")
    assert go() == {"points": [2]} and function() == "qsort"
    assert number("n") == 19 and number("es") == 1
    assert number("(long)cmp") == number("(long)&debuggee_compare")
    assert value("(char *)a").string().startswith("debugger")
    assert names()[:2] == ["qsort", "debuggee_newlib"], names()
    assert "main" in names()
    run("tbreak debuggee_compare")
    go()
    assert names().index("qsort") < names().index("debuggee_newlib") < names().index("main")
    gdb.selected_frame().older().select()
    source = gdb.selected_frame().find_sal()
    assert source.symtab.filename.endswith("qsort.c") and source.line > 60, source
    # the arguments of the caller, from the middle of it
    while function() != "qsort":
        gdb.selected_frame().older().select()
    run("info args")
    gdb.newest_frame().select()
    run("finish")
    assert function() != "debuggee_compare" and -128 < number("$") < 128
    assert go() == {"points": [3]} and function() == "strtol"
    assert value("s").string() == "1234zz" and number("base") == 16
    run("step")
    run("up") if function() != "strtol" else None
    while function() != "debuggee_newlib":
        run("finish")
    assert number("$") == 0x1234
    printer = "_vfprintf_r" if gdb.lookup_global_symbol("_vfprintf_r") else "_vfiprintf_r"
    run(f"tbreak {printer}")
    go()
    assert printer in names() and "debuggee_newlib" in names(), names()
    assert "%ld" in value("fmt0").string()
    for _ in range(5):
        run("next")
    while function() != "debuggee_newlib":
        run("finish")
    assert number("$") == len(text) + 1, number("$")
    run("delete")
    exits()


@scene
def many_conditions(hits):
    """Local, register, through a pointer, of bits: decided where they are hit.
    The program stops once, and the packets are counted."""
    to_main()
    run("break debuggee_loop")
    go()
    run("delete")
    register = "$x0" if is_arm() else "$rdi"
    lines = sorted(int(m, 16) for m in
                   re.findall(r"^ +(0x[0-9a-f]+) <", run("disassemble debuggee_add"), re.M))
    checks = "gdb_guest.session.stats.checks"
    before = number(checks)
    run(f"break debuggee_loop if n == {hits} + 1")  # a local, in code that does not run
    run(f"break *{lines[0]} if (int){register} == {hits}")
    run(f"break *{lines[1]} if list.next->small == 6 || (long)list.next == 0")
    run(f"break *{lines[2]} if list.next->wide * 2 + list.small > 2002 && counter > 0")
    run(f"break *{lines[3]} if counter == {hits - 5}")
    run("set debug remote 1")
    text = run("continue")
    run("set debug remote 0")
    assert number("counter") == hits - 5
    packets = text.count("Sending packet")
    assert packets < 60, packets
    decided = number(checks) - before
    print(f"decided {decided}")
    assert decided >= 4 * (hits - 10), decided
    run("delete")
    exits()


@scene
def many_conditions_on_a_local(hits):
    to_main()
    run(f"break debuggee_add if a == {hits - 1} && b >= 0")
    before = number("gdb_guest.session.stats.checks")
    run("set debug remote 1")
    text = run("continue")
    run("set debug remote 0")
    assert number("a") == hits - 1 and text.count("Sending packet") < 60
    assert number("gdb_guest.session.stats.checks") - before >= hits
    run("delete")
    exits()
