# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Probes as a user writes them, and as the guest reads them (lib/ukprobe/include/uk/probe.h). gdb
compiles the expressions: its command `maint agent-eval` shows the code, which is assembled here."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import qemu_command

KINDS = ("last", "sum", "min", "max", "hist")
NAME_MAX = 31
IN_GDB = Path(__file__).resolve().parent / "probe_in_gdb.py"
SECONDS = 120

# GDB manual, F.2: the names that gdb shows, their numbers, bytes of the operand.
OPERATIONS = {
    "add": (0x02, 0), "sub": (0x03, 0), "mul": (0x04, 0), "div_signed": (0x05, 0), "div_unsigned": (0x06, 0),
    "rem_signed": (0x07, 0), "rem_unsigned": (0x08, 0), "lsh": (0x09, 0), "rsh_signed": (0x0a, 0),
    "rsh_unsigned": (0x0b, 0), "log_not": (0x0e, 0), "bit_and": (0x0f, 0), "bit_or": (0x10, 0),
    "bit_xor": (0x11, 0), "bit_not": (0x12, 0), "equal": (0x13, 0), "less_signed": (0x14, 0),
    "less_unsigned": (0x15, 0), "ext": (0x16, 1), "ref8": (0x17, 0), "ref16": (0x18, 0), "ref32": (0x19, 0),
    "ref64": (0x1a, 0), "if_goto": (0x20, 2), "goto": (0x21, 2), "const8": (0x22, 1), "const16": (0x23, 2),
    "const32": (0x24, 4), "const64": (0x25, 8), "reg": (0x26, 2), "end": (0x27, 0), "dup": (0x28, 0),
    "pop": (0x29, 0), "zero_ext": (0x2a, 1), "swap": (0x2b, 0), "pick": (0x32, 1), "rot": (0x33, 0)}


# Messages of gdb, and what they mean to the user of a probe. {} is a register's whole name.
HINTS = (
    (r"Unsupported type code|Invalid combination of types|Casts to requested type",
     "values are integers and pointers; floating point and structures are not supported"),
    (r"'(\w+)' is a (?:user|pseudo)-register", "name the machine's whole register, {} for example"),
    (r"is not a trace state variable", "the machine has no such register, and a probe has none of gdb's variables"),
    (r"May only assign", "a probe changes nothing; == compares"),
    (r"Cannot translate to agent expression", "a probe calls no function, and has no texts"))
REGISTERS = {"x86_64": {"": "$rax", "pc": "$rip", "sp": "$rsp", "fp": "$rbp", "ps": "$eflags"},
             "arm64": {"": "$x0", "fp": "$x29", "ps": "$cpsr"}}


class ProbeError(Exception):
    """What is wrong with a probe, for its user."""


def outside(text, separator):
    """Positions of a character outside of parentheses, brackets and quotes."""
    depth, quote, skip = 0, None, False
    for at, c in enumerate(text):
        if skip:
            skip = False
        elif quote:
            skip, quote = c == "\\", None if c == quote else quote
        elif c in "'\"":
            quote = c
        elif c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
        elif c == separator and not depth:
            yield at


def separators(text):
    """Positions of colons that belong neither to C's ?: nor to C++'s ::."""
    questions, found = [*outside(text, "?")], []
    for at in outside(text, ":"):
        if ":" in (text[at - 1:at], text[at + 1:at + 2]):
            continue
        if questions and questions[0] < at:
            questions.pop(0)
        else:
            found.append(at)
    return found


def split(text, separator=","):
    ends = [*outside(text, separator), len(text)]
    return [text[a:b].strip() for a, b in zip([0, *(end + 1 for end in ends)], ends)]


class Value:
    """[NAME=]KIND(EXPRESSION[, BOUND...])"""

    def __init__(self, text):
        found = re.fullmatch(r"(?:([A-Za-z_]\w*) *= *)?(\w+) *\((.*)\)", text, re.S)
        if not found or found[2] not in KINDS:
            raise ProbeError(f"{text}: an action is count, or {', '.join(KINDS)} with an expression in parentheses")
        self.kind, self.name = found[2], found[1] or found[2]
        self.expression, *self.bounds = split(found[3])
        if not self.expression or self.bounds and self.kind != "hist":
            raise ProbeError(f"{text}: {self.kind}() has one expression" +
                             (" and bounds" if self.kind == "hist" else ""))
        if not all(re.fullmatch(r"\d+|0x[0-9a-fA-F]+", bound) for bound in self.bounds):
            raise ProbeError(f"{text}: bounds are numbers")


class Probe:
    """LOCATION [CONDITION] [: ACTION, ...]"""

    def __init__(self, text):
        if "\n" in text:
            raise ProbeError("a probe is one line")
        self.location, _, rest = text.strip().partition(" ")
        if self.location.endswith(":"):
            self.location, rest = self.location[:-1], f":{rest}"
        if not self.location or "," in self.location:
            raise ProbeError(f"{text!r}: a probe begins with a function, FILE:LINE or *ADDRESS")
        colons = separators(rest)
        if len(colons) > 1:
            raise ProbeError(f"{text!r}: one : separates condition and actions, and those one from another by commas")
        end = colons[0] if colons else len(rest)
        self.condition = rest[:end].strip()
        self.values = [Value(action) for action in split(rest[end + 1:]) if action not in ("", "count")]

    def expressions(self):
        return ([self.condition] if self.condition else []) + [v.expression for v in self.values]


def on_one_line(text):
    return "; ".join(text.split("\n")).strip("; ")


def assemble(listing):
    """Bytes of the code that gdb shows."""
    code = bytearray()
    for at, name, operand in re.findall(r"^ *(\d+)  (\w+)(?: (-?\d+))?$", listing, re.M):
        number, size = OPERATIONS.get(name, (None, 0))
        if number is None:
            raise ProbeError(f"the guest cannot do gdb's operation {name}")
        if int(at) != len(code) or bool(size) != bool(operand):
            raise ProbeError(f"gdb shows its code in another form than gdb 13: {on_one_line(listing)}")
        code.append(number)
        code += (int(operand or 0) % (1 << 8 * size)).to_bytes(size, "big")
    if not code:
        raise ProbeError(f"gdb shows no code: {on_one_line(listing)}")
    return code.hex()


def hint(message, arch):
    """What a message of gdb means to the user of a probe, behind it."""
    for pattern, text in HINTS:
        found = re.search(pattern, message)
        if found:
            known = REGISTERS[arch]
            return f"{message} ({text.format(known.get(found[1], known['']) if found.groups() else '')})"
    return message


def ask_gdb(image, requests):
    """gdb's answers to [(location, expressions)]: for each its places, {"address", "function", "line", "codes"}."""
    gdb = shutil.which("gdb-multiarch") or shutil.which("gdb")
    if not gdb:
        raise ProbeError("there is no gdb, which compiles expressions; install it (support/setup)")
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [gdb, "-nx", "-batch", "-iex", "set auto-load off", "-iex", "set osabi GNU/Linux", "-x", IN_GDB, image],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS, check=False,
            env={**os.environ, "VITRINE_PROBES": json.dumps([folder, qemu_command.image_arch(image), requests])})
    answer = re.search(rb"^@@(.*)$", done.stdout, re.M)
    if not answer:
        raise ProbeError(f"gdb did not answer: {on_one_line(done.stdout.decode(errors='replace'))}")
    return json.loads(answer[1])


def free_name(base, taken):
    """base, base_2 and so on: the first that is not taken, which it is then."""
    name = next(n for n in (base, *(f"{base}_{i}" for i in range(2, 1000))) if n not in taken)
    taken.add(name)
    return name


def compiled(image, probes, name=None, taken=()):
    """Yields the words of each place of each probe, and the place for a reader. taken: names of other probes."""
    answers = ask_gdb(image, [(p.location, p.expressions()) for p in probes])
    taken = set() if name else set(taken)
    for probe, answer in zip(probes, answers):
        if isinstance(answer, str):
            raise ProbeError(hint(answer, qemu_command.image_arch(image)))
        for place in answer:
            base = name or re.sub(r"\W", "_", place["function"] or "probe")[:NAME_MAX - 4]
            codes = [assemble(listing) for listing in place["codes"]]
            words = [free_name(base, taken), f"{place['address']:#x}", f"image={qemu_command.image_build_id(image)}"]
            if probe.condition:
                words.append(f"if={codes.pop(0)}")
            for value, code in zip(probe.values, codes):
                words.append(",".join([f"{value.name}={value.kind}", code, *value.bounds]))
            yield words, f"{place['function'] or '?'} {place['line']}".strip()
