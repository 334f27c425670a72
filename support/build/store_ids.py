#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Refuses an image with two static entries of the store (<uk/store.h>) that
have one id, or one name, in one library.

Usage: store_ids.py IMAGE.elf READELF

READELF, the toolchain's, finds the places of the two.
"""
import re
import struct
import subprocess
import sys

from extable import ELF64_EHDR_SHOFF, SHT_SYMTAB, SYM_SIZE, file_offset

ID, NAME, LIBRARY = 16, 24, 80  # in struct uk_store_entry; lib/ukstore/find.c asserts it
PREFIX, STT_FILE = b"uk_store_entry_", 4


def text_at(data, at):
    return bytes(data[at:data.index(0, at)])


def symbols(data):
    """(source file, name, address) of each entry: a file's symbols follow its own."""
    shoff, = struct.unpack_from("<Q", data, ELF64_EHDR_SHOFF)
    size, count = struct.unpack_from("<HH", data, 0x3a)
    sections = [struct.unpack_from("<IIQQQQIIQQ", data, shoff + i * size) for i in range(count)]
    file = b""
    for _, kind, _, _, start, length, link, *_ in sections:
        for at in range(start, start + length if kind == SHT_SYMTAB else start, SYM_SIZE):
            offset, info, _, _, address, _ = struct.unpack_from("<IBBHQQ", data, at)
            name = text_at(data, sections[link][4] + offset)
            if info & 15 == STT_FILE:
                file = name
            elif name.startswith(PREFIX):
                yield file.decode(), name.decode(), address


def clashes(data):
    """(the one, the other, what they share): each a (source file, symbol)."""
    seen = {}
    for file, symbol, address in symbols(data):
        at = file_offset(data, address)
        number, name = struct.unpack_from("<QQ", data, at + ID)
        library, = struct.unpack_from("<Q", data, at + LIBRARY)
        name, library = (text_at(data, file_offset(data, p)).decode() for p in (name, library))
        for what, key in (("id", number), ("name", name)):
            first = seen.setdefault((library, key), (address, file, symbol))
            if first[0] != address:
                yield first[1:], (file, symbol), library, what, key


def places(path, readelf):
    """{(source file, symbol): "path:line"}, from the debug information."""
    text = subprocess.run([readelf, "--debug-dump=info", path], check=True, text=True,
                          errors="replace", stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout
    found, unit, tag, name = {}, "", "", ""
    for line in text.splitlines():
        if m := re.search(r"\((DW_TAG_\w+)\)$", line):
            tag, name = m[1], ""
        elif m := re.search(r"DW_AT_name +:(?:.*: )?\s*(\S+)\s*$", line):
            name = m[1]
            unit = name if tag == "DW_TAG_compile_unit" else unit
        elif (m := re.search(r"DW_AT_decl_line +: (\d+)", line)) and tag == "DW_TAG_variable":
            found.setdefault((unit.rsplit("/", 1)[-1], name), f"{unit.removeprefix('./')}:{m[1]}")
    return found


def main(path, readelf):
    with open(path, "rb") as image:
        data = image.read()
    wrong = list(clashes(data))
    if not wrong:
        return
    where = places(path, readelf)
    for one, other, library, what, key in wrong:
        print(f"{where.get(other, other[0])}: entry {other[1][len(PREFIX):]} of {library} has the "
              f"{what} {key}, as {one[1][len(PREFIX):]} at {where.get(one, one[0])} has; give it "
              f"another {what}", file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
