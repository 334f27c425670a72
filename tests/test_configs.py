# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Any configuration builds without a warning, and what has a console boots.

The random ones cover pairs of options (pairs.py); VITRINE_CONFIGS is how many
of them at most.
"""

import os
import re

import pytest
from pairs import chosen
from vitrine import ARCHS, OUT, SHARED, Image, make

MOST = int(os.environ.get("VITRINE_CONFIGS", 10))
CONFIGS = [*((arch, config) for arch in ARCHS for config in ("allnoconfig", "allyesconfig")),
           *((arch, f"randconfig-{seed}") for arch, seed in chosen(ARCHS)[:MOST])]
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
    words = [f"O={out}", "APP=hello", f"ARCH={arch}", f"NEWLIB_DIR={SHARED}/newlib-{arch}"]
    make(target, *words, f"SEED={seed}")
    make(*words)
    return Image(out / f"hello-{arch}" / "hello.elf", arch, "hello")


@pytest.mark.parametrize("arch, config", CONFIGS)
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
