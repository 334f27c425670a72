# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""C programs on newlib: their start, their end, their streams and memory, and
what the C library itself is made of."""

import re
import subprocess

import pytest
from vitrine import ONE_COMPILER, ROOT, SHARED, TARGETS, build

APP = "c_program"


@pytest.fixture(scope="session", params=ONE_COMPILER, ids="-".join)
def image(request):
    return build(APP, *request.param)


@pytest.mark.parametrize("how", ["return", "exit"])
@pytest.mark.parametrize("value, status", [
    (0, 0), (1, 1), (63, 63), (64, 63), (70, 63), (256, 63), (-1, 63)])
def test_status(image, how, value, status):
    result = image.run(how, str(value))
    assert result.status == status
    assert result.log()[-1] == f"exit {status}"


@pytest.mark.any_arch
def test_no_arguments(image):
    assert "argc 1, argv[argc] NULL, argv[0] c_program" in image.run().lines


def test_constructors_run_before_main(image):
    assert "constructed: yes" in image.run("construct").lines


@pytest.mark.any_arch
def test_output_without_newline_is_flushed_at_exit(image):
    result = image.run("atexit")
    assert result.status == 0
    assert "at exit" in result.text


@pytest.mark.any_arch
@pytest.mark.parametrize("text", ["", "one\n", "one\ntwo", "one\n\n"])
def test_end_of_input(image, text):
    """Of a pipe, and of what is empty from the start, is the program's."""
    result = image.run("echo", stdin=text)
    assert result.status == 0, result.text
    echoed = [line for line in result.lines if line.startswith("<")]
    assert echoed == [f"<{line}>" for line in text.splitlines()]


@pytest.mark.any_arch
def test_stdin_by_lines_until_ctrl_d(image):
    result = image.run("echo", stdin="one\ntwo\r\x04")
    assert result.status == 0
    assert [line for line in result.lines if line.startswith("<")] == ["<one>", "<two>"]
    assert "end of input: 1" in result.lines


@pytest.mark.any_arch
def test_no_input_is_lost(image):
    """None of what arrives before the guest does, and none of the rest."""
    lines = [f"line {n}" for n in range(500)]
    result = image.run("echo", stdin="\n".join(lines) + "\n\x04")
    assert [line for line in result.lines if line.startswith("<")] == \
        [f"<{line}>" for line in lines]


@pytest.mark.any_arch
def test_no_console_is_end_of_input(image):
    result = image.run("echo", options=["-p", "console.stdio=none"])
    assert result.status == 0
    assert "end of input" not in result.text


def test_floating_point(image):
    assert "1.414214 100 0x1p+1 2" in image.run("floats").lines


@pytest.mark.any_arch
@pytest.mark.parametrize("megabytes", [16, 128])
def test_malloc_has_the_free_memory(image, megabytes):
    result = image.run("allocate", options=["--mem", f"{megabytes}M"])
    (found,) = re.findall(r"(\d+) MiB", result.text)
    assert megabytes - 4 <= int(found) < megabytes


@pytest.mark.any_arch
@pytest.mark.parametrize("what, reason", [
    ("abort", "abort"),
    ("assert", r"assertion failed: zero == 1 \(.*main\.c:\d+\)"),
    ("raise", "signal"),
])
def test_giving_up_is_a_crash(image, what, reason):
    result = image.run(what)
    assert result.status == 70
    assert result.log()[-1] == "exit 70"
    assert any(re.search(reason, line) for line in result.log("CRIT")), result.text


# --- the library itself ---------------------------------------------------------

VECTOR = {"x86_64": re.compile(r"%[xyz]mm\d"),
          "arm64": re.compile(r"[\s,{\[][vqds]\d+([.,}\]]|$)")}


def disassembly(arch):
    return subprocess.run([TARGETS[arch].tools + "objdump", "-d", "--no-show-raw-insn",
                           SHARED / f"newlib-{arch}" / "lib" / "libc.a"], check=True,
                          text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout


def test_string_functions_leave_vector_registers_alone(arch):
    """Library code may call them in any context."""
    build("hello", arch)
    sources = SHARED / f"newlib-{arch}" / "src" / "libc"
    names = {f.stem for d in ("string", "ctype") for f in (sources / d).glob("*.c")}
    member, seen = "", set()
    for line in disassembly(arch).splitlines():
        if line.startswith("lib_a-"):
            member = re.sub(r"^lib_a-|(-stub)?\.o:.*", "", line)
        elif member in names and ".o:" not in line:
            seen.add(member)
            code = line.split("<")[0]
            assert not VECTOR[arch].search(code), f"{member}: {line}"
    assert {"strlen", "strcmp", "memchr", "toupper"} <= seen


# What makes room on the stack by a fixed number of bytes, and what touches it then.
ROOM = {"x86_64": re.compile(r"\s(?:sub +\$0x(\w+),%rsp|lea +-0x(\w+)\(%rsp\),%rsp)$"),
        "arm64": re.compile(r"\ssub\tsp, sp, #0x(\w+)(, lsl #12)?$")}
TOUCH = {"x86_64": re.compile(r"\sorq +\$0x0,(0xff8)?\(%rsp\)$"), "arm64": re.compile(r"\sstr\txzr, \[sp, #1024\]$")}


def test_no_function_steps_over_a_guard_page(arch):
    """-fstack-clash-protection: a page at a time, and each is touched."""
    build("hello", arch)
    lines = disassembly(arch).splitlines()
    pages = 0
    for line, behind in zip(lines, lines[1:]):
        if found := ROOM[arch].search(line.rstrip()):
            size = int(found[1] or found[2], 16) << (12 if found[2] and arch == "arm64" else 0)
            assert size <= 4096, line
            if size == 4096:
                pages += 1
                assert TOUCH[arch].search(behind.rstrip()), (line, behind)
    assert pages >= 4


def test_debug_information_names_no_folder_of_the_host(arch):
    build("hello", arch)
    for library in (SHARED / f"newlib-{arch}" / "lib").glob("*.a"):
        assert str(SHARED).encode() not in library.read_bytes(), library.name


def test_interrupted_build_is_repeated_and_key_kept(tmp_path):
    """A stamp with another key is not believed; the same key builds nothing."""
    script = ROOT / "support" / "newlib" / "build"
    (tmp_path / "stamp").write_text("another key")
    bad = tmp_path / "none.tar.xz"
    bad.write_bytes(b"")
    done = subprocess.run([script, "x86_64", tmp_path, "x86_64-linux-gnu-"],
                          env={"PATH": "/usr/bin:/bin", "NEWLIB_TARBALL": str(bad)},
                          capture_output=True, text=True)
    assert done.returncode == 1
    assert "whole log" in done.stderr
    assert not (tmp_path / "stamp").exists()


def test_newer_sources_that_cannot_be_had(tmp_path):
    """The error names what is missing and what would help."""
    fake = tmp_path / "bin"
    fake.mkdir()
    (fake / "apt-get").write_text("#!/bin/sh\necho 'E: no network'\nexit 100\n")
    (fake / "apt-get").chmod(0o755)
    done = subprocess.run([ROOT / "support" / "newlib" / "build", "x86_64", tmp_path / "newlib",
                           "x86_64-linux-gnu-"], capture_output=True, text=True,
                          env={"PATH": f"{fake}:/usr/bin:/bin"})
    assert done.returncode == 1
    assert "cannot get newlib_4.5.0" in done.stderr, done.stderr
    assert f"into {tmp_path}/newlib-libm" in done.stderr


@pytest.mark.parametrize("args, says", [
    ([], "usage"),
    (["mips", "x", ""], "unknown architecture 'mips'"),
    (["arm64", "x", "no-such-"], "no-such-gcc not found"),
])
def test_wrong_calls_of_the_build(tmp_path, args, says):
    done = subprocess.run([ROOT / "support" / "newlib" / "build", *args], cwd=tmp_path,
                          capture_output=True, text=True)
    assert done.returncode != 0
    assert says in done.stderr
