# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""The QEMU command line that boots an image: which machine, which devices,
and the guest's own command line. Starts nothing; support/run does.

The wiring, which guest and host agree upon:

  first serial port     log, stdin and stdout (com1; pl011 on virt)
  x86_64 gdb            second serial port (com2) as a TCP server
  arm64 gdb             port 2 of a virtio console (vport2) as a TCP server
  metrics               port 1 of another one (vport1) as a TCP server; q35 has
                        no virtio-mmio: third serial port (com3)
  shell                 port 3 of another one (vport3) as a TCP server; not on q35
  core files            port 0 of another one (vport0) to a file; q35: fourth serial
                        port (com4), packed
  exit status           x86_64: port 0xf4 (isa-debug-exit); arm64: semihosting
"""

import functools
import os

from archs import ARCHS
from elf import PT_LOAD, Elf, ElfError

# Page tables and the smallest heap.
BESIDE_IMAGE = 64 << 10

PVH_NOTE = (18, b"Xen")  # xen/include/public/elfnote.h, XEN_ELFNOTE_PHYS32_ENTRY

QEMU_MEMORY_UNIT = 8 << 10  # to which QEMU rounds up

class UsageError(Exception):
    """The caller asked for something that cannot be; the text says what."""


# Option: a symbol of the library that answers at its port, or is there for it, what
# that is, the option of Kconfig.
SERVERS = {"gdb": (b"uk_gdb_break", "stub for a debugger", "LIBUKGDB"),
           "metrics": (b"uk_param_metrics_console", "HTTP server", "LIBUKMETRICS"),
           "shell": (b"uk_param_shell_console", "shell", "LIBUKSHELL"),
           "core": (b"uk_param_dump_console", "writer of core files", "LIBUKDUMP"),
           "smp": (b"ukplat_lcpu_start", "use for other CPUs than the first", "UKPLAT_LCPU_MAXCOUNT")}


def without_server(path, option):
    """What to say about an image in which nothing answers at --OPTION, or ""."""
    symbol, what, library = SERVERS[option]
    if read_image(path).data.find(b"\0" + symbol + b"\0") >= 0:
        return ""
    how = (f"set {library} (make menuconfig, or CONFIG_{library}=4 in .config)" if option == "smp" else
           f"switch {library} on (make menuconfig, or CONFIG_{library}=y in .config)")
    return f"{path} has no {what}, --{option} has no effect: {how}"


@functools.lru_cache(maxsize=None)
def read_image(path):
    """The ELF file at a path."""
    try:
        return Elf(path)
    except OSError as e:
        raise UsageError(f"cannot read {path}: {e.strerror}") from e
    except ElfError as e:
        raise UsageError(f"{path} is not an image: {e}") from e


def image_arch(path):
    """The architecture of an image, from its ELF header."""
    machine = read_image(path).machine
    for arch in ARCHS.values():
        if arch.elf == machine:
            return arch.name
    raise UsageError(f"{path} is for ELF machine {machine}, none of {', '.join(ARCHS)}")


def image_build_id(path):
    """What the linker named an image with, in hex; "" if it did not."""
    return read_image(path).build_id


def check_boots(path, arch):
    """Whether QEMU's machine can start that ELF file: a program for the host
    is one, too, and QEMU says little or hangs."""
    if arch == "x86_64":
        if not any(note[:2] == PVH_NOTE for note in read_image(path).notes()):
            raise UsageError(f"{path} is not an image: an ELF file without the PVH note by "
                             "which QEMU starts one")
    elif not any(s.type == PT_LOAD and s.paddr >= ARCHS[arch].ram for s in read_image(path).segments):
        raise UsageError(f"{path} is not an image: an ELF file that is not linked to run "
                         f"at {ARCHS[arch].ram:#x}, where the memory of virt begins")


def memory_bytes(text):
    """The bytes of a size such as 64M; a number alone counts MiB."""
    unit = text[-1].upper()
    return int(text.rstrip("KMGTkmgt")) << {"K": 10, "G": 30, "T": 40}.get(unit, 20)


def memory(path, arch, mem, extra):
    """The options for the guest's memory. reserve=off lets it have more than
    the host, as long as it does not use it. Options of the user's own about
    memory count instead."""
    have = memory_bytes(mem)
    end = max(s.paddr + s.memsz for s in read_image(path).segments if s.type == PT_LOAD)
    need = end - ARCHS[arch].ram + BESIDE_IMAGE
    if have < need:
        raise UsageError(f"--mem {mem}: too little memory: {os.path.basename(path)} needs at "
                         f"least {-(-need // 1024)}K, and more to allocate from")
    own = [option for option in extra if option in ("-m", "-numa") or "memory-backend" in option]
    have = -(-have // QEMU_MEMORY_UNIT) * QEMU_MEMORY_UNIT
    size = f"{have >> 10}K" if have % (1 << 20) else f"{have >> 20}M"
    if own:
        return ["-m", size]
    return ["-m", size, "-object", f"memory-backend-ram,id=ram,size={size},reserve=off",
            "-machine", "memory-backend=ram"]


def cpus(arch, machine, smp):
    """The options for more than one CPU."""
    target = ARCHS[arch]
    if smp > target.smp:
        raise UsageError(f"--smp {smp}: {machine} has {target.smp} CPUs at most")
    return ["-smp", str(smp), *(target.smp_more if smp > target.smp_plain else ())]


def quote(word):
    """A word of the guest's command line as the guest's parser reads it back.

    Plain words stay as they are. An empty word and one with white space, a
    double quote or a backslash stand in double quotes, with a backslash before
    each double quote and backslash. So does what looks like the words that
    microvm appends, which are never quoted.
    """
    if "\0" in word:
        raise UsageError("a NUL character cannot be passed to the guest")
    plain = word and not any(c in ' \t\n\r\v\f"\\' for c in word)
    if plain and not word.startswith("virtio_mmio.device="):
        return word
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def guest_command_line(params, args):
    """`lib.param=value … -- argv of main`."""
    for param in params:
        if not param or param == "--":
            raise UsageError(f"'{param}' is no parameter: write lib.name=value")
    words = [quote(p) for p in params]
    if args:
        words += ["--"] + [quote(a) for a in args]
    return " ".join(words)


def server(name, port):
    """A stream at a TCP port, or at the path of a Unix socket."""
    if isinstance(port, str):
        path = port.replace(",", ",,")
        return ["-chardev", f"socket,id={name},path={path},server=on,wait=off"]
    # Without nodelay each round trip takes 40 ms.
    return ["-chardev", f"socket,id={name},host=127.0.0.1,port={port},"
            "server=on,wait=off,nodelay=on"]


def serial(name, where):
    """The same in the words of -serial."""
    if name == "core":
        return f"file:{where}"
    return f"unix:{where.replace(',', ',,')},server=on,wait=off" if isinstance(where, str) else \
        f"tcp:127.0.0.1:{where},server=on,wait=off,nodelay=on"


def recorded_devices(machine, **streams):
    """As debug_devices(), of a run that is recorded: QEMU records the bytes of what -serial makes,
    of which the machine takes the first alone. A virtconsole hears nothing of clients that come and go,
    which QEMU does not record."""
    numbers = {name: number for name, number in (("metrics", 1), ("shell", 3), ("core", 0)) if streams[name] is not None}
    if numbers and machine == "q35":
        raise UsageError(f"--record needs a virtio port for --{next(iter(numbers))}: use another machine than q35")
    out = ["-global", "virtio-mmio.force-legacy=false"] if numbers else []
    for nth, (name, number) in enumerate(numbers.items(), 1):
        out += ["-serial", serial(name, streams[name]), *virtio_port(name, number, f"serial{nth}")]
    return out


def debug_devices(arch, machine, gdb, metrics, shell, core):
    """The streams for a debugger, a metrics scraper and a shell, by TCP port; that for
    a core file, by path."""
    out = []
    ports = []
    if gdb is not None:
        out += server("stub", gdb)
        if arch == "x86_64":
            # microvm ignores a second -serial
            out += ["-device", "isa-serial,iobase=0x2f8,irq=3,chardev=stub"]
        else:
            ports.append(("stub", 2))
    if metrics is not None:
        out += server("metrics", metrics)
        if machine == "q35":
            out += ["-device", "isa-serial,iobase=0x3e8,irq=5,chardev=metrics"]
        else:
            ports.append(("metrics", 1))
    if shell is not None:
        if machine == "q35":
            raise UsageError("q35 has no console for a shell: use another machine, or "
                             "-p shell.console=com2 --gdb PORT")
        out += server("shell", shell)
        ports.append(("shell", 3))
    if core is not None:
        out += ["-chardev", f"file,id=core,path={core}"]
        if machine == "q35":
            out += ["-device", "isa-serial,iobase=0x2e8,irq=3,chardev=core"]
        else:
            ports.append(("core", 0))
    if ports:
        out += ["-global", "virtio-mmio.force-legacy=false"]
    for name, number in ports:
        out += virtio_port(name, number)
    return out


def virtio_port(name, number, serial_device=None):
    """A port on a device of its own. A virtserialport, unlike a virtconsole,
    notifies the guest when the host's end opens and closes; it cannot be port 0.
    serial_device: what -serial has made for a port of a run that is recorded."""
    kind = "virtserialport" if number and not serial_device else "virtconsole"
    return ["-device", f"virtio-serial-device,id={name}-serial",
            "-device", f"{kind},bus={name}-serial.0,chardev={serial_device or name},"
            f"name={name},nr={number}"]


def core_params(image, machine):
    """The guest's parameters for a core file, with what it does not know itself: where
    a debugger finds the image."""
    where = ["dump.console=com4", "dump.pack=1"] if machine == "q35" else ["dump.console=vport0"]
    return [*where, f"dump.image={os.path.abspath(image)}"]


def qemu_command(image, args, *, machine=None, accel="tcg", cpu=None, mem="128M",
                 smp=1, icount=False, gdb=None, metrics=None, shell=None, core=None,
                 recorded=False, params=(), extra=()):
    """The whole command, a list of words. QEMU records the input of a serial port that it
    makes itself, not that of one at a -chardev."""
    arch = image_arch(image)
    check_boots(image, arch)
    target = ARCHS[arch]
    known = target.machines
    machine = machine or next(iter(known))
    if machine not in known:
        raise UsageError(f"{arch} images do not boot on machine '{machine}': "
                         f"use {' or '.join(known)}")
    if accel == "kvm" and icount:
        raise UsageError("--icount counts instructions under tcg only")
    ram = memory(image, arch, mem, extra)
    if core is not None:
        params = [*core_params(image, machine), *params]
    command = [target.qemu, *known[machine], "-accel", accel,
               "-cpu", cpu or ("host" if accel == "kvm" else target.cpu),
               *ram, *(cpus(arch, machine, smp) if smp > 1 else ()), "-no-user-config", "-nodefaults", "-display", "none",
               "-no-reboot", *target.exit,
               *(["-serial", "stdio"] if recorded else
                 ["-chardev", "stdio,id=stdio", "-serial", "chardev:stdio"])]
    if icount:
        command += ["-icount", target.icount]
    command += recorded_devices(machine, metrics=metrics, shell=shell, core=core) if recorded else \
        debug_devices(arch, machine, gdb, metrics, shell, core)
    command += ["-kernel", image]
    line = guest_command_line(params, args)
    if line:
        command += ["-append", line]
    return command + list(extra)


def main_status(arch, qemu_status):
    """The status that the guest gave the machine, from QEMU's exit status, or None."""
    if arch == "x86_64":
        return qemu_status >> 1 if qemu_status & 1 else None
    # A power-off without semihosting ends QEMU with 0 as well.
    return qemu_status or None
