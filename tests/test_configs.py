# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Any configuration builds without a warning, and what has a console boots.

The random ones are the same in every run; VITRINE_SEEDS=FIRST-LAST tries
others.
"""

import os
import re

import pytest
from vitrine import ARCHS, OUT, Image, make

FIRST, LAST = map(int, os.environ.get("VITRINE_SEEDS", "1-20").split("-"))
CONFIGS = ["allnoconfig", "allyesconfig"] + [f"randconfig-{n}" for n in range(FIRST, LAST + 1)]
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
CONSOLES = {"x86_64": "CONFIG_LIBNS16550", "arm64": "CONFIG_LIBPL011"}


def options(image):
    """The options that are y."""
    return set(re.findall(r"^(CONFIG_\w+)=y$", (image.path.parent / ".config").read_text(),
                          re.M))


def configured(config, arch):
    """hello, built with a configuration."""
    target, _, seed = config.partition("-")
    out = OUT / "configs" / config
    words = [f"O={out}", "APP=hello", f"ARCH={arch}", f"NEWLIB_DIR={OUT}/newlib-{arch}"]
    make(target, *words, f"SEED={seed}")
    make(*words)
    return Image(out / f"hello-{arch}" / "hello.elf", arch, "hello")


@pytest.mark.parametrize("arch, config", [(a, c) for c in CONFIGS for a in ARCHS])
def test_builds_and_boots(arch, config):
    image = configured(config, arch)
    chosen = options(image)
    result = image.run()
    text = COLOUR.sub("", result.text)
    if CONSOLES[arch] not in chosen:
        assert not result.text  # and tests, if any, have nowhere to report to
        assert result.status == 0 or "CONFIG_LIBUKTEST" in chosen
        return
    assert result.status == 0, result.text
    if "CONFIG_LIBUKTEST" in chosen:  # then the tests run in main's place
        assert not re.search(r"^ *not ok", text, re.M), text
    elif "CONFIG_LIBNEWLIB" in chosen:
        assert "Hello from hello" in text.splitlines(), text
    if "CONFIG_LIBUKPRINT" in chosen:
        assert re.search(r"exit 0$", text.rstrip()), text
