# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""LIBUKALLOC_CHECKS: each mistake of tests/apps/memory_errors is found and
described, and the call traces of the block's allocation and free are those of
the source; lists of blocks and leaks, in the guest, gdb and lldb."""

import re

import subprocess

import pytest
from debugger import gdb
from gdb_guest import StubGuest
from screen import read_screen
from vitrine import ROOT, RUN_SECONDS, SEVERAL, build

pytestmark = pytest.mark.any_arch

SOURCE = (ROOT / "tests/apps/memory_errors/main.c").read_text().splitlines()
ORIGIN = re.compile(r"(allocated|freed) by 0x(\w+) (\S+)\+\w+ \((\S+):(\d+)\)$")
FRAME = re.compile(r"\[(\w+)\] (\S+?)(?:\+\w+)? \((\S+):(\d+)\)( inlined)?$")
# name: what is said about the block, whether the program freed it
LEAVES = {
    "past-the-end": ("of 20 bytes was overrun: 1 byte at offset 20", False),
    "past-a-multiple": ("of 24 bytes was overrun: 8 bytes at offset 24", False),
    "before": ("of 24 bytes was underrun: the bytes before it are damaged", False),
    "freed": ("of 100 bytes was written to after it was freed: 1 byte at offset 8", True),
    "freed-far": ("of 4096 bytes was written to after it was freed: 1 byte at offset 2000", True),
}
GROUP = re.compile(r"(\d+) bytes in (\d+) blocks?, the first at 0x\w+, ")
# What nothing points to: bytes and blocks of each trace, its function, the comment of its line
LOST = [(150, 3, "loses", "lost"), (80, 1, "ring", "ring"), (64, 1, "ring", "ring"),
        (30, 1, "disguises", "disguised")]
BOTH, ALLOCATED = ("allocated", "freed"), ("allocated",)
CRASHES = {
    "past-the-end free": (r"block 0x\w+ of 20 bytes was overrun: 1 byte at offset 20", ALLOCATED),
    "before": (r"block 0x\w+ of 24 bytes was underrun: the bytes before it are damaged",
               ALLOCATED),
    "twice": (r"double free of 0x\w+ of 40 bytes", BOTH),
    "inside": (r"free of 0x\w+, which is inside the used block 0x\w+ of 64 bytes", ALLOCATED),
    "no-block": (r'free of 0x\w+, which is not in "heap"', ()),
    "freed-link": (r'free of 0xdbdbdbdbdbdbdbdb, which is not in "heap": it was read from a block after its free', ()),
    "used-again": (r"block 0x\w+ of 4096 bytes was written to after it was freed: 1 byte at "
                   r"offset 2000", BOTH),
}


def built(arch):
    """On arm64 with two CPUs, so that both ways are tested with one image each; a thread
    of `leaks` then runs on the other one."""
    config = SEVERAL if arch == "arm64" else ()
    return build("memory_errors", arch, config=config)


def cpus(arch):
    """Options of support/run."""
    return ["--smp", "2"] if arch == "arm64" else []


def names(frames):
    """Without folders: newlib's are those of its build for addr2line."""
    return [(function, file.rpartition("/")[2], line) for function, file, line in frames]


def call_traces(image, lines):
    """{"allocated" or "freed": [(function, file, line)]}, all of them as addr2line has them."""
    traces, frames = {}, []
    for line in lines:
        if found := ORIGIN.match(line.strip()):
            what, address, *frame = found.groups()
            frames = traces[what] = [tuple(frame)]
            assert names(image.addr2line(int(address, 16) - 1)) == names(frames)
            chain = []
        else:
            address, *frame, inlined = FRAME.match(line.strip()).groups()
            frames.append(tuple(frame))
            chain.append(tuple(frame))
            if not inlined:
                assert names(image.addr2line(int(address, 16) - 1)) == names(chain)
                chain = []
    return traces


def calls(kind, traces, expected):
    """The traces begin at the right call, made in the function of the kind."""
    assert tuple(traces) == expected
    does = kind.split()[0].replace("-", "_")
    does = {"used_again": "freed_far"}.get(does, does)
    for what, frames in traces.items():
        helper = {"allocated": "allocates", "freed": "frees"}[what]
        (function, _, line), (caller, _, called_at), *outer = frames
        assert function == helper
        assert SOURCE[int(line) - 1].endswith(f"/* {helper} */")
        assert caller == does
        assert f"{helper}(" in SOURCE[int(called_at) - 1]
        assert "main" in [name for name, *_ in outer]


def test_found_by_a_check(arch):
    image = built(arch)
    result = image.run(options=cpus(arch))
    assert result.status == 0, result.text
    first, *kinds, last = re.split(r"heap check = (?:0|-14)\n", result.text)[:-1]
    for text in (first, last):
        assert re.fullmatch(r"heap: \d+ bytes in \d+ blocks, no damage\n", text)
    assert len(kinds) == len(LEAVES)
    for said, (kind, (words, freed)) in zip(kinds, LEAVES.items()):
        header, reason, *lines = said.splitlines()
        address = header.removeprefix(f"kind {kind}: ")
        assert reason == f"block {address} {words}"
        calls(kind, call_traces(image, lines), BOTH if freed else ALLOCATED)


@pytest.mark.parametrize("kind", CRASHES)
def test_found_in_a_crash(arch, kind):
    """At a free, at a second one, when memory is used again, after main."""
    image = built(arch)
    result = image.run(*kind.split(), options=cpus(arch))
    reason, expected = CRASHES[kind]
    assert result.status == 70, result.text
    screen = read_screen(result)
    assert re.match(f"heap: {reason}$", screen.reason), screen.reason
    calls(kind, call_traces(image, screen.details), expected)


def test_pointer_from_a_freed_block(arch):
    """A read is not found; what was read is no address, and the screen explains it."""
    screen = read_screen(built(arch).run("follows"))
    assert screen.reason == "read from 0xdbdbdbdbdbdbdbe3: non-canonical address"
    assert "follows" in screen.functions[:2]
    assert screen.sections["Address"] == [
        "what fills freed blocks, 0xdb: a pointer was read after the free"]


def test_off(arch):
    """The parameter turns all of it off."""
    result = built(arch).run("past-the-end", "free", options=["-p", "heap.checks=n"])
    assert result.status == 0, result.text


def groups(image, lines):
    """[(bytes, blocks, function, comment of its line)] of the groups in a list, their traces
    checked, and the (bytes, blocks) that it does not show."""
    found, rest = [], (0, 0)
    for i, line in enumerate(lines):
        if more := re.match(r"and (\d+) bytes in (\d+) more blocks$", line):
            rest = tuple(map(int, more.groups()))
        elif group := GROUP.match(line):
            size, count = map(int, group.groups())
            frames = [line[group.end():]]
            for text in lines[i + 1:]:
                if not text.startswith("  "):
                    break
                frames.append(text)
            if ORIGIN.match(frames[0]):
                (function, file, number), *_ = call_traces(image, frames)["allocated"]
                ours = file == "tests/apps/memory_errors/main.c"
                comment = ours and re.search(r"/\* (.*) \*/$", SOURCE[int(number) - 1])
                found.append((size, count, function, comment and comment.group(1)))
            else:  # inlined into its caller
                found.append((size, count, "", None))
    return found, rest


def test_lists(arch):
    """Blocks by trace, and those that nothing points to: data, the inside of a block, the
    stacks of main and of a waiting thread and a chain of blocks keep others alive."""
    image = built(arch)
    result = image.run("leaks", options=cpus(arch))
    assert result.status == 0, result.text
    said = dict(zip(("none", "all", "first", "heap", "largest", "check"),
                    re.split(r"(?:leaks|heap)(?: \w+)? = 0\n", result.text)))
    lines = {name: text.splitlines() for name, text in said.items()}
    assert lines["none"] == ["heap: 0 bytes in 0 blocks that nothing points to"]
    assert lines["all"][0] == "heap: 324 bytes in 6 blocks that nothing points to"
    assert groups(image, lines["all"]) == (LOST, (0, 0))
    assert groups(image, lines["first"]) == (LOST[:1], (324 - 150, 3))
    size, count = map(int, re.match(r"heap: (\d+) bytes in (\d+) blocks, no damage$",
                                    lines["heap"][0]).groups())
    found, rest = groups(image, lines["heap"])
    assert found == sorted(found, key=lambda group: -group[0])
    assert {group[2] for group in found} >= {"uk_thread_create_attr", "loses", "holds", "keeps"}
    assert sum(group[0] for group in found) + rest[0] == size
    assert sum(group[1] for group in found) + rest[1] == count
    assert groups(image, lines["largest"])[0] == found[:1]
    assert lines["check"] == [lines["heap"][0]]


PLACE = re.compile(r"(\d+) bytes in (\d+) blocks?, the first at (0x\w+), allocated by "
                   r"(?:0x\w+ )?(\w+)(?:\+\w+)? \((\S+)\)$", re.M)


def leaks_in(text):
    """[(bytes, blocks, address of the first, function, place)]: the last list of leaks."""
    assert "heap: 324 bytes in 6 blocks that nothing points to\n" in text, text
    return PLACE.findall(text.rpartition(" that nothing points to\n")[2])


def guests_leaks(text):
    """What the guest itself printed first."""
    return leaks_in(text.partition("\nleaks = 0\n")[2].partition("\nleaks = 0\n")[0] + "\n")


def test_leaks_in_a_core_file(arch, tmp_path):
    """gdb and lldb find what the guest found; main then stands in the crash."""
    image, core = built(arch), tmp_path / "core"
    result = image.run("leaks", "crash", options=["--core", str(core), *cpus(arch)])
    expected = guests_leaks(result.text)
    assert [tuple(map(int, leak[:2])) for leak in expected] == [leak[:2] for leak in LOST]
    for words in (["-batch", "-iex", "set width 0", "-ex"], ["--lldb", "--batch", "-o"]):
        lldb = words[:1] if "--lldb" in words else []
        done = subprocess.run([ROOT / "support/gdb", *lldb, core, *words[len(lldb):], "uk leaks"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False,
                              stderr=subprocess.STDOUT, text=True, timeout=RUN_SECONDS)
        assert leaks_in(done.stdout) == expected, done.stdout


def test_core_file_without_the_heap(arch, tmp_path):
    core = tmp_path / "core"
    assert built(arch).run("leaks", "crash", options=["--core", str(core), "-p", "dump.memory=stacks"]).status == 70
    done = subprocess.run([ROOT / "support/gdb", core, "-batch", "-ex", "uk heap"], stdin=subprocess.DEVNULL, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=RUN_SECONDS)
    assert "with dump.memory=used, the default, it has it" in done.stdout, done.stdout


def test_leaks_in_a_debugger(arch):
    """The same in a guest that a debugger has stopped, by gdb and by `monitor`."""
    with StubGuest(built(arch), "leaks", options=cpus(arch)) as guest:
        out = gdb(guest.image, guest.at, [
            f"source {ROOT}/support/gdb_commands.py", "break all_is_there", "continue",
            "uk leaks", "monitor leaks", "monitor heap check", "uk heap 1",
            *(["set var 'ukalloc/lock.c'::lock.owner = 3", "monitor heap check",
               "set var 'ukalloc/lock.c'::lock.owner = 0"] if cpus(arch) else [])])
        expected = guests_leaks(guest.end().text)
    assert leaks_in(out[3]) == leaks_in(out[4]) == expected
    bytes_in_blocks = re.match(r"heap: \d+ bytes in \d+ blocks", out[5])[0]
    assert bytes_in_blocks in out[6] and ", no damage" in out[5], out
    # the other CPU stands in the middle of malloc()
    assert not cpus(arch) or "heap: another CPU was changing it; try again" in out[8], out
