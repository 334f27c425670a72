# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""How a guest gets its memory and its CPU: sizes on every machine, memory in
pieces, device trees as fdtget (dtc's) reads them, CPUs that lack something.
The guest is apps/crash: its screen lists the heap, which is all free memory."""

import re
import subprocess

import pytest
from vitrine import CPUS, MACHINES, ON_MACHINES, RUN_SECONDS, build

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB
UNIT = {"K": KIB, "M": MIB, "G": GIB}
HEAP = re.compile(r"Heap: 0x(\w+)-0x(\w+), ")

# What is not heap: the first MiB of a PC, where the image is linked (2 MiB into
# virt's memory, all of which is used), the image with what it has for each CPU, page tables.
OTHER = 2 * MIB + (CPUS - 1) * 128 * KIB

SIZES = ("3M", "512M", "1G", "1025M", "2G", "3G", "3584M", "4G", "5G", "6G", "64G")

arm64 = pytest.mark.only_arch("arm64")
x86_64 = pytest.mark.only_arch("x86_64")


def heap_of(result):
    """[(start, end)] that the crash screen of apps/crash lists."""
    assert result.status == 70, result.text
    assert "write to 0x0: not mapped" in result.log("CRIT")
    found = [HEAP.match(line) for line in result.log("CRIT")]
    return [(int(m[1], 16), int(m[2], 16)) for m in found if m]


def crash(arch, *options):
    return build("crash", arch).run("null-write", options=["-p", "paging.pool=4K", *options])


def total(ranges):
    return sum(end - start for start, end in ranges)


# --- sizes ---------------------------------------------------------------------

@pytest.mark.parametrize("arch, machine", ON_MACHINES)
@pytest.mark.parametrize("size", SIZES)
def test_size(arch, machine, size):
    heap = heap_of(crash(arch, "--machine", machine, "--mem", size))
    given = int(size[:-1]) * UNIT[size[-1]]
    assert given - OTHER <= total(heap) < given


@x86_64
@pytest.mark.parametrize("cpu", ["max,-pdpe1gb", "qemu64"])
def test_size_without_pages_of_1_gib(cpu):
    heap = heap_of(crash("x86_64", "--mem", "64G", "--cpu", cpu))
    assert 64 * GIB - OTHER <= total(heap) < 64 * GIB


@pytest.mark.parametrize("arch, machine", ON_MACHINES)
def test_too_little(arch, machine):
    """support/run refuses it; with the size that it asks for the guest comes
    up or says itself what it lacks."""
    image = build("hello", arch)
    small = "1M" if arch == "x86_64" else "2M"
    result = image.run(options=["--machine", machine, "--mem", small])
    assert result.status == 2
    least = re.search(r"too little memory: hello.elf needs at least (\d+)K", result.text)
    assert least, result.text
    result = image.run("x", options=["--machine", machine, "--mem", least[1] + "K"])
    assert result.status == 0 and "argument 1: x" in result.lines or \
        result.status == 71 and "memory" in result.text, result.text


@pytest.mark.parametrize("size", [120, 200])
def test_image_that_does_not_fit(arch, size):
    """Without support/run: so many KiB, from where the image begins, hold its
    code but not all of its data."""
    image = build("hello", arch)
    target = image.target
    start = target.text - target.ram >> 10
    done = subprocess.run([target.qemu, *next(iter(target.machines.values())), "-cpu", target.cpu,
                           *target.exit, "-m", f"{start + size}K", "-nodefaults", "-display", "none",
                           "-no-reboot", "-serial", "stdio", "-kernel", image.path],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=RUN_SECONDS)
    assert done.stdout.decode().strip() == "boot failed: the image does not fit into memory"
    assert done.returncode == (71 << 1 | 1 if arch == "x86_64" else 71)


def test_failure_without_a_log(arch):
    """The guest has no way to report it; support/run does."""
    result = build("hello", arch).run(options=["-p", "console.log=none", "-p", "foo.bar=1"])
    assert result.status == 71
    assert "support/run: the guest failed to set up and printed nothing" in result.text


# --- pieces ----------------------------------------------------------------------

@pytest.mark.parametrize("machine", [m for _, m in ON_MACHINES if m != "microvm"])
def test_numa_nodes_are_joined(machine):
    """Sixteen pieces side by side: more than the heap takes one by one would
    show as as many ranges."""
    arch = MACHINES[machine][0]
    nodes = "".join(f" -object memory-backend-ram,id=m{i},size=8M -numa node,memdev=m{i}"
                    for i in range(16))
    heap = heap_of(crash(arch, "--machine", machine, "--qemu", nodes.strip()))
    assert len(heap) <= 2
    assert 128 * MIB - OTHER <= total(heap) < 128 * MIB


# --- the device tree -----------------------------------------------------------

@pytest.fixture(scope="module")
def virt(tmp_path_factory):
    """The source of the device tree of virt, by dtc."""
    folder = tmp_path_factory.mktemp("dtb")
    subprocess.run(["qemu-system-aarch64", "-machine", f"virt,dumpdtb={folder}/virt.dtb",
                    "-m", "128M", "-cpu", "cortex-a72", "-display", "none"], check=True,
                   stderr=subprocess.DEVNULL)
    return subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts", folder / "virt.dtb"],
                          check=True, stdout=subprocess.PIPE, text=True).stdout


def compiled(folder, source):
    dtb = folder / "tree.dtb"
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", dtb], input=source, text=True,
                   check=True)
    return dtb


def with_nodes(source, *nodes, first=False):
    """Nodes of the root, before or behind the others."""
    text = "\n".join(nodes) + "\n"
    at = source.index("\tmemory@40000000") if first else source.rindex("};")
    return source[:at] + text + source[at:]


def fdtget(dtb, *words):
    return subprocess.run(["fdtget", *words[:-2], dtb, *words[-2:]], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True, check=False).stdout.split()


def ranges(dtb, node):
    """The address ranges of a node; the defaults are those of the Devicetree Specification, 2.3.5."""
    parent = node.rpartition("/")[0] or "/"
    a, s = (int((fdtget(dtb, parent, f"#{what}-cells") or [default])[0])
            for what, default in (("address", 2), ("size", 1)))
    words = [f"{int(word, 16):08x}" for word in fdtget(dtb, "-tx", node, "reg")]
    found = [words[i:i + a + s] for i in range(0, len(words), a + s)]
    return [(start := int("".join(one[:a]), 16), start + int("".join(one[a:]), 16)) for one in found]


def children(dtb, node):
    """The paths of the enabled nodes below a node."""
    names = subprocess.run(["fdtget", "-l", dtb, node], stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL, text=True, check=False).stdout.split()
    paths = [f"{node.rstrip('/')}/{name}" for name in names]
    return [path for path in paths if fdtget(dtb, path, "status") in ([], ["okay"], ["ok"])]


def check_memory(dtb, heap, least):
    """Heap is memory that is enabled and not reserved, as fdtget sees it."""
    memory = [r for path in children(dtb, "/")
              if fdtget(dtb, path, "device_type") == ["memory"] for r in ranges(dtb, path)]
    reserved = [r for path in children(dtb, "/reserved-memory") for r in ranges(dtb, path)]
    source = subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts", dtb], check=True, stdout=subprocess.PIPE, text=True).stdout
    for start, length in re.findall(r"^/memreserve/\s+(0x\w+) (0x\w+);", source, re.M):
        reserved.append((int(start, 16), int(start, 16) + int(length, 16)))
    for start, end in heap:
        assert any(a <= start and end <= b for a, b in memory), (hex(start), hex(end))
        assert not any(start < b and a < end for a, b in reserved), (hex(start), hex(end))
    assert total(heap) >= total(memory) - total(reserved) - least


UART = 'compatible = "arm,pl011\\0arm,primecell"; reg = <0 {0} 0 0x1000>;'
RESERVED = "reserved-memory {{ #address-cells = <2>; #size-cells = <2>; ranges; {} }};"


def one_cell(source):
    """Addresses and lengths of the root's children in a cell each, without what is above 4 GiB."""
    source = re.sub(r"\tpcie@.*?\n\t};\n", "", source, flags=re.S)
    source = re.sub(r"^\t(#(?:address|size)-cells) = <0x02>;", r"\t\1 = <0x01>;", source, flags=re.M)
    assert not re.search(r"^\t\treg = <(?!(?:0x00 \w+ 0x00 \w+ ?)+>)", source, re.M), source
    return re.sub(r"^\t\treg = <.*>", lambda m: re.sub(r"0x00 (0x\w+)", r"\1", m[0]), source, flags=re.M)


def also(*texts):
    return lambda source: with_nodes(source, *texts)


TREES = {
    "as it is": also(),
    "memory": also('ram@60000000 { device_type = "memory"; reg = <0 0x60000000 0 0x10000000>; status = "disabled"; };'),
    "reserved": also(RESERVED.format(
        "fw@44000000 { reg = <0 0x44000000 0 0x100000>; no-map; };"
        "pool { size = <0 0x10000>; alignment = <0 0x1000>; };"
        "odd@45000800 { reg = <0 0x45000800 0 0x900>; };"
        "off@47000000 { reg = <0 0x47000000 0 0x100000>; status = \"disabled\"; };"
        "two@46000000 { reg = <0 0x46000000 0 0x1000 0 0x46800000 0 0x1000>; };")),
    "forty": also(RESERVED.format("".join(
        f"r@{a:x} {{ reg = <0 {a:#x} 0 0x1000>; }};"
        for a in range(0x42000000, 0x42000000 + 40 * 0x100000, 0x100000)))),
    "no cells": also("reserved-memory { ranges; fw@44000000 { reg = <0 0x44000000 0x100000>; no-map; }; };"),
    "memreserve": lambda source: source.replace("/dts-v1/;", "/dts-v1/;\n/memreserve/ 0x44000000 0x100000;"),
    "one cell": one_cell,
}


@arm64
@pytest.mark.parametrize("name", TREES)
def test_memory_of_the_tree(tmp_path, virt, name):
    dtb = compiled(tmp_path, TREES[name](virt))
    result = crash("arm64", "--qemu", f"-dtb {dtb}")
    check_memory(dtb, heap_of(result), OTHER)
    assert not result.log("WARN")


@arm64
def test_more_pieces_than_the_map_holds(tmp_path, virt):
    """What is left out is logged, and the rest works."""
    nodes = "".join(f"r@{a:x} {{ reg = <0 {a:#x} 0 0x1000>; }};"
                    for a in range(0x42000000, 0x42000000 + 300 * 0x10000, 0x10000))
    dtb = compiled(tmp_path, with_nodes(virt, RESERVED.format(nodes)))
    result = crash("arm64", "--qemu", f"-dtb {dtb}")
    left = re.search(r"WARN: (\d+) KiB of memory left out", result.text)
    assert left, result.text
    check_memory(dtb, heap_of(result), OTHER + int(left[1]) * KIB)


@arm64
@pytest.mark.parametrize("node, first", [
    ("pl011@9040000 { " + UART.format("0x9040000") + ' status = "disabled"; };', True),
    ("pl031@9090000 { compatible = \"arm,pl031\\0arm,primecell\"; reg = <0 0x9090000 0 0x1000>; "
     'status = "disabled"; };', True),
    # not there at all: stdout-path names the other one
    ("pl011@9040000 { " + UART.format("0x9040000") + " };", True),
    ("intc@9080000 { compatible = \"arm,cortex-a15-gic\"; reg = <0 0x9080000 0 0x1000 0 0x9081000 "
     '0 0x1000>; status = "fail"; };', True),
    ("virtio_mmio@9090000 { compatible = \"virtio,mmio\"; reg = <0 0x9090000 0 0x200>; "
     'interrupts = <0 16 1>; status = "disabled"; };', True),
], ids=["uart", "rtc", "stdout-path", "gic", "virtio"])
def test_devices_that_are_not_for_us(tmp_path, virt, node, first):
    dtb = compiled(tmp_path, with_nodes(virt, node, first=first))
    result = build("threads", "arm64").run(options=["--qemu", f"-dtb {dtb}"])
    assert result.status == 0, result.text


@arm64
def test_stdout_path(tmp_path, virt):
    """An alias with options behind a colon selects the second one."""
    source = virt.replace('stdout-path = "/pl011@9000000"', 'stdout-path = "con:115200n8"')
    assert source != virt
    source = with_nodes(source, "pl011@9040000 { " + UART.format("0x9040000") + " };",
                        'aliases { con = "/pl011@9000000"; };', first=True)
    result = build("hello", "arm64").run(
        "x", options=["--qemu", f"-dtb {compiled(tmp_path, source)}"])
    assert result.status == 0 and "argument 1: x" in result.lines, result.text


@arm64
def test_memory_above_the_cpus_addresses_by_a_tree(tmp_path, virt):
    """cortex-a72 has 44 bits; a length that wraps round ends there, too."""
    nodes = ['ram@100000000000 { device_type = "memory"; reg = <0x1000 0 0 0x10000000>; };',
             'ram@ffff00000000 { device_type = "memory"; reg = <0xffff 0 0xffffffff 0xfffff000>; };']
    result = crash("arm64", "--qemu", f"-dtb {compiled(tmp_path, with_nodes(virt, *nodes))}")
    assert total(heap_of(result)) >= 126 * MIB and "0xfffffffffff, where" in result.text
    assert max(end for _, end in heap_of(result)) <= 0x48000000


@x86_64
@pytest.mark.parametrize("cpu, bits", [("max", 40), ("max,phys-bits=37", 37)])
def test_memory_above_the_cpus_addresses(cpu, bits):
    """microvm gives as much as it is asked for, with a hole of 1 GiB."""
    result = crash("x86_64", "--mem", f"{1 << bits - 30}G", "--cpu", cpu)
    assert f"1048576 KiB of memory left out: they are above {(1 << bits) - 1:#x}" in result.text
    heap = heap_of(result)
    assert (1 << bits) - GIB - OTHER <= total(heap) < (1 << bits) - GIB
    assert max(end for _, end in heap) <= 1 << bits


# --- CPUs ------------------------------------------------------------------------

@x86_64
@pytest.mark.parametrize("cpu", ["max,-nx", "qemu64,-nx", "max,-xsave", "max,-avx", "core2duo",
                                 "Nehalem", "EPYC", "max,-pge,-fsgsbase,-smep,-smap"])
def test_cpu(cpu):
    """The screen needs traps, page tables and, as ever, a way out."""
    result = crash("x86_64", "--cpu", cpu)
    heap_of(result)
    assert ("the CPU has no NX: all memory is executable" in result.log("WARN")) == ("-nx" in cpu)


@x86_64
@pytest.mark.parametrize("cpu", ["qemu32", "max,-fxsr", "max,-msr"])
def test_cpu_that_will_not_do(cpu):
    result = build("hello", "x86_64").run(options=["--cpu", cpu])
    assert result.status == 71
    assert result.lines[-1].startswith("boot failed: the CPU lacks one of fpu tsc msr")


@arm64
@pytest.mark.parametrize("cpu", ["cortex-a35", "cortex-a53", "neoverse-n1", "a64fx", "max,sve=off"])
def test_cpu_of_arm64(cpu):
    heap_of(crash("arm64", "--cpu", cpu))


# --- exception levels --------------------------------------------------------------

@arm64
@pytest.mark.parametrize("machine", ["secure=on", "virtualization=on", "secure=on,virtualization=on"])
def test_exception_level(machine):
    """threads needs a timer that interrupts."""
    result = build("threads", "arm64").run(options=["--qemu", f"-machine {machine}"])
    assert result.status == 0, result.text


@arm64
def test_exception_level_that_will_not_do():
    result = build("hello", "arm64").run(options=["--qemu", "-machine secure=on,gic-version=3"])
    assert result.status == 71
    assert result.lines == ["boot failed: entered at EL3 with a GICv3; use virt without secure=on"]
