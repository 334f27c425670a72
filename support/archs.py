#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""usage: support/archs.py [ARCH PROPERTY]

The architectures as the host sees them, from support/archs.mk, which describes
each property. As a module: ARCHS["arm64"].qemu. As a program: prints a property,
or the names of all architectures.
"""

import os
import sys
from types import SimpleNamespace

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "archs.mk")
NUMBERS = {"elf", "icount_hz", "ram", "smp", "smp_plain", "text"}
LISTS = {"exit", "gregs", "smp_more"}


def read(path):
    """{architecture: its properties}, in the order of the table."""
    found = {}
    with open(path, encoding="utf-8") as f:
        for line in f:
            name, is_set, value = line.rstrip("\n").partition(" :=")
            arch, is_property, name = name.partition(".")
            if is_set and is_property and not line.startswith("#"):
                found.setdefault(arch, {})[name] = (
                    int(value, 0) if name in NUMBERS else
                    value.split() if name in LISTS else value.strip())
    for of in found.values():
        of["tools"] = of["triple"] + "-"
        # {machine: QEMU's options}
        of["machines"] = {name: of.pop(name).split() for name in of["machines"].split()}
    return {arch: SimpleNamespace(name=arch, **of) for arch, of in found.items()}


ARCHS = read(TABLE)

if __name__ == "__main__":
    try:
        print(*(ARCHS if len(sys.argv) == 1 else [getattr(ARCHS[sys.argv[1]], sys.argv[2])]))
    except (IndexError, KeyError, AttributeError):
        sys.exit(__doc__)
