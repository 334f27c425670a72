# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""A client of QEMU's debug stub, as far as a profile needs it: stop, look, go on (GDB's
manual, "Remote Protocol")."""

import socket
import time


class StubError(OSError):
    """QEMU has ended, or says what it should not."""


class Stub:
    """At a Unix socket; waits until QEMU listens there, while alive() is true."""

    def __init__(self, path, alive):
        self.socket = socket.socket(socket.AF_UNIX)
        while True:
            try:
                self.socket.connect(path)
                break
            except (FileNotFoundError, ConnectionRefusedError) as e:
                if not alive():
                    raise StubError("QEMU has ended") from e
                time.sleep(0.01)
        self.socket.settimeout(30)
        self.stream = self.socket.makefile("rb")

    def byte(self):
        data = self.stream.read(1)
        if not data:
            raise StubError("QEMU has ended")
        return data

    def packet(self):
        """The next one that QEMU sends."""
        while self.byte() != b"$":
            pass
        data = b""
        while (byte := self.byte()) != b"#":
            data += byte
        self.stream.read(2)
        self.socket.sendall(b"+")
        if data[:1] in (b"W", b"X"):
            raise StubError("the guest has ended")
        return data.decode("latin-1")

    def send(self, text):
        self.socket.sendall(f"${text}#{sum(text.encode()) & 255:02x}".encode())

    def ask(self, text):
        """The answer; that the guest stopped, as it does for a new client, is none."""
        self.send(text)
        while (answer := self.packet()).startswith("T"):
            pass
        return answer

    def go(self):
        self.send("c")

    def stop(self):
        self.socket.sendall(b"\x03")
        while not self.packet().startswith("T"):
            pass

    def cpus(self):
        """Names of the CPUs for select()."""
        found, answer = [], self.ask("qfThreadInfo")
        while answer.startswith("m"):
            found += answer[1:].split(",")
            answer = self.ask("qsThreadInfo")
        return found

    def select(self, cpu):
        self.ask(f"Hg{cpu}")

    def is_halted(self, cpu):
        return b"halted" in bytes.fromhex(self.ask(f"qThreadExtraInfo,{cpu}"))

    def registers(self):
        return bytes.fromhex(self.ask("g").replace("x", "0"))

    def memory(self, address, size):
        """b"" if it cannot be read."""
        reply = self.ask(f"m{address:x},{size:x}")
        return b"" if reply.startswith("E") else bytes.fromhex(reply)
