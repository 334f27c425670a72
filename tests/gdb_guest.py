# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""A guest with a debugger at its own stub.

The line is a Unix socket behind a serial port or a virtio port. What gdb does
is a function of tests/gdb/scenes.py, which gdb itself runs; it fails by an
assertion inside of gdb.
"""

import os
import tempfile
from pathlib import Path

from guest import Guest
from vitrine import ARCHS, ROOT, RUN_SECONDS, SUPPORT_RUN, printed

SCENES = ROOT / "tests" / "gdb" / "scenes.py"

# Where the debugger can be, by architecture: name, machine, console.
PLACES = {
    "x86_64": {"com2": ("microvm", "com2"), "q35": ("q35", "com2"),
               "vport": ("microvm", "vport2")},
    "arm64": {"vport": ("virt", "vport2")},
}
# All of them for what differs between lines; a virtio port, the fastest, for what does not.
# VITRINE_ALL=1: all for everything.
LINES = [(arch, place) for arch, places in PLACES.items() for place in places if arch in ARCHS]
PLACE_LIST = [p for p in LINES if os.environ.get("VITRINE_ALL") or p[1] == "vport"]


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
    words = [image.target.gdb, "-nx", "-batch", "-iex", "set auto-load off",
             "-ex", f"python socket = {str(socket)!r}", "-x", SCENES,
             *(word for file in more for word in ("-x", file)), "-ex", call, image.path]
    _, text = printed(words, seconds, blame)
    assert text.rstrip().endswith("SCENE PASSED"), text + blame()
    return text


class StubGuest(Guest):
    """A guest whose stub is at a socket of its own (at)."""

    def __init__(self, image, *args, place=None, wait=True, options=(), params=(), **more):
        places = PLACES[image.arch]
        machine, console = places[place or next(iter(places))]
        self.folder = tempfile.TemporaryDirectory(prefix="gdb")
        socket = Path(self.folder.name) / "s"
        params = [f"gdb.console={console}", *(["gdb.wait=1"] if wait else []), *params]
        super().__init__(image, *args, at=socket, **more, options=[
            "--machine", machine, *(word for p in params for word in ("-p", p)),
            "--qemu", wiring(console, socket), *options])

    def __enter__(self):
        super().__enter__()
        self.listening()
        return self

    def __exit__(self, *what):
        super().__exit__(*what)
        self.folder.cleanup()

    def gdb(self, scene, *args, seconds=RUN_SECONDS, more=()):
        """Runs a scene in gdb; returns what gdb printed. more: files of scenes."""
        return play(self.image, self.at, scene, *args, seconds=seconds, more=more,
                    blame=lambda: f"\n--- the guest:\n{self.text}")


def play_on_the_log_line(image, scene, *args, argv=(), wait=True):
    """A scene over the line that the log and stdout have as well: gdb starts
    the guest itself and speaks to its standard streams."""
    command = " ".join(map(str, [
        *SUPPORT_RUN, "--timeout", RUN_SECONDS, "-p",
        f"gdb.console={image.target.console}", *(["-p", "gdb.wait=1"] if wait else []),
        image.path, *argv, "2>/dev/null"]))
    return play(image, f"| {command}", scene, *args, seconds=RUN_SECONDS * 2)
