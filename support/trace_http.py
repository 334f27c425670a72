# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""The rings that a guest sends while it runs: GET /trace, whose layout is lib/ukhttp/trace.c's."""

import struct

import guest_http
from trace_events import HEAD, TraceError, read_ring

TOP = struct.Struct("<8sIIQ32sII")  # struct trace_head
THREAD = struct.Struct("<I32s")  # struct trace_thread
POSITION = struct.Struct("<Q")
MAGIC, VERSION = b"VITRACE\0", 2


def fetch(url):
    """GuestError."""
    return guest_http.ask(url, "/trace", "LIBUKHTTP_TRACE")


def parse(data, image, build_id):
    """([Ring] by CPU, {thread: name}) of a download."""
    if len(data) < TOP.size or data[:len(MAGIC)] != MAGIC:
        raise TraceError("what came is no trace")
    _, version, cpus, size, its_id, id_size, threads = TOP.unpack_from(data)
    if version != VERSION:
        raise TraceError(f"the trace has version {version}, this program reads version {VERSION}")
    if its_id[:id_size].hex() != build_id:
        raise TraceError(f"the guest runs another image, with build-id {its_id[:id_size].hex() or '(none)'}")
    at, step = TOP.size + threads * THREAD.size, HEAD.size + size + POSITION.size
    if size != image.ring_bytes or len(data) != at + cpus * step:
        raise TraceError(f"the trace is damaged: {len(data)} bytes, {at + cpus * step} are right")
    names = {number & 0xffff: text.split(b"\0")[0].decode(errors="replace")
             for number, text in THREAD.iter_unpack(data[TOP.size:at])}
    rings = [data[at + i * step:at + (i + 1) * step] for i in range(cpus)]
    return [read_ring(image, cpu, ring[:-POSITION.size], *POSITION.unpack(ring[-POSITION.size:]))
            for cpu, ring in enumerate(rings)], names
