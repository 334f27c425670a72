# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Crashes that are hard on the crash path itself (tests/apps/faults): the
screen is whole, the chain is right, and the machine ends."""

import re

import pytest
from screen import read_screen
from test_crash import BELOW_MAIN, check_against_addr2line
from vitrine import ARCHS, COMPILERS, ONE_COMPILER, ROOT, TARGETS, build, in_pairs

APP = ROOT / "tests" / "apps" / "faults"
FIRST = ["first_instruction", "main"]
HANDLER = ["trap_handler", "uk_raise_event_ptr", "uk_trap_raise", "ukarch_trap_handle"]

# Kind: pattern of the reason, functions of the chain down to main.
WHOLE = {
    "first-instruction": (r"undefined instruction$", FIRST),
    "half-a-frame": (r"undefined instruction$", ["half_a_frame", "main"]),
    "frame-taken-down": (r"undefined instruction$", ["frame_taken_down", "main"]),
    "no-stack": (r"write to 0x[08]: not mapped$", ["no_stack", "main"]),
    "in-trap-handler": (r"write to 0x0: not mapped$", HANDLER + FIRST),
    "everywhere": (r"write to 0x0: not mapped$", HANDLER + FIRST),
    "broken-heap": (r"(read from|write to) 0x\w+: ", ["_malloc_r", "malloc", "broken_heap",
                                                     "main"]),
    "abort-in-use": (r"abort$", ["abort", "abort_in_use", "main"]),
    "in-callback": (r"read from 0x0: not mapped$", ["compare", "qsort", "in_callback", "main"]),
}

# Kind: functions that the chain still shows, why it ends.
BROKEN = {
    "chain-cyclic": (["chain", "chain_cyclic"], "frame pointer does not ascend"),
    "chain-unaligned": (["chain", "chain_unaligned"], "unaligned frame pointer"),
    "chain-unmapped": (["chain", "chain_unmapped"], "unreadable stack (0x5a5a5a5a000)"),
    "chain-impossible": (["chain", "chain_impossible"],
                         "unreadable stack (0x8000deadbeef0000)"),
    "chain-to-data": (["chain"], "return address outside of the code"),
}


def each(kinds):
    return pytest.mark.parametrize("kind, arch, cc", in_pairs([(k, a, c) for k in kinds for a in ARCHS for c in COMPILERS]))


def crash(arch, cc, kind, config=()):
    image = build(APP, arch, cc, config)
    result = image.run(kind)
    assert result.status == 70, result.text
    assert result.log()[-1] == "exit 70", result.text
    return image, result, read_screen(result)


def outer_functions(screen):
    return [line.function for line in screen.trace if not line.inlined]


@each(WHOLE)
def test_chain_is_whole(kind, arch, cc):
    image, result, screen = crash(arch, cc, kind)
    reason, chain = WHOLE[kind]
    assert re.match(reason, screen.reason), screen.reason
    assert outer_functions(screen) == chain + BELOW_MAIN + [TARGETS[arch].entry], result.text
    assert not screen.trace_end
    check_against_addr2line(image, screen)


@each(BROKEN)
def test_broken_chain_ends_and_says_why(kind, arch, cc):
    image, result, screen = crash(arch, cc, kind)
    chain, why = BROKEN[kind]
    assert screen.functions == chain, result.text
    assert screen.trace_end.startswith(why)
    # what is left of the stack shows the rest; what is older may lie between
    guesses = [line.function for line in screen.guesses if not line.inlined]
    in_order = iter(guesses)
    assert all(f in in_order for f in ["main", *BELOW_MAIN, TARGETS[arch].entry]), result.text
    assert len(guesses) <= 16
    check_against_addr2line(image, screen)


@pytest.mark.parametrize("arch, cc", ONE_COMPILER)
def test_before_anything_is_set_up(arch, cc):
    _, result, screen = crash(arch, cc, "", ("CONFIG_APPFAULTS_EARLY=y",))
    assert outer_functions(screen) == ["crash_early", "uk_boot", "kvm_setup", TARGETS[arch].entry], \
        result.text


def test_stack_pointer_to_nowhere_is_shown(arch):
    _, result, _ = crash(arch, "gcc", "no-stack")
    assert "Stack pointer 0x10 is in no known stack" in result.log("CRIT")


def test_inside_a_handler_is_shown(arch):
    image, result, screen = crash(arch, "gcc", "in-trap-handler")
    place = image.functions()["first_instruction"]
    where = image.addr2line(place)[0]
    assert (f"Inside a handler of UKARCH_TRAP_INVALID_OP at {place:#x} first_instruction+0 "
            f"({where[1]}:{where[2]})") in result.log("CRIT")
    assert any("-- trap that interrupted:" in text for text in result.log("CRIT"))


@pytest.mark.any_arch
def test_each_crash_inside_is_one_line(arch):
    _, result, _ = crash(arch, "gcc", "everywhere")
    lines = [t for t in result.log("CRIT") if t.startswith("crash while handling a crash")]
    assert len(lines) == 2
    assert re.search(r"UKARCH_TRAP_PAGE_FAULT at 0x[0-9a-f]+ \w+\+[0-9a-f]+ "
                     r"\(tests/apps/faults/\w+\.c:\d+\)$", lines[0]), lines
    assert "behind the screen" in lines[1]


@pytest.mark.any_arch
def test_line_begun_is_kept(arch):
    """What stdio has not yet written does not get into the screen."""
    _, result, _ = crash(arch, "gcc", "abort-in-use")
    assert not any("a line begun" in text for text in result.log("CRIT"))


def test_small_image_still_says_its_status(arch):
    """Without screen, symbols and walker: the status, and no hang."""
    config = ("CONFIG_LIBUKCRASH=n", "CONFIG_LIBUKSYMTAB=n", "CONFIG_LIBUKUNWIND=n")
    result = build("hello", arch, config=config).run()
    assert result.status == 0
    assert result.log()[-1] == "exit 0"
