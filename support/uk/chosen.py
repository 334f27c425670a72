# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""uk thread in gdb, at a target that shows the CPU only: the frames of a thread that is
not on the CPU."""

import contextlib
import re

import gdb  # pylint: disable=import-error
import gdb.unwinder  # pylint: disable=import-error


FILTER = "uk thread"
SIGNATURES = ("pauth_dmask", "pauth_cmask")  # the same in all frames


class FrameId:  # pylint: disable=too-few-public-methods
    """The key by which gdb distinguishes frames."""

    def __init__(self, sp, pc):
        self.sp, self.pc = sp, pc


class Chosen(gdb.unwinder.Unwinder):
    """A thread that is not on the CPU, at a target that shows the CPU only: the
    frames of its call trace follow those where the CPU is, as if called from
    there, and are the only ones that a backtrace shows."""

    def __init__(self):
        super().__init__("uk thread")
        self.name, self.priority, self.enabled = "uk thread", 100, True
        self.cpu = self.regs = None

    def choose(self, regs):
        """A struct __regs; None: what the CPU runs."""
        self.cpu = None
        gdb.frame_filters.pop(FILTER, None)  # with one gdb wants registers that a tracepoint's frame may lack
        gdb.invalidate_cached_frames()
        if regs is None:
            return
        frame = gdb.newest_frame()
        self.regs = behind_start(dict(registers_of(regs)))
        cpu = int(frame.read_register("sp")), frame.pc()
        self.cpu = cpu
        gdb.frame_filters[FILTER] = self
        gdb.invalidate_cached_frames()
        first = gdb.newest_frame()
        while self.covers(first):
            first = first.older()
        first.select()

    def covers(self, frame):
        """Whether this is a frame of the CPU's, inlined functions included."""
        return self.cpu is not None and (int(frame.read_register("sp")), frame.pc()) == self.cpu

    def __call__(self, pending):
        if self.cpu is None or (int(pending.read_register("sp")),
                                int(pending.read_register("pc"))) != self.cpu:
            return None
        # Below every stack: a caller's frame is above it.
        info = pending.create_unwind_info(FrameId(gdb.Value(0), gdb.Value(self.cpu[1])))
        for name, value in self.regs.items():
            kind = pending.read_register(name).type
            info.add_saved_register(name, gdb.Value(value.to_bytes(kind.sizeof, "little"), kind))
        for name in SIGNATURES:
            with contextlib.suppress(ValueError):  # there are none
                info.add_saved_register(name, pending.read_register(name))
        return info

    def filter(self, frames):
        return (f for f in frames if not self.covers(f.inferior_frame()))


def registers_of(regs):
    """(name in gdb, value) of what is in a struct __regs."""
    names = [f.name for f in regs.type.fields()]
    if "rip" in names:
        return [(n, int(regs[n])) for n in names
                if n in ("rbx", "rbp", "rsp", "rip") or re.fullmatch("r[0-9]+", n)]
    return [*((f"x{i}", int(regs["x"][i])) for i in range(30)), ("x30", int(regs["lr"])),
            ("sp", int(regs["sp"])), ("pc", int(regs["pc"]))]


def behind_start(regs):
    """gdb looks at a caller's last byte before its pc: that of a thread that has not begun, or that was
    interrupted where a function starts, is put behind that instruction's first byte."""
    pc = "pc" if "pc" in regs else "rip"
    symbol = gdb.execute(f"info symbol {regs[pc]}", to_string=True)
    if " in section " in symbol and " + " not in symbol:
        regs[pc] += 1
    return regs


thread = Chosen()
gdb.unwinder.register_unwinder(None, thread, replace=True)
gdb.events.cont.connect(lambda event: thread.choose(None))
