# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Runs inside gdb (debuggers.py starts it): where does the program stop?

Each condition is decided once by gdb itself, at each hit, and once by the
interpreter under test from the bytecode that gdb makes of it. Both must stop
at the same hits. Prints TAP lines without numbers.
"""
import os

import gdb

CONDITIONS = """
counter == 5
counter % 7 == 3 && counter > 9
i < 0
u < 2000000000
(int)u < 0
l > 0 || ul > 0x8000000000000000
c < 0
uc > 127
s < us
(unsigned char)c == uc || counter == 2
c * uc < 0
us - s > 1000
i + l < ul
(short)i < s
-i > 100
~i & 1
!(i & 3)
i << 3 < 0
l >> 60 == -1
ul >> 60 == 7
(l >> 3) + (ul >> 3) > 0
u / 3 > 500000000
i / 7 % 5 == 2
ul / (counter + 1) > 1000000000000000000
l % 3 == -1
local.a < 0
local.b == 9 || local.b > 20
local.c < 0
local.d > 255 && local.a > -3
colour < 0
numbers[counter & 3] < 0
numbers[1] > numbers[2]
flag
first.next->v == -5 && counter > 30
first.next->bits.c == -12345678 && first.bits.b == 9 && i < 0
first.next->name[2] == 'c' && counter & 1
second.h < 0 && second.ch == 200 && counter & 2
*(&first + 0).next == 0 && counter == 1
table[counter & 7] == 1
*(table + 5) == 9 && counter > 37
&table[3] - table == 3 && counter < 4
(&first)->next == &second && counter == 20
(long)&second == (long)first.next && counter == 21
i > 0 ? counter > 20 : counter < 20
(i, counter == 7)
i ^ u & 0xff | counter == 3
(char)l == c || counter == 9
sizeof(struct node) == 40 && counter == 11
i != u
i <= -1 || i >= 2000000000
$pc == 0 || counter == 12
counter == table[4] && (counter | 2) == 7
""".strip().splitlines()

X86 = """
$rax > 0
$rdi & 1 && $r9 < 0
(unsigned char)$rcx > 128
$eflags == 0 && counter == 13
$rsp == $rbp - 0x80 && counter == 14
""".strip().splitlines()

ARM = """
$x0 > 0
$x9 & 1 && $x19 < 0
$w3 > 100 || counter == 2
$sp == $x29 - 0x80 && counter == 14
""".strip().splitlines()


def stops(mode, condition):
    """At which hits does it stop, before main's breakpoint ends the round?"""
    gdb.execute("set breakpoint condition-evaluation " + mode)
    point = gdb.Breakpoint("work")
    point.silent = True
    point.condition = condition
    seen = []
    text = ""
    while True:
        text += gdb.execute("continue", to_string=True)
        if gdb.newest_frame().name() == "main":
            break
        seen.append(int(gdb.parse_and_eval("counter")))
    point.delete()
    return seen, text


gdb.execute("set confirm off")
gdb.execute("set pagination off")
gdb.execute("target remote 127.0.0.1:" + os.environ["PORT"], to_string=True)
end = gdb.Breakpoint("main")
end.silent = True

for condition in CONDITIONS + (ARM if os.environ["ARCH"] == "arm64" else X86):
    want, _ = stops("host", condition)
    got, said = stops("target", condition)
    good = want == got and "failed" not in said
    print("%s - %s: %s" % ("ok" if good else "not ok", os.environ["ARCH"],
                           condition))
    if not good:
        print("# gdb stops at %s, the interpreter at %s, %s" % (want, got, said))
