# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""A profile by QEMU's debug stub: what each CPU does, many times a second. A sample counts as
the time that the guest ran since the one before."""

import bisect
import time

import elf
import pprof_file
from stub_client import Stub, StubError

FRAMES = 64
CHUNK = 2048  # bytes of a stack that are read at a time
WORD = 8
# Of each machine: pc, sp, frame pointer and link register in the reply to "g", in words.
REGISTERS = {62: (16, 7, 6, None), 183: (32, 31, 29, 30)}
X86_64 = 62
ENDBR64, PUSH_RBP = b"\xf3\x0f\x1e\xfa", b"\x55"
PROLOGUE = 8  # bytes at the start of an arm64 function in which it has no frame yet
UNSIGNED = (1 << 48) - 1  # of an arm64 return address, without its signature


class Image:
    """Its functions, and the code that they are in."""

    def __init__(self, path):
        self.file = elf.Elf(path)
        self.machine = self.file.machine
        code = [s for s in self.file.sections if s.flags & elf.SHF_EXECINSTR]
        self.start, self.limit = min(s.addr for s in code), max(s.addr + s.size for s in code)
        self.starts = sorted({s.value for s in self.file.symbols() if s.type == elf.STT_FUNC})

    def is_code(self, pc):
        return self.start <= pc < self.limit

    def unframed(self, pc):
        """How many words lie over the return address, where the function at pc has no frame: on x86_64 at its first two
        instructions, or all over one that begins with no push of the frame pointer. None: it has one. arm64: 0,
        the address is in the link register."""
        start = self.starts[max(bisect.bisect_right(self.starts, pc) - 1, 0)]
        if self.machine != X86_64:
            return 0 if pc - start < PROLOGUE else None
        at = self.file.offset(start)
        code = self.file.data[at:at + 8]
        first = len(ENDBR64) if code.startswith(ENDBR64) else 0
        if pc <= start + first or not code.startswith(PUSH_RBP, first):
            return 0
        return 1 if pc == start + first + len(PUSH_RBP) else None


class Memory:
    """Words of a stack; what was read is not read again."""

    def __init__(self, stub):
        self.stub, self.at, self.data = stub, 0, b""

    def word(self, address):
        """None if it cannot be read."""
        if not self.at <= address <= self.at + len(self.data) - WORD:
            # a page at a time may end where nothing is
            self.at = address
            self.data = self.stub.memory(address, CHUNK) or self.stub.memory(address, WORD)
        offset = address - self.at
        return int.from_bytes(self.data[offset:offset + WORD], "little") if len(self.data) >= offset + WORD else None


def call_trace(stub, image):
    """Addresses to look up, innermost first, of the selected CPU."""
    data = stub.registers()
    pc, sp, fp, lr = (None if n is None else int.from_bytes(data[WORD * n:WORD * (n + 1)], "little")
                      for n in REGISTERS[image.machine])
    memory, pcs = Memory(stub), [pc]
    if not image.is_code(pc):
        return pcs
    words = image.unframed(pc)
    if words is not None:
        caller = memory.word(sp + WORD * words) if lr is None else lr
        pcs += [caller - 1] if caller and image.is_code(caller - 1) else []
    while len(pcs) < FRAMES and fp and fp % WORD == 0:
        following, caller = memory.word(fp), memory.word(fp + WORD)
        if caller is None or following is None:
            break
        caller &= UNSIGNED
        if not image.is_code(caller - 1):
            break
        pcs.append(caller - 1)
        if following <= fp:
            break
        fp = following
    return pcs


def sample(stub, image, cpus, ran, stacks):
    for number, cpu in enumerate(cpus):
        if stub.is_halted(cpu):
            key = number, ()
        else:
            stub.select(cpu)
            key = number, tuple(call_trace(stub, image))
        count, time_of = stacks.get(key, (0, 0))
        stacks[key] = count + 1, time_of + ran


def take(path, place, hz, alive, seconds):
    """Until the guest ends, or for some seconds from QEMU's first answer on. OSError, ElfError."""
    image, stacks, all_ran = Image(path), {}, 0
    try:
        stub = Stub(place, alive)
        cpus = stub.cpus()
        deadline = time.monotonic() + seconds
        while alive() and time.monotonic() < deadline:
            began = time.monotonic_ns()
            stub.go()
            time.sleep(1 / hz)
            stub.stop()
            ran = time.monotonic_ns() - began
            all_ran += ran
            sample(stub, image, cpus, ran, stacks)
        stub.ask("D")
    except (StubError, ConnectionError, TimeoutError):
        pass  # the guest has ended
    samples = [pprof_file.Sample(list(pcs), [count, ran], {"cpu": cpu, **({} if pcs else {"kind": "idle"})})
               for (cpu, pcs), (count, ran) in stacks.items()]
    return pprof_file.Profile([("samples", "count"), ("cpu", "nanoseconds")], samples, all_ran, image.start, image.limit,
                              image.file.build_id)
