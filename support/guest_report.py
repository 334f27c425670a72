# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""What a guest does, for support/run: QEMU's own stub shows all CPUs at any instruction,
whatever is in the image, and `uk report` of support/gdb puts it in words.

QEMU starts the stub when it is asked to, through its monitor at a socket that has no
name: no port is open, and no file is left, while no one asks. What only an answer
needs is imported then: each run waits for this module."""

import os
import socket
import subprocess
import threading

SUPPORT = os.path.dirname(os.path.realpath(__file__))
SECONDS = 30  # a busy host


class Failure(Exception):
    """There is no report; the text says why."""


class Reporter:
    """Asks a QEMU that was started with `options`, and with the file `fd`."""

    def __init__(self, image):
        self.image = image
        self.ours, self.its = socket.socketpair()
        self.ours.settimeout(SECONDS)
        self.fd = self.its.fileno()
        self.options = ["-chardev", f"socket,id=monitor,fd={self.fd}", "-mon", "chardev=monitor,mode=control"]
        self.lines = None
        self.turn = threading.Lock()

    def started(self):
        """QEMU has its end of the socket."""
        self.its.close()

    def reply(self):
        import json  # pylint: disable=import-outside-toplevel
        for line in self.lines:
            answer = json.loads(line)
            if "return" in answer or "error" in answer:
                return answer
        raise Failure("QEMU has ended")

    def ask(self, command, **arguments):
        import json  # pylint: disable=import-outside-toplevel
        self.ours.sendall(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
        answer = self.reply()
        if "error" in answer or "Could not" in str(answer["return"]):
            said = str(answer.get("error", answer["return"])).strip()
            if "duplicate yank instance" in said:  # QEMU's words; it has one stub
                said = "its debug stub is in use already, by an option -gdb: support/gdb --stub there, and `uk report`"
            raise Failure(f"QEMU refuses: {said}")
        return answer["return"]

    def monitor(self, line):
        """What a command of QEMU's monitor prints. Any thread may ask."""
        with self.turn:
            if self.lines is None:
                self.lines = self.ours.makefile(encoding="utf-8")
                self.ask("qmp_capabilities")
            return self.ask("human-monitor-command", **{"command-line": line})

    def text(self):
        """The report. The guest stands meanwhile, and its clock."""
        import tempfile  # pylint: disable=import-outside-toplevel
        try:
            with tempfile.TemporaryDirectory(prefix="vitrine") as folder:
                place = os.path.join(folder, "stub")
                self.monitor(f"gdbserver unix:{place},server=on,wait=off")
                try:
                    return self.debugger(place)
                finally:
                    self.monitor("gdbserver none")
        except TimeoutError as e:
            raise Failure("QEMU does not answer") from e
        except (BrokenPipeError, ConnectionResetError) as e:
            raise Failure("QEMU has ended") from e
        except (OSError, ValueError) as e:
            raise Failure(str(e)) from e

    def debugger(self, place):
        words = [os.path.join(SUPPORT, "gdb"), "--stub", place, self.image, "-batch", "-nx",
                 "-ex", r"echo \001", "-ex", "uk report", "-ex", r"echo \001", "-ex", "detach"]
        try:
            done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  timeout=SECONDS, start_new_session=True, check=False, text=True, errors="replace")
        except subprocess.TimeoutExpired as e:
            why = f"gdb does not answer within {SECONDS} s"
            text = (e.stdout or b"").decode(errors="replace").partition("\x01")[2]
            if text:
                return f"{text}support/run: the report ends here: {why}\n"
            raise Failure(why) from e
        parts = done.stdout.split("\x01")
        if len(parts) == 3 and parts[1]:
            return parts[1]
        raise Failure((done.stderr.strip().splitlines() or ["gdb says nothing"])[-1].removeprefix("support/gdb: "))
