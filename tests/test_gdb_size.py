# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""The smallest session that ukgdb can be built with: a figure of its README."""

import os
import re

import pytest
from vitrine import ARCHS, ROOT, build

pytestmark = pytest.mark.one_cpu("no guest")

SESSION = ("session", "framing", "read", "write", "wire", "cmd_registers", "cmd_memory", "cmd_run", "points")
TEXT_MAX = 8192


def smallest():
    """Every option of ukgdb that can be off is off."""
    options = re.findall(r"^config (LIBUKGDB_\w+)\n\tbool", (ROOT / "lib/ukgdb/Config.uk").read_text(),
                         re.M)
    return ("CONFIG_LIBUKGDB=y", "CONFIG_OPTIMIZE_SIZE=y",
            *(f"# CONFIG_{name} is not set" for name in options))


def functions(image, path):
    """{name: size} of the functions of an object or an image."""
    fields = (line.split() for line in image.tool("nm", "-S", path).splitlines())
    return {f[3]: int(f[1], 16) for f in fields if len(f) == 4 and f[2] in "tT"}


# VITRINE_ALL=1: on both; it is larger on the second.
@pytest.mark.parametrize("arch", ARCHS if os.environ.get("VITRINE_ALL") else ARCHS[-1:])
def test_smallest_session(arch):
    image = build("hello", arch, config=smallest())
    linked = functions(image, image.path)
    total = sum(size for name in SESSION
                for function, size in functions(
                    image, image.path.parent / "libukgdb/session" / f"{name}.o").items()
                if function in linked)
    assert 4000 < total <= TEXT_MAX
