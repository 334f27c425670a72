# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""What must not compile does not, and says why; and what a message below the
level leaves in an object: nothing. What READMEs show compiles.

Each file in tests/compile-fail names the message it expects. With -DCONTROL
it is the same without the mistake, and must compile.
"""

import json
import re
import shlex
import subprocess

import pytest
from vitrine import COMPILERS, ROOT, TARGETS, build

pytestmark = [pytest.mark.any_arch, pytest.mark.one_cpu("builds")]

FILES = sorted((ROOT / "tests" / "compile-fail").glob("*.c"))
LEVELS = ["crit", "err", "warn", "info", "debug"]


@pytest.fixture(scope="session", params=COMPILERS)
def flags(request, arch):
    """The command that compiles a file of a library, without the file."""
    image = build("test", arch, request.param)
    commands = json.loads((image.path.parent / "compile_commands.json").read_text())
    entry = next(e for e in commands if e["file"] == "lib/ukcore/core.c")
    words = shlex.split(entry["command"])
    return [w for w in words if w not in ("-c", entry["file"])]


def compiled(flags, *words):
    return subprocess.run([*flags, *map(str, words)], cwd=ROOT, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_does_not_compile(flags, file):
    expected = re.search(r"^/\* expected: (.*) \*/$", file.read_text(), re.M).group(1)
    control = compiled(flags, "-fsyntax-only", "-DCONTROL", file)
    assert control.returncode == 0, control.stdout
    failed = compiled(flags, "-fsyntax-only", file)
    assert failed.returncode != 0
    assert expected in failed.stdout


def messages(tmp_path, flags, level, *more):
    """An object with a message of every level, compiled at a level."""
    override = tmp_path / "level.h"
    override.write_text("#undef CONFIG_LIBUKPRINT_PRINTD\n#undef CONFIG_LIBUKPRINT_LEVEL\n"
                        f"#define CONFIG_LIBUKPRINT_LEVEL {level}\n")
    source, obj = tmp_path / "messages.c", tmp_path / "messages.o"
    source.write_text("#include <uk/print.h>\nvoid f(int x);\nvoid f(int x)\n{\n" + "".join(
        f'\tuk_pr_{name}("this is {name} %d\\n", x);\n' for name in LEVELS) + "}\n")
    done = compiled([f for f in flags if f != "-g"], "-include", override, *more, "-c",
                    "-o", obj, source)
    assert done.returncode == 0, done.stdout
    return obj


@pytest.mark.parametrize("level, more", [*((n, ()) for n in range(4)), (3, ("-DUK_DEBUG",))])
def test_messages_below_the_level_leave_nothing(tmp_path, flags, arch, level, more):
    obj = messages(tmp_path, flags, level, *more)
    kept = LEVELS if more else LEVELS[:level + 1]
    content = obj.read_bytes()
    for name in LEVELS:
        assert (f"this is {name} ".encode() in content) == (name in kept)
    calls = subprocess.run([TARGETS[arch].tools + "objdump", "-dr", obj], text=True, check=True,
                           stdout=subprocess.PIPE).stdout
    assert len(re.findall(r"R_\w+\s+_uk_printk", calls)) == len(kept)


def test_without_messages_no_call_is_left(tmp_path, flags, arch):
    obj = messages(tmp_path, flags, -1)
    undefined = subprocess.run([TARGETS[arch].tools + "nm", "-u", obj], text=True, check=True,
                               stdout=subprocess.PIPE).stdout
    assert "printk" not in undefined
    assert b"this is" not in obj.read_bytes()


# --- examples --------------------------------------------------------------------

def examples():
    """The C blocks of the libraries' READMEs that are whole files."""
    for readme in sorted(ROOT.glob("lib/*/README.md")):
        blocks = re.findall(r"^```c\n(.*?)^```$", readme.read_text(), re.M | re.S)
        for number, text in enumerate(blocks, 1):
            if readme.parent.name in WHOLE_FILES:
                yield pytest.param(text, id=f"{readme.parent.name}-{number}")


WHOLE_FILES = {"ukassert", "ukcore", "ukcrash", "ukevent", "ukinit", "uknofault", "uktest",
               "uktrap", "ukkasan", "ukubsan", "ukunwind"}


@pytest.mark.parametrize("text", examples())
def test_examples_compile(tmp_path, flags, text):
    source = tmp_path / "example.c"
    source.write_text(text)
    done = compiled(flags, "-fsyntax-only", source)
    assert done.returncode == 0, done.stdout
