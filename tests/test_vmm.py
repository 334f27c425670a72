# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""support/vmm without KVM: its page walk beside QEMU's on the tables of an image, its program's
options and errors, its example in the documentation. What needs KVM is in test_vmm_nested.py."""

import os
import random
import re
import subprocess

import pytest

import qemu_command
from guest import listens, until
from test_memory import GIB, children, fdtget, ranges
from test_run import bare
from vitrine import ROOT, SHARED, TARGETS, build, make

pytestmark = pytest.mark.one_cpu("no thread of the guest's")

REGISTERS = {"x86_64": ("cr0", "cr3", "cr4", "efer"),
             "arm64": ("SCTLR", "TCR_EL1", "TTBR0_EL1", "TTBR1_EL1")}
MEMORY = {"x86_64": (0, 0x8000000), "arm64": (0x40000000, 0x8000000)}


def vmm(arch, folder, goal="all", cc="gcc", **variables):
    """Builds programs of support/vmm; their folder."""
    make("-f", ROOT / "support" / "vmm" / "Makefile", f"O={folder}", f"ARCH={arch}", f"CC={cc}",
         *(f"{k}={v}" for k, v in variables.items()), goal)
    return folder / f"vmm-{arch}"


def addresses(arch):
    """Some at which rights change, some anywhere."""
    chosen = random.Random(15)
    base, size = MEMORY[arch]
    return [*range(0, 0x10000, 0x800), *range(base, base + 0x400000, 0x1234), *(base + size + i for i in (-1, 0)),
            *(chosen.randrange(base, base + size) for _ in range(200)), 0xfee00000, 0x9000000, 0x8000000,
            *(chosen.getrandbits(48) for _ in range(100)), *(chosen.getrandbits(64) | 1 << 63 for _ in range(50))]


def rights_of(image):
    """The rights that an image's linker gave the memory of an address, of each page that is one segment's."""
    segments = [(int(at, 16), int(size, 16), flags) for at, size, flags in re.findall(
        r"^  LOAD +\S+ (\S+) \S+ \S+ (\S+) (.{3})", subprocess.run(
            ["readelf", "-lW", image], stdout=subprocess.PIPE, check=True, text=True).stdout, re.M)]
    def of(address):
        there = [flags for at, size, flags in segments
                 if at < (address | 0xfff) + 1 and at + size > address & ~0xfff]
        return there[0].lower().replace("e", "x").replace(" ", "") if len(there) == 1 else None
    return of


def test_walk_is_qemus(arch, tmp_path):
    """The same pages as QEMU's gva2gpa, at a stop in main; the rights that the image's ELF file has."""
    image = build("metrics", arch)
    target = TARGETS[arch]
    dump = tmp_path / "memory"
    base, size = MEMORY[arch]
    qemu = subprocess.Popen(
        [*qemu_command.qemu_command(str(image.path), []), "-S", "-gdb", f"unix:{tmp_path}/gdb,server=on"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        asked = addresses(arch)
        until(lambda: listens(tmp_path / "gdb"))
        commands = [f"target remote {tmp_path}/gdb", "hbreak main", "continue",
                    *(f'printf "{name} %#lx\\n", ${name}' for name in REGISTERS[arch]),
                    f"monitor pmemsave {base:#x} {size:#x} \"{dump}\"",
                    *(f"monitor gva2gpa {address:#x}" for address in asked), "kill"]
        out = subprocess.run([target.gdb, "-nx", "-batch", *(w for c in commands for w in ("-ex", c)), image.path],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False, text=True).stdout
    finally:
        qemu.kill()
        qemu.wait()
    values = {name.lower(): value for name, value in re.findall(r"^(\w+) (0x\w+|0)$", out, re.M)}
    qemus = [int(gpa, 16) if gpa else None
             for gpa in re.findall(r"^(?:gpa: (0x\w+)|Unmapped)\s*$", out, re.M)]
    assert len(qemus) == len(asked) and len(values) == 4, out
    values = {name if name.endswith("_el1") or arch == "x86_64" else name + "_el1": v for name, v in values.items()}
    ours = subprocess.run([vmm(arch, tmp_path, "walk_dump") / "walk_dump", dump, hex(base), *(f"{n}={v}" for n, v in values.items())],
                          input="".join(f"{a:#x}\n" for a in asked), stdout=subprocess.PIPE, check=True, text=True).stdout
    rights = [words.split()[-1] for words in ours.splitlines()]
    ours = [None if gpa == "-" else int(gpa.split()[0], 16) for gpa in ours.splitlines()]
    assert sum(gpa is not None for gpa in qemus) > 500
    assert [(hex(a), q, o) for a, q, o in zip(asked, qemus, ours) if q != o] == []
    linked = [*map(rights_of(image.path), asked)]
    assert {"rx", "r", "rw"} <= {*linked}
    assert [(hex(a), want, has) for a, want, has in zip(asked, linked, rights)
            if want and has not in (want, "-")] == []  # a guard page in .bss is not mapped


@pytest.mark.only_arch("arm64")
def test_device_tree(tmp_path):
    """dtc finds nothing wrong with it, and devices are where QEMU's virt has them, with the same interrupts."""
    program = vmm("arm64", tmp_path, "tree_dump", LIBFDT_DIR=SHARED / "libfdt") / "tree_dump"
    theirs = tmp_path / "virt.dtb"
    subprocess.run(["qemu-system-aarch64", "-machine", f"virt,gic-version=3,dumpdtb={theirs}", "-cpu", "cortex-a72", "-smp", "20",
                    "-m", "300M"],
                   check=True, stderr=subprocess.DEVNULL)
    ours = tmp_path / "ours.dtb"
    words = 'a=1 b="c d" -- x'
    for mib, cpus, consoles in ((300, 20, 4), (1, 1, 0), (1 << 20, 64, 1)):
        ours.write_bytes(subprocess.run([program, str(mib), str(cpus), str(consoles), words], stdout=subprocess.PIPE, check=True).stdout)
        done = subprocess.run(["dtc", "-I", "dtb", "-O", "dts", "-o", os.devnull, ours], stderr=subprocess.PIPE, text=True, check=True)
        assert done.stderr == ""
        assert fdtget(ours, "/chosen", "bootargs") == words.split()
        assert ranges(ours, "/memory@40000000") == [(0x40000000, 0x40000000 + (mib << 20))]
        assert len(children(ours, "/cpus")) == cpus
        assert len([path for path in children(ours, "/") if path.startswith("/virtio_mmio@")]) == consoles
        for device in children(ours, "/"):
            interrupts = fdtget(ours, device, "interrupts")
            assert ranges(ours, device) == ranges(theirs, device) or mib != 300 and device.startswith("/memory") \
                or device == "/exit-status@90f0000", device
            assert interrupts == fdtget(theirs, device, "interrupts"), (device, interrupts)
        numbers = [fdtget(ours, cpu, "reg") for cpu in children(ours, "/cpus")]
        its = sorted((fdtget(theirs, cpu, "reg") for cpu in children(theirs, "/cpus") if "@" in cpu), key=lambda reg: int(reg[0]))
        assert numbers[:20] == its[:cpus], numbers


@pytest.mark.parametrize("cc", ("gcc", "clang"))
def test_program(arch, cc, tmp_path):
    """It builds with both compilers for both architectures; what can be run here has exact errors."""
    folder = vmm(arch, tmp_path, cc=cc)
    if arch != "x86_64" or cc != "gcc":
        return
    image = build("hello", "x86_64")
    os.mkfifo(tmp_path / "fifo")
    high = bare(arch, tmp_path, 3 * GIB)
    for words, status, text in (
            (["--mem", "0", image.path], 2, "--mem 0: use a whole number from 1 to 1048576"),
            ([], 2, "name one IMAGE"),
            (["--seccomp", "of", image.path], 2, "--seccomp of: use on or off"),
            (["--irqchip", "no", image.path], 2, "--irqchip no: use on or off"),
            (["--smp", "41", image.path], 2, "--smp 41: use a whole number from 1 to 40"),
            (["--smp", "2", "--irqchip", "off", image.path], 2, "--smp 2: with --irqchip off use 1"),
            (["--gdb", "65536", image.path], 2, "--gdb 65536: use PORT, ADDRESS:PORT, or the path of a Unix socket, with a /"),
            (["--guest-gdb", "x", image.path], 2, "--guest-gdb x: use PORT"),
            (["--shell", "/" * 200, image.path], 2, "this path is too long for a Unix socket"),
            ([tmp_path / "none"], 125, "No such file or directory"),
            ([tmp_path], 125, f"{tmp_path} is not an image: it is no regular file"),
            ([tmp_path / "fifo"], 125, "fifo is not an image: it is no regular file"),
            ([ROOT / "README.md"], 125, "it is not an ELF file of this architecture"),
            (["--mem", "1", image.path], 125, "it does not fit into the memory of the machine"),
            (["--mem", "4096", high], 125, "it does not fit into the memory of the machine"),  # which goes on at 4 GiB
            ([folder / "vmm"], 125, "is not an image")):
        done = subprocess.run([folder / "vmm", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=30, check=False)
        assert (done.returncode, done.stdout) == (status, "")
        assert text in done.stderr


def test_documented_example():
    """The program in the README is the one that test_vmm_nested.py runs, and short."""
    readme = (ROOT / "support" / "vmm" / "README.md").read_text()
    program = (ROOT / "support" / "vmm" / "calc" / "x86_64" / "calc.c").read_text()
    assert f"```c\n{program}```\n" in readme
    assert program.count("\n") < 100


def test_support_run(tmp_path):
    """support/run --vmm: the monitor's command, its options and errors, its status passed on."""
    image = build("hello", "x86_64")
    run = [ROOT / "support" / "run", "--vmm"]

    def done(*words, **env):
        return subprocess.run([*run, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=30, check=False, env={**os.environ, **env})
    missing = done(image.path, VITRINE_VMM=str(tmp_path / "none"))
    assert missing.returncode == 2 and "build it with make vmm ARCH=x86_64" in missing.stdout
    for words, option in ((["--machine", "q35"], "machine"), (["--qemu", "-d int"], "qemu"), (["--icount"], "icount")):
        refused = done(*words, image.path)
        assert refused.returncode == 2 and f"--{option} is for QEMU; leave --vmm out" in refused.stdout
    monitor = tmp_path / "vmm"
    for status, said in ((3, ""), (70, ""), (125, "")):
        monitor.write_text(f'#!/bin/sh\nprintf "<%s>" "$@"\nexit {status}\n')
        monitor.chmod(0o755)
        ran = done("--mem", "65537K", "-p", "a=b c", "--gdb", tmp_path / "gdb", image.path, "x y", VITRINE_VMM=str(monitor))
        assert ran.returncode == status
        assert ran.stdout == ("<--mem><65><--smp><1><--append>" + '<"a=b c" -- "x y">' + f"<--gdb><{tmp_path}/gdb><{image.path}>" + said)
    monitor.write_text('#!/bin/sh\nprintf "<%s>" "$@"\n')
    ports = done("--metrics-raw", tmp_path / "m", "--on-crash", tmp_path, build("crash", "x86_64").path, VITRINE_VMM=str(monitor))
    assert f"<--metrics><{tmp_path}/m>" in ports.stdout and "<--append><dump.console=vport0 dump.image=" in ports.stdout and \
        "<--core></dev/fd/" in ports.stdout, ports.stdout
    monitor.write_text("#!/bin/sh\nkill -9 $$\n")
    ran = done(image.path, VITRINE_VMM=str(monitor))
    assert ran.returncode == 125 and "support/vmm was ended by signal 9" in ran.stdout
