# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Few configurations that cover many pairs of options: of CANDIDATES random
ones those are chosen, best first, in which two options stand together as in
none before: y and y, y and n, n and y, n and n."""

import importlib.machinery
import importlib.util
import os
from unittest import mock

from vitrine import ROOT

CANDIDATES = 150


def kconfig(arch):
    """support/kconfig as a module, and its tree for hello on an architecture."""
    env = {"UK_BASE": str(ROOT), "APP_DIR": str(ROOT / "apps/hello"), "APP_NAME": "hello",
           "ARCH": arch, "DOTCONFIG": os.devnull}
    loader = importlib.machinery.SourceFileLoader("kconfig", str(ROOT / "support/kconfig"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("kconfig", loader))
    with mock.patch.dict(os.environ, env), mock.patch("sys.dont_write_bytecode", True):
        loader.exec_module(module)
        return module, module.load_tree()


def pairs(values):
    """The set of all (i, value, j, value), a bit of an integer each."""
    n, mask = len(values), 0
    for i, a in enumerate(values):
        row = sum(1 << (2 * j + b) for j, b in enumerate(values) if j > i)
        mask |= row << (2 * n * (2 * i + a))
    return mask


def seeds(arch):
    """Seeds of `make randconfig`; all of them have every pair of the candidates."""
    module, kconf = kconfig(arch)
    options = [s for s in kconf.unique_defined_syms
               if s.orig_type is module.kconfiglib.BOOL and any(n.prompt for n in s.nodes)]
    found = {}
    for seed in range(1, CANDIDATES + 1):
        module.draw(kconf, str(seed))
        found[seed] = pairs([int(s.str_value == "y") for s in options])
    covered, chosen = 0, []
    while True:
        best = max(found, key=lambda seed: bin(found[seed] & ~covered).count("1"))
        if not found[best] & ~covered:
            return chosen
        covered |= found.pop(best)
        chosen.append(best)
