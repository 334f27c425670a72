# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""lib/uktest: what its runner says of tests that pass, fail and crash; and
the libraries' own suites, which it runs in the guest."""

import re

import pytest
from vitrine import ONE_COMPILER, ROOT, TARGETS, build, check_all_pass

APP = ROOT / "tests/apps/uktest"
SOURCE = (APP / "suites.c").read_text().splitlines()


def line_of(text):
    """The number of the source line that contains text."""
    return 1 + next(i for i, line in enumerate(SOURCE) if text in line)


@pytest.fixture(scope="module")
def image(arch):
    return build(APP, arch)


def run(image, only):
    return image.run(options=["-p", f"test.only={only}"])


@pytest.mark.any_arch
def test_good_suite(image):
    result = run(image, "good")
    assert result.status == 0
    assert result.lines[:-1] == ["KTAP version 1", "1..1", "    KTAP version 1",
                                 "    # Subtest: good", "    1..1", "    ok 1 passes",
                                 "ok 1 good"]


@pytest.mark.any_arch
def test_readme_suite(image):
    result = run(image, "garden.doubles")
    assert result.status == 0 and "    ok 1 doubles" in result.lines, result.text


@pytest.mark.any_arch
@pytest.mark.parametrize("source, says", [
    ("5 % 4", "expected `one > 5 % 4`"),
    ("EXPECT_SNUM_EQ(one, minus_two", "expected `one` == `minus_two`, but 1 and -2"),
    ("UNUM_LE", "expected `minus_two` <= `one`, but 18446744073709551614 and 1"),
    ("sizeof(left)", "expected the 7 bytes of `left` and `right` to be equal, "
                     "but byte 3 is 0x64 and 0x58"),
    ("0x1234", "but 0x1234 and 0x0"),
    ("NOT_ZERO", "expected `one - 1` != `0`, but 0 and 0"),
])
def test_expect_shows_values_and_place(image, source, says):
    result = run(image, "bad.expects")
    assert result.status == 1
    assert "    not ok 1 expects" in result.lines
    place = f" at tests/apps/uktest/suites.c:{line_of(source)}"
    found = [l for l in result.lines if l.endswith(f"suites.c:{line_of(source)}")]
    assert len(found) == 1 and found[0].startswith("    # expects: ") and says in found[0], place


@pytest.mark.any_arch
def test_assert_ends_its_case_only(image):
    result = run(image, "bad")
    assert result.status == 1
    assert "behind an assertion" not in result.text
    outcome = [l.split(" ")[-1] for l in result.lines if re.match(r"    ok \d", l)]
    assert outcome == ["passes"]
    assert len([l for l in result.lines if re.match(r"    not ok \d", l)]) == 2
    assert "not ok 1 bad" in result.lines


@pytest.mark.any_arch
@pytest.mark.parametrize("suite, says", [
    ("refused", "# init returned -19"), ("doubtful", "# init: expected")])
def test_init_that_fails(image, suite, says):
    result = run(image, suite)
    assert result.status == 1
    assert says in result.text
    assert "    1..0" in result.lines
    assert f"not ok 1 {suite}" in result.lines
    assert "called although" not in result.text


@pytest.mark.any_arch
@pytest.mark.parametrize("only", ["nonesuch", "good.nonesuch", "goo", "good.passes2", "empty"])
def test_no_test_is_a_failure(image, only):
    result = run(image, only)
    assert result.status == 1
    assert f"# no test named {only}" in result.lines


@pytest.mark.any_arch
def test_several(image):
    result = run(image, "good,bad.asserts,good.passes")
    assert result.lines[:2] == ["KTAP version 1", "1..2"]
    assert [l for l in result.lines if l.startswith(("ok", "not ok"))] == \
        ["not ok 1 bad", "ok 2 good"]


@pytest.mark.any_arch
def test_one_of_several_is_not_there(image):
    result = run(image, "good,nonesuch,empty")
    assert result.status == 1
    assert [l for l in result.lines if "no test" in l] == \
        ["# no test named nonesuch", "# no test named empty"]
    assert "ok 1 good" in result.lines


@pytest.mark.any_arch
def test_crash_is_a_failed_case(image):
    result = run(image, "crashing")
    assert result.status == 70
    case, suite = (result.lines.index(l) for l in
                   ("    not ok 1 crashes # crashed", "not ok 1 crashing # crashed"))
    screen = next(i for i, l in enumerate(result.lines) if "Vitrine crash" in l)
    assert case < suite < screen
    assert "crash: on purpose" in result.text


@pytest.mark.any_arch
def test_all_suites(image):
    result = image.run()
    assert result.lines[:2] == ["KTAP version 1", "1..5"] or \
        int(result.lines[1][3:]) >= 5
    assert result.status == 70


# --- the libraries' suites -------------------------------------------------------

@pytest.mark.parametrize("arch, cc", ONE_COMPILER)
def test_libraries(arch, cc):
    for machine in TARGETS[arch].machines:
        check_all_pass(build("test", arch, cc).run(options=["--machine", machine]))

