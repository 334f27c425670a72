# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""The stub under gdb: single steps over special instructions, newlib's
functions, and breakpoints with conditions that are hit very often."""

import difflib
import os
import re
import subprocess

import pytest

from gdb_guest import LINES, StubGuest
from vitrine import ROOT, RUN_SECONDS, build, printed

SCENES = [ROOT / "tests" / "gdb" / f"{name}_scenes.py" for name in ("step", "newlib")]
# all hits together; each takes 15 µs of a good machine
HITS = int(os.environ.get("VITRINE_GDB_HITS", "20000"))


def play(arch, scene, *args, argv):
    """The scene, then what the program printed."""
    image = build("debuggee", arch)
    alone = image.run(*argv)
    with StubGuest(image, *argv, place="vport") as g:
        text = g.gdb(scene, *args, more=SCENES, seconds=2 * RUN_SECONDS)
        done = g.end()
    assert done.status == 0
    if alone.status == 0:
        printed = [[x for x in r.lines if not x.startswith("[")] for r in (alone, done)]
        assert printed[0] == printed[1]
    return text


@pytest.mark.parametrize("scene", ["repeats_and_flags", "breakpoints_on_repeats_and_flags",
                                   "over_a_function", "watched_store",
                                   "watched_store_with_a_breakpoint"])
def test_special(arch, scene):
    play(arch, scene, argv=("special",))


@pytest.mark.parametrize("mended", [0, 1])
def test_fault(arch, mended):
    play(arch, "over_a_fault", mended, argv=("null",))


def test_trap(arch):
    play(arch, "over_a_trap_of_the_program", argv=("trap",))


def test_as_a_native_program(arch):
    text = play(arch, "as_a_native_program", argv=("trap",))
    assert "Cannot insert breakpoint 2.\nCannot access memory at address 0x0" in text


@pytest.mark.parametrize("step", [0, 1])
def test_breakpoint_on_a_trap(arch, step):
    play(arch, "a_breakpoint_on_a_trap_of_the_program", step, argv=("trap",))


def test_false_condition_on_a_trap(arch):
    play(arch, "a_false_condition_on_a_trap_of_the_program", argv=("trap",))


def test_jump_to_a_breakpoint(arch):
    with StubGuest(build("debuggee", arch), place="vport") as g:
        g.gdb("jump_to_a_breakpoint", more=SCENES)
        assert g.end().status == 70


# gdb 13 does not know where longjmp() goes on x86_64
@pytest.mark.only_arch("arm64")
def test_longjmp(arch):
    play(arch, "over_a_longjmp", argv=("longjmp",))


def test_watched_local(arch):
    play(arch, "watched_local", argv=("locals", "5"))


def test_watched_reads(arch):
    play(arch, "watched_reads", argv=("stores",))


def test_writes_under_breakpoints_of_memcpy(arch):
    play(arch, "writes_under_breakpoints_of_memcpy", argv=("loop", "3"))


# A serial port, which is --gdb's on x86_64, is slow.
@pytest.mark.parametrize("arch, place", [line for line in LINES if line[1] == "vport" or os.environ.get("VITRINE_ALL")])
def test_ctrl_c_in_steps(arch, place):
    with StubGuest(build("debuggee", arch), "spin", place=place) as g:
        g.gdb("ctrl_c_in_steps", more=SCENES, seconds=2 * RUN_SECONDS)
        assert g.end().status == 1


def test_ctrl_c_in_faults(arch):
    with StubGuest(build("debuggee", arch), "faults", place="vport") as g:
        g.gdb("ctrl_c_in_faults", more=SCENES, seconds=2 * RUN_SECONDS)
        assert g.end().status == 1


def test_the_lines_driver(arch):
    with StubGuest(build("debuggee", arch), "spin", place="vport") as g:
        g.gdb("stops_in_the_lines_driver", more=SCENES)
        assert g.end().status == 1


def test_newlib(arch):
    play(arch, "newlib", "newlib abbdeeefggiilorrrsu 4660 zz", argv=("newlib",))


def test_many_conditions(arch):
    hits = HITS // 5
    text = play(arch, "many_conditions", hits, argv=("loop", str(hits)))
    assert int(text.split("decided ")[1].split()[0]) >= 4 * (hits - 10)
    play(arch, "many_conditions_on_a_local", hits, argv=("loop", str(hits)))


# Of watched locals, a function that gdb calls, no memory at 0, a breakpoint with a condition on the program's own trap, and one
# at a line that has a stream.
SESSION = """
break watched
continue
next
watch b
next
next
continue
delete
set can-use-hw-watchpoints 0
break compared
continue
next
watch a
continue
continue
delete
print called(3)
print n
break *0
continue
delete
tbreak called
break {trap} if n == 99
break {flush}
info breakpoints
continue
next
continue
finish
delete
continue
""".strip().splitlines()
NOT_COMPARED = re.compile(r"^(warning: |\[Thread|\[Switching|\[New|Using host|Single step|Stopped|Program stopped|\s*$)")


def session(words, start, lines):
    """What gdb prints of each command, without addresses and numbers of processes."""
    commands = [word for command in ("set pagination off", "set confirm off", "set width 0", "set breakpoint pending off",
                                     "tbreak main", start, *(f"python say({command.format(**lines)!r})" for command in SESSION))
                for word in ("-ex", command)]
    say = ("def say(command):\n print('->', command, flush=True)\n try: gdb.execute(command)\n"
           " except gdb.error as error: print(error)\n")
    _, text = printed([*words[:1], "-nx", "-batch", "-iex", "set auto-load off", "-ex", f"python exec({say!r})", *words[1:], *commands], RUN_SECONDS)
    text = re.sub(r"0x[0-9a-f]+( in )?", "", text[text.index("->"):])
    text = re.sub(r"process \d+|\S*/(?=main\.c)| \(host evals\)", "", text)
    return [line for line in text.splitlines() if not NOT_COMPARED.match(line)]


def line_of(source, text):
    return next(n for n, line in enumerate(source.read_text().splitlines(), 1) if text in line)


@pytest.mark.one_cpu("gdb names the thread where there are several, as idle ones are")
def test_as_natively(arch, tmp_path):
    """gdb prints the same of a program of the host."""
    source = ROOT / "tests/apps/as_native/main.c"
    lines = {name: line_of(source, text) for name, text in (("trap", "(TRAP)"), ("flush", "fflush("))}
    subprocess.run(["gcc", "-g", "-O2", "-fno-omit-frame-pointer", "-o", tmp_path / "program", source], check=True)
    native = session(["gdb", tmp_path / "program"], "run", lines)
    if len(native) < len(SESSION):
        pytest.skip("gdb cannot run a native program here")
    image = build("as_native", arch)
    with StubGuest(image, place="vport") as g:
        text = session([image.target.gdb, image.path, "-ex", f"target remote {g.at}"], "continue", lines)
        status = g.end().status
    assert text == native, "\n".join(difflib.unified_diff(native, text, "native", "guest", lineterm=""))
    assert status == 14
