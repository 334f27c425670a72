# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Between gdb and the stub of a QEMU that repeats a recording: goes back, which QEMU does not.

Back is forward in another QEMU, which starts at the recording's first instruction and stops
behind a number of them (the monitor's replay_break). To the last stop before a place it goes in
spans from there, which grow: of a breakpoint that is hit all the time only the last hits count.
(QEMU 7.2 has packets for going back, which load a snapshot. Those miss breakpoints and wait for ever
where the machine has a virtio port, q35's chipset, or the APIC's page for KVM.)

- An exception or an interrupt counts as no instruction: two places have one number, and QEMU may
  stop at either. Single steps from before find the right one.
- A run that was ended from outside ends in a state that QEMU cannot leave: another one stops an
  instruction before that.
- A watchpoint is not named, and found after the access. As gdb expects, it is named here,
  and the access undone; on arm64 gdb does this.
- Ctrl-C on a way back ends at the place where that began. A run that goes on at its end stays there.
- While the guest sleeps, QEMU's main loop does, too, though a replay needs another turn of it and
  not the time: empty lines for its monitor wake it. While the guest runs, a turn stops it, on a busy host
  for milliseconds: the pause behind a turn is a multiple of what the turn took.

Everything else passes through. Protocol: GDB manual, "Remote Protocol", "Packets",
"Stop Reply Packets".
"""

import contextlib
import itertools
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
KILLS = (b"k", b"vKill;")
PATIENCE = 3  # seconds until the user is asked for it
PROMPT = b"(qemu) "
PAUSE = 10  # behind a turn of QEMU's main loop, in times of what that took
SPAN, GROWTH = 4096, 16  # instructions of the first span back, and how much longer the next ones are


class State(NamedTuple):
    """Where the replay stands."""
    count: int  # instructions since the start
    registers: bytes  # as hexadecimal digits


class Interrupted(Exception):
    """The user pressed Ctrl-C."""


class Monitor:
    """QEMU's, for turns of its main loop."""

    def __init__(self, path):
        self.link = socket.socket(socket.AF_UNIX)
        self.link.settimeout(PATIENCE)
        self.link.connect(path)
        with contextlib.suppress(TimeoutError):  # a busy host: the next turn reads it
            self.to_prompt()

    def to_prompt(self):
        text = b""
        while not text.endswith(PROMPT) and (piece := self.link.recv(65536)):
            text += piece

    def turn(self):
        """Returns how many seconds it took."""
        began = time.monotonic()
        with contextlib.suppress(OSError):  # QEMU has ended, or got no time in all of its patience
            self.link.send(b"\n")
            self.to_prompt()
        return time.monotonic() - began

    def close(self):
        self.link.close()


class Line:
    """One end of the protocol. No byte is lost on a socket: it repeats nothing."""

    def __init__(self, link):
        self.link, self.bytes, self.ended = link, b"", False

    def fileno(self):
        return self.link.fileno()

    def send(self, payload):
        self.link.sendall(payload if payload == INTERRUPT else
                          b"$%b#%02x" % (payload, sum(payload) & 0xff))

    def receive(self):
        """Reads what has arrived."""
        try:
            data = self.link.recv(65536)
        except ConnectionError:
            data = b""
        if not data:
            self.ended = True
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
        with contextlib.suppress(ConnectionError):  # the last one of a QEMU that has ended
            self.link.sendall(b"+")
        return found.group(1)


class Relay:
    """The packets of one session. another: gives the stub and the Monitor of a QEMU at the start of
    the recording, when those until then are not needed any more."""

    def __init__(self, gdb, arch, another):
        self.gdb, self.another = Line(gdb), another
        self.qemu = self.its_monitor = None
        self.connect()
        self.arch = arch
        self.pc_at = PC[arch] * REGISTER_DIGITS
        self.breakpoints = set()  # as the digits of the pc in the registers
        self.watchpoints = set()  # as in their packets
        self.features = {}  # the packets that agree upon them, by their names
        self.origin = None  # where gdb had the run go from
        self.interrupted, self.hears, self.goes = False, False, False  # by Ctrl-C; whether that counts; whether QEMU runs
        self.runs = False  # as far as gdb knows
        self.killed = False  # by gdb
        self.pause = 0  # seconds from one turn of QEMU's main loop to the next
        self.since = None  # when gdb had the run go, forward or back; None: it stands, or the user knows

    def connect(self):
        link, self.its_monitor = self.another()
        self.qemu = Line(link)

    def serve(self):
        """Until one side has closed."""
        try:
            while True:
                self.exchange()
        except ConnectionError:
            pass
        except EOFError:
            if self.qemu.ended and not self.killed:
                print("support/gdb: the QEMU that repeats the run has ended", file=sys.stderr)
        except OSError as e:
            print(f"support/gdb: the run cannot be repeated any further: {e}", file=sys.stderr)
        finally:
            self.gdb.link.close()
            self.qemu.link.close()

    def exchange(self):
        """Waits for packets, and passes them on."""
        for line in self.ready(self.runs):
            try:
                line.receive()
            except EOFError:
                if line is self.gdb or not self.runs:
                    raise
                self.stop(self.stay())
        while (packet := self.gdb.next()) is not None:
            self.from_gdb(packet)
        while (packet := self.qemu.next()) is not None:
            if packet.startswith(SHUT_DOWN):
                self.replace()
                packet = STOPPED
            elif packet[:1] == b"W":
                packet = self.stay()
            if packet[:1] in (b"T", b"S"):
                self.stop(packet)
            else:
                self.gdb.send(packet)

    def ready(self, runs):
        """Waits. Returns the ends where something has arrived. runs: whether QEMU does, and not to keep it waiting."""
        while not (lines := select.select([self.gdb, self.qemu], [], [], self.pause if runs else None)[0]):
            self.pause = PAUSE * self.its_monitor.turn()
            if self.since is not None and self.since + PATIENCE < time.monotonic():
                print("support/gdb: the run is being repeated, which takes a while; Ctrl-C stops it", file=sys.stderr)
                self.since = None
        return lines

    def stop(self, packet):
        """gdb hears that the run stands."""
        self.since, self.runs = None, False
        self.gdb.send(packet)

    def from_gdb(self, packet):
        self.killed |= packet.startswith(KILLS)
        if packet.startswith(RUNS):
            self.origin = self.state()
            self.since, self.runs = time.monotonic(), True
        if packet in (b"bs", b"bc"):
            self.stop(self.back(self.step_back if packet == b"bs" else self.continue_back))
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

    def back(self, way):
        """What gdb hears of a way back."""
        self.hears, self.interrupted = True, False
        try:
            return b"T05" + THREAD + way(self.origin)
        except Interrupted:
            self.hears, self.interrupted = False, False
            self.return_to_origin()
            return b"T02" + THREAD
        finally:
            self.hears = False

    def return_to_origin(self):
        self.begin_at(self.origin.count)
        self.go(self.origin)

    def stay(self):
        """The guest has ended, and its QEMU: gdb stands where it was, and hears that there is no more."""
        self.return_to_origin()
        return b"T05" + THREAD + b"replaylog:end;"

    def replace(self):
        """The end of a run that was ended from outside: to the instruction before it."""
        self.begin_at(max(self.state().count - 1, 0))

    def begin_at(self, count):
        """In another QEMU, at a number of instructions; with all that gdb has inserted, wherever Ctrl-C stops it."""
        self.qemu.link.close()
        self.its_monitor.close()
        self.connect()
        for packet in self.features.values():
            self.ask(packet)
        self.ask(b"Hg0")
        if count:
            self.go_on(count)
        for address in self.breakpoints:
            self.ask(b"Z1,%x,1" % int.from_bytes(bytes.fromhex(address.decode()), "little"))
        for point in self.watchpoints:
            self.ask(b"Z" + point)
        self.heed()

    def go_on(self, end):
        """Forward to the next stop, or to a number of instructions."""
        self.monitor(f"replay_break {end}")
        self.goes = True
        if not self.interrupted:
            self.ask(b"c")
        self.goes = False

    def heed(self):
        """Ctrl-C ends a way back here."""
        if self.interrupted:
            raise Interrupted

    def monitor(self, command):
        """What QEMU's monitor prints."""
        text, packet = "", self.ask(b"qRcmd," + command.encode().hex().encode())
        while packet != b"OK":  # each with a piece of the text, behind an O
            text += bytes.fromhex(packet[1:].decode()).decode()
            packet = self.answer()
        return text

    def answer(self):
        """QEMU's next packet. Meanwhile gdb sends nothing but Ctrl-C."""
        while (packet := self.qemu.next()) is None:
            for line in self.ready(True):
                line.receive()
            if self.gdb.next() == INTERRUPT and self.hears and not self.interrupted:
                self.interrupted = True
                if self.goes:
                    self.qemu.send(INTERRUPT)
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
        if (state := self.state()).count < max(count, 1):
            return state
        self.begin_at(max(count, 1) - 1)
        return self.state()

    def walk(self, end):
        """Forward by single steps, from a state to `end` or, should that not come, behind it.
        Yields of each step the states and the watchpoint that it hits."""
        state = self.state()
        while state != end and state.count <= end.count:
            self.heed()
            before, watch = state, self.step(state)
            state = self.state()
            yield before, state, watch

    def go(self, target):
        """To a state."""
        if self.state().count != target.count:
            self.begin_at(target.count)
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

    def step_back(self, origin):
        before = None
        self.rewind(origin.count)
        for before, *_ in self.walk(origin):
            pass
        if not before:
            return BEGIN
        self.go(before)
        return b""

    def last_stop(self, first, end):
        """The number of instructions at the last stop from `first` on and before `end`; or None."""
        self.begin_at(first)
        last = None
        while self.state().count < end:
            self.go_on(end)
            self.heed()
            if (state := self.state()).count >= end:
                break
            last = state.count
            if self.step(state):
                last = self.state().count
        return last

    def continue_back(self, origin):
        hit, first, span = self.last_hit(origin.count - 1, origin), origin.count, SPAN
        while not hit and first:
            end = min(first + 2, origin.count)  # an access just before `first` is found behind it
            first = max(first - span, 0)
            span *= GROWTH
            count = self.last_stop(first, end)
            hit = count is not None and self.last_hit(count, State(count, b""))
        if not hit:
            self.begin_at(0)
            return BEGIN
        self.go(hit[0])
        return hit[1]


@contextlib.contextmanager
def listening(line, arch, again):
    """Has a relay to the stub of a QEMU at `line`, a Unix socket, with its monitor beside that. Gives the
    path of the one for gdb, which connects once. again: starts another QEMU there; EOFError ends the session."""
    path = f"{line}-exact"
    starts = itertools.chain([lambda: None], itertools.repeat(again))  # the first one is there

    def another():
        next(starts)()
        link = socket.socket(socket.AF_UNIX)
        link.connect(line)
        return link, Monitor(f"{line}-monitor")

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(1)

        def serve():
            with contextlib.suppress(EOFError, OSError), listener.accept()[0] as link:
                Relay(link, arch, another).serve()

        threading.Thread(target=serve, daemon=True).start()
        yield path
