# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Core files that a guest writes, for support/run --core.

QEMU writes the bytes of the guest's console to a file without a name, and not to
a pipe: what a pipe has not taken is lost when the guest ends. A thread here reads
behind it, so that the core file of a guest that goes on is there at once. A file has its own name when it is complete, and that with .part until
then. What is complete, its own ELF headers say. On a slow line the guest packs
the bytes: lib/ukdump/pack.h.
"""

import contextlib
import os
import struct
import tempfile
import threading

from elf import HEADER, SEGMENT, Segment

MAGIC = b"VDUMP1\r\n"  # of a packed one
CHUNK = 1 << 20
POLL_SECONDS = 0.05
MODE = 0o600  # all that the guest knows is in it


class Ended(Exception):
    """The guest has ended in the middle of a file."""


class Bytes:
    """Of a file that another process writes, as many as are wanted."""

    def __init__(self, file):
        self.file, self.buffer = file, b""
        self.ended = threading.Event()  # there will be no more

    def some(self, most):
        """At least one byte; none at the end."""
        while not self.buffer:
            last = self.ended.is_set()
            self.buffer = os.read(self.file.fileno(), CHUNK)
            if last:
                break
            if not self.buffer:
                self.ended.wait(POLL_SECONDS)
        out, self.buffer = self.buffer[:most], self.buffer[most:]
        return out

    def take(self, count):
        out = b""
        while len(out) < count:
            more = self.some(count - len(out))
            if not more:
                raise Ended
            out += more
        return out


class Unpacked(Bytes):
    """Of a packed file."""

    def __init__(self, packed):
        super().__init__(None)
        self.packed = packed

    def some(self, most):
        if not self.buffer:
            code, = self.packed.take(1)
            if code < 0x80:
                self.buffer = self.packed.take(code + 1)
            elif code < 0xff:
                self.buffer = self.packed.take(1) * (code - 0x7c)
            else:
                count, = struct.unpack("<H", self.packed.take(2))
                self.buffer = self.packed.take(1) * count
        return super().some(most)


def size_of(headers):
    """Bytes of the file that these ELF headers begin."""
    segments = map(Segment._make, SEGMENT.iter_unpack(headers[HEADER.size:]))
    return max([len(headers)] + [s.offset + s.filesz for s in segments])


class Receiver:
    """Takes core files from a guest, into a file of a name; the second one and
    so on has its number behind that if they are numbered, else it takes the place of
    the first. A context manager: at its end the guest has ended."""

    def __init__(self, path, numbered=True):
        self.path, self.numbered = os.path.abspath(path), numbered
        self.count, self.size = 0, 0  # files; bytes of the last one, once that is known
        self.messages, self.bad = [], False
        self.spool = tempfile.TemporaryFile(dir=os.path.dirname(self.path), buffering=0)
        self.source = Bytes(self.spool)
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.end()
        self.spool.close()

    def end(self):
        """The guest has ended: what there is to say about it, once."""
        self.source.ended.set()
        self.thread.join()
        self.spool.truncate(0)  # its place on the disk is of use
        messages, self.messages = self.messages, []
        return messages

    def _bad(self, text):
        self.bad = True
        self.messages.append(text)

    def _serve(self):
        try:
            while self._receive(self.source):
                pass
        except OSError as e:
            self._bad(f"no core file: cannot write {e.filename or self.path}: {e.strerror}")

    def _receive(self, source):
        """One core file; false if there is no more."""
        first = source.some(1)
        if not first:
            return False
        self.count += 1
        path = self.path if self.count == 1 or not self.numbered else f"{self.path}.{self.count}"
        part = path + ".part"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(part)
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE), "wb") as f:
            size = None
            try:
                size = self._copy(first, source, f)
            except Ended:
                f.flush()
                there = os.path.getsize(part)
                whole = f" of {self.size}" if self.size else ""
                self._bad(f"{part} is incomplete: {there}{whole} bytes arrived before the guest ended; "
                          "if it crashed in that, the last lines of its log say why")
            except ValueError as e:
                self._bad(f"{part} is no core file: {e}")
        if size is None:
            return False
        os.replace(part, path)
        self.messages.append(f"core file {path}, {-(-size // 1024)} KiB: support/gdb {path}")
        return True

    def _copy(self, first, source, file):
        self.size = 0
        head = first + source.take(len(MAGIC) - 1)
        if head == MAGIC:
            source, head = Unpacked(source), b""
        head += source.take(HEADER.size - len(head))
        file.write(head)
        if head[:6] != b"\x7fELF\2\1":
            raise ValueError("it does not begin with an ELF header; does the program write to the "
                             "same console?")
        headers = head + source.take(HEADER.unpack(head)[10] * SEGMENT.size)
        file.write(headers[len(head):])
        self.size = left = size_of(headers)
        left -= len(headers)
        while left:
            data = source.some(min(left, CHUNK))
            if not data:
                raise Ended
            file.write(data)
            left -= len(data)
        return self.size
