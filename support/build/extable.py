#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Sorts the exception table of a linked image in place.

Usage: extable.py IMAGE.elf

An entry is two signed 32-bit offsets, each relative to its own place: the
instruction that may fault and where to go on. The guest searches the table by
halving, so that it must ascend by instruction address. Two entries for one
instruction are an error.
"""
import os
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from elf import Elf  # pylint: disable=wrong-import-position

ENTRY = struct.Struct("<ii")
BOUNDS = ("uk_extable_start", "uk_extable_end")


def main(path):
    image = Elf(path)
    start, end = sorted(s.value for s in image.symbols() if s.name in BOUNDS)
    if start == end:
        return
    offset = image.offset(start)
    places = range(start, end, ENTRY.size)
    entries = sorted((at + insn, at + 4 + fixup) for at, (insn, fixup) in
                     zip(places, ENTRY.iter_unpack(image.data[offset:offset + end - start])))
    for (a, _), (b, _) in zip(entries, entries[1:]):
        if a == b:
            sys.exit(f"extable: {path}: two entries for instruction {a:#x}")
    table = b"".join(ENTRY.pack(insn - at, fixup - at - 4)
                     for at, (insn, fixup) in zip(places, entries))
    with open(path, "r+b") as f:
        f.seek(offset)
        f.write(table)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
