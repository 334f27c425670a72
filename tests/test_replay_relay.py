# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""The layer between gdb and QEMU's stub in a replay, against a model of QEMU: it stops
where QEMU may stop, at random. tests/test_replay.py has the real one."""

import random
import select
import socket
import sys
import threading

import pytest
from guest import until
from vitrine import ROOT

sys.path.insert(0, str(ROOT / "support"))
import replay_relay  # noqa: E402  pylint: disable=wrong-import-position

pytestmark = pytest.mark.one_cpu("no guest")

STOP = b"T05thread:p01.01;"
WATCH = b"2,4000,8"


class Qemu:
    """A run as a list of places: (instructions so far, pc). Two places of one number are an
    exception. `writes` has the places whose instruction writes to what WATCH watches."""

    def __init__(self, arch, seed):
        self.random, self.arch = random.Random(seed), arch
        self.places, count = [], 0
        for _ in range(30):
            self.places.append((count, 0x100 + self.random.randrange(8)))
            count += bool(self.random.randrange(4) or not count)
        self.writes = {i for i, (count, _) in enumerate(self.places[:-1])
                       if count < self.places[i + 1][0] and not self.random.randrange(6)}
        self.points, self.at, self.end = set(), 0, None
        self.hangs_at, self.runs, self.hangs = 0, 0, False  # the run which goes on until Ctrl-C
        self.ends, self.closes = False, False  # the next run is to the guest's end, without a word
        self.is_last = False  # no other one can be started

    def hits(self, place):
        """(breakpoint, watchpoint)"""
        return (b"1,%x,1" % self.places[place][1] in self.points,
                WATCH in self.points and place in self.writes)

    def land(self, count):
        self.at = self.random.choice([i for i, (n, _) in enumerate(self.places) if n == count])
        return STOP

    def restart(self):
        """Another one, which knows of no breakpoint."""
        self.points, self.at, self.end = set(), 0, None

    def run(self):
        """Up to the next hit, or to the number of instructions that replay_break named."""
        while self.places[self.at][0] != self.end:
            if self.hits(self.at)[0]:
                return STOP
            if (answer := self.step()) != STOP:
                return answer
        return self.land(self.end)

    def step(self):
        watch = self.hits(self.at)[1]
        self.at += not (watch and self.arch == "arm64")
        return STOP + b"watch:0000000000004000;" * watch

    def registers(self):
        before = replay_relay.PC[self.arch]
        return (bytes(8 * before) + self.places[self.at][1].to_bytes(8, "little") +
                bytes([self.at])).hex().encode()

    def answers(self, packet):
        if packet[:1] in b"Zz":
            (self.points.add if packet[:1] == b"Z" else self.points.discard)(packet[1:])
            return [b"OK"]
        if packet.startswith(b"qRcmd") and (words := bytes.fromhex(packet[6:].decode()).decode().split())[0] == "replay_break":
            self.end = int(words[1])
            return [b"OK"]
        if packet.startswith(b"qRcmd"):
            text = f"Replaying execution 'events': instruction count = {self.places[self.at][0]}\r\n"
            return [*(b"O" + piece.encode().hex().encode() for piece in (text[:30], text[30:])), b"OK"]
        if packet == replay_relay.INTERRUPT:
            if not self.hangs:
                return []
            self.hangs, self.at = False, self.random.randrange(len(self.places))
            return [b"T02thread:p01.01;"]
        self.runs += packet == b"c"
        if packet == b"c" and self.runs == self.hangs_at:
            self.hangs = True
            return []
        if packet == b"c" and self.ends:
            self.ends = False
            if self.closes:
                raise EOFError
            return [b"W00"]
        return [{b"c": self.run, b"s": self.step, b"g": self.registers, b"Hg0": lambda: b"OK"}[packet]()]

    def serve(self, link):
        line = replay_relay.Line(link)
        try:
            while True:
                line.receive()
                while (packet := line.next()) is not None:
                    for answer in self.answers(packet):
                        line.send(answer)
        except (EOFError, OSError):
            link.close()

    def before(self, place, back):
        """What gdb is to hear of a way back from a place, and where that ends."""
        for i in reversed(range(place)):
            hit, watch = self.hits(i)
            if back == b"bs":
                return STOP, i
            if watch:
                return STOP + b"watch:0000000000004000;", i + (self.arch == "arm64")
            if hit:
                return STOP, i
        return STOP + b"replaylog:begin;", 0


class Monitor:
    """Of a model that does not sleep."""

    def turn(self):
        return 0

    def close(self):
        pass


@pytest.fixture(name="session", params=["x86_64", "arm64"])
def make_session(request, monkeypatch):
    """A function that starts a session and returns (gdb's end, QEMU). Spans are short, as the runs are."""
    ends = []
    monkeypatch.setattr(replay_relay, "SPAN", 3)
    monkeypatch.setattr(replay_relay, "GROWTH", 2)

    def start(seed):
        qemu = Qemu(request.param, seed)
        gdb, its_gdb = socket.socketpair()

        def another():
            if qemu.is_last:
                raise EOFError
            its_qemu, link = socket.socketpair()
            qemu.restart()
            threading.Thread(target=qemu.serve, args=(link,), daemon=True).start()
            return its_qemu, Monitor()
        threading.Thread(target=replay_relay.Relay(its_gdb, request.param, another).serve, daemon=True).start()
        gdb.settimeout(60)
        ends.append(gdb)
        return replay_relay.Line(gdb), qemu
    yield start
    for end in ends:
        end.close()


def ask(gdb, packet):
    gdb.send(packet)
    while (answer := gdb.next()) is None:
        gdb.receive()
    return answer


@pytest.mark.any_arch
def test_back(session):
    """From every place of many runs, by one instruction and to the last hit."""
    for seed in range(20):
        gdb, qemu = session(seed)
        for point in (b"1,%x,1" % (0x100 + seed % 8), WATCH) if seed % 5 else ():
            assert ask(gdb, b"Z" + point) == b"OK"
        for place in range(len(qemu.places)):
            for back in (b"bs", b"bc"):
                qemu.at = place
                assert (ask(gdb, back), qemu.at) == qemu.before(place, back), (seed, place, back)


@pytest.mark.any_arch
def test_bytes_one_by_one(session):
    """Packets may arrive in any pieces; gdb's acknowledgements are in between."""
    gdb, qemu = session(1)
    for byte in b"+$Z1,105,1#" + b"%02x" % (sum(b"Z1,105,1") & 255):
        gdb.link.sendall(bytes([byte]))
    while (answer := gdb.next()) is None:
        gdb.receive()
    assert answer == b"OK" and qemu.points == {b"1,105,1"}


def heard(gdb):
    while (packet := gdb.next()) is None:
        gdb.receive()
    return packet


@pytest.mark.any_arch
def test_interrupt(session, monkeypatch, capsys):
    """Ctrl-C while QEMU runs, the first time or later, ends a way back where it began, with all breakpoints. The user reads
    that one can."""
    monkeypatch.setattr(replay_relay, "PATIENCE", 0)
    waited = 0
    for seed in range(5):
        for nth in range(1, 6):
            gdb, qemu = session(seed)
            points = {b"1,4ff,1", b"2,5000,8"}  # none is hit: the way is long
            for point in points:
                assert ask(gdb, b"Z" + point) == b"OK"
            qemu.at = place = len(qemu.places) - 1
            qemu.hangs_at = nth
            answers = []

            def hangs_or_ends(gdb=gdb, qemu=qemu, answers=answers):
                if select.select([gdb.link], [], [], 0)[0]:
                    gdb.receive()
                answers.append(gdb.next())
                return qemu.hangs or answers[-1]
            gdb.send(b"bc")
            until(hangs_or_ends)
            if not answers[-1]:
                waited += 1
                gdb.send(replay_relay.INTERRUPT)
                assert (heard(gdb), qemu.at) == (b"T02thread:p01.01;", place) and qemu.points == points, (seed, nth)
            assert ask(gdb, b"D;1") == b"OK"  # QEMU is not asked
    assert waited > 10 and "Ctrl-C stops it" in capsys.readouterr().err


@pytest.mark.any_arch
def test_late_greeting(tmp_path, monkeypatch):
    """Of a QEMU's monitor, on a busy host."""
    monkeypatch.setattr(replay_relay, "PATIENCE", 0.01)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "monitor"))
        listener.listen(1)
        monitor = replay_relay.Monitor(str(tmp_path / "monitor"))
        link = listener.accept()[0]
        link.sendall(b"QEMU monitor\r\n(qemu) ")
        with link:
            monitor.turn()
            assert link.recv(2) == b"\n"
        monitor.close()


@pytest.mark.any_arch
def test_end(session):
    """QEMU ends with the guest: gdb stays where it was."""
    for closes in (False, True):
        gdb, qemu = session(1)
        qemu.at = place = len(qemu.places) // 2
        qemu.ends, qemu.closes = True, closes
        assert (ask(gdb, b"c"), qemu.at) == (STOP + b"replaylog:end;", place)


@pytest.mark.any_arch
def test_gone(session):
    """A way back needs a QEMU: if that ends, or does not start, so does the session."""
    for ends in (False, True):
        gdb, qemu = session(1)
        qemu.at = len(qemu.places) - 1
        qemu.ends = qemu.closes = ends
        qemu.is_last = not ends
        gdb.send(b"bc")
        with pytest.raises(EOFError):
            while True:
                gdb.receive()
