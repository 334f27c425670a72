# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Runs that QEMU has recorded (support/run --record) and repeats, instruction by
instruction, forwards and backwards (support/gdb --replay). A recording is a folder:

  NAME.elf         the image that ran
  events           input, clocks and interrupts, as QEMU records them
  snapshots.qcow2  the machine at its start; QEMU goes on from there to go back
  run.json         QEMU's command, {DIR} for the folder; when the run has ended, the size
                   and the SHA-256 of each of the files
"""

import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import qemu_command
from archs import ARCHS

# When the state of a virtio port is loaded, to go back, QEMU 7.2 starts a timer which no
# recording has, and waits for ever (hw/char/virtio-serial-bus.c, post_load).
VIRTIO = "QEMU cannot go back where there is a virtio port"
REFUSED = {"gdb": "support/gdb --replay debugs the recording, without the guest's stub",
           "metrics": VIRTIO, "metrics-raw": VIRTIO, "core": VIRTIO,
           "shell": VIRTIO + "; use the terminal: -p console.stdio=none -p shell.console=%s"}
# The device resets itself by work on the CPU's thread, which a replay that goes
# back to a snapshot has stopped: QEMU then waits for ever (QEMU 7.2, hw/i386/kvmvapic.c).
X86_64 = ["-global", "apic-common.vapic=off"]


FILES = ("events", "snapshots.qcow2")  # beside the image


def refuse(options, arch):
    """What cannot be recorded is a usage error with its reason."""
    for name, reason in REFUSED.items():
        if name in options:
            raise qemu_command.UsageError(f"--record does not go with --{name}: "
                                          f"{reason.replace('%s', ARCHS[arch].console)}")
    if options.get("accel") == "kvm":
        raise qemu_command.UsageError("--record needs tcg: kvm's instructions cannot be repeated")
    if options.get("smp", 1) > 1:
        raise qemu_command.UsageError("--record does not go with --smp: QEMU records one CPU only; --icount "
                                      "repeats a run of several")
    best = next(iter(ARCHS[arch].machines))
    if options.get("machine", best) != best:
        raise qemu_command.UsageError(
            f"--record needs --machine {best}: QEMU's replay of {options['machine']} does not go back")


def mode(arch, folder, snapshots, name):
    """The options of QEMU that record or replay."""
    shift = re.match(r"shift=\d+", ARCHS[arch].icount).group()
    folder, snapshots = (str(path).replace(",", ",,") for path in (folder, snapshots))
    return ["-icount", f"{shift},rr={name},rrfile={folder}/events,rrsnapshot=init",
            "-drive", f"file={snapshots}/snapshots.qcow2,if=none,id=rr",
            *(X86_64 if arch == "x86_64" else [])]


def create(folder, image):
    """A new recording of an image; returns the path of the image's copy."""
    folder = Path(os.path.abspath(folder))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise qemu_command.UsageError(f"--record {folder}: exists; name a new or an empty folder")
    if os.path.basename(image) in (*FILES, "run.json"):
        raise qemu_command.UsageError(f"--record: the image's name {os.path.basename(image)} is that of another file of "
                                      "a recording; give it another name")
    try:
        return fill(folder, image)
    except (OSError, subprocess.CalledProcessError) as e:
        if getattr(e, "filename", None) == "qemu-img":
            why = "there is no qemu-img (support/setup run installs it)"
        else:
            why = e.strerror if isinstance(e, OSError) else e.stderr.strip()
        for path in folder.glob("*") if folder.is_dir() else ():
            path.unlink(missing_ok=True)
        raise qemu_command.UsageError(f"--record {folder}: {why}") from e


def fill(folder, image):
    folder.mkdir(exist_ok=True)
    copy = shutil.copy(image, folder)
    sources = Path(image).parent / ".sources"  # where gdb finds them
    if sources.exists():
        shutil.copy(sources, folder)
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", folder / "snapshots.qcow2", "64M"],
                   check=True, stderr=subprocess.PIPE, text=True)
    return str(copy)


def record_command(command, arch, image):
    """QEMU's command with the options that record; it is written to the folder."""
    folder = os.path.dirname(image)
    words = [word.replace(folder, "{DIR}") for word in command]
    try:
        Path(folder, "run.json").write_text(json.dumps(
            {"version": 1, "arch": arch, "image": os.path.basename(image), "command": words}, indent=1) + "\n")
    except OSError as e:
        raise qemu_command.UsageError(f"--record {folder}: {e.strerror}") from e
    return [*command, *mode(arch, folder, folder, "record")]


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
    with open(os.path.join(folder, "events"), "rb") as f:
        if f.read(4) in (b"", bytes(4)):  # QEMU writes the first word last
            raise OSError("QEMU did not write all of it")
    run = json.loads(path.read_text())
    run["files"] = {name: contents(os.path.join(folder, name)) for name in (run["image"], *FILES)}
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


def replay(folder, temporary, line):
    """QEMU's command that repeats a recording under its own stub at `line`, a
    Unix socket, and the image. QEMU writes to the snapshots: to a copy in the
    folder `temporary`."""
    folder = os.path.abspath(folder)
    try:
        run = json.loads(Path(folder, "run.json").read_text())
        arch, image = run["arch"], os.path.join(folder, run["image"])
        command = [word.replace("{DIR}", folder) for word in run["command"]]
        words = mode(arch, folder, temporary, "replay")
        check(folder, run)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as e:
        raise qemu_command.UsageError(
            f"--replay {folder}: no recording; support/run --record DIR makes one") from e
    shutil.copy(os.path.join(folder, "snapshots.qcow2"), temporary)
    line = line.replace(",", ",,")
    return [*command, *words, "-S", "-no-shutdown", "-chardev",
            f"socket,id=debugger,path={line},server=on,wait=off", "-gdb", "chardev:debugger"], image
