# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""The heap: a storm of allocations under several seeds and configurations,
exhaustion, what the crash screen says of it, and the image without it."""

import re

import pytest
from screen import read_screen
from vitrine import WITH_GCC, ROOT, build

OWNERS = "CONFIG_LIBUKTLSF_OWNERS=y"


def storm(image, *params, options=()):
    words = [word for param in params for word in ("-p", param)]
    result = image.run(options=[*words, *options])
    done = re.search(r"rounds: (\d+) allocations, (\d+) failed, peak (\d+) KiB", result.text)
    assert done, result.text
    assert result.status == 0, result.text
    assert "0 bytes left in 0 blocks" in result.lines
    return [int(n) for n in done.groups()]


@pytest.mark.any_arch
@pytest.mark.parametrize("arch, cc", WITH_GCC)
@pytest.mark.parametrize("seed", [1, 2])
def test_storm(arch, cc, seed):
    allocations, failed, _ = storm(build("alloc", arch, cc), f"storm.seed={seed}")
    assert allocations > 20000
    assert failed == 0


@pytest.mark.any_arch
def test_storm_with_owners(arch):
    storm(build("alloc", arch, config=(OWNERS,)), "storm.seed=3")


@pytest.mark.any_arch
def test_storm_without_enough_memory(arch):
    """What does not fit fails, and harms nothing."""
    _, failed, peak = storm(build("alloc", arch), "storm.seed=4", options=["--mem", "8M"])
    assert failed > 0
    assert peak < 8192


@pytest.mark.any_arch
@pytest.mark.parametrize("kind, reason, callers", [
    ("double-free", r"heap: double free of 0x\w+ of 40 bytes$", ["allocated", "freed"]),
    ("heap-overrun", r"heap: block 0x\w+ of 40 bytes was overrun: the header after it is "
                     r"damaged$", ["allocated"]),
    ("wild-free", r"heap: free of 0x\w+, which is inside the used block 0x\w+ of 40 bytes$",
     ["allocated"]),
    ("write-after-free", r"heap: block 0x\w+ of 40 bytes was written to after it was freed$",
     ["allocated", "freed"]),
])
def test_owners_are_named(arch, kind, reason, callers):
    """With the size that the program asked for, and the callers by symbol and line, as
    addr2line has them: the calls of malloc() and free() in the function that did it."""
    image = build("crash", arch, config=(OWNERS,))
    screen = read_screen(image.run(kind))
    assert re.match(reason, screen.reason), screen.reason
    assert [text.split()[0] for text in screen.details] == callers
    function = kind.replace("-", "_")
    source = (ROOT / "apps" / "crash" / "heap.c").read_text().splitlines()
    for text in screen.details:
        what, address, *inner, name, offset, place, line = re.match(
            r"  (\w+) by 0x(\w+)(?: (\w+) \((\S+):(\d+)\) in)? (\w+)\+(\w+) \((\S+):(\d+)\)$",
            text).groups()
        assert name == function
        assert image.functions()[name] + int(offset, 16) == int(address, 16)
        chain = [tuple(inner)] if inner[0] else []
        assert image.addr2line(int(address, 16) - 1) == [*chain, (function, place, line)]
        line = inner[2] or line
        assert {"allocated": "malloc(", "freed": "free("}[what] in source[int(line) - 1]


@pytest.mark.any_arch
@pytest.mark.parametrize("kind, damaged", [("null-write", False), ("heap-damaged", True)])
def test_crash_screen_shows_the_heap(arch, kind, damaged):
    screen = read_screen(build("crash", arch).run(kind))
    lines = screen.sections["Allocator heap"]
    assert re.match(r"\d+ of \d{5,6} KiB in use, peak \d+, free \d+$", lines[0])
    assert re.match(r" *\d+ blocks in use, \d+ allocations, 0 failed$", lines[1])
    assert (len(lines) > 2 and "damaged" in lines[2]) == damaged


def test_newlib_without_ukalloc(arch):
    """newlib's own malloc serves, and none of the allocator is there."""
    without = ("UKPTHREAD", "UKSCHED", "UKSTORE", "UKCMD", "UKALLOC")  # each needs the last
    image = build("test", arch, config=tuple(f"CONFIG_LIB{lib}=n" for lib in without))
    result = image.run(options=["-p", "test.only=newlib"])
    assert result.status == 0, result.text
    assert "sbrk_stays_in_its_region" in result.text
    hello = build("hello", arch).functions()
    assert not any(name.startswith(("tlsf_", "uk_alloc")) for name in hello)
