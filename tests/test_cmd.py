# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""lib/ukcmd from outside: commands that end the guest, and what symbol says
compared with binutils. The rest is in lib/ukcmd/tests."""

import re
import subprocess

import pytest
from guest import listens, until
from vitrine import RUN_SECONDS, SUPPORT_RUN, build

pytestmark = pytest.mark.any_arch


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


# At QEMU's stub: the driver has seen that nothing came, and is about to switch the FIFO on. What comes now is lost; a
# second is long for QEMU, which hands it over at once.
BEFORE_THE_FIFO = r"""
set confirm off
target remote {place}
hbreak *{address:#x}
continue
python
import pathlib, time
pathlib.Path("{place}.there").touch()
end = time.monotonic() + 1
while time.monotonic() < end and gdb.execute("monitor i /bx 0x3fd", to_string=True).strip().endswith("0x60"):
    time.sleep(0.01)
end
delete
detach
"""


@pytest.mark.only_arch("x86_64")
def test_first_byte_of_a_pipe(tmp_path):
    """It waits until the port is set up."""
    image, place, script = build("cmd", "x86_64"), tmp_path / "stub", tmp_path / "script"
    probe = image.tool("objdump", "-d", "--disassemble=ns16550_probe", image.path)
    look = re.search(r"\bin .*\n *([0-9a-f]+):.*\n(?:.*\n){,6}?.*\$0x(?:ffffff)?c7,", probe)
    script.write_text(BEFORE_THE_FIFO.format(place=place, address=int(look[1], 16)))
    words = [*SUPPORT_RUN, "--timeout", str(RUN_SECONDS), "--qemu", f"-S -gdb unix:{place},server=on,wait=off", image.path]
    how = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(words, **how) as guest:
        until(lambda: listens(place))
        with subprocess.Popen(["gdb", "-nx", "-batch", "-x", script, image.path], **how) as debugger:
            until((tmp_path / "stub.there").exists)
            guest.stdin.write(b"poweroff 3\n")
            guest.stdin.flush()
            said, _ = debugger.communicate(timeout=RUN_SECONDS)
        text, _ = guest.communicate(timeout=RUN_SECONDS)
    assert b"Breakpoint 1, " in said and guest.returncode == 3, (said, text)


def test_symbol(arch):
    image = build("cmd", arch)
    address = image.functions()["main"]
    result = run(arch, "symbol main", f"symbol {address + 8:#x}", "symbol nonesuch")
    assert f"{address:#x} is main+0x0" in result.text
    assert f"{address + 8:#x} is main+0x8" in result.text
    _, _, line = image.addr2line(address)[-1]
    assert f"tests/apps/cmd/main.c:{line}\n" in result.text
    assert "no symbol nonesuch" in result.text
