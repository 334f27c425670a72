# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""The guest as a process of GNU/Linux, as gdb sees it: core files, of gdb's own and
of lib/ukdump, which gdb and lldb open again, the map of the memory, siginfo,
thread-local variables."""

import json
import re
import subprocess

import pytest

from gdb_guest import StubGuest, play
from vitrine import ARCHS, ORDERED, ROOT, RUN_SECONDS, build

SCENES = [ROOT / "support" / "gdb_commands.py", ROOT / "tests" / "gdb" / "core_scenes.py"]
MEM = 16 << 20


@pytest.fixture(params=ARCHS)
def saved(request, tmp_path_factory):
    """An image, a core file of it by gdb, one by the guest beside it, and what gdb saw
    in the guest."""
    image = build("threads", request.param)
    folder = tmp_path_factory.mktemp("core")
    core, notes = folder / "core", folder / "notes"
    with StubGuest(image, place="vport", options=("--mem", f"{MEM >> 20}M", "--core",
                                                  str(folder / "dumped"), *ORDERED)) as g:
        g.gdb("save_core", str(core), str(notes), more=SCENES)
        assert g.end().status == 0
    return image, core, json.loads(notes.read_text())


def test_core(saved):
    """One guest for all that is asked: gdb takes a while to write the core."""
    image, core, notes = saved
    check_core(image, core, notes)
    check_segments(image, core)
    dumped = core.with_name("dumped")
    said = check_core(image, dumped, notes)
    check_commands_of_lldb(image, dumped, said)
    assert dumped.stat().st_size < MEM // 8 and dumped.stat().st_mode & 0o777 == 0o600


def check_core(image, core, notes):
    text = play(image, "", "open_core", str(core), str(core.with_name("notes")), more=SCENES)
    assert f"threads {5 + len(ORDERED) // 2}" in text and "warning:" not in text, text
    check_lldb(image, core, notes)
    return check_commands(image, core)


def check_segments(image, core):
    """All of the memory, and the image as it is in the file."""
    listed = image.tool("readelf", "-lW", core)
    assert re.search(r"NT_PRPSINFO", image.tool("readelf", "-nW", core))
    loads = [[int(x, 16) for x in m] for m in
             re.findall(r"^ +LOAD +(0x\w+) (0x\w+) 0x\w+ (0x\w+) (0x\w+)", listed, re.M)]
    assert all(in_file == in_memory for _, _, in_file, in_memory in loads), listed
    assert sum(size for _, _, _, size in loads) > MEM * 9 // 10, listed
    text = int(re.search(r" \.text +PROGBITS +(\w+)",
                         image.tool("readelf", "-SW", image.path)).group(1), 16)
    offset = next(o + text - a for o, a, size, _ in loads if a <= text < a + size)
    dump = image.path.with_suffix(".text")
    image.tool("objcopy", "-O", "binary", "-j", ".text", image.path, dump)
    code = dump.read_bytes()
    dump.unlink()
    with open(core, "rb") as f:
        f.seek(offset)
        assert f.read(len(code)).count(code[:4096]) == 1


def check_lldb(image, core, notes):
    done = subprocess.run(["lldb", "--no-lldbinit", "--batch", image.path, "-c", core,
                           "-o", "bt all", "-o", "print counter"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=RUN_SECONDS, check=False)
    traces = re.split(r"^[ *] thread #\d+", done.stdout, flags=re.M)[1:]
    assert len(traces) == len(notes["threads"]) and "= 2\n" in traces[-1].rsplit("counter", 1)[1], done.stdout
    for trace, thread in zip(traces, sorted_threads(notes)):
        names = [name for name, _, _ in thread["frames"]]
        for name in {names[0], names[-1]}:
            assert name in trace, (name, done.stdout)


def sorted_threads(notes):
    """The selected one first, as they are in the file."""
    return [thread for _, thread in sorted(
        notes["threads"].items(), key=lambda t: (int(t[0]) != notes["selected"], int(t[0])))]


COMMANDS = ("uk threads", "uk cpus", "uk report", "uk tls own worker0", "uk log", "uk log 2", "uk events", "uk tables", "uk store",
            "uk tables param", "uk tables store", "uk tables stack", "uk thread worker2", "uk tls own", "uk store -v")


def answers(image, core, kind, option):
    """{command: what it prints} of the project's commands, in gdb or lldb."""
    words = [word for c in COMMANDS for word in ((option, f"echo (lldb) {c}\\n") if kind == "gdb" else ()) + (option, c)]
    head = ["--lldb"] if kind == "lldb" else []
    done = subprocess.run([ROOT / "support" / "gdb", *head, *(([image.path, "-c"] if kind == "gdb" else [])), core,
                           "-batch" if kind == "gdb" else "--batch", *words], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=RUN_SECONDS, check=False)
    said = dict(re.findall(r"^\(lldb\) (uk .*)\n((?:(?!\(lldb\)).*\n?)*)", done.stdout, re.M))
    assert list(said) == list(COMMANDS), done.stdout + done.stderr
    assert "A core file has no values" in done.stderr, done.stderr  # of the last
    return said


def check_commands(image, core):
    """The project's commands know a core file, too."""
    said = answers(image, core, "gdb", "-ex")
    assert re.search(r"^\d +worker2 +running .* work \(apps/threads/main.c:", said["uk threads"], re.M)
    assert "= 1001\n" in said["uk tls own worker0"] and "waiting for a debugger" in said["uk log"], said
    return said


def check_commands_of_lldb(image, core, said):
    """They print what gdb's do, but for call traces, of which the outermost function is looked at. The line of the running thread's
    pc may be another where the table of lines has two for it."""
    its = answers(image, core, "lldb", "-o")
    for one in (said, its):
        one["uk threads"] = re.sub(r"(running .*):\d+\)", r"\1)", one["uk threads"])
        one["uk cpus"] = re.sub(r":\d+\)", ")", one["uk cpus"])
    assert "work(arg=" in its.pop("uk thread worker2"), its
    outermost = [[(thread, re.findall(r"(?: in |`|^#\d+ +)([a-z]\w+)", trace, re.M)[-1]) for thread, trace in
                  re.findall(r"^(Thread .*)\n((?:(?!Thread).*\n)+)", text, re.M)] for text in (its.pop("uk report"), said["uk report"])]
    assert outermost[0] == outermost[1] and len([t for t, _ in outermost[0] if ": idle " not in t]) == 5, (outermost, said)
    for command, text in its.items():
        assert text.split() == said[command].split(), (command, text, said[command])


@pytest.mark.parametrize("arch", ARCHS)
def test_where_a_fault_was(arch):
    with StubGuest(build("debuggee", arch)) as g:
        g.gdb("where_a_fault_was", more=SCENES)
        assert g.end().status == 70
