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
from vitrine import ARCHS, ONE_COMPILER, OUT, ROOT, SHARED, Image, check_all_pass, make

pytestmark = pytest.mark.one_cpu("configurations choose the number themselves")

MOST = int(os.environ.get("VITRINE_CONFIGS", 4))
CONFIGS = [*((arch, cc, config) for arch, cc in ONE_COMPILER
             for config in ("allnoconfig", "allyesconfig")),
           *((arch, "gcc", f"randconfig-{seed}") for arch, seed in chosen(ARCHS)[:MOST])]
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# Every check, each of which ends the guest that fails it.
UBSAN = {"CONFIG_LIBUKUBSAN"} | {f"CONFIG_{name}_CRASH" for name in re.findall(
    r"^config (\w+)_CRASH$", (ROOT / "lib/ukubsan/Config.uk").read_text(), re.M)}
CONSOLES = {"x86_64": "CONFIG_LIBNS16550", "arm64": "CONFIG_LIBPL011"}


def options(image):
    """The options that are y."""
    return set(re.findall(r"^(CONFIG_\w+)=y$", (image.path.parent / ".config").read_text(),
                          re.M))


def configured(arch, cc, config):
    """hello, built with a configuration."""
    target, _, seed = config.partition("-")
    out = OUT / "configs" / f"{config}-{cc}"
    words = [f"O={out}", "APP=hello", f"ARCH={arch}", f"CC={cc}", f"NEWLIB_DIR={SHARED}/newlib-{arch}"]
    make(target, *words, f"SEED={seed}")
    make(*words)
    return Image(out / f"hello-{arch}" / "hello.elf", arch, "hello")


@pytest.mark.slow
@pytest.mark.parametrize("arch, cc, config", CONFIGS)
def test_builds_and_boots(arch, cc, config):
    """In allyesconfig every library's tests run, with every check of UBSan."""
    image = configured(arch, cc, config)
    chosen = options(image)
    assert config != "allyesconfig" or chosen >= {"CONFIG_HAVE_SMP", "CONFIG_LIBUKTEST", *UBSAN}
    result = image.run(options=["--smp", "2"] if "CONFIG_HAVE_SMP" in chosen else [])
    text = COLOUR.sub("", result.text)
    if CONSOLES[arch] not in chosen:
        assert not result.text  # and tests, if any, have nowhere to report to
        assert result.status == 0 or "CONFIG_LIBUKTEST" in chosen
        return
    assert result.status == 0, result.text
    if "CONFIG_LIBUKTEST" in chosen:  # then the tests run in main's place
        check_all_pass(result)
    elif "CONFIG_LIBNEWLIB" in chosen:
        assert "Hello from hello" in text.splitlines(), text
    if "CONFIG_LIBUKPRINT" in chosen:
        assert re.search(r"exit 0$", text.rstrip()), text
