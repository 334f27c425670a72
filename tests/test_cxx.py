# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""C++: the same sources as a program of the host print the same; crashes and
gdb show names as the source has them."""

import re
import subprocess

import pytest
from vitrine import ONE_COMPILER, ROOT, RUN_SECONDS, build

APP = ROOT / "tests/apps/cxx"


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    """What the host's program prints."""
    program = tmp_path_factory.mktemp("cxx") / "program"
    subprocess.run(["g++", "-std=gnu++17", "-DFROM_CXXFLAGS=5", "-o", program, "-x", "c++",
                    *(APP / name for name in ("main.cc", "headers.cpp", "plain.cxx"))], check=True)
    return subprocess.run([program], check=True, text=True, stdout=subprocess.PIPE).stdout


@pytest.mark.parametrize("arch, cc", ONE_COMPILER)
def test_prints_what_the_host_prints(arch, cc, host):
    result = build("cxx", arch, cc).run()
    assert result.status == 0
    assert [line for line in result.lines if not line.startswith("[")] == host.splitlines()


@pytest.mark.any_arch
@pytest.mark.parametrize("what, says, frame", [
    ("pure", "C++: pure virtual function called", "__cxa_pure_virtual"),
    ("template", "abort", "larger<int>"),
    ("itself", "a static local variable depends on itself", "needs_itself"),
    ("range", "std::out_of_range: vector::_M_range_check", "std::__throw_out_of_range_fmt"),
    ("memory", "operator new: out of memory", "operator new[]"),
])
def test_crashes_have_names(arch, what, says, frame):
    result = build("cxx", arch).run(what)
    assert result.status == 70
    assert says in result.text
    assert re.search(rf"\] {re.escape(frame)}[+ ]", result.text), result.text


@pytest.mark.any_arch
def test_gdb_demangles(arch):
    image = build("cxx", arch)
    done = subprocess.run(["gdb-multiarch", "-nx", "-batch", "-ex", "info functions square::area",
                           "-ex", "list larger<int>", image.path],
                          stdin=subprocess.DEVNULL, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=RUN_SECONDS, check=False)
    assert "int shapes::square::area() const;" in done.stdout, done.stdout
    assert "T larger(T a, T b)" in done.stdout
