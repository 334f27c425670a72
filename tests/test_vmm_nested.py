# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""support/vmm on KVM: in a nested machine (tests/nested), one of each architecture for all tests;
also on the host's own KVM where that runs a guest. Part of `make nightly`."""

import base64
import itertools
import os
import re
import shlex
import socket
import struct
import subprocess
import sys
from types import SimpleNamespace

import pytest

from gdb_guest import play, wiring
from guest import until
from test_crash import KINDS
from test_lldb import tour
from test_memory import GIB, HEAP, MIB, OTHER, total
from test_run import bare
from test_vmm import vmm
from vitrine import LOG_LINE, OUT, ROOT, RUN_SECONDS, SHARED, Image, build, make, printed

sys.path.insert(0, str(ROOT / "tests" / "nested"))
sys.path.insert(0, str(ROOT / "support"))
import core_receiver  # noqa: E402  pylint: disable=wrong-import-position
from nested import QEMU, Nested  # noqa: E402  pylint: disable=wrong-import-position
from qemu_command import qemu_command  # noqa: E402  pylint: disable=wrong-import-position

pytestmark = [pytest.mark.one_cpu("a nested machine has one"), pytest.mark.slow]

# What KVM in QEMU 7.2's TCG can do: breakpoint instructions and debug registers do not exit on x86_64.
KVM = {"x86_64": {"works": 1, "vector": 1, "software": 0, "execute": 0, "watch": 0, "step": 1, "n_execute": 4, "n_watch": 4},
       "arm64": {"works": 1, "vector": 1, "software": 1, "execute": 1, "watch": 1, "step": 1, "n_execute": 6, "n_watch": 4}}
PROGRAMS = ("vmm", "calc", "probe", "machines")
CRASHED = 70
# The debuggee has no interrupts, and no console for the stub of its own.
IMAGES = {"hello": (), "metrics": ("CONFIG_LIBUKDUMP=y", "CONFIG_LIBUKSHELL_CHANGES=y"), "threads": (), "crash": (), "smp": (), "hypercalls": (), "debuggee": ("CONFIG_LIBUKGDB_INTERRUPT=n", "CONFIG_LIBVIRTIO_CONSOLE=n")}


@pytest.fixture(scope="module", name="nested")
def fixture_nested(arch):
    for goal in ("all", "machines"):
        folder = vmm(arch, OUT / "nested", goal, STATIC=1, LIBFDT_DIR=SHARED / "libfdt")
    files = {**{f"bin/{name}": folder / name for name in PROGRAMS},
             **{f"images/{app}": build(app, arch, config=config).path for app, config in IMAGES.items()},
             "images/with-stub": build("debuggee", arch).path, "images/bare": bare(arch, OUT / "nested")}
    machine = Nested(arch, SHARED / "nested", files)
    yield machine
    machine.close()


def test_probe(nested):
    status, out = nested.run("probe")
    assert status == 0, out
    assert {name: int(value) for name, value in map(str.split, out.splitlines())} == KVM[nested.arch]


def test_calc(nested):
    for a, b in ((2, 40), (4000000000, 5), (0, 0)):
        status, out = nested.run(f"calc {a} {b}")
        assert status == 0, out
        assert out.splitlines()[0] == str(a + b)


MACHINES_SAY = "100 of 100 right, 0 descriptors left\n"


def test_machines(nested):
    """Four at a time in one process, made and destroyed again and again."""
    status, out = nested.run("machines")
    assert status == 0 and out == MACHINES_SAY, out


@pytest.mark.parametrize("irqchip", ("on", "off"))
def test_hello(nested, irqchip):
    """The same lines and status as with QEMU."""
    image = build("hello", nested.arch, config=IMAGES["hello"])
    expected = image.run("a", "b c")
    status, out = nested.run(f"vmm --irqchip {irqchip} --append '-- a \"b c\"' /images/hello")
    assert status == expected.status == 0, out
    assert out.splitlines()[:-1] == expected.lines[:-1]
    assert out.splitlines()[-1].endswith("INFO: exit 0")


@pytest.mark.parametrize("mib", (4, 3072, 3073, 5120))
def test_memory(nested, mib):
    """All of it is the guest's: on x86_64 what is above 3 GiB is from 4 GiB on."""
    status, out = nested.run(f"vmm --mem {mib} --append 'paging.pool=4K -- null-write' /images/crash")
    assert status == CRASHED, out
    heap = [(int(start, 16), int(end, 16)) for start, end in HEAP.findall(out)]
    assert mib * MIB - OTHER <= total(heap) < mib * MIB, out
    assert nested.arch == "arm64" or (4 * GIB in dict(heap)) == (mib > 3072), out


def test_ends_without_a_status(nested):
    for order, says in (("p", "the guest ended without saying its status"), ("t", "triple fault" if nested.arch == "x86_64" else "without")):
        status, out = nested.run(f"vmm --append do=@{order} /images/bare")
        assert status == CRASHED and f"@{order}\n" in out and says in out, out


def test_stdout(nested):
    """One that is full for a time loses nothing: a pipe has room for 65,536 bytes, the monitor for some more. One without a reader is no
    reason to end."""
    status, out = nested.run("(head -c 65000 /dev/zero; vmm --append do=@f /images/bare; echo $? > /tmp/s) | (sleep 3; cat) > /tmp/out; "
                             "tail -n +2 /tmp/out | wc -c; tail -n +2 /tmp/out | tr -d f | wc -c; exit $(cat /tmp/s)")
    assert (status, out.split()) == (0, ["4000", "0"]), out
    nested.run("(sleep 0.2; vmm --append do=@3 /images/bare; echo $? > /tmp/s2) | true; until [ -s /tmp/s2 ]; do sleep 0.1; done")
    assert nested.run("cat /tmp/s2") == (0, "3\n")


def test_without_root(nested):
    """A user who may open /dev/kvm needs no more."""
    nested.run("mkdir -p /etc && printf 'root:x:0:0::/:/bin/sh\\nuser:x:1000:1000::/:/bin/sh\\n' > /etc/passwd && chmod 666 /dev/kvm")
    status, out = nested.run("su user -c 'id -u; vmm /images/hello'")
    assert status == 0 and out.splitlines()[0] == "1000" and out.splitlines()[-1].endswith("INFO: exit 0"), out


def test_threads(nested):
    """Timer, interrupt controller and preemption: what main counts is the same as with QEMU."""
    expected = build("threads", nested.arch).run()
    status, out = nested.run("vmm /images/threads")
    assert status == expected.status == 0, out
    last = [line for line in expected.lines if line.startswith("main: counter")]
    assert last and last == [line for line in out.splitlines() if line.startswith("main: counter")], out


def test_several_cpus(nested):
    """CPUs are found and started; their timers, and the heap with all of them at work."""
    status, out = nested.run("vmm --smp 2 --append '-- timers' /images/smp", seconds=120)
    assert status == 0, out
    for cpu in range(2):
        assert f"timers: cpu {cpu}: own 20, cancelled 0" in out, out
    assert "timers: handled some, cancelled some, twice or lost 0" in out, out
    status, out = nested.run("vmm --smp 3 --append '-- heap' /images/smp", seconds=120)
    assert status == 0 and "heap: bad 0, none 0, left 0, damaged 0" in out, out
    assert [line for line in out.splitlines() if "turns" in line] == [f"heap: cpu {cpu}: 600 turns" for cpu in range(3)]


def curl(port, path):
    return subprocess.run(["curl", "-sS", "-m", "30", f"http://127.0.0.1:{port}{path}"], stdout=subprocess.PIPE, check=True, text=True).stdout


class Shell:
    """A client of the guest's shell."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.got = b""
        self.prompt = self.until(b"> ")

    def until(self, end):
        while end not in self.got:
            more = self.socket.recv(65536)
            assert more, self.got
            self.got += more
        text, _, self.got = self.got.partition(end)
        return text + end

    def run(self, line):
        self.socket.sendall(line.encode() + b"\n")
        return self.until(self.prompt).decode()


def core_is_whole(nested, path):
    """It has what its own headers say."""
    status, text = nested.run(f"head -c 65536 {path} | base64")
    assert status == 0
    data = base64.b64decode(text)
    assert data[:4] == b"\x7fELF", data[:16]
    count, = struct.unpack_from("<H", data, 56)
    headers = data[:64 + 56 * count]
    return int(nested.run(f"wc -c < {path}")[1]) == core_receiver.size_of(headers)


def test_consoles(nested):
    """Metrics, shell and core files on virtio ports: clients one after the other, more bytes than the rings hold."""
    start(nested, "--metrics 0.0.0.0:9002 --shell 0.0.0.0:9003 --core /tmp/core", image="metrics",
          params="shell.token=x dump.console=vport0 ")
    first, second = (curl(nested.ports[9002], "/metrics") for _ in range(2))
    names = [re.findall(r"^# TYPE (\w+)", text, re.M) for text in (first, second)]
    assert names[0] == names[1] and "vitrine_appmetrics_rate" in names[0], first
    assert curl(nested.ports[9002], "/store/appmetrics/rate").strip().endswith('"value":100}')
    shell = Shell(nested.ports[9003])
    assert "main" in shell.run("threads")
    shell.run("token x")
    assert nested.run("grep Seccomp: /proc/$(cat /tmp/pid)/status")[1].split() == ["Seccomp:", "2"]
    assert "core file written" in shell.run("dump")
    shell.socket.close()
    assert core_is_whole(nested, "/tmp/core")
    assert "threads" in Shell(nested.ports[9003]).run("help")
    nested.run("kill $(cat /tmp/pid); rm -f /tmp/core")


def test_hypercalls(nested):
    """Off without the option; else files of one folder, to read, and with rw to write; no way out of it."""
    assert nested.run("vmm /images/hypercalls")[1].splitlines()[0] == "hypercalls: 0"
    nested.run("mkdir -p /tmp/shared/sub; echo Some text > /tmp/shared/in; ln -s /etc /tmp/shared/link; rm -f /tmp/shared/out")
    out_of_it = ("../log", "/init", "link/passwd", "sub/../../log", "sub")
    exdev, eloop, eacces = -18, -40, -13
    refused = [f"{path}: {e}" for path, e in zip(out_of_it, (exdev, exdev, eloop, exdev, eacces))]
    for options, out, written, closed in ("", -30, -9, -9), (",rw", 1, 10, 0):
        status, text = nested.run(f"vmm --hypercalls /tmp/shared{options} --append '-- {' '.join(out_of_it)}' /images/hypercalls")
        assert status == 0, text
        assert text.splitlines()[:-1] == ["hypercalls: 1", "in 0, 10 bytes, at the end 0", f"out {out}", f"written {written}",
                                          f"closed 0 {closed} -9", *refused]
    assert nested.run("cat /tmp/shared/out")[1] == "SOME TEXT\n"
    assert nested.run("vmm --hypercalls /tmp/none /images/hypercalls") == (
        125, "support/vmm: --hypercalls /tmp/none: No such file or directory\n")


def story(lines):
    """Reason, event and call trace of a crash screen: what does not depend on the machine. On arm64 the memory below the
    image begins behind the device tree, and QEMU's is longer."""
    texts = [re.sub(r"\b0x40[01][0-9a-f]{5}\b", "BELOW", LOG_LINE.match(line).group(3)) for line in lines if LOG_LINE.match(line)]
    start = next(i for i, text in enumerate(texts) if text.startswith("Vitrine crash"))
    return [*texts[start:start + 2], *(t for t in texts if t.startswith("Event:") or re.match(r" *\[[0-9a-f]{16}\] (?!\?)", t))]


# CAVEATS.md: an access to no device is no external abort.
@pytest.mark.parametrize("kind", dict.fromkeys(name.partition(":")[0] for name in KINDS if name != "external-abort"))
def test_crash(nested, kind):
    """Screen and status are those with QEMU."""
    if not any(nested.arch in KINDS[name].arch for name in KINDS if name.partition(":")[0] == kind):
        pytest.skip("nested KVM lacks it, or is the only one that lacks it")
    expected = build("crash", nested.arch).run(kind)
    status, out = nested.run(f"vmm --append '-- {kind}' /images/crash")
    assert status == expected.status == CRASHED, out
    assert story(out.splitlines()) == story(expected.lines)


# Scenes of tests/gdb/scenes.py, those of the stub in the guest: (arguments of the scene, of the
# image, exit status). No interrupt controller: breakpoints in text work on any KVM then.
SCENES = {
    "run_to_the_end": ((0,), (), 0),
    "kill": ((), (), CRASHED),
    "breakpoints": ((), ("loop", "20"), 0),
    "steps": ((), ("stepped",), 0),
    "each_instruction": (("debuggee_mixture",), ("mixture", "123"), 0),
    "stepping_beside_breakpoints": (("debuggee_local",), ("locals", "100"), 0),
    "atomic_line": ((), ("atomic",), CRASHED),
    "range_of_a_long_line": ((), ("long-line",), 0),
    "conditions_in_the_guest": ((60,), ("loop", "80"), 0),
    "agent_printf": ((), ("loop", "5"), 0),
    "data_and_calls": ((), ("loop", "3"), 5),
    "big_memory": ((20000,), (), 0),
    "interrupt": (("debuggee_spin",), ("spin",), 1),
    "interrupt irqs-off": (("debuggee_irqs_off",), ("irqs-off",), 1),
    "interrupt idle": (("debuggee_idle",), ("idle",), 1),
    "from_the_first_instruction": (("(long)&_start",), (), 0),
    "broken_page_tables": ((), (), CRASHED),
    "late_and_again": ((), ("spin",), 7),
    "a_fault_in_a_step": (("catch_fault",), ("faults",), 1),
    "registers": ((), ("regs",), 0),
    "registers_without_avx": ((), ("regs",), CRASHED),
    "hardware_breakpoints": ((), ("loop", "20"), 0),
    "watchpoints": ((), ("stores",), 0),
    "watch_a_condition": ((), ("stores",), 0),
    # step_scenes.py
    "repeats_and_flags": ((), ("special",), 0),
    "breakpoints_on_repeats_and_flags": ((), ("special",), 0),
    "over_a_function": ((), ("special",), 0),
    "watched_store": ((), ("special",), 0),
    "watched_store_with_a_breakpoint": ((), ("special",), 0),
    "over_a_trap_of_the_program": ((), ("trap",), 0),
    "a_breakpoint_on_a_trap_of_the_program": ((0,), ("trap",), 0),
    "a_breakpoint_on_a_trap_of_the_program stepped": ((1,), ("trap",), 0),
    "a_false_condition_on_a_trap_of_the_program": ((), ("trap",), 0),
    "jump_to_a_breakpoint": ((), (), CRASHED),
    "watched_local": ((), ("locals", "5"), 0),
    "watched_reads": ((), ("stores",), 0),
    "writes_under_breakpoints_of_memcpy": ((), ("loop", "3"), 0),
    "ctrl_c_in_steps": ((), ("spin",), 1),
}
# QEMU's nested SVM has no debug registers and no AVX, and traps of the program's own do not exit.
NOT_ON = {"x86_64": {"hardware_breakpoints", "watchpoints", "watch_a_condition", "registers", "watched_store",
                     "watched_store_with_a_breakpoint", "watched_local", "watched_reads", "over_a_trap_of_the_program"},
          "arm64": {"registers_without_avx"}}


def start(nested, words, argv=(), image="debuggee", params="", line="--gdb", port=9001):
    """vmm in the background, at the debugger's port; the port by which the host reaches it."""
    nested.run(f"rm -f /tmp/status; (vmm {words} {line} 0.0.0.0:{port} --append '{params}-- {' '.join(argv)}' /images/{image} & "
               "echo $! > /tmp/pid; wait $!; echo $? > /tmp/status) > /tmp/log 2>&1 &")
    return nested.wait_port(port)


def ended(nested):
    """Exit status and output of start()'s."""
    return nested.run("until [ -s /tmp/status ]; do sleep 0.1; done; cat /tmp/log; exit $(cat /tmp/status)")


def given_up(nested, image=None):
    """What play() calls where a scene fails: the guest's log; nothing of start()'s stays behind. With an image, whose own stub the scene
    was at: where it is, by the monitor's."""
    def look():
        text = nested.run("cat /tmp/log; netstat -tn; cat /proc/$(cat /tmp/pid)/task/*/stat")[1]
        if image:
            text += printed([image.target.gdb, "-nx", "-batch", *itertools.chain.from_iterable(("-ex", command) for command in (
                f"target remote 127.0.0.1:{nested.ports[9001]}", "backtrace", "info registers", "x/4i $pc", "monitor exits", "detach")),
                             image.path], RUN_SECONDS)[1]
        return text + nested.run("kill $(cat /tmp/pid)")[1]
    return look


MORE = [ROOT / "tests/gdb/step_scenes.py", ROOT / "tests/gdb/vmm_scenes.py"]


def played(nested, port, image, name, blame=None):
    """One of SCENES, to its end: a program that ends as it does alone has printed the same."""
    args, argv, expected = SCENES[name]
    play(image, f"127.0.0.1:{port}", name.partition(" ")[0], *args, seconds=150, blame=blame or given_up(nested), more=MORE)
    status, out = ended(nested)
    assert status == expected, out
    alone = image.run(*argv) if expected == 0 else None
    if alone and alone.status == 0:
        assert [x for x in out.splitlines() if not x.startswith("[")] == [x for x in alone.lines if not x.startswith("[")]


@pytest.mark.parametrize("name", SCENES)
def test_gdb(nested, name):
    """gdb at the monitor's stub does what it does at the guest's own."""
    scene = name.partition(" ")[0]
    if scene in NOT_ON[nested.arch]:
        pytest.skip("nested KVM lacks it, or is the only one that lacks it")
    late = scene == "late_and_again"
    port = start(nested, "--irqchip off" + ("" if late else " --wait"), SCENES[name][1])
    if late:
        nested.run("until grep -q 'scene spin' /tmp/log; do sleep 0.1; done")
    played(nested, port, build("debuggee", nested.arch, config=IMAGES["debuggee"]), name)


def image_of_no_library(arch, path, at, blame):
    """gdb at that of the tests of support/run: assembly, and nothing of the project's."""
    image = Image(path, arch, "bare")
    text = image.tool("objdump", "-d", *(["-Mi386"] if arch == "x86_64" else []), image.path)
    lines = re.findall(r"^ +([0-9a-f]+):\t([0-9a-f ]+)\t", text, re.M)[:4]
    code = "".join(code if arch == "x86_64" else bytes.fromhex(code)[::-1].hex() for code in (c.replace(" ", "") for _, c in lines))
    play(image, at, "image_of_no_library", [int(a, 16) for a, _ in lines], code, more=[ROOT / "tests/gdb/vmm_scenes.py"], blame=blame)


def test_gdb_at_an_image_of_no_library(nested):
    port = start(nested, "--irqchip off --wait", image="bare", params="do=@h ")
    image_of_no_library(nested.arch, bare(nested.arch, OUT / "nested"), f"127.0.0.1:{port}", given_up(nested))
    status, out = ended(nested)
    assert status == CRASHED and "@h" in out, out


OWN = ("breakpoints", "steps", "conditions_in_the_guest", "data_and_calls", "hardware_breakpoints", "watchpoints",
       "watch_a_condition", "each_instruction", "stepping_beside_breakpoints", "atomic_line", "range_of_a_long_line",
       "interrupt", "interrupt irqs-off", "repeats_and_flags", "breakpoints_on_repeats_and_flags", "over_a_function",
       "watched_store", "watched_store_with_a_breakpoint", "over_a_trap_of_the_program", "a_breakpoint_on_a_trap_of_the_program",
       "a_breakpoint_on_a_trap_of_the_program stepped", "a_false_condition_on_a_trap_of_the_program", "watched_local", "watched_reads",
       "writes_under_breakpoints_of_memcpy", "ctrl_c_in_steps")
OWN_NOT_ON = {"x86_64": NOT_ON["x86_64"] - {"over_a_trap_of_the_program"}, "arm64": set()}


@pytest.mark.parametrize("name", OWN)
def test_gdb_at_the_guests_stub(nested, name):
    """The stub that a guest has itself, with KVM: traps, debug registers and its console's interrupts are KVM's."""
    scene = name.partition(" ")[0]
    if scene in OWN_NOT_ON[nested.arch]:
        pytest.skip("nested KVM lacks it, or is the only one that lacks it")
    image = build("debuggee", nested.arch)
    port = start(nested, "--gdb 0.0.0.0:9001", SCENES[name][1], "with-stub", "gdb.console=vport2 gdb.wait=1 ", "--guest-gdb", 9004)
    played(nested, port, image, name, given_up(nested, image))


def qemu_words(nested, image, there, argv=(), **more):
    """QEMU with KVM, as support/run starts it. more: as for qemu_command()."""
    words = qemu_command(image.path, argv, accel="kvm", **more)
    return [QEMU[nested.arch], "-L", "/share", *(f"/images/{there}" if word == image.path else word for word in words[1:])]


def start_with_qemu(nested, image, there, argv, console, **more):
    """QEMU with KVM in the background, a debugger waited for at a console; the port by which the host reaches it."""
    words = qemu_words(nested, image, there, argv, params=[f"gdb.console={console}", "gdb.wait=1"],
                       extra=shlex.split(wiring(console, "/s").replace("path=/s", "host=0.0.0.0,port=9004")), **more)
    nested.run(f"rm -f /tmp/status; ({shlex.join(map(str, words))} & echo $! > /tmp/pid; wait $!; echo $? > /tmp/status) > /tmp/log 2>&1 &")
    return nested.wait_port(9004)


@pytest.mark.parametrize("name, console", [(name, "vport2") for name in OWN] + [("breakpoints", "com2"), ("interrupt irqs-off", "com2")])
def test_gdb_at_the_guests_stub_with_qemu(nested, name, console):
    """The same with QEMU's KVM."""
    if console == "com2" and nested.arch != "x86_64" or name.partition(" ")[0] in OWN_NOT_ON[nested.arch]:
        pytest.skip("nested KVM lacks it, or is the only one that lacks it")
    args, argv, expected = SCENES[name]
    image = build("debuggee", nested.arch)
    port = start_with_qemu(nested, image, "with-stub", argv, console)
    play(image, f"127.0.0.1:{port}", name.partition(" ")[0], *args, seconds=150, more=MORE, blame=given_up(nested))
    _, out = ended(nested)
    # without semihosting the status is what the guest says last
    said = re.findall(r"INFO: exit (\d+)$", out, re.M)
    assert int(said[-1]) == expected, out


def test_start_is_faster_than_qemus(nested, capsys):
    """From the program's start to main's first line, in turns; uptime counts in 10 ms."""
    image = build("hello", nested.arch, config=IMAGES["hello"])
    words = qemu_words(nested, image, "hello")
    took = {"vmm /images/hello": 0.0, shlex.join(words): 0.0}
    for command in [*took] * 5:
        status, out = nested.run("cat /proc/uptime; " + command + " < /dev/null | { while read -r line && "
                                 "[ \"${line#Hello}\" = \"$line\" ]; do :; done; cat /proc/uptime; cat; }")
        start, to = (float(line.split()[0]) for line in out.splitlines()[:2])
        assert status == 0, out
        took[command] += (to - start) / 5
    ours, qemus = took.values()
    with capsys.disabled():
        print(f"\nto main on {nested.arch}: vmm {ours * 1000:.0f} ms, QEMU {qemus * 1000:.0f} ms")
    assert ours < qemus


# Scenes of tests/gdb/smp_scenes.py that need no debug registers.
OWN_CPU_SCENES = {"each_hit_is_reported_once": (40,), "steps_on_each_cpu": (), "conditions_on_each_cpu": (200,), "calls_that_crash": (),
                  "ctrl_c_reaches_each_cpu": ()}


@pytest.mark.parametrize("monitor", ("vmm", "qemu"))
@pytest.mark.parametrize("scene", OWN_CPU_SCENES)
def test_the_guests_stub_with_several_cpus(nested, scene, monitor):
    """CPUs stop each other by KVM's NMIs and FIQs. Calls that crash end QEMU 7.2 itself, whose SVM this is: an assertion of it
    about its own lock."""
    if nested.arch == "x86_64" and scene == "calls_that_crash":
        pytest.skip("nested KVM lacks it, or is the only one that lacks it")
    image = build("smp", nested.arch)
    if monitor == "vmm":
        port = start(nested, "--smp 2", ("rounds",), "smp", "gdb.console=vport2 gdb.wait=1 ", "--guest-gdb", 9004)
    else:
        port = start_with_qemu(nested, image, "smp", ("rounds",), "vport2", smp=2)
    play(image, f"127.0.0.1:{port}", scene, 2, *OWN_CPU_SCENES[scene], seconds=240, more=[ROOT / "tests/gdb/smp_scenes.py"],
         blame=given_up(nested))
    _, out = ended(nested)
    assert "INFO: exit 0" in out and "rounds " in out, out


# Scenes of tests/gdb/smp_scenes.py. Further CPUs need an interrupt controller on x86_64, with which nested KVM has no breakpoints there.
CPU_SCENES = {"each_cpu": (2,), "each_hit_is_reported_once": (2, 40), "steps_on_each_cpu": (2,), "ctrl_c_reaches_each_cpu": (2,)}


@pytest.mark.parametrize("scene", CPU_SCENES)
def test_gdb_with_several_cpus(nested, scene):
    """CPUs are threads: each is stopped, stepped alone, and reports its own breakpoints."""
    if nested.arch == "x86_64" and scene != "each_cpu":
        pytest.skip("nested KVM lacks it, or is the only one that lacks it")
    image = build("smp", nested.arch, config=IMAGES["smp"])
    port = start(nested, "--smp 2" + ("" if scene == "each_cpu" else " --wait"), ("rounds",), image="smp")
    if scene == "each_cpu":
        nested.run("until grep -q round /tmp/log; do sleep 0.1; done")
    play(image, f"127.0.0.1:{port}", scene, *CPU_SCENES[scene], seconds=150,
         more=[ROOT / "tests/gdb/smp_scenes.py", ROOT / "tests/gdb/vmm_scenes.py"],
         blame=given_up(nested))
    status, out = ended(nested)
    assert status == 0, out


def test_steps_hold_interrupts_back(nested):
    """A slice is over before gdb steps again; without breakpoints x86_64's program does not come to where it can be stepped."""
    if nested.arch == "x86_64":
        pytest.skip("nested KVM lacks it, or is the only one that lacks it")
    port = start(nested, "--wait", image="threads")
    play(build("threads", nested.arch, config=IMAGES["threads"]), f"127.0.0.1:{port}", "steps_among_interrupts", "work", 100,
         more=[ROOT / "tests/gdb/vmm_scenes.py"], seconds=150, blame=given_up(nested))
    status, out = ended(nested)
    assert status == 0, out


def test_lldb(nested):
    """Debian's lldb does at the monitor's stub what it does at the guest's own."""
    port = start(nested, "--irqchip off --wait", ("loop", "3"))
    tour(SimpleNamespace(image=build("debuggee", nested.arch, config=IMAGES["debuggee"]), at=f"127.0.0.1:{port}"), kind="connect")
    assert ended(nested)[0] == 5


def packet(text):
    return b"$%s#%02x" % (text.encode(), sum(text.encode()) % 256)


class Debugger:
    """A client of the stub."""

    def __init__(self, port):
        self.line = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.reply = self.line.makefile("rb")

    def says(self, sent, heard):
        """The bytes, and how the packet begins that answers."""
        self.line.sendall(sent)
        got = self.reply.read(1 + len(heard))
        assert got == b"+" + heard, got
        while self.reply.read(1) != b"#":
            pass
        self.reply.read(2)
        self.line.sendall(b"+")

    def leaves(self, sent=b""):
        self.line.sendall(sent)
        self.reply.close()
        self.line.close()


@pytest.mark.parametrize("scene", ("idle", "spin"))
def test_ctrl_c_in_the_same_segment(nested, scene):
    """A Ctrl-C that arrives together with the packet that resumes the program stops it."""
    debugger = Debugger(start(nested, "--irqchip off --wait", (scene,)))
    debugger.says(packet("?"), b"$T05")
    debugger.says(packet("c") + b"\x03", b"$T02")
    debugger.leaves(packet("k"))
    assert ended(nested)[0] == CRASHED


def test_broken_connection(nested):
    """It leaves no breakpoint while the program runs, which the next debugger finds."""
    image = build("debuggee", nested.arch, config=IMAGES["debuggee"])
    place = re.search(r"^0*([0-9a-f]+) T debuggee_idle$", image.tool("nm", image.path), re.M).group(1)
    point = f"{place},{1 if nested.arch == 'x86_64' else 4}"
    port = start(nested, "--irqchip off --wait", ("spin",))
    debugger = Debugger(port)
    debugger.says(packet("?"), b"$T05")
    debugger.says(packet(f"m{point}"), b"$")
    debugger.says(packet(f"Z0,{point}"), b"$OK")
    debugger.leaves(packet("c"))
    nested.run("until grep -q 'scene spin' /tmp/log; do sleep 0.1; done")
    for _ in range(3):
        debugger = Debugger(port)
        debugger.says(packet("?"), b"$T05")
        debugger.says(packet(f"Z0,{point}"), b"$OK")
        debugger.leaves(packet("c"))
    debugger = Debugger(port)
    debugger.says(packet("?"), b"$T05")
    debugger.leaves(packet("k"))
    assert ended(nested)[0] == CRASHED


def test_no_kvm(nested):
    """Without the rights for it, or with a device that is another one, the error has a name."""
    status, out = nested.run("mv /dev/kvm /dev/kvm.away; vmm /images/hello; s=$?; mv /dev/kvm.away /dev/kvm; exit $s")
    assert (status, out) == (125, "support/vmm: open /dev/kvm: No such file or directory\n")
    status, out = nested.run("mv /dev/kvm /dev/kvm.away; ln -s null /dev/kvm; vmm /images/hello; s=$?; "
                             "mv /dev/kvm.away /dev/kvm; exit $s")
    assert (status, out) == (125, "support/vmm: KVM_GET_API_VERSION: Operation not supported\n")


def test_local_kvm(arch, tmp_path):
    """On this host, if its KVM runs a guest: calc, and support/run and gdb with an image of no library. KVM
    may emulate all of it (kvm_pvm does), which it cannot with images that use vector registers."""
    host = "arm64" if os.uname().machine == "aarch64" else os.uname().machine
    if arch != host or not os.access("/dev/kvm", os.R_OK | os.W_OK):
        pytest.skip("no usable /dev/kvm")
    folder = vmm(arch, tmp_path, LIBFDT_DIR=SHARED / "libfdt")
    probe = subprocess.run([folder / "probe"], stdout=subprocess.PIPE, text=True, check=False)
    if probe.returncode:
        pytest.skip("no usable /dev/kvm")
    done = subprocess.run([folder / "calc", "2", "40"], stdout=subprocess.PIPE, text=True, check=True)
    assert done.stdout.splitlines()[0] == "42"
    vmm(arch, tmp_path, "machines", LIBFDT_DIR=SHARED / "libfdt")
    assert subprocess.run([folder / "machines"], stdout=subprocess.PIPE, text=True, check=True).stdout == MACHINES_SAY
    image = bare(arch, tmp_path)
    monitor = {**os.environ, "VITRINE_VMM": str(folder / "vmm")}
    for order, typed, expected in (("7", "", 7), ("c", "", CRASHED), ("t", "", CRASHED), ("p", "", CRASHED), ("e", "typed q", 0)):
        done = subprocess.run([ROOT / "support/run", "--vmm", image, f"do=@{order}"], env=monitor, input=typed, stdout=subprocess.PIPE,
                              text=True, timeout=RUN_SECONDS, check=False)
        assert done.returncode == expected and done.stdout == f"-- do=@{order}\n{typed}", (order, done)
    # a descriptor of the monitor's own is none of the standard ones
    closed = subprocess.run(["sh", "-c", 'exec "$@" <&-', "sh", folder / "vmm", "--append", "do=@3", image], stdout=subprocess.DEVNULL,
                            timeout=RUN_SECONDS, check=False)
    assert closed.returncode == 3
    alone = subprocess.run([folder / "vmm", "--wait", image], stderr=subprocess.PIPE, text=True, timeout=RUN_SECONDS, check=False)
    assert alone.returncode == 2 and "give --gdb, too" in alone.stderr, alone
    with subprocess.Popen([folder / "vmm", "--append", "do=@h", "--wait", "--gdb", tmp_path / "gdb", image], stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL) as monitor:
        try:
            until(lambda: (tmp_path / "gdb").exists() or monitor.poll() is not None)
            image_of_no_library(arch, image, tmp_path / "gdb", lambda: "")
            assert monitor.wait(RUN_SECONDS) == CRASHED
        finally:
            monitor.kill()


def test_make_run(tmp_path):
    """make run VMM=1 builds the monitor where O says, and boots the image with it. On a host without KVM, its error; or what
    a KVM says that has no vector registers (test_local_kvm)."""
    image = build("hello", "x86_64")
    words = ("run", f"O={image.path.parent.parent}", "APP=hello", "ARCH=x86_64", f"NEWLIB_DIR={SHARED}/newlib-x86_64", "VMM=1", "ARGS=a 'b c'")
    script = tmp_path / "vmm"
    script.write_text('#!/bin/sh\nprintf "<%s>" "$@"\n')
    script.chmod(0o755)
    text = make(*words, "MEM=64M", VITRINE_VMM=str(script)).stdout
    assert f'<--mem><64><--smp><1><--append><-- a "b c"><{image.path}>' in text, text
    # make debug: the monitor's stub waits, and the image needs none
    debug = ("debug", *words[1:], "PARAMS=a=b")
    text = make(*debug, check=False, VITRINE_VMM=str(script)).stdout
    assert re.search(r'<--wait><--append><a=b -- a "b c"><--gdb><\S+/gdb-\d+><' + re.escape(str(image.path)), text), text
    assert "the guest did not start" in text, text
    text = make(*words[:-2], "VMM=yes", check=False).stdout
    assert "VMM=yes: VMM=1 boots with support/vmm" in text, text
    text = make(*words, check=False).stdout
    probe = subprocess.run([image.path.parent.parent / "vmm-x86_64" / "probe"], stdout=subprocess.PIPE, text=True, check=False)
    expected = "Hello from hello" if "vector 1\n" in probe.stdout else "KVM cannot emulate an instruction (" if probe.stdout else \
        "support/vmm: open /dev/kvm: "
    assert expected in text, text
