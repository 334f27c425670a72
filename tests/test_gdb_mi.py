# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""gdb/MI as an IDE speaks it (VS Code's cppdbg with the launch.json of
doc/guide.md): gdb's own interpreter, a dialogue of commands and records."""

import json
import os
import re
import select
import subprocess
import time

import pytest

from gdb_guest import PLACE_LIST, StubGuest
from vitrine import ORDERED, ROOT, RUN_SECONDS, build

pytestmark = pytest.mark.any_arch


@pytest.fixture(params=PLACE_LIST, ids="-".join)
def place(request):
    return request.param


class Mi:
    """One gdb behind its machine interface."""

    def __init__(self, image):
        self.gdb = subprocess.Popen([image.target.gdb, "-nx", "-q", "-i=mi"],
                                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        self.text, self.token, self.said = b"", 0, []
        self.command(f'-file-exec-and-symbols "{image.path}"')

    def record(self):
        """The next line that gdb says."""
        end = time.monotonic() + RUN_SECONDS
        while b"\n" not in self.text:
            ready = select.select([self.gdb.stdout], [], [], end - time.monotonic())[0]
            data = os.read(self.gdb.stdout.fileno(), 65536) if ready else b""
            assert data, "\n".join(self.said[-40:])
            self.text += data
        line, _, self.text = self.text.partition(b"\n")
        self.said.append(line.decode(errors="replace"))
        return self.said[-1]

    def until(self, pattern):
        while not (found := re.search(pattern, self.record())):
            pass
        return found

    def command(self, text, result="done|running|connected"):
        """Returns what the result record says."""
        self.token += 1
        self.said.append(f"> {text}")
        self.gdb.stdin.write(f"{self.token}{text}\n".encode())
        found = self.until(rf"^{self.token}\^(\w+)(.*)")
        assert re.fullmatch(result, found.group(1)), "\n".join(self.said[-40:])
        return found.group(2)

    def stopped(self, reason):
        """Until the program stops, for that reason."""
        found = self.until(r"^\*stopped,(.*)").group(1)
        assert f'reason="{reason}"' in found, found
        return found

    def end(self):
        self.gdb.stdin.close()
        self.gdb.kill()
        self.gdb.wait()
        self.gdb.stdout.close()


@pytest.fixture
def mi():
    opened = []

    def start(image):
        opened.append(Mi(image))
        return opened[-1]
    yield start
    for one in opened:
        one.end()


def launch_json():
    """The configuration that the guide shows."""
    guide = (ROOT / "doc/guide.md").read_text()
    text = re.search(r"```json file=\S*launch\.json\n(.*?)```", guide, re.S).group(1)
    return json.loads(text)["configurations"][0]


def connect(mi, g):
    """What cppdbg sends for MIMode gdb with an address of a server."""
    gdb = mi(g.image)
    for option in ("target-async on", "mi-async on", "pagination off", "confirm off"):
        gdb.command(f"-gdb-set {option}")
    for command in launch_json()["setupCommands"]:
        text = command["text"].replace("${workspaceFolder}", str(ROOT))
        gdb.command(f'-interpreter-exec console "{text}"')
    gdb.command(f"-target-select remote {g.at}")
    return gdb


def test_session(place, mi):
    """Stop in main, look, step, run to a breakpoint, on to the end."""
    with StubGuest(build("debuggee", place[0]), "loop", "4", place=place[1]) as g:
        gdb = connect(mi, g)
        gdb.command("-break-insert -f main")
        gdb.command("-exec-continue")
        assert 'func="main"' in gdb.stopped("breakpoint-hit")
        assert 'name="main"' in gdb.command("-thread-info")
        frames = re.findall(r'func="(\w+)"', gdb.command("-stack-list-frames 0 20"))
        assert frames[0] == "main" and "uk_boot" in frames, frames
        assert 'file="' in gdb.command("-stack-list-frames 0 0")

        gdb.command("-break-insert -f debuggee_add")
        gdb.command("-exec-continue")
        assert 'func="debuggee_add"' in gdb.stopped("breakpoint-hit")
        variables = gdb.command("-stack-list-variables --thread 1 --frame 0 --simple-values")
        assert 'name="a"' in variables and 'value="20"' in variables, variables
        assert 'value="2' in gdb.command('-var-create - * "a + 0"')
        made = gdb.command('-var-create - * "list"')
        name = re.search(r'name="(\w+)"', made).group(1)
        assert 'numchild="6"' in made
        assert re.search(r'exp="small".*exp="wide",.*?value="700"',
                         gdb.command(f"-var-list-children --all-values {name}"))
        assert 'value="2.5"' in gdb.command('-data-evaluate-expression "ratio"')
        assert 'contents="03000000' in gdb.command("-data-read-memory-bytes &list 16")
        gdb.command("-exec-finish")
        assert 'gdb-result-var="$1",return-value="42"' in gdb.stopped("function-finished")
        gdb.command("-exec-next")
        gdb.stopped("end-stepping-range")
        gdb.command("-gdb-set var verdict = 4")
        gdb.command("-break-delete")
        gdb.command("-exec-continue")
        assert 'exit-code="04"' in gdb.stopped("exited")
        assert g.end().status == 4


def test_interrupt_and_detach(place, mi):
    """Pause, breakpoints set while it runs, and away from a running program."""
    with StubGuest(build("debuggee", place[0]), "spin", place=place[1]) as g:
        gdb = connect(mi, g)
        gdb.command("-break-insert -t debuggee_spin")
        gdb.command("-exec-continue --all")
        gdb.stopped("breakpoint-hit")
        gdb.command("-exec-continue")
        for _ in range(3):
            gdb.command("-exec-interrupt")
            found = gdb.stopped("signal-received")
            assert 'signal-name="SIGINT"' in found
            assert "debuggee_spin" in gdb.command("-stack-list-frames")
            gdb.command("-exec-continue")
        gdb.command("-exec-interrupt")
        gdb.stopped("signal-received")
        gdb.command("-gdb-set var verdict = 6")
        gdb.command("-target-detach")
        assert g.end().status == 6


def test_threads(place, mi):
    image = build("threads", place[0],
                  config=("CONFIG_LIBVIRTIO_CONSOLE=y",))
    with StubGuest(image, place=place[1], options=ORDERED) as g:
        gdb = connect(mi, g)
        gdb.command("-break-insert -f work")
        for _ in range(2):
            gdb.command("-exec-continue")
            found = gdb.stopped("breakpoint-hit")
        worker1 = re.search(r'thread-id="(\d+)"', found)[0]
        info = gdb.command("-thread-info")
        assert all(f'name="worker{i}"' in info for i in range(4)), info
        assert f"current-{worker1}" in info
        assert "sched_switch" in gdb.command("-stack-list-frames --thread 1")
        gdb.command('-interpreter-exec console "uk threads"')
        assert any(re.match(r'~"\d+ +worker1 +running', line) for line in gdb.said), gdb.said
        gdb.command(f"-exec-next --thread {worker1[11:-1]}")
        assert worker1 in gdb.stopped("end-stepping-range")
        gdb.command("-break-delete")
        gdb.command("-exec-continue")
        gdb.stopped("exited-normally")
        assert g.end().status == 0
