#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Real debuggers on the mock: debuggers.py FOLDER, prints TAP.

gdb compiles conditions to bytecode and decides them itself as well
(conditions.py); gdb and lldb read the target's description, registers, memory,
threads, and say what a user sees. No guest, no CPU.
"""
import os
import re
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, "../../../../support"))
from archs import ARCHS  # noqa: E402  pylint: disable=wrong-import-position

BUILD = sys.argv[1]
results = []


def tap(good, name, detail=""):
    results.append(good)
    print("%s %d - %s" % ("ok" if good else "not ok", len(results), name))
    if not good:
        print("".join("# %s\n" % line for line in detail.splitlines()), end="")


def compile_debuggee(arch):
    cc = ARCHS[arch].tools + "gcc"
    out = os.path.join(BUILD, "debuggee-" + arch)
    subprocess.run([cc, "-g", "-O0", "-nostdlib", "-static", "-fno-pie", "-no-pie",
                    "-fno-stack-protector", "-o", out,
                    os.path.join(HERE, "debuggee.c")], check=True)
    symbols = subprocess.run(["nm", out], check=True, capture_output=True,
                             text=True).stdout
    return out, re.search(r"^(\w+) . counter$", symbols, re.M).group(1)


class Server:
    """The mock, serving until the end of the with block."""

    def __init__(self, arch, program="server"):
        self.elf, counter = compile_debuggee(arch)
        port = os.path.join(BUILD, "port-" + arch)
        if os.path.exists(port):
            os.unlink(port)
        self.process = subprocess.Popen([os.path.join(BUILD, program), self.elf, arch, port,
                                         counter], stdout=subprocess.PIPE, text=True)
        end = time.monotonic() + 20
        self.port = ""
        while not self.port.endswith("\n"):
            if time.monotonic() > end or self.process.poll() is not None:
                raise RuntimeError("the server does not start")
            time.sleep(0.01)
            if os.path.exists(port):
                self.port = open(port).read()
        self.port = self.port.strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def gdb(server, arch, *arguments):
    env = dict(os.environ, PORT=server.port, ARCH=arch)
    return subprocess.run(["gdb-multiarch", "-batch", "-nx", "-iex",
                           "set style enabled off", server.elf, *arguments],
                          capture_output=True, text=True, env=env,
                          timeout=60, stdin=subprocess.DEVNULL)


def check_conditions(server, arch):
    run = gdb(server, arch, "-x", os.path.join(HERE, "conditions.py"))
    count = 0
    for line in run.stdout.splitlines():
        if re.match(r"(not )?ok - ", line):
            tap(line.startswith("ok"), line.split(" - ", 1)[1])
            count += 1
        elif line.startswith("# "):
            print(line)
    tap(count > 50, arch + ": all conditions were tried", run.stdout + run.stderr)


def check_gdb(server, arch):
    """What a user sees, by gdb."""
    sp, pc = ARCHS[arch].sp, ARCHS[arch].pc
    system = "cr0" if arch == "x86_64" else "sctlr_el1"
    out = gdb(server, arch, "-ex", "target remote 127.0.0.1:" + server.port,
              "-ex", "p/x $" + sp, "-ex", "info symbol $" + pc,
              "-ex", "info threads", "-ex", "p $%s = 0x7008000" % sp,
              "-ex", "p/x $" + sp, "-ex", "p first.next->v",
              "-ex", "p table[2] = 77", "-ex", "p table[2]",
              "-ex", "p *(int *)0", "-ex", "p $%s = 1" % system,
              "-ex", "find &first, +sizeof(first), (char)'f', (char)'i'",
              "-ex", "compare-sections .text", "-ex", "monitor hello",
              "-ex", "maint print target-stack",
              "-ex", "set dprintf-style agent",
              "-ex", 'dprintf work,"counter is %d, %s.\\n",counter,&first.name[0]',
              "-ex", 'dprintf main,"hex %x %ld\\n",counter,table[2]',
              "-ex", "continue")
    text = out.stdout + out.stderr
    for pattern in (r"\$1 = 0x7008080", r" in section \.text",
                    r'\* 1 +Thread 1\.1 "main" \(running\)',
                    r'  3 +Thread 1\.3 "w<"&}\*>" \(waiting <-\)',
                    r"= 0x7008000", r"= -5\n", r"\$\d = 77\n\$\d = 77",
                    r"Cannot access memory at address 0x0",
                    r"Could not write register \"%s\"" % system,
                    r"<first\+\d+>\n1 pattern found",
                    r"Section \.text.* matched",
                    r"you said hello",
                    r"counter is 0, first\.", r"counter is 39, first\.",
                    r"hex 27 77", r"exited with code 03"):
        tap(re.search(pattern, text, re.S) is not None, "%s: gdb: %s"
            % (arch, pattern.replace("\n", " ")), text)


def check_lldb(server, arch):
    fp = ARCHS[arch].fp
    commands = ["gdb-remote 127.0.0.1:" + server.port, "register read " + fp,
                "thread list", "breakpoint set -n work",
                "register write %s 0x7008108" % fp, "register read " + fp,
                "memory region &first", "expression first.next->v",
                "memory write &table[0] 0x55", "expression table[0]",
                "continue", "frame variable colour", "process detach"]
    run = subprocess.run(["lldb", "--batch", "--no-lldbinit", server.elf]
                         + [w for c in commands for w in ("-o", c)],
                         capture_output=True, text=True, timeout=60,
                         stdin=subprocess.DEVNULL)
    text = run.stdout + run.stderr
    for pattern in (fp + r" = 0x0000000007008100", r"thread #1.*name = 'main'",
                    r"thread #3.*w<\"&}\*>", fp + r" = 0x0000000007008108",
                    r"rw-", r"= -5\n", r"stop reason = breakpoint 1\.1",
                    r"\(volatile colour\) colour|\(colour\) colour",
                    r"Process 1 detached"):
        tap(re.search(pattern, text) is not None, "%s: lldb: %s"
            % (arch, pattern.replace("\n", " ")), text)


def check_smallest(server, arch):
    """A session without any option: no description, no threads."""
    out = gdb(server, arch, "-ex", "target remote 127.0.0.1:" + server.port,
              "-ex", "break work if counter == 7", "-ex", "break main",
              "-ex", "continue", "-ex", "p counter", "-ex", "p table[2] = 9",
              "-ex", "p table[2]", "-ex", "stepi", "-ex", "info threads",
              "-ex", "detach")
    text = out.stdout + out.stderr
    for pattern in (r"Breakpoint 1, work \(", r"\$1 = 7", r"\$2 = 9\n\$3 = 9",
                    r"\* 1 +Thread <main>", r"Detaching|detached"):
        tap(re.search(pattern, text) is not None, "%s: smallest: %s"
            % (arch, pattern.replace("\n", " ")), text)


for machine in ARCHS:
    with Server(machine, "smallest") as mock:
        check_smallest(mock, machine)
    with Server(machine) as mock:
        check_conditions(mock, machine)
        check_gdb(mock, machine)
    if shutil.which("lldb"):
        with Server(machine) as mock:
            check_lldb(mock, machine)
print("1..%d" % len(results))
sys.exit(not all(results))
