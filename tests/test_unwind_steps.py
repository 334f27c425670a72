# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""The unwind table against what really happens: steps a guest through main, and
newlib under it, instruction by instruction over QEMU's debug stub, notes calls
and returns, and checks that at each instruction the rule in the image (or the
standard frame, where it has none) leads to the true caller."""

import re
import subprocess
from contextlib import contextmanager

import pytest
from debugger import stub_at
from guest import Guest
from vitrine import ONE_COMPILER, OUT, ROOT, WITH_GCC, build

HOST_TESTS = ROOT / "lib" / "uksymtab" / "tests" / "host"


class Stub:
    """A client of the remote serial protocol, as far as stepping needs it."""

    def __init__(self, line):
        self.socket = line
        self.buffer = b""

    def byte(self):
        if not self.buffer:
            self.buffer = self.socket.recv(65536)
            assert self.buffer, "QEMU closed the connection"
        first, self.buffer = self.buffer[:1], self.buffer[1:]
        return first

    def ask(self, packet):
        check = sum(packet.encode()) & 255
        self.socket.sendall(f"${packet}#{check:02x}".encode())
        while self.byte() != b"$":
            pass
        reply = b""
        while (b := self.byte()) != b"#":
            reply += b
        self.byte(), self.byte()
        self.socket.sendall(b"+")
        return reply.decode()

    @staticmethod
    def words(text):
        return [int.from_bytes(bytes.fromhex(text[i:i + 16]), "little")
                for i in range(0, len(text), 16)]

    def memory(self, address, count=1):
        reply = self.ask(f"m{address:x},{8 * count:x}")
        return self.words(reply) if not reply.startswith("E") else None

    def registers(self, arch):
        """{pc, sp, fp, lr}"""
        if arch == "x86_64":
            r = self.words(self.ask("g")[:17 * 16])
            return {"pc": r[16], "sp": r[7], "fp": r[6], "lr": 0}
        r = self.words(self.ask("g")[:33 * 16])
        return {"pc": r[32], "sp": r[31], "fp": r[29], "lr": r[30]}


# The application, its argument, options of support/run, and steps: return addresses as they
# are, and signed ones.
PLAIN = ("hello", "x", (), 6000)
SIGNED = ("protect", "newlib", ("--cpu", "max"), 1500)


@contextmanager
def stopped_at_main(image, argument, options, tmp_path):
    path = tmp_path / "gdb"
    with Guest(image, argument, at=path, options=["--qemu", stub_at(path), *options]) as guest, \
            guest.connect() as line:
        stub = Stub(line)
        stub.ask("?")
        main = image.functions()["main"]
        assert stub.ask(f"Z1,{main:x},1") == "OK"
        assert stub.ask("c").startswith("T05")
        assert stub.registers(image.arch)["pc"] == main
        stub.ask(f"z1,{main:x},1")
        yield stub


def is_call(stub, arch, insn, before, after):
    if arch == "arm64":
        word = insn & 0xffffffff
        return word & 0xfc000000 == 0x94000000 or word & 0xfffffc1f == 0xd63f0000
    # Pushed the address of the next instruction, and is not there
    return after["sp"] == before["sp"] - 8 and \
        before["pc"] < stub.memory(after["sp"])[0] <= before["pc"] + 7


def is_return(arch, insn):
    return insn & 0xffffffff == 0xd65f03c0 if arch == "arm64" else insn & 0xff == 0xc3


def entry(stub, arch, regs):
    """What a function owes its caller, at its first instruction."""
    if arch == "arm64":
        return regs["lr"], regs["sp"], regs["fp"]
    return stub.memory(regs["sp"])[0], regs["sp"] + 8, regs["fp"]


def ask_rules(image, pc):
    """{pc: what the guest's own decoder says, run on the host}, for the 256
    bytes from a PC on: one question for many steps."""
    pcs = range(pc, pc + 256, 4 if image.arch == "arm64" else 1)
    done = subprocess.run(
        [OUT / "host" / "uksymtab" / "query", image.path.parent / "symtab.bin"],
        input="".join(f"u {pc:x}\n" for pc in pcs), text=True, check=True,
        stdout=subprocess.PIPE)
    return dict(zip(pcs, done.stdout.splitlines()))


def follow(stub, rule, regs):
    """(return address, CFA or None, FP of the caller) by a rule."""
    if rule == "-2":
        fp, pc = stub.memory(regs["fp"], 2) or (0, 0)
        return pc, None, fp
    m = re.match(r"cfa=(sp|fp)\+(\d+) ra=(reg|c-\d+) fp=(u|c-\d+)$", rule)
    cfa = regs[m.group(1)] + int(m.group(2))
    if m.group(3) == "reg":
        pc = regs["lr"]
    else:
        pc = stub.memory(cfa - int(m.group(3)[2:]))[0]
    fp = regs["fp"] if m.group(4) == "u" else stub.memory(cfa - int(m.group(4)[2:]))[0]
    return pc, cfa, fp


def unsigned(pc):
    """A return address without its signature, for which QEMU leaves bit 55."""
    return pc if pc >> 55 & 1 else pc & (1 << 48) - 1


@pytest.mark.parametrize("arch, cc, program", [
    *((arch, cc, PLAIN) for arch, cc in ONE_COMPILER),
    *((arch, cc, SIGNED) for arch, cc in WITH_GCC if arch == "arm64")],
    ids=lambda value: value[0] if isinstance(value, tuple) else value)
def test_each_instruction_knows_its_caller(arch, cc, program, tmp_path):
    app, argument, options, steps = program
    image = build(app, arch, cc)
    subprocess.run(["make", "-s", "-C", HOST_TESTS, f"O={OUT}",
                    f"{OUT}/host/uksymtab/query"], check=True)
    wrong = []
    with stopped_at_main(image, argument, options, tmp_path) as stub:
        regs = stub.registers(arch)
        shadow = [entry(stub, arch, regs)]
        rules, functions, used, signed = {}, set(), {"standard": 0, "rule": 0}, 0
        for _ in range(steps):
            pc = regs["pc"]
            insn = stub.memory(pc)[0]
            if pc not in rules:
                rules.update(ask_rules(image, pc))
            got = follow(stub, rules[pc], regs)
            signed += got[0] != unsigned(got[0])
            got = unsigned(got[0]), *got[1:]
            want = shadow[-1]
            used["standard" if rules[pc] == "-2" else "rule"] += 1
            if (got[0], got[2]) != (want[0], want[2]) or got[1] not in (None, want[1]):
                wrong.append((hex(pc), rules[pc], [g and hex(g) for g in got],
                              [hex(w) for w in want]))
            assert stub.ask("s").startswith("T05")
            after = stub.registers(arch)
            if is_return(arch, insn):
                assert after["pc"] == shadow.pop()[0]
                if not shadow:
                    break
            elif is_call(stub, arch, insn, regs, after):
                shadow.append(entry(stub, arch, after))
                functions.add(after["pc"])
            regs = after
    assert not wrong, wrong[:10]
    assert len(functions) > steps / 300 and min(used.values()) > steps / 20, (functions, used)
    assert (signed > steps / 2) == (program is SIGNED), signed
