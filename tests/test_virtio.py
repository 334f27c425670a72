# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""virtio-console as a client on the host sees it, over the legacy and the
version 1 transport: bytes both ways, clients that come and go, that do not
read, that never come.

VITRINE_VIRTIO_MIB: how many MiB each way; the nightly run moves 256.
"""

import array
import os
import re

import pytest
from guest import Guest, free_port, until, vport1
from vitrine import WITH_GCC, build

APP = "virtio"
MIB = int(os.environ.get("VITRINE_VIRTIO_MIB", "8"))
SECONDS = 60 + 10 * MIB
TRANSPORTS = ["legacy", "modern"]
HELD = 64 * 1024  # LIBVIRTIO_CONSOLE_TX_KB
DESCRIPTORS, BUFFER = 64, 4096  # of the transmit queue; bytes of each


def stream(number, length):
    """What tests/apps/virtio calls a stream."""
    words = array.array("I", ((i * 2654435761 + number) & 0xffffffff
                              for i in range((length + 3) // 4)))
    return words.tobytes()[:length]


def guest(arch, transport, *args, cc="gcc", options=()):
    """A guest with vport1 at a TCP port."""
    port = free_port()
    return Guest(build(APP, arch, cc), *args, at=port, life=SECONDS,
                 options=[*vport1(port, transport), *options])


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
        end = g.end(seconds=SECONDS)
    assert end.status == 0, end.text
    found = re.findall(r"client (\d+): (\d+) in, (\d+) out", end.text)
    assert found == [(str(n), str(length), str(length)) for n in range(1, clients + 1)], end.text
    assert f"in {clients * length}, out {clients * length}, dropped 0" in end.text


def waiting(client):
    """The bytes that wait in QEMU's kernel for room in the client's; proc(5), tx_queue."""
    peer, own = (f"0100007F:{name[1]:04X}" for name in (client.getpeername(), client.getsockname()))
    with open("/proc/net/tcp", encoding="ascii") as table:
        return next((int(words[4].partition(":")[0], 16) for words in map(str.split, table)
                     if words[1:3] == [peer, own]), 0)


@pytest.mark.any_arch
def test_clients_that_die_without_reading(arch):
    """Each takes a transmit buffer with it; the next one misses nothing."""
    deaths, length = 90, 1024 * 1024
    with guest(arch, "modern", "flood", deaths + 1, 64 * length) as g:
        for _ in range(deaths):
            with g.connect(window=4096) as client:
                sizes = [0]
                until(lambda: sizes.append(waiting(client)) or sizes[-2] == sizes[-1] > 0)
            g.wait_for(" out\n")
        with g.connect() as client:
            assert receive(client, length) == stream(deaths + 1, length)
        end = g.end()
    assert end.status == 0, end.text
    # more than there are; else nothing was to be taken back
    lost = int(re.search(r"dropped (\d+)", end.text)[1]) // BUFFER
    assert lost > DESCRIPTORS, end.text


@pytest.mark.any_arch
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_client_that_does_not_read(arch, transport):
    """The guest gives up what does not fit (sockets hold a few MiB) and goes on."""
    sent = 32 * 1024 * 1024
    with guest(arch, transport, "mute", sent) as g, g.connect():
        end = g.end(seconds=30)
    assert end.status == 0, end.text
    out, dropped = map(int, re.search(r"out (\d+), dropped (\d+)", end.text).groups())
    assert 0 < out < sent and dropped == 0


@pytest.mark.any_arch
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
        end = g.end(seconds=SECONDS)
    assert end.status == 0, end.text
    assert f"in 0, out {sent}, dropped 10000" in end.text


@pytest.mark.any_arch
def test_no_client_connects(arch):
    with guest(arch, "modern", "stdout", 20000, options=["-p", "console.stdio=vport1"]) as g:
        end = g.end(seconds=30)
    assert end.status == 0, end.text
    assert re.search(r"consoles: \w+ \(log\) vport1 \(stdio\)", end.text)


KINDS = {"crash": "crash: on purpose", "seize": "read from 0x10"}


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("kind", KINDS)
def test_log_and_crash_screen_on_a_port(arch, transport, kind):
    """What was logged before the client came is kept, too; and a crash inside
    the driver takes its device over."""
    with guest(arch, transport, kind, options=["-p", "console.log=vport1"]) as g:
        with g.connect() as client:
            text = receive(client, 1 << 20).decode(errors="replace")
        status = g.end().status
    assert status == 70
    for expected in ("consoles:", KINDS[kind], "exit 70"):
        assert expected in text, text


@pytest.mark.any_arch
def test_no_such_port():
    image = build(APP, "x86_64")
    result = image.run(options=["--machine", "q35", "-p", "console.log=vport1"])
    assert result.status == 71
    assert 'no console "vport1"' in result.text
