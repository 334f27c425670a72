# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Which guests run on this machine: support/run leaves a record of each that
can be scraped, support/fleet reads them.

A record is a file named after the process, written in one piece. A process
may end without removing it, and its number be another's then: so a record
counts only while a process with that number and that start time runs.
"""

import json
import os
import stat
import tempfile
import contextlib


def folder():
    """Where the records are: the user's own."""
    given = os.environ.get("VITRINE_RUN_DIR")
    if given:
        return given
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return os.path.join(runtime, "vitrine") if runtime else f"/tmp/vitrine-{os.getuid()}"


def is_ours(path):
    """Another user may have made it, below /tmp."""
    try:
        info = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISDIR(info.st_mode) and info.st_uid == os.getuid()


def start_time(pid):
    """Ticks since boot at which a process began; None if there is none, or
    only what is left of one that ended."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as f:
            # the name stands in parentheses and may hold anything
            fields = f.read().rpartition(b")")[2].split()
    except OSError:
        return None
    return None if fields[0] in (b"Z", b"X") else int(fields[19])


def as_json(value):
    return json.dumps(value, indent=2, sort_keys=True) + "\n"


def write(path, text):
    """A file in one piece, or not at all."""
    handle, name = tempfile.mkstemp(prefix=".", dir=os.path.dirname(path) or ".")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


@contextlib.contextmanager
def recorded(**what):
    """Has a record of this process while it lasts. Without a folder for it
    the guest runs all the same: nothing but the fleet misses it."""
    path = os.path.join(folder(), f"{os.getpid()}.json")
    record = {**what, "pid": os.getpid(), "start": start_time(os.getpid())}
    with contextlib.suppress(OSError):
        os.makedirs(folder(), mode=0o700, exist_ok=True)
        if is_ours(folder()):
            write(path, as_json(record))
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.unlink(path)


def read(path):
    """A record, or None if it is none."""
    try:
        with open(path, encoding="utf-8") as f:
            record = json.load(f)
    except (OSError, ValueError):
        return None
    known = {"app": str, "arch": str, "build_id": str, "metrics": str, "pid": int, "start": int}
    fits = isinstance(record, dict) and all(isinstance(record.get(k), v)
                                            for k, v in known.items())
    return record if fits else None


def running():
    """The records of guests that run; stale ones are removed."""
    if not is_ours(folder()):
        return
    for name in sorted(os.listdir(folder())):
        path = os.path.join(folder(), name)
        if name.startswith(".") or not name.endswith(".json"):
            continue
        record = read(path)
        if record is None:
            continue
        if start_time(record["pid"]) == record["start"]:
            yield record
        else:
            with contextlib.suppress(OSError):
                os.unlink(path)
