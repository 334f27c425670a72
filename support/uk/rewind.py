# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""uk rewind, where there is no way back. In a replay support/gdb_replay.py takes its place."""

from uk import debugger


@debugger.command("rewind", of_image=True)
def rewind(_):
    """uk rewind [EXPRESSION]
Go back to the last change of a variable, in a replay of a recorded run:
support/run --record DIR IMAGE, then support/gdb --replay DIR."""
    raise debugger.Error("uk rewind goes back in a replay of a recorded run only: support/run --record DIR IMAGE, "
                         "then support/gdb --replay DIR")
