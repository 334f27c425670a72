# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""The part of support/probe that runs in gdb: places of a location, and the agent expressions
for each. VITRINE_PROBES has the requests, a line that begins with @@ the answers.

gdb compiles for a function or line by -at, and for any other instruction where the program is: for
that it reads a core file whose only thread is there."""

import json
import os
import re
import struct

import gdb

PRSTATUS = {"x86_64": (62, 336, 112 + 16 * 8), "arm64": (183, 392, 112 + 32 * 8)}  # machine, bytes, the pc's place


def core(path, arch, pc):
    """Writes a core file (ELF, one note) whose only thread is at pc."""
    machine, size, at = PRSTATUS[arch]
    status = bytearray(size)
    struct.pack_into("<I", status, 32, 1)  # pr_pid
    struct.pack_into("<Q", status, at, pc)
    note = struct.pack("<III8s", 5, size, 1, b"CORE") + status
    head = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 4, machine, 1, 0, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    with open(path, "wb") as f:
        f.write(head + struct.pack("<IIQQQQQQ", 4, 0, 120, 0, 0, len(note), 0, 4) + note)


def functions(pc):
    """[(name, file, line)] of those that an address is in, innermost first: inlined ones, and at the end the one
    that has the code. The line is of the function itself: that of the address, or of the call of the one before."""
    line, block = gdb.find_pc_line(pc), gdb.block_for_pc(pc)
    file, number = (line.symtab.filename, line.line) if line.symtab else ("", 0)
    found = []
    while block:
        if block.function:
            found.append((block.function.name, file, number))
            file, number = block.function.symtab.filename, block.function.line  # gdb: an inlined one has its call's
        block = block.superblock
    return found or [(None, file, number)]


def written(location, chain):
    """The one that the user means: that is named, or has the line. Another one, inlined there, may begin at the same
    instruction; where a line has no code gdb takes a following one."""
    file, _, rest = location.rpartition(":")
    if rest.isdecimal():
        name = os.path.basename(file)
        near = [f for f in chain if name in ("", os.path.basename(f[1]))]
        return min(near, key=lambda f: abs(f[2] - int(rest)), default=chain[0])
    words = re.findall(r"\w+", rest)
    named = [f for f in chain if f[0] and re.split(r"[<(]", f[0])[0].rpartition("::")[2] in words]
    return (named or [chain[-1 if location.startswith("*") else 0]])[0]


def about(location, pc, codes):
    name, file, line = written(location, functions(pc))
    return {"address": pc, "function": name, "line": file and f"{file}:{line}", "codes": codes}


def at_location(location, expressions):
    """By gdb's linespec, which may be several places."""
    shown = [gdb.execute(f"maint agent-eval -at {location}, {e}", to_string=True) for e in expressions or ["0"]]
    listings = [re.split(r"^Scope: (0x[0-9a-f]+)\n", text, flags=re.M) for text in shown]
    places = zip(*(zip(parts[1::2], parts[2::2]) for parts in listings))
    return [about(location, int(codes[0][0], 16), [c for _, c in codes] if expressions else []) for codes in places]


def at_address(text, expressions, folder, arch):
    pc = int(gdb.parse_and_eval(f"(unsigned long)({text})"))
    core(f"{folder}/core", arch, pc)
    gdb.execute(f"core-file {folder}/core", to_string=True)
    try:
        if int(gdb.selected_frame().pc()) != pc:
            raise gdb.error(f"*{text}: gdb has another frame there")
        return [about(f"*{text}", pc, [gdb.execute(f"maint agent-eval {e}", to_string=True).partition("\n")[2]
                                       for e in expressions])]
    finally:
        gdb.execute("core-file", to_string=True)


def answer(folder, arch, location, expressions):
    try:
        if location.startswith("*"):
            return at_address(location[1:], expressions, folder, arch)
        return at_location(location, expressions)
    except gdb.error as e:
        return f"{location}: {e}"


folder_, arch_, requests = json.loads(os.environ["VITRINE_PROBES"])
print("@@" + json.dumps([answer(folder_, arch_, *request) for request in requests]))
