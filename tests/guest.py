# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""A guest that runs while a test talks to it: what it prints, its stdin, and the
place on the host (a TCP port or a Unix socket) that is the other end of one of
its consoles. For a guest that only prints and ends there is Image.run()."""

import contextlib
import ctypes
import os
import shlex
import socket
import subprocess
import threading
import time
from pathlib import Path

from vitrine import RUN_SECONDS, SUPPORT_RUN, Result
from qemu_command import server, virtio_port  # in support/

LIFE = 5 * RUN_SECONDS  # of a guest at most
DEBUG_THREADS = ["--qemu", "-name vitrine,debug-threads=on"]  # QEMU names the threads of its CPUs
PTRACE_ATTACH, PTRACE_DETACH, WALL = 16, 17, 0x40000000  # <sys/ptrace.h>, <sys/wait.h>


def free_port():
    """A TCP port of this machine that no process uses now."""
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


def until(condition, seconds=RUN_SECONDS, blame=lambda: ""):
    """The first true value of a condition."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, f"not so in {seconds} s: {condition} {blame()}"
        time.sleep(0.01)
    return value


def listens(path):
    """Whether a process listens at a Unix socket; proc(5), __SO_ACCEPTCON."""
    return any(words[3] == "00010000" and words[-1] == str(path) for words in
               map(str.split, Path("/proc/net/unix").read_text().splitlines()))


def qemu_of(process):
    """The process that a support/run has started."""
    return until(lambda: [int(w) for w in open(
        f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii").read().split()])[0]


@contextlib.contextmanager
def not_run(process, cpu):
    """The host does not run a CPU of QEMU's meanwhile: ptrace(2) stops its thread. The guest has DEBUG_THREADS."""
    def trace(request):
        return not libc.ptrace(request, int(tid), None, None)
    libc = ctypes.CDLL(None, use_errno=True)
    tasks = Path("/proc", str(qemu_of(process)), "task")
    tid, = (task.name for task in tasks.iterdir() if (task / "comm").read_text(encoding="ascii") == f"CPU {cpu}/TCG\n")
    assert trace(PTRACE_ATTACH), os.strerror(ctypes.get_errno())
    os.waitpid(int(tid), WALL)
    try:
        yield
    finally:
        if not trace(PTRACE_DETACH):  # QEMU has exited: its end waits for this
            os.waitpid(int(tid), WALL)


def vport1(port, transport="modern"):
    """Options that give port 1 of a virtio console to a TCP port, whatever the image does there."""
    legacy = "true" if transport == "legacy" else "false"
    return ["--qemu", shlex.join(["-global", f"virtio-mmio.force-legacy={legacy}",
                                  *server("vport1", port), *virtio_port("vport1", 1)])]


class Guest:
    """A context in which a guest runs.

    at: what connect() connects to. stdin: whether the guest has one.
    """

    def __init__(self, image, *args, options=(), at=None, stdin=False, life=LIFE, env=None):
        self.image, self.at = image, at
        self.words = [*SUPPORT_RUN, "--timeout", str(life), *map(str, options),
                      image.path, *map(str, args)]
        self.how = {"stdin": subprocess.PIPE if stdin else subprocess.DEVNULL, "env": env}
        self.process = None

    def start(self):
        """Boots it; again, if it has ended."""
        self.output = bytearray()
        self.seen = 0  # how far wait_for() has read
        self.ended = False
        self.news = threading.Condition()
        self.process = subprocess.Popen(self.words, bufsize=0, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, **self.how)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        with self.process.stdout as stream:
            while data := stream.read(65536):
                with self.news:
                    self.output += data.replace(b"\r", b"")
                    self.news.notify_all()
        with self.news:
            self.ended = True
            self.news.notify_all()

    def stop(self):
        """Ends it."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
        if self.process:
            self.end()
            if self.process.stdin:
                self.process.stdin.close()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def text(self):
        """What it has printed until now."""
        return bytes(self.output).decode(errors="replace")

    def wait_for(self, text, seconds=RUN_SECONDS):
        """Until it has printed a text, after the one that was waited for last."""
        wanted = text.encode()
        with self.news:
            self.news.wait_for(lambda: self.output.find(wanted, self.seen) >= 0 or self.ended,
                               seconds)
            at = self.output.find(wanted, self.seen)
            assert at >= 0, f"not printed: {text!r}\n{self.text}"
            self.seen = at + len(wanted)

    def write(self, data):
        """Bytes for its stdin, a serial port's other end."""
        with memoryview(data) as left:
            while left:
                left = left[self.process.stdin.write(left):]

    def end(self, data=None, seconds=RUN_SECONDS):
        """How it ended by itself. data: the last bytes for its stdin, which then ends."""
        if data is not None:
            self.write(data)
            self.process.stdin.close()
        status = self.process.wait(timeout=seconds)
        self.reader.join(timeout=10)
        return Result(status, self.text)

    def listening(self):
        """Until QEMU listens at its Unix socket."""
        until(lambda: self.ended or listens(self.at), blame=lambda: self.text)
        assert not self.ended, self.text

    def connect(self, window=None, seconds=RUN_SECONDS):
        """A client at its place, as soon as QEMU listens and has room for one.
        window: bytes that the client's kernel takes before the client reads."""
        end = time.monotonic() + seconds
        tcp = isinstance(self.at, int)
        while True:
            client = socket.socket(socket.AF_INET if tcp else socket.AF_UNIX)
            client.settimeout(seconds)
            if window:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
            try:
                client.connect(("127.0.0.1", self.at) if tcp else str(self.at))
                if tcp:
                    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return client
            except (ConnectionRefusedError, FileNotFoundError, TimeoutError):
                client.close()
                assert self.process.poll() is None and time.monotonic() < end, self.text
                time.sleep(0.01)
