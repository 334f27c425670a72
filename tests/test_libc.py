# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""What functions of the C library give: a table of results, beside that of the
host's C library; arm64's is the same program under qemu-user, as long double
differs. And that its headers can be used."""

import os
import re
import subprocess

import pytest
from vitrine import LOG_LINE, ONE_COMPILER, OUT, ROOT, SHARED, TARGETS, build, make

APP = ROOT / "tests/apps/libc"
RUNNER = {"x86_64": [], "arm64": ["qemu-aarch64"]}

# --- the table ------------------------------------------------------------------

# Units in the last place by which results of <math.h> may differ.
ULP = 1
# The same where one of the two libraries promises less: near a zero of lgamma(),
# and glibc's own bounds (its manual, "Known Maximum Errors in Math Functions"). CAVEATS.md has them.
LESS_EXACT = {"lgamma": 8, "lgammaf": 8, "lgammal": 8, "tgamma": 2, "tgammaf": 2, "tgammal": 3,
              "cbrt": 2, "asinhl": 2, "tanhl": 2, "powf": 2}


def reference(arch, folder):
    """The lines that the host's C library prints."""
    program = folder / f"table-{arch}"
    subprocess.run([TARGETS[arch].tools + "gcc", "-static", "-O1", "-std=gnu11", "-fno-builtin",
                    "-w", *sorted(APP.glob("*.c")), "-lm", "-o", program], check=True)
    return subprocess.run([*RUNNER[arch], program], check=True, text=True, encoding="latin-1",
                          stdout=subprocess.PIPE, env={**os.environ, "TZ": "UTC"},
                          timeout=60).stdout.splitlines()


def ordinal(kind, bits):
    """A number whose neighbours are the next floating-point numbers; None: NaN."""
    value = int(bits, 16)
    width = {"f": 32, "d": 64, "l": 80 if bits.startswith("000000000000") else 128}[kind]
    exponent = {32: 8, 64: 11, 80: 15, 128: 15}[width]
    negative, value = value >> (width - 1) & 1, value & (1 << (width - 1)) - 1
    fraction = width - 1 - exponent
    if width == 80:  # the first bit of the mantissa stands there
        value = value >> 64 << 63 | value & (1 << 63) - 1
        fraction = 63
    if value > ((1 << exponent) - 1) << fraction:
        return None
    return -value if negative else value


def distance(kind, a, b):
    a, b = ordinal(kind, a), ordinal(kind, b)
    if a is None or b is None:
        return 0 if a is b else float("inf")
    return abs(a - b)


def differs(ours, theirs):
    """Why two lines do not mean the same, or None."""
    if ours == theirs:
        return None
    left, right = re.fullmatch(r"(ulp (\S+) .*) = ([fdl]) ([0-9a-f]+)", ours), \
        re.fullmatch(r"(ulp (\S+) .*) = ([fdl]) ([0-9a-f]+)", theirs)
    if not left or not right or left.group(1) != right.group(1):
        return f"{ours}\n  host: {theirs}"
    far = distance(left.group(3), left.group(4), right.group(4))
    if far <= LESS_EXACT.get(left.group(2), ULP):
        return None
    return f"{ours}\n  host: {theirs}, {far} units in the last place"


@pytest.mark.parametrize("arch, cc", ONE_COMPILER)
def test_results_are_the_hosts(arch, cc, tmp_path):
    theirs = reference(arch, tmp_path)
    result = build(APP, arch, cc).run()
    assert result.status == 0
    ours = [line for line in result.lines if not LOG_LINE.match(line)]
    wrong = [why for why in map(differs, ours, theirs) if why]
    assert not wrong, f"{len(wrong)} lines:\n" + "\n".join(wrong[:40])
    assert len(ours) == len(theirs) > 5000


# --- headers --------------------------------------------------------------------

def flags(arch, cc):
    """What the build gives a compiler, for the C library's headers."""
    build("hello", arch, cc)
    text = make("-n", "-B", "V=1", "APP=hello", f"ARCH={arch}", f"CC={cc}",
                f"O={OUT / cc}", f"NEWLIB_DIR={SHARED}/newlib-{arch}").stdout
    found = re.search(r"^(?:.* && )?(.*?-std=gnu11) .*?(-nostdinc .*?) -ffile-prefix-map", text, re.M)
    return [*found.group(1).split(), "-ffreestanding", "-U__linux__", *found.group(2).split()]


@pytest.mark.any_arch
@pytest.mark.parametrize("arch, cc", ONE_COMPILER)
def test_each_header_compiles_alone(arch, cc, tmp_path):
    folder = SHARED / f"newlib-{arch}" / "include"
    words = flags(arch, cc)
    # machine/ is for the other headers
    names = [str(h.relative_to(folder)) for h in sorted(folder.rglob("*.h"))
             if h.relative_to(folder).parts[0] != "machine"] + ["stdatomic.h"]
    assert {"regex.h", "utime.h", "math.h", "signal.h"} <= set(names) and len(names) > 80
    for number, name in enumerate(names):
        (tmp_path / f"{number}.c").write_text(f"#include <{name}>\n")
    (tmp_path / "atomic.c").write_text(
        "#include <stdatomic.h>\n_Atomic int a;\natomic_long b;\n"
        "int f(void) { return atomic_fetch_add(&a, 1) + (int)atomic_load(&b)"
        " + atomic_flag_test_and_set(&(atomic_flag)ATOMIC_FLAG_INIT); }\n")
    done = subprocess.run([*words, "-fsyntax-only", *sorted(tmp_path.glob("*.c"))], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, "\n".join(
        line for line in done.stdout.splitlines() if "error" in line)
