# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""support/run --record, support/gdb --replay and `uk rewind`: from a crash back to
its cause. Where gdb stands is compared with the crash screen, with what the same
program does without a recording, and with addr2line."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.request

import pexpect
import pytest
from guest import Guest, free_port
from test_shell import CONFIG as SHELL
from vitrine import ARCHS, ROOT, RUN_SECONDS, SEVERAL, SHARED, TARGETS, build, make, printed

pytestmark = pytest.mark.one_cpu("QEMU records one CPU only")

# In every session gdb must come back: `make nightly` runs 100, beside LOAD programs that spin for each.
SESSIONS = int(os.environ.get("VITRINE_REPLAYS", 5))
LOAD = 1 if "VITRINE_REPLAYS" in os.environ else 0


def recorded(image, folder, *args, more=(), **how):
    return image.run(*args, options=["--record", folder, *more], **how)


def replay(folder, *commands):
    words = [word for command in commands for word in ("-ex", command)]
    status, text = printed([ROOT / "support/gdb", "--replay", folder, "-batch", *words], RUN_SECONDS)
    assert status == 0, text
    return text


def place(text, name):
    """(function, line) of the value that `printf "NAME %s %d"` printed."""
    return re.findall(rf"^{name} (\w+) (\d+)$", text, re.M)[0]


WHERE = ('python s = gdb.selected_frame(); '
         'print("%s", s.name(), s.find_sal().line)')


def where(name):
    return WHERE % name


@contextlib.contextmanager
def load():
    spinning = [subprocess.Popen(["timeout", "3600", "sh", "-c", "while :; do :; done"]) for _ in range(LOAD)]
    try:
        yield
    finally:
        for one in spinning:
            one.terminate()
            one.wait()


@pytest.fixture(scope="module")
def null_write(arch, tmp_path_factory):
    """A recording of a crash, and its screen."""
    folder = tmp_path_factory.mktemp("replay") / f"{arch}, 1"  # QEMU's options have commas between them
    result = recorded(build("crash", arch), folder, "null-write")
    assert result.status == 70, result.text
    return folder, result


def test_the_run_is_the_same(null_write, arch):
    """A recording does not change what is printed, but for times."""
    plain = build("crash", arch).run("null-write", options=["--icount"])
    words = [re.sub(r"^\[ *[\d.]+\]", "", line) for line in null_write[1].lines]
    assert words[:3] == [re.sub(r"^\[ *[\d.]+\]", "", line) for line in plain.lines[:3]]
    assert null_write[1].log()[-1] == plain.log()[-1] == "exit 70"


@pytest.mark.any_arch
def test_sessions_go_back(null_write, arch):
    """gdb stands at the instruction of the screen; from there to main and on
    again, to the first instruction and from the second back to it, each time."""
    folder, result = null_write
    first = build("crash", arch).functions()["null_write"]
    pc = int(re.search(r"\[([0-9a-f]{16})\] null_write\+", result.text).group(1), 16)
    with load():
        for _ in range(SESSIONS):
            text = replay(folder, where("AT"), 'printf "PC %lx\\n", $pc', "hbreak main",
                          "reverse-continue", where("BACK"), "delete", "hbreak *null_write", "continue",
                          where("ON"), "stepi", "reverse-continue", 'printf "FIRST %lx\\n", $pc')
            assert place(text, "AT")[0] == "null_write", text
            assert int(re.search(r"^PC (\w+)$", text, re.M).group(1), 16) == pc
            assert int(re.search(r"^FIRST (\w+)$", text, re.M).group(1), 16) == first, text
            assert place(text, "BACK")[0] == "main" and place(text, "ON")[0] == "null_write", text


def test_both_ends(null_write):
    """There is nothing before the start, and nothing is left behind the end."""
    text = replay(null_write[0], "reverse-continue", "uk rewind nowhere", where("START"), "continue", "continue",
                  where("END"), "continue", where("STILL"), "reverse-stepi", "reverse-stepi", where("BACK"), "kill", "uk rewind nowhere", "p 1")
    assert "This is the start of the recording: there is nothing before it." in text, text
    assert place(text, "END")[0] == place(text, "STILL")[0] == "ukplat_poweroff" != place(text, "BACK")[0], text
    assert "The replay has ended: start support/gdb --replay again." in text and "Python Exception" not in text, text


def test_steps_back(null_write):
    text = replay(null_write[0], "uk rewind", 'printf "PC %lx\\n", $pc', "uk rewind nowhere", 'printf "PC %lx\\n", $pc', "reverse-stepi", "reverse-finish", where("CALL"), "reverse-next", "reverse-next", where("LINE"),
                  "reverse-stepi", where("INSTRUCTION"), "reverse-step", where("STEP"), "continue", where("CRASH"),
                  "continue", where("END"), "hbreak null_write", "reverse-continue", "reverse-continue", where("AGAIN"))
    assert "no memory at 0x0, which the crash is about. nowhere points there: uk rewind nowhere" in text, text
    assert "No instruction changed nowhere between the start" in text and \
        "it was 0x0 at the start, and a write of the same value is no change" in text and \
        len(pcs := re.findall(r"^PC (\w+)$", text, re.M)) == 2 and pcs[0] == pcs[1], text  # back where it was
    assert place(text, "CALL")[0] == "main" and place(text, "LINE")[0] == "main", text
    assert int(place(text, "LINE")[1]) < int(place(text, "CALL")[1]), text
    assert place(text, "CRASH")[0] == "uk_crash_trap", text
    backs = re.findall(r"^This is the crash, behind the instruction that faulted: thbreak \*(0x\w+) and", text, re.M)
    assert [int(pc, 16) for pc in backs] == [int(pcs[0], 16)] * 2, text  # on the way there, and from the end
    assert place(text, "END")[0] == "ukplat_poweroff" and "This is the end of the recording" in text, text
    assert place(text, "AGAIN")[0] == "null_write", text


@pytest.mark.any_arch
def test_bad_call(arch, tmp_path):
    """gdb stands at the address that was called, and goes back to the call."""
    recorded(build("crash", arch), tmp_path / "r", "null-call")
    text = replay(tmp_path / "r", 'printf "PC %lx\\n", $pc', "uk rewind", "reverse-stepi", where("CALL"))
    assert "PC 0\n" in text and "nowhere points there in frame 1, which is selected now: uk rewind nowhere" in text, text
    assert place(text, "CALL")[0] == "null_call", text


@pytest.mark.any_arch
def test_call_of_data(arch, tmp_path):
    """What the crash is about can be read: back to where it was written, past all that calls it."""
    recorded(build("crash", arch), tmp_path / "r", "nx")
    text = replay(tmp_path / "r", "uk rewind", where("WRITE"), 'printf "BEFORE %d\n", code[0]', "nexti", 'printf "THEN %d\n", code[0]')
    assert place(text, "WRITE")[0] == "nx" and "BEFORE 0\n" in text and "THEN 1\n" in text, text
    assert re.search(r"^\*\(unsigned char \*\)0x\w+ changes here from 0 '\\000' to 1 '\\001'$", text, re.M), text


@pytest.mark.any_arch
def test_ended_from_outside(arch, tmp_path):
    """A run that did not end by itself: gdb shows where it was, goes back, and there again."""
    # A program that sleeps: of one that polls its console each poll is an event, 10 s of all.
    image = build("cmd", arch, config=SHELL)
    shell = ["-p", "console.stdio=none", "-p", f"shell.console={image.target.console}"]
    with Guest(image, "sleep", options=["--record", tmp_path / "r", *shell], stdin=True) as guest:
        guest.wait_for("cmd> ")
    pc = 'printf "PC %lx\\n", $pc'
    text = replay(tmp_path / "r", "bt", pc, "reverse-stepi", "hbreak main", "reverse-continue", where("BACK"),
                  "delete", "continue", pc)
    assert re.search(r"^#\d .* (main|thread_start) ", text, re.M) and "ended here, by a time limit or a signal" in text, text
    ends = re.findall(r"^PC (\w+)$", text, re.M)
    assert len(ends) == 2 and ends[0] == ends[1] and place(text, "BACK")[0] == "main", text


@pytest.mark.any_arch
def test_rewind(arch, tmp_path):
    """To the write behind the end of a block, which is found when it is freed."""
    image = build("crash", arch)
    assert recorded(image, tmp_path / "r", "heap-overrun").status == 70
    text = replay(tmp_path / "r", where("AT"), "frame function uk_free_from", "p ptr", "up",
                  "uk rewind ((long *)$1)[6]", "bt 4", "uk rewind 5", "uk rewind *(int *)0x9000000000000",
                  'uk rewind "abc"', "uk rewind *uk_alloc_get_default()", "p 1")
    assert place(text, "AT")[0] == "uk_alloc_misuse", text
    assert re.search(r"^#\d .*in uk_free_from .*\n.*\n\$1 = .*\n#\d ", text, re.M), text  # frames are shown
    assert re.search(r"^#\d .*memset .*\n#\d .*in heap_overrun \(\)", text, re.M), text
    assert "5 is not in memory" in text and "Cannot access memory at address 0x9000000000000" in text
    assert '"abc" is not in memory' in text and "Cannot call functions in the program: may-call-functions is off." in text, text


@pytest.mark.any_arch
@pytest.mark.parametrize("kind, offset", [("past-the-end free", 20), ("before", -1)])
def test_rewind_to_the_damaged_byte(arch, tmp_path, kind, offset):
    """Of the block that the reason names."""
    image = build("memory_errors", arch, config=SEVERAL if arch == "arm64" else ())
    assert recorded(image, tmp_path / "r", *kind.split()).status == 70
    text = replay(tmp_path / "r", "print victim", "uk rewind", where("CHANGED"), "print changed.at",
                  "continue", where("CRASH"), "continue", where("END"), "uk rewind", where("AGAIN"))
    assert place(text, "CHANGED")[0] == "change", text
    assert "This is the crash: thbreak uk_crash_here and" in text and place(text, "CRASH")[0] == "uk_crash_regs", text
    assert place(text, "END")[0] == "ukplat_poweroff" and place(text, "AGAIN") == place(text, "CHANGED"), text
    block, changed = (int(value, 16) for value in re.findall(r"^\$\d = .*(0x\w+)", text, re.M))
    assert changed - block == offset, text


@pytest.mark.any_arch
def test_input_is_recorded(arch, tmp_path):
    """What the program read is there again, though stdin is empty now."""
    image = build("cmd", arch)
    result = recorded(image, tmp_path / "r", stdin="no such command\npoweroff 7\n")
    assert result.status == 7 and "unknown command" in result.text, result.text
    text = replay(tmp_path / "r", where("AT"), "p status")
    assert place(text, "AT")[0] == "ukplat_poweroff" and "$1 = 7" in text, text
    assert "ended without a crash" in text


def test_virtio_ports_are_recorded(arch, tmp_path):
    """What a client of the shell sent and one of the HTTP server asked comes again, with no client there."""
    image = build("cmd", arch, config=(*SHELL, "CONFIG_LIBUKHTTP=y"))
    shell, http = tmp_path / "shell", free_port()
    options = ["--record", tmp_path / "r", "--shell", shell, "--metrics", http, "-p", "console.stdio=none", "-p", "shell.token=open"]
    lines = ["help", "threads", "token open", "poweroff 7"]
    with Guest(image, "sleep", options=options) as guest, socket.socket(socket.AF_UNIX) as client:
        guest.wait_for("consoles: ")
        for _ in range(3):
            with urllib.request.urlopen(f"http://127.0.0.1:{http}/threads", timeout=RUN_SECONDS) as reply:
                assert reply.status == 200
        client.connect(str(shell))
        client.settimeout(RUN_SECONDS)
        for line in lines:
            client.sendall(f"{line}\n".encode())
            text = b""
            while line != "poweroff 7" and not text.endswith(b"> "):
                text += client.recv(4096)
        assert guest.end().status == 7
    back = [word for _ in lines for word in ("reverse-continue", 'printf "LINE %s\n", line')]
    text = replay(tmp_path / "r", where("END"), "hbreak uk_cmd_run", *back, "delete", "hbreak get_threads",
                  *["reverse-continue", where("HTTP")] * 4, "delete", "continue", where("AGAIN"))
    assert place(text, "END")[0] == place(text, "AGAIN")[0] == "ukplat_poweroff", text
    assert [line[:len(sent)] for line, sent in zip(re.findall("^LINE (.*)$", text, re.M), reversed(lines))] == lines[::-1], text
    assert re.findall("^HTTP (\\w+) ", text, re.M)[:3] == ["get_threads"] * 3 and "No more reverse-execution history" in text, text


@pytest.mark.any_arch
def test_core_file_of_a_recorded_run(arch, tmp_path):
    """It is written once: not by a replay."""
    core = tmp_path / "core"
    result = recorded(build("crash", arch), tmp_path / "r", "null-write", more=["--core", core])
    assert result.status == 70 and "in null_write ()" in replay_core(core), result.text
    core.unlink()
    text = replay(tmp_path / "r", where("AT"), "continue", "continue", where("END"))
    assert place(text, "AT")[0] == "null_write" and place(text, "END")[0] == "ukplat_poweroff" and not core.exists(), text


def replay_core(core):
    return printed([ROOT / "support/gdb", core, "-batch", "-ex", "bt"], RUN_SECONDS)[1]


def test_each_machine(arch, tmp_path):
    for machine in TARGETS[arch].machines:
        folder = tmp_path / machine
        assert recorded(build("crash", arch), folder, "heap-overrun", more=["--machine", machine]).status == 70
        text = replay(folder, "frame function uk_free_from", "uk rewind ((long *)ptr)[6]", "bt 2", "reverse-stepi", "hbreak main",
                      "reverse-continue", where("MAIN"), "continue", where("CRASH"))
        assert re.search(r"^#\d .*memset .*\n#\d .*in heap_overrun \(\)", text, re.M), text
        assert place(text, "MAIN")[0] == "main" and place(text, "CRASH")[0] == "uk_crash_regs", text


@pytest.mark.any_arch
def test_rewind_of_a_busy_variable(arch, tmp_path):
    """It changed many million times; the last one is found at once."""
    image = build("hangs", arch)
    assert recorded(image, tmp_path / "r", "for-a-loop", more=["--timeout", "1"]).status == 124
    text = replay(tmp_path / "r", "uk rewind turns", where("AT"), "print turns")
    before, after = map(int, re.search(r"^turns changes here from (\d+) to (\d+)$", text, re.M).groups())
    assert after == before + 1 and place(text, "AT")[0] == "loops" and f"$1 = {before}\n" in text, text


def test_rewind_of_objects(arch, tmp_path):
    """The last change in any part of an array; of bits, not of those beside them; past other breakpoints."""
    assert recorded(build("hangs", arch), tmp_path / "r", "objects").status == 70
    text = replay(tmp_path / "r", "hbreak change if i == 9", "uk rewind table", "up", 'printf "I %d\n", i', "down", "uk rewind table[5]@3", "uk rewind bits.b",
                  "print bits.b", "uk rewind table[12]", "print 1")
    assert "table changes here from {0, 1, 2, 3, 4, 5, 6, 7...} to {0, 1, 2, 3, 4, 5, 6, 7...}" in text, text
    assert "table[5]@3 changes here from {5, 6, 0} to {5, 6, 7}" in text, text
    assert "bits.b changes here from 5 to 6\n" in text and "= 5\n" in text, text  # before table[7] is written
    assert "No instruction changed table[12]" in text and "$2 = 1\n" in text, text


def test_interrupted(null_write):
    """Ctrl-C on a way back: gdb stands where that began, and all breakpoints count; or it has arrived before."""
    with pexpect.spawn(str(ROOT / "support/gdb"), ["--replay", str(null_write[0]), "-iex", "set style enabled off"], encoding="utf-8",
                       timeout=RUN_SECONDS, codec_errors="replace", dimensions=(24, 500)) as gdb:
        def ask(line, seconds=None):
            gdb.sendline(line)
            gdb.expect_exact(line)
            if seconds is not None:
                time.sleep(seconds)  # any moment will do
                gdb.sendintr()
            gdb.expect_exact("(gdb) ")
            return gdb.before

        def pc():
            return re.search(r"PC (\w+)", ask('printf "PC %lx\\n", $pc'))[1]
        gdb.expect_exact("(gdb) ")
        ask("set confirm off")
        ask("hbreak main if $sp == 1")
        for line in ("reverse-continue", "uk rewind nowhere", "reverse-stepi 100"):
            for tenths in range(4):
                before, text = pc(), ask(line, tenths / 10)
                assert "Interrupted: " not in text or pc() == before, text
                assert "Remote connection closed" not in text and "program is no longer writable" not in text, text
        ask("delete")
        ask("hbreak main")
        there = ask("reverse-continue") + ask("continue") + ask("continue")
        assert "main (argc=2" in there and "This is the crash" in there, there
        gdb.sendline("kill")
        gdb.sendline("quit")
        gdb.expect(pexpect.EOF)


@pytest.mark.parametrize("options, reason", [
    (["--gdb", "4000"], "debugs the recording"), (["--accel", "kvm"], "needs tcg"),
    (["--record", "/dev/null/x"], "Not a directory"), (["--record", "."], "name a new or an empty folder"),
    (["--smp", "2"], "one CPU only")])
def test_refused(tmp_path, options, reason):
    image = build("smp", ARCHS[0]) if "--smp" in options else build("cmd", ARCHS[0], config=SHELL)
    folder = [] if "--record" in options else ["--record", str(tmp_path / "r")]
    done = image.run("null-write", options=[*folder, *options])
    assert done.status == 2 and reason in done.text, done.text
    assert not (tmp_path / "r").exists()


def test_no_recording(tmp_path):
    for words, says in ((["--replay"], "the folder of a recording"), (["--replay", tmp_path], "recording"),
                        (["--replay", tmp_path, "--lldb"], "leave out --lldb"), (["--lldb", "--replay", tmp_path], "leave out --lldb"),
                        (["--boot", "--replay", tmp_path], "leave out --boot"),
                        (["--replay", tmp_path, build("crash", ARCHS[0]).path], "has its own image: leave out /")):
        done = subprocess.run([ROOT / "support/gdb", *words], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        assert done.returncode == 2 and says in done.stdout, done.stdout


DAMAGES = [(lambda f: (f / "events").unlink(), "events: No such file"),
           (lambda f: os.truncate(f / "events", 1000), r"events is not the file .*it has 1000 bytes of \d+"),
           (lambda f: (f / "crash.elf").write_bytes((f / "crash.elf").read_bytes()[::-1]), "crash.elf .* other contents"),
           (lambda f: (f / "run.json").write_text("[]"), "no recording"),
           (lambda f: (f / "run.json").write_text((f / "run.json").read_text().replace('"version": 2', '"version": 1')),
            "another version"),
           (lambda f: (f / "run.json").write_text((f / "run.json").read_text().replace('"files"', '"x"')),
            "the recording is not complete")]


@pytest.mark.any_arch
def test_damaged(null_write, tmp_path):
    """A recording of which something is missing or another's is refused by the file's name."""
    for damage, reason in DAMAGES:
        folder = shutil.copytree(null_write[0], tmp_path / "r", dirs_exist_ok=True)
        damage(folder)
        done = subprocess.run([ROOT / "support/gdb", "--replay", folder], text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=RUN_SECONDS, check=False)
        assert done.returncode == 2 and re.search(reason, done.stdout), done.stdout


@pytest.mark.any_arch
def test_make_rewind(arch, tmp_path):
    done = make("rewind", "APP=crash", f"ARCH={arch}", "ARGS=assert", f"O={tmp_path}",
                f"NEWLIB_DIR={SHARED}/newlib-{arch}", "GDB_FLAGS=-batch -ex 'bt 1'")
    assert "in assert_fails ()" in done.stdout, done.stdout
    # QEMU ends without a recording: gdb is not started
    qemu = tmp_path / "bin" / TARGETS[arch].qemu
    qemu.parent.mkdir()
    qemu.write_text("#!/bin/sh\nexit 1\n")
    qemu.chmod(0o755)
    done = make("rewind", "APP=crash", f"ARCH={arch}", f"O={tmp_path}", f"NEWLIB_DIR={SHARED}/newlib-{arch}",
                check=False, PATH=f"{qemu.parent}:{os.environ['PATH']}")
    assert done.returncode and "the recording" in done.stdout and "support/gdb" not in done.stdout, done.stdout
