# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Between gdb and the stub of a QEMU that repeats a recording: makes going back exact.

QEMU's reverse-step (`bs`) and reverse-continue (`bc`) go to a number of instructions,
and stop there beside the running CPU. This leaves gaps, which single steps close:

- `bc` may miss a breakpoint at the instruction before the current one.
- An exception or an interrupt counts as no instruction: two places have one number.
  QEMU may stop at either, and never goes from the second to the first.
- A run that was ended from outside ends in a state from which QEMU goes nowhere. Another
  QEMU, which takes its place, stops an instruction before that.
- A watchpoint is not named, and found after the access. As gdb expects, it is named here,
  and the access undone; on arm64 gdb does this.

Everything else passes through. Protocol: GDB manual, "Remote Protocol", "Packets",
"Stop Reply Packets".
"""

import contextlib
import re
import select
import socket
import sys
import threading
import time
from typing import NamedTuple

INTERRUPT = b"\3"
PACKET = re.compile(rb"\$([^#]*)#..", re.S)
COUNT = re.compile(r"instruction count = (\d+)")
WATCH = re.compile(rb"[ra]?watch:[^;]*;")
PC = {"x86_64": 16, "arm64": 32}  # its number among gdb's registers; it and those before have 8 bytes
REGISTER_DIGITS = 16
THREAD = b"thread:p01.01;"  # the CPU, as QEMU names it
BEGIN = b"replaylog:begin;"
SHUT_DOWN = b"T03"  # SIGQUIT, with -no-shutdown
STOPPED = b"T03" + THREAD
RUNS = (b"c", b"s", b"bc", b"bs", b"vCont;")
PATIENCE = 3  # seconds until the user is asked for it


class State(NamedTuple):
    """Where the replay stands."""
    count: int  # instructions since the start
    registers: bytes  # as hexadecimal digits


class Interrupted(Exception):
    """The user pressed Ctrl-C."""


class Line:
    """One end of the protocol. No byte is lost on a socket: it repeats nothing."""

    def __init__(self, link):
        self.link, self.bytes = link, b""

    def fileno(self):
        return self.link.fileno()

    def send(self, payload):
        self.link.sendall(payload if payload == INTERRUPT else
                          b"$%b#%02x" % (payload, sum(payload) & 0xff))

    def receive(self):
        """Reads what has arrived."""
        data = self.link.recv(65536)
        if not data:
            raise EOFError
        self.bytes += data

    def next(self):
        """The next packet, INTERRUPT, or None if it is not complete."""
        self.bytes = self.bytes.lstrip(b"+-")
        if self.bytes.startswith(INTERRUPT):
            self.bytes = self.bytes[1:]
            return INTERRUPT
        found = PACKET.match(self.bytes)
        if not found:
            return None
        self.bytes = self.bytes[found.end():]
        self.link.sendall(b"+")
        return found.group(1)


class Relay:
    """The packets of one session. another: gives the stub of a QEMU at the start of the
    same recording, when the one until then is not needed any more."""

    def __init__(self, gdb, qemu, arch, another=None):
        self.gdb, self.qemu = Line(gdb), Line(qemu)
        self.arch = arch
        self.pc_at = PC[arch] * REGISTER_DIGITS
        self.breakpoints = set()  # as the digits of the pc in the registers
        self.watchpoints = set()  # as in their packets
        self.features = {}  # the packets that agree upon them, by their names
        self.another = another
        self.since = None  # when gdb had the run go, forward or back; None: it stands, or the user knows

    def serve(self):
        """Until one side has closed."""
        with contextlib.suppress(EOFError, OSError):
            while True:
                self.receive()
                while (packet := self.gdb.next()) is not None:
                    self.from_gdb(packet)
                while (packet := self.qemu.next()) is not None:
                    if packet.startswith(SHUT_DOWN):
                        self.replace()
                        packet = STOPPED
                    if packet[:1] in (b"T", b"S", b"W"):
                        self.since = None
                    self.gdb.send(packet)
        for line in (self.gdb, self.qemu):
            line.link.close()

    def receive(self):
        """Reads what has arrived, of both."""
        left = None if self.since is None else max(self.since + PATIENCE - time.monotonic(), 0)
        ready = select.select([self.gdb, self.qemu], [], [], left)[0]
        if not ready:
            print("support/gdb: the run is being repeated, which takes a while; Ctrl-C stops it", file=sys.stderr)
            self.since = None
        for line in ready:
            line.receive()

    def from_gdb(self, packet):
        if packet.startswith(RUNS):
            self.since = time.monotonic()
        if packet in (b"bs", b"bc"):
            try:
                back = self.step_back if packet == b"bs" else self.continue_back
                self.gdb.send(b"T05" + THREAD + back())
            except Interrupted:
                self.gdb.send(b"T02" + THREAD)
            self.since = None
            return
        if packet[:1] == b"D":  # QEMU would go on to the guest's end, and perhaps not come to answer
            self.gdb.send(b"OK")
            return
        if packet[:2] in (b"Z0", b"Z1", b"z0", b"z1"):
            address = int(packet.split(b",")[1], 16).to_bytes(8, "little").hex().encode()
            (self.breakpoints.add if packet[:1] == b"Z" else self.breakpoints.discard)(address)
        elif packet[:1] in b"Zz":
            (self.watchpoints.add if packet[:1] == b"Z" else self.watchpoints.discard)(packet[1:])
        elif packet.startswith((b"qSupported", b"qXfer:features")):
            self.features[packet[:14]] = packet
        self.qemu.send(packet)

    def replace(self):
        """The end of a run that was ended from outside: to the instruction before it, in
        another QEMU."""
        last = self.state().count
        self.qemu.link.close()
        self.qemu = Line(self.another())
        for packet in self.features.values():
            self.ask(packet)
        self.ask(b"Hg0")
        self.monitor(f"replay_break {last - 1}")
        self.ask(b"c")
        for address in self.breakpoints:
            self.ask(b"Z1,%x,1" % int.from_bytes(bytes.fromhex(address.decode()), "little"))
        for point in self.watchpoints:
            self.ask(b"Z" + point)

    def monitor(self, command):
        """What QEMU's monitor prints."""
        text, packet = "", self.ask(b"qRcmd," + command.encode().hex().encode())
        while packet != b"OK":  # each with a piece of the text, behind an O
            text += bytes.fromhex(packet[1:].decode()).decode()
            packet = self.answer()
        return text

    def answer(self):
        """QEMU's next packet. Meanwhile gdb sends nothing but Ctrl-C."""
        interrupted = False
        while (packet := self.qemu.next()) is None:
            self.receive()
            if self.gdb.next() == INTERRUPT:
                interrupted = True
                self.qemu.send(INTERRUPT)
        if interrupted:
            raise Interrupted
        return packet

    def ask(self, packet):
        self.qemu.send(packet)
        return self.answer()

    def state(self):
        return State(int(COUNT.search(self.monitor("info replay")).group(1)), self.ask(b"g"))

    def step(self, state):
        """Forward from a state. The watchpoint that the instruction hits, as gdb hears of
        it, or b""."""
        found = WATCH.search(self.ask(b"s"))
        if found and self.state() == state:  # arm64: before the access
            for point in self.watchpoints:
                self.ask(b"z" + point)
            self.ask(b"s")
            for point in self.watchpoints:
                self.ask(b"Z" + point)
        return found.group() if found else b""

    def rewind(self, count):
        """To before that number of instructions, or to the start. Returns the state."""
        while (state := self.state()).count >= max(count, 1):
            self.ask(b"bs")
        return state

    def walk(self, end):
        """Forward by single steps, from a state to `end` or, should that not come, behind it.
        Yields of each step the states and the watchpoint that it hits."""
        state = self.state()
        while state != end and state.count <= end.count:
            before, watch = state, self.step(state)
            state = self.state()
            yield before, state, watch

    def go(self, target):
        """Back to a state."""
        while self.state().count > target.count:
            self.ask(b"bs")
        if self.state() != target:
            self.rewind(target.count)
            for _ in self.walk(target):
                pass

    def last_hit(self, first, end):
        """Of the breakpoints and watchpoints from the instruction number `first` to a
        state: the last one's state, and what gdb hears of it; or None."""
        hit = None
        self.rewind(first)
        for before, after, watch in self.walk(end):
            if watch:
                hit = after if self.arch == "arm64" else before, watch
            elif before.registers[self.pc_at:][:REGISTER_DIGITS] in self.breakpoints:
                hit = before, b""
        return hit

    def step_back(self):
        origin, before = self.state(), None
        self.rewind(origin.count)
        for before, *_ in self.walk(origin):
            pass
        if not before:
            return BEGIN
        self.go(before)
        return b""

    def continue_back(self):
        origin = self.state()
        # What QEMU may miss.
        hit = self.last_hit(origin.count - 1, origin)
        if not hit and origin.count:
            self.ask(b"bc")
            count = self.state().count
            hit = self.last_hit(count, State(count, b""))
        if not hit:
            self.rewind(0)
            return BEGIN
        self.go(hit[0])
        return hit[1]


@contextlib.contextmanager
def listening(line, arch, again):
    """Has a relay to the stub of a QEMU at `line`, a Unix socket. Gives the path of
    the one for gdb, which connects once. again: starts another QEMU there."""
    path = f"{line}-exact"

    def connection():
        link = socket.socket(socket.AF_UNIX)
        link.connect(line)
        return link

    def another():
        again()
        return connection()

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(1)

        def serve():
            with contextlib.suppress(OSError):
                Relay(listener.accept()[0], connection(), arch, another).serve()

        threading.Thread(target=serve, daemon=True).start()
        yield path
