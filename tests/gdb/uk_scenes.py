# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""The project's own commands, in gdb; read behind scenes.py."""

import os
import re

import gdb

# pylint: disable=undefined-variable

gdb.execute(f"source {os.path.dirname(__file__)}/../../support/gdb_commands.py")


ROW = re.compile(r"(\d+) +(\w+) +(\w+)(?: \S.*?)? +(\d+\.\d+) (ms) *(.*)")


def rows(text):
    """The lines of uk threads without idle ones: [number, name, state, time, "ms", place];
    what they wait for stands behind the state."""
    return [list(ROW.fullmatch(line).groups()) for line in text.splitlines()[1:] if " idle " not in line]


def to_worker2():
    """main has made all four; two of them have counted and sleep."""
    run("break work")
    for _ in range(3):
        assert "points" in go()
    run("delete")


def uk_threads_now():
    """Who is where, when worker2 starts."""
    shown = run("uk threads")
    found = rows(shown)
    assert [r[1] for r in found] == ["main", "worker0", "worker1", "worker2", "worker3"], found
    assert [int(r[0]) - int(found[1][0]) for r in found[1:]] == [0, 1, 2, 3] and found[0][0] == "1", found
    # those that have counted may have slept enough
    assert [r[2] for r in found if r[1] not in ("worker0", "worker1")] == \
        ["waiting", "running", "ready"], found
    assert {r[2] for r in found[1:3]} <= {"sleeping", "ready"}, found
    assert float(found[0][3]) > 0 and found[0][4] == "ms"
    for row in found[1:4]:
        assert re.fullmatch(r"work \(apps/threads/main\.c:\d+\)", row[5]), row
        # in a function of the scheduler's that is inlined there
        assert row[2] != "sleeping" or line_of(row) == line_with("uk_thread_sleep("), row
    assert found[0][5].startswith("main (apps/threads/main.c:"), found
    assert line_of(found[0]) == line_with("uk_thread_join("), found
    # what they wait for: the stub's own words, from the guest
    waits = {name: text.rstrip() for name, text in re.findall(
        r"^\d+ +(\w+) +(?:waiting|sleeping) (.*?) +\d+\.\d+ ms ", shown, re.M)}
    assert waits["main"] == f"for the end of thread {found[1][0]} worker0", shown
    listed = run("info threads")
    for name, text in waits.items():
        assert re.search(rf"\b{name}\b.*(?:waiting|sleeping) {re.escape(text)}\)", listed), listed
    return found


def line_of(row):
    return int(row[5].rstrip(")").rpartition(":")[2])


def line_with(text):
    """gdb finds the source, wherever it was started."""
    name = gdb.lookup_global_symbol("main").symtab.fullname()
    with open(name, encoding="utf-8") as f:
        return next(n for n, line in enumerate(f, 1) if text in line)


@scene
def uk_threads_scene():
    attach()
    assert len(rows(run("uk threads"))) <= 1
    run("tbreak main")
    run("continue")
    assert "<" not in run("print (void *)$sp") and "<counter>" in run("print &counter")
    to_worker2()
    before = uk_threads_now()
    # whichever thread and frame is selected, and selected again afterwards
    threads()["main"].switch()
    run("up")
    frame = gdb.selected_frame()
    assert uk_threads_now() == before
    assert gdb.selected_thread().name == "main" and gdb.selected_frame() == frame
    exits()


@scene
def uk_tls_scene():
    """The program prints each thread's own: it says what is right."""
    to_main()
    to_worker2()
    if not is_arm():  # gcc 12 describes none there
        assert number("own") == 1000
    assert re.search(r"own at 0x[0-9a-f]+ = 1000\n", run("uk tls own"))
    worker0 = rows(run("uk threads"))[1][0]
    assert "= 1001" in run("uk tls own worker0") and "= 1001" in run(f"uk tls own {int(worker0) + 1}")
    assert number('$uk_tls("own")') == 1000 and number(f'$uk_tls("own", {worker0})') == 1001
    assert number('$uk_tls("own", "worker1")') == 1001
    run('set var $uk_tls("own") = 70')
    run('print $uk_tls("own", "worker0") = 3000')
    assert number('$uk_tls("own") + 1') == 71
    assert str(value('$uk_tls("own")').type) == "unsigned int"
    threads()["worker0"].switch()
    assert number('$uk_tls("own")') == 3000
    threads()["worker1"].switch()
    assert number('$uk_tls("own")') == 1001
    fails("uk tls wrong", "No thread-local variable wrong; there are: own\\.")
    fails("uk tls own wrong", "No thread wrong")
    fails("uk tls", "usage")
    exits()


@scene
def uk_print(*commands):
    """For tests that look at what the commands print."""
    to_main()
    for command in commands:
        print(f"@@@ {command}")
        run(command)
    exits()
