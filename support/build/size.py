#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""usage: support/build/size.py [--json] IMAGE.elf IMAGE.map

Prints the bytes of code (text), constants (rodata), initialized (data) and
zeroed (bss) memory of each library in an image, from the linker's map. What
the linker put between and behind objects counts as (padding); the tables of
uksymtab, which no library compiled, as (symbols). The sums are those of the
sections of the image; if the map does not add up to them that is an error.
"""

import json
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from elf import SHF_ALLOC, SHF_EXECINSTR, SHF_WRITE, SHT_NOBITS, Elf  # pylint: disable=wrong-import-position

COLUMNS = ("text", "rodata", "data", "bss")
SECTION = re.compile(r"^(\.[\w.-]+)(?:\s+0x[0-9a-f]+\s+0x([0-9a-f]+))?")
PIECE = re.compile(r"^ (\S+)\s+0x[0-9a-f]+\s+0x([0-9a-f]+) (\S.*)$")
PLACE = re.compile(r"^\s+0x[0-9a-f]+\s+0x([0-9a-f]+) (\S.*)$")


def column(flags, kind):
    if flags & SHF_EXECINSTR:
        return "text"
    if not flags & SHF_WRITE:
        return "rodata"
    return "bss" if kind == SHT_NOBITS else "data"


def image_sections(path):
    """{name: (column, size)} of what is in memory, from the section headers."""
    return {s.name: (column(s.flags, s.type), s.size)
            for s in Elf(path).sections if s.flags & SHF_ALLOC}


def library(path):
    """The library that an object of the map belongs to."""
    archive = re.search(r"([^/]+)\.a\(", path)
    if archive:
        name = archive.group(1)
        return "newlib " + name if name in ("libc", "libm") else name
    if path.endswith("/symtab.o") or path == "symtab.o":
        return "(symbols)"
    parts = re.findall(r"(?:^|/)((?:lib|app)\w+)(?:/|\.o$)", path)
    return parts[-1] if parts else path


def map_pieces(lines):
    """(section of the image, size, object) of each piece that the map lists."""
    section = None
    for line in lines:
        head = SECTION.match(line)
        if head:
            section = head.group(1)
            continue
        piece = PIECE.match(line)
        if piece and piece.group(1) != "*fill*":
            yield section, int(piece.group(2), 16), piece.group(3)
            continue
        # A long name stands on a line of its own in front of its numbers.
        place = PLACE.match(line)
        if place and "(size before relaxing)" not in line:
            yield section, int(place.group(1), 16), place.group(2)


def sizes(image, map_path):
    """{library: {column: bytes}}."""
    sections = image_sections(image)
    with open(map_path, encoding="utf-8", errors="replace") as f:
        text = f.read()
    body = text[text.index("Linker script and memory map"):]
    found, left = {}, {name: size for name, (_, size) in sections.items()}
    for section, size, path in map_pieces(body.splitlines()):
        if section not in sections or not size:
            continue
        row = found.setdefault(library(path), dict.fromkeys(COLUMNS, 0))
        row[sections[section][0]] += size
        left[section] -= size
    padding = found.setdefault("(padding)", dict.fromkeys(COLUMNS, 0))
    for section, rest in left.items():
        if rest < 0:
            sys.exit(f"size: {map_path} is not the map of {image}: {section} is "
                     f"{-rest} bytes larger in it")
        padding[sections[section][0]] += rest
    return found


def show(found):
    rows = sorted(found.items(), key=lambda row: -sum(row[1].values()))
    total = {c: sum(row[c] for _, row in rows) for c in COLUMNS}
    print(f"{'library':24}" + "".join(f"{c:>10}" for c in COLUMNS) + f"{'sum':>10}")
    for name, row in [*rows, ("total", total)]:
        print(f"{name:24}" + "".join(f"{row[c]:10}" for c in COLUMNS) +
              f"{sum(row.values()):10}")


def main(argv):
    as_json = argv[:1] == ["--json"]
    argv = argv[as_json:]
    if len(argv) != 2 or argv[0].startswith("-"):
        sys.stderr.write(__doc__)
        return 2
    try:
        found = sizes(*argv)
    except (OSError, ValueError) as e:
        sys.exit(f"size: {e}")
    if as_json:
        print(json.dumps(found, indent=1, sort_keys=True))
    else:
        show(found)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
