# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""The stub in the guest under a client that is no debugger: one that comes and
goes, and one whose packets are damaged. After each of them the stub answers
as before, and the program goes on."""

import contextlib
import os
import random
import re
import select
import socket
import struct
import subprocess
import time

import pytest

from gdb_guest import PLACE_LIST, StubGuest
from guest import LIFE, until
from vitrine import ORDERED, RUN_SECONDS, build

# make nightly says 1000
CYCLES = int(os.environ.get("VITRINE_GDB_CYCLES", "20"))
AGAIN = 40  # visits in which a loop of a few instructions makes a round
MUTATED = max(2000, 10 * CYCLES)
BATCH = 50
SEED = 20261121
CTRL_C = b"\x03"


@pytest.fixture(params=PLACE_LIST, ids="-".join)
def place(request):
    return request.param


def frame(payload):
    return b"$" + payload + b"#%02x" % (sum(payload) & 0xff)


def expanded(payload):
    """Run lengths written out (GDB manual, appendix E.1)."""
    return re.sub(rb"(.)\*(.)", lambda m: m[1] * (m[2][0] - 28), payload, flags=re.S)


class Client:
    """A few lines of the remote protocol, with acknowledgements."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))
        self.buffer = b""

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def more(self, seconds):
        """1 if something came."""
        if not select.select([self.socket], [], [], seconds)[0]:
            return 0
        data = self.socket.recv(65536)
        assert data, "the line was closed"
        self.buffer += data
        return 1

    def packet(self, seconds=RUN_SECONDS):
        """The next packet, acknowledged; None if there is none."""
        end = time.monotonic() + seconds
        while True:
            start = self.buffer.find(b"$")
            stop = self.buffer.find(b"#", start)
            if 0 <= start < stop and len(self.buffer) >= stop + 3:
                payload = self.buffer[start + 1:stop]
                good = int(self.buffer[stop + 1:stop + 3], 16) == sum(payload) & 0xff
                self.buffer = self.buffer[stop + 3:]
                assert good, payload
                self.send(b"+")
                return expanded(payload)
            if not self.more(max(0, end - time.monotonic())):
                return None

    def ask(self, payload, seconds=RUN_SECONDS):
        """Sends a packet, again where it is not acknowledged; its answer."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.send(frame(payload))
            answer = self.packet(2)
            if answer is not None:
                return answer
        raise AssertionError(f"no answer to {payload}")

    def quiet(self, seconds=0.03):
        """Takes, and acknowledges, what is answered to damaged packets."""
        while self.packet(seconds) is not None:
            pass
        self.buffer = b""

    def ask_until(self, payload, pattern):
        """Asks until the answer fits: late answers to others may come first."""
        for _ in range(100):
            answer = self.ask(payload)
            if re.fullmatch(pattern, answer, re.S):
                return
            self.quiet()
        raise AssertionError(f"no answer to {payload} but {answer}")


def symbols_of(image):
    return {f[2]: int(f[0], 16) for f in
            (line.split() for line in image.tool("nm", image.path).splitlines())
            if len(f) == 3}


def leave(client, image):
    """Lets the program end with a status of 7."""
    assert client.ask(b"M%x,4:07000000" % symbols_of(image)["verdict"]) == b"OK"
    with contextlib.suppress(BrokenPipeError):  # of the acknowledgement: QEMU may be gone
        assert client.ask(b"D") == b"OK"
    client.close()


def visit(path, address, size=4):
    """One debugger: it attaches, looks around and leaves; the registers and what it saw at an address."""
    client = Client(path)
    assert b"PacketSize=" in client.ask(b"qSupported:swbreak+;hwbreak+")
    client.ask_until(b"?", b"T.*")  # a slow answer to the first may come twice
    registers = client.ask(b"g")
    assert len(registers) > 200
    seen = client.ask(b"m%x,%x" % (address, size))
    assert client.ask(b"D") == b"OK"
    client.close()
    return registers, seen


@pytest.mark.any_arch
def test_come_and_go(place):
    """Many debuggers, one after the other. A new one that is there at once finds the
    program one instruction further than the one before, at least."""
    image = build("debuggee", place[0])
    address = symbols_of(image)["counter"]
    with StubGuest(image, "spin", place=place[1], wait=False) as g:
        g.wait_for("scene spin")
        first, rounds = visit(g.at, address), 0
        until(lambda: visit(g.at, address)[1] != first[1])  # it has printed that, and is in its loop
        last = visit(g.at, address)
        for _ in range(CYCLES):
            for _ in range(AGAIN):
                before, last = last, visit(g.at, address)
                assert last != before, "the program does not go on"
                if last[1] != before[1]:
                    rounds += 1
                    break
        assert rounds == CYCLES
        client = Client(g.at)
        client.ask_until(b"?", b"T05.*")
        leave(client, image)
        assert g.end().status == 7


@pytest.mark.any_arch
@pytest.mark.one_cpu("has several")
def test_come_and_go_on_each_cpu(arch):
    """The same for each of several CPUs, which are in loops with interrupts off."""
    image, cpus = build("smp", arch), 3
    symbols = symbols_of(image)
    with StubGuest(image, "rounds", wait=False, options=["--smp", cpus]) as g:
        def rounds():
            return struct.unpack(f"<{cpus}Q", bytes.fromhex(visit(g.at, symbols["smp_rounds"], 8 * cpus)[1].decode()))

        g.wait_for("they go round")
        end = time.monotonic() + RUN_SECONDS
        while not all(rounds()):
            assert time.monotonic() < end
        for _ in range(CYCLES // 4):
            before, stands = rounds(), set(range(cpus))
            for _ in range(AGAIN):
                after = rounds()
                stands -= {cpu for cpu in stands if after[cpu] != before[cpu]}
                if not stands:
                    break
            assert not stands, stands
        client = Client(g.at)
        client.ask_until(b"?", b"T05.*")
        assert client.ask(b"M%x,4:e8030000" % symbols["smp_goal"]) == b"OK"
        assert client.ask(b"D") == b"OK"
        client.close()
        assert g.end().status == 0


# At QEMU's stub: a timer's interrupt is about to be acknowledged, by the load of GICC_IAR. A step of that stub takes no
# interrupt, but lets QEMU read what the debugger has sent: the first instruction is stepped until the debugger's line
# asks, the last of virt's virtio slots (GICD_ISPENDR; Arm IHI 0048, 4.3.7).
BEFORE_THE_ACK = r"""
set confirm off
target remote {place}
hbreak *gicv2_ack
continue
printf "interrupted at %lu\n", $ELR_EL1
python
import pathlib, time
pathlib.Path("{place}.there").touch()
def pends():
    return int(gdb.execute("monitor xp /xw 0x08000208", to_string=True).split()[-1], 16) & 1 << 15
end = time.monotonic() + {seconds}
while time.monotonic() < end and not pends():
    gdb.execute("set $pc = gicv2_ack")
    gdb.execute("stepi", to_string=True)
while gdb.selected_frame().pc() <= {load:#x}:
    gdb.execute("stepi", to_string=True)
end
printf "has line %d\n", ${register} & 0x3ff
delete
detach
"""


@pytest.mark.only_arch("arm64")
def test_line_that_is_acknowledged_as_another_one(tmp_path):
    """A Ctrl-C that a GICv2 hands over for a timer's interrupt stops the program, not the handler of its line."""
    image, place, script = build("workers", "arm64"), tmp_path / "stub", tmp_path / "script"
    code = image.tool("objdump", "-d", "--disassemble=gicv2_ack", image.path)
    load = re.search(r"([0-9a-f]+):.*\bldr\s+(w\d+), \[x\d+, #12\]", code)
    script.write_text(BEFORE_THE_ACK.format(place=place, load=int(load[1], 16), register=load[2].replace("w", "x"),
                                            seconds=RUN_SECONDS / 4))
    with StubGuest(image, "timer", options=["--qemu", f"-gdb unix:{place},server=on,wait=off", *ORDERED]) as g:
        client = Client(g.at)
        client.ask_until(b"?", b"T05.*")
        client.send(frame(b"c"))
        symbols = symbols_of(image)
        g.wait_for("scene timer")
        with subprocess.Popen([image.target.gdb, "-nx", "-batch", "-x", script, image.path], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as debugger:
            until((tmp_path / "stub.there").exists)
            client.send(CTRL_C)
            said, _ = debugger.communicate(timeout=RUN_SECONDS)
        assert b"has line 79\n" in said, said
        interrupted = int(re.search(rb"^interrupted at (\d+)$", said, re.M)[1])
        assert client.packet().startswith(b"T02")
        pc = int.from_bytes(bytes.fromhex(client.ask(b"p20").decode()), "little")
        assert pc == interrupted, (hex(pc), hex(interrupted))
        assert client.ask(b"M%x,4:01000000" % symbols["released"]) == b"OK"
        assert client.ask(b"D") == b"OK"
        client.close()
        assert g.end().status == 0


def real_packets(symbols):
    """What debuggers send, with addresses of this image."""
    add, big = symbols["debuggee_add"], symbols["big"]
    return [b"g", b"?", b"qC", b"Hg0", b"Hc-1", b"T1", b"qfThreadInfo", b"qsThreadInfo",
            b"qSupported:multiprocess+;swbreak+;vContSupported+;QThreadEvents+",
            b"qXfer:features:read:target.xml:0,ffb", b"qXfer:threads:read::0,1000",
            b"qXfer:memory-map:read::0,1000", b"qThreadExtraInfo,1", b"vCont?",
            b"vMustReplyEmpty", b"qAttached", b"qOffsets", b"qTStatus", b"qSymbol::",
            b"m%x,40" % add, b"x%x,40" % add, b"p0", b"p10", b"M%x,4:01020304" % big,
            b"X%x,4:abcd" % big, b"Z0,%x,1" % add, b"z0,%x,1" % add,
            b"Z0,%x,1;X3,220027" % add, b"Z2,%x,8" % big, b"z2,%x,8" % big,
            b"Z1,%x,1" % add, b"z1,%x,1" % add, b"qCRC:%x,100" % big,
            b"qSearch:memory:%x;100;ab" % big, b"QPassSignals:e;10;14", b"qHostInfo",
            b"qProcessInfo", b"qRegisterInfo3", b"qMemoryRegionInfo:%x" % big,
            b"jThreadsInfo", b"qThreadStopInfo1", b"QThreadSuffixSupported",
            b"Hgp1.1", b"Tp1.1", b"qThreadExtraInfo,p1.1", b"qGetTLSAddr:p1.1,10,0",
            b"vFile:setfs:0", b"vFile:open:2f70726f632f312f6d617073,0,1c0",
            b"vFile:pread:3,1000,0", b"vFile:close:3", b"qXfer:auxv:read::0,1000",
            b"qRcmd,68656c70", b"s", b"vCont;s:1"]


# What would end the program or the session, which is a debugger's right.
def is_deadly(payload):
    payload = re.sub(rb"\}(.)", lambda m: bytes([m[1][0] ^ 0x20]), payload, flags=re.S)
    return payload[:1] in (b"k", b"D", b"R", b"r", b"c", b"C", b"G", b"P", b"M", b"X", b"S", b"s") \
        or payload[:4] in (b"vKil", b"vRun", b"vCon") \
        or payload.startswith((b"qRcmd", b"QStartNoAck", b"jT"))


def mutate(rng, payload):
    data = bytearray(payload)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data) + 1)
        kind = rng.randrange(5)
        if kind == 0:
            data[at:at + 1] = bytes([rng.randrange(256)])
        elif kind == 1:
            data[at:at] = bytes(rng.randrange(256) for _ in range(rng.randint(1, 8)))
        elif kind == 2:
            del data[at:at + rng.randint(1, 4)]
        elif kind == 3:
            data[at:at] = rng.choice([b"ffffffffffffffff", b"-1", b"0", b"8000000000000000",
                                      b",", b":", b";", b"*~", b"}", b"$"])
        else:
            data[at:at] = data[:rng.randint(0, 20)] * rng.randint(1, 50)
    return bytes(data)


def damaged(rng, packets):
    """A packet, damaged in its text, its frame, or both."""
    payload = mutate(rng, rng.choice(packets))
    while is_deadly(payload.lstrip(b"$")):
        payload = mutate(rng, rng.choice(packets))
    data = frame(payload)
    if rng.randrange(4) == 0:
        data = mutate(rng, data)
    return data


def text_at(image, symbol, size):
    """What objdump says is there, in hexadecimal."""
    at = symbols_of(image)[symbol]
    dump = image.tool("objdump", "-s", f"--start-address={at}", f"--stop-address={at + size}",
                      image.path)
    return "".join(re.findall(r"^ [0-9a-f]+ ((?:[0-9a-f]+ ){1,4})", dump, re.M)).replace(" ", "")


@pytest.mark.any_arch
def test_mutated_packets(place):
    image = build("debuggee", place[0])
    symbols = symbols_of(image)
    packets = real_packets(symbols)
    code = text_at(image, "debuggee_spin", 16).encode()
    rng = random.Random(SEED)
    with StubGuest(image, "spin", place=place[1], wait=False, life=LIFE * MUTATED // 2000) as g:
        g.wait_for("scene spin")
        client = Client(g.at)
        client.ask_until(b"?", b"T05.*")
        for _ in range(MUTATED // BATCH):
            for _ in range(BATCH):
                client.send(damaged(rng, packets).replace(CTRL_C, b""))
                client.quiet(0)
            client.send(b"#00")  # what is open ends here
            client.quiet()
            client.ask_until(b"?", rb"T[0-9a-f]{2}.*")
            client.ask_until(b"m%x,10" % symbols["debuggee_spin"], re.escape(code))
        leave(client, image)
        assert g.end().status == 7
