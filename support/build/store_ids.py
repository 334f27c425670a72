#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Refuses an image with two static entries of the store (<uk/store.h>) that
have one id, or one name, in one library.

Usage: store_ids.py IMAGE.elf READELF

READELF, the toolchain's, finds the places of the two.
"""
import os
import re
import struct
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from elf import STT_FILE, Elf  # pylint: disable=wrong-import-position

ID, NAME, LIBRARY = 16, 24, 80  # in struct uk_store_entry; lib/ukstore/find.c asserts it
PREFIX = "uk_store_entry_"


def entries(image):
    """(source file, name, address) of each entry: a file's symbols follow its own."""
    file = ""
    for name, kind, address, _ in image.symbols():
        if kind == STT_FILE:
            file = name
        elif name.startswith(PREFIX):
            yield file, name, address


def clashes(image):
    """(the one, the other, what they share): each a (source file, symbol)."""
    seen = {}
    for file, symbol, address in entries(image):
        at = image.offset(address)
        number, name = struct.unpack_from("<QQ", image.data, at + ID)
        library, = struct.unpack_from("<Q", image.data, at + LIBRARY)
        name, library = (image.text(image.offset(p)) for p in (name, library))
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
    wrong = list(clashes(Elf(path)))
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
