# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Few configurations that cover many pairs of options: of CANDIDATES random
ones those are chosen, best first, in which two options stand together as
neither in allnoconfig and allyesconfig nor in one before: y and y, y and n, n
and y, n and n."""

import importlib.machinery
import importlib.util
import os
from unittest import mock

from vitrine import ROOT

CANDIDATES = 150


def kconfig(arch):
    """support/kconfig as a module, and its tree for hello on an architecture."""
    env = {"UK_BASE": str(ROOT), "APP_DIR": str(ROOT / "apps/hello"), "APP_NAME": "hello",
           "ARCH": arch, "PLAT_DIR": str(ROOT / "plat/kvm"), "DOTCONFIG": os.devnull}
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


def draws(archs):
    """{(arch, seed): the pairs that the configuration has}, and those of
    allnoconfig and allyesconfig."""
    trees = {arch: kconfig(arch) for arch in archs}
    names = sorted({"HAVE_SMP"} | {s.name for module, kconf in trees.values() for s in kconf.unique_defined_syms
                    if s.orig_type is module.kconfiglib.BOOL and any(n.prompt for n in s.nodes)})
    found, first = {}, 0
    for arch, (module, kconf) in trees.items():
        options = [kconf.syms.get(name) for name in names]

        def drawn(options=options):
            return pairs([int(s is not None and s.str_value == "y") for s in options])

        for value in (0, 2):
            module.all_to(kconf, value)
            first |= drawn()
        for seed in range(1, CANDIDATES + 1):
            module.draw(kconf, str(seed))
            found[arch, seed] = drawn()
    return found, first


def chosen(archs):
    """[(arch, seed of `make randconfig`)], the architectures in turn; all of
    them have every pair of the candidates, on one of the architectures."""
    found, covered = draws(archs)
    result = []
    while True:
        arch = archs[len(result) % len(archs)]
        best = max((key for key in found if key[0] == arch),
                   key=lambda key: bin(found[key] & ~covered).count("1"))
        if not found[best] & ~covered:
            return result
        covered |= found.pop(best)
        result.append(best)
