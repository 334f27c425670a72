# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Events of tracepoints, from the memory of a guest. All that is known about them are the
records in its image: tables `tracepoint` (<uk/trace.h>) and the rings
(lib/uktrace/trace_internal.h)."""

import collections
import struct

import elf

RECORD = struct.Struct("<QQQQII")  # struct uk_tracepoint
FIELD = struct.Struct("<QHHI")  # struct uk_trace_field
HEAD = struct.Struct("<QQQQQQ")  # struct uk_trace_ring, its bytes come next
EVENT = struct.Struct("<QIHH")  # struct uk_trace_event
RING_ALIGN = 64
UNSIGNED, SIGNED, POINTER, FLOAT, TEXT = range(5)

Field = collections.namedtuple("Field", "name offset size kind")
Tracepoint = collections.namedtuple("Tracepoint", "id name format fields size")
Event = collections.namedtuple("Event", "time cpu thread point values")
# How a CPU's ring was found: its events, how many others had no room, how many older ones
# were overwritten, and bytes in which there was no whole event.
Ring = collections.namedtuple("Ring", "events discarded overwritten damaged")


class TraceError(ValueError):
    """There is no trace; the text says why."""


class Image:
    """What an image says about its tracepoints."""

    def __init__(self, path):
        self.file = elf.Elf(path)
        wanted = ("uk_tab_tracepoint_start", "uk_tab_tracepoint_end", "uk_trace_rings")
        found = {s.name: s for s in self.file.symbols() if s.name in wanted}
        if len(found) < len(wanted):
            raise TraceError(f"{path} has no tracepoints: switch LIBUKTRACE on (make menuconfig, or "
                             "CONFIG_LIBUKTRACE=y in .config)")
        start, end, rings = (found[name] for name in wanted)
        self.rings_at, self.rings_size = rings.value, rings.size
        self.ring_bytes = ring_bytes(rings.size)
        self.points = {p.id: p for p in self.table(start.value, end.value)}

    def table(self, start, end):
        for at in range(start, end, RECORD.size):
            name, form, fields, _, count, size = RECORD.unpack(self.bytes(at, RECORD.size))
            yield Tracepoint(at // 8 & 0xffff, self.text(name), self.text(form),
                             [Field(self.text(text), *rest) for text, *rest in
                              FIELD.iter_unpack(self.bytes(fields, count * FIELD.size))], size)

    def bytes(self, at, size):
        offset = self.file.offset(at) if size else 0
        return self.file.data[offset:offset + size]

    def text(self, at):
        return self.file.text(self.file.offset(at) - self.file.at)


def ring_bytes(size):
    """Of one ring, from the size of all: a power of two, with a head."""
    for bits in range(12, 27):
        if size % ((1 << bits) + RING_ALIGN) == 0:
            return 1 << bits
    raise TraceError("the rings of this image have another layout")


def value_of(field, data):
    part = data[field.offset:field.offset + field.size]
    if field.kind == TEXT:
        return part.split(b"\0")[0].decode(errors="replace")
    if field.kind == FLOAT:
        return struct.unpack("<d" if field.size == 8 else "<f", part)[0]
    return int.from_bytes(part, "little", signed=field.kind == SIGNED)


def read_ring(image, cpu, data, behind=0):
    """A ring, from the bytes of its struct. behind: its head after they were copied from a guest
    that ran; what is more than a ring before that may be newer bytes."""
    head, first, _, discarded, written, forgotten = HEAD.unpack_from(data)
    size, events, damaged = image.ring_bytes, [], 0
    pos = max(first, head - size, behind - size) + 7 & ~7
    gap = 0
    while pos < head:
        at = HEAD.size + pos % size
        time, tag, number, thread = EVENT.unpack_from(data, at) if size - pos % size >= EVENT.size else (0, 0, 0, 0)
        point = image.points.get(number)
        if tag != (pos // 8 + 1) & 0xffffffff or not point or size - pos % size < point.size:
            gap += 8
            pos += 8
            continue
        # what is left at the end of the ring is not damaged
        damaged += gap if pos % size and events else 0
        gap = 0
        event = data[at:at + point.size]
        events.append(Event(time, cpu, thread, point, [value_of(f, event) for f in point.fields]))
        pos += point.size
    gone = written - forgotten - len(events) if head - first > size else 0
    return Ring(in_order(events), discarded, max(gone, 0), damaged)


def in_order(events):
    """Those whose time goes back are not the guest's."""
    kept, last = [], 0
    for event in events:
        if event.time >= last:
            kept.append(event)
            last = event.time
    return kept


def read_rings(image, read):
    """[Ring] by CPU; read(address, size) gives the guest's memory."""
    step = image.ring_bytes + RING_ALIGN
    return [read_ring(image, cpu, read(image.rings_at + cpu * step, step))
            for cpu in range(image.rings_size // step)]


class CoreMemory:
    """The memory in a core file; what the file does not have, pages of zeros, reads as such."""

    def __init__(self, path):
        self.core = elf.Elf(path)

    def read(self, at, size):
        data = bytearray(size)
        for s in self.core.segments:
            begin, end = max(at, s.vaddr), min(at + size, s.vaddr + s.filesz)
            if s.type == elf.PT_LOAD and begin < end:
                offset = self.core.at + s.offset + begin - s.vaddr
                part = self.core.data[offset:offset + end - begin]
                data[begin - at:begin - at + len(part)] = part
        return bytes(data)
