# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""lib/ukcmd from outside: commands that end the guest, and what symbol says
compared with binutils. The rest is in lib/ukcmd/tests."""

import pytest
from vitrine import build


def run(arch, *lines):
    return build("cmd", arch).run(stdin="".join(f"{l}\n" for l in lines) + "\x04")


@pytest.mark.parametrize("kind, says", [
    ("", "crash: on purpose"), ("crash", "crash: on purpose"), ("assert", "assertion failed"),
    ("read", "read from 0x0: not mapped"), ("write", "write to 0x0: not mapped"),
    ("jump", "0x0: not mapped"), ("trap", "nstruction")])
def test_crash(arch, kind, says):
    result = run(arch, f"crash {kind}")
    assert result.status == 70
    assert says in result.text, result.text
    assert "cmd_crash" in result.text


def test_ends(arch):
    assert run(arch, "poweroff").status == 0
    result = run(arch, "poweroff 64", "poweroff 7", "help")
    assert result.status == 7
    assert "usage: poweroff" in result.text and "= -22" in result.text
    assert result.log()[-1] == "exit 7"
    assert "lists the commands" not in result.text
    assert run(arch, "reset", "poweroff 3").status == 0


def test_symbol(arch):
    image = build("cmd", arch)
    address = image.functions()["main"]
    result = run(arch, "symbol main", f"symbol {address + 8:#x}", "symbol nonesuch")
    assert f"{address:#x} is main+0x0" in result.text
    assert f"{address + 8:#x} is main+0x8" in result.text
    _, _, line = image.addr2line(address)[-1]
    assert f"tests/apps/cmd/main.c:{line}\n" in result.text
    assert "no symbol nonesuch" in result.text
