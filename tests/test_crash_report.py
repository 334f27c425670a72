# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Crash reports (support/run --on-crash, support/crashes, doc/crash-reports.md).

Judges of what a report says are the screen, binutils' addr2line and a gdb that is
asked itself; of the numbers, promtool and Prometheus (test_prometheus.py, too)."""

import errno
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import urllib.request

import crash_folder
import crash_report
import pytest
from guest import Guest, free_port, qemu_of, until
from screen import plain_name, read_screen
from test_crash import KINDS
from vitrine import ARCHS, COMPILERS, CPUS, ROOT, RUN_SECONDS, SHARED, SUPPORT_RUN, build, make

CRASHED = 70
SOME = ("in-thread", "stack-overflow", "abort", "inlined")
FILES = {"log": 0o600, "core": 0o600, "report.json": 0o600, "command": 0o700}
REGISTER = re.compile(r"^(\w+) +(0x[0-9a-f]+) ", re.M)
PLACE = re.compile(r" at (?:\./)?(\S+):(\d+)$", re.M)
NAME = re.compile(r"crash-[0-9a-f]{40}-\d{8}T\d{6}Z(-\d+)?$")


def crash(image, folder, *args, options=()):
    return image.run(*args, options=["--on-crash", str(folder), *options])


def reports_in(folder):
    """[(path, report)], the oldest first; fails if there is anything else."""
    names = os.listdir(folder)
    found = [(folder / name, json.loads((folder / name / "report.json").read_text())) for name in names]
    return sorted(found, key=lambda one: one[1]["time"])


def crashes(*words, env=None):
    done = subprocess.run([ROOT / "support" / "crashes", *words], text=True, timeout=RUN_SECONDS,
                          check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
    return done.returncode, done.stdout, done.stderr


def listed(folder):
    status, out, err = crashes("--json", folder)
    assert status == 0 and not err, err
    return json.loads(out)


def crashed_thread(report):
    one, = (t for t in report["threads"] if t["crashed"])
    return one


def ask_gdb(core):
    """What gdb prints of frames and registers."""
    done = subprocess.run([ROOT / "support" / "gdb", core, "-batch", "-nx", "-iex", "set width 0", "-ex", "bt",
                           "-ex", "info registers"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=RUN_SECONDS, check=True)
    return done.stdout


def check_frames(image, text, frames, is_trap):
    """Functions are DWARF's, inlined ones included. So are places, but that gdb prefers
    another one where an address has two."""
    chains, known = [], [f for f in frames if f["file"]]  # the others are not code
    if not known:
        return
    for i, frame in enumerate(known):
        if i == 0 or not known[i - 1]["inlined"]:
            chains.append([])
        chains[-1].append(frame)
    # the others are return addresses
    exact = [is_trap and known[0] is frames[0], *(chain[0]["file"].endswith("trap_entry.S") for chain in chains)]
    pcs = [int(chain[0]["pc"], 16) - (not e) for chain, e in zip(chains, exact)]
    by_gdb = set(PLACE.findall(text))
    for chain, judge in zip(chains, image.addr2line_all(pcs), strict=True):
        if chain[0]["file"].startswith("newlib"):  # its names are relative to other folders
            continue
        assert [plain_name(f["function"]) for f in chain] == [plain_name(name) for name, _, _ in judge]
        if chain[0]["file"].endswith(".S"):
            continue  # behind an interrupt gdb looks at the address, else in front of it
        said = [(f["file"], str(f["line"])) for f in chain]
        assert said[1:] == [(file, line) for _, file, line in judge][1:]
        assert said[0] == judge[0][1:] or said[0] in by_gdb, (chain, judge)


def check_threads(report, screen):
    said = {t["id"]: t for t in report["threads"]}
    assert sorted(said) == sorted(screen.threads)
    for number, shown in screen.threads.items():
        assert (said[number]["name"], said[number]["state"]) == (shown.name, shown.state)
        assert (said[number]["wait"] or "") == shown.wait
        names = iter([plain_name(f["function"] or "") for f in said[number]["frames"]])
        assert all(name in names for name in shown.functions if name)


def check_registers(report, text):
    judged = dict(REGISTER.findall(text))
    names = set(report["registers"]) & set(judged)
    assert len(names) >= 24, text
    assert {n: int(report["registers"][n], 16) for n in names} == {n: int(judged[n], 16) for n in names}


def check_report(image, folder, result, kind):
    path, report = reports_in(folder)[-1]
    assert NAME.match(path.name) and stat.S_IMODE(path.stat().st_mode) == 0o700
    assert {f.name: stat.S_IMODE(f.stat().st_mode) for f in path.iterdir()} == FILES
    screen = read_screen(result)
    assert report["missing"] == {} and (report["format"], report["version"]) == ("vitrine-crash-report", 1)
    assert report["application"] == "crash" and report["architecture"] == image.arch
    assert report["build_id"] == screen.build_id and report["build_id"] in path.name
    assert report["status"] == CRASHED and report["reason"]["text"] == screen.reason
    assert re.match(KINDS[kind].reason, screen.reason)
    trap = report["reason"]["trap"]
    assert (trap is not None) == (report["reason"]["kind"] == "trap") == any("Event" in d for d in screen.sections)
    assert {v["path"]: v["value"] for v in report["values"]} == screen.values
    check_threads(report, screen)
    crashed, = (c for c in report["cpus"] if c["state"] == "crashed")
    assert len(report["cpus"]) == CPUS and crashed == {
        "id": crashed_thread(report)["cpu"], "state": "crashed", "crashed_as_well": None,
        "registers": report["registers"], "thread": crashed_thread(report)["id"]}
    assert sum(t["cpu"] is not None for t in report["threads"]) == CPUS
    by_gdb = ask_gdb(path / "core")
    check_frames(image, by_gdb, crashed_thread(report)["frames"], trap)
    check_registers(report, by_gdb)
    assert (path / "log").read_bytes().replace(b"\r", b"").decode() in result.text
    return path, report


def test_kinds(arch, tmp_path):
    """What a report says of every kind; none is confused with another."""
    image = build("crash", arch)
    kinds = [k for k in KINDS if arch in KINDS[k].arch and not KINDS[k].end] if os.environ.get("VITRINE_ALL") \
        else SOME
    prints = {}
    for kind in kinds:
        result = crash(image, tmp_path, kind.partition(":")[0])
        assert result.status == CRASHED, result.text
        path, report = check_report(image, tmp_path, result, kind)
        prints[kind] = report["fingerprint"]
        if kind == "stack-overflow":
            assert max(f["repeats"] for f in crashed_thread(report)["frames"]) > 100
        if kind == "abort":
            again = subprocess.run([path / "command"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, timeout=RUN_SECONDS, check=False, cwd="/")
            text = again.stdout.decode().replace("\r", "")
            assert "CRIT: abort\n" in text and report["build_id"] in text, text + again.stderr.decode()
            assert b"another image" not in again.stderr, again.stderr
        shutil.rmtree(path)
    assert len(set(prints.values())) == len(kinds)


def test_command_of_an_image_that_was_built_anew(tmp_path):
    """It runs, and says that it is another one. The name may hold what a shell takes for its own."""
    image = tmp_path / "an $image 'of mine.elf"
    shutil.copy(build("crash", ARCHS[0]).path, image)
    subprocess.run([*SUPPORT_RUN, "--on-crash", tmp_path / "r", image, "null-write"], stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, timeout=RUN_SECONDS)
    command, = (tmp_path / "r").glob("*/command")
    for other in (False, True):
        if other:
            image.write_bytes(image.read_bytes() + b"\n")
        done = subprocess.run([command], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=RUN_SECONDS)
        assert "CRIT: write to 0x0" in done.stdout and (f"{image} is another image than the one that crashed" in done.stderr) == other, done


def test_no_report(tmp_path):
    """An end that is no crash leaves nothing, whatever the status; what one that was killed has left, the
    next one removes, but not what belongs to one that runs."""
    image, folder = build("crash", ARCHS[0]), tmp_path / "new"
    with subprocess.Popen([ROOT / "support/run", "--on-crash", folder, "--qemu=-S", image.path],
                          stdin=subprocess.DEVNULL) as waits:
        until(lambda: folder.exists() and os.listdir(folder))
        assert crash(image, folder).status == 0 and len(os.listdir(folder)) == 1
        waits.kill()
    assert len(os.listdir(folder)) == 1 and crash(image, folder).status == 0 and os.listdir(folder) == []
    assert crash(image, folder, "no-such-kind").status == 2
    assert crash(image, folder, "null-write", options=["-p", "dump.memory=some"]).status == 71
    assert crash(image, folder, options=["--timeout", "0.2", "--qemu=-S"]).status == 124
    assert os.listdir(folder) == [] and stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_usage(tmp_path):
    """Refused before QEMU starts, with what would be right; the variable yields to an option."""
    image = build("crash", ARCHS[0])
    (tmp_path / "file").write_text("")
    for words, says in [(["--on-crash", tmp_path / "file"], "name a folder that is yours"),
                        (["--on-crash", tmp_path / "no" / "where"], "No such file or directory"),
                        (["--on-crash", tmp_path, "--keep", "0"], "--keep 0: use a whole number above 0"),
                        (["--on-crash", tmp_path, "--keep=-1"], "--keep -1: use a whole number above 0"),
                        (["--on-crash", tmp_path, "--keep", "x"], "--keep x: use a whole number above 0"),
                        (["--on-crash", tmp_path, "--report-size", "0"], "--report-size 0: not a size"),
                        (["--keep", "3"], "--keep goes with --on-crash DIR"),
                        (["--on-crash", tmp_path, "--core", tmp_path / "core"], "does not go with --core"),
                        (["--on-crash", tmp_path, "--record", tmp_path / "r"], "does not go with --record")]:
        result = image.run("null-write", options=words)
        assert result.status == 2 and says in result.text, result.text
    assert os.listdir(tmp_path) == ["file"]
    done = subprocess.run([*SUPPORT_RUN, "--core", tmp_path / "core", image.path, "null-write"],
                          env={**os.environ, "VITRINE_CRASH_DIR": str(tmp_path / "v")}, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert done.returncode == CRASHED and sorted(os.listdir(tmp_path)) == ["core", "file"]


def test_without_core(tmp_path):
    """Log and report are there, and say what is missing and why."""
    image = build("crash", ARCHS[0])
    result = crash(image, tmp_path / "a", "null-write", options=["-p", "dump.console=none"])
    (path, report), = reports_in(tmp_path / "a")
    assert result.status == CRASHED and "not mapped" in (path / "log").read_text()
    assert not (path / "core").exists() and report["missing"].keys() == {
        "core", "reason", "registers", "cpus", "threads", "values"}
    assert report["missing"]["core"] == "the guest ended before it could write one"

    hello = build("hello", ARCHS[0])
    with Guest(hello, options=["--on-crash", tmp_path / "b", "--qemu=-S"]) as guest:
        os.kill(qemu_of(guest.process), signal.SIGKILL)
        result = guest.end()
    (path, report), = reports_in(tmp_path / "b")
    assert result.status == report["status"] == 125 and report["application"] == "hello", result.text
    assert re.match("QEMU was ended by signal 9; .* switch LIBUKDUMP on", report["missing"]["core"])
    for folder in ("a", "b"):
        assert listed(tmp_path / folder)[0]["functions"] == []


def reporter(image, folder, **how):
    one = crash_report.Reporter(folder, str(image.path), image.arch, **{"keep": 100, "size": 64 << 20, **how})
    one.command = ["qemu", "-kernel", "image"]
    return one


class Received:  # pylint: disable=too-few-public-methods
    """A receiver of core files that has said all."""

    def end(self):
        return []


@pytest.fixture(scope="session", name="core")
def make_core(tmp_path_factory):
    """The core file of a crash."""
    folder = tmp_path_factory.mktemp("core")
    build("crash", ARCHS[0]).run("null-write", options=["--core", str(folder / "core")])
    return (folder / "core").read_bytes()


def test_cut_core(core, tmp_path):
    """What is left of one that is incomplete gives registers; without gdb a whole one does."""
    image = build("crash", ARCHS[0])
    for length, registers in ((len(core) // 2, 24), (64, 0)):
        with reporter(image, tmp_path / str(length)) as one:
            with open(one.core + ".part", "wb") as f:
                f.write(core[:length])
            with open(one.core, "wb") as f:
                f.write(core)  # of an earlier moment
            assert "crash report " in one.report(CRASHED, "", Received())
        (path, report), = reports_in(tmp_path / str(length))
        assert sorted(os.listdir(path)) == ["command", "core.part", "log", "report.json"]
        assert len(report["registers"] or {}) >= registers and "core" in report["missing"]
        assert ("registers" in report["missing"]) == (registers == 0) and report["threads"] is None


def test_earlier_core(tmp_path):
    """A guest that went on after it wrote a core file: that one is not of a crash."""
    image, earlier = build("tests/apps/workers", ARCHS[0]), tmp_path / "core"
    assert crash(image, tmp_path / "a", "dump").status == 0 and os.listdir(tmp_path / "a") == []
    assert image.run("dump", options=["--core", str(earlier)]).status == 0
    with reporter(image, tmp_path / "b") as one:
        shutil.copy(earlier, one.core)
        one.report(CRASHED, "", Received())
    (path, report), = reports_in(tmp_path / "b")
    assert not (path / "core").exists() and all(report[part] is None for part in (
        "core", "reason", "registers", "threads", "values"))
    assert report["missing"]["core"] == "the core file is not of the crash: it was written before"


def test_without_gdb(core, tmp_path, monkeypatch):
    """Registers are there, and the reason why the rest is not; so for another image
    at the place of the one that crashed, and for a gdb that does not end."""
    image = build("crash", ARCHS[0])
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "gdb").write_text("#!/bin/sh\nexec sleep 1000\n")
    (tools / "gdb").chmod(0o755)
    (tools / "gdb-multiarch").symlink_to("gdb")
    for name, path, seconds, why in (("none", "/nowhere", 60, "there is no gdb"),
                                     ("hangs", f"{tools}:{os.environ['PATH']}", 0.5, "did not end within")):
        monkeypatch.setenv("PATH", path)
        monkeypatch.setattr(crash_report, "GDB_SECONDS", seconds)
        with reporter(image, tmp_path / name) as one:
            with open(one.core, "wb") as f:
                f.write(core)
            one.report(CRASHED, "", Received())
        (path, report), = reports_in(tmp_path / name)
        assert (path / "core").exists() and len(report["registers"]) >= 24
        assert report["missing"].keys() == {"reason", "cpus", "threads", "values"}
        assert all(why in text for text in report["missing"].values()), report["missing"]


def test_sizes(core, tmp_path):
    """A core file above the limit is left out when the report has been made of it; a log
    loses its middle."""
    image = build("crash", ARCHS[0])
    with reporter(image, tmp_path, size=4096) as one:
        with open(one.core, "wb") as f:
            f.write(core)
        for n in range(1000):
            one.log.add(b"line %d\n" % n)
        assert ", without its core file (its " in one.report(CRASHED, "", Received())
    (path, report), = reports_in(tmp_path)
    assert not (path / "core").exists() and "above the limit of --report-size" in report["missing"]["core"]
    assert report["reason"]["text"] == "write to 0x0: not mapped" and report["threads"]
    log = (path / "log").read_bytes()
    head, note, tail = re.fullmatch(rb"(.*)\n\[support/run: (\d+) bytes left out\]\n(.*)", log, re.S).groups()
    whole = b"".join(b"line %d\n" % n for n in range(1000))
    assert len(head) == len(tail) == 2048 and whole.startswith(head) and whole.endswith(tail)
    assert int(note) == report["log"]["left_out"] == len(whole) - 4096 and report["log"]["bytes"] == len(whole)


def test_full_disk(core, tmp_path, monkeypatch):
    """The core file makes room for log and report."""
    write = crash_report.Reporter._put  # pylint: disable=protected-access

    def put_if_room(self, *args):
        if os.path.exists(self.core):
            raise OSError(errno.ENOSPC, "No space left on device")
        write(self, *args)

    monkeypatch.setattr(crash_report.Reporter, "_put", put_if_room)
    with reporter(build("crash", ARCHS[0]), tmp_path) as one:
        with open(one.core, "wb") as f:
            f.write(core)
        one.log.add(b"its words")
        one.report(CRASHED, "", Received())
    (path, report), = reports_in(tmp_path)
    assert (path / "log").read_bytes() == b"its words" and report["threads"] and report["core"] is None
    assert "No space left" in report["missing"]["core"] and not (path / "core").exists()


def put(folder, name, report, **more):
    """A report as another support/run may have left it."""
    path = folder / name
    path.mkdir(parents=True)
    path.joinpath("report.json").write_text(json.dumps({**report, **more}))
    path.joinpath("log").write_text("")
    return path


@pytest.fixture(scope="session", name="real")
def make_report(core, tmp_path_factory):
    """A report.json that is not made up."""
    folder = tmp_path_factory.mktemp("real")
    with reporter(build("crash", ARCHS[0]), folder) as one:
        with open(one.core, "wb") as f:
            f.write(core)
        one.report(CRASHED, "", Received())
    (_, report), = reports_in(folder)
    return report


def test_keep(real, tmp_path):
    """The oldest of one application goes, and nothing that is not a report of its own."""
    for day in range(1, 5):
        put(tmp_path, f"r{day}", real, time=f"2026-01-0{day}T00:00:00Z")
    put(tmp_path, "other", real, application="other", time="2025-01-01T00:00:00Z")
    (tmp_path / "foreign").mkdir()
    (tmp_path / "note").write_text("")
    put(tmp_path, "annotated", real, time="2024-01-01T00:00:00Z").joinpath("notes").write_text("mine")
    outside = put(tmp_path.parent / f"{tmp_path.name}-outside", "x", real, time="2024-01-01T00:00:00Z")
    (tmp_path / "link").symlink_to(outside)
    put(tmp_path, "new", real, time="2020-01-01T00:00:00Z")  # the clock is wrong
    crash_folder.prune(tmp_path, "crash", 3, "new")
    assert sorted(os.listdir(tmp_path)) == ["annotated", "foreign", "link", "new", "note", "other", "r3", "r4"]
    assert (outside / "log").exists()


def test_at_once(real, tmp_path):
    """Guests that crash in one second, and while others' reports are removed."""
    image, count = build("crash", ARCHS[0]), 3
    guests = [Guest(image, "null-write", options=["--on-crash", tmp_path, "--keep", "2"]) for _ in range(count)]
    for guest in guests:
        guest.start()
    results = [guest.end() for guest in guests]
    assert [r.status for r in results] == [CRASHED] * count
    assert all("support/run: crash report " in r.text for r in results), results
    found = reports_in(tmp_path)
    assert len(found) == 2 and all(r["missing"] == {} for _, r in found)
    same = [reporter(image, tmp_path / "same") for _ in range(3)]
    names = [os.path.basename(one._publish(real["time"])) for one in same]  # pylint: disable=protected-access
    first = NAME.match(names[0]) and names[0]
    # an empty folder can be replaced, one with a report cannot
    assert first and names == [first] * 3
    for name in ("a", "b"):
        one = reporter(image, tmp_path / "same")
        with open(os.path.join(one.place, name), "w", encoding="ascii"):
            pass
        names.append(os.path.basename(one._publish(real["time"])))  # pylint: disable=protected-access
    assert names[3:] == [first, first + "-2"]


def frames(*names, file="apps/x.c"):
    return [{"pc": "0x0", "function": n, "file": file, "line": 1, "inlined": False, "repeats": 0} for n in names]


def test_fingerprint():
    """Names alone count, as the source has them, and not how the compiler divided them."""
    def of(*names):
        return crash_folder.fingerprint("x", frames(*names))

    assert of("a", "b") == of("a.isra.0", "b.part.1.constprop.0") == of("a.cold", "b [clone .cold]")
    assert of("a", "b") == of("a", "a", "b")
    assert of("a", "b") != of("b", "a") and of("a") != of(None)
    assert of("a", "b", "c", "d", "e", "f") == of("a", "b", "c", "d", "e", "g") != of("a", "b", "c", "d", "x")
    assert of("r", "r", "r", "main") == of("r", "main")
    assert crash_folder.fingerprint("y", frames("a", "b")) != of("a", "b")
    complains = frames("__ubsan_x", file="lib/ukubsan/report.c") + frames("free", file="lib/newlib/malloc.c")
    assert crash_folder.fingerprint("x", complains + frames("a", "b")) == of("a", "b")
    assert crash_folder.innermost(complains) == ["__ubsan_x", "free"] and crash_folder.innermost([]) == []
    boot = frames("uk_boot", file="lib/ukinit/init.c") + frames("entry64", file="plat/kvm/x86_64/entry.S")
    assert crash_folder.innermost(complains + boot) == ["__ubsan_x", "free", "uk_boot", "entry64"]


def shifted(folder, arch):
    """apps/crash of changed sources: other lines, another function."""
    app = folder / "crash"
    shutil.copytree(ROOT / "apps" / "crash", app)
    for source in app.glob("*.c"):
        source.write_text("\n" * 17 + source.read_text().replace(
            "static __attribute__((noinline)) void lost_stack", "int unrelated(int x);\nint unrelated(int x)\n{\n"
            "\treturn x * x;\n}\n\nstatic __attribute__((noinline)) void lost_stack"))
    make(f"O={folder}/o", f"APP={app}", f"ARCH={arch}", f"NEWLIB_DIR={SHARED}/newlib-{arch}")
    return folder / "o" / f"crash-{arch}" / "crash.elf"


@pytest.mark.parametrize("arch", ARCHS if os.environ.get("VITRINE_ALL") else ARCHS[-1:])
def test_across_builds(arch, tmp_path):
    """Another compiler; VITRINE_ALL=1: changed sources, too: the same crash."""
    folder = tmp_path / "crashes"
    elves = [build("crash", arch, cc).path for cc in COMPILERS]
    if os.environ.get("VITRINE_ALL"):
        elves.append(shifted(tmp_path, arch))
    for elf, kind in (*((elf, "double-free") for elf in elves), (elves[0], "null-write")):
        done = subprocess.run([*SUPPORT_RUN, "--on-crash", folder, elf, kind], check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert done.returncode == CRASHED, done.stdout
    found = sorted(listed(folder), key=lambda g: g["count"])
    assert [(g["count"], g["functions"][0]) for g in found] == [(1, "null_write"), (len(elves), "double_free")]
    reports = [r for _, r in reports_in(folder)]
    assert len({r["build_id"] for r in reports}) == len(elves)
    for g in found:
        own = [r for r in reports if r["fingerprint"] == g["fingerprint"]]
        assert (g["first_seen"], g["last_seen"]) == (own[0]["time"], own[-1]["time"])
        assert g["newest_build"] == max(own, key=lambda r: r["image_time"])["build_id"]


NASTY = 'a"b\\c\nd\x1b[31m\u202e\ud800'


def test_hostile_folder(real, tmp_path):
    """Each thing that is no report is one line; what is shown holds nothing that a
    terminal obeys."""
    put(tmp_path, "good", real, time="2026-01-01T00:00:00Z")
    put(tmp_path, "nasty", real, application=NASTY, fingerprint=NASTY, time="2026-01-02T00:00:00Z",
        reason={**real["reason"], "text": NASTY}, build_id=NASTY)
    bad = {"version": {"version": 2}, "format": {"format": "x"}, "time": {"time": "yesterday"},
           "frames": {"threads": [{"id": 1}]}, "number": {"application": 1}, "bool": {"status": True},
           "value": {"values": [[]]}}
    for part, one in (("threads", real["threads"][0]), ("values", real["values"][0]),
                      ("cpus", real["cpus"][0])):  # each key, one that may be null, too
        bad |= {f"{part}_{key}": {part: [{k: v for k, v in one.items() if k != key}]} for key in one}
    frame = real["threads"][0]["frames"][0]
    bad |= {f"frames_{key}": {"threads": [{**real["threads"][0], "frames": [{k: v for k, v in frame.items() if k != key}]}]}
            for key in frame}
    for name, more in bad.items():
        put(tmp_path, name, real, **more)
    texts = {"cut": json.dumps(real)[:-20], "list": "[]", "deep": "[" * 100000, "empty": "", "bytes": "\ufffd"}
    for name, text in texts.items():
        put(tmp_path, name, real).joinpath("report.json").write_text(text)
    for name in ("pipe", "link", "none"):
        put(tmp_path, name, real).joinpath("report.json").unlink()
    os.mkfifo(tmp_path / "pipe" / "report.json")
    (tmp_path / "link" / "report.json").symlink_to(tmp_path / "good" / "report.json")
    (tmp_path / ".crash-x").mkdir()
    (tmp_path / "file").write_text("")
    status, out, err = crashes(tmp_path)
    skipped = re.findall(r"^support/crashes: skipped \S+/(\w+)/report.json: \S.*$", err, re.M)
    assert status == 0 and sorted(skipped) == sorted([*bad, *texts, "pipe", "link", "none"])
    assert len(err.splitlines()) == len(skipped) and len(out.splitlines()) == 3, out + err
    assert all(c.isprintable() or c == "\n" for c in out + err)
    for words in ((tmp_path, "nasty"), ("--json", tmp_path), ("--json", tmp_path, "nasty")):
        status, out, _ = crashes(*words)
        assert status == 0 and all(c.isprintable() or c == "\n" for c in out)
    check_metrics(crashes("--prometheus", tmp_path)[1], 2)
    for words in ((tmp_path / "good",), (tmp_path, "good/"), (f"{tmp_path}/good/",)):  # of one report
        assert crashes(*words)[:2] == crashes(tmp_path, "good")[:2]
    (tmp_path / "nothing").mkdir()
    assert crashes(tmp_path / "nothing") == (0, "", f"support/crashes: no reports in {tmp_path / 'nothing'}\n")


def check_metrics(text, count):
    done = subprocess.run(["promtool", "check", "metrics"], input=text, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0 and done.stdout == "", done.stdout
    assert len(re.findall(r"^vitrine_crash_reports\{", text, re.M)) == count, text


def test_crashes(real, tmp_path):
    """The list, the last one first, and one crash."""
    for name, day, build_id, image_day in (("a", 1, "1" * 40, 1), ("b", 3, "2" * 40, 5), ("c", 4, "3" * 40, 2)):
        put(tmp_path, name, real, time=f"2026-01-0{day}T00:00:00Z", build_id=build_id,
            image_time=f"2025-01-0{image_day}T00:00:00Z")
    put(tmp_path, "d", real, time="2026-01-02T00:00:00Z", fingerprint="abcd")
    status, out, err = crashes(tmp_path)
    assert status == 0 and not err
    rows = [line.split() for line in out.splitlines()[1:]]
    assert [r[:5] for r in rows] == [
        ["3", "2026-01-01T00:00:00Z", "2026-01-04T00:00:00Z", "2" * 12, real["fingerprint"]],
        ["1", "2026-01-02T00:00:00Z", "2026-01-02T00:00:00Z", real["build_id"][:12], "abcd"]]
    assert "write to 0x0: not mapped: null_write < main" in out
    assert [g["reports"] for g in listed(tmp_path)] == [["a", "b", "c"], ["d"]]
    for word, build_id in (("a", "1" * 40), (real["fingerprint"][:6], "3" * 40)):
        status, out, _ = crashes(tmp_path, word)
        assert status == 0 and build_id in out and "null_write (apps/crash/kinds.c:" in out
        assert json.loads(crashes("--json", tmp_path, word)[1])["build_id"] == build_id
    env = {**os.environ, "VITRINE_CRASH_DIR": str(tmp_path)}
    assert crashes(env=env)[1] == crashes(tmp_path)[1]
    for words, status, says in [(["--help"], 0, ""), ([tmp_path, "nothing"], 1, "no report and no fingerprint"),
                                ([tmp_path / "none"], 1, "cannot read"), ([tmp_path, "a", "b"], 2, "unknown word b"),
                                (["-x"], 2, "not recognized"), (["-p", tmp_path, "a"], 2, "is for DIR alone"),
                                ([], 2, "no DIR given")]:
        done = crashes(*words, env={k: v for k, v in env.items() if k != "VITRINE_CRASH_DIR"})
        assert done[0] == status and says in done[2], done


def test_fleet(real, tmp_path):
    """support/fleet serves the numbers, and lists itself as a target with a job of its own."""
    folder, out, port = tmp_path / "crashes", tmp_path / "targets.json", free_port()
    env = {**os.environ, "VITRINE_RUN_DIR": str(tmp_path / "run"), "VITRINE_CRASH_DIR": str(folder)}
    words = [ROOT / "support/fleet", "--watch", "-o", out, "--serve", str(port)]
    with subprocess.Popen(words, env=env) as fleet:
        try:
            until(out.exists)
            target, = json.loads(out.read_text())
            assert target == {"targets": [f"127.0.0.1:{port}"], "labels": {"app": "fleet", "job": "vitrine-fleet"}}
            for count in (0, 1, 2):
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=RUN_SECONDS) as reply:
                    assert reply.headers["Content-Type"].startswith("text/plain; version=0.0.4")
                    text = reply.read().decode()
                check_metrics(text, min(count, 1))
                assert not count or f'function="null_write"}} {count}\n' in text
                put(folder, f"r{count}", real)
            shutil.rmtree(folder)  # all reports
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=RUN_SECONDS) as reply:
                assert reply.status == 200 and reply.read() == b""
            taken = subprocess.run(words, env=env, text=True, stderr=subprocess.PIPE, timeout=RUN_SECONDS,
                                   check=False)
            assert taken.returncode == 1 and f"--serve {port}: Address already in use" in taken.stderr
        finally:
            fleet.terminate()
    assert fleet.wait(RUN_SECONDS) == 0 and json.loads(out.read_text()) == []  # its own target has ended
    for more, says in ((["--serve", "0"], "not a TCP port"), (["--crashes", "x"], "needs --serve"),
                       (["--serve", str(port)], "--serve needs --watch")):
        done = subprocess.run([words[0], *more], env={**env, "VITRINE_CRASH_DIR": ""}, text=True, check=False,
                              stderr=subprocess.PIPE, timeout=RUN_SECONDS)
        assert done.returncode == 2 and says in done.stderr
