# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""`run` and `start` in a gdb that support/gdb --boot has started, which boots
the guest: VITRINE_BOOT is the descriptor of a line to it, VITRINE_GDB_LINE where
the guest's stub is."""

import json
import os
import shlex
import socket

import gdb

LINE = os.environ["VITRINE_GDB_LINE"]
boot = socket.socket(fileno=int(os.environ["VITRINE_BOOT"]))
boot.set_inheritable(False)
answers = boot.makefile(encoding="utf-8")


def first_line():
    """Where to stop in main: what gdb means by its name, but not at an inlined
    function of a header with whose line main may begin."""
    main = gdb.lookup_global_symbol("main")
    entry = main and int(main.value().address)  # a block begins earlier, at main.cold
    block = main and gdb.block_for_pc(entry)
    if not block or gdb.find_pc_line(entry).symtab == main.symtab:
        return "main"
    own = [line.pc for line in main.symtab.linetable()
           if entry <= line.pc < block.end and line.line > main.line]
    return f"*{min(own):#x}" if own else "main"


class Run(gdb.Command):
    """run [ARGUMENT...]
Boot the image again, and run it: breakpoints stay.

ARGUMENTs are main's, in place of those that it had. Without any it has the
same again."""

    def __init__(self):
        super().__init__("run", gdb.COMMAND_RUNNING)

    def invoke(self, argument, from_tty):
        if gdb.selected_inferior().pid:
            gdb.execute("kill", from_tty)
        try:
            words = shlex.split(argument)
        except ValueError as e:
            raise gdb.GdbError(f"run {argument}: {e}") from e
        boot.sendall((json.dumps(words or None) + "\n").encode())
        answer = answers.readline().strip()
        if answer != "booted":
            raise gdb.GdbError(answer or "support/gdb has ended.")
        gdb.execute(f"target remote {LINE}", to_string=True)
        gdb.execute("continue", from_tty)


class Start(gdb.Command):
    """start [ARGUMENT...]
Boot the image again, and stop at the first line of main; see run."""

    def __init__(self):
        super().__init__("start", gdb.COMMAND_RUNNING)

    def invoke(self, argument, from_tty):
        gdb.execute(f"tbreak {first_line()}")
        gdb.execute(f"run {argument}", from_tty)


Run()
Start()
