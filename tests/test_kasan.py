# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""LIBUKKASAN: each wrong access of tests/apps/kasan is reported, with the place of the source,
what it hit and who allocated that; what is right is not."""

import os
import re
import resource

import pytest
from screen import read_screen
from vitrine import ONE_COMPILER, ROOT, RUN_SECONDS, SEVERAL, build, check_all_pass

SOURCE = (ROOT / "tests/apps/kasan/main.c").read_text().splitlines()
PLACE = re.compile(r"in 0x(\w+) (\S+?)(?:\+\w+)? \((\S+):(\d+)\)$")
BY = re.compile(r"(allocated|freed) by 0x\w+ (\S+)\+\w+ \((\S+):(\d+)\)$")
ADDRESS = r"at 0x\w+, "
BLOCK = r"0 bytes past the end of the block 0x\w+ of "
FREED = r"of the freed block 0x\w+ of "
# kind: what is said, whether the program had freed the block
HEAP = {
    "heap_read": ("read of 1 byte " + ADDRESS + BLOCK + "20 bytes", False),
    "heap_write": ("write of 1 byte " + ADDRESS + BLOCK + "24 bytes", False),
    "heap_before": ("read of 1 byte " + ADDRESS + r"1 byte before the block 0x\w+ of 24 bytes", False),
    "heap_across": ("read of 4 bytes " + ADDRESS + BLOCK + "22 bytes", False),
    "heap_unaligned": ("read of 4 bytes " + ADDRESS + r"2 bytes before the block 0x\w+ of 24 bytes", False),
    "heap_freed": ("read of 1 byte " + ADDRESS + "at offset 8 " + FREED + "100 bytes", True),
    "heap_freed_far": ("read of 1 byte " + ADDRESS + "at offset 2000 " + FREED + "4096 bytes", True),
    "heap_large": ("read of 1 byte " + ADDRESS + BLOCK + "200000 bytes", False),
    "heap_shrunk": ("read of 1 byte " + ADDRESS + r"10 bytes past the end of the block 0x\w+ of 50 bytes",
                    False),
    "in_memcpy": ("read of 21 bytes " + ADDRESS + BLOCK + "20 bytes", False),
    "in_memset": ("write of 1 byte " + ADDRESS + BLOCK + "24 bytes", False),
    "in_memmove": ("read of 21 bytes " + ADDRESS + BLOCK + "20 bytes", False),
    "in_memcmp": ("read of 21 bytes " + ADDRESS + BLOCK + "20 bytes", False),
    "in_memcmp_equal": ("read of 4 bytes " + ADDRESS + BLOCK + "20 bytes", False),
    "in_memcpy_of_12": (r"read of \d+ bytes " + ADDRESS + BLOCK + "20 bytes", False),
    "in_strlen": (r"read of \d+ bytes " + ADDRESS + BLOCK + "20 bytes", False),
    "in_strcpy": (r"read of \d+ bytes " + ADDRESS + BLOCK + "20 bytes", False),
    "in_strncpy": ("read of 30 bytes " + ADDRESS + BLOCK + "20 bytes", False),
    "in_strcat": (r"read of \d+ bytes " + ADDRESS + BLOCK + "20 bytes", False),
    "in_strcmp": ("read of 21 bytes " + ADDRESS + BLOCK + "20 bytes", False),
    "in_strncmp": ("read of 21 bytes " + ADDRESS + BLOCK + "20 bytes", False),
    "in_strchr": (r"read of \d+ bytes " + ADDRESS + BLOCK + "20 bytes", False),
    "in_memchr": ("read of 30 bytes " + ADDRESS + BLOCK + "20 bytes", False),
    "in_printf": (r"read of \d+ bytes " + ADDRESS + BLOCK + "20 bytes", False),
}
STACK = {
    "stack_end": "read of 1 byte " + ADDRESS + "0 bytes past the end of the variable buf of 20 bytes",
    "stack_before": "read of 1 byte " + ADDRESS + "1 byte before the variable buf of 16 bytes",
    "stack_scope": "read of 1 byte " + ADDRESS + "after the scope of the variable inner of 12 bytes",
}
ALLOCA = {  # clang's
    "alloca_end": "read of 1 byte " + ADDRESS + r"0 bytes past the end of the alloca\(\) block of 20 bytes",
    "alloca_before": "read of 1 byte " + ADDRESS + r"1 byte before the alloca\(\) block of 24 bytes",
    "array_end": "read of 1 byte " + ADDRESS + r"3 bytes past the end of the alloca\(\) block of 40 bytes",
}
GLOBAL = {
    "global_end": "read of 1 byte " + ADDRESS + "0 bytes past the end of the global variable table of 13 bytes",
    "constant_end": "read of 4 bytes " + ADDRESS + "0 bytes past the end of the global variable constants "
                                                   "of 20 bytes",
}


def built(arch, cc="gcc"):
    """On arm64 with two CPUs, so that both ways are tested with one image each."""
    return build("kasan", arch, cc, config=SEVERAL if arch == "arm64" else ())


def cpus(arch):
    """Options of support/run."""
    return ["--smp", "2"] if arch == "arm64" else []


def function(kind):
    """The lines of its function in the source: numbers from 1 on."""
    start = SOURCE.index(f"static void {kind}(void)") + 1
    return range(start, start + SOURCE[start:].index("}") + 2)


def reports(said):
    """The lines of each report."""
    lines = [line.partition("ERR: kasan: ")[2] for line in said.splitlines()]
    found = []
    for line in filter(None, lines):
        if PLACE.match(line):
            found.append([])
        found[-1].append(line)
    return found


def right_place(image, kind, line):
    """The place is the marked line, as addr2line has it; in_printf's is in newlib."""
    address, name, file, number = PLACE.match(line).groups()
    if kind == "in_printf":
        assert "newlib/libc/stdio" in file
        return
    assert name == kind
    assert int(number) in function(kind) and SOURCE[int(number) - 1].endswith("/* here */")
    assert image.addr2line(int(address, 16) - 1)[0][2] == number


def right_owner(lines, freed):
    """Who allocated the block, and freed it."""
    by = [BY.match(line).groups() for line in lines if BY.match(line)]
    assert [what for what, *_ in by][:2] == (["allocated", "freed"] if freed else ["allocated"])
    for what, name, _, number in by:
        helper = {"allocated": "allocates", "freed": "frees"}[what]
        if name in ("allocates", "frees"):
            assert SOURCE[int(number) - 1].endswith(f"/* {helper} */")
        else:
            assert name == "heap_shrunk"  # realloc


@pytest.mark.parametrize("arch, cc", ONE_COMPILER)
def test_each_kind(arch, cc):
    """In one boot: with kasan.recover=y the program goes on."""
    image = built(arch, cc)
    result = image.run(options=["-p", "kasan.recover=y", *cpus(arch)])
    assert result.status == 0, result.text
    text = "\n".join(result.text.splitlines())
    kinds = dict(re.findall(r"^kind (\w+)\n(.*?)(?=^kind |^right$)", text, re.M | re.S))
    assert list(kinds) == [name for name in re.findall(r"KIND\((\w+)\)", "\n".join(SOURCE))
                           if name != "x" and (cc == "clang" or name not in ALLOCA)]
    assert set(kinds) == {*HEAP, *STACK, *GLOBAL, *(ALLOCA if cc == "clang" else ())}
    for kind, said in kinds.items():
        place, words, *lines = reports(said)[0]
        # once, however often it happens; newlib's functions check what they pass on
        assert len(reports(said)) == {"in_strcat": 2, "in_printf": 2}.get(kind, 1), said
        right_place(image, kind, place)
        expected, freed = HEAP.get(kind, ((STACK | GLOBAL | ALLOCA).get(kind), None))
        assert re.match(expected + "(?: \\(|$)", words), (kind, words)
        if kind in STACK:
            assert re.match(rf"on the stack main, in the frame of 0x\w+ {kind}\+0 ", lines[0])
        elif kind in HEAP:
            right_owner([line.strip() for line in lines], freed)
    assert not reports(text.partition("\nright\n")[2]), text
    assert text.partition("\nright\n")[2].startswith("end\n"), text


@pytest.mark.any_arch
def test_cpus_together(arch):
    """What one CPU finds while another one's report is written is reported, too."""
    result = build("kasan", arch, config=SEVERAL).run("together", options=["-p", "kasan.recover=y", "--smp", "4"])
    assert result.status == 0, result.text
    found = [PLACE.match(lines[0])[2] for lines in reports(result.text)]
    assert sorted(found) == [f"errs{cpu}{i}" for cpu in range(4) for i in range(8)], result.text


@pytest.mark.any_arch
@pytest.mark.parametrize("kind", ["heap_freed", "stack_end", "negative"])
def test_crash(arch, kind):
    """Without the parameter it is a crash screen, with the shadow around the address."""
    screen = read_screen(built(arch).run(kind, options=cpus(arch)))
    expected = {"negative": f"read of {2 ** 64 - 1} bytes {ADDRESS}{BLOCK}20 bytes", "heap_freed": HEAP["heap_freed"][0],
                "stack_end": STACK["stack_end"]}[kind]
    assert re.match(f"kasan: {expected}$", screen.reason), screen.reason
    assert kind in screen.functions[:5]
    rows = [line for line in screen.details if re.match(r" *0x[0-9a-f]{12}:[0-9a-f\[\] ]+$", line)]
    assert len(rows) == 3
    marked = re.findall(r"\[(\w\w)\]", " ".join(rows))
    assert marked == [{"heap_freed": "fd", "stack_end": "04", "negative": "04"}[kind]]


@pytest.mark.any_arch
def test_memory_without_a_shadow(arch):
    """What is not used has none: 64 GiB would need 8."""
    result = built(arch).run("bench", options=["--mem", "64G", *cpus(arch)])
    assert result.status == 0, result.text
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 2 << 20  # KiB, of QEMU


def test_cost(arch):
    """Instructions of the checked part, against the same without checks."""
    result = built(arch).run("bench", options=["--icount"])
    plain, checked = map(int, re.search(r"^(\d+) (\d+)$", result.text, re.M).groups())
    assert 1.1 * plain < checked < 2.5 * plain


@pytest.mark.any_arch
def test_heap_is_whole_again(arch):
    """The C library's own tests; among them one that fills the heap, frees all and wants one large block. VITRINE_ALL=1: those
    of all libraries."""
    image = build("test", arch, config=("CONFIG_LIBUKKASAN=y",))
    few = [] if os.environ.get("VITRINE_ALL") else ["-p", "test.only=newlib"]
    check_all_pass(image.run(options=few, seconds=2 * RUN_SECONDS))


@pytest.mark.any_arch
@pytest.mark.one_cpu("has several")
@pytest.mark.parametrize("app, scenes", [("smp", ("timers", "heap", "log", "lock")), ("smp_threads", ("mutex", "create", "detached", "once", "errno"))])
def test_cpus_at_work(arch, app, scenes):
    """Blocks, stacks and threads of two CPUs come and go: what is right is not reported."""
    result = build(app, arch, config=("CONFIG_LIBUKKASAN=y",)).run(*scenes, options=["--smp", "2"], seconds=2 * RUN_SECONDS)
    assert result.status == 0 and "kasan" not in result.text, result.text
