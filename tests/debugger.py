# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""gdb's opinion of a guest, over QEMU's own stub: what the image's parts say
about a crash is compared with it."""

import re
import tempfile
from pathlib import Path

from guest import Guest
from vitrine import RUN_SECONDS, printed

MARK = "@@@"
FRAME = re.compile(r"^#\d+ +(?:0x[0-9a-f]+ in )?(\S+) \(", re.M)
REGISTER = re.compile(r"^(\w+) +(0x[0-9a-f]+)", re.M)


def run_under_gdb(image, args, commands, options=()):
    """Boots an image with gdb attached before its first instruction.

    Returns (what gdb printed for each of the commands, the guest's Result).
    The guest goes on alone after the last command.
    """
    with tempfile.TemporaryDirectory(prefix="gdb") as folder:
        socket = Path(folder) / "s"
        with Guest(image, *args, at=socket, options=["--qemu", stub_at(socket),
                                                       *options]) as guest:
            guest.listening()
            out = gdb(image, socket, commands)
            return out, guest.end()


def stub_at(socket):
    """QEMU's options for its own stub at a Unix socket, which waits there."""
    return f"-S -chardev socket,id=stub,path={socket},server=on,wait=off -gdb chardev:stub"


def gdb(image, socket, commands):
    lines = ["set pagination off", "set confirm off", "set width 0",
             "set backtrace past-main on",
             "set backtrace past-entry on", "set print frame-arguments none",
             f"target remote {socket}"]
    for command in commands:
        lines += [f"echo {MARK}\\n", command]
    script = socket.parent / "script"
    script.write_text("\n".join([*lines, "detach", ""]))
    _, text = printed(["gdb-multiarch", "-nx", "-batch", "-x", script, image.path], RUN_SECONDS)
    parts = text.split(MARK + "\n")
    assert len(parts) == len(commands) + 1, text
    return parts[1:]


def functions(backtrace):
    """The names of the frames, innermost first, inlined ones too."""
    return FRAME.findall(backtrace)


def registers(text):
    """{name: value} of `info registers`."""
    return {name: int(value, 16) for name, value in REGISTER.findall(text)}
