# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""The tables of real images, newlib included: every symbol, line, inlined call
and unwind rule against binutils and llvm-symbolizer, and what they cost."""

import re
import subprocess

import pytest
from vitrine import COMPILERS, OUT, ROOT, build

pytestmark = pytest.mark.one_cpu("no guest")

HOST_TESTS = ROOT / "lib" / "uksymtab" / "tests" / "host"
MKSYMTAB = ROOT / "build" / "host" / "mksymtab"  # the images' builds made it
TABLES = ("--lines", "--inlines", "--unwind")
# Bytes each, at most: see lib/uksymtab/README.md
LIMITS = {"symbols": 10, "lines": 3, "unwind": 8}


@pytest.mark.parametrize("cc", COMPILERS)
def test_tables_are_what_other_tools_say(arch, cc):
    image = build("crash", arch, cc)
    query = OUT / "host" / "uksymtab" / "query"
    subprocess.run(["make", "-s", "-C", HOST_TESTS, f"O={OUT}", query], check=True)
    done = subprocess.run([HOST_TESTS / "compare.py", MKSYMTAB, query, image.path],
                          stdout=subprocess.PIPE, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("cc", COMPILERS)
def test_tables_are_small(arch, cc):
    image = build("crash", arch, cc)
    done = subprocess.run([MKSYMTAB, *TABLES, "--stats", "--verify", image.path],
                          stdout=subprocess.PIPE, text=True, check=True)
    for table, limit in LIMITS.items():
        each = re.search(rf"^{table} .* ([\d.]+) bytes each", done.stdout, re.M).group(1)
        assert float(each) <= limit, done.stdout
