# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""How the programs of support/ print a text that may be anything, such as a file's name."""


def shown(text):
    """On one line, and without what a terminal obeys. A byte that is not UTF-8 is \\xNN."""
    return "".join(c if c.isprintable() else f"\\x{ord(c) - 0xdc00:02x}" if "\udc80" <= c <= "\udcff" else
                   c.encode("unicode_escape", "surrogatepass").decode() for c in str(text))
