# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Reads a crash screen from a guest's output, as its user would.

Every line between the banner and the end must be a log line of critical
level; anything else on the console there is an error.
"""

import re
from dataclasses import dataclass, field

from vitrine import LOG_LINE

BANNER = re.compile(r"Vitrine crash - (\S+) (\S+) \((\w+)\) build-id ([0-9a-f]{40})$")
FRAME = re.compile(r"  \[([0-9a-f]{16})\](?: (\S+?)(?:\+([0-9a-f]+))?)?"
                   r"(?: \((\S+?)(?::(\d+))?\))?( inlined)?$")
GUESS = re.compile(r"(  \[[0-9a-f]{16}\]) \?( .*)")
REPEATS = re.compile(r"  \.\.\. (\d+) more of that frame$")
DUMPED = re.compile(r"[0-9a-f]{8,16}  ")
REGISTER = re.compile(r" *(\w+): ([0-9a-f]{16})")
THREAD = re.compile(r"Thread (\d+)$")
THREAD_IS = re.compile(r"(.*), (\w+), (\d+\.\d{3} ms) on the CPU, (\d+) switches$")
THREAD_STACK = re.compile(r"  stack 0x([0-9a-f]+)-0x([0-9a-f]+)(?:, (\d+) of (\d+) bytes used at most)?$")
SUFFIX = re.compile(r"(\.(constprop|isra|part|cold|llvm)\.?\d*)+$")


@dataclass
class Line:
    """A line of the call trace."""
    pc: int
    function: str
    file: str
    line: str
    inlined: bool
    is_call: bool = True
    repeats: int = 0


@dataclass(kw_only=True)
class Trace:
    """A call trace, and why it ends."""
    trace: list = field(default_factory=list)
    trace_end: str = ""
    guesses: list = field(default_factory=list)  # behind the end of a broken trace
    traps: list = field(default_factory=list)  # indices of the lines that a trap interrupted

    @property
    def functions(self):
        """The names in the trace, inlined functions too, innermost first."""
        return [line.function for line in self.trace]


@dataclass
class Thread(Trace):
    """A thread, and what there is of its call trace."""
    name: str
    state: str
    switches: int
    stack: tuple  # (lowest, past the highest)
    cpu_time: str
    wait: str = ""  # what it waits for


@dataclass
class Screen(Trace):
    """What a screen says, section by section."""
    image: str
    version: str
    arch: str
    build_id: str
    reason: str
    details: list = field(default_factory=list)  # the lines below the reason
    sections: dict = field(default_factory=dict)
    registers: dict = field(default_factory=dict)
    symbols: dict = field(default_factory=dict)  # register: "name+offset"
    threads: dict = field(default_factory=dict)  # id: Thread

    @property
    def values(self):
        """{path: number} of the values of the store."""
        return {path: int(value) for path, value, *_ in
                (line.split() for line in self.sections.get("Values", []))}

    @property
    def page_walk(self):
        """The lines of the page-table walk; none if there was none."""
        return next((lines for title, lines in self.sections.items()
                     if title.startswith("Page tables of ")), [])

    def frames(self):
        """The trace by frame: [[inlined line..., line of the function]]; guesses too."""
        out, frame = [], []
        for line in self.trace + self.guesses:
            frame.append(line)
            if not line.inlined:
                out.append(frame)
                frame = []
        assert not frame, "an inlined function without the one around it"
        return out


def plain_name(name):
    """A function's name without what the compiler hung behind it."""
    return SUFFIX.sub("", name)


def crit_texts(result):
    """The lines of the screen, without time stamp and level; it is of one moment."""
    lines = result.lines
    begin = next((i for i, t in enumerate(lines) if "Vitrine crash - " in t), None)
    assert begin is not None, "no banner in:\n" + result.text
    moment, texts = LOG_LINE.match(lines[begin]).group(1), []
    for line in lines[begin:]:
        match = LOG_LINE.match(line)
        assert match, f"not a log line: {line!r}"
        assert match.group(1) == moment, f"later than {moment}: {line!r}"
        if match.group(3).startswith(("exit ", "core file: ")):
            break
        assert match.group(2) == "CRIT", f"not critical: {line!r}"
        texts.append(match.group(3))
    return texts


def read_trace(into, texts, is_trap):
    call = not is_trap
    for text in texts:
        guess = GUESS.match(text)
        frame, repeats = FRAME.match("".join(guess.groups()) if guess else text), REPEATS.match(text)
        assert bool(guess) <= bool(into.trace_end), f"a guess in a whole trace: {text!r}"
        if frame:
            pc, function, _, file, line, inlined = frame.groups()
            (into.guesses if guess else into.trace).append(Line(int(pc, 16), plain_name(function or ""), file or "",
                                     line or "", bool(inlined), call))
            call = call or not inlined
        elif repeats:
            into.trace[-1].repeats = int(repeats.group(1))
        elif text == "  -- trap that interrupted:":
            into.traps.append(len(into.trace))
            call = False
        elif text == "  further up on the stack:":
            assert into.trace_end and not into.guesses
        else:
            assert text.startswith("  trace ends: "), f"unknown line of a trace: {text!r}"
            into.trace_end = text[len("  trace ends: "):]


def read_thread(texts):
    """A thread's section: what it is, its stack, its call trace."""
    name, state, cpu_time, switches = THREAD_IS.match(texts[0]).groups()
    wait = texts.pop(1).removeprefix(f"  {state} ") if state in ("waiting", "sleeping") else ""
    low, high, used, size = THREAD_STACK.match(texts[1]).groups()
    assert not used or int(used) <= int(size) == int(high, 16) - int(low, 16), texts[1]
    thread = Thread(name, state, int(switches), (int(low, 16), int(high, 16)), cpu_time, wait)
    if len(texts) != 3 or not re.fullmatch("  call trace: (see (above|CPU \\d+)|none of CPU \\d+)", texts[2]):
        read_trace(thread, texts[2:], True)
    return thread


def read_registers(screen, texts):
    for text in texts:
        pairs = REGISTER.findall(text)
        assert pairs, f"no register: {text!r}"
        for name, value in pairs:
            screen.registers[name.lower()] = int(value, 16)
        rest = REGISTER.sub("", text).strip()
        if rest:
            screen.symbols[pairs[0][0].lower()] = rest


def read_screen(result):
    """The screen in a guest's output; fails unless there is a whole one."""
    texts = crit_texts(result)
    banner = BANNER.match(texts[0])
    assert banner, f"unknown banner: {texts[0]!r}"
    screen = Screen(*banner.groups(), reason=texts[1])
    body = screen.details
    for text in texts[2:]:
        title, _, rest = text.partition(":")
        if text.startswith("  ") or DUMPED.match(text):
            body.append(text)
            continue
        body = screen.sections.setdefault(title, [])
        if rest:
            body.append(rest.strip())
    read_registers(screen, screen.sections.get("Registers", []))
    read_trace(screen, screen.sections.get("Call trace", []), "Event" in screen.sections)
    for title, body in screen.sections.items():
        if THREAD.match(title):
            screen.threads[int(title.split()[1])] = read_thread(body)
    return screen
