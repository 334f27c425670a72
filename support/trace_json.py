# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Events as JSON of the Trace Event Format, which Perfetto's page (ui.perfetto.dev) and
chrome://tracing open: what each CPU runs, its interrupts, where it spins for a lock, the
events of each thread, and bytes of the heap."""

import json
import math

import trace_events as te

CPUS, THREADS = 1, 2  # the two "processes" of the page

# The libraries' tracepoints that mean something here; a program may have some of the same names.
OURS = {
    "sched_switch": (("previous", te.UNSIGNED), ("next", te.UNSIGNED), ("name", te.TEXT)),
    "sched_idle": (("idle", te.UNSIGNED),),
    "thread_create": (("which", te.UNSIGNED), ("name", te.TEXT)),
    "irq_enter": (("line", te.UNSIGNED),),
    "irq_leave": (("line", te.UNSIGNED),),
    "spin_wait": (("lock", te.POINTER), ("behind", te.UNSIGNED)),
    "spin_got": (("lock", te.POINTER),),
    "heap_alloc": (("bytes", te.UNSIGNED), ("block", te.POINTER), ("caller", te.POINTER)),
    "heap_resize": (("block", te.POINTER), ("bytes", te.UNSIGNED)),
    "heap_free": (("block", te.POINTER), ("caller", te.POINTER)),
}


def ours(event):
    """The name of an event of a library, else ""."""
    name = event.point.name
    return name if OURS.get(name) == tuple((f.name, f.kind) for f in event.point.fields) else ""


def microseconds(ns):
    return ns / 1000


def argument(field, value):
    """JSON has no pointers, and of numbers only finite ones."""
    if field.kind == te.POINTER:
        return f"{value:#x}"
    return value if field.kind != te.FLOAT or math.isfinite(value) else str(value)


def arguments(event):
    return {field.name: argument(field, value) for field, value in zip(event.point.fields, event.values)}


def named(kind, process, thread, name):
    return {"ph": "M", "name": f"{kind}_name", "pid": process, "tid": thread, "args": {"name": name}}


def thread_names(events):
    """{number: name}, as switches and creations give them."""
    names = {0: "before threads", 1: "main"}
    for event in events:
        values = arguments(event)
        if ours(event) == "sched_switch":
            names[values["next"] & 0xffff] = values["name"]
        elif ours(event) == "thread_create":
            names[values["which"] & 0xffff] = values["name"]
    return names


def runs(events):
    """[(time, thread that a CPU runs from then on, whether it idles)]; a thread that waits keeps an idle CPU."""
    marks = [e for e in events if ours(e) in ("sched_switch", "sched_idle")]
    if not marks:
        return []
    switches = [e for e in marks if ours(e) == "sched_switch"]
    thread = arguments(switches[0])["previous"] if switches else marks[0].thread
    first = arguments(marks[0]).get("idle")
    found = [(events[0].time, thread, first == 0)]
    for event in marks:
        values = arguments(event)
        thread = values.get("next", thread)
        found.append((event.time, thread, values.get("idle") == 1))
    return found


def slices(cpu, events, last, names):
    """What a CPU ran, or that it was idle, from one change to the next, and to the last event of all."""
    found = runs(events)
    for (begin, thread, idle), end in zip(found, [*(time for time, *_ in found[1:]), last]):
        if end > begin:
            yield {"ph": "X", "pid": CPUS, "tid": cpu, "ts": microseconds(begin), "dur": microseconds(end - begin),
                   "name": "idle" if idle else names.get(thread & 0xffff, f"thread {thread}"),
                   "args": {"idle": True} if idle else {"thread": thread}}


def spans(cpu, events):
    """Handlers of interrupts, and where a CPU spun for a lock, each from its beginning to its end."""
    begun = {"irq_enter": [], "spin_wait": []}
    begin_of = {"irq_leave": "irq_enter", "spin_got": "spin_wait"}
    for event in events:
        if ours(event) in begun:
            begun[ours(event)].append(event)
        elif begun.get(begin_of.get(ours(event))):
            start = begun[begin_of[ours(event)]].pop()
            values = arguments(start)
            yield {"ph": "X", "pid": CPUS, "tid": cpu, "ts": microseconds(start.time), "dur": microseconds(event.time - start.time),
                   "name": f"line {values['line']}" if "line" in values else "spins", "args": values}


def heap(events):
    """Bytes in blocks that were allocated while the trace was taken."""
    blocks, total = {}, 0
    for event in events:
        if ours(event) not in ("heap_alloc", "heap_resize", "heap_free"):
            continue
        values = arguments(event)
        total += values.get("bytes", 0) - blocks.pop(values["block"], 0)
        if "bytes" in values:
            blocks[values["block"]] = values["bytes"]
        yield {"ph": "C", "pid": THREADS, "name": "heap", "ts": microseconds(event.time),
               "args": {"bytes": total}}


def trace_event_list(rings, listed):
    events = sorted((e for ring in rings for e in ring.events), key=lambda e: e.time)
    names = {**thread_names(events), **listed}
    yield named("process", CPUS, 0, "CPUs")
    yield named("process", THREADS, 0, "threads")
    for cpu, ring in enumerate(rings):
        if ring.events:
            yield named("thread", CPUS, cpu, f"CPU {cpu}")
            yield from slices(cpu, ring.events, events[-1].time, names)
            yield from spans(cpu, ring.events)
    for thread in sorted({e.thread for e in events}):
        yield named("thread", THREADS, thread, names.get(thread, f"thread {thread}"))
    for event in events:
        yield {"ph": "i", "s": "t", "pid": THREADS, "tid": event.thread, "ts": microseconds(event.time),
               "name": event.point.name, "args": {**arguments(event), "on CPU": event.cpu}}  # no field has such a name
    yield from heap(events)


def write(path, image, rings, name, arch, names=None):
    """OSError."""
    with open(path, "w", encoding="utf-8") as f:
        json.dump({"traceEvents": list(trace_event_list(rings, names or {})), "displayTimeUnit": "ns",
                   "otherData": {"image": name, "build_id": image.file.build_id, "architecture": arch}}, f, allow_nan=False)
        f.write("\n")
