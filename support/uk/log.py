# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""uk log: the guest's log."""

import struct

from messages import shown
from uk import debugger
from uk.guest import variable

LEVELS = ("CRIT", "ERR", "WARN", "INFO", "DBG")


def log_records():
    """(time, level, text) of the messages in the ring, oldest first; the
    layout is lib/ukprint/ring.h."""
    ring = variable("uk_print_ring", "ukprint/ring.c")
    size = ring.type.sizeof
    data = debugger.read(int(ring.address), size)
    head = int(variable("uk_print_head", "ukprint/ring.c"))
    offset = debugger.offsets("struct ring_rec")
    at = max(head - size, size) + 7 & ~7
    while at < head:
        place = at % size
        tag, = struct.unpack_from("<Q", data, place)
        if tag & ~7 != at or tag & 7 not in (2, 3):
            at += 8
            continue
        if tag & 7 == 3:  # a pad, up to the end of the ring
            at += size - place
            continue
        time, = struct.unpack_from("<Q", data, place + offset["time"])
        step, length = struct.unpack_from("<HH", data, place + offset["size"])
        text = data[place + offset["text"]:place + offset["text"] + length]
        yield time, data[place + offset["level"]], text.decode(errors="replace")
        at += max(step, 8)


@debugger.command("log")
def print_log(argument):
    """uk log [N]
Print the last N messages of the guest's log; without N, all that are kept."""
    count = debugger.number(argument) if argument else 0
    records = list(log_records())
    for time, level, text in records[-count if count > 0 else 0:]:
        word = LEVELS[min(level, len(LEVELS) - 1)]
        for line in text.rstrip("\n").split("\n"):
            print(f"[{time // 10**9:5}.{time // 1000 % 10**6:06}] {word}: {shown(line.expandtabs())}")
