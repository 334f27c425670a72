# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""LIBUKALLOC_CHECKS: each mistake of tests/apps/memory_errors is found and
described, and the call traces of the block's allocation and free are those of
the source."""

import re

import pytest
from screen import read_screen
from vitrine import ROOT, build

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
BOTH, ALLOCATED = ("allocated", "freed"), ("allocated",)
CRASHES = {
    "past-the-end free": (r"block 0x\w+ of 20 bytes was overrun: 1 byte at offset 20", ALLOCATED),
    "before": (r"block 0x\w+ of 24 bytes was underrun: the bytes before it are damaged",
               ALLOCATED),
    "twice": (r"double free of 0x\w+ of 40 bytes", BOTH),
    "inside": (r"free of 0x\w+, which is inside the used block 0x\w+ of 64 bytes", ALLOCATED),
    "no-block": (r'free of 0x\w+, which is not in "heap"', ()),
    "used-again": (r"block 0x\w+ of 4096 bytes was written to after it was freed: 1 byte at "
                   r"offset 2000", BOTH),
}


def call_traces(image, lines):
    """{"allocated" or "freed": [(function, file, line)]}, all of them as addr2line has them."""
    traces, frames = {}, []
    for line in lines:
        if found := ORIGIN.match(line.strip()):
            what, address, *frame = found.groups()
            frames = traces[what] = [tuple(frame)]
            assert image.addr2line(int(address, 16) - 1) == frames
            chain = []
        else:
            address, *frame, inlined = FRAME.match(line.strip()).groups()
            frames.append(tuple(frame))
            chain.append(tuple(frame))
            if not inlined:
                assert image.addr2line(int(address, 16) - 1) == chain
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
    image = build("memory_errors", arch)
    result = image.run()
    assert result.status == 0, result.text
    first, *kinds, last = re.split(r"heap check = (?:0|-14)\n", result.text)[:-1]
    assert first == last == "heap: no damage\n"
    assert len(kinds) == len(LEAVES)
    for said, (kind, (words, freed)) in zip(kinds, LEAVES.items()):
        header, reason, *lines = said.splitlines()
        address = header.removeprefix(f"kind {kind}: ")
        assert reason == f"block {address} {words}"
        calls(kind, call_traces(image, lines), BOTH if freed else ALLOCATED)


@pytest.mark.parametrize("kind", CRASHES)
def test_found_in_a_crash(arch, kind):
    """At a free, at a second one, when memory is used again, after main."""
    image = build("memory_errors", arch)
    result = image.run(*kind.split())
    reason, expected = CRASHES[kind]
    assert result.status == 70, result.text
    screen = read_screen(result)
    assert re.match(f"heap: {reason}$", screen.reason), screen.reason
    calls(kind, call_traces(image, screen.details), expected)


def test_off(arch):
    """The parameter turns all of it off."""
    result = build("memory_errors", arch).run("past-the-end", "free", options=["-p", "heap.checks=n"])
    assert result.status == 0, result.text
