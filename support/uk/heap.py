# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""uk heap, uk leaks: blocks of the heaps (uktlsf) by the call trace that allocated them,
all of them, and those that nothing points to; as the guest's commands `heap` and `leaks`
(lib/ukalloc/cmd.c), from memory and registers alone."""

import bisect
import collections
import contextlib
import struct

from elf import PT_LOAD, Elf
from uk import debugger
from uk.guest import elf, text_at, variable
from uk.threads import saved_regs, state_of, thread_of, uk_threads, uses_cpu

SHOWN = 10
PF_W = 2  # of a segment: may be written
CHUNK, LEAST = 4096, 64  # bytes read at a time: of a page, or less where some cannot be read
# A header's word, lib/uktlsf/tlsf_internal.h
FREE, HELD, SIZE = 1, 4, 0xfffffffff0
SLACK_SHIFT, SLACK = 40, 0xff

Block = collections.namedtuple("Block", "start end size owner")


def allocators():
    """The struct tlsf of each heap. With LIBUKALLOC_CHECKS there are owners to list."""
    if debugger.variable("traces", "ukalloc/origin.c") is None:
        raise debugger.Error("The heap keeps no call traces: build the image with CONFIG_LIBUKALLOC_CHECKS=y.")
    at = int(variable("first", "ukalloc/registry.c"))
    while at:
        heap = debugger.at("struct tlsf", at)
        yield heap
        at = int(heap["a"]["next"])


def pools(heap):
    pool = heap["pool"]
    while True:
        yield int(pool["start"]), int(pool["end"])
        if not int(pool["next"]):
            return
        pool = pool["next"].dereference()


def blocks(heap):
    """Those in use, by address."""
    header = debugger.offsets("struct block")["next"]
    found = []
    for start, end in sorted(pools(heap)):
        at, last = start, 0
        while at < end:
            before, word, owner = struct.unpack("<QQI", debugger.read(at, 20))
            size = word & SIZE
            if before != last or at + header + size > end:
                raise debugger.Error(f"The header at {at:#x} is damaged.")
            if size and not word & (FREE | HELD):
                asked = size - (word >> SLACK_SHIFT & SLACK)
                found.append(Block(at + header, at + header + size, asked, owner))
            last, at = at, at + header + size
    return found


def words_of(start, size):
    """The words of a range that can be read; a core file may leave some out."""
    try:
        data = debugger.read(start, size)
    except debugger.Unreadable:
        data = b""
    if len(data) == size:
        return struct.unpack(f"<{size // 8}Q", data)
    half = size // 2 & ~7
    return (*words_of(start, half), *words_of(start + half, size - half)) if size > LEAST else ()


class Search:
    """The blocks that were reached."""

    def __init__(self, heap, stacks):
        self.blocks = blocks(heap)
        self.starts = [block.start for block in self.blocks]
        self.stacks = stacks  # (guard, top), by address
        self.reached, self.todo = set(), []

    def words(self, words):
        for word in words:
            i = bisect.bisect_right(self.starts, word) - 1
            if i >= 0 and word < self.blocks[i].end and i not in self.reached:
                self.reached.add(i)
                self.todo.append(self.blocks[i])

    def memory(self, start, end, skip=True):
        """Of stacks only what is in use counts, which threads() looks at."""
        at = start + -start % 8
        while at + 8 <= end:
            size = min(CHUNK - at % CHUNK, (end - at) & ~7)
            i = bisect.bisect_right(self.stacks, (at, 1 << 64)) - 1
            if not skip or i < 0 or at >= self.stacks[i][1]:
                self.words(words_of(at, size))
            at += size

    def stack(self, sp, base=0, top=0):
        """From the stack pointer on; all of a thread's own where it stands on another one."""
        for low, high in self.stacks:
            if low <= sp < high:
                self.memory(sp, high, False)
        if not base <= sp < top:
            self.memory(base, top, False)

    def follow(self):
        while self.todo:
            block = self.todo.pop()
            self.memory(block.start, block.start + block.size)

    def lost(self):
        return [block for i, block in enumerate(self.blocks) if i not in self.reached]


def static_stacks():
    """(guard, top) of the stacks that are part of the image."""
    at, end = elf().table_bounds().get("stack", (0, 0))
    while at < end:
        stack = debugger.at("struct uk_stack", at)
        yield int(stack["guard"]), int(stack["top"])
        at += stack.type.sizeof


def variables():
    """(start, end) of what a program writes to. From the first byte of the segment on: a gdb
    that finds the page's first bytes in the image only takes all of it from there."""
    return [(s.vaddr, s.vaddr + s.memsz) for s in Elf(debugger.image_path()).segments
            if s.type == PT_LOAD and s.flags & PF_W]


def registers(thread):
    """(stack pointer, all registers) of a thread of the guest; None: not known."""
    known = thread_of(thread)
    if known:
        return debugger.registers(known)
    if uses_cpu(thread) or state_of(thread) == "exited":
        return None
    regs = saved_regs(thread)
    names = debugger.offsets("struct __regs")
    data = debugger.read(int(regs.address), regs.type.sizeof)
    return int(regs["sp" if "sp" in names else "rsp"]), struct.unpack(f"<{len(data) // 8}Q", data)


def guest_threads():
    if debugger.variable("uksched", "uksched/sched.c") is None:
        return []
    return list(uk_threads())


def search(heap):
    threads = guest_threads()
    stacks = {(int(pub["stack"]["guard"]), int(pub["stack"]["top"])) for _, pub in threads}
    s = Search(heap, sorted(stacks | set(static_stacks())))
    for start, end in variables():
        s.memory(start, end)
    if not threads:
        sp, values = debugger.registers(debugger.thread_of(1, True))
        s.words(values)
        s.stack(sp)
    for thread, pub in threads:
        if state_of(thread) == "exited":
            continue
        sp, values = registers(thread) or (0, ())
        s.words(values)
        s.stack(sp, int(pub["stack"]["base"]), int(pub["stack"]["top"]))
    s.follow()
    return s.lost()


def frame_text(address):
    name, line, file = debugger.frame_at(address - 1)[-1]
    return f"{name} ({file}:{line})" if file else name


def trace(owner):
    """The return addresses of a block's trace; of one that found no room the caller."""
    traces = variable("traces", "ukalloc/origin.c")
    if owner > traces.type.sizeof // traces[0].type.sizeof:
        return [owner]
    known = traces[owner - 1]
    return [int(known["pcs"][i]) for i in range(int(known["count"]))]


def print_groups(heap, found, what, most):
    groups = collections.defaultdict(list)
    for block in found:
        groups[block.owner].append(block)
    ordered = sorted(groups.items(), key=lambda group: -sum(block.size for block in group[1]))
    print(f"{text_at(heap['a']['name'])}: {sum(b.size for b in found)} bytes in {len(found)} blocks{what}")
    for owner, group in ordered[:most]:
        first, *outer = (frame_text(address) for address in trace(owner)) if owner else ["unknown code"]
        print(f"{sum(b.size for b in group)} bytes in {len(group)} block{'s' * (len(group) > 1)}, "
              f"the first at {group[0].start:#x}, allocated by {first}")
        for text in outer:
            print(f"  {text}")
    rest = [block for _, group in ordered[most:] for block in group]
    if rest:
        print(f"and {sum(b.size for b in rest)} bytes in {len(rest)} more blocks")


def count_of(argument):
    count = debugger.number(argument) if argument.strip() else SHOWN
    if count < 1:
        raise debugger.Error(f"{argument.strip()}: the number of call traces is 1 or more")
    return count


@contextlib.contextmanager
def heap_is_there():
    try:
        yield
    except debugger.Unreadable as e:
        why = ". The core file lacks the heap; with dump.memory=used, the default, it has it" if debugger.is_core() else ""
        raise debugger.Error(str(e).rstrip(".") + why + ".") from e


@debugger.command("heap")
def list_blocks(argument):
    """uk heap [NUMBER]
List the blocks of the heaps by the call trace that allocated them, the largest
10 traces, or NUMBER. The image needs LIBUKALLOC_CHECKS."""
    with heap_is_there():
        for heap in allocators():
            print_groups(heap, blocks(heap), "", count_of(argument))


@debugger.command("leaks")
def list_leaks(argument):
    """uk leaks [NUMBER]
List the blocks of the heaps that nothing points to, by the call trace that
allocated them, the largest 10 traces, or NUMBER.

Words of data, stacks, registers and of blocks that are reached count if they are
addresses anywhere inside a block; of a stack what is in use, or all of it if the
debugger does not know the registers. The image needs LIBUKALLOC_CHECKS."""
    with heap_is_there():
        for heap in allocators():
            print_groups(heap, search(heap), " that nothing points to", count_of(argument))
