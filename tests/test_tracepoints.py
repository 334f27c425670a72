# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""lib/uktrace in images: the code of tracepoints compared with binutils' view, their
cost, switches while CPUs run, and what the crash screen lists. Fields and the ring are
tested in the guest (lib/uktrace/tests), what host tools read in test_trace.py."""

import re
import struct
import sys

import pytest
from vitrine import ARCHS, ONE_COMPILER, ORDERED, ROOT, SEVERAL, WITH_GCC, build

sys.path.insert(0, str(ROOT / "support"))
import elf  # noqa: E402  pylint: disable=wrong-import-position

TRACE = ("CONFIG_LIBUKTRACE=y",)
COMMANDS = (*TRACE, "CONFIG_LIBUKALLOC=y", "CONFIG_LIBUKSCHED=y")
CHANGES = (*TRACE, "CONFIG_LIBUKCMD=y", "CONFIG_LIBUKSHELL=y", "CONFIG_LIBUKSHELL_CHANGES=y", *SEVERAL)
ACTS = ("heap_alloc", "heap_resize", "heap_free", "page_map", "page_unmap", "mutex_lock", "mutex_unlock", "thread_create", "thread_exit",
        "sched_ready", "sched_wait", "timer_start", "timer_fire", "irq_enter", "irq_leave")
EVENT = re.compile(r"^\[ *(\d+)\.(\d{9})\] cpu (\d+) thread (\d+) (\w+) ?(.*)$", re.M)
NOP = {"x86_64": "nopl   0x0(%rax,%rax,1)", "arm64": "nop"}


def commands(arch, *lines, params=(), cc="gcc", config=COMMANDS, options=ORDERED):
    return build("cmd", arch, cc, config=config).run(
        stdin="".join(f"{line}\n" for line in lines) + "\x04",
        options=[*(word for p in params for word in ("-p", p)), *options])


def sites(image):
    """[(nop, target, tracepoint's record)] as the image has them."""
    at = {name: address for address, _, name in image.symbols()}
    start, end = at["uk_tab_trace_site_start"], at["uk_tab_trace_site_end"]
    file = elf.Elf(image.path)
    segment = next(s for s in file.segments if s.type == elf.PT_LOAD and s.vaddr <= start < s.vaddr + s.filesz)
    offset = segment.offset + start - segment.vaddr
    return list(struct.iter_unpack("<QQQ", file.data[offset:offset + end - start]))


@pytest.mark.parametrize("arch, cc", WITH_GCC)
def test_off_is_a_nop(arch, cc):
    """What objdump sees at each site; x86_64's lie in one word of eight bytes."""
    image = build("cmd", arch, cc, config=COMMANDS)
    found = sites(image)
    names = {name for _, _, name in image.symbols()}
    code = dict(re.findall(r"^ *([0-9a-f]+):\t(?:[0-9a-f]{2} )*(?:[0-9a-f]{8} )?[ \t]*(\S.*?)[ \t]*$",
                           image.tool("objdump", "-d", image.path), re.M))
    assert len(found) > 20 and {"_uk_tracepoint_trace_sched_switch", "uk_trace_begin"} <= names
    for nop, target, _ in found:
        assert code[f"{nop:x}"] == NOP[arch], f"{nop:#x}: {code.get(f'{nop:x}')}"
        assert f"{target:x}" in code and target != nop
        assert arch == "arm64" or nop % 8 <= 3


def test_nothing_without_the_library():
    """An image that does not select it has no byte of it."""
    for arch in ARCHS:
        image = build("threads", arch)
        assert not [name for _, _, name in image.symbols() if "uk_trace" in name or "_uk_tracepoint" in name]


@pytest.mark.parametrize("arch, cc", ONE_COMPILER)
def test_cost(arch, cc):
    """Instructions of an event with three arguments, time and thread included."""
    result = build("bench", arch, cc, config=(*TRACE, "CONFIG_LIBUKSCHED=y")).run(options=["--icount", *ORDERED])
    cost = {name: int(value) for name, value in re.findall(r"^bench (tracepoint_\w+) (-?\d+)$", result.text, re.M)}
    assert 20 < cost["tracepoint_on"] - cost["tracepoint_off"] <= 80, cost


@pytest.mark.any_arch
def test_commands(arch):
    result = commands(arch, "tracepoints", "tracepoints on heap_*,log", "mem", "tracepoints off heap_*", "tracepoints off heap_*,log",
                      "tracepoints on log*,no_such",
                      "tracepoints off", "tracepoints last", "tracepoints clear", "tracepoints last")
    text = result.text
    assert re.search(r"^ +heap_alloc +%lu bytes", text, re.M) and not re.search(r"^on ", text, re.M), text
    assert re.search(r"^4 on\n= 0$", text, re.M) and re.search(r"^3 off\n= 0$", text, re.M), text
    assert "4 off, 3 of them already\n= 0" in text, text
    assert "\nno_such: no tracepoint has such a name" in text and "usage: tracepoints" in text


@pytest.mark.any_arch
@pytest.mark.parametrize("checks", [(), ("CONFIG_LIBUKALLOC_CHECKS=y",)], ids=["plain", "checks"])
def test_on_from_the_start(arch, checks):
    """By a parameter; times do not go backwards on a CPU; the caller of an allocation is code."""
    config = (*COMMANDS, *checks)
    result = commands(arch, "symbol main", "tracepoints last", params=["trace.on=*"], config=config)
    events = EVENT.findall(result.text)
    # not those of showing them
    assert {"heap_alloc", "mutex_lock", "console_out"} <= {e[4] for e in events} and 10 < len(events) < 1000
    by_cpu = {}
    for seconds, ns, cpu, *_ in events:
        by_cpu.setdefault(cpu, []).append((int(seconds), int(ns)))
    assert all(times == sorted(times) for times in by_cpu.values())
    image = build("cmd", arch, config=config)
    callers = {int(a, 16) for *_, name, words in events if name == "heap_alloc" for a in re.findall(r"caller=(\w+)", words)}
    assert callers and all(lines[-1][0] for lines in image.addr2line_all(sorted(callers)))


@pytest.mark.any_arch
def test_events_of_known_acts(arch):
    """Of heap, paging, threads, mutexes, timers and interrupts, in their order, with what the program says of them. Under
    --icount a timer of 1 ms comes when its thread waits for it."""
    result = commands(arch, "acts", "tracepoints last 2000", params=["trace.on=" + ",".join(ACTS)], config=(*COMMANDS, "CONFIG_LIBUKPAGING=y"),
                      options=["--icount"])
    wanted = re.findall(r"^want (\w+) (.*)$", result.text, re.M)
    assert {name for name, _ in wanted} == set(ACTS), result.text
    events = iter(EVENT.findall(result.text))
    for name, fields in wanted:
        assert any(its == name and all(f in f"{text} " for f in fields.split()) for *_, its, text in events), (name, fields, result.text)


@pytest.mark.any_arch
@pytest.mark.parametrize("once", ["0", "1"])
def test_keeps_the_first(arch, once):
    """trace.once: when the ring is full nothing is added, else the newest are there."""
    many = ["symbol main"] * 3000
    result = commands(arch, *many, "tracepoints last 3", "symbol main", "tracepoints last 3",
                      params=["trace.on=console_out", f"trace.once={once}"])
    first, second = (EVENT.findall(part) for part in result.text.split("= 0\n")[-4:-1:2])
    assert len(first) >= 3 and (first == second) == (once == "1"), (first, second)


@pytest.mark.any_arch
@pytest.mark.parametrize("names", ["no_such", "heap_*,no_such", ","])
def test_wrong_name_at_boot(arch, names):
    result = commands(arch, params=[f"trace.on={names}"])
    assert result.status == 71
    assert f"trace.on={names}: no tracepoint has such a name" in result.text
    listed = re.findall(r"(?:on )? +(\w+)", "\n".join(result.log("CRIT")))
    assert {name[len("_uk_tracepoint_trace_"):] for _, _, name in build("cmd", arch, config=COMMANDS).symbols()
            if name.startswith("_uk_tracepoint_trace_")} <= set(listed), result.text


@pytest.mark.any_arch
def test_no_name_at_boot(arch):
    """trace.on= is none, as without it."""
    result = commands(arch, "tracepoints", params=["trace.on="])
    assert result.status == 0 and not re.search(r"^on ", result.text, re.M), result.text


@pytest.mark.any_arch
def test_crash_screen(arch):
    """The last events of the CPU, and none of the crash itself."""
    result = commands(arch, "tracepoints on *", "crash write", params=["console.log=none"])
    assert result.status == 70
    result = commands(arch, "tracepoints on *", "crash write")
    events = [line for line in result.log("CRIT") if EVENT.match(line.strip())]
    assert len(events) == 8, result.text
    name, words = EVENT.match(events[-1].strip()).groups()[4:]
    pc, symbol = re.search(r"pc=(0x\w+) (\w+)\+", words).groups()
    assert name == "trap" and "address=0x0" in words, events
    function, file, _ = build("cmd", arch, config=COMMANDS).addr2line(int(pc, 16))[-1]
    assert (symbol, "lib/ukassert/cmd.c") == (function, file)


@pytest.mark.one_cpu("CPUs of its own")
def test_switched_while_cpus_run(arch):
    """All tracepoints of four CPUs go on and off: no thread sees half an instruction."""
    image = build("smp_threads", arch, config=CHANGES)
    switches = "".join(f"tracepoints {state} *\n" for _ in range(20) for state in ("on", "off"))
    result = image.run("mutex", "again", stdin=f"token sesame\n{switches}poweroff\n", options=[
        "--smp", "4", "-p", f"shell.console={image.target.console}", "-p", "console.stdio=none", "-p", "shell.token=sesame"])
    assert result.status == 0, result.text
    assert len(re.findall(r"\d+ (?:on|off)$", result.text, re.M)) == 40, result.text


@pytest.mark.one_cpu("CPUs of its own")
def test_spinlocks(arch):
    """A CPU that waits for a spinlock says for which one, behind how many, and when it has it."""
    image = build("smp_threads", arch, config=CHANGES)
    result = image.run("spin", options=["--smp", "4", "-p", "trace.on=spin_*"])
    assert result.status == 70, result.text
    events = EVENT.findall("\n".join(line.strip() for line in result.log("CRIT")))
    locks = {address: name for address, _, name in image.symbols() if name[0] != "$"}
    names = [(locks.get(int(re.match(r"lock=(0x\w+)", words)[1], 16)), name) for *_, name, words in events]
    assert names.count(("watched", "spin_wait")) == names.count(("watched", "spin_got")) == 3, result.text
    for cpu in "0123":
        mine = [e[4:] for e in events if e[2] == cpu]
        for (name, words), (after, then) in zip(mine, mine[1:]):
            assert {name, after} == {"spin_wait", "spin_got"}, mine
            lock, behind = re.fullmatch(r"lock=(0x\w+)\S*(?: [^=]*)?(?: behind=(\d))?", words).groups()
            assert name == "spin_got" or then.startswith(f"lock={lock}") and behind in ("1", "2", "3"), (words, then)
