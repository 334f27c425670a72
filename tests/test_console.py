# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Receiving by interrupt (LIBUKCONSOLE_RX_IRQ), on every machine, interrupt
controller and virtio transport."""

import contextlib
import os
import re
import time

import pytest
from guest import Guest, free_port, vport1
from test_virtio import receive, stream
from vitrine import MACHINES, WITH_GCC, TARGETS, build

APP = "console"
SECONDS = 60
RING = 1024  # LIBUKCONSOLE_RX_SIZE

SERIAL = [name for name in ("microvm", "q35", "gicv2", "gicv3") if name in MACHINES]
VIRTIO = [(name, transport) for name in SERIAL if name != "q35"
          for transport in ("legacy", "modern")]


def guest(name, *args, transport=None, options=(), cc="gcc", waits=False):
    """A guest with a stdin, and with vport1 at a TCP port if a transport is given; waits: it
    boots when there is a client."""
    arch, machine = MACHINES[name]
    port = free_port()
    return Guest(build(APP, arch, cc), *args, at=port, stdin=True, life=SECONDS, options=[
        *machine, *options, *(o.replace("wait=off", "wait=on") if waits else o
                              for o in (vport1(port, transport) if transport else []))])


def console(name):
    return TARGETS[MACHINES[name][0]].console


def finish(g, data=b""):
    result = g.end(data)
    assert result.status == 0, result.text
    return result.text


@pytest.mark.parametrize("length", [RING, 20 * RING + 17], ids=["fits", "burst"])
@pytest.mark.parametrize("name, cc", [(name, cc) for name in SERIAL
                                      for arch, cc in WITH_GCC if arch == MACHINES[name][0]])
def test_serial_bursts(name, length, cc):
    """Bytes that arrive without a reader are kept, or wait at the other end:
    nothing is lost or doubled."""
    with guest(name, "late", console(name), length, cc=cc) as g:
        g.wait_for("computing")
        text = finish(g, stream(1, length))
    assert "interrupts some" in text
    assert f"took {length}, overruns 0" in text


@pytest.mark.parametrize("name", SERIAL)
def test_serial_polled(name):
    """With interrupts off, as a debugger and the crash screen read."""
    with guest(name, "polled", console(name), 3 * RING) as g:
        text = finish(g, stream(1, 3 * RING))
    assert f"took {3 * RING}, overruns 0" in text


@pytest.mark.parametrize("name", SERIAL)
def test_serial_callback(name):
    """A debugger's Ctrl-C while the program sleeps; one callback a console."""
    with guest(name, "ctrl-c", console(name)) as g:
        g.wait_for("set 0, other -16")
        g.write(b"ab\x03")
        text = finish(g)
    assert "depth 1" in text


@pytest.mark.parametrize("name", SERIAL)
def test_serial_nmi(name):
    """The same for a program that disabled interrupts; then as before."""
    with guest(name, "nmi", console(name)) as g:
        g.wait_for("set 0 0")
        g.write(b"ab\x03")
        g.wait_for("depth 1")
        text = finish(g, stream(1, 100))
    assert "took 100, overruns 0" in text


def cpu_seconds(pid):
    """Of a process and its children."""
    ticks = 0
    for task in os.listdir("/proc"):
        with contextlib.suppress(OSError):
            if task.isdigit():
                stat = (open(f"/proc/{task}/stat", encoding="ascii", errors="replace")
                        .read().rpartition(")")[2].split())
                if int(task) == pid or int(stat[1]) == pid:
                    ticks += int(stat[11]) + int(stat[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def check_sleeps(g, write):
    """Lines are read as they come; between them the guest takes no time: it
    would take all there is, here some part of a second of a shared machine."""
    for number in range(5):
        write(f"number {number}\n".encode())
        g.wait_for(f"line number {number}")
    before = cpu_seconds(g.process.pid)
    time.sleep(2)
    used = cpu_seconds(g.process.pid) - before
    write(b"\x04")
    finish(g)
    assert used < 0.3


@pytest.mark.any_arch
@pytest.mark.parametrize("name", SERIAL)
def test_read_sleeps(name):
    with guest(name, "lines") as g:
        g.wait_for("line -19")
        check_sleeps(g, lambda data: g.write(data))


@pytest.mark.any_arch
@pytest.mark.parametrize("name, transport", VIRTIO)
def test_port_read_sleeps(name, transport):
    """stdin and stdout on a port, whose client comes late and goes."""
    with guest(name, "lines", transport=transport,
               options=["-p", "console.stdio=vport1"]) as g:
        with g.connect() as client:
            assert receive(client, 9) == b"line -19\n"
            for number in range(3):
                text = f"number {number}\n".encode()
                client.sendall(text)
                assert receive(client, 5 + len(text)) == b"line " + text
            before = cpu_seconds(g.process.pid)
            time.sleep(2)
            assert cpu_seconds(g.process.pid) - before < 0.3
            client.sendall(b"\x04")
            finish(g)


@pytest.mark.any_arch
@pytest.mark.parametrize("name, transport", VIRTIO)
def test_port(name, transport):
    """Bursts and the callback, which is also called for clients."""
    length = 200 * 1024
    with guest(name, "late", "vport1", length, transport=transport) as g, g.connect() as client:
        g.wait_for("computing")
        client.sendall(stream(1, length))
        text = finish(g)
        assert "interrupts some" in text
        assert f"took {length}, overruns 0" in text
    with guest(name, "ctrl-c", "vport1", transport=transport) as g:
        g.wait_for("set 0, other -16")
        with g.connect() as client:
            client.sendall(b"ab\x03")
            assert "depth 1" in finish(g)
    with guest(name, "clients", "vport1", transport=transport) as g:
        g.wait_for("line 12" if name == "microvm" else "line 79")
        for number in range(1, 4):
            with g.connect():
                g.wait_for(f"client {number}\n")
            g.wait_for("client 0\n")
        finish(g)


@pytest.mark.any_arch
@pytest.mark.parametrize("name, transport", VIRTIO)
def test_host_that_does_not_read(name, transport):
    """Output that is not taken keeps no timer waiting, and main finishes. Time is
    counted in instructions, so that no busy host takes ticks away."""
    with guest(name, "timers", "vport1", 32 << 20, transport=transport, options=["--icount"],
               waits=True) as g, g.connect():
        text = finish(g)
    ticks, due = map(int, re.search(r"ticks (\d+) of (\d+)", text).groups())
    assert due - 1 <= ticks <= due + 1


@pytest.mark.any_arch
def test_nothing_of_it_is_in_an_image_without(arch):
    functions = build("hello", arch).functions()
    assert not [f for f in functions if f.startswith(("console_ring", "uk_console_set"))]
