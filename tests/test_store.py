# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""lib/ukstore: what it costs, in instructions under -icount, which are exact.
What it does is tested on the host, in the guest, and by its readers."""

import functools
import math

import pytest
from vitrine import ROOT, build

pytestmark = [pytest.mark.any_arch, pytest.mark.one_cpu("exact numbers of instructions")]

APP = ROOT / "tests/apps/store"
# A step of a search compares texts, or numbers; twice around it at most.
STEP_TEXT, STEP_NUMBER = 400, 40


def image_of(arch, entries):
    return build(APP, arch, config=(f"CONFIG_APPSTORE_ENTRIES={entries}",))


def size(arch, entries):
    """Bytes that are loaded, by readelf."""
    lines = image_of(arch, entries).tool("readelf", "-lW", image_of(arch, entries).path)
    return sum(int(line.split()[5], 16) for line in lines.splitlines()
               if line.split()[:1] == ["LOAD"])


@functools.lru_cache(maxsize=None)
def counts(arch, entries):
    """{name: instructions} of an image with so many static entries."""
    result = image_of(arch, entries).run(options=["--icount"])
    assert result.status == 0, result.text
    rows = (line.split() for line in result.lines if line.startswith("bench "))
    return {name: int(value) for _, name, value in rows}


def test_lookups_are_logarithmic(arch):
    """At 10,000 entries a search takes 14 steps, not 10,000."""
    found = counts(arch, 10000)
    steps = math.ceil(math.log2(10100)) + 1
    for name in ("static_path", "static_path_missing", "object_path_10000", "entry_path"):
        assert found[name] < 2 * steps * STEP_TEXT, (name, found[name])
    for name in ("object_id_10000", "entry_id"):
        assert found[name] < 200 + steps * STEP_NUMBER, (name, found[name])
    # from 10 to 10,000 objects there are 10 steps more
    for name, step in (("object_path", STEP_TEXT), ("object_id", STEP_NUMBER)):
        assert found[f"{name}_10000"] - found[f"{name}_10"] < 10 * step, name
    assert found["walk"] < 100 * found["walk_values"]


def test_unread_values_cost_nothing(arch):
    """Not one instruction, with 10,000 entries or none. Only the boot maps an
    image that is larger, and less memory around it, page by page on x86_64."""
    many, none = counts(arch, 10000), counts(arch, 0)
    assert many["unasked_thread"] == none["unasked_thread"]
    sizes = [size(arch, entries) for entries in (0, 10000)]
    pages = (sizes[1] - sizes[0]) // 4096
    # What the boot costs does not follow the entries: less than one a page.
    assert abs(many["unasked_boot"] - none["unasked_boot"]) < pages
