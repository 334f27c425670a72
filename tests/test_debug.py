# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""What stands around the stub: support/gdb, make debug, make run GDB=, and the
project's commands in a real gdb."""

import os
import re
import signal
import socket
import subprocess
import threading

import pytest
from elftools.elf.elffile import ELFFile

from debugger import run_under_gdb
from gdb_guest import StubGuest
from guest import Guest, free_port, listens, until
from vitrine import ARCHS, CPUS, NOT_OURS, ORDERED, ROOT, RUN_SECONDS, SHARED, SUPPORT_RUN, app_folder, build, make

SUPPORT_GDB = ROOT / "support" / "gdb"
UK_SCENES = [ROOT / "tests" / "gdb" / "uk_scenes.py"]


def threads(arch):
    return build("threads", arch)


def debuggee(arch):
    return build("debuggee", arch)


def support_gdb(*words, **more):
    if CPUS > 1 and "--boot" in words and "--run" not in words:
        words = ("--run", f"--smp {CPUS}", *words)
    return subprocess.run([SUPPORT_GDB, *words], stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=RUN_SECONDS, check=False, **more)


# --- support/gdb ------------------------------------------------------------------

def test_help_and_usage(tmp_path):
    assert support_gdb("--help").stdout.startswith("usage: support/gdb")
    for words, text in [([], "no IMAGE given"),
                        ([str(tmp_path / "none")], "cannot read"),
                        ([__file__], "is not an image"),
                        (["--connect", "0", str(threads(ARCHS[0]).path)], "not a TCP port"),
                        (["--boot", "--connect", "1", "x"], "--boot and --connect both say where the guest is"),
                        (["--args", "a", "x"], "goes with --boot")]:
        done = support_gdb(*words)
        assert done.returncode == 2 and text in done.stdout, done.stdout


def test_no_gdb_and_no_stub(tmp_path):
    image = threads(ARCHS[0])
    python = tmp_path / "python3"
    python.symlink_to("/usr/bin/python3")
    done = support_gdb(image.path, env={"PATH": str(tmp_path)})
    assert done.returncode == 125 and "support/setup debug" in done.stdout, done.stdout
    done = support_gdb("--boot", build("hello", ARCHS[0]).path)
    assert done.returncode == 125 and "CONFIG_LIBUKGDB=y" in done.stdout, done.stdout


def test_no_process_listens(tmp_path):
    image = threads(ARCHS[0]).path
    stale = tmp_path / "stale"
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(str(stale))
    for place in (str(free_port()), str(tmp_path / "none"), str(stale)):
        done = support_gdb("--connect", place, image)
        assert done.returncode == 125 and f"--gdb {place} {image}" in done.stdout, done.stdout
        assert "no guest listens" in done.stdout, done.stdout


def test_guest_goes_while_gdb_connects():
    """A script's commands are about a guest: without one, none is done."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=lambda: server.accept()[0].close(), daemon=True).start()
        done = support_gdb("--connect", str(server.getsockname()[1]), threads(ARCHS[0]).path, "-batch", "-ex", "echo went on")
    assert done.returncode == 125 and "went on" not in done.stdout, done.stdout


def test_all_sources_are_there(arch):
    """Of each line of the debug information; the C library's and libfdt's are not in the tree."""
    image = build("hello", arch).path
    rules = dict(rule.split("=", 1) for rule in (image.parent / ".sources").read_text().split())
    missing = set()
    with open(image, "rb") as f:
        info = ELFFile(f).get_dwarf_info()
        for unit in info.iter_CUs():
            lines = info.line_program_for_CU(unit)
            folders = [folder.decode() for folder in lines["include_directory"]]
            for file in lines["file_entry"]:
                name = os.path.normpath(os.path.join(folders[0], folders[file.dir_index], file.name.decode()))
                start = next((start for start in rules if name.startswith(start + "/")), None)
                path = os.path.join(ROOT, name) if start is None else rules[start] + name[len(start):]
                if name != "<built-in>" and not os.path.exists(path):
                    missing.add(name)
    assert not missing
    listed = support_gdb(image, "-batch", *(word for name in ("strlen", "printf", "main") for word in ("-ex", f"list {name}")))
    assert "aligned_addr" in listed.stdout and "No such file" not in listed.stdout, listed.stdout
    listed = support_gdb("--lldb", image, "--batch", "-o", "source list -n strlen", "-o", "source list -n printf")
    assert "File: newlib/libc/string/strlen.c" in listed.stdout and "printf (const char *" in listed.stdout, listed.stdout


def test_two_debuggers(tmp_path):
    """The second one waits, and prints that it does."""
    place = tmp_path / "s"
    with Guest(threads(ARCHS[0]), options=["--gdb", place, "-p", "gdb.wait=1"]) as guest:
        until(lambda: listens(place))
        with socket.socket(socket.AF_UNIX) as first:
            first.connect(str(place))
            with subprocess.Popen([SUPPORT_GDB, "--connect", place, guest.image.path, "-batch"], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as second:
                said = second.stderr.readline()
                first.close()
                second.communicate(timeout=RUN_SECONDS)
    assert said == f"support/gdb: another debugger is at {place}: this one is served when that one has left\n"


def test_run_says_that_there_is_no_stub(tmp_path):
    words = [*SUPPORT_RUN, "--gdb", tmp_path / "socket",
             "--qemu", f"-gdb unix:{tmp_path}/own,server=on,wait=off"]  # QEMU's beside it
    for app, text in (("hello", "CONFIG_LIBUKGDB=y"), ("threads", "")):
        done = subprocess.run([*words, build(app, ARCHS[0]).path], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                              timeout=RUN_SECONDS, check=False)
        assert done.returncode == 0 and (text in done.stderr if text else not done.stderr), \
            done.stderr


@pytest.mark.any_arch
def test_no_guest(arch):
    """A command about a guest says that there is none; what an image alone has is listed."""
    image = threads(arch)
    about = ("threads", "thread main", "cpus", "report", "log", "heap", "leaks", "trace", "tls own")
    for words, option in (([image.path, "-batch"], "-ex"), (["--lldb", image.path, "--batch"], "-o")):
        for command in about:
            done = support_gdb(*words, option, f"uk {command}")
            assert "There is no guest: connect to one, or open a core file.\n" in done.stdout, done.stdout
    assert "UK_EVENT_CRASH\n" in support_gdb(image.path, "-batch", "-ex", "uk events").stdout


@pytest.mark.any_arch
def test_commands_are_beside_the_image(arch, tmp_path):
    """support/gdb loads them, from beside the image or not; so does gdb."""
    image = threads(arch)
    words = ["-batch", "-ex", "help uk threads"]
    plain = tmp_path / "a b.elf"
    plain.write_bytes(image.path.read_bytes())
    for path in (image.path, plain):
        done = support_gdb(path, *words)
        assert "List the guest's threads" in done.stdout, done.stdout
        assert "declined" not in done.stdout
    done = subprocess.run([image.target.gdb, "-nx", "-iex", "set auto-load safe-path /",
                           image.path, *words], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert "List the guest's threads" in done.stdout, done.stdout


def test_boot(arch):
    """The guest waits, is stopped in main, and its output is seen."""
    done = support_gdb("--boot", "--args", "loop '7'", debuggee(arch).path, "-batch",
                       "-ex", "print argv[2][0]", "-ex", "continue")
    text = done.stdout
    assert done.returncode == 0, text
    assert re.search(r"Temporary breakpoint 1, main", text) and "55 '7'" in text, text
    # two programs write to one pipe, each in pieces: all bytes of both are there, in order
    end = text[text.index("$1 = 55"):]
    for whole in ("scene loop\ntotal 42 verdict 0", "exited normally]"):
        left = iter(end)
        assert all(c in left for c in whole), text
    assert "warning" not in text, text


@pytest.mark.any_arch
def test_boot_stops_in_mains_own_file(arch):
    """Its first instructions may be those of an inlined function of a header."""
    done = support_gdb("--boot", threads(arch).path, "-batch", "-ex", "kill")
    assert re.search(r"^(Thread 1 \"main\" hit )?Temporary breakpoint 1, .*main \(\) at apps/threads/main\.c:", done.stdout,
                     re.M), done.stdout


def test_start_is_behind_the_cold_part_of_main():
    """gcc puts what ends in abort() at lower addresses; gdb's block of main begins there."""
    image = build("cxx", "x86_64")
    functions = image.functions()
    assert functions["main.cold"] < functions["main"]
    source = (ROOT / "support" / "gdb_run.py").read_text()  # the rest of it needs a guest
    first_line = source[source.index("def first_line"):source.index("\n\n\nclass")]
    done = subprocess.run([image.target.gdb, "-nx", "-batch", "-iex", "set auto-load off", "-ex",
                           f"python exec({first_line!r}); print(first_line())", image.path],
                          stdout=subprocess.PIPE, text=True, check=True, timeout=RUN_SECONDS)
    assert functions["main"] <= int(done.stdout.strip().removeprefix("*"), 16), done.stdout


@pytest.mark.any_arch
def test_guest_ends_with_gdb(arch):
    """What gdb left running is ended: the pipe has no writer any more."""
    done = support_gdb("--boot", "--args", "spin", debuggee(arch).path, "-batch",
                       "-ex", "detach")
    assert done.returncode == 0 and "detached" in done.stdout, done.stdout


@pytest.mark.any_arch
def test_boot_again(arch):
    """`run` boots the image again: breakpoints stay, and so do the arguments that
    it does not give."""
    done = support_gdb("--boot", "--args", "loop 3", debuggee(arch).path, "-batch",
                       "-ex", "break debuggee_scale", "-ex", "continue", "-ex", "run",
                       "-ex", "run stepped 4",
                       "-ex", "continue", "-ex", "start", "-ex", "print argv[2][0]",
                       "-ex", "kill")
    text = done.stdout
    assert text.count("hit Breakpoint 2, debuggee_scale") + \
        text.count("\nBreakpoint 2, debuggee_scale") == 3, text
    assert text.count("scene loop\n") == 2 and text.count("scene stepped\n") == 1, text
    assert "exited normally]" in text and "$1 = 52 '4'" in text, text


def test_guest_does_not_boot():
    done = support_gdb("--boot", "--run", "--machine none", threads(ARCHS[0]).path)
    assert done.returncode == 125 and "do not boot on machine 'none'" in done.stdout
    assert "the guest did not start" in done.stdout, done.stdout


# --- make -------------------------------------------------------------------------

def words_of(image):
    return [f"APP={app_folder(image.app)}",
            f"ARCH={image.arch}", f"O={image.path.parent.parent}",
            f"NEWLIB_DIR={SHARED}/newlib-{image.arch}"]


@pytest.mark.any_arch
def test_make_debug(arch):
    flags = "-batch -ex 'uk threads' -ex 'print 6 * 7'"
    done = make("debug", *words_of(threads(arch)), f"GDB_FLAGS={flags}")
    assert re.search(r"^1 +main +running ", done.stdout, re.M), done.stdout
    assert "$1 = 42" in done.stdout


def test_make_debug_without_a_stub():
    image = build("hello", ARCHS[0])
    done = make("debug", "APP=hello", f"ARCH={ARCHS[0]}", f"O={image.path.parent.parent}",
                f"NEWLIB_DIR={SHARED}/newlib-{ARCHS[0]}", check=False)
    assert done.returncode == 2 and "CONFIG_LIBUKGDB=y" in done.stdout, done.stdout


@pytest.mark.any_arch
def test_come_and_go(arch):
    """make run GDB=: attached at any time, and away, without gdb.wait."""
    image, port = debuggee(arch), free_port()
    env = {k: v for k, v in os.environ.items() if k not in NOT_OURS}
    run = subprocess.Popen(["make", "run", *words_of(image), f"GDB={port}", "ARGS=spin"],
                           cwd=ROOT, env=env, stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                           start_new_session=True)
    try:
        while "scene spin" not in (line := run.stdout.readline()):
            assert line, "the guest ended"
        counters = []
        for _ in range(3):
            done = support_gdb("--connect", str(port), image.path, "-batch", "-ex", "bt",
                               "-ex", "print counter", "-ex", "detach")
            assert "debuggee_spin" in done.stdout and "detached" in done.stdout, done.stdout
            assert "warning" not in done.stdout, done.stdout
            counters.append(int(re.search(r"\$1 = (-?\d+)", done.stdout).group(1)))
        assert len(set(counters)) == 3, counters
        done = support_gdb("--connect", str(port), image.path, "-batch",
                           "-ex", "set var verdict = 3", "-ex", "continue")
        assert "exited with code 03" in done.stdout, done.stdout
        rest = run.communicate(timeout=RUN_SECONDS)[0]
        assert "exit 3" in rest or "Error 3" in rest, rest
    finally:
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGTERM)
            run.wait()


# --- uk … -------------------------------------------------------------------------

@pytest.mark.parametrize("scene", ["uk_threads_scene", "uk_tls_scene"])
def test_threads_and_variables(arch, scene):
    with StubGuest(threads(arch), options=ORDERED) as g:
        g.gdb(scene, more=UK_SCENES)
        done = g.end()
    assert done.status == 0
    if scene == "uk_tls_scene":
        # what gdb set is what the program goes on with
        assert re.search(r"worker2: counter \d+, own 71$", done.text, re.M), done.text
        assert re.search(r"worker0: counter \d+, own 3001$", done.text, re.M), done.text


def symbols(image):
    """(address, size, name) of the image's variables, by readelf, in order."""
    lines = image.tool("readelf", "-sW", image.path).splitlines()
    fields = [line.split() for line in lines]
    return sorted((int(f[1], 16), int(f[2], 0), f[7]) for f in fields
                  if len(f) == 8 and f[3] == "OBJECT")


@pytest.mark.any_arch
def test_events_and_tables(arch):
    image = threads(arch)
    with StubGuest(image) as g:
        text = g.gdb("uk_print", "uk events", "uk tables", "uk tables param", "uk log",
                     "uk log 1", more=UK_SCENES)
        done = g.end()
    parts = dict(part.split("\n", 1) for part in text.split("@@@ ")[1:])

    known = symbols(image)
    bounds = {n: a for a, _, n in known if n.startswith("uk_tab_")}

    def inside(table):
        """The records of a table, as the linker sorted them. Those of each CPU's stacks are one array."""
        start, end = (bounds[f"uk_tab_{table}_{b}"] for b in ("start", "end"))
        records = [(a, size, n) for a, size, n in known if start <= a < end and size]
        one = min((size for _, size, _ in records), default=1)
        return [(a + i * one, n if size == one or table != "stack" else f"{n}[{i}]") for a, size, n in records
                for i in range(size // one if table == "stack" else 1)]

    # the handlers of each event in order
    shown = {}
    for line in parts["uk events"].splitlines():
        if re.fullmatch(r"\w+", line):
            shown[line] = []
        elif line.startswith("    "):
            list(shown.values())[-1].append(line.split()[0])
    assert {"UK_EVENT_CRASH", "UKARCH_TRAP_DEBUG"} <= set(shown)
    for event, handlers in shown.items():
        assert [f"uk_event_handler_{event}_{h}" for h in handlers] == \
            [n for _, n in inside(f"event_{event}")]

    # records, all of them
    listed = {(int(a, 16), n) for a, n in
              re.findall(r"^    (0x[0-9a-f]+) (\S+)$", parts["uk tables"], re.M)}
    records = {r for b in bounds if b.endswith("_start")
               for r in inside(b.removeprefix("uk_tab_").removesuffix("_start"))}
    assert listed == records and len(records) > 20
    assert '"gdb.wait"' in parts["uk tables param"], parts["uk tables param"]

    # the log, as it was printed
    printed = [line for line in done.lines if line.startswith("[ ")]
    kept = [line for line in parts["uk log"].splitlines() if line.startswith("[ ")]
    assert kept and kept == printed[:len(kept)], (kept, printed)
    assert [x for x in parts["uk log 1"].splitlines() if x.startswith("[ ")] == kept[-1:]


@pytest.mark.any_arch
def test_store(arch):
    """By memory alone; values by the guest's own command."""
    image = threads(arch)
    with StubGuest(image) as g:
        text = g.gdb("uk_print", "uk store", "uk store ukin", "uk store -v ukinit/a",
                     "uk store -v uksched/", more=UK_SCENES)
        g.end()
    parts = dict(part.split("\n", 1) for part in text.split("@@@ ")[1:])
    rows = [re.split("  +", line) for line in parts["uk store"].splitlines()[1:] if "/" in line]
    paths = [row[0] for row in rows]

    # static ones as the linker sorted them, by readelf
    known = symbols(image)
    bounds = {n: a for a, _, n in known if n.startswith("uk_tab_store_")}
    entries = [n for a, size, n in known
               if size and bounds["uk_tab_store_start"] <= a < bounds["uk_tab_store_end"]]
    assert len(entries) > 20
    assert [f"uk_store_entry_{p.split('/')[1]}" for p in paths[:len(entries)]] == entries
    assert ["uksched/idle_time", "u64", "counter", "nanoseconds"] in [row[:4] for row in rows]
    assert f"ukconsole/{image.target.console}/out_bytes" in paths[len(entries):]
    assert re.search(r"^ukboot/request_shutdown +u8 +gauge +yes ", parts["uk store"], re.M)
    assert len(parts["uk store ukin"].splitlines()) > 5
    assert "ukconsole" not in parts["uk store ukin"]

    values = parts["uk store -v ukinit/a"]
    assert f"ukinit/application threads\nukinit/architecture {arch}\n" in values, values
    assert re.search(r"^uksched/threads [1-5]$", parts["uk store -v uksched/"], re.M), text


@pytest.mark.any_arch
def test_by_memory_alone(arch):
    """At QEMU's own stub, which knows nothing of the guest."""
    image = threads(arch)
    out, done = run_under_gdb(image, [], options=ORDERED, commands=[
        f"source {ROOT}/support/gdb_commands.py", "tbreak main", "continue", "uk log",
        "uk threads", "uk tls own", "uk store uksched/t", "break work if (long)arg == 4", "continue", "p arg",
        "p counter", "delete", "uk threads", "uk thread worker0", "bt", "frame", "info locals",
        "uk thread worker2", "info registers pc", "next", "uk thread worker0", "stepi", "bt",
        "uk store -v"])
    assert done.status == 0
    kept = [line for line in out[3].splitlines() if line.startswith("[ ")]
    assert kept == [line for line in done.lines if line.startswith("[ ")][:len(kept)]
    assert re.search(r"^1 +main +running .* main \(apps/threads/main\.c", out[4], re.M), out[4]
    assert re.fullmatch(r"own at 0x[0-9a-f]+ = 1000", out[5].splitlines()[0]), out[5]
    assert re.search(r"^uksched/threads +u32 +gauge +threads that", out[6], re.M), out[6]
    assert "The stub gives no values: it is not the image's own" in out[-1], out[-1]
    places = re.findall(r"^\d +worker[01] +(?:sleeping|ready) .* ms +(.*)", out[12], re.M)
    assert len(places) == 2 and len(set(places)) == 1, out[12]
    line = int(re.fullmatch(r"work \(apps/threads/main\.c:(\d+)\)", places[0]).group(1))
    source = (ROOT / "apps/threads/main.c").read_text().splitlines()
    assert "uk_thread_sleep(" in source[line - 1], (line, source[line - 1])
    # that thread's frames, until the one that runs is selected, or goes on
    assert re.search(rf"^#\d+ .*\bwork \(.*\) at .*apps/threads/main\.c:{line}$", out[13],
                     re.M), out[13]
    assert out[14] == out[13] == out[20] and out[15].startswith("#1 "), out[13:21]
    assert out[17].startswith("#0  work (") and "uk_thread_sleep" not in out[17], out[17]
    assert "<work" in out[18] and "lock" in out[19], out[18:20]
    assert out[22].startswith("#0  ") and "uk_thread_sleep" not in out[22], out[22]
