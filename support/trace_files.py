# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""What becomes of a trace: text, a folder, a file; and what is missing in it."""

import os

import trace_ctf
import trace_events as te
import trace_json
from messages import shown


def in_words(event):
    """As lib/uktrace/show.c has it, without symbols."""
    fields = " ".join(f"{f.name}={hex(v) if f.kind == te.POINTER else shown(v)}"
                      for f, v in zip(event.point.fields, event.values))
    return (f"[{event.time // 10**9:5}.{event.time % 10**9:09}] cpu {event.cpu} thread {event.thread} "
            f"{event.point.name} {fields}").rstrip()


def missing(rings):
    """Lines about what a trace does not have."""
    for cpu, ring in enumerate(rings):
        if ring.damaged:
            yield f"CPU {cpu}: {ring.damaged} bytes hold no whole event: one was being written, or the ring is damaged"
        if ring.discarded:
            yield f"CPU {cpu}: {ring.discarded} events found no room (trace.once, or a crash was being handled)"
        if ring.overwritten:
            yield f"CPU {cpu}: {ring.overwritten} older events were overwritten; LIBUKTRACE_RING_KB sets how many bytes are kept"
    if not any(ring.events or ring.damaged or ring.discarded or ring.overwritten for ring in rings):
        yield "there is no event: trace.on=NAMES switches tracepoints on, and the command `tracepoints`"


def write(image, rings, path, arch, ctf=None, json=None, names=None):
    """names: of threads, if the source lists them. Writes a folder, a file, or prints the events; returns what is missing. OSError, TraceError."""
    if ctf:
        if os.path.isdir(ctf) and os.listdir(ctf):
            raise te.TraceError(f"{ctf} is not empty; name a new folder")
        trace_ctf.write(ctf, image, rings, os.path.basename(path), arch)
    if json:
        trace_json.write(json, image, rings, os.path.basename(path), arch, names)
    if not ctf and not json:
        for event in sorted((e for ring in rings for e in ring.events), key=lambda e: (e.time, e.cpu)):
            print(in_words(event))
    return list(missing(rings))
