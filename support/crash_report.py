# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Crash reports, for support/run --on-crash; doc/crash-reports.md describes them.

A guest that crashes leaves a core file. When the guest has ended, its registers are
read from there, and gdb, in batch, reads the rest: gdb_report.py. All is collected
in a hidden folder, which gets its name when it is complete. Without a crash it goes
away. What cannot be had is named in the report, with the reason.
"""

import contextlib
import datetime
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile

import core_file
import crash_folder
import qemu_command
from elf import ElfError

SUPPORT = os.path.dirname(os.path.realpath(__file__))
LOG_MAX = 1 << 20  # bytes of a log
GDB_SECONDS = 60
NAME_MAX = 100  # bytes of an application's name in a folder's
KEEP, SIZE = 100, "64M"
LINES = re.compile(r"(file|socket),id=(stub|metrics|shell|core),")


class Log:
    """The first and the last bytes of an output."""

    def __init__(self, most):
        self.half = most // 2
        self.head, self.tail, self.size = bytearray(), bytearray(), 0

    def add(self, data):
        self.size += len(data)
        room = self.half - len(self.head)
        self.head += data[:room] if room else b""
        self.tail += data[room:]
        if len(self.tail) > 2 * self.half:
            del self.tail[:-self.half]

    @property
    def left_out(self):
        return max(self.size - len(self.head) - self.half, 0)

    def text(self):
        note = f"\n[support/run: {self.left_out} bytes left out]\n" if self.left_out else ""
        return bytes(self.head) + note.encode() + bytes(self.tail[-self.half:] if self.half else b"")


def gdb_says(core):
    """What gdb knows: the parts of the report that it has, and the reasons why others are missing."""
    failed = {}
    with tempfile.NamedTemporaryFile(prefix="vitrine-report", mode="r", encoding="utf-8") as out:
        try:
            done = subprocess.run(
                [os.path.join(SUPPORT, "gdb"), core, "-batch", "-nx", "-x",
                 os.path.join(SUPPORT, "gdb_report.py")],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                timeout=GDB_SECONDS, check=False, start_new_session=True,
                env={**os.environ, "VITRINE_REPORT": out.name})
            said = json.load(out)
            return said["report"], said["missing"]
        except subprocess.TimeoutExpired:
            why = f"gdb did not end within {GDB_SECONDS} s"
        except OSError as e:
            why = f"support/gdb cannot be started: {e.strerror}"
        except (ValueError, KeyError):
            last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
            why = last[0].removeprefix("support/gdb: ") if last else "gdb ended without an answer"
    for part in ("reason", "cpus", "threads", "values"):
        failed[part] = why
    return {}, failed


def sha256(path):
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def repeated(command):
    """QEMU's command without the host's other ends of the guest's lines, which are
    gone: so the guest still has the same devices."""
    command = [LINES.match(word).expand(r"null,id=\2") if LINES.match(word) else word for word in command]
    at = command.index("-kernel") + 1
    return [*command[:at], os.path.abspath(command[at]), *command[at + 1:]]


def timestamp(path):
    with contextlib.suppress(OSError):
        when = datetime.datetime.fromtimestamp(os.stat(path).st_mtime, datetime.timezone.utc)
        return when.strftime(crash_folder.TIME)
    return crash_folder.now().strftime(crash_folder.TIME)


class Reporter:
    """A context in which a guest runs whose crash is reported. log: for its output.
    Its core file is to go to `core`, a path."""

    def __init__(self, folder, image, arch, *, keep, size):
        self.folder, self.image, self.arch = os.path.abspath(folder), os.path.abspath(image), arch
        self.application = os.path.basename(image).removesuffix(".elf")
        self.build_id, self.image_time = qemu_command.image_build_id(image), timestamp(image)
        self.sum = f"{sha256(image)}  {self.image}"
        self.keep, self.size = keep, size
        self.log = Log(min(LOG_MAX, size))
        self.command = None  # of QEMU
        self.without = ""  # what was left out, and why
        self.no_core = qemu_command.without_server(image, "core")  # "", or why there will be none
        try:
            with contextlib.suppress(FileExistsError):
                os.mkdir(self.folder, 0o700)
            self.place, self.lock = crash_folder.hidden_place(self.folder)
            crash_folder.sweep(self.folder)
        except OSError as e:
            raise qemu_command.UsageError(f"--on-crash {folder}: cannot be written ({e.strerror}); name a "
                                          "folder that is yours") from e
        self.core = os.path.join(self.place, "core")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.place:
            shutil.rmtree(self.place, ignore_errors=True)
        os.close(self.lock)

    def report(self, status, why, receiver):
        """After the guest has crashed: writes the report. why: what else is known of
        its end. Returns what there is to say."""
        try:
            report = self._collect(status, why, receiver)
            try:
                self._write(report)
            except OSError as e:  # the disk is full, of the core file
                self._drop_core(report, f"no room for it and the rest: {e.strerror}")
                self._write(report)
            path = self._publish(report["time"])
            crash_folder.prune(self.folder, self.application, self.keep, os.path.basename(path))
        except OSError as e:
            place, self.place = self.place, None
            rest = f"what there is of it is in {place}" if place and os.path.exists(place) else \
                f"{self.folder} has been removed"
            return f"crash report not complete: {e.strerror}; {rest}"
        return f"crash report {path}{self.without}: support/crashes {shlex.quote(self.folder)} " \
            f"{shlex.quote(os.path.basename(path))}"

    def _collect(self, status, why, receiver):
        when = crash_folder.now()
        report = {"format": crash_folder.FORMAT, "version": crash_folder.VERSION,
                  "application": self.application, "architecture": self.arch, "build_id": self.build_id,
                  "image": self.image, "image_time": self.image_time,
                  "time": when.strftime(crash_folder.TIME), "status": status,
                  "fingerprint": "", "reason": None, "registers": None, "cpus": None, "threads": None, "values": None,
                  "log": {"bytes": self.log.size, "left_out": self.log.left_out}, "core": None,
                  "command": repeated(self.command), "missing": {}}
        self._from_core(report, why, receiver)
        report["fingerprint"] = crash_folder.fingerprint(self.application, crash_folder.frames_of(report))
        return report

    def _from_core(self, report, why, receiver):
        missing, part = report["missing"], self.core + ".part"
        said = [why, self.no_core, *(receiver.end() if receiver else [])]
        if os.path.exists(part) or not os.path.exists(self.core):
            missing["core"] = "; ".join(t for t in said if t and not t.startswith("core file ")) or \
                "the guest ended before it could write one"
        else:
            parts, failed = gdb_says(self.core)
            report.update(parts)
            missing.update(failed)
        for name, text in missing.items():
            missing[name] = text.replace(self.place + os.sep, "")  # the folder gets another name
        if "core" in missing:
            with contextlib.suppress(OSError):
                os.unlink(self.core)  # one that was written before
        self._registers(report, part if os.path.exists(part) else self.core)
        for name in ("reason", "registers", "cpus", "threads", "values") if "core" in missing else ():
            if report[name] is None:
                missing.setdefault(name, "there is no whole core file of the crash")
        self._limit(report)

    def _registers(self, report, core):
        try:
            found = {thread: {n: f"{v:#x}" for n, v in registers.items()}
                     for thread, registers in core_file.registers(core, self.arch).items()}
            report["registers"] = next(iter(found.values()))
            for cpu in report["cpus"] or ():
                cpu["registers"] = found.get(cpu["thread"])
        except FileNotFoundError:
            pass  # why, missing["core"] says
        except ElfError as e:
            report["missing"]["registers"] = str(e)

    def _limit(self, report):
        """Removes a core file that is too large; what was in it is in the report."""
        for path in filter(os.path.exists, (self.core, self.core + ".part")):
            size = os.path.getsize(path)
            if size + len(self.log.text()) > self.size:
                self._drop_core(report, f"its {size} bytes are above the limit of --report-size")
            elif path == self.core:
                report["core"] = {"bytes": size}

    def _drop_core(self, report, why):
        for path in filter(os.path.exists, (self.core, self.core + ".part")):
            os.unlink(path)
        report["core"], report["missing"]["core"] = None, why
        self.without = f", without its core file ({why})"

    def _write(self, report):
        words = shlex.join(report["command"])
        self._put("log", self.log.text())
        self._put("report.json", json.dumps(report, indent=1).encode() + b"\n")
        self._put("command", (
            f"#!/bin/sh\n# Repeats the run of the image with build-id {self.build_id}.\n"
            "# What the guest read from stdin is not repeated.\n"
            f"printf '%s\\n' {shlex.quote(self.sum)} | sha256sum -c --status ||\n"
            f"\tprintf '%s\\n' {shlex.quote(f'{self.image} is another image than the one that crashed')} >&2\n"
            f"exec {words}\n").encode(errors="surrogateescape"), 0o700)

    def _put(self, name, data, mode=0o600):
        with open(os.open(os.path.join(self.place, name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as f:
            f.write(data)

    def _publish(self, time):
        """The folder gets a name that no other has."""
        name = os.fsdecode(os.fsencode(self.application.lstrip("."))[:NAME_MAX]) or "image"
        name = f"{name}-{self.build_id or 'none'}-{re.sub('[-:]', '', time)}"
        number = 1
        while True:
            path = os.path.join(self.folder, name if number == 1 else f"{name}-{number}")
            try:
                os.rename(self.place, path)  # onto another report's folder it fails
            except OSError:
                if not os.path.lexists(path):
                    raise
                number += 1
                continue
            self.place = None
            return path
