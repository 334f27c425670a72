# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""The commands `uk …` in lldb (uk/). support/gdb --lldb loads this, or `command script
import support/lldb_commands.py` where lldb has its Python."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
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
from uk.in_lldb import commands


def __lldb_init_module(debugger, _dictionary):
    debugger.HandleCommand('command container add -o -h "Commands about a Vitrine guest." uk')
    for name, function in commands.items():
        globals()[f"uk_{name}"] = function  # lldb looks for it here
        what = function.__doc__.split("\n\n")[0].partition("\n")[2].replace("\n", " ").replace("    ", "")
        debugger.HandleCommand(f'command script add -o -h "{what}" -f {__name__}.uk_{name} uk {name}')
