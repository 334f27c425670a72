# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""What a core file says about itself, and which image it is of."""

import os
import struct
from pathlib import Path

import qemu_command

ET_CORE, PT_LOAD, PT_NOTE = 4, 1, 4
NT_FILE, NT_GNU_BUILD_ID = 0x46494c45, 3
EHDR, PHDR = struct.Struct("<16sHHIQQQIHHHHHH"), struct.Struct("<IIQQQQQQ")


def is_core(path):
    """Whether it is an ELF core file."""
    try:
        with open(path, "rb") as f:
            head = f.read(18)
    except OSError:
        return False  # opening it as an image says why
    return head[:6] == b"\x7fELF\2\1" and head[16:] == struct.pack("<H", ET_CORE)


class Core:
    """A core file: `image` is the path of its image when it was written, `build_id`
    that of the image; each "" if the file does not say."""

    def __init__(self, path):
        self.path, self.image, self.build_id = path, "", ""
        with open(path, "rb") as self._file:
            for kind, _, at, _, _, size, _, _ in self._headers(0):
                if kind == PT_NOTE:
                    self.image = self.image or self._image(at, size)
                elif kind == PT_LOAD and not self.build_id:
                    self.build_id = self._build_id(at, size)

    def _read(self, at, size):
        self._file.seek(at)
        return self._file.read(size)

    def _headers(self, at):
        """Program headers of the ELF file that begins there; none if none does."""
        head = self._read(at, EHDR.size)
        if len(head) < EHDR.size or head[:4] != b"\x7fELF":
            return []
        _, _, _, _, _, phoff, _, _, _, _, count, *_ = EHDR.unpack(head)
        table = self._read(at + phoff, count * PHDR.size)
        return list(PHDR.iter_unpack(table[:len(table) // PHDR.size * PHDR.size]))

    def _notes(self, at, size):
        data = self._read(at, size)
        place = 0
        while place + 12 <= len(data):
            name, length, kind = struct.unpack_from("<III", data, place)
            place += 12 + -(-name // 4) * 4
            yield kind, data[place:place + length]
            place += -(-length // 4) * 4

    def _image(self, at, size):
        for kind, text in self._notes(at, size):
            if kind == NT_FILE:
                count, = struct.unpack_from("<Q", text)
                return os.fsdecode(text[16 + 24 * count:].split(b"\0")[0])
        return ""

    def _build_id(self, at, size):
        """Of an image whose file begins there, with its distances kept."""
        for kind, _, offset, _, _, length, _, _ in self._headers(at) if size else ():
            if kind == PT_NOTE:
                for note, text in self._notes(at + offset, length):
                    if note == NT_GNU_BUILD_ID:
                        return text.hex()
        return ""

    def find_image(self, folders):
        """The image, at its own place or below one of some folders; None if there is
        none with its build-id."""
        found = (path for folder in folders for path in sorted(Path(folder).rglob("*.elf")))
        for path in [*([Path(self.image)] if self.image else []), *found]:
            if path.is_file() and qemu_command.image_build_id(path) == self.build_id:
                return str(path)
        return None
