# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""support/run: usage, the QEMU command, quoting, exit statuses. The guests
are two small assembly programs (tests/apps/bare), so that a fault in an image
is never mistaken for one here."""

import json
import os
import pty
import random
import re
import shlex
import signal
import socket
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from vitrine import ARCHS, ROOT, TARGETS, build, make

RUN = ROOT / "support" / "run"
GUESTS = ROOT / "tests/apps/bare"
BOUND = 60  # seconds that no test needs

import qemu_status  # noqa: E402  pylint: disable=wrong-import-position
import qemu_command  # noqa: E402  pylint: disable=wrong-import-position

pytestmark = [pytest.mark.any_arch, pytest.mark.one_cpu("guests without libraries")]


def bare(arch, folder, text=None):
    """The path of the assembled guest of an architecture, linked to run where its boots expect it or at `text`."""
    target = TARGETS[arch]
    path = Path(folder) / f"{arch}.elf"
    subprocess.run([target.tools + "gcc", "-static", "-nostdlib", "-no-pie", "-Wl,--build-id=none",
                    f"-Wl,-Ttext={text or target.text:#x}", "-o", path, GUESTS / f"{arch}.S"], check=True)
    return path


@pytest.fixture(scope="session")
def guests(tmp_path_factory):
    """The assembled guests, by architecture."""
    folder = tmp_path_factory.mktemp("guests")
    return {arch: str(bare(arch, folder)) for arch in TARGETS}


def run(*args, stdin=subprocess.DEVNULL, **kw):
    return subprocess.run([RUN, *args], capture_output=True, timeout=BOUND,
                          **({"stdin": stdin} if "input" not in kw else {}), **kw)


def boot_with(guest, order, *options, **kw):
    """Boots a guest that obeys one character."""
    return run(*options, guest, f"do=@{order}", **kw)


def command_of(*args):
    """The QEMU command that --verbose prints, without running it."""
    done = run("-V", *args, env={"PATH": "/nonexistent"})
    assert done.returncode == 125, done.stderr
    return shlex.split(done.stderr.decode().splitlines()[0])


# --- usage -------------------------------------------------------------------

@pytest.mark.parametrize("args, says", [
    ([], "no IMAGE"),
    (["--frobnicate", "x"], "--frobnicate"),
    (["/nonexistent/image"], "/nonexistent/image"),
    ([b"/no\x1b[31m\n\xff"], "cannot read /no\\x1b[31m\\n\\xff: No such file"),  # no terminal obeys it
    ([str(RUN)], "no 64-bit little-endian ELF"),
    (["--gdb", "0", "x"], "--gdb 0"),
    (["--metrics", "http", "x"], "--metrics http"),
    (["--timeout", "soon", "x"], "--timeout soon"),
    (["--accel", "hvf", "x"], "tcg or kvm"),
    (["--mem", "lots", "x"], "--mem lots: not a size"),
    (["--mem", "0", "x"], "such as 64M"),
    (["--args", "'a", "x"], "no closing quotation"),
    (["--qemu", '"', "x"], "no closing quotation"),
])
def test_wrong_usage(args, says):
    done = run(*args)
    assert done.returncode == 2
    assert says in done.stderr.decode()
    assert done.stdout == b""


@pytest.mark.parametrize("options, says", [
    (["--machine", "virt"], "use microvm or q35"),
    (["--accel", "kvm", "--icount"], "tcg only"),
    (["-p", "--"], "no parameter"),
])
def test_wrong_for_the_image(guests, options, says):
    done = run(*options, guests["x86_64"])
    assert done.returncode == 2
    assert says in done.stderr.decode()


def test_kvm_of_another_architecture(guests):
    host, other = os.uname().machine, "arm64" if os.uname().machine == "x86_64" else "x86_64"
    done = run("--accel", "kvm", guests[other])
    assert done.returncode == 2
    assert f"--accel kvm needs a host for {other}, this one is for {host}: leave it out" in done.stderr.decode()


@pytest.mark.parametrize("arch, says", [
    ("x86_64", "without the PVH note"), ("arm64", "not linked to run at 0x40000000")])
def test_program_for_the_host(tmp_path, arch, says):
    """An ELF file of the right machine that no machine boots."""
    program = tmp_path / "program"
    subprocess.run([TARGETS[arch].tools + "gcc", "-nostdlib", "-static", "-o", program, "-x", "c", "-"], check=True,
                   input=b"void _start(void) {}")
    done = run(program)
    assert done.returncode == 2
    assert says in done.stderr.decode()
    program.write_bytes(program.read_bytes()[:100])
    done = run(program)
    assert done.returncode == 2
    assert "not an image" in done.stderr.decode()


def test_elf_of_another_machine(tmp_path, guests):
    head = bytearray(Path(guests["arm64"]).read_bytes())
    head[18:20] = b"\xf3\0"  # RISC-V
    (tmp_path / "image").write_bytes(head)
    done = run(tmp_path / "image")
    assert done.returncode == 2
    assert "machine 243" in done.stderr.decode()


def test_help_names_every_option():
    text = run("--help").stdout.decode()
    source = RUN.read_text(encoding="utf-8")
    names = re.findall(r'"([a-z]+)=?"', re.search(r"LONG_OPTIONS = \[(.*?)\]", source,
                                                 re.S).group(1))
    assert len(names) > 5
    for name in names:
        assert f"--{name}" in text


# --- the command ---------------------------------------------------------------

def test_image_with_a_comma(guests, arch, tmp_path):
    image = shutil.copy(guests[arch], tmp_path / "a,b.elf")
    assert boot_with(image, "0").returncode == run(guests[arch], "do=@0").returncode
    assert f"-kernel {image}" in " ".join(command_of(image))


def test_qemu_that_cannot_read_the_image():
    """Of microvm and q35; no test can take an image away between the check and QEMU."""
    said = b"qemu: could not open kernel file '/none.elf': No such file or directory\n"
    assert qemu_status.status_of("x86_64", 1, b"", said) == (125, False, "QEMU could not be started")


def test_missing_qemu_is_named(guests):
    done = run(guests["x86_64"], env={"PATH": "/nonexistent"})
    assert done.returncode == 125
    assert "qemu-system-x86_64" in done.stderr.decode()
    assert "support/setup run" in done.stderr.decode()


def test_defaults(guests, arch):
    binary = TARGETS[arch].qemu
    command = command_of(guests[arch])
    assert command[0] == binary
    assert command[command.index("-machine") + 1].split(",")[0] == next(iter(TARGETS[arch].machines))
    assert command[command.index("-accel") + 1] == "tcg"
    assert command[command.index("-m") + 1] == "128M"
    assert "-append" not in command


def test_options_reach_qemu(guests):
    command = command_of("--mem", "32M", "--cpu", "qemu64", "--machine", "q35",
                         "--qemu", "-d 'guest_errors'", "--qemu", "-s", guests["x86_64"])
    text = " ".join(command)
    assert "-m 32M" in text and "-cpu qemu64" in text and "-machine q35" in text
    assert command[-3:] == ["-d", "guest_errors", "-s"]


def test_params_and_arguments(guests):
    command = command_of("-p", "a.b=1", "--param", "c.d=x y", guests["x86_64"],
                         "--mem", "two words", "", "--", "virtio_mmio.device=1")
    assert command[command.index("-append") + 1] == \
        'a.b=1 "c.d=x y" -- --mem "two words" "" -- "virtio_mmio.device=1"'


def test_arguments_in_one_word(guests):
    """As make run passes them: split like a shell does, nothing expanded."""
    command = command_of("--params", "a.b=1 c.d='x y'", "--args", "* \"a b\" 'c d' \\; $HOME `x` e",
                         guests["x86_64"], "last")
    assert command[command.index("-append") + 1] == \
        'a.b=1 "c.d=x y" -- * "a b" "c d" ; $HOME `x` e last'


def test_make_run_expands_nothing(tmp_path):
    args = f"* 'a b' ; it\\'s $x $$y $(shell touch {tmp_path}/file) `id` #c"
    done = make("-n", "run", f"O={tmp_path}/o", f"ARGS={args}", "PARAMS=a.b=$x")
    words = shlex.split(done.stdout.splitlines()[-1])
    assert words[1:5] == ["--params", "a.b=$x", "--args", args]
    assert not (tmp_path / "file").exists()


def test_streams_that_cannot_be(guests, tmp_path):
    notes = tmp_path / "notes"
    notes.write_text("precious")
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = str(busy.getsockname()[1])
        for args, says in (
                (["--metrics", port], f"port {port} is in use; choose another with --metrics PORT"),
                (["--gdb", "1234", "--shell", "1234"], "--gdb and --shell both name 1234"),
                (["--gdb", "/nonexistent/folder/s"], "/nonexistent/folder does not exist"),
                (["--gdb", notes], f"--gdb {notes}: a file is there that is no socket")):
            done = run(*args, guests["x86_64"])
            assert done.returncode == 2 and says in done.stderr.decode()
    assert notes.read_text() == "precious"


def test_ports_have_nodelay(arch):
    text = " ".join(command_of("--gdb", "1234", "--metrics-raw", "9100", build("metrics", arch).path))
    for port in (1234, 9100):
        assert f"port={port},server=on,wait=off,nodelay=on" in text


# --- quoting -------------------------------------------------------------------

def unquote(line):
    """The guest's rules, written down a second time."""
    words, i = [], 0
    while i < len(line):
        if line[i] in " \t\n\r":
            i += 1
            continue
        word, is_open = "", False
        while i < len(line) and (is_open or line[i] not in " \t\n\r"):
            if line[i] == '"':
                is_open = not is_open
            elif is_open and line[i] == "\\" and line[i + 1] in '"\\':
                i += 1
                word += line[i]
            else:
                word += line[i]
            i += 1
        words.append(word)
    return words


def test_quoting_round_trip():
    rng = random.Random(1)
    for _ in range(2000):
        words = ["".join(rng.choice('ab "\\\t\n-=é') for _ in range(rng.randrange(6)))
                 for _ in range(rng.randrange(5))]
        line = " ".join(map(qemu_command.quote, words))
        assert unquote(line) == words


def test_nul_cannot_be_passed():
    with pytest.raises(qemu_command.UsageError):
        qemu_command.quote("a\0b")


def test_command_line_arrives(guests, arch):
    done = run("-p", "do=@0", guests[arch], 'say "hi"', "\\")
    assert done.returncode == 0
    assert done.stdout.endswith(b'@0 -- "say \\"hi\\"" "\\\\"\n')


# --- exit statuses ---------------------------------------------------------------

@pytest.mark.parametrize("order, status", [
    ("0", 0), ("1", 1), ("7", 7), ("o", 63), ("c", 70)])
def test_status_of_main(guests, arch, order, status):
    for machine in TARGETS[arch].machines:
        done = boot_with(guests[arch], order, "--machine", machine)
        assert done.returncode == status


def test_status_from_the_log(guests, arch):
    assert boot_with(guests[arch], "l").returncode == 9


def test_triple_fault_is_a_crash(guests, tmp_path):
    done = boot_with(guests["x86_64"], "t", "--on-crash", tmp_path / "new")
    assert done.returncode == 70
    assert "without saying its status" in done.stderr.decode()
    report, = (tmp_path / "new").glob("*/report.json")
    assert "without saying its status" in json.loads(report.read_text())["missing"]["core"]


def test_time_limit(guests, arch):
    start = time.monotonic()
    done = boot_with(guests[arch], "h", "--timeout", "1")
    assert done.returncode == 124
    assert 1 <= time.monotonic() - start < 20
    assert "time limit" in done.stderr.decode()


def test_qemu_that_refuses(guests, arch):
    done = run("--cpu", "nonesuch", guests[arch])
    assert done.returncode == 125
    assert "could not be started" in done.stderr.decode()


def test_icount_is_accepted(guests, arch):
    assert boot_with(guests[arch], "5", "--icount").returncode == 5


# --- streams and signals ---------------------------------------------------------

def test_stdin_reaches_the_guest(guests, arch):
    done = boot_with(guests[arch], "e", input=b"hello q")
    assert done.returncode == 0
    assert done.stdout.endswith(b"\nhello q")


def start(guest, order, **kw):
    """Starts a guest and returns once it has printed its command line."""
    process = subprocess.Popen([RUN, guest, f"do=@{order}"], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, **kw)
    assert process.stdout.readline().endswith(b"\n")
    return process


def children(pid):
    return [int(c) for c in
            Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def gone(pid):
    """Whether a process has ended, within a bound."""
    for _ in range(200):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return True
        if state in "ZX":
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("number, status", [
    (signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_no_qemu_stays_behind(guests, number, status):
    process = start(guests["x86_64"], "h", stdin=subprocess.DEVNULL)
    (qemu,) = children(process.pid)
    process.send_signal(number)
    process.communicate(timeout=BOUND)
    assert process.returncode == status
    assert gone(qemu)


def test_output_without_a_reader_ends_the_guest(guests):
    process = start(guests["x86_64"], "e", stdin=subprocess.PIPE)
    process.stdout.close()
    process.stdin.write(b"x")
    process.stdin.flush()
    assert process.wait(BOUND) == 128 + signal.SIGPIPE
    process.stdin.close()
    process.stderr.close()


def test_ctrl_c_on_a_terminal(guests):
    pid, tty = pty.fork()
    if pid == 0:
        os.execv(RUN, [str(RUN), guests["x86_64"], "do=@e"])
    seen = b""
    while b"\n" not in seen:
        seen += os.read(tty, 1024)
    os.write(tty, b"a")
    while not seen.rstrip(b"\n").endswith(b"a"):
        seen += os.read(tty, 1024)
    os.write(tty, b"\x03")
    try:
        while os.read(tty, 1024):
            pass
    except OSError:  # the terminal's other end is closed
        pass
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 130
    os.close(tty)


@pytest.mark.parametrize("option, library, line", [
    ("gdb", "LIBUKGDB", "stub"), ("metrics", "LIBUKMETRICS", "metrics"), ("shell", "LIBUKSHELL", "shell")])
def test_port_without_its_library(guests, tmp_path, option, library, line):
    """The guest runs, and the user learns why nothing answers. The lines that a
    program may use itself are there, a shell's is not."""
    guest = guests["x86_64"]
    done = boot_with(guest, "0", "-V", f"--{option}", str(tmp_path / "socket"))
    assert (f"id={line}," in done.stderr.decode()) == (option != "shell")
    assert f"--{option} has no effect: switch {library} on" in done.stderr.decode()
    assert library not in boot_with(guest, "0").stderr.decode()


def test_cpus_without_use(guests):
    done = boot_with(guests["x86_64"], "0", "-V", "--smp", "1000")
    said = done.stderr.decode()
    assert done.returncode == 0 and "no use for other CPUs than the first, --smp has no effect" in said, said
    assert "-smp" not in said.split("has no effect")[1], said


def test_port_with_its_library():
    image = build("metrics", ARCHS[0])
    done = image.run(options=["--metrics", str(image.path.parent / "socket"), "--timeout", "0.5"])
    assert "has no effect" not in done.text
