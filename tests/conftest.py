# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""pytest's hooks: architectures as parameters, and no skip unaccounted for."""

import os
import subprocess
import sys
import zlib

import pytest

sys.path.insert(0, os.path.dirname(__file__))
import vitrine  # noqa: E402


# Fixtures that take seconds and serve many tests: those stay in one process.
SHARED = {"any_guest", "core", "demo", "nested", "null_write", "port_guest", "tree"}

# What only nightly has the time for.
collect_ignore = [name for name, variable in (("test_kasan_programs.py", "VITRINE_PROGRAMS"), ("test_vmm_nested.py", "VITRINE_NESTED"),
                                          ("test_vmm_vmx.py", "VITRINE_NESTED"))
                  if not os.environ.get(variable)]


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes a minute or more; runs first")
    config.addinivalue_line("markers", "one_cpu(reason): not with VITRINE_SMP, and why")
    config.addinivalue_line("markers", "only_arch(arch): what it tests is that architecture's; not there where that is not asked for")
    config.addinivalue_line("markers", "any_arch: what it tests is the same source on each architecture; with VITRINE_ANY_ARCH=1 "
                            "and without VITRINE_ALL=1 it runs on one of them")
    if not hasattr(config, "workerinput"):
        subprocess.run([vitrine.ROOT / "tests" / "cache" / "set-up"], check=True,
                       env={**os.environ, "VITRINE_OUT": str(vitrine.OUT)})


def pytest_generate_tests(metafunc):
    """A test that takes `arch` runs once for each architecture, unless it
    says itself for which."""
    given = [name for mark in metafunc.definition.iter_markers("parametrize")
             for name in mark.args[0].replace(",", " ").split()]
    if "arch" in metafunc.fixturenames and "arch" not in given:
        metafunc.parametrize("arch", vitrine.ARCHS, scope="session")


def arch_of(item):
    """The architecture that its parameters name, themselves or by a machine; None: they do not."""
    given = item.callspec.params.values() if hasattr(item, "callspec") else ()
    words = [word for value in given for word in (value if isinstance(value, tuple) else (value,)) if isinstance(word, str)]
    return next((vitrine.MACHINES[word][0] if word in vitrine.MACHINES else word
                 for word in words if word in vitrine.MACHINES or word in vitrine.TARGETS), None)


def is_asked_for(item):
    mark = item.get_closest_marker("only_arch")
    return not mark or (mark.args[0] in vitrine.ARCHS and arch_of(item) in (None, mark.args[0]))


def on_one_arch(items):
    """Of the tests that are marked any_arch those of one architecture each, of either about as many: which it is depends
    on the test's name alone."""
    archs = {}
    for item in items:
        if item.get_closest_marker("any_arch"):
            archs.setdefault(item.nodeid.partition("[")[0], set()).add(arch_of(item))
    own = {name: sorted(of)[zlib.crc32(name.encode()) % len(of)] for name, of in archs.items() if None not in of}
    return [item for item in items if arch_of(item) == own.get(item.nodeid.partition("[")[0], arch_of(item))]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """The longest first, so that no process is left alone with one at the end; then groups. Before xdist
    looks for them: else each process has the guests and builds of all."""
    kept = [item for item in items if is_asked_for(item)]
    if os.environ.get("VITRINE_ANY_ARCH") and not os.environ.get("VITRINE_ALL"):
        kept = on_one_arch(kept)
    if len(kept) < len(items):
        config.hook.pytest_deselected(items=list(set(items).difference(kept)))
        items[:] = kept
    for item in items if vitrine.CPUS > 1 else ():
        if mark := item.get_closest_marker("one_cpu"):
            item.add_marker(pytest.mark.skip(reason=f"one CPU: {mark.args[0]}"))
    for item in items:
        for name in SHARED.intersection(item.fixturenames):
            values = item.callspec.params if hasattr(item, "callspec") else {}
            one = values.get(name, values.get("arch", ""))
            item.add_marker(pytest.mark.xdist_group(f"{item.path.stem}-{name}-{one}"))
    items.sort(key=lambda item: (not item.get_closest_marker("slow"), not item.get_closest_marker("xdist_group")))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failure names the command that repeats it. In CI a skip whose reason
    CAVEATS.md does not list is a failure, unless the test is for one CPU."""
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        cpus = f"VITRINE_SMP={vitrine.CPUS} " if vitrine.CPUS > 1 else ""
        group = item.get_closest_marker("xdist_group")
        name = item.nodeid.removesuffix(f"@{group.args[0]}" if group else "")
        report.sections.append(("To repeat it alone", f"{cpus}make test T='{name}'"))
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail") and \
            not (vitrine.CPUS > 1 and item.get_closest_marker("one_cpu")):
        reason = str(call.excinfo.value)
        caveats = (vitrine.ROOT / "CAVEATS.md").read_text()
        if reason not in caveats:
            report.outcome = "failed"
            report.longrepr = f"skip that CAVEATS.md does not list: {reason}"
