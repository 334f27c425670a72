# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""A core file from gdb, and a gdb at the core file; read behind scenes.py."""

import json
import re

import gdb

# pylint: disable=undefined-variable

PRINTED = ("counter", "lock", "beats", "uksched.first.pub.cpu_time", "(unsigned long)uksched.first.pub.stack.top")


def registers_of_thread(names):
    """Flags and vectors as a number: for Linux gdb names more parts of them."""
    frame = gdb.newest_frame()
    seen = {n: frame.read_register(n) for n in names}
    return {n: str(int(v) if n == "cpsr" else v["uint128"] if n.startswith("xmm")
                   else v["u"] if n.startswith("q") else v) for n, v in seen.items()}


def commands():
    """What the project's commands print. The log grows with the dump itself."""
    return {name: run(f"uk {name}") for name in
            ("threads", "tls own worker0", "tls own main", "events", "tables console", "store")} | \
        {"log": run("uk log").splitlines()[:3]}


def portrait():
    """What there is to see of the program."""
    general, vector = (
        ([*(f"x{i}" for i in range(31)), "sp", "pc", "cpsr", "tpidr"], "q") if is_arm() else
        ([*(f"r{x}" for x in ("ax", "bx", "cx", "dx", "si", "di", "bp", "sp", "ip",
                              *range(8, 16))),
          "eflags", "cs", "ss", "ds", "es", "fs", "gs", "fs_base", "gs_base"], "xmm"))
    vectors = [f"{vector}{i}" for i in range(16)]
    selected = gdb.selected_thread()
    seen = {"vectors": registers_of_thread(vectors), "threads": {}}
    for thread in gdb.selected_inferior().threads():
        thread.switch()
        seen["threads"][str(thread.ptid[1])] = {
            "frames": [[f.name(), f.pc(), str(f.find_sal())] for f in frames()],
            "registers": registers_of_thread(general),
        }
    selected.switch()
    seen["selected"] = selected.ptid[1]
    seen["disassembly"] = run("x/8i $pc")
    gdb.selected_frame().older().select()
    for name in PRINTED:
        seen[name] = str(value(name))
    gdb.newest_frame().select()
    seen["local"] = [str(value("i")), str(value("arg"))]
    seen["own"] = str(value("$uk_tls(\"own\")"))
    seen["commands"] = commands()
    return seen


def check_times():
    """The guest's own command counts the present slice of the running thread, too."""
    own = {int(m[0]): int(m[1]) * 10**6 + int(m[2]) for m in
           re.findall(r"^ *(\d+) .*? (\d+)\.(\d{6}) s ", run("monitor threads"), re.M)}
    seen = {int(m[0]): round(float(m[1]) * 1000) for m in re.findall(r"^(\d+) .* (\d+\.\d{3}) ms", run("uk threads"), re.M)}
    assert own and own.keys() == seen.keys() and all(abs(own[i] - seen[i]) <= 1 for i in own), (own, seen)


@scene
def save_core(core, notes):
    """Five threads: one runs, two sleep or are ready, one waits, one has not begun."""
    to_main()
    run("break work")
    for _ in range(3):
        assert "points" in go()
    run("next")
    run("next")
    seen = portrait()
    check_times()
    assert {t["frames"][0][0] for t in seen["threads"].values()} > {"work", "sched_switch"}
    with open(notes, "w", encoding="utf-8") as f:
        json.dump(seen, f)
    maps = run("info proc mappings")
    # the map is of the right place, and of the right kind
    assert number("$pc") in ranges(maps, "r-xp") and number("$sp") in ranges(maps, "rw-p"), maps
    assert re.search(rf"AT_ENTRY .*{entry_point():#x}$", run("info auxv"), re.M)
    run(f"generate-core-file {core}")
    assert "core file written" in run("monitor dump")
    assert portrait() == seen
    run("delete")
    exits()


class Ranges(list):
    def __contains__(self, address):
        return any(start <= address < end for start, end in self)


def ranges(maps, prot):
    return Ranges((int(a, 16), int(b, 16)) for a, b, p in
                  re.findall(r"^ +(0x\w+) +(0x\w+) +0x\w+ +0x0 +(\S+)", maps, re.M) if p == prot)


def entry_point():
    return int(re.search(r"Entry point: (0x\w+)", run("info files")).group(1), 16)


@scene
def open_core(core, notes):
    run("set pagination off")
    run("set width 0")
    run("set backtrace past-main on")
    run(f"core-file {core}")
    with open(notes, encoding="utf-8") as f:
        expected = json.load(f)
    seen = json.loads(json.dumps(portrait()))
    differences(seen, expected, "")
    print(f"threads {len(seen['threads'])}")


def differences(seen, expected, what):
    if isinstance(expected, dict):
        assert seen.keys() == expected.keys(), f"{what}: {seen.keys()}, not {expected.keys()}"
        for name, there in expected.items():
            differences(seen[name], there, f"{what} {name}")
    else:
        assert seen == expected, f"{what}: {seen}, not {expected}"


@scene
def where_a_fault_was():
    to_main()
    run("set $pc = 0x66660000")
    assert go() == {"signal": "SIGSEGV"}
    assert number("$_siginfo.si_signo") == 11
    assert number("$_siginfo._sifields._sigfault.si_addr") == 0x66660000
    run("kill")


# --- tests/apps/workers -----------------------------------------------------------

@scene
def dump_vectors():
    """Two threads hold different values in every vector register; read behind
    worker_scenes.py."""
    to_main()
    run("break workers_mix")
    assert "points" in go()
    assert "core file written" in run("monitor dump")
    run("delete")
    exits()


@scene
def open_vectors(core):
    run(f"core-file {core}")
    held = [t for t in gdb.selected_inferior().threads() if t.switch() or function() == "workers_hold"]
    assert len(held) == 2
    for worker, thread in enumerate(sorted(held, key=lambda t: t.ptid[1])):
        thread.switch()
        assert vectors() == given(worker), worker


def crowd(numbers):
    """Threads with their frames, registers, stacks and variables."""
    seen = {}
    general = ([*(f"x{i}" for i in range(19, 31)), "sp", "pc", "tpidr"] if is_arm() else
               ["rbx", "rbp", "rsp", "rip", "r12", "r13", "r14", "r15", "fs_base"])
    stack = 256
    for thread in (t for t in gdb.selected_inferior().threads() if t.ptid[1] in numbers):
        thread.switch()
        at = int(gdb.newest_frame().read_register("sp"))
        seen[str(thread.ptid[1])] = [
            [[f.name(), f.pc(), str(f.find_sal())] for f in frames()], registers_of_thread(general),
            bytes(gdb.selected_inferior().read_memory(at, stack)).hex(),
            str(value(f"$uk_tls(\"own\", {thread.ptid[1]})"))]
    return seen


@scene
def crowd_crashes(count, notes):
    to_main()
    assert go() == {"signal": "SIGSEGV"}
    seen = crowd({t.ptid[1] for t in gdb.selected_inferior().threads() if not t.name.startswith("idle ")})
    assert len(seen) == count
    with open(notes, "w", encoding="utf-8") as f:
        json.dump(seen, f)
    assert go() == {"exit": None}


@scene
def open_crowd(core, notes):
    run("set backtrace past-main on")
    assert "SIGSEGV" in run(f"core-file {core}") and number("$_siginfo.si_signo") == 11
    with open(notes, encoding="utf-8") as f:
        noted = json.load(f)
    differences(json.loads(json.dumps(crowd(set(map(int, noted))))), noted, "")


@scene
def damage(what):
    """What the writer reads is damaged when the crash path comes to it."""
    to_main()
    assert go() == {"signal": "SIGSEGV"}
    run(f"set variable {what}")
    assert go() == {"exit": None}
