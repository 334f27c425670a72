# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Interrupts and time on every machine and interrupt controller.

The guest suites do the looking; here is where they are run, and what only the
host can check: which controller it is, and whether the clocks are right.
"""

import time

import pytest
from vitrine import CPUS, MACHINES, ONE_COMPILER, TARGETS, build, check_all_pass

# {machine: (controller, lines)}
FOUND = {"microvm": ("apic", 25 if CPUS == 1 else 32), "q35": ("apic", 25 if CPUS == 1 else 32), "gicv2": ("gicv2", 288),
         "gicv3": ("gicv3", 256), "gicv3-el2": ("gicv3", 256)}
NAMES = [name for name in FOUND if name in MACHINES]
PLAIN = ("microvm", "q35", "gicv2")  # where test_uktest.py runs all suites
SUITES = ("ukintctlr", "ukintctlr_lines", "uknmi", "uktime")
OWN_SUITES = {"x86_64": ("apic",), "arm64": ("arm64_trap", "gic")}


def said(name, *options, cc="gcc"):
    """What the app says of a machine: {name: word}."""
    arch, machine = MACHINES[name]
    image = build("interrupts", arch, cc)
    result = image.run(options=[*machine, *options])
    assert result.status == 0, result.text
    return dict(line.split() for line in result.lines if len(line.split()) == 2)


@pytest.mark.parametrize("name, icount", [
    *((name, []) for name in NAMES if name not in PLAIN), *((name, ["--icount"]) for name in NAMES)])
def test_suites(name, icount):
    arch, options = MACHINES[name]
    image = build("test", arch, dict(ONE_COMPILER)[arch])
    check_all_pass(image.run(options=[*options, *icount, "-p",
                                      "test.only=" + ",".join(SUITES + OWN_SUITES[arch])]))


@pytest.mark.parametrize("name", NAMES)
def test_controller_and_clocks(name):
    now = time.time()
    guest = said(name)
    assert (guest["controller"], int(guest["lines"])) == FOUND[name]
    assert now - 2 <= int(guest["wall"]) <= time.time() + 1
    assert int(guest["spurious"]) == 0


@pytest.mark.parametrize("name", NAMES)
def test_exact_time(name):
    """Under -icount the rates are known: the measured one is refined
    to better than 0.1 %, and no timer is heard of before its time."""
    guest = said(name, "--icount")
    hz = TARGETS[MACHINES[name][0]].icount_hz
    assert abs(int(guest["rough_hz"]) - hz) < hz / 100
    assert abs(int(guest["hz"]) - hz) < hz / 1000
    assert int(guest["interrupts"]) == 10


@pytest.mark.one_cpu("several need a controller")
def test_nothing_of_it_is_in_an_image_without(arch):
    functions = build("hello", arch).functions()
    assert not [f for f in functions if f.startswith(("uk_intctlr", "uk_timer", "apic", "gic"))]
