# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""What all commands need: the image's ELF symbols, words and strings of the memory."""

import bisect
import struct

from elf import PT_TLS, STT_FUNC, STT_OBJECT, Elf
from messages import shown
from uk import debugger

CHUNK = 64  # bytes, aligned: no page ends in the middle


class Image:
    """Symbols and the segment of thread-local variables of an image."""

    def __init__(self, path):
        file = Elf(path)
        self.machine = file.machine
        self.tls = next(((s.memsz, max(s.align, 1)) for s in file.segments if s.type == PT_TLS), None)
        self.symbols = list(file.symbols())
        self.objects = sorted((s.value, s.size, s.name) for s in self.symbols
                              if s.type == STT_OBJECT)
        self.names = {s.value: s.name for s in self.symbols if s.type in (STT_FUNC, STT_OBJECT) and s.size}

    def object_at(self, address, size):
        """The name of the variable that is there, or of the array with the element's number."""
        at = bisect.bisect_right(self.objects, (address, 1 << 64, "")) - 1
        start, all_bytes, name = self.objects[at] if at >= 0 else (0, 0, "")
        if (start, all_bytes) == (address, size):
            return name
        inside = address + size <= start + all_bytes and (address - start) % size == 0
        return f"{name}[{(address - start) // size}]" if inside else "?"

    def table_bounds(self):
        """{name: [start, end]} of the link-time tables."""
        tables = {}
        for name, _, value, _ in self.symbols:
            for i, end in enumerate(("_start", "_end")):
                if name.startswith("uk_tab_") and name.endswith(end):
                    tables.setdefault(name[7:-len(end)], [0, 0])[i] = value
        return tables


_elf = {}


def elf():
    """The image that the debugger was given."""
    path = debugger.image_path()
    if not path:
        raise debugger.Error("No image: use support/gdb IMAGE, or the command file.")
    if path not in _elf:
        _elf.clear()
        _elf[path] = Image(path)
    return _elf[path]


def variable(name, source):
    """Of a library, by its source: a program may have one of the same name."""
    value = debugger.variable(name, source)
    if value is None:
        raise debugger.Error(f"The image has no {source.split('/')[0]} (no variable {name}), "
                             "or no debug information.")
    return value


def words_at(address, count):
    return struct.unpack(f"<{count}Q", debugger.read(address, 8 * count))


def text_at(pointer):
    """The string that a pointer points to; "" for NULL."""
    at, text = int(pointer), b""
    while at and b"\0" not in text:
        size = CHUNK - at % CHUNK
        text += debugger.read(at, size)
        at += size
    return text.partition(b"\0")[0].decode(errors="replace")


def last_word(value):
    """Of an enumerator's name, in lower case."""
    return str(value).rsplit("_", maxsplit=1)[-1].lower()


def pointer_text(pointer, is_text):
    at = int(pointer)
    name = elf().names.get(at)
    words = [f"{at:#x}", *([f"<{name}>"] if name else [])]
    try:
        words += [f'"{shown(text_at(pointer))}"'] if at and is_text else []
    except debugger.Unreadable:
        words.append("(no memory)")
    return " ".join(words)


def value_text(value, before=""):
    """A value in C's form, each member of a struct on a line behind `before`."""
    kind = debugger.kind_of(value)
    if kind in ("struct", "array"):
        parts = [(f"{name} = " if name else "") + value_text(part, before + "  ")
                 for name, part in debugger.parts_of(value)]
        if kind == "array":
            return f"{{{', '.join(parts)}}}"
        return "{\n" + ",\n".join(f"{before}  {part}" for part in parts) + f"\n{before}}}"
    if kind in ("pointer", "text"):
        return pointer_text(value, kind == "text")
    return str(int(value)) if kind == "integer" else str(value)


def print_table(rows):
    rows = [[shown(cell) for cell in row] for row in rows]  # memory may be damaged
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        print("  ".join(cell.ljust(w) for cell, w in zip(row, widths)).rstrip())
