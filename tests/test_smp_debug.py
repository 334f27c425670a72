# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""The crash screen and the stub with several CPUs: tests/apps/smp."""

import json
import os
import re
import subprocess

import crash_report
import pexpect
import pytest

from gdb_guest import StubGuest, play
from http_guest import HttpGuest
from screen import read_screen
from test_lldb import INTERRUPTED, lldb, with_uk
from test_smp import LOG_TEXT
from vitrine import ARCHS, ON_MACHINES, ROOT, RUN_SECONDS, SEVERAL, build

pytestmark = pytest.mark.one_cpu("has several")

CPUS = 3
SCENES = [ROOT / "tests" / "gdb" / "smp_scenes.py"]
STOPS = int(os.environ.get("VITRINE_STOPS", "40"))  # make nightly: 1000
# Eight CPUs take turns on the host's; a stop of all then takes a second where it is busy.
TORTURES = [(3, STOPS), *([(2, STOPS // 4), (4, STOPS), (8, STOPS // 4)] if STOPS > 40 else [])]
THREADS = ("mutex", "semaphore", "condition", "wakes", "create", "detached", "sleep")
CRASHED = 70


def debug(arch, cpus, scene, *args, seconds=0, place=None, options=()):
    """A scene of gdb's, for a time in which a busy host can."""
    with StubGuest(build("smp", arch), "rounds", place=place, options=["--smp", cpus, *options], life=5 * RUN_SECONDS + seconds) as g:
        g.gdb(scene, cpus, *args, more=SCENES, seconds=2 * RUN_SECONDS + seconds)
        done = g.end()
    assert done.status == 0 and "rounds " in done.text, done.text


@pytest.mark.parametrize("scene, args", [
    ("each_hit_is_reported_once", (40,)),
    ("steps_on_each_cpu", ()),
    ("conditions_on_each_cpu", (2000,)),
    ("watch_and_call", ()),
    ("calls_that_crash", ()),
    ("ctrl_c_reaches_each_cpu", ()),
    *(("leaves_at_a_point", (point,)) for point in ("hbreak smp_round", "awatch smp_goal", "break smp_round")),
])
def test_gdb(arch, scene, args):
    debug(arch, CPUS, scene, *args)


# Beside microvm and virt as they are; make test has the one that differs more.
OTHERS = [("x86_64", "q35", ()), ("arm64", "vport", ("--qemu", "-machine gic-version=3"))]


@pytest.mark.parametrize("arch, place, options", [
    one for one in OTHERS if one[0] in ARCHS and (os.environ.get("VITRINE_ALL") or one[0] == ARCHS[-1])])
def test_other_controllers(arch, place, options):
    debug(arch, CPUS, "ctrl_c_reaches_each_cpu", place=place, options=options)


@pytest.mark.parametrize("cpus, stops", TORTURES)
def test_random_stops(arch, cpus, stops):
    debug(arch, cpus, "random_stops", stops, 1, seconds=stops * cpus // 3)


def under_stops(arch, app, scenes, cpus, stops, functions):
    """The scenes again and again, which a debugger stops at random and at the functions."""
    seconds = 2 * RUN_SECONDS + 5 * stops
    with StubGuest(build(app, arch), *scenes, "again", options=["--smp", cpus], life=seconds + 3 * RUN_SECONDS) as g:
        g.gdb("stops_at_work", stops, 1, functions, more=SCENES, seconds=seconds)
        done = g.end(seconds=2 * RUN_SECONDS)
    assert done.status == 0, done.text
    return done


# A stop takes half a second with two CPUs, and more than two have to share the host's.
@pytest.mark.parametrize("cpus, stops", [(2, 20)] if STOPS <= 40 else [(2, 200), (4, 20)])
def test_random_stops_among_threads(arch, cpus, stops):
    done = under_stops(arch, "smp_threads", THREADS, cpus, stops,
                       ("uk_mutex_lock", "uk_thread_create_attr", "sched_switch", "uk_thread_sleep_until"))
    found = dict(re.findall(r"^(\w+): (\d+) mistakes", done.text, re.M))
    assert found == dict.fromkeys(THREADS, "0"), done.text


@pytest.mark.parametrize("cpus, stops", [(2, 20)] if STOPS <= 40 else [(2, 700), (4, 60)])
def test_random_stops_at_work(arch, cpus, stops):
    """Of timers, the heap, the log, shootdowns and locks: no mistake, and each line of the log is whole."""
    done = under_stops(arch, "smp", ("timers", "heap", "log", "tlb", "lock"), cpus, stops,
                       ("everywhere", "smp_this_cpu", "uk_timer_start", "ukplat_lcpu_run"))
    assert {line.split(":")[0] for line in done.lines if ": " in line} >= {"timers", "heap", "tlb"}, done.text
    assert all(LOG_TEXT.fullmatch(line) for line in done.text.splitlines() if "INFO: log:" in line), done.text


def test_lldb(arch):
    """A thread for each CPU; one of those that are at a breakpoint has the condition, a step moves one, and all go on.
    lldb selects the first."""
    with StubGuest(build("smp", arch), "rounds", options=["--smp", CPUS]) as g:
        said = lldb(g, "breakpoint set --name smp_round --condition 'cpu == 2'", "continue", "thread list", "thread select 3",
                    "frame variable cpu", "thread step-inst", "frame variable cpu", "breakpoint delete --force", "expression smp_goal = 1000",
                    "process continue")
        done = g.end()
    assert len(re.findall(r"^[ *] thread #\d+", said[2], re.M)) == CPUS, said
    # what it says of a stop may come with the next answer
    assert "stop reason = breakpoint 1.1" in said[1] + said[2] and "stop reason = instruction step" in said[5] + said[6], said
    assert "cpu = 2\n" in said[4] and "cpu = 2\n" in said[6], said
    assert done.status == 0 and "rounds " in done.text, done.text


def test_lldb_in_loops_with_interrupts_off(arch):
    """An interrupt stops each CPU in its loop; a watchpoint stops the one that writes; all go on."""
    with StubGuest(build("smp", arch), "rounds", options=["--smp", CPUS]) as g:
        said = with_uk(g, "breakpoint set --name smp_round --condition 'cpu == 2 && smp_rounds[2] > 10 && smp_rounds[1] > 10'",
                       "continue", "breakpoint delete --force", "print smp_rounds[2]", *INTERRUPTED,
                       "uk cpus", "thread list", "print smp_rounds[2]",
                       "watchpoint set expression -w write -s 8 -- &smp_rounds[1]", "continue", "print smp_rounds[1]",
                       "continue", "print smp_rounds[1]", "thread list", "watchpoint delete --force",
                       "expression smp_goal = 1000", "continue")
        done = g.end()
    assert re.findall(r"^(\d) +none +\d+ +(?:rounds|smp_round|scene_rounds) \(", said, re.M) == [str(cpu) for cpu in range(CPUS)], said
    before, after, hit, again = (int(value) for value in re.findall(r"^\(.*\) \$\d+ = (\d+)$", said, re.M)[:4])
    assert after >= before and again == hit + 1, said
    first, second = (part.split("(lldb) ")[0] for part in said.split("(lldb) thread list\n")[1:])
    assert len(re.findall(r"^[ *] thread #\d+", first, re.M)) == CPUS, said
    assert re.search(r"^\* thread #2: .* stop reason = watchpoint 1", second, re.M), said
    assert done.status == 0 and "rounds " in done.text, done.text


@pytest.mark.any_arch
def test_core_without_threads(arch, tmp_path):
    """A core file has each CPU, as gdb sees it in the guest."""
    image, core, notes = build("smp", arch), tmp_path / "core", tmp_path / "notes"
    with StubGuest(image, "rounds", place="vport", options=["--smp", CPUS, "--core", core]) as g:
        g.gdb("all_cpus_stop", CPUS, str(notes), more=SCENES)
        assert g.end().status == 0
    assert len(json.loads(notes.read_text())) == CPUS
    play(image, "", "same_in_the_core", str(core), str(notes), more=SCENES)


def test_core_with_threads(arch, tmp_path):
    """Each thread is listed, with its CPU if it has one, and is in the core file and on the screen once."""
    image, core, notes = build("smp_threads", arch), tmp_path / "core", tmp_path / "notes"
    with StubGuest(image, "crash", place="vport", options=["--smp", CPUS, "--core", core]) as g:
        g.gdb("threads_and_a_crash", str(notes), more=SCENES)
        done = g.end()
    assert done.status == CRASHED
    play(image, "", "same_in_the_core", str(core), str(notes), more=SCENES)
    said, missing = crash_report.gdb_says(str(tmp_path / "core.2"))
    assert not missing
    on = {t["name"]: (t["state"], t["cpu"], t["crashed"]) for t in said["threads"]}
    assert on == {"main": ("running", 0, True), "computes": ("running", 1, False), "waits": ("waiting", None, False),
                  "idle 0": ("idle", None, False), "idle 1": ("idle", None, False), "idle 2": ("idle", 2, False)}, on
    ids = {t["name"]: t["id"] for t in said["threads"]}
    assert [(c["state"], c["thread"]) for c in said["cpus"]] == [
        ("crashed", ids["main"]), ("stopped", ids["computes"]), ("stopped", ids["idle 2"])]
    screen = read_screen(done)
    assert done.text.count("] computes_for_ever+") == 1 and not screen.threads[ids["computes"]].trace
    [(title, lines)] = [(t, s) for t, s in screen.sections.items() if t.startswith(f"CPU 1, thread {ids['computes']}, ")]
    at = next(line for line in lines if re.match(r" *\[", line) and not line.endswith(" inlined"))
    # What the debugger's stop held back may have interrupted it since.
    assert title.endswith(", computes, interrupts on") == (" computes_for_ever+" in at), done.text
    check_places(image, tmp_path / "core.2", " computes_for_ever+" in at)


def check_places(image, core, computes):
    """Threads in inlined functions; of the CPU's only if nothing interrupted it there. Its loop is the application's, or
    the library's in that."""
    source = (ROOT / "tests/apps/smp_threads/cpus.c").read_text().split("\n")
    loop, call = (source.index(f"\t{text}") + 1 for text in ("while (computing)", "uk_semaphore_down(&never);"))
    app = r"tests/apps/smp_threads/cpus\.c"
    for words in ([image.path, core, "-batch", "-ex", "uk threads", "-ex", "uk cpus"],
                  ["--lldb", image.path, core, "--batch", "-o", "uk threads", "-o", "uk cpus"]):
        text = subprocess.run([ROOT / "support/gdb", *words], check=True, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL).stdout
        assert len(re.findall(rf"  waits_within \({app}:{call}\) in waits$", text, re.M)) == 1, text
        loops = re.findall(rf"  (?:computes_within \({app}:(?:{loop}|{loop + 1})\)|ukarch_cpu_relax "
                           rf"\(arch/{image.arch}/include/arch/lcpu\.h:\d+\)) in computes_for_ever$", text, re.M)
        assert len(loops) == 2 * computes, text


@pytest.mark.any_arch
def test_a_scrape_stops_no_cpu(arch, tmp_path):
    """A debugger of QEMU's stands where one CPU stops the others: a dump comes there, scrapes do not."""
    image, place = build("tests/apps/http", arch, config=SEVERAL), tmp_path / "gdb"
    options = ["--smp", CPUS, "--core", tmp_path / "core", "-p", "http.token=letmein", "--qemu", f"-gdb unix:{place},server=on,wait=off"]
    commands = [f"target remote {place}", "hbreak uk_lcpu_stop_others", "echo goes on\\n", "continue", "backtrace", "detach"]
    with HttpGuest(image, next(m for a, m in ON_MACHINES if a == arch), 3, options=options) as g:
        g.wait_for("ready")
        words = ["-nx", "-batch", "-iex", "set style enabled off", *(word for c in commands for word in ("-ex", c)), str(image.path)]
        gdb = pexpect.spawn(image.target.gdb, words, timeout=RUN_SECONDS, encoding="utf-8", dimensions=(24, 1000))
        gdb.expect_exact("goes on")
        assert all('cpu="2"' in g.get("/metrics") for _ in range(20))
        assert g.ask("/core", "POST", Authorization="Bearer letmein")[0] == 200
        gdb.expect(pexpect.EOF)
    assert "uk_lcpu_stop_others (" in gdb.before and "in post_core (" in gdb.before, gdb.before


def test_a_call_that_changes_the_cpu(arch):
    with StubGuest(build("smp_threads", arch), "hop", place="vport", options=["--smp", 2]) as g:
        g.gdb("a_call_that_changes_the_cpu", more=SCENES)
        assert g.end().status == 0


def test_calls_in_a_thread_that_wakes(arch):
    with StubGuest(build("smp_threads", arch), "naps", place="vport", options=["--smp", 2]) as g:
        turns = 20 if STOPS <= 40 else 60
        g.gdb("calls_in_a_thread_that_wakes", turns, more=SCENES, seconds=RUN_SECONDS + 3 * turns)
        assert g.end().status == 0


def test_report_at_the_time_limit(arch):
    """Each CPU is in an endless loop with interrupts off."""
    result = build("smp", arch).run("rounds", options=["--smp", "4", "--timeout", "2"])
    assert result.status == 124, result.text
    sections = re.split(r"^CPU (\d): no thread, interrupts off$", result.text, flags=re.M)[1:]
    assert sections[::2] == ["0", "1", "2", "3"], result.text
    assert all(re.search(r"^#[01] +(0x\w+ in )?rounds \(.*tests/apps/smp/main\.c:\d+$", trace, re.M) for trace in sections[1::2]), result.text


# The controller's way to stop a CPU is another on each.
CONTROLLERS = [(arch, gic) for arch, gic in (("x86_64", ""), ("arm64", ""), ("arm64", "-machine gic-version=3"))
               if arch in ARCHS]


@pytest.mark.parametrize("arch, gic", CONTROLLERS)
def test_crash(arch, gic, tmp_path):
    """The screen and the report show each CPU in its endless loop with interrupts off."""
    options = ["--smp", "4", "--on-crash", tmp_path, *(["--qemu", gic] if gic else [])]
    done = build("smp", arch).run("crash", options=options)
    assert done.status == CRASHED
    assert "CPU: 0; stopped: 1 2 3" in done.text, done.text
    for cpu in range(1, 4):
        section = done.text.split(f"CPU {cpu}, interrupts off:")[1].split("CPU ")[0]
        assert "] spin+" in section and "] on_ipi+" in section, section
    check_report(tmp_path, done.text)


def check_report(folder, text):
    """The registers are those of the screen; the frames are with the thread."""
    report = json.loads(next(folder.glob("*/report.json")).read_text())
    assert report["missing"] == {} and [c["state"] for c in report["cpus"]] == ["crashed", *["stopped"] * 3]
    for cpu in report["cpus"][1:]:
        shown = re.search(rf"CPU {cpu['id']}, interrupts off:.*?\b(?:rip|pc): (\w+)", text, re.S | re.I)[1]
        assert int(cpu["registers"].get("rip", cpu["registers"].get("pc")), 16) == int(shown, 16), (cpu, shown)
        thread = next(t for t in report["threads"] if t["id"] == cpu["thread"])
        assert thread["cpu"] == cpu["id"] == thread["id"] - 1
        assert {"spin", "on_ipi"} <= {f["function"] for f in thread["frames"]}
    listed = subprocess.run([ROOT / "support" / "crashes", folder, report["fingerprint"]], text=True,
                            stdout=subprocess.PIPE, check=True).stdout
    assert "CPU: 0; stopped: 1 2 3\n" in listed and "Thread 3 on CPU 2:\n" in listed, listed


@pytest.mark.any_arch
def test_a_signal_ends_it_while_the_debugger_leaves(arch):
    """Its line interrupts the CPU that prints the screen: the others stand all the same."""
    with StubGuest(build("smp", arch), "rounds", options=["--smp", CPUS]) as g:
        g.gdb("ends_by_a_signal", more=SCENES)
        done = g.end()
    assert done.status == CRASHED
    assert any(re.fullmatch(r"CPU: 0; stopped: 1 2", line) for line in done.log("CRIT")), done.text



def test_crash_together(arch):
    """Of CPUs that crash at once one has the screen; the others are in it."""
    done = build("smp", arch).run("crash_together", options=["--smp", "4"])
    assert done.status == CRASHED
    assert done.text.count("Vitrine crash") == 1 and "crash while handling" not in done.text, done.text
    first = int(re.search(r"CPU: (\d); stopped: [\d ]+$", done.text, re.M)[1])
    for cpu in set(range(4)) - {first}:
        section = re.search(rf"CPU {cpu}, crashed as well: crash, interrupts off:(.*?)(?=CPU \d|$)", done.text, re.S)
        assert section and "] crash_together+" in section[1], done.text
