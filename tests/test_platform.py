# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""A second platform, outside of the tree (PLAT=): its own are the entry, here with
another name, and the linker script, here for another address."""

import re

import pytest
from elftools.elf.elffile import ELFFile
from vitrine import ONE_COMPILER, OUT, ROOT, SHARED, TARGETS, Image, make

pytestmark = pytest.mark.one_cpu("its platform starts no other")

OFFSET = 2 << 20  # from where an image of plat/kvm begins
CONFIG = 'source "$(UK_BASE)/plat/kvm/Config.uk"\n'
MAKEFILE = """\
$(eval $(call addlib,libsecond))
UK_LINKER_SCRIPT := $(LIBSECOND_BASE)/link.lds.S
LIBSECOND_CINCLUDES-y += -I$(UK_BASE)/plat/kvm/$(ARCH)
LIBSECOND_SRCS-y += $(LIBSECOND_BASE)/entry.S
LIBSECOND_SRCS-y += $(addprefix $(UK_BASE)/plat/kvm/$(ARCH)/,setup.c time.c rtc.c shutdown.c)
LIBSECOND_SETUP_FLAGS-y += -fno-stack-protector
LIBSECOND_EXPORTS-y += second_start
"""


def replaced(path, *pairs):
    text = path.read_text()
    for old, new in pairs:
        text, count = re.subn(old, new, text)
        assert count, old
    return text


@pytest.fixture
def platform(tmp_path, arch):
    folder = tmp_path / "second"
    folder.mkdir()
    kvm = ROOT / "plat" / "kvm" / arch
    text = TARGETS[arch].text
    (folder / "Config.uk").write_text(CONFIG)
    (folder / "Makefile.uk").write_text(MAKEFILE)
    (folder / "entry.S").write_text(replaced(kvm / "entry.S", (r"\b_start\b", "second_start")))
    (folder / "link.lds.S").write_text(replaced(
        kvm / "link.lds.S", (r"\b_start\b", "second_start"), (f"= {text:#x};", f"= {text + OFFSET:#x};")))
    return folder


@pytest.mark.parametrize("arch, cc", ONE_COMPILER)
def test_second_platform(platform, arch, cc):
    words = [f"PLAT={platform}", "APP=hello", f"ARCH={arch}", f"CC={cc}", f"O={OUT}/second-{cc}",
             f"NEWLIB_DIR={SHARED}/newlib-{arch}"]
    make("-j2", *words)
    image = Image(OUT / f"second-{cc}" / f"hello-{arch}-second" / "hello.elf", arch, "hello")
    functions = image.functions()
    with open(image.path, "rb") as f:
        elf = ELFFile(f)
        assert elf["e_entry"] == functions["second_start"] and "_start" not in functions
        assert elf.get_segment(0)["p_vaddr"] == TARGETS[arch].text + OFFSET
    result = image.run("a")
    assert result.status == 0 and "argument 1: a" in result.lines, result.text
    make("clean", *words)
    assert not image.path.parent.exists()


@pytest.mark.parametrize("name, says", [
    ("..", 'PLAT ".." is no platform'), ("other/kvm", "sets no UK_LINKER_SCRIPT")])
def test_no_platform(tmp_path, name, says):
    """One of the tree's name, elsewhere, has a build folder of its own."""
    (tmp_path / "other/kvm").mkdir(parents=True)
    (tmp_path / "other/kvm/Config.uk").write_text("")
    (tmp_path / "other/kvm/Makefile.uk").write_text("$(eval $(call addlib,libempty))\n")
    plat = tmp_path / name if "/" in name else name
    done = make(f"PLAT={plat}", "APP=hello", "ARCH=x86_64", f"O={tmp_path}/o", check=False)
    assert done.returncode == 2 and says in done.stdout, done.stdout
    assert {p.name for p in tmp_path.glob("o/hello*")} <= {"hello-x86_64-kvm", "hello-x86_64-kvm.lock"}


def test_platform_that_does_not_exist():
    done = make("PLAT=nonesuch", "APP=hello", check=False)
    assert done.returncode == 2 and 'unknown PLAT "nonesuch"' in done.stdout
    assert "kvm" in done.stdout
