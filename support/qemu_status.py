# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""What became of a guest, from QEMU's exit status and last output, for support/run."""

import re

import qemu_command

CRASHED, SETUP_FAILED, QEMU_FAILED = 70, 71, 125
EXIT_LINE = re.compile(rb"(?:^|\[ *\d+\.\d+\] )(?:\w+: )?exit (\d+)$")
COLOUR = re.compile(rb"\x1b\[[0-9;]*m")


def logged_status(out):
    """The N of a last line `[time] Info: exit N`, or None."""
    lines = COLOUR.sub(b"", out).split(b"\n")
    lines = [line.rstrip() for line in lines if line.strip()]
    found = EXIT_LINE.search(lines[-1]) if lines else None
    return int(found.group(1)) if found else None


def qemu_complained(err):
    return any((b"qemu-system-" in line or line.startswith(b"qemu: ")) and b"warning:" not in line
               for line in err.splitlines())


def status_of(arch, returncode, out, err):
    """After QEMU ended by itself: the exit status of the guest, whether that is a
    crash's end, and what there is to say beside it, or ""."""
    if returncode < 0:
        return QEMU_FAILED, True, f"QEMU was ended by signal {-returncode}"
    if returncode == 1 and not out and qemu_complained(err):
        return QEMU_FAILED, False, "QEMU could not be started"
    status = qemu_command.main_status(arch, returncode)
    if status is None:
        status = logged_status(out)
    if status is None and arch == "arm64" and not qemu_complained(err):
        # Semihosting says 0 the same way as a power-off says nothing.
        return 0, False, ""
    if status is None:
        return CRASHED, True, "the guest ended without saying its status: taken for a crash"
    remark = ""
    if status in (CRASHED, SETUP_FAILED) and not out:
        what = "crashed" if status == CRASHED else "failed to set up"
        remark = (f"the guest {what} and printed nothing: it has no console, or console.log is another "
                  "than the first serial port")
    return status, status == CRASHED, remark
