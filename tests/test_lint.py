# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""support/layers: it finds what it looks for, in objects made for that. The
image with everything selected is checked by make lint."""

import shutil
import subprocess

import pytest
from vitrine import ROOT

pytestmark = pytest.mark.one_cpu("no guest")

STUB = "void %s(void); void %s(void) { %s }"


def image(tmp_path, objects):
    """A build folder: {path of an object: (function that it defines, function that it calls)}."""
    for path, (defines, calls) in objects.items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        body = f"extern void {calls}(void); {calls}();" if calls else ""
        subprocess.run(["gcc", "-c", "-x", "c", "-", "-o", target], check=True, text=True,
                       input=STUB % (defines, defines, body))
    done = subprocess.run([ROOT / "support/layers", f"nm={tmp_path}"], check=True, text=True,
                          stdout=subprocess.PIPE)
    return [line for line in done.stdout.splitlines() if "in none of the images" not in line
            and "has no use" not in line]


def test_downward_calls_are_fine(tmp_path):
    assert not image(tmp_path, {"libukhttp/a.o": ("serve", "say"), "libukprint/a.o": ("say", None),
                                "libukcore/a.o": ("core", "ukarch_x"), "libukarch/a.o": ("ukarch_x", "say"),
                                "libvirtio_console/a.o": ("port", "lend"), "libukvirtio/a.o": ("lend", None),
                                "appfoo/main.o": ("work", "serve")})


@pytest.mark.parametrize("path, calls, found", [
    ("libukcore/a.o", "serve", "lib/ukcore: a.o (floor 1) calls serve of ukhttp (floor 5)"),
    ("libvirtio_console/a.o", "serve", "lib/virtio-console: a.o (floor 3) calls serve of ukhttp (floor 5)"),
    ("libkvmplat/x86_64/a.o", "serve", "lib/plat: a.o (floor 2) calls serve of ukhttp (floor 5)"),
    ("libukalloc/store.o", "serve", "lib/ukalloc: store.o (floor 4) calls serve of ukhttp (floor 5)")])
def test_upward_call(tmp_path, path, calls, found):
    line, = image(tmp_path, {path: ("caller", calls), "libukhttp/a.o": ("serve", None)})
    assert line.startswith(found)


def test_adapters(tmp_path):
    """They may call ukstore; the rest of their library does not call them."""
    line, = image(tmp_path, {"libukalloc/store.o": ("publish", "add"), "libukstore/a.o": ("add", "give"),
                             "libukalloc/alloc.o": ("give", "publish")})
    assert line.startswith("lib/ukalloc: alloc.o calls publish of an adapter")


def test_ring(tmp_path):
    line, = image(tmp_path, {"libuktime/a.o": ("a", "b"), "libukalloc/a.o": ("b", "c"),
                             "libukpaging/a.o": ("c", "a"), "libapic/a.o": ("d", "a")})
    assert line == "doc/architecture.md: libraries of floor 3 call each other: ukalloc ukpaging uktime"


def test_tests_are_left_out(tmp_path):
    assert not image(tmp_path, {"libukcore/tests/test_a.o": ("caller", "serve"),
                                "libukhttp/a.o": ("serve", None)})


def test_unknown_check():
    done = subprocess.run([ROOT / "support/lint", "layer"], check=False, text=True, stderr=subprocess.PIPE)
    assert done.returncode == 2 and 'no check "layer"; the checks are: format' in done.stderr


def test_size(tmp_path):
    """A core file in the repository is named, one beside it is not."""
    (tmp_path / "support").mkdir()
    lint = shutil.copy(ROOT / "support/lint", tmp_path / "support")
    for name, size in (("a core", 300 << 10), ("source.c", 200 << 10), ("not added", 300 << 10)):
        (tmp_path / name).write_bytes(bytes(size))
    for words in (("init", "-q"), ("add", "a core", "source.c")):
        subprocess.run(["git", "-C", tmp_path, *words], check=True)
    done = subprocess.run([lint, "size"], check=False, text=True, stdout=subprocess.PIPE)
    assert done.returncode == 1 and "a core:1: 300 KiB" in done.stdout and done.stdout.count("KiB:") == 1, done.stdout
