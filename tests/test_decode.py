# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""support/decode: what it adds to a crash screen is what binutils say, it keeps
what it does not understand, and refuses the crash of another image."""

import re
import subprocess

import pytest
from vitrine import ROOT, build

DECODE = ROOT / "support" / "decode"
FRAME = re.compile(r"\[([0-9a-f]{16})\] (\w+)\+[0-9a-f]+")
ADDED = re.compile(r"^ {4}=> (\S+) at (\S+?):(\d+)(?::\d+)?( inlined)?$")


def decode(image, log, *more):
    return subprocess.run([DECODE, image, *more], input=log.encode(),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def crash(arch, kind="null-write"):
    image = build("crash", arch)
    return image, image.run(kind).text


def frames(text):
    """[(line, what was added to it)] of the out-of-line frames."""
    found = []
    for line in text.splitlines():
        m = ADDED.match(line)
        if m and found:
            found[-1][1].append(m.groups())
        elif "CRIT:" in line:
            found.append((line, []))
    return [(line, added) for line, added in found
            if FRAME.search(line) and "inlined" not in line]


@pytest.mark.any_arch
def test_frames_are_what_addr2line_says(arch):
    image, log = crash(arch, "assert")
    done = decode(image.path, log)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    trace = frames(done.stdout.decode())
    assert len(trace) >= 3
    for line, added in trace:
        address = int(FRAME.search(line).group(1), 16)
        # An assertion is a call: every address is a return address, but that of a thread
        # that has not run
        expected = image.addr2line(address - (not re.search(r" \w+\+0 ", line)))
        assert [a[1:3] for a in added] == [tuple(e[1:]) for e in expected]
        assert added[-1][0].split("+")[0] == FRAME.search(line).group(2)


def test_a_fault_is_looked_up_at_its_instruction(arch):
    image, log = crash(arch)
    line, added = frames(decode(image.path, log).stdout.decode())[0]
    address = int(FRAME.search(line).group(1), 16)
    assert added[0][1:3] == tuple(image.addr2line(address)[0][1:])
    assert added[0][0].startswith("null_write+0x")


def test_registers_are_explained(arch):
    image, log = crash(arch)
    out = decode(image.path, log).stdout.decode()
    pc = "RIP" if arch == "x86_64" else "PC"
    assert re.search(rf"^    {pc} => null_write\+0x\w+ at apps/crash/\S+:\d+",
                     out, re.M | re.I), out


@pytest.mark.any_arch
def test_data_is_named_once(arch):
    """What the screen names is not repeated; without its symbols it is named
    here, and so are texts, which have no symbol at all."""
    image, log = crash(arch)
    assert "plat_main_stack+" in log
    assert "=> plat_main_stack" not in decode(image.path, log).stdout.decode()
    plain = re.sub(r"(\w+: [0-9a-f]{16}) \S+\+[0-9a-f]+$", r"\1", log, flags=re.M)
    assert "=> plat_main_stack+0x" in decode(image.path, plain).stdout.decode()

    data = image.path.read_bytes()
    sections = [line.split("]", 1)[1].split() for line in
                image.tool("readelf", "-SW", image.path).splitlines() if "] .rodata " in line]
    address, offset, size = (int(sections[0][i], 16) for i in (2, 3, 4))
    at = data.index(b"read through a null pointer\0", offset, offset + size) - offset
    line = f"[    0.1] CRIT:        RSI: {address + at:016x}\n"
    assert (f'RSI => .rodata+{at:#x} "read through a null pointer"' in
            decode(image.path, line).stdout.decode())


def test_messages_are_explained(arch):
    """Where the image has no symbols: who allocated a block is at the call, the place that
    a handler interrupted at its instruction."""
    image = build("crash", arch)
    at = image.functions()["heap_overrun"] + 24
    for text, look in ((f"  allocated by {at:#x}", at - 1), (f"  freed by {at:#x}", at - 1),
                       (f"Inside a handler of UKARCH_TRAP_IRQ at {at:#x}", at)):
        out = decode(image.path, f"[    0.1] CRIT: {text}\n").stdout.decode().splitlines()
        function, place, line = image.addr2line(look)[-1]
        assert re.match(rf" {{4}}{at:#x} => {function}\+0x18 at {place}:{line}(:\d+)?$", out[1])
        named = decode(image.path, f"[    0.1] CRIT: {text} {function}+18 ({place}:{line})\n")
        assert len(named.stdout.splitlines()) == 1


@pytest.mark.any_arch
def test_newlib_is_named_as_the_screen_names_it(arch):
    image, log = crash(arch, "in-strlen")
    out = decode(image.path, log).stdout.decode()
    place = re.search(r"strlen\+\w+ \((newlib/libc/\S+):\d+\)", log).group(1)
    assert f" at {place}:" in out
    assert "newlib/obj" not in out


@pytest.mark.any_arch
def test_everything_else_passes_unchanged(arch):
    image, log = crash(arch)
    lines = [f"host-7 kernel \x1b[31m{line}\x1b[0m\r" for line in log.splitlines()]
    log = "\n".join(["before", *lines, "after \udcff"]) + "\n"
    raw = log.encode(errors="surrogateescape")
    done = subprocess.run([DECODE, image.path], input=raw, stdout=subprocess.PIPE)
    assert done.returncode == 0
    kept = [line for line in done.stdout.split(b"\n")
            if not re.match(rb" {4}(\w+ )?=> ", line)]
    assert b"\n".join(kept) == raw
    added = [line for line in done.stdout.split(b"\n")
             if re.match(rb" {4}(\w+ )?=> ", line)]
    assert len(added) > 5
    assert all(line.endswith(b"\r") for line in added)


@pytest.mark.any_arch
def test_another_image_is_refused(arch):
    _, log = crash(arch)
    other = build("hello", arch)
    done = decode(other.path, log)
    assert done.returncode == 1
    assert b"another image" in done.stderr and b"build-id" in done.stderr
    assert not done.stdout


@pytest.mark.any_arch
def test_a_log_without_banner_is_a_warning(arch):
    image, log = crash(arch)
    log = "".join(line + "\n" for line in log.splitlines() if "build-id" not in line)
    done = decode(image.path, log)
    assert done.returncode == 0
    assert b"no build-id in the log" in done.stderr
    assert b"=> null_write+0x" in done.stdout


def test_wrong_usage(tmp_path):
    assert subprocess.run([DECODE], stderr=subprocess.PIPE).returncode == 2
    done = decode("a", "", "b")
    assert done.returncode == 2 and b"usage:" in done.stderr
    text = tmp_path / "text"
    text.write_text("no ELF")
    done = decode(text, "")
    assert done.returncode == 1 and b"not an ELF image" in done.stderr
    assert decode(tmp_path / "none", "").returncode == 1
