# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Tracepoints, run by gdb; read behind scenes.py. What frames show is compared
with what breakpoints show in the same program, at the same hits."""

import random
import tempfile
import time

# pylint: disable=undefined-variable, import-error


def actions(point, *lines):
    """gdb reads them from a script only."""
    with tempfile.NamedTemporaryFile("w", suffix=".gdb") as file:
        file.write("\n".join([f"actions {point}", *lines, "end", ""]))
        file.flush()
        run(f"source {file.name}")


def stack():
    return "$sp" if is_arm() else "$rsp"


def registers():
    """{name: value} of those that a frame has: no system registers."""
    arch = gdb.selected_frame().architecture()
    names = [r.name for r in arch.registers() if re.fullmatch(
        r"[re][a-z]{2}|r\d+|eflags|[cdefgs]s|mxcsr|[xvd]\d+|sp|pc|cpsr|fp[sc]r", r.name)]
    if not is_arm():
        names += [f"xmm{i}" for i in range(16)]
    assert len(names) > 36, names
    return {name: value("$" + name).format_string(format="x") for name in names}


def shown(expressions):
    return [value(e).format_string() for e in expressions]


def tfind(what=""):
    """The number of the frame found; -1: there is none."""
    found = re.search(r"Found trace frame (\d+)", run(f"tfind {what}".strip()))
    assert not found or number("$trace_frame") == int(found[1])
    return int(found[1]) if found else -1


def sweep(*expressions):
    """What all frames have, one tuple a frame."""
    out = []
    at = tfind("start")
    while at >= 0:
        out.append(tuple(number(e) for e in expressions))
        at = tfind()
    return out


def run_to(n):
    """The loop's round n."""
    run(f"tbreak debuggee_add if a == {n}")
    go()
    assert number("a") == n


def trace(n, actions_of, where="debuggee_add"):
    """Tracepoint n alone."""
    run("delete tracepoints")
    run(f"trace {where}")
    actions("$tpnum", *actions_of)
    run("tstart")
    run_to(n)
    return number("$tpnum")


@scene
def frames(hits, folder, commands):
    """A frame shows what a breakpoint at its place has shown: registers,
    memory, variables, the call trace; tdump and tsave are made of it."""
    to_main()
    run("trace debuggee_add")
    actions(2, f"collect $regs, $args, counter, list, *(unsigned char *){stack()}@64",
            "collect/s list.name")
    run("break debuggee_add")
    run("tstart")
    what = ["a", "b", "counter", "list", f"*(unsigned char *){stack()}@64"]
    seen = []
    for _ in range(hits):
        assert go()["points"] == [3], last
        seen.append((registers(), shown(what), run("bt 1")))
    run("tstop")
    assert f"Collected {hits} trace frames" in run("tstatus")
    run("delete 3")
    for i, (regs, texts, trace_of_calls) in enumerate(seen):
        assert tfind(i) == i
        now = registers()
        for name in regs:
            assert regs[name] == now[name], (i, name, regs[name], now[name])
        assert shown(what) == texts and run("bt 1") == trace_of_calls
        assert value("list.name").string() == "head"
        dump = run("tdump")
        assert f"a = {number('a')}\n" in dump and "counter = " in dump, dump
        assert "<unavailable>" in str(value("origin.x"))
    fails("set var counter = 7", "annot")
    fails("set var $sp = 7", "annot|ould not")
    pc = number("$pc")
    assert tfind("start") == 0 and tfind() == 1 and tfind("-") == 0
    assert tfind("tracepoint 2") == 1 and tfind(f"pc {pc}") == 2
    assert tfind(f"range {pc},{pc + 1}") == 3 and tfind("start") == 0
    assert tfind(f"outside {pc},{pc}") == -1 and tfind("end") == -1
    run(f"source {commands}")
    assert tfind("start") == 0 and run("bt 1") == seen[0][2]  # which wants no more registers
    assert tfind("end") == -1
    run(f"tsave {folder}/frames")
    run(f"tsave -ctf {folder}/ctf")
    exits()
    run(f"target tfile {folder}/frames")
    for i, (regs, texts, _) in enumerate(seen):
        assert tfind(i) == i and shown(what) == texts
        assert registers()["sp" if is_arm() else "rsp"] == regs["sp" if is_arm() else "rsp"]


@scene
def experiments():
    """What gdb has for tracepoints, one after another in a loop."""
    to_main()
    # a condition, a variable of the target, text, the time
    run("tvariable $sum = 5")
    run("delete tracepoints")
    run("trace debuggee_add if a % 2 == 1 && a < 10")
    actions(2, "teval $sum = $sum + a", "collect $sum, a, $trace_timestamp")
    run("tstart")
    run_to(12)
    run("tstop")
    run("tstatus")
    assert "already hit 5 times" in run("info tracepoints")
    seen = sweep("a", "$sum", "$trace_timestamp")
    assert [s[:2] for s in seen] == [(1, 6), (3, 9), (5, 14), (7, 21), (9, 30)], seen
    times = [s[2] for s in seen]
    assert times == sorted(set(times)), times
    assert re.search(r"\$sum +5 +30", run("info tvariables"))

    # a pass count ends it, and the program goes on
    run("delete tracepoints")
    run("trace debuggee_add")
    run("passcount 3")
    actions("$tpnum", "collect a")
    run("tstart")
    run_to(20)
    assert re.search(r"stopped by tracepoint \d+\.", run("tstatus"))
    assert sweep("a") == [(13,), (14,), (15,)]

    # steps, against the debugger's own
    run_to(21)
    trail_of_gdb = trail(10)
    point = trace(24, ["collect $regs", "while-stepping 10", "collect $regs", "end"])
    run("tstop")
    pcs = [pc for pc, in sweep("(long) $pc")]
    assert pcs[1:11] == trail_of_gdb and len(pcs) == 2 * 11 + 1, (pcs, trail_of_gdb)

    # switched while it runs; one that is added then
    point = trace(26, ["collect a"])
    run(f"disable {point}")
    run_to(28)
    run(f"enable {point}")
    run("ftrace debuggee_add")
    actions("$tpnum", "collect b")
    run_to(30)
    run("tstop")
    assert len(sweep("$tracepoint")) == 6, run("tstatus")

    # what cannot be read
    trace(33, ["collect *(int *)16"])
    assert re.search(r"stopped by an error \(memory refused at 0x10, tracepoint \d+\)",
                     run("tstatus"))
    assert sweep("a") == []

    # a full buffer, and one that keeps the last
    run("set trace-buffer-size 4096")
    trace(45, ["collect $regs, a"])
    assert "stopped because the buffer was full" in run("tstatus")
    full = sweep("a")
    assert 4 <= len(full) < 8 and full[0] == (34,), full
    run("set circular-trace-buffer on")
    trace(60, ["collect $regs, a"])
    run("tstop")
    assert sweep("a") == [(61 - len(full) + i,) for i in range(len(full))]
    run("delete")
    exits()


def trace_the_spin():
    attach()
    run("tbreak debuggee_spin")
    go()
    text = run("disassemble")
    run("set circular-trace-buffer on")
    run("set trace-buffer-size 4000")
    for place in re.findall(r"^(?:=>)? +(0x[0-9a-f]+) <", text, re.M)[1:-1]:
        run(f"trace *{place}")
        actions("$tpnum", "collect counter")
    run("tstart")


@scene
def leave_it_running(disconnected):
    """gdb goes while an experiment runs."""
    trace_the_spin()
    run(f"set disconnected-tracing {disconnected}")
    run("detach")


@scene
def stops_between_a_hit_and_its_instruction():
    """Ctrl-C comes while a hit is served: the next run goes on behind it, and collects nothing twice."""
    trace_the_spin()
    dice = random.Random(1)
    for _ in range(200):
        assert interrupted(dice.random() / 1000) == {"signal": "SIGINT"}
    run("tstop")
    seen = {}
    at = tfind("start")
    while at >= 0:
        seen.setdefault(number("$tracepoint"), []).append(number("counter"))
        at = tfind()
    assert sum(map(len, seen.values())) > 20, seen
    for counts in seen.values():
        assert counts == sorted(set(counts)), seen
    run("set var verdict = 1")
    exits(1)


@scene
def come_back(runs):
    """Another gdb has the tracepoints and the frames."""
    text = attach()
    for _ in range(600 if runs else 0):  # a host with a load may not have run it yet
        if number("counter") > 20:
            break
        run("set disconnected-tracing on")
        run("detach")
        time.sleep(0.05)
        text = attach()
    assert len(re.findall(r"^\d+ +tracepoint +keep y", run("info tracepoints"), re.M)) >= 3, text
    assert "collect counter" in run("info tracepoints")
    text = run("tstatus")
    assert ("Trace is running" in text) == runs, text
    assert runs or "because of disconnection" in text, text
    run("tstop" if runs else "tstatus")
    counts = [count for count, in sweep("counter")]
    assert sorted(counts) == counts, counts
    assert not runs or len(set(counts)) > 10, counts
    run("set var verdict = 1")
    exits(1)


@scene
def tracepoints_on_each_cpu(cpus):
    """No hit of any CPU is lost, nor counted twice; steps go on beside others'."""
    at_rounds(cpus)
    run("trace smp_round")
    actions("$tpnum", "collect cpu, smp_rounds", "while-stepping 2", "collect cpu", "end")
    run("set circular-trace-buffer on")  # the host may run one CPU long before the other
    run("tstart")
    run("break smp_round if " + " && ".join(f"smp_rounds[{cpu}] >= {n + 15}" for cpu, n in enumerate(rounds(cpus))))
    assert "points" in go()
    run("tstop")
    run("delete breakpoints")
    hits = {}
    at = tfind("start")
    while at >= 0:
        cpu = number("cpu") if number("$pc == smp_round") else -1
        if cpu >= 0:
            hits.setdefault(cpu, []).append(number(f"smp_rounds[{cpu}]"))
        at = tfind()
    print(hits)
    assert len(hits) == cpus, hits
    for counts in hits.values():
        assert counts == list(range(counts[0], counts[0] + len(counts))), hits
    run("set smp_goal = 1000")
    exits()
