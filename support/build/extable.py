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
import struct
import sys

ELF64_EHDR_SHOFF = 0x28
SYM_SIZE, SHT_SYMTAB = 24, 2


def symbol_values(data, sections, names):
    found = {}
    for kind, offset, size, link in sections:
        if kind != SHT_SYMTAB:
            continue
        strings = sections[link][1]
        for at in range(offset, offset + size, SYM_SIZE):
            name, _, _, _, value, _ = struct.unpack_from("<IBBHQQ", data, at)
            end = data.index(0, strings + name)
            text = bytes(data[strings + name:end]).decode()
            if text in names:
                found[text] = value
    return found


def file_offset(data, vaddr):
    phoff, = struct.unpack_from("<Q", data, 0x20)
    phentsize, phnum = struct.unpack_from("<HH", data, 0x36)
    for i in range(phnum):
        kind, _, offset, base, _, filesz = struct.unpack_from(
            "<IIQQQQ", data, phoff + i * phentsize)
        if kind == 1 and base <= vaddr < base + filesz:
            return offset + vaddr - base
    sys.exit(f"extable: address {vaddr:#x} is in no segment")


def main(path):
    with open(path, "r+b") as image:
        data = bytearray(image.read())
        shoff, = struct.unpack_from("<Q", data, ELF64_EHDR_SHOFF)
        shentsize, shnum = struct.unpack_from("<HH", data, 0x3a)
        sections = []
        for i in range(shnum):
            f = struct.unpack_from("<IIQQQQIIQQ", data, shoff + i * shentsize)
            sections.append((f[1], f[4], f[5], f[6]))
        bounds = symbol_values(data, sections, ("uk_extable_start", "uk_extable_end"))
        start, end = bounds["uk_extable_start"], bounds["uk_extable_end"]
        if start == end:
            return
        offset = file_offset(data, start)
        entries = []
        for at in range(0, end - start, 8):
            insn, fixup = struct.unpack_from("<ii", data, offset + at)
            entries.append((start + at + insn, start + at + 4 + fixup))
        entries.sort()
        for (a, _), (b, _) in zip(entries, entries[1:]):
            if a == b:
                sys.exit(f"extable: {path}: two entries for instruction {a:#x}")
        for i, (insn, fixup) in enumerate(entries):
            at = start + 8 * i
            struct.pack_into("<ii", data, offset + 8 * i, insn - at, fixup - at - 4)
        image.seek(0)
        image.write(data)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
