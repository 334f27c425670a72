# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""The host's one reader of ELF files: 64 bits, little endian, as images and their
core files are.

Not pyelftools: the build reads each image three times, and the import of
pyelftools alone takes 45 ms of CPU time, a list of an image's symbols 25 ms more;
here both take 8 ms. tests/test_elf.py compares the two.

Sources: System V gABI, chapters 4 and 5.
"""

import collections
import functools
import mmap
import os
import struct

ET_CORE = 4
PT_LOAD, PT_NOTE, PT_TLS = 1, 4, 7
SHT_SYMTAB, SHT_NOBITS = 2, 8
SHF_WRITE, SHF_ALLOC, SHF_EXECINSTR = 1, 2, 4
STT_OBJECT, STT_FUNC, STT_FILE, STT_TLS = 1, 2, 4, 6
NT_GNU_BUILD_ID = 3

HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
SEGMENT, SECTION = struct.Struct("<IIQQQQQQ"), struct.Struct("<IIQQQQIIQQ")
SYMBOL, NOTE = struct.Struct("<IBBHQQ"), struct.Struct("<III")

# In the order of the file, but for the name.
Segment = collections.namedtuple("Segment", "type flags offset vaddr paddr filesz memsz align")
Section = collections.namedtuple(
    "Section", "name type flags addr offset size link info align entsize")
Symbol = collections.namedtuple("Symbol", "name type value size")


class ElfError(ValueError):
    """Not a file that this reads; the text says why."""


class Elf:
    """An ELF file, or one inside of a file: at is where that begins, and offsets
    count from there. data: the file's bytes."""

    def __init__(self, path, at=0):
        self.path, self.at = path, at
        # Of a pipe, open() would wait.
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as f:
            try:
                self.data = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)
            except ValueError:  # it is empty
                self.data = b""
        if self.data[at:at + 6] != b"\x7fELF\x02\x01":
            raise ElfError("no 64-bit little-endian ELF file")
        try:
            (_, self.type, self.machine, _, _, phoff, self._shoff, _, _, _, phnum, _,
             self._shnum, self._shstrndx) = HEADER.unpack_from(self.data, at)
            self.segments = [Segment._make(SEGMENT.unpack_from(self.data, at + phoff + i * SEGMENT.size))
                             for i in range(phnum)]
        except (struct.error, OverflowError) as e:
            raise ElfError("its ELF headers are damaged") from e

    @functools.cached_property
    def sections(self):
        """Every section, the empty one with number 0 included."""
        try:
            heads = [SECTION.unpack_from(self.data, self.at + self._shoff + i * SECTION.size)
                     for i in range(self._shnum)]
        except (struct.error, OverflowError) as e:
            raise ElfError("its section headers are damaged") from e
        names = heads[self._shstrndx][4] if heads else 0
        return [Section(self.text(names + name), *rest) for name, *rest in heads]

    def text(self, offset):
        """The string that begins at an offset."""
        start = self.at + offset
        return self.data[start:self.data.find(b"\0", start)].decode()

    def contents(self, part):
        """The bytes of a segment or section in the file."""
        start = self.at + part.offset
        return self.data[start:start + (part.filesz if isinstance(part, Segment) else part.size)]

    def _tables(self):
        """(bytes of a symbol table, offset of its strings) of the file."""
        return [(self.contents(s), self.sections[s.link].offset)
                for s in self.sections if s.type == SHT_SYMTAB]

    def symbols(self):
        """Every symbol, in the order of the file: a source's after the name of its file."""
        for table, strings in self._tables():
            for name, info, _, _, value, size in SYMBOL.iter_unpack(table):
                yield Symbol(self.text(strings + name), info & 15, value, size)

    def offset(self, vaddr):
        """Where in the file the contents of an address are."""
        for s in self.segments:
            if s.type == PT_LOAD and s.vaddr <= vaddr < s.vaddr + s.filesz:
                return self.at + s.offset + vaddr - s.vaddr
        raise ElfError(f"address {vaddr:#x} is in no segment")

    def notes(self):
        """(type, name, contents) of each note that a segment has."""
        for segment in self.segments:
            data, place = self.contents(segment) if segment.type == PT_NOTE else b"", 0
            while place + NOTE.size <= len(data):
                named, length, kind = NOTE.unpack_from(data, place)
                name = place + NOTE.size
                start = name + -(-named // 4) * 4
                yield kind, data[name:name + named].rstrip(b"\0"), data[start:start + length]
                place = start + -(-length // 4) * 4

    @property
    def build_id(self):
        """What the linker named the image with, in hex; "" if it did not."""
        return next((text.hex() for kind, name, text in self.notes()
                     if (kind, name) == (NT_GNU_BUILD_ID, b"GNU")), "")
