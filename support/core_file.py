# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""What a core file says about itself, and which image it is of."""

import contextlib
import itertools
import os
import struct

import qemu_command
from archs import ARCHS
from elf import ET_CORE, PT_LOAD, Elf, ElfError

NT_FILE = 0x46494c45
NT_PRSTATUS = 1
PR_PID, PR_REG = 32, 112  # where the thread's number and the registers are in it


def is_core(path):
    """Whether it is an ELF core file. What it is else, opening it as an image says."""
    with contextlib.suppress(OSError, ElfError):
        return Elf(path).type == ET_CORE
    return False


def is_elf(path):
    """Whether it is an ELF file of any kind."""
    with contextlib.suppress(OSError, ElfError):
        return bool(Elf(path))
    return False


class Core:
    """A core file: `image` is the path of its image when it was written, `build_id`
    that of the image; each "" if the file does not say. `cut`: what to say about one that is not
    whole, or ""."""

    def __init__(self, path):
        core = Elf(path)
        end = max((s.offset + s.filesz for s in core.segments), default=0)
        self.cut = f"it is cut short, {len(core.data)} of {end} bytes" if len(core.data) < end else ""
        self.image = next(([*names(text), ""][0] for kind, _, text in core.notes() if kind == NT_FILE), "")
        self.build_id = next(filter(None, (build_id_at(path, s.offset) for s in core.segments
                                           if s.type == PT_LOAD and s.filesz)), "")

    def find_image(self, folders):
        """The image, at its own place or below one of some folders; None if there is
        none with its build-id."""
        if not self.build_id:
            return None  # and there may be images without one
        own = [self.image] if self.image else []
        for path in itertools.chain(own, *map(images_below, folders)):
            # one that is being built may not be complete, or go away
            with contextlib.suppress(qemu_command.UsageError, OSError):
                if qemu_command.image_build_id(path) == self.build_id:
                    return path
        return None


def images_below(folder):
    for where, folders, files in os.walk(folder):
        folders.sort()
        yield from (os.path.join(where, name) for name in sorted(files) if name.endswith(".elf"))


def registers(path, arch):
    """{thread: {name: value}}, the one that ran first; also of a file that is cut short behind its notes."""
    names_of, found = ARCHS[arch].gregs, {}
    for kind, _, text in Elf(path).notes():
        if kind == NT_PRSTATUS and len(text) >= PR_REG + 8 * len(names_of):
            thread, = struct.unpack_from("<i", text, PR_PID)
            found[thread] = dict(zip(names_of, struct.unpack_from(f"<{len(names_of)}Q", text, PR_REG)))
    if not found:
        raise ElfError("it has no registers")
    return found


def names(text):
    """The paths in NT_FILE: behind two words, and three for each of them."""
    count = int.from_bytes(text[:8], "little")
    return [os.fsdecode(name) for name in text[16 + 24 * count:].split(b"\0")[:count]]


def build_id_at(path, offset):
    """Of an image whose file begins there, with its distances kept; else ""."""
    with contextlib.suppress(ElfError):
        return Elf(path, offset).build_id
    return ""
