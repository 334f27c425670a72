# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""gdb's opinion of a guest, over QEMU's own stub: what the image's parts say
about a crash is compared with it."""

import re
import subprocess
import tempfile
import time
from pathlib import Path

from vitrine import ROOT, RUN_SECONDS, Result

MARK = "@@@"
FRAME = re.compile(r"^#\d+ +(?:0x[0-9a-f]+ in )?(\S+) \(", re.M)
REGISTER = re.compile(r"^(\w+) +(0x[0-9a-f]+)", re.M)


def run_under_gdb(image, args, commands):
    """Boots an image with gdb attached before its first instruction.

    Returns (what gdb printed for each of the commands, the guest's Result).
    The guest goes on alone after the last command.
    """
    with tempfile.TemporaryDirectory(prefix="gdb") as folder:
        socket = Path(folder) / "s"
        stub = (f"-S -chardev socket,id=stub,path={socket},server=on,wait=off "
                "-gdb chardev:stub")
        guest = subprocess.Popen(
            [ROOT / "support" / "run", "--timeout", str(RUN_SECONDS), "--qemu", stub,
             image.path, *args], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            wait_for(socket, guest)
            out = gdb(image, socket, commands)
            text = guest.communicate(timeout=RUN_SECONDS + 30)[0]
        finally:
            guest.terminate()
            guest.wait()
    return out, Result(guest.returncode, text.decode(errors="replace").replace("\r", ""))


def wait_for(path, process, seconds=30):
    """Until path exists; fails when the time is up or the process has ended."""
    end = time.monotonic() + seconds
    while not path.exists():
        assert process.poll() is None, process.stdout.read().decode()
        assert time.monotonic() < end, f"{path} did not appear in {seconds} s"
        time.sleep(0.02)


def gdb(image, socket, commands):
    lines = ["set pagination off", "set confirm off", "set width 0",
             "set backtrace past-main on",
             "set backtrace past-entry on", "set print frame-arguments none",
             f"target remote {socket}"]
    for command in commands:
        lines += [f"echo {MARK}\\n", command]
    script = socket.parent / "script"
    script.write_text("\n".join([*lines, "detach", ""]))
    done = subprocess.run(["gdb-multiarch", "-nx", "-batch", "-x", script, image.path],
                          text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=RUN_SECONDS)
    parts = done.stdout.split(MARK + "\n")
    assert len(parts) == len(commands) + 1, done.stdout
    return parts[1:]


def functions(backtrace):
    """The names of the frames, innermost first, inlined ones too."""
    return FRAME.findall(backtrace)


def registers(text):
    """{name: value} of `info registers`."""
    return {name: int(value, 16) for name, value in REGISTER.findall(text)}
