# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Runs that QEMU has recorded (support/run --record) and repeats, instruction by
instruction, forwards; support/gdb --replay goes back with replay_relay.py. A recording is a folder:

  NAME.elf         the image that ran
  events           input, clocks and interrupts, as QEMU records them
  run.json         QEMU's command, {DIR} for the folder; when the run has ended, the size
                   and the SHA-256 of each of the files
"""

import hashlib
import json
import os
import re
import shutil
import stat
from pathlib import Path

import qemu_command
from archs import ARCHS

VERSION = 2
EVENTS = "events"


def refuse(options):
    """What cannot be recorded is a usage error with its reason."""
    if "gdb" in options:
        raise qemu_command.UsageError("--record does not go with --gdb: support/gdb --replay debugs the recording, without "
                                      "the guest's stub")
    if options.get("accel") == "kvm":
        raise qemu_command.UsageError("--record needs tcg: kvm's instructions cannot be repeated")
    if options.get("smp", 1) > 1:
        raise qemu_command.UsageError("--record does not go with --smp: QEMU records one CPU only; --icount "
                                      "repeats a run of several almost always")


def mode(arch, folder, name):
    """The options of QEMU that record or replay."""
    shift = re.match(r"shift=\d+", ARCHS[arch].icount).group()
    return ["-icount", f"{shift},rr={name},rrfile={str(folder).replace(',', ',,')}/{EVENTS}"]


def create(folder, image):
    """A new recording of an image; returns the path of the image's copy."""
    folder = Path(os.path.abspath(folder))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise qemu_command.UsageError(f"--record {folder}: exists; name a new or an empty folder")
    if os.path.basename(image) in (EVENTS, "run.json"):
        raise qemu_command.UsageError(f"--record: the image's name {os.path.basename(image)} is that of another file of "
                                      "a recording; give it another name")
    was_there = folder.exists()
    try:
        return fill(folder, image)
    except OSError as e:
        if folder.is_dir():
            for path in folder.iterdir():
                path.unlink(missing_ok=True)
            if not was_there:
                folder.rmdir()
        raise qemu_command.UsageError(f"--record {folder}: {e.strerror}") from e


def fill(folder, image):
    folder.mkdir(exist_ok=True)
    copy = shutil.copy(image, folder)
    sources = Path(image).parent / ".sources"  # where gdb finds them
    if sources.exists():
        shutil.copy(sources, folder)
    return str(copy)


def record_command(command, arch, image):
    """QEMU's command with the options that record; it is written to the folder."""
    folder = os.path.dirname(image)
    words = [word.replace(folder, "{DIR}") for word in command]
    try:
        Path(folder, "run.json").write_text(json.dumps(
            {"version": VERSION, "arch": arch, "image": os.path.basename(image), "command": words}, indent=1) + "\n")
    except OSError as e:
        raise qemu_command.UsageError(f"--record {folder}: {e.strerror}") from e
    return [*command, *mode(arch, folder, "record")]


def contents(path):
    """[size, SHA-256] of a file."""
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as f:  # not of a pipe, which would wait
        about = os.fstat(f.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise OSError(f"{path} is no file")
        return [about.st_size, hashlib.file_digest(f, "sha256").hexdigest()]


def complete(folder):
    """The run has ended: what is there now is the recording. OSError."""
    path = Path(folder, "run.json")
    with open(os.path.join(folder, EVENTS), "rb") as f:
        if f.read(4) in (b"", bytes(4)):  # QEMU writes the first word last
            raise OSError("QEMU did not write all of it")
    run = json.loads(path.read_text())
    run["files"] = {name: contents(os.path.join(folder, name)) for name in (run["image"], EVENTS)}
    path.write_text(json.dumps(run, indent=1) + "\n")


def check(folder, run):
    """Refuses a recording that is not as it was when the run had ended."""
    files = run.get("files")
    if files is None:
        raise qemu_command.UsageError(f"--replay {folder}: the recording is not complete: QEMU or support/run was "
                                      "killed, the disk was full, or it is not over; record the run again")
    for name, then in files.items():
        path = os.path.join(folder, name)
        try:
            now = contents(path)
        except OSError as e:
            raise qemu_command.UsageError(f"--replay {folder}: cannot read {path}: {e.strerror or e}; record "
                                          "the run again") from e
        if now != then:
            how = f"has {now[0]} bytes of {then[0]}" if now[0] != then[0] else "has other contents"
            raise qemu_command.UsageError(f"--replay {folder}: {path} is not the file that was recorded (it {how}); "
                                          "put that back, or record the run again")


def replay(folder, line):
    """QEMU's command that repeats a recording under its own stub at `line`, a Unix socket, with its
    monitor beside that, and the image. What clients sent is in the recording: nothing listens."""
    folder = os.path.abspath(folder)
    try:
        run = json.loads(Path(folder, "run.json").read_text())
        arch, image = run["arch"], os.path.join(folder, run["image"])
        command = [word.replace("{DIR}", folder) for word in run["command"]]
        words = mode(arch, folder, "replay")
        if run["version"] != VERSION:
            raise qemu_command.UsageError(f"--replay {folder}: another version of support/run recorded it; record the run again")
        check(folder, run)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as e:
        raise qemu_command.UsageError(
            f"--replay {folder}: no recording; support/run --record DIR makes one") from e
    for i in [i for i, word in enumerate(command[:-1], 1) if word == "-serial"][1:]:
        command[i] = "null"
    line = line.replace(",", ",,")
    return [*command, *words, "-S", "-no-shutdown",  # the stub's line is the last one that is there
            "-chardev", f"socket,id=monitor,path={line}-monitor,server=on,wait=off", "-mon", "chardev=monitor,mode=readline",
            "-chardev", f"socket,id=debugger,path={line},server=on,wait=off", "-gdb", "chardev:debugger"], image
