# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""The commands `uk …` in gdb (uk/), the function $uk_tls(), and where sources are.

support/gdb loads this; gdb itself finds it beside an image as
IMAGE-gdb.py, if its auto-load safe-path allows.
"""

import contextlib
import os
import sys

import gdb  # pylint: disable=import-error

# __file__ is that of the first script, if one sources another.
SUPPORT = os.path.dirname(os.path.realpath(sys._getframe().f_code.co_filename))
sys.path.insert(0, SUPPORT)
# pylint: disable=wrong-import-position
import uk.log
import uk.tables
import uk.cpus
import uk.heap
import uk.report
import uk.rewind
import uk.threads
import uk.tls
import uk.trace
from uk.guest import text_at
from uk.signatures import read_signatures  # pylint: disable=unused-import # support/gdb calls it

TREE = os.path.dirname(SUPPORT)


def quoted(text):
    """One word of gdb's."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def find_sources(path):
    """Names in debug information are the same wherever an image was built. The
    build has written beside it what they stand for; the rest is in the tree."""
    try:
        with open(os.path.join(os.path.dirname(path), ".sources"), encoding="utf-8") as f:
            rules = f.read().split()
    except OSError:
        return
    for rule in rules:
        name, _, folder = rule.partition("=")
        # clang's names of an application outside of the tree begin with ./
        for known in (name, f"./{name}") if name[0] not in "./" else (name,):
            gdb.execute(f"set substitute-path {quoted(known)} {quoted(folder)}")


def find_sources_of(objfile):
    with contextlib.suppress(UnicodeDecodeError):  # gdb gives no such path
        find_sources(objfile.filename)


gdb.execute(f"directory {quoted(TREE)}", to_string=True)
for _objfile in gdb.objfiles():
    find_sources_of(_objfile)
gdb.events.new_objfile.connect(lambda event: find_sources_of(event.new_objfile))


def name_threads():
    """Gives gdb's threads the guest's names, which a core file does not hold."""
    with contextlib.suppress(gdb.error, gdb.GdbError):  # a damaged list, or no threads
        for thread, pub in uk.threads.uk_threads():
            known = uk.threads.thread_of(thread)
            if known and known.ptid[1] == int(pub["id"]):
                known.name = text_at(pub["name"])
    with contextlib.suppress(gdb.error, gdb.GdbError):
        for number, cpu in uk.cpus.uk_cpus():
            known = uk.threads.debugger.thread_of(uk.cpus.id_on(number, cpu), number)
            if known and uk.cpus.thread_on(cpu) is None:
                known.name = f"CPU {number}" if number else "main"


class TlsFunction(gdb.Function):
    """$uk_tls("NAME" [, THREAD])
The thread-local variable of the selected thread, or of another one: its
number or name in uk threads."""

    def __init__(self):
        super().__init__("uk_tls")

    def invoke(self, name, thread=None):  # pylint: disable=arguments-differ
        if thread is not None:
            is_number = thread.type.strip_typedefs().code == gdb.TYPE_CODE_INT
            thread = str(int(thread)) if is_number else thread.string()
        return uk.tls.tls_variable(name.string(), thread)


TlsFunction()
