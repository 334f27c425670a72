# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""A folder of crash reports (doc/crash-reports.md): what is in it, which of them
are of one crash, which are too many. support/crash_report.py makes the reports.

A report is complete when its folder has its name, which does not begin with a
dot. Other users and programs may have written there: nothing is believed.
"""

import contextlib
import dataclasses
import datetime
import fcntl
import hashlib
import json
import os
import re
import shutil
import stat
import tempfile

FORMAT, VERSION = "vitrine-crash-report", 1
FILES = ("log", "core", "core.part", "report.json", "command")
HIDDEN = ".crash-"  # how names of reports begin that are being made or removed
TIME = "%Y-%m-%dT%H:%M:%SZ"
SIZE_MAX = 16 << 20  # bytes of a report.json

FINGERPRINT_FRAMES = 5
# What complains of its caller: the first frame that counts is further out.
COMPLAIN = ("lib/ukassert/", "lib/ukubsan/", "lib/ukkasan/", "lib/ukalloc/", "lib/uktlsf/", "lib/newlib/",
            "lib/ukevent/", "lib/uksched/", "lib/ukpthread/")
OUTERMOST = ("lib/", "plat/", "arch/")  # nothing of the program
# What compilers hang behind the names of parts and copies of a function.
SUFFIX = re.compile(r"( \[clone [^]]*\]|\.(isra|part|constprop|cold|lto_priv|llvm)(\.\d+)*|\.\d+)+$")


class NoReport(ValueError):
    """What is there is no crash report; the text says why."""


def now():
    return datetime.datetime.now(datetime.timezone.utc)


# --- one report -------------------------------------------------------------------

def plain(name):
    """A function's name in the source."""
    return SUFFIX.sub("", name or "?")


def innermost(frames):
    """The functions of a fingerprint: the innermost ones, each once, so that neither
    the depth of a recursion nor a part of a function that became one of its own counts."""
    first = next((i for i, f in enumerate(frames) if not (f["file"] or "").startswith(COMPLAIN)), 0)
    if all((f["file"] or "lib/").startswith(OUTERMOST) for f in frames[first:]):
        first = 0
    names = dict.fromkeys(plain(f["function"]) for f in frames[first:])
    return list(names)[:FINGERPRINT_FRAMES]


def fingerprint(application, frames):
    """The same for crashes of an application at the same place of the same call
    path, whatever the build."""
    text = json.dumps([application, innermost(frames)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def frames_of(report):
    """Those of the thread that crashed, innermost first; none if they are not known."""
    return next((t["frames"] for t in report["threads"] or [] if t["crashed"]), [])


def fits(value, kinds):
    """Whether a value has the types that a form like it has."""
    if isinstance(kinds, dict):
        return isinstance(value, dict) and all(k in value and fits(value[k], kind) for k, kind in kinds.items())
    if isinstance(kinds, list):
        return isinstance(value, list) and all(fits(v, kinds[0]) for v in value)
    return isinstance(value, kinds) and not (isinstance(value, bool) and kinds is not bool)


NONE = type(None)
FRAME = {"pc": str, "function": (str, NONE), "file": (str, NONE), "line": (int, NONE), "inlined": bool,
         "repeats": int}
THREAD = {"id": int, "name": (str, NONE), "state": (str, NONE), "wait": (str, NONE), "cpu": (int, NONE),
          "crashed": bool, "frames": [FRAME]}
CPU = {"id": int, "state": str, "crashed_as_well": (str, NONE), "thread": (int, NONE), "registers": (dict, NONE)}
VALUE = {"path": str, "value": (str, int), "unit": (str, NONE)}
FORM = {"application": str, "architecture": str, "build_id": str, "image_time": str, "time": str, "status": int,
        "fingerprint": str, "command": [str], "missing": dict}
LISTS = {"cpus": [CPU], "threads": [THREAD], "values": [VALUE]}


def check(report):
    """Whether it can be used without asking again."""
    if not isinstance(report, dict) or report.get("format") != FORMAT:
        raise NoReport(f"its format is not {FORMAT}")
    if report.get("version") != VERSION:
        raise NoReport(f"its version is {str(report.get('version'))[:20]}, this reads {VERSION}")
    wrong = [k for k, kind in FORM.items() if not fits(report.get(k), kind)]
    wrong += [k for k, kind in LISTS.items() if report.get(k) is not None and not fits(report[k], kind)]
    wrong += [k for k, kind in (("reason", {"text": str, "kind": str}), ("registers", dict))
              if report.get(k) is not None and not fits(report[k], kind)]
    for name in ("time", "image_time"):
        with contextlib.suppress(ValueError, TypeError):
            if datetime.datetime.strptime(report.get(name), TIME).strftime(TIME) == report[name]:
                continue
        wrong.append(name)
    if wrong:
        raise NoReport(f"{', '.join(dict.fromkeys(wrong))}: missing or of a wrong type")


def load(folder):
    """The report.json of a report's folder."""
    path = os.path.join(folder, "report.json")
    try:
        # not of a pipe, which would wait, nor at a place that a link names
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as f:
            about = os.fstat(f.fileno())
            if not stat.S_ISREG(about.st_mode) or about.st_size > SIZE_MAX:
                raise NoReport(f"it is no file of up to {SIZE_MAX >> 20} MiB")
            report = json.loads(f.read(SIZE_MAX))
    except OSError as e:
        raise NoReport(e.strerror) from e
    except (ValueError, RecursionError) as e:
        raise e if isinstance(e, NoReport) else NoReport("it is no JSON") from e
    for name in ("reason", "registers", *LISTS):
        if isinstance(report, dict):
            report.setdefault(name, None)
    check(report)
    return report


# --- one that is being made ---------------------------------------------------------

def hidden_place(folder):
    """(path, descriptor) of a new hidden folder: as long as the descriptor is open, sweep()
    leaves it."""
    while True:
        place = tempfile.mkdtemp(prefix=HIDDEN, dir=folder)  # mode 0700
        with contextlib.suppress(FileNotFoundError):  # sweep() was faster
            lock = os.open(place, os.O_RDONLY)
            with contextlib.suppress(OSError):  # not on every file system; sweep() cannot lock there either
                fcntl.flock(lock, fcntl.LOCK_EX)
            if os.path.isdir(place):
                return place, lock
            os.close(lock)


def sweep(folder):
    """Removes what support/runs that were killed have left: hidden folders without a
    lock. What is in one that is not empty may be of use."""
    for entry in [e for e in os.scandir(folder) if e.name.startswith(HIDDEN)]:
        with contextlib.suppress(OSError):
            lock = os.open(entry.path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.rmdir(entry.path)
            finally:
                os.close(lock)


# --- a folder of them ---------------------------------------------------------------

def reports(folder, skipped=lambda path, why: None):
    """(name, report) of each report in a folder, the oldest first. What is none:
    skipped(path, why)."""
    found = []
    for entry in sorted(os.scandir(folder), key=lambda e: e.name):
        if entry.name.startswith(".") or not entry.is_dir(follow_symlinks=False):
            continue
        try:
            found.append((entry.name, load(entry.path)))
        except NoReport as e:
            skipped(os.path.join(entry.path, "report.json"), str(e))
    return sorted(found, key=lambda one: (one[1]["time"], len(one[0]), one[0]))  # …-9, …-10


def remove(path):
    """A report, and nothing else: it goes away at once for readers."""
    if set(os.listdir(path)) - set(FILES):
        return  # a user has put something beside it
    hidden = tempfile.mkdtemp(prefix=HIDDEN, dir=os.path.dirname(path))
    os.rename(path, hidden)
    shutil.rmtree(hidden, ignore_errors=True)


def prune(folder, application, keep, new):
    """Removes the oldest reports of an application beyond a number, but not the new one,
    whatever the clock was."""
    own = [name for name, report in reports(folder) if report["application"] == application and name != new]
    for name in own[:max(len(own) + 1 - keep, 0)]:
        with contextlib.suppress(OSError):  # another guest's support/run was faster
            remove(os.path.join(folder, name))


@dataclasses.dataclass
class Group:
    """Crashes with one fingerprint, the oldest first: [(name, report)]."""
    members: list

    @property
    def last(self):
        return self.members[-1][1]

    def as_json(self):
        newest = max((r for _, r in self.members), key=lambda r: r["image_time"])
        return {"application": self.last["application"], "fingerprint": self.last["fingerprint"],
                "count": len(self.members), "first_seen": self.members[0][1]["time"],
                "last_seen": self.last["time"], "newest_build": newest["build_id"],
                "functions": innermost(frames_of(self.last)),
                "reason": (self.last["reason"] or {}).get("text"),
                "reports": [name for name, _ in self.members]}


def groups(found):
    """Of reports, the one that crashed last first."""
    by_print = {}
    for name, report in found:
        by_print.setdefault((report["application"], report["fingerprint"]), []).append((name, report))
    return sorted(map(Group, by_print.values()), key=lambda g: g.last["time"], reverse=True)


# --- for Prometheus -------------------------------------------------------------------

def label(text):
    """A label's value, quoted; Prometheus' text format, version 0.0.4."""
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{text}"'


METRICS = (("vitrine_crash_reports", "Crash reports that are kept, by crash.", lambda g: g["count"]),
           ("vitrine_crash_last_seen_timestamp_seconds", "When a crash was seen last.",
            lambda g: int(datetime.datetime.strptime(g["last_seen"], TIME).replace(
                tzinfo=datetime.timezone.utc).timestamp())))


def metrics(folder):
    """The crashes of a folder as Prometheus reads them, in bytes."""
    found = [g.as_json() for g in groups(reports(folder))]
    lines = []
    for name, what, value in METRICS:
        lines += [f"# HELP {name} {what}", f"# TYPE {name} gauge"]
        for g in sorted(found, key=lambda g: (g["application"], g["fingerprint"])):
            labels = {"application": g["application"], "fingerprint": g["fingerprint"],
                      "function": (g["functions"] or ["?"])[0]}
            lines.append(f"{name}{{{','.join(f'{k}={label(v)}' for k, v in labels.items())}}} {value(g)}")
    return "".join(line + "\n" for line in lines).encode(errors="replace")
