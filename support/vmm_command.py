# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""The command line of support/vmm that boots an image, in place of QEMU's. Starts nothing;
support/run does."""

import os

import qemu_command
from qemu_status import CRASHED, QEMU_FAILED

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
# Options of support/run that vmm has, or that need nothing of it
KNOWN = {"vmm", "mem", "smp", "params", "gdb", "metrics", "metrics-raw", "shell", "core", "on-crash", "keep", "report-size"}
WAIT = "gdb.wait=1"  # the parameter of the guest's stub; with --gdb it is the monitor's that waits


def program(arch):
    """The monitor that `make vmm` has built; VITRINE_VMM in the environment names another one."""
    path = os.environ.get("VITRINE_VMM", os.path.join(ROOT, "build", f"vmm-{arch}", "vmm"))
    if not os.path.isfile(path) or not os.access(path, os.X_OK):
        raise qemu_command.UsageError(f"--vmm: no program {path}: build it with make vmm ARCH={arch}")
    return path


def vmm_command(image, args, *, mem="128M", smp=1, gdb=None, metrics=None, shell=None, core=None, params=()):
    """The whole command, a list of words."""
    arch = qemu_command.image_arch(image)
    qemu_command.check_boots(image, arch)
    command = [program(arch), "--mem", str(max(1, -(-qemu_command.memory_bytes(mem) // (1 << 20)))), "--smp", str(smp)]
    if core is not None:
        params = [*qemu_command.core_params(image, ""), *params]
    if gdb is not None and WAIT in params:
        params = [p for p in params if p != WAIT]
        command += ["--wait"]
    line = qemu_command.guest_command_line(params, args)
    if line:
        command += ["--append", line]
    for option, where in (("gdb", gdb), ("metrics", metrics), ("shell", shell), ("core", core)):
        if where is not None:
            command += [f"--{option}", str(where)]
    return [*command, image]


def refuse(options):
    """Options that only QEMU has."""
    for name in options:
        if name not in KNOWN:
            option = {"extra": "qemu"}.get(name, name)
            raise qemu_command.UsageError(f"--{option} is for QEMU; leave --vmm out")


def status_of(returncode):
    """As qemu_status.status_of(): the status, whether that is a crash's end, a remark."""
    if returncode < 0:
        return QEMU_FAILED, True, f"support/vmm was ended by signal {-returncode}"
    return returncode, returncode == CRASHED, ""
