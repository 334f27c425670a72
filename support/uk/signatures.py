# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Signed return addresses of arm64 at QEMU's own stub, for gdb. gdb takes the bits of a
signature from two registers, which QEMU describes from version 8.0 on. Here they are what
the image has in TTBR1_EL1 for that (arch/arm64/protect.S)."""

import re
import tempfile

import gdb  # pylint: disable=import-error

FEATURE = "org.gnu.gdb.aarch64.pauth"
REGISTER = re.compile(r'<reg name="TTBR1_EL1" [^>]*regnum="(\d+)"')
_files = []  # gdb may read them again, until it ends


def has_signatures():
    try:
        gdb.parse_and_eval("&ukarch_protect")
        return True
    except gdb.error:
        return False


def read_signatures():
    """Adds the registers to the description of the target, if it needs them."""
    if not has_signatures():
        return
    xml = gdb.execute("maint print xml-tdesc", to_string=True)
    found = REGISTER.search(xml)
    if not found or FEATURE in xml:
        return
    registers = "".join(f'<reg name="{name}" bitsize="64" type="int" regnum="{found[1]}" save-restore="no"/>'
                        for name in ("pauth_dmask", "pauth_cmask"))
    file = tempfile.NamedTemporaryFile("w", prefix="vitrine-gdb", suffix=".xml")  # pylint: disable=consider-using-with
    _files.append(file)
    file.write(xml.replace("</target>", f'<feature name="{FEATURE}">{registers}</feature></target>'))
    file.flush()
    gdb.execute(f"set tdesc filename {file.name}")
