# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""The commands `uk …` of gdb and lldb. They read memory and registers only, so
that they work at the image's own stub, at QEMU's, and on a core file. Types come from
the image's debug information.

A command exists once (threads.py, tls.py, log.py, tables.py), on what a debugger
offers (debugger.py). support/gdb_commands.py and support/lldb_commands.py load them."""

NO_GUEST = "There is no guest: connect to one, or open a core file."
