# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""The screen's call trace and registers, and those of the core file, are those that a
real gdb sees when it stops the same guest as the crash path is entered; the core
file's memory, too."""

import re
import subprocess

import pytest
from debugger import MARK, functions, registers, run_under_gdb
from screen import plain_name, read_screen
from vitrine import ROOT, RUN_SECONDS, build

# What a caller keeps, and where it stands: gdb restores these by unwinding.
KEPT = {"x86_64": ["rip", "rsp", "rbp", "rbx", "r12", "r13", "r14", "r15"],
        "arm64": ["pc", "sp"] + [f"x{n}" for n in range(19, 30)]}

# Kind, and the frame whose registers the screen shows: by name behind a trap,
# by number in a chain of plain calls (gdb finds no frame by name whose return
# address is behind the end of the function).
KINDS = {
    "null-write": "function null_write", "inlined": "function inlined",
    "deep": "function null_write", "in-memcpy": "function memcpy",
    "in-strlen": "function strlen", "before-main": "function before_main",
    "undefined-instruction": "function undefined_instruction",
    "stack-overflow": "function recurse",
    "assert": "2", "abort": "2", "stack-smash": "2",
}


def in_order(names, all_names):
    """Whether names stand in all_names in their order."""
    rest = iter(all_names)
    return all(name in rest for name in names)


STACK, MEMORY = "x/32gx $sp", re.compile(r"^0x\w+:(?:\t0x\w+)+", re.M)


@pytest.mark.parametrize("kind", KINDS)
def test_gdb_agrees(arch, kind, tmp_path):
    image = build("crash", arch)
    core = tmp_path / "core"
    out, result = run_under_gdb(image, [kind], [
        "hbreak uk_crash_trap", "hbreak uk_crash_regs", "continue", "bt",
        f"frame {KINDS[kind]}", "info registers", STACK], ["--core", str(core)])
    assert result.status == 70, result.text
    screen = read_screen(result)

    backtrace = [plain_name(name) for name in functions(out[3])]
    assert in_order(screen.functions, backtrace), out[3] + result.text
    assert backtrace.index(screen.functions[0]) < 12  # only the crash path is before

    there = registers(out[5])
    shown = {"x29" if name == "fp" else name: value for name, value in screen.registers.items()}
    for name in KEPT[arch]:
        assert shown[name] == there[name], f"{name}: {out[4]}{out[5]}{result.text}"
    check_core(core, KINDS[kind], out, there)


def check_core(core, frame, live, there):
    """gdb at the core file: the same frames from the crash on, registers and stack."""
    done = subprocess.run(
        [ROOT / "support" / "gdb", core, "-batch", "-iex", "set width 0", "-ex",
         "set backtrace past-entry on", "-ex", "set print frame-arguments none", "-ex",
         f"echo {MARK}\\n", "-ex", "bt", "-ex",
         f"echo {MARK}\\n", "-ex", "frame function " + frame.split()[1] if " " in frame else "frame 0",
         "-ex", f"echo {MARK}\\n", "-ex", "info registers", "-ex", f"echo {MARK}\\n", "-ex", STACK],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=RUN_SECONDS, check=False)
    _, trace, _, regs, stack = done.stdout.split(MARK + "\n")
    whole, own = functions(live[3]), functions(trace)
    first = whole.index(own[0])
    assert own[-1] in ("_start", "entry64", "main") and whole[first:first + len(own)] == own, \
        live[3] + done.stdout
    if " " in frame:
        assert MEMORY.findall(stack) == MEMORY.findall(live[6])
        for name in KEPT["arm64" if "x29" in registers(regs) else "x86_64"]:
            assert registers(regs)[name] == there[name], name + regs + live[5]
