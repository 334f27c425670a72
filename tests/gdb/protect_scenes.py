# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""gdb and the guest about call traces with signed return addresses; read behind scenes.py."""

# pylint: disable=undefined-variable

PLACES = ("jump_back", "handler", "compare", "deep")


@scene
def traces_agree(signs):
    """At breakpoints in functions that newlib calls, that signals, threads and pointers lead to; a
    function that gdb calls there, and one that it finishes."""
    to_main()
    bits = number("$pauth_cmask") & (1 << 64) - 1
    assert bits == (0xff7f << 48 if signs else 0), hex(bits)
    for name in PLACES:
        run(f"tbreak {name}")
    seen = []
    while len(seen) < len(PLACES):
        if go() == {"signal": "SIGUSR1"}:
            continue
        seen.append(function())
        places = places_of_gdb()
        assert len(places) > 3 and places == places_of_guest(gdb.selected_thread().ptid[1]), places
        assert number("pad_is_here(7)") == 7 + number("jumps")
        assert number('(int)strlen("hello")') == 5
        assert places_of_gdb() == places
    assert sorted(seen) == sorted(PLACES), seen
    outer = places_of_gdb()[1]
    run("finish")
    assert number("$pc") == outer
    run("delete")
    exits()


@scene
def jumps_to_anywhere():
    """Where the debugger has the program go on is no branch of its own."""
    to_main()
    run("tbreak *compare")
    while function() != "compare":
        go()
    assert (number("$cpsr") >> 10 & 3) == 2  # a call through a register
    run("stepi")
    run("set $pc = compare + 4")
    run("stepi")
    run("delete")
    exits()
