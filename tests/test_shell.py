# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""lib/ukshell: a shell on a port of its own beside a program that reads stdin,
and on the terminal; typed as a terminal in its usual mode and as a raw one
sends it. What it says is compared with what the program and the image say."""

import contextlib
import re
import subprocess
import time

import pexpect
import pytest
from guest import Guest, until
from vitrine import ON_MACHINES, ROOT, SUPPORT_RUN, build

pytestmark = pytest.mark.any_arch

SECONDS = 60
CONFIG = ("CONFIG_LIBUKSHELL=y", "CONFIG_LIBUKSTORE=y", "CONFIG_LIBVIRTIO_CONSOLE=y", "CONFIG_LIBUKDUMP=y",
          "CONFIG_LIBUKSHELL_CHANGES=y", "CONFIG_LIBUKTRACE=y", "CONFIG_LIBUKPROF=y", "CONFIG_LIBUKPROBE=y")
TOKEN = "open sesame"
PROMPT = b"cmd> "


@pytest.fixture(scope="module")
def image(arch):
    return build("cmd", arch, config=CONFIG)


class Client:
    """A client at the shell's socket."""

    def __init__(self, guest):
        self.socket = guest.connect()
        self.got = b""

    def until(self, end):
        """What comes up to and with `end`."""
        while end not in self.got:
            more = self.socket.recv(65536)
            assert more, f"closed after {self.got!r}"
            self.got += more
        text, _, self.got = self.got.partition(end)
        return text + end

    def cooked(self, line):
        """A line as nc sends it; its output, which ends in the prompt."""
        self.socket.sendall(line.encode() + b"\n")
        return self.until(PROMPT)[:-len(PROMPT)].decode()


@contextlib.contextmanager
def guest(image, tmp_path):
    """A guest whose program reads stdin, and a client at its shell."""
    path = tmp_path / "shell"
    with Guest(image, at=path, stdin=True, options=["--shell", path, "--core", tmp_path / "core", "-p", f"shell.token={TOKEN}"]) as g:
        client = Client(g)
        client.until(PROMPT)
        yield g, client


def check_trace(image, text):
    """Each frame as binutils have it; main waits for a line."""
    frames = re.findall(r"^  \[([0-9a-f]+)\] (\S+)\+[0-9a-f]+ \((\S+):(\d+)\)$", text, re.M)
    assert len(frames) > 5 and not re.search("trace ends|not shown", text), text
    for i, (pc, name, file, line) in enumerate(frames):
        lines = image.tool("addr2line", "-fie", image.path, f"{int(pc, 16) - (i > 0):#x}").split("\n")
        place = lines[-2].split(" ")[0]
        # read is _read in the source; assembly has lines only
        assert lines[-3] in ("??", name, f"_{name}") and line == place.rsplit(":", 1)[1], (lines, text)
        assert place.rsplit(":", 1)[0].endswith(file.removeprefix("...")), (place, file)
    (file, line), = ((f, l) for _, name, f, l in frames if name == "main")
    assert "fgets(" in (ROOT / file).read_text().splitlines()[int(line) - 1]


def check_dump(client, core):
    """The core file is of the shell's own thread, and of the others."""
    refused = "changes are refused: give the token first\n"
    for line in ("dump", "store set ukboot/request_shutdown 7", "phys 0x100000", "poweroff", "reset", "crash",
                 "tracepoints on *", "tracepoints off *", "tracepoints clear", "prof start", "prof stop", "probe add a 0x100000", "probe remove a"):
        assert client.cooked(line) == refused, line
    assert client.cooked("token") == "usage: token TEXT\n"
    for wrong in ("open", '"open sesame "', '""', "open sesame"):
        assert client.cooked(f"token {wrong}") == "wrong token\n"
        assert client.cooked("dump") == refused and not core.exists()
    assert client.cooked(f'token "{TOKEN}"') == ""
    assert TOKEN not in client.cooked("params") and "shell.token=not shown" in client.cooked("params shell")
    assert client.cooked("dump") == "core file written\n"
    assert client.cooked("dump x").startswith("usage: dump")
    until(core.exists)
    text = subprocess.run([ROOT / "support" / "gdb", core, "-batch", "-ex", "info threads"], text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=SECONDS, check=True).stdout
    assert re.search(r'^\* 1 .* "shell" +dump_now \(', text, re.M) and '"main"' in text, text


def test_commands(image, tmp_path):
    with guest(image, tmp_path) as (g, client):
        client.cooked("")
        assert "store ls [PREFIX]" in client.cooked("help")
        assert client.cooked("nonesuch").startswith("unknown command")
        names = re.findall(r"^ *\d+ (?!idle)(\S+) +(\w+)", client.cooked("threads"), re.M)
        assert [name for name, _ in names] == ["main", "shell"]
        assert ("shell", "running") in names
        # it looks again now and then, and is ready for a moment
        end = time.monotonic() + SECONDS
        while not re.search(r"^ *1 main +waiting", threads := client.cooked("threads"), re.M):
            assert time.monotonic() < end, threads
        assert re.search(r"^ *1 main +waiting .* at 0x[0-9a-f]+ .*\b_?read\+[0-9a-f]+ "
                         rf"\(lib/newlib/stdio\.c:\d+\) for input of {image.target.console}$", threads,
                         re.M), threads
        trace, report = "", ""
        while not (trace and trace in report and re.search(r"^Thread 1: main, waiting", report, re.M)):
            assert time.monotonic() < end, (trace, report)
            trace, report = client.cooked("trace 1"), client.cooked("report")
            check_trace(image, trace)
        assert re.search(rf"^Thread 1: main, waiting for input of {image.target.console}$", report, re.M), report
        assert re.search(r"^Thread \d+: shell, running(?: on CPU \d)?$", report, re.M) and "cmd_report+" in report, report
        shell = next(l.split()[0] for l in threads.splitlines() if "shell" in l)
        assert "cmd_trace+" in client.cooked(f"trace {shell}")
        assert client.cooked("trace 77") == "there is no thread 77; try threads\n"
        assert client.cooked("trace x") == "usage: trace ID\n"
        assert "bytes" in client.cooked("mem")
        assert "vport3: shell" in client.cooked("console")
        # interrupts of the device, of which its line has at least as many, and kicks
        line = re.search(r"vport3: shell\n.*interrupt (\d+)", client.cooked("console")).group(1)
        before, kicks = (int(client.cooked(f"store get ukvirtio/{name}"))
                         for name in ("interrupts", "notifications"))
        count = int(re.search(rf"^ *{line} +(\d+)", client.cooked("irq"), re.M).group(1))
        assert 0 < before <= count
        assert before < int(client.cooked("store get ukvirtio/interrupts"))
        assert kicks < int(client.cooked("store get ukvirtio/notifications"))
        # the store, against binutils and the program
        notes = image.tool("readelf", "-n", image.path)
        build_id = re.search(r"Build ID: ([0-9a-f]+)", notes).group(1)
        assert client.cooked("store get ukinit/build_id") == build_id + "\n"
        assert client.cooked("store get ukinit/b") == f"ukinit/build_id {build_id}\n"
        listed = client.cooked("store ls uksched/")
        assert "uksched/threads 2\n" in listed
        paths = [line.split()[0] for line in client.cooked("store ls").splitlines()]
        assert len(paths) > 40 and len(set(paths)) == len(paths)
        assert f"uksched/{shell}/thread_switches" in paths
        assert client.cooked("store get no/where") == \
            'no value "no/where"; try store ls\n'
        check_dump(client, tmp_path / "core")
        # stdin is the program's
        g.write(b"help\n")
        g.wait_for("= 0")
        client.socket.close()
        again = Client(g)
        again.until(PROMPT)
        assert again.cooked("store get ukinit/application") == "cmd\n"
        assert again.cooked("store set ukboot/request_shutdown 7").startswith("changes are refused")
        assert again.cooked(f'token "{TOKEN}"') == ""
        assert again.cooked("store set ukboot/request_shutdown 99") == '"99" is not 0 to 63\n'
        assert again.cooked("store set ukboot/request_shutdown 7") == ""
        result = g.end()
        assert result.status == 7 and "shutdown with status 7, as requested" in result.text


def test_raw(image, tmp_path):
    """Echo, corrections, and a line feed behind each carriage return."""
    with guest(image, tmp_path) as (_, client):
        client.socket.sendall(b"store gte\x7f\x7fet ukinit/arch\r")
        echo = client.until(PROMPT).decode()
        assert echo.startswith("store gte\b \b\b \bet ukinit/arch\r\nukinit/architecture ")
        client.socket.sendall(b"nonsense\x03")
        assert client.until(PROMPT) == b"nonsense^C\r\n" + PROMPT
        # pieces, however small
        for byte in b"store get ukinit/architecture\r":
            client.socket.sendall(bytes([byte]))
        assert client.until(PROMPT).decode() == \
            f"store get ukinit/architecture\r\n{image.arch}\r\n" + PROMPT.decode()


def row(echo):
    """What a terminal has on its row after these bytes, up to the line's end."""
    cells, at = [], 0
    for c in echo.split("\r\n")[0]:
        if c == "\b":
            at -= 1
        elif c != "\a":
            cells[at:at + 1] = [c]
            at += 1
    return "".join(cells).rstrip()


def test_editing(image, tmp_path):
    """Completion, history and the cursor, as a terminal sees them; a script that
    sends whole lines has none of it."""
    with guest(image, tmp_path) as (g, client):
        client.cooked("")
        assert client.cooked("store\tget\tukinit/architecture") == f"{image.arch}\n"
        assert client.cooked("store get ukinit/application\x01\x1b[A\x1b[D") == "cmd\n"
        paths = [line.split()[0] for line in client.cooked("store ls ukinit/").splitlines()]
        names = re.findall(r"^([\w-]+) ", client.cooked("help"), re.M)
        client.socket.sendall(b"\r")
        client.until(PROMPT)

        def typed(keys):
            client.socket.sendall(keys.encode() + b"\r")
            echo = client.until(b"\r\n" + PROMPT).decode()
            return row(echo), echo.partition("\r\n")[2].removesuffix("\r\n" + PROMPT.decode())
        # no other command begins so; store's words; a path
        assert typed("sto\tg\tukinit/arch\t") == ("store get ukinit/architecture", image.arch)
        for line in ('token "never ended', "token never"):  # are not in the history
            assert typed(line)[0] == line
        assert typed("\x1b[A\x17ukinit/appl\t") == ("store get ukinit/application", "cmd")
        assert typed("\x1b[A\x1b[A") == ("store get ukinit/architecture", image.arch)
        assert typed("tore gXt ukinit/architecture\x1b[Hs\x1b[F" + 21 * "\x1b[D" + "\x7fe") == \
            ("store get ukinit/architecture", image.arch)
        # what a word may become; the line stands there again
        for line, words in (("store get ukinit/", paths), ("", names), ("help ", names)):
            client.socket.sendall(line.encode() + b"\t")
            listed = client.until(PROMPT + line.encode()).decode()
            assert sorted(listed.split("\r\n")[1:-1]) == sorted(words)
            client.socket.sendall(b"\x03")
            client.until(PROMPT)
        # the next client has the history, too
        client.socket.close()
        client = Client(g)
        client.until(PROMPT)
        client.socket.sendall(b"\x03" + 3 * b"\x1b[A" + b"\r")
        client.until(b"\r\ncmd\r\n" + PROMPT)


def test_client_that_goes(image, tmp_path):
    """Half a line and unread output of one are nothing to the next."""
    with guest(image, tmp_path) as (g, client):
        for line in (b"stor", b"store ls\n", b"store ls\r" * 50, b"\x1b["):
            client.socket.sendall(line)
            client.socket.close()
            client = Client(g)
            client.until(PROMPT)
            # bytes that were on their way when the one before left come first
            client.socket.sendall(b"\x03\x03\r")
            client.socket.sendall(b"store get ukinit/application\r")
            client.until(b"store get ukinit/application\r\ncmd\r\n" + PROMPT)


@pytest.mark.parametrize("arch, machine", ON_MACHINES)
def test_on_the_terminal(arch, machine):
    """The log's console, with a serial line's other end: echo, Ctrl-U."""
    image = build("cmd", arch, config=CONFIG)
    child = pexpect.spawn(SUPPORT_RUN[0],
                          [*SUPPORT_RUN[1:], "--machine", machine, "-p", "console.stdio=none",
                           "-p", f"shell.console={image.target.console}", "-p", f"shell.token={TOKEN}",
                           str(image.path), "wait"],
                          timeout=SECONDS)
    try:
        child.expect_exact("cmd> ")
        child.send("nonsense\x15store get ukinit/architecture\r")
        # the host's terminal adds a carriage return of its own
        child.expect(rf"store get ukinit/architecture\r+\n{arch}\r+\ncmd> ")
        child.send("\x1b[A\x1b[D\x1b[D\x1b[D\x1b[D\x0b\r")
        child.expect(rf"architecture\x08{{4}} {{4}}\x08{{4}}\r+\nukinit/architecture {arch}\r+\n")
        child.expect_exact("cmd> ")
        child.send(f'token "{TOKEN}"\r')
        child.expect_exact("cmd> ")
        child.send("powerof\t5\r")
        child.expect_exact("exit 5")
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == 5
    finally:
        child.close(force=True)


def test_not_beside_stdin(arch, image):
    result = image.run(options=["-p", f"shell.console={image.target.console}"])
    assert result.status == 71
    assert f"shell.console={image.target.console}: this console is already used by stdin, a debugger or metrics" \
        in result.text


def test_q35_has_no_port(image, arch, tmp_path):
    if arch != "x86_64":
        return
    result = image.run(options=["--machine", "q35", "--shell", str(tmp_path / "s")])
    assert result.status == 2 and "q35 has no console for a shell" in result.text
