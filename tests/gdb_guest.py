# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""A guest with a debugger at its own stub.

The line is a Unix socket behind a serial port or a virtio port. What gdb does
is a function of tests/gdb/scenes.py, which gdb itself runs; it fails by an
assertion inside of gdb.
"""

import contextlib
import os
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from debugger import wait_for
from vitrine import ARCHS, ROOT, RUN_SECONDS, Result

GDB = {"x86_64": "gdb", "arm64": "gdb-multiarch"}
SCENES = ROOT / "tests" / "gdb" / "scenes.py"

# Where the debugger can be, by architecture: name, machine, console.
PLACES = {
    "x86_64": {"com2": ("microvm", "com2"), "q35": ("q35", "com2"),
               "vport": ("microvm", "vport2")},
    "arm64": {"vport": ("virt", "vport2")},
}
# All of them for what differs between lines; a serial port and a virtio port
# for what does not. VITRINE_ALL=1: all for everything.
LINES = [(arch, place) for arch, places in PLACES.items() for place in places if arch in ARCHS]
PLACE_LIST = [p for p in LINES if os.environ.get("VITRINE_ALL")
              or p in (("x86_64", "com2"), ("arm64", "vport"))]


def wiring(console, socket):
    """QEMU's options for a line at a console."""
    line = f"-chardev socket,id=dbg,path={socket},server=on,wait=off "
    if console == "com2":
        return line + "-device isa-serial,iobase=0x2f8,irq=3,chardev=dbg"
    return (line + "-global virtio-mmio.force-legacy=false "
            "-device virtio-serial-device,id=dbg-serial "
            "-device virtserialport,bus=dbg-serial.0,chardev=dbg,name=gdb,nr=2")


def play(image, socket, scene, *args, seconds=RUN_SECONDS, more=(), blame=lambda: ""):
    """Runs a scene in gdb; returns what gdb printed. more: files of scenes."""
    call = f"python {scene}({', '.join(map(repr, args))})"
    words = [GDB[image.arch], "-nx", "-batch", "-iex", "set auto-load off",
             "-ex", f"python socket = {str(socket)!r}", "-x", SCENES,
             *(word for file in more for word in ("-x", file)), "-ex", call, image.path]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, timeout=seconds, check=False)
    text = done.stdout.decode(errors="replace")
    assert text.rstrip().endswith("SCENE PASSED"), text + blame()
    return text


class Guest:
    """A guest that runs, with the socket of its stub."""

    def __init__(self, process, socket, image):
        self.process, self.socket, self.image = process, socket, image
        self.text = b""
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for chunk in iter(lambda: self.process.stdout.read1(4096), b""):
            self.text += chunk

    def wait_for(self, text, seconds=RUN_SECONDS):
        """Until the guest has printed something."""
        end = time.monotonic() + seconds
        while text not in self.text:
            assert self.process.poll() is None and time.monotonic() < end, self.text
            time.sleep(0.02)

    def end(self, seconds=RUN_SECONDS):
        """How it ended by itself."""
        status = self.process.wait(timeout=seconds)
        self.reader.join(timeout=10)
        return Result(status, self.text.decode(errors="replace").replace("\r", ""))

    def gdb(self, scene, *args, seconds=RUN_SECONDS, more=()):
        """Runs a scene in gdb; returns what gdb printed. more: files of scenes."""
        return play(self.image, self.socket, scene, *args, seconds=seconds, more=more,
                    blame=lambda: f"\n--- the guest:\n{self.text.decode(errors='replace')}")


@contextlib.contextmanager
def guest(image, *args, place=None, wait=True, options=(), params=()):
    """Boots an image whose stub is at a place; waits until its line is there."""
    places = PLACES[image.arch]
    machine, console = places[place or next(iter(places))]
    with tempfile.TemporaryDirectory(prefix="gdb") as folder:
        socket = Path(folder) / "s"
        params = [f"gdb.console={console}", *(["gdb.wait=1"] if wait else []), *params]
        process = subprocess.Popen(
            [ROOT / "support" / "run", "--timeout", str(RUN_SECONDS * 4), "--machine", machine,
             *(word for p in params for word in ("-p", p)),
             "--qemu", wiring(console, socket), *options, image.path, *args],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            wait_for(socket, process)
            yield Guest(process, socket, image)
        finally:
            process.terminate()
            process.wait()


LOG_CONSOLE = {"x86_64": "com1", "arm64": "pl011"}


def play_on_the_log_line(image, scene, *args, argv=(), wait=True):
    """A scene over the line that the log and stdout have as well: gdb starts
    the guest itself and speaks to its standard streams."""
    command = " ".join(map(str, [
        ROOT / "support" / "run", "--timeout", RUN_SECONDS, "-p",
        f"gdb.console={LOG_CONSOLE[image.arch]}", *(["-p", "gdb.wait=1"] if wait else []),
        image.path, *argv, "2>/dev/null"]))
    return play(image, f"| {command}", scene, *args, seconds=RUN_SECONDS * 2)
