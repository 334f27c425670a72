#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""usage: nearest.py NAME KNOWN...

Prints " (did you mean X?)" with the KNOWN name that a misspelt NAME most likely
means, or nothing.
"""
import difflib
import sys

name, known = sys.argv[1], sys.argv[2:]
found = difflib.get_close_matches(name, known, 1)
if found:
    print(f" (did you mean {found[0]}?)", end="")
