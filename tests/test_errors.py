# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Some fifty mistakes that programs make (tests/apps/errors): each is named in a crash screen,
at the function that made it; few are none, and end as POSIX says. With the heap's checks,
and with the sanitizers. More of each kind: test_memory_errors.py, test_kasan.py, test_hangs.py,
test_crash.py."""

import os
import re

from screen import read_screen
from vitrine import ROOT, build

CHECKS = ("CONFIG_LIBUKALLOC_CHECKS=y", "CONFIG_STACKPROTECTOR=y")
SANITIZERS = ("CONFIG_LIBUKKASAN=y", "CONFIG_LIBUKUBSAN=y", "CONFIG_LIBUKUBSAN_INTEGER_DIVIDE_BY_ZERO_CRASH=y",
              "CONFIG_LIBUKUBSAN_SIGNED_INTEGER_OVERFLOW_CRASH=y")
OVERRUN = r"heap: block 0x\w+ of {} bytes was overrun: "
FREED = r"heap: block 0x\w+ of {} bytes was written to after it was freed: "
GONE = r"kasan: {} of \d+ bytes? at 0x\w+, at offset \d+ of the freed block 0x\w+ of {} bytes"
PAST = r"kasan: {} of \d+ bytes? at 0x\w+, 0 bytes past the end of the block 0x\w+ of {} bytes"
TWICE = r"heap: double free of 0x\w+ of 32 bytes"
STACK = r"stack overflow of thread {}: guard page at 0x\w+$"

# By what is in any image: pattern of the reason, the function
ALWAYS = {
    "badfree": (r'heap: free of 0x\w+, which is not in "heap"', "badfree"),
    "midfree": (r"heap: free of 0x\w+, which is inside the used block 0x\w+ of 100 bytes", "midfree"),
    "doublefree": (TWICE, "doublefree"),
    "doublefree3": (TWICE, "doublefree3"),
    "uninit": (r"read from 0xa5a5a5a5a5a5a5\w+: ", "uninit"),
    "oom": ("write to 0x0: not mapped$", "oom"),
    "negmalloc": ("write to 0x0: not mapped$", "negmalloc"),
    "memcpy_null": (r"write to 0x\w{1,2}: not mapped$", "memcpy_null"),
    "constwrite": (r"write to 0x\w+: read-only$", "constwrite"),
    "deadlock": (r"deadlock: .*waits for mutex m2 held by ", ""),
    "selfdeadlock": ("deadlock: main waits for mutex m1 held by main", "selfdeadlock"),
    "threadstack": (STACK.format("deep"), "recurse"),
    "bigframe": (STACK.format("wide"), "wide"),
    "threadnull": ("read from 0x10: not mapped$", "reads"),
    "timer": ("read from 0x20: not mapped$", "expires"),
    "recursion": (STACK.format("main"), "recurse"),
    "call_abort": ("abort$", "call_abort"),
    "assertion": (r"assertion failed: zero == 1 \(tests/apps/errors/main\.c:\d+\)$", "assertion"),
    "longjmp_nowhere": (r"(write to 0xf{15}8|execute at 0x0): not mapped$", ""),
    "printf_wild": ("read from 0xdeadbeef000: not mapped$", "printf_wild"),
    "printf_small": ("read from 0x11: not mapped$", "printf_small"),
    "nullcall": ("execute at 0x0: not mapped$", "nullcall"),
    "wildcall": ("execute at 0x123456789abc: not mapped$", "wildcall"),
    "datacall": (r"execute at 0x\w+: not executable$", "datacall"),
    "unreachable": ("(undefined instruction|breakpoint instruction without a debugger)$", "unreachable"),
    "trapfault": ("read from 0x30: not mapped$", "trapfault"),
}
BY_CHECKS = {
    **ALWAYS,
    "offbyone": (OVERRUN.format(24) + "1 byte at offset 24", "offbyone"),
    "offbyone3": (OVERRUN.format(20) + "1 byte at offset 20", "offbyone3"),
    "offby8": (OVERRUN.format(24) + "8 bytes at offset 24", "offby8"),
    "under": (r"heap: block 0x\w+ of 24 bytes was underrun: ", "under"),
    "overflow": (OVERRUN.format(32), "overflow"),
    "uaf": ("read from 0xdbdbdbdbdbdbdb", "uaf"),
    "uafwrite": (FREED.format(32), ""),
    "uaffar": (FREED.format(4096), ""),
    "smash": ("stack smashed: a local array was overrun$", "smash"),
}
BY_SANITIZERS = {
    "offbyone": (PAST.format("write", 24), "offbyone"),
    "offbyone3": (PAST.format("write", 20), "offbyone3"),
    "offby8": (PAST.format("write", 24), "offby8"),
    "under": (r"kasan: write of 1 byte at 0x\w+, 1 byte before the block 0x\w+ of 24 bytes", "under"),
    "overflow": (r"kasan: write of \d+ bytes at 0x\w+, ", "overflow"),
    "uaf": (GONE.format("read", 32), "uaf"),
    "uafread": (GONE.format("read", 32), "uafread"),
    "uafwrite": (GONE.format("write", 32), "uafwrite"),
    "uaffar": (GONE.format("write", 4096), "uaffar"),
    "stackuaf": (r"kasan: read of 4 bytes at 0x\w+, ", "stackuaf"),
    "smash": (r"kasan: write of 100 bytes at 0x\w+, 0 bytes past the end of the variable text of 16 bytes", "smash"),
    "divide": ("undefined behaviour: division ", "divide"),
    "overflow_signed": ("undefined behaviour: signed ", "overflow_signed"),
}
RIGHT = {  # name: (status, what is printed)
    "joinself": (0, "join: Deadlock\nwent on\n"),
    "unlock": (0, "unlock: Not owner\nwent on\n"),
    "printf_null": (0, "name: (null)\nwent on\n"),
    "exit_7": (7, ""),
    "exit_300": (63, ""),
}


def named(image, kind, words, function):
    result = image.run(kind)
    assert result.status == 70, result.text
    screen = read_screen(result)
    assert re.match(words, screen.reason), (kind, result.text)
    shown = [line.function for thread in screen.threads.values() for line in thread.trace] + screen.functions
    assert not function or function in shown, (kind, result.text)


ALL = os.environ.get("VITRINE_ALL")
# What no other test has.
FEW = ("uninit", "oom", "negmalloc", "memcpy_null", "timer", "printf_wild", "trapfault", "unreachable")


def test_found_by_checks(arch):
    image = build("tests/apps/errors", arch, config=CHECKS)
    for kind in BY_CHECKS if ALL else FEW:
        named(image, kind, *BY_CHECKS[kind])
    for kind, (status, text) in RIGHT.items():
        result = image.run(kind)
        assert result.status == status and text in result.text, (kind, result.text)
    for kind in ("hang", "hang_empty") if ALL else ():
        result = image.run(kind, options=["--timeout", "1"])
        assert result.status == 124 and re.search(rf"^#0 .*\b{kind} \(", result.text, re.M), (kind, result.text)


if ALL:  # test_kasan.py has most of them, and this is two large images
    def test_found_by_sanitizers(arch):
        image = build("tests/apps/errors", arch, config=SANITIZERS)
        for kind, (words, function) in BY_SANITIZERS.items():
            named(image, kind, words, function)


def test_all_are_tested():
    """But a jump to a function that has returned, which nothing finds (CAVEATS.md)."""
    known = {*BY_CHECKS, *BY_SANITIZERS, *RIGHT, "hang", "hang_empty"}
    text = (ROOT / "tests/apps/errors/errors.h").read_text()
    assert set(re.findall(r"\bX\((\w+)\)", text)) == known
