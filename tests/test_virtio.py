# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""virtio-console as a client on the host sees it, over the legacy and the
version 1 transport: bytes both ways, clients that come and go, that do not
read, that never come.

VITRINE_VIRTIO_MIB: how many MiB each way; the nightly run moves 256.
"""

import array
import contextlib
import os
import re
import socket
import subprocess
import time

import pytest
from vitrine import WITH_GCC, ROOT, build

APP = str(ROOT / "tests" / "virtio_app")
MIB = int(os.environ.get("VITRINE_VIRTIO_MIB", "8"))
SECONDS = 60 + 10 * MIB
TRANSPORTS = ["legacy", "modern"]
HELD = 64 * 1024  # LIBVIRTIO_CONSOLE_TX_KB


def stream(number, length):
    """What virtio_app calls a stream."""
    words = array.array("I", ((i * 2654435761 + number) & 0xffffffff
                              for i in range((length + 3) // 4)))
    return words.tobytes()[:length]


class Guest:
    """A running guest with vport1 at a TCP port."""

    def __init__(self, process, port):
        self.process = process
        self.port = port

    def connect(self, window=None):
        """A client, as soon as QEMU listens."""
        end = time.monotonic() + 20
        while True:
            client = socket.socket()
            client.settimeout(20)
            if window:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
            try:
                client.connect(("127.0.0.1", self.port))
                return contextlib.closing(client)
            except ConnectionRefusedError:
                client.close()
                assert time.monotonic() < end and self.process.poll() is None
                time.sleep(0.02)

    def wait_for(self, line):
        for got in self.process.stdout:
            if got.decode().strip() == line:
                return
        raise AssertionError(f"the guest ended without saying {line}")

    def finish(self, seconds=SECONDS):
        out, _ = self.process.communicate(timeout=seconds)
        return self.process.returncode, out.decode(errors="replace").replace("\r", "")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def guest(arch, transport, *args, cc="gcc", options=()):
    image = build(APP, arch, cc)
    port = free_port()
    legacy = "true" if transport == "legacy" else "false"
    process = subprocess.Popen(
        [ROOT / "support" / "run", "--timeout", str(SECONDS), "--metrics-raw", str(port),
         "--qemu", f"-global virtio-mmio.force-legacy={legacy}", *options,
         image.path, *map(str, args)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        yield Guest(process, port)
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate()


def receive(client, length):
    data = bytearray()
    while len(data) < length:
        got = client.recv(length - len(data))
        if not got:
            break
        data += got
    return bytes(data)


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("arch, cc", WITH_GCC)
def test_bytes_both_ways(arch, transport, cc):
    """Nothing is lost or doubled while eleven clients come and go."""
    clients = 11
    length = MIB * 1024 * 1024 // clients
    with guest(arch, transport, "exchange", clients, length, cc=cc) as g:
        for number in range(1, clients + 1):
            with g.connect() as client:
                client.sendall(stream(number, length))
                assert receive(client, length) == stream(number + 1000, length)
        status, text = g.finish()
    assert status == 0, text
    found = re.findall(r"client (\d+): (\d+) in, (\d+) out", text)
    assert found == [(str(n), str(length), str(length)) for n in range(1, clients + 1)], text
    assert f"in {clients * length}, out {clients * length}, dropped 0" in text


def test_clients_that_die_without_reading(arch):
    """Each takes a transmit buffer with it; the next one misses nothing."""
    deaths, length = 70, 1024 * 1024  # there are 64 descriptors
    with guest(arch, "modern", "flood", deaths + 1, 64 * length) as g:
        for _ in range(deaths):
            with g.connect(window=4096) as client:
                receive(client, 1)
                time.sleep(0.1)  # QEMU's socket is full by now
            time.sleep(0.05)  # the guest noticed
        with g.connect() as client:
            assert receive(client, length) == stream(deaths + 1, length)
        status, text = g.finish()
    assert status == 0, text


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_client_that_does_not_read(arch, transport):
    """The guest gives up what does not fit (sockets hold a few MiB) and goes on."""
    sent = 32 * 1024 * 1024
    with guest(arch, transport, "mute", sent) as g, g.connect():
        status, text = g.finish(30)
    assert status == 0, text
    out, dropped = map(int, re.search(r"out (\d+), dropped (\d+)", text).groups())
    assert 0 < out < sent and dropped == 0


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_output_is_kept_for_the_first_client(arch, transport):
    sent = HELD + 10000
    with guest(arch, transport, "held", sent) as g:
        g.wait_for("ready")
        with g.connect() as client:
            assert receive(client, HELD) == stream(0, HELD)
            client.settimeout(0.2)
            with pytest.raises(TimeoutError):
                client.recv(1)
        status, text = g.finish()
    assert status == 0, text
    assert f"in 0, out {sent}, dropped 10000" in text


def test_no_client_connects(arch):
    with guest(arch, "modern", "stdout", 20000, options=["-p", "console.stdio=vport1"]) as g:
        status, text = g.finish(30)
    assert status == 0, text
    assert re.search(r"consoles: \w+ \(log\) vport1 \(stdio\)", text)


KINDS = {"crash": "crash: on purpose", "seize": "read from 0x10"}


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("kind", KINDS)
def test_log_and_crash_screen_on_a_port(arch, transport, kind):
    """What was logged before the client came is kept, too; and a crash inside
    the driver takes its device over."""
    with guest(arch, transport, kind, options=["-p", "console.log=vport1"]) as g:
        with g.connect() as client:
            text = receive(client, 1 << 20).decode(errors="replace")
        status, _ = g.finish()
    assert status == 70
    for expected in ("consoles:", KINDS[kind], "exit 70"):
        assert expected in text, text


def test_no_such_port():
    image = build(APP, "x86_64")
    result = image.run(options=["--machine", "q35", "-p", "console.log=vport1"])
    assert result.status == 71
    assert 'no console "vport1"' in result.text
