# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Core files that the guest writes (lib/ukdump, support/run --core, support/gdb CORE).

Judges are a gdb at the live guest, elfutils, lldb and Debian's debuginfod. More of
it: test_crash_gdb.py (every register and frame of a crash), test_gdb_core.py (a
guest that goes on, every command)."""

import contextlib
import http.client
import json
import os
import re
import subprocess

import core_file
import core_receiver
import pytest

from debugger import registers
from gdb_guest import StubGuest, play
from guest import free_port, until
from http_guest import HttpGuest
from screen import plain_name, read_screen
from test_crash import KINDS
from vitrine import ARCHS, CPUS, ON_MACHINES, ORDERED, ROOT, RUN_SECONDS, SHARED, SUPPORT_RUN, build, make

SCENES = [ROOT / "support" / "gdb_commands.py", ROOT / "tests" / "gdb" / "worker_scenes.py",
          ROOT / "tests" / "gdb" / "core_scenes.py"]
FRAME = re.compile(r"^#\d+ +(?:0x[0-9a-f]+ in )?(\S+) \(", re.M)
CPU_TIME = re.compile(r"^(\d+) +(\S.*?)  .*  (\d+\.\d{3} ms)  ", re.M)
BUILD_ID = re.compile(r"build-id ([0-9a-f]{40})")
CRASHED = 70
ARCH_NOTES = {"x86_64": ("NT_X86_XSTATE",), "arm64": ("NT_ARM_TLS", "NT_ARM_PAC_MASK")}
SOME = ("nested", "in-interrupt", "thread-overflow", "heap-overrun")


def dump(image, core, *args, options=()):
    """Boots an image that writes a core file."""
    return image.run(*args, options=["--core", str(core), *options])


def output(*words, env=None, cwd="/"):
    return subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, cwd=cwd,
                          stderr=subprocess.STDOUT, text=True, timeout=RUN_SECONDS, check=False,
                          env={**os.environ, "DEBUGINFOD_URLS": "", **(env or {})}).stdout


def backtrace(core, *commands, **more):
    return output(ROOT / "support" / "gdb", core, "-batch", "-iex", "set width 0", "-ex", "bt",
                  *(word for c in commands for word in ("-ex", c)), **more)


def check_elfutils(core, image_id, crashed=True):
    """Notes that are read to their end; the image with its build-id."""
    notes = output("eu-readelf", "-n", core)
    for name in ("PRSTATUS", "FPREGSET", "PRPSINFO", "AUXV", "FILE") + ("SIGINFO",) * crashed:
        assert re.search(rf"^ +\w+ +\d+ +{name}$", notes, re.M), notes
    assert "eu-readelf" not in notes, notes
    modules = output("eu-unstrip", "-n", "--core", core)
    assert re.search(rf"^0x[0-9a-f]+\+0x[0-9a-f]+ {image_id}@", modules, re.M), modules


def test_kinds(arch, tmp_path):
    """Frames and registers of the screen, which test_crash_gdb.py has compared with gdb's."""
    image = build("crash", arch)
    kinds = KINDS if os.environ.get("VITRINE_ALL") else SOME
    for kind in (k for k in kinds if arch in KINDS[k].arch):
        core = tmp_path / kind
        result = dump(image, core, kind.partition(":")[0])
        assert result.status == CRASHED and core.exists(), result.text
        screen = read_screen(result)
        text = backtrace(core, "uk threads", "frame 0", "info registers")
        check_elfutils(core, BUILD_ID.search(result.text)[1])
        check_registers(screen, text)
        listed = {(int(number), name, time) for number, name, time in CPU_TIME.findall(text)}
        shown = {(number, thread.name, thread.cpu_time) for number, thread in screen.threads.items()}
        assert shown and shown <= listed, text + result.text
        frames = [plain_name(name) for name in FRAME.findall(text)]
        rest = iter(frames)
        # gcc's name of a static variable has a number
        names = [re.sub(r"\.\d+$", "", name) for name in screen.functions if name]
        # gdb may find no way where the screen ends early
        assert KINDS[kind].end or all(name in rest for name in names), text + result.text
        core.unlink()


def check_registers(screen, text):
    """Those that have one name in both."""
    its = {{"x29": "fp", "x30": "lr"}.get(name, name): value for name, value in registers(text).items()}
    common = its.keys() & screen.registers.keys()
    for pc in common & {"rip", "pc"}:  # of a call the core has the call itself
        assert 0 <= screen.registers[pc] - its[pc] <= 5, text
        its[pc] = screen.registers[pc]
    differ = {name: (hex(its[name]), hex(screen.registers[name])) for name in common if its[name] != screen.registers[name]}
    assert len(common) >= 17 and not differ, (differ, text)


@pytest.mark.parametrize("arch, machine", ON_MACHINES)
def test_file(arch, machine, tmp_path):
    """The file has its name when it is complete, and no other user may read it; the
    guest's memory reads as it is at that moment."""
    image, core = build("crash", arch), tmp_path / "core"
    core.write_text("of an earlier run")
    result = dump(image, core, "null-write", options=["--machine", machine])
    assert core.stat().st_mode & 0o777 == 0o600 and list(tmp_path.iterdir()) == [core]
    assert f"support/run: core file {core}, " in result.text, result.text
    assert core.stat().st_size < 2 << 20  # of 128 MiB
    check_elfutils(core, BUILD_ID.search(result.text)[1])
    text = backtrace(core, "info threads", "print *(int *)uk_build_id", "info proc cmdline")
    assert "null_write () at apps/crash/kinds.c:" in text and '"main"' in text, text
    assert re.search(r"^\d+\t.*nowhere = ", text, re.M) and "No such file" not in text, text  # at the first stop
    assert "$1 = 4\n" in text and "crash null-write" in text, text  # the name's length
    notes = image.tool("readelf", "-nW", core)
    assert all(name in notes for name in ARCH_NOTES[arch]), notes
    lldb = output("lldb", "--no-lldbinit", "--batch", image.path, "-c", core, "-o", "bt")
    assert "null_write at kinds.c:" in lldb and "kvm_setup" in lldb, lldb


# VITRINE_ALL=1: all on each architecture.
MEMORY = [(arch, memory) for arch, own in zip((ARCHS[0], ARCHS[-1]), ("all", "stacks"))
          for memory in (("all", "stacks") if os.environ.get("VITRINE_ALL") else (own,))]


@pytest.mark.parametrize("arch, memory", dict.fromkeys(MEMORY))
def test_memory(arch, memory, tmp_path):
    """What a parameter leaves out cannot be read; stacks and variables can."""
    image, core = build("crash", arch), tmp_path / "core"
    result = dump(image, core, "heap-overrun", options=["-p", f"dump.memory={memory}"])
    text = backtrace(core, "uk threads", "uk log 1", "print/x *(char *)uksched.first.pub.stack.base",
                     "python r = [*filter(lambda s: s, gdb.execute('info files', True, True).split('load'))]; "
                     "print('segments', len(r))")
    assert "main" in FRAME.findall(text) and "running" in text, text + result.text
    listed = image.tool("readelf", "-lW", core)
    sizes = [int(m, 16) for m in re.findall(r"^ +LOAD +0x\w+ 0x\w+ 0x\w+ 0x\w+ (0x\w+)", listed, re.M)]
    assert sum(sizes) > 120 << 20 if memory == "all" else sum(sizes) < 8 << 20, listed
    bad = dump(image, core, "null-write", options=["-p", "dump.memory=some"])
    assert bad.status == 71 and "dump.memory=some: use all, used or stacks" in bad.text, bad.text


def test_unreadable(arch, tmp_path):
    """A page that is mapped and cannot be read is not in the file; those beside it are."""
    image, core = build("tests/apps/workers", arch), tmp_path / "core"
    result = dump(image, core, "hole")
    assert result.status == CRASHED and core.exists(), result.text
    pages = [0x600000000000 + n * 4096 for n in range(3)]
    text = backtrace(core, *(f"output *(char *){at:#x}" for page in pages for at in (page, page + 4095)))
    bad = "".join(rf"Cannot access memory at address {pages[1] + at:#x}\n" for at in (0, 4095))
    assert re.search(rf"118 'v'118 'v'{bad}118 'v'118 'v'$", text.rstrip()), text
    loads = [(int(start, 16), int(size, 16)) for start, size in re.findall(
        r"^ +LOAD +0x\w+ (0x\w+) 0x\w+ 0x\w+ (0x\w+)", image.tool("readelf", "-lW", core), re.M)]
    assert [(start, size) for start, size in loads if pages[0] <= start < pages[2] + 4096] == \
        [(pages[0], 4096), (pages[2], 4096)], loads


def test_make_run(tmp_path):
    image, core = build("crash", ARCHS[0]), tmp_path / "core"
    done = make("run", f"APP={image.app}", f"ARCH={image.arch}", f"O={image.path.parent.parent}", "ARGS=null-write",
                f"NEWLIB_DIR={SHARED}/newlib-{image.arch}", f"CORE={core}", check=False)
    assert f"core file {core}, " in done.stdout and "in null_write ()" in backtrace(core), done.stdout


def test_none(tmp_path):
    """A guest that writes no core file, and why."""
    image, core = build("crash", ARCHS[0]), tmp_path / "core"
    early = dump(image, tmp_path / "early", "null-write", options=["-p", "dump.console=none"])
    assert early.status == CRASHED and "no core file: the guest crashed before" in early.text
    fine = dump(image, tmp_path / "fine")
    assert fine.status == 0 and not (tmp_path / "fine").exists() and "core file" not in fine.text
    without = dump(build("hello", ARCHS[0]), tmp_path / "without")
    assert without.status == 0 and "--core has no effect: switch LIBUKDUMP on" in without.text
    nowhere = dump(image, tmp_path / "no" / "where")
    assert nowhere.status == 2 and "name a file in a folder that exists" in nowhere.text


def deliver(receiver, data):
    """As QEMU does."""
    with open(f"/dev/fd/{receiver.spool.fileno()}", "wb") as f:
        f.write(data)


def test_incomplete(tmp_path):
    """What arrives of a file that ends early stays, under another name; packed or not."""
    core = tmp_path / "core"
    dump(build("crash", ARCHS[0]), core, "null-write")
    data = core.read_bytes()
    core.unlink()
    packed = b"VDUMP1\r\n" + b"".join(bytes([len(data[i:i + 128]) - 1]) + data[i:i + 128]
                                      for i in range(0, len(data), 128))
    for written, arrived in ((data[:-1], len(data) - 1), (data[:100], 64), (packed[:-1], None),
                             (b"no ELF file" * 10, None)):
        with core_receiver.Receiver(core) as receiver:
            deliver(receiver, written)
            message, = receiver.end()
        part = tmp_path / "core.part"
        assert not core.exists() and str(part) in message and "core" in message
        assert arrived in (None, part.stat().st_size), message
    with core_receiver.Receiver(core) as receiver:
        deliver(receiver, data + packed)
        assert len(receiver.end()) == 2
    assert core.read_bytes() == (tmp_path / "core.2").read_bytes() == data


class NeverWalked:
    """A folder of images that need not be looked through: there may be thousands."""

    def __fspath__(self):
        raise AssertionError


@pytest.mark.any_arch
@pytest.mark.parametrize("arch", ARCHS)
def test_image_is_found(arch, tmp_path):
    """By its path; by its build-id below build/ or at a server; if neither, the message has both."""
    image = tmp_path / "copy.elf"
    image.write_bytes(build("crash", arch).path.read_bytes())
    core = tmp_path / "core"
    subprocess.run([*SUPPORT_RUN, "--core", core, image, "null-write"], check=False,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    # another build-id than any image of the build folders
    for path in (image, core):
        data = path.read_bytes()
        at = data.index(b"\x04\0\0\0\x14\0\0\0\x03\0\0\0GNU\0") + 16
        path.write_bytes(data[:at] + b"\xab" * 20 + data[at + 20:])
    assert "in null_write ()" in backtrace(core)
    assert core_file.Core(core).find_image([NeverWalked()]) == str(image)
    other = build("crash", arch).path
    for own, its in (([image, core], [other, core]), ([core, image], [core, other]), ([image, "-c", core], [other, "-c", core])):
        assert "in null_write ()" in output(ROOT / "support/gdb", *own, "-batch", "-ex", "bt")
        assert "`null_write at kinds.c:" in output(ROOT / "support/gdb", "--lldb", *own, "--batch", "-o", "bt")
        for debugger in ([], ["--lldb"]):
            wrong = output(ROOT / "support/gdb", *debugger, *its, "-batch")
            assert re.search(f"{core} is a core file of the image with build-id {'ab' * 20}, .*crash.elf has ", wrong), wrong
    cut = tmp_path / "cut"
    before_id = core.read_bytes().index(b"\xab" * 20)
    for size, reason in ((1000, "is not an image"),
                         (before_id, f"cut short, {before_id} of .* use support/gdb IMAGE -c")):
        cut.write_bytes(core.read_bytes()[:size])
        assert re.search(reason, backtrace(cut)), reason
    below = tmp_path / "build" / "x" / "other.elf"
    below.parent.mkdir(parents=True)
    image.rename(below)
    assert "in null_write ()" in backtrace(core, cwd=tmp_path)
    store = tmp_path / "store"
    store.mkdir()
    below.rename(store / "symbols")
    assert re.search(f"no image with build-id {'ab' * 20}.*{image}.*DEBUGINFOD_URLS", backtrace(core))
    port = free_port()
    with subprocess.Popen(["debuginfod", "-p", str(port), "-d", ":memory:", "-F", store],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as server:
        try:
            url = f"http://127.0.0.1:{port}/buildid/{'ab' * 20}/executable"
            until(lambda: not subprocess.run(["curl", "-sfo", "/dev/null", url], check=False).returncode)
            text = backtrace(core, env={"DEBUGINFOD_URLS": f"http://127.0.0.1:{port}",
                                        "DEBUGINFOD_CACHE_PATH": str(tmp_path / "cache")})
            assert "in null_write ()" in text and "Downloading" in text, text
            text = output(ROOT / "support" / "gdb", "--lldb", core, "--batch", "-o", "bt", "-o", "uk threads",
                          env={"DEBUGINFOD_URLS": f"http://127.0.0.1:{port}", "DEBUGINFOD_CACHE_PATH": str(tmp_path / "lldb's")})
            assert "`null_write at kinds.c:" in text and re.search(r"^\d+ +main +running ", text, re.M), text
        finally:
            server.terminate()


# lldb 14 reads no ymm registers in core files of x86_64.
VECTORS = {"x86_64": [f"xmm{n}" for n in range(16)], "arm64": [f"v{n}" for n in range(32)]}


def lldb_registers(image, core, names):
    """The bytes of vector registers in each thread that has some, as lldb has them: a CPU that idled has none."""
    head = ["lldb", "--no-lldbinit", "--batch", image.path, "-c", core]
    threads = len(re.findall(r"^[ *] thread #\d+", output(*head, "-o", "thread list"), re.M))
    said = output(*head, *(word for n in range(1, threads + 1) for command in
                           (f"thread select {n}", f"register read {' '.join(names)}") for word in ("-o", command)))
    values = [dict(re.findall(r"^ +(\w+) = \{([0-9a-fx ]+)\}", part, re.M)) for part in said.split("(lldb) thread select ")]
    return [b"".join(bytes(int(byte, 16) for byte in seen[name].split()) for name in names) for seen in values if seen]


def test_vectors(arch, tmp_path):
    image, core = build("tests/apps/workers", arch), tmp_path / "core"
    with StubGuest(image, "vectors", place="vport", options=("--core", str(core))) as g:
        g.gdb("dump_vectors", more=SCENES)
        assert g.end().status == 0
    play(image, "", "open_vectors", str(core), more=SCENES)
    seen = lldb_registers(image, core, VECTORS[arch])
    for worker in range(2):
        values = bytes((37 * worker + 11) * (j + 3 * worker + 1) & 255 for j in range(512))
        if arch == "x86_64":
            values = b"".join(values[at:at + 16] for at in range(0, 512, 32))
        assert values in seen, (worker, values, seen)


# Each of 200 is looked at in the guest and in the core: half a minute.
@pytest.mark.any_arch
@pytest.mark.parametrize("count", [1, 8, *([200] if os.environ.get("VITRINE_ALL") else [])])
def test_crowd(arch, count, tmp_path):
    image, core, notes = build("tests/apps/workers", arch), tmp_path / "core", tmp_path / "notes"
    memory = "stacks" if count == 8 else "used"
    with StubGuest(image, "crowd", str(count), place="vport", options=("--core", str(core)),
                   params=[f"dump.memory={memory}"]) as g:
        g.gdb("crowd_crashes", count, str(notes), more=SCENES, seconds=RUN_SECONDS + count)
        assert g.end().status == CRASHED
    play(image, "", "open_crowd", str(core), str(notes), more=SCENES)
    traces = re.split(r"^[ *] thread #", output("lldb", "--no-lldbinit", "--batch", image.path, "-c", core, "-o", "bt all"),
                      flags=re.M)[1:]
    assert "crowd(" in traces[0] and len([t for t in traces if "workers_wait(" in t]) == count - 1, traces
    check_elfutils(core, BUILD_ID.search(output("eu-readelf", "-n", image.path).replace(
        "Build ID: ", "build-id "))[1])


@pytest.mark.any_arch
def test_damaged(arch, tmp_path):
    """A thread whose registers cannot be read is left out; a fault of the writer ends
    the dump alone."""
    image, core = build("tests/apps/workers", arch), tmp_path / "core"
    with StubGuest(image, "crowd", "4", place="vport", options=("--core", str(core))) as g:
        g.gdb("damage", "*(long *)&uksched.last->trap = 0x10", more=SCENES)
        assert g.end().status == CRASHED
    text = backtrace(core, "info threads")
    assert "in crowd (" in text or "crowd (count=4)" in text, text
    listed = re.findall(r"LWP (\d+) \"", text)
    assert listed == [str(i + 1) for i in range(3 + text.count('"idle '))], text
    core.unlink()
    with StubGuest(image, "crowd", "4", place="vport", options=("--core", str(core))) as g:
        g.gdb("damage", "*(long *)&uk_console_wanted[4] = 0x10", more=SCENES)
        result = g.end()
    assert result.status == CRASHED and "exit 70" in result.text, result.text
    assert re.search("crash while handling a crash: .* strcmp", result.text), result.text
    assert "no core file: the guest crashed before it could write one" in result.text


@pytest.mark.any_arch
def test_damaged_list(arch, tmp_path):
    """What can be read of the list of threads is shown, and that there is more."""
    with StubGuest(build("tests/apps/workers", arch), "crowd", "4", place="vport", options=("--on-crash", str(tmp_path))) as g:
        g.gdb("damage", "*(unsigned int *)&uksched.last->pub.id = 1", more=SCENES)
        assert g.end().status == CRASHED
    folder, = tmp_path.glob("workers-*")
    report = json.loads((folder / "report.json").read_bytes())
    names = [t["name"] for t in report["threads"] if t["name"]]
    assert "main" in names and len(names) >= 3, report["threads"]
    assert re.fullmatch(r"those behind thread \d+ have no names: The list of threads is damaged at 0x\w+\.",
                        report["missing"]["threads"]), report["missing"]
    done = subprocess.run([ROOT / "support/gdb", folder / "core", "-batch", "-ex", "uk threads", "-ex", "uk report"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=RUN_SECONDS)
    listed = done.stdout.partition("Place\n")[2]
    assert all(re.search(rf"^ *\d+ +{re.escape(name)} ", listed, re.M) for name in names), done.stdout
    assert "Thread 1: main, " in listed and "is damaged at" in done.stderr, done
    assert "Threads behind that are unknown." in done.stdout, done


@pytest.mark.any_arch
@pytest.mark.parametrize("whose, shown", [("own", []), ("last", ["main", "member", "member"])])
def test_overwritten_thread(arch, whose, shown, tmp_path):
    """The thread that crashes has overwritten its own structure, or that of another one:
    nothing is made of what stands there."""
    result = build("tests/apps/workers", arch).run("crowd", "4", whose, options=["--on-crash", str(tmp_path)])
    assert result.status == CRASHED and "crash while" not in result.text, result.text
    assert ("Running: a thread whose structure is damaged (0x" in result.text) == (not shown), result.text
    listed = re.findall(r"CRIT: Thread \d+: (\w+)", result.text)
    assert [name for name in listed if name != "idle"] == shown, result.text
    assert "Threads behind that: unknown, the list is damaged" in result.text, result.text
    folder, = tmp_path.glob("workers-*")
    report = json.loads((folder / "report.json").read_bytes())
    assert "is damaged at" in report["missing"]["threads"], report
    assert not [t for t in report["threads"] if t["id"] == 0x41414141], report["threads"]
    assert "crowd (" in backtrace(folder / "core")


@pytest.mark.any_arch
def test_time(arch, tmp_path):
    """One instruction is a tick: a dump takes many, and the program's clock stands."""
    image, core = build("tests/apps/workers", arch), tmp_path / "core"
    result = dump(image, core, "dump", options=["--icount", *ORDERED])
    assert result.status == 0 and "core file written" not in result.text, result.text
    us = int(re.search(r"^dump 0, (\d+) us$", result.text, re.M)[1])
    assert us < 1000, result.text
    assert "in dump () at tests/apps/workers/main.c:" in backtrace(core)


@pytest.mark.any_arch
def test_guest_goes_on(arch, tmp_path):
    """A file is there while the guest runs, the next one beside it; a client of the HTTP
    server gets to know what became of it. With GET it gets a file itself, while it
    reads; the next client is served when it does not read on."""
    core, got = tmp_path / "core", tmp_path / "got"
    machine = next(m for a, m in ON_MACHINES if a == arch)
    image = build("tests/apps/http", arch)
    token, right = ["-p", "http.token=letmein"], {"Authorization": "Bearer letmein"}
    with HttpGuest(image, machine, 3, options=["--core", core, *token]) as g:
        g.wait_for("ready")
        for path in (core, tmp_path / "core.2"):
            assert g.ask("/core", "POST", **right)[::2] == (200, b"core file written\n")
            until(path.exists)
        for method in ("POST", "GET"):
            assert g.ask("/core?memory=all", method)[0] == 401
            assert g.ask("/core?memory=all", method, **right)[::2] == (400, b"/core takes no parameters: leave out ?memory=all\n")
        assert not (tmp_path / "core.3").exists()
        status, fields, body = g.ask("/core", **right)
        assert (status, fields["content-type"]) == (200, "application/octet-stream")
        got.write_bytes(body)
        assert g.ask("/core", "HEAD", **right)[::2] == (200, b"") and g.ask("/core", "PUT")[0] == 405

        def leaves():
            """With luck the kernel has taken the whole file by then."""
            with g.connect(window=4096) as client:
                client.sendall(b"GET /core HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer letmein\r\n\r\n")
                assert client.recv(12) == b"HTTP/1.1 200"
            with contextlib.suppress(http.client.BadStatusLine):  # the rest of that file, see CAVEATS
                return "ukhttp_gone_total 0" not in g.get("/metrics")
            return False
        until(leaves)
        g.wait_for("the HTTP server's line takes no more")
    for path in (core, got):
        # an idle thread on its CPU has registers if the CPU was stopped
        assert {"http", *(f"idle {n}" for n in range(1, CPUS))} <= \
            set(re.findall(r'LWP \d+ "([\w ]+)"', backtrace(path, "info threads"))), path
        assert re.search(r"in get_core |in post_core ", backtrace(path)), path
        check_elfutils(path, BUILD_ID.search(output("eu-readelf", "-n", image.path).replace(
            "Build ID: ", "build-id "))[1], crashed=False)
    with HttpGuest(image, machine, 3, options=token) as g:
        g.wait_for("ready")
        status, _, body = g.ask("/core", "POST", **right)
        assert status == 503 and b"boot with support/run --core FILE" in body
