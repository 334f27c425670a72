# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""uk trace: events of tracepoints."""

import elf
import qemu_command
import trace_events
import trace_files
from uk import debugger

OPTIONS = ("--ctf", "--json")
PAGE = 4096


def read(address, size):
    """Page by page: where a core file leaves zeros out, lldb 14 has no memory."""
    data = bytearray()
    while size:
        part = min(size, PAGE - address % PAGE)
        try:
            data += debugger.read(address, part)
        except debugger.Unreadable:
            data += bytes(part)
        address, size = address + part, size - part
    return bytes(data)


@debugger.command("trace", complete=lambda: OPTIONS)
def trace(argument):
    """uk trace [--ctf FOLDER] [--json FILE]
Print the events of tracepoints that the rings of all CPUs hold, or write them as
a folder of the Common Trace Format, or as JSON for ui.perfetto.dev."""
    words = debugger.split(argument)
    options = dict(zip(words[::2], words[1::2]))
    if len(words) % 2 or set(options) - set(OPTIONS):
        raise debugger.Error("uk trace [--ctf FOLDER] [--json FILE]")
    path = debugger.image_path()
    try:
        image = trace_events.Image(path)
        rings = trace_events.read_rings(image, read)
        lines = trace_files.write(image, rings, path, qemu_command.image_arch(path),
                                  options.get("--ctf"), options.get("--json"))
    except (OSError, elf.ElfError, trace_events.TraceError, qemu_command.UsageError) as e:
        raise debugger.Error(str(e)) from e
    for line in lines:
        print(line)
