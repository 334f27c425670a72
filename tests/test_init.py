# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""lib/ukinit: what runs, in which order, when an image starts and ends."""

import re

import pytest
from vitrine import build

APP = "init"
TERMS = ["last", "only", "second", "first"]


@pytest.fixture(scope="module")
def image(arch):
    return build(APP, arch)


def calls(result, kind):
    return [m.group(1) for line in result.log()
            if (m := re.match(rf"{kind} (\w+)(?: \d+)?$", line))]


def term_statuses(result):
    return {m.group(1) for line in result.log() if (m := re.match(r"term \w+ (\d+)", line))}


@pytest.mark.any_arch
def test_start_and_end(image):
    result = image.run()
    assert result.status == 3
    assert calls(result, "init") == ["first", "second", "last"]
    assert calls(result, "term") == TERMS
    assert term_statuses(result) == {"3"}


@pytest.mark.any_arch
def test_failure_ends_what_had_begun(image):
    result = image.run("fail")
    assert result.status == 71
    assert calls(result, "init") == ["first", "second"]
    assert "failed with -5: second" in result.log()
    where = image.addr2line(image.functions()["init_second"])[0]
    assert any(re.fullmatch(rf"init call 0x[0-9a-f]+ init_second\+0 \({where[1]}:{where[2]}\) "
                            r"failed: EIO, error -5", text) for text in result.log("ERR"))
    assert calls(result, "term") == ["second", "first"]
    assert term_statuses(result) == {"71"}


@pytest.mark.any_arch
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


@pytest.mark.any_arch
@pytest.mark.parametrize("param, says", [
    ("console.lgo=com1", 'unknown parameter "console.lgo": did you mean console.log?'),
    ("console.log=nonesuch", 'console for log: no console "nonesuch"')])
def test_what_was_said_is_not_said_again(arch, param, says):
    """Who has explained why the boot ends is not followed by an error number."""
    result = build("crash", arch).run(options=["-p", param])
    assert result.status == 71
    errors = result.log("ERR")
    assert len(errors) == 1 and errors[0].startswith(says), result.text


@pytest.mark.any_arch
def test_parameters_are_listed(arch):
    """With what they may be and are."""
    result = build("crash", arch).run(options=["-p", "param.help"])
    assert result.status == 0
    assert ("console.log=<charp>: console that the log is written to, or none; a text; now not set"
            in result.log())
    assert "param.help=<bool>: list all parameters and end; yes or no; now yes" in result.log()
