# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""arm64: the ways in which `virt` can be set up, and how a boot fails."""

import os
import subprocess

import pytest
from vitrine import ROOT, RUN_SECONDS, build

pytestmark = [pytest.mark.one_cpu("starts QEMU itself"),
              pytest.mark.only_arch("arm64")]

QEMU = ["qemu-system-aarch64", "-machine", "virt", "-cpu", "cortex-a72", "-m", "128M",
        "-nodefaults", "-display", "none", "-no-reboot", "-serial", "stdio"]


def qemu(*words):
    done = subprocess.run([*QEMU, *words], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=RUN_SECONDS)
    return done.returncode, done.stdout.decode().replace("\r", "")


@pytest.mark.parametrize("options", [
    ["--cpu", "max"],
    ["--qemu", "-machine virtualization=on"],
    ["--qemu", "-machine virtualization=on,gic-version=3", "--cpu", "max"],
    ["--mem", "32M"],
    ["--mem", "3G"],
], ids=" ".join)
def test_machines(options):
    result = build("hello", "arm64").run("x", options=options)
    assert result.status == 0, result.text
    assert "argument 1: x" in result.lines


def test_crash_at_el1_under_el2():
    result = build("crash", "arm64").run(
        "null-write", options=["--qemu", "-machine virtualization=on", "--cpu", "max"])
    assert result.status == 70, result.text
    assert "write to 0x0: not mapped" in result.log("CRIT")


@pytest.mark.parametrize("machine", ["virt", "virt,virtualization=on"])
def test_power_off_without_semihosting(machine):
    """PSCI carries no status; the log does."""
    image = build("crash", "arm64")
    status, text = qemu("-machine", machine, "-kernel", str(image.path),
                        "-append", "-- null-read")
    assert status == 0
    assert text.splitlines()[-1].endswith("exit 70")


def test_flat_image(tmp_path):
    """Entered by the Image protocol: the device tree's address in x0."""
    image = build("hello", "arm64")
    flat = tmp_path / "Image"
    image.tool("objcopy", "-O", "binary", str(image.path), str(flat))
    status, text = qemu("-kernel", str(flat), "-append", "-- a")
    assert status == 0
    assert "argument 1: a" in text.splitlines()


def test_set_up_that_fails():
    result = build("hello", "arm64").run("x" * 5000)
    assert result.status == 71, result.text
    assert result.lines[-1] == "boot failed: command line longer than 4095 bytes"


def test_no_vector_instruction_outside_of_the_application():
    """What runs in a trap must leave vector registers alone."""
    image = build("hello", "arm64")
    objects = [part for parts in image.libraries().values() for part in parts]
    assert len(objects) > 20
    for line in image.tool("objdump", "-d", "--no-show-raw-insn", *objects).splitlines():
        words = line.split(maxsplit=2)
        if len(words) < 3 or not words[0].endswith(":"):
            continue
        for operand in words[2].split("//")[0].replace("{", ",").replace("[", ",").split(","):
            name = operand.strip().split(".")[0].rstrip("}]!")
            assert not (name[:1] in "vqdsh" and name[1:].isdigit()), line


def test_libfdt_that_cannot_be_had(tmp_path):
    """The error names what is missing and what would help."""
    fake = tmp_path / "bin"
    fake.mkdir()
    apt = fake / "apt-get"
    apt.write_text("#!/bin/sh\necho 'E: no network'\nexit 100\n")
    apt.chmod(0o755)
    done = subprocess.run([ROOT / "support/libfdt/fetch", tmp_path / "libfdt"], text=True,
                          env={**os.environ, "PATH": f"{fake}:{os.environ['PATH']}"},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 1
    assert "cannot get device-tree-compiler_1.7.2.orig.tar.xz" in done.stdout
    assert f"into {tmp_path}/libfdt" in done.stdout
