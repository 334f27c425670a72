# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""lib/ukinit: what runs, in which order, when an image starts and ends."""

import re

import pytest
from vitrine import ROOT, build

APP = ROOT / "tests" / "apps" / "init"
TERMS = ["last", "only", "second", "first"]


@pytest.fixture(scope="module")
def image(arch):
    return build(APP, arch)


def calls(result, kind):
    return [m.group(1) for line in result.log()
            if (m := re.match(rf"{kind} (\w+)(?: \d+)?$", line))]


def term_statuses(result):
    return {m.group(1) for line in result.log() if (m := re.match(r"term \w+ (\d+)", line))}


def test_start_and_end(image):
    result = image.run()
    assert result.status == 3
    assert calls(result, "init") == ["first", "second", "last"]
    assert calls(result, "term") == TERMS
    assert term_statuses(result) == {"3"}


def test_failure_ends_what_had_begun(image):
    result = image.run("fail")
    assert result.status == 71
    assert calls(result, "init") == ["first", "second"]
    assert "failed with -5: second" in result.log()
    assert calls(result, "term") == ["second", "first"]
    assert term_statuses(result) == {"71"}


def test_end_while_it_ends(image):
    """Each term call runs once, whichever calls uk_exit()."""
    result = image.run("again")
    assert calls(result, "term") == TERMS
    assert result.status == 9


@pytest.mark.parametrize("status, seen", [
    (0, 0), (63, 63), (64, 0), (69, 5), (70, 70), (71, 71), (-1, 63), (128, 0)])
def test_status(image, status, seen):
    result = image.run("exit", str(status))
    assert result.status == seen
    assert term_statuses(result) == {str(seen)}
