# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""lib/ukax: the machine code that it makes of expressions. That of x86_64 has a fuzzer on the host
(lib/ukax/tests/host/fuzz_compile.c)."""

import subprocess

import pytest
from vitrine import ROOT, RUN_SECONDS, TARGETS, printed

pytestmark = [pytest.mark.only_arch("arm64"), pytest.mark.one_cpu("no guest")]


def test_code_gives_what_the_interpreter_gives(tmp_path):
    """The same fuzzer under qemu-user: of 300,000 mutations of its corpus a tenth is compiled."""
    lib, program = ROOT / "lib/ukax", tmp_path / "fuzz"
    include = [word for path in ("lib/ukax/include", "lib/ukcore/include", "arch/include", "arch/arm64/include") for word in ("-I", ROOT / path)]
    subprocess.run([TARGETS["arm64"].tools + "gcc", "-static", "-O1", *include, "-DCONFIG_LIBUKAX_STEPS=10000",
                    lib / "tests/host/fuzz_compile.c", lib / "tests/mutate.c", lib / "ax.c", lib / "compile.c",
                    lib / "arch/arm64/emit.c", "-o", program], check=True)
    status, text = printed(["qemu-aarch64", program, "300000", *sorted((lib / "tests/host/fuzz_compile.corpus").iterdir())], RUN_SECONDS)
    assert status == 0, text
