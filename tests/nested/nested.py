# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""A nested machine: Debian's cloud kernel with KVM under QEMU's TCG, with a shell at its serial
port and a network card, for tests of what needs KVM where the host has none. NestedVmx is one under Bochs: its KVM has what
that of QEMU's SVM lacks.

Everything is in its initial RAM disk: busybox, QEMU, the modules of KVM and of the card, and the files
that a test gives. The shell reads a line, runs it and prints its output and status. It is not process 1, which
gets a signal at the end of each orphan: busybox's read forgets what it has read of a line when a signal comes.
"""

import itertools
import os
import re
import socket
import subprocess
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PORTS = (9001, 9002, 9003, 9004)  # of the nested machine that the host reaches

WITH_THIS = ("setpriv", "--pdeathsig", "KILL")  # a machine ends with a test that is killed

# QEMU's program and options, Linux' console, modules in the order of loading. QEMU's SVM does not intercept XSETBV: KVM
# knows nothing of a guest's XCR0 and sets its own at each entry. So there is no XSAVE.
MACHINES = {
    "x86_64": (["qemu-system-x86_64", "-machine", "q35", "-cpu", "max,-xsave"], "ttyS0",
               ("irqbypass", "kvm", "kvm-amd")),
    "arm64": (["qemu-system-aarch64", "-machine", "virt,virtualization=on,gic-version=3",
               "-cpu", "cortex-a57"], "ttyAMA0", ()),
    "vmx": ([], "ttyS0", ("irqbypass", "kvm", "kvm-intel", "e1000")),
}
# There, for images on its KVM: the program, and what it boots them with.
QEMU = {"x86_64": "qemu-system-x86_64", "arm64": "qemu-system-aarch64"}
FIRMWARE = ("bios-microvm.bin", "qboot.rom", "pvh.bin", "linuxboot_dma.bin", "kvmvapic.bin")
NETWORK = ("failover", "net_failover", "virtio_ring", "virtio", "virtio_pci_legacy_dev",
           "virtio_pci_modern_dev", "virtio_pci", "virtio_net")

INIT = """#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for m in {modules}; do insmod /modules/$m.ko; done
ifconfig lo 127.0.0.1
ifconfig eth0 10.0.2.15
exec 0< /dev/{tty} 1> /dev/{tty} 2>&1
stty raw -echo
serve() {{
	echo "<<ready>>"
	while read -r line; do
		n=$((n + 1))
		( eval "$line" ) < /dev/null 2>&1
		echo "<<status $n $?>>"
	done
}}
serve < /dev/{tty} &
while wait; do :; done
"""


def cpio(files):
    """An archive in the form newc (Linux' Documentation/driver-api/early-userspace) of
    {name: (mode, bytes)}."""
    out = bytearray()
    for number, (name, (mode, data)) in enumerate([*files.items(), ("TRAILER!!!", (0, b""))], 1):
        raw = name.encode() + b"\0"
        out += b"070701" + b"".join(b"%08x" % value for value in (
            number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(raw), 0)) + raw
        out += bytes(-len(out) % 4) + data
        out += bytes(-len(out) % 4)
    return bytes(out)


def with_libraries(root, program):
    """{path there: path here} of a program and the libraries that it is linked to, which are in lib there."""
    known = {path.name: path for where in ("lib", "usr/lib") for path in root.glob(f"{where}/*-linux-gnu/*.so*")}
    done = {program: root / "usr/bin" / program}
    todo = [program]
    while todo:
        text = subprocess.run(["readelf", "-dlW", done[todo.pop()].resolve()], stdout=subprocess.PIPE, check=True, text=True).stdout
        done |= {path.lstrip("/"): known[Path(path).name] for path in re.findall(r"program interpreter: (\S+)\]", text)}
        new = set(re.findall(r"\(NEEDED\).*\[(\S+)\]", text)) - set(done)
        done |= {name: known[name] for name in new}
        todo += new
    return {name if "/" in name else f"{'bin' if name == program else 'lib'}/{name}": path for name, path in done.items()}


def free_ports(count):
    """Ports that nothing uses now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


class Nested:
    """The machine, from its start to close()."""

    boot_seconds = 120

    def __init__(self, arch, out, files, machine=None):
        """out: a folder for what is fetched and made; files: {path there: path here}; machine: of MACHINES, or arch's."""
        self.arch, self.machine = arch, machine or arch
        self.folder = Path(out) / self.machine
        subprocess.run([HERE / "fetch", self.machine, self.folder], check=True)
        self.ports = dict(zip(PORTS, free_ports(len(PORTS))))
        self.log = b""
        self.lines = 0  # that its shell was given
        kernel = next((self.folder / "root/boot").glob("vmlinuz-*"))
        options = f"console={MACHINES[self.machine][1]} quiet panic=-1 random.trust_cpu=on mitigations=off"
        self.process, self.output, self.input = self.start(kernel, self.write_initrd(files), options)
        os.set_blocking(self.output.fileno(), False)
        try:
            self.until(rb"<<ready>>\r?\n", self.boot_seconds)
        except BaseException:
            self.close()
            raise

    def write_initrd(self, files):
        root = self.folder / "root"
        every = {path.stem: path for path in root.glob("lib/modules/**/*.ko")}
        modules = [m for m in (*MACHINES[self.machine][2], *NETWORK) if m in every]
        qemu = with_libraries(root, QEMU[self.arch]) if (root / "usr/bin" / QEMU[self.arch]).exists() else {}
        qemu |= {f"share/{name}": path for name in FIRMWARE if (path := root / "usr/share/qemu" / name).exists()}
        tree = {name: (0o40755, b"") for name in ("bin", "lib", "lib64", "share", "proc", "sys", "dev", "tmp", "modules", "images")}
        tree["init"] = (0o100755, INIT.format(modules=" ".join(modules), tty=MACHINES[self.machine][1]).encode())
        tree["bin/busybox"] = (0o100755, (root / "bin/busybox").read_bytes())
        tree |= {f"modules/{m}.ko": (0o100644, every[m].read_bytes()) for m in modules}
        tree |= {name: (0o100755, Path(path).read_bytes()) for name, path in (qemu | files).items()}
        initrd = self.folder / f"initrd-{os.getpid()}"
        initrd.write_bytes(cpio(tree))
        return initrd

    def start(self, kernel, initrd, options):
        """Its process, and both ends of its serial port."""
        forwards = "".join(f",hostfwd=tcp:127.0.0.1:{here}-:{there}" for there, here in self.ports.items())
        process = subprocess.Popen(
            [*WITH_THIS, *MACHINES[self.machine][0], "-accel", "tcg", "-m", "1G", "-display", "none", "-no-reboot", "-nodefaults",
             "-no-user-config", "-chardev", "stdio,id=stdio,signal=off", "-serial", "chardev:stdio",
             "-netdev", f"user,id=net{forwards}", "-device", "virtio-net-pci,netdev=net,romfile=",
             "-kernel", kernel, "-initrd", initrd, "-append", options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return process, process.stdout, process.stdin

    def until(self, pattern, seconds):
        """Output up to a pattern; what follows it is kept."""
        end = time.monotonic() + seconds
        while not (found := re.search(pattern, self.log)):
            if self.process.poll() is not None:
                raise AssertionError(f"the nested machine ended: {self.log.decode(errors='replace')}")
            if time.monotonic() > end:
                raise AssertionError(f"no {pattern!r} after {seconds} s: {self.log.decode(errors='replace')}")
            self.log += self.output.read() or b""
            time.sleep(0.01)
        before, self.log = self.log[:found.start()], self.log[found.end():]
        return before, found

    def run(self, command, seconds=60):
        """(exit status, output) of a line of shell. What is left of one that took too long is dropped."""
        assert "\n" not in command
        self.lines += 1
        try:
            self.input.write(command.encode() + b"\n")
            self.input.flush()
        except BrokenPipeError:
            self.log += self.output.read() or b""
            raise AssertionError(f"the nested machine ended with {self.process.wait()}: {self.log.decode(errors='replace')}") from None
        out, found = self.until(rb"<<status %d (\d+)>>\r?\n" % self.lines, seconds)
        out = re.split(rb"<<status \d+ \d+>>\r?\n", out)[-1]
        return int(found.group(1)), out.decode(errors="replace").replace("\r", "")

    def wait_port(self, port, seconds=30):
        """Waits until a program there listens; the port by which the host reaches it."""
        for _ in itertools.takewhile(lambda _: seconds, range(seconds * 5)):
            if self.run(f"netstat -ltn | grep -q ':{port} '")[0] == 0:
                return self.ports[port]
            time.sleep(0.2)
        raise AssertionError(f"nothing listens at port {port} of the nested machine")

    def close(self):
        self.process.kill()
        self.process.wait()
        for path in self.folder.glob(f"*-{os.getpid()}"):
            path.unlink()


# A PC with a CD-ROM, a serial port and a card in a network of the emulator's own. Commands of its debugger come from a file.
BOCHS = """display_library: term
cpu: model=corei7_haswell_4770, ips=100000000, ignore_bad_msrs=1
memory: guest=768, host=768
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
ata0-master: type=cdrom, path={folder}/cd-{pid}, status=inserted
boot: cdrom
com1: enabled=1, mode=socket-client, dev=127.0.0.1:{port}
pci: enabled=1, chipset=i440fx, slot3=e1000
e1000: enabled=1, mac=52:54:00:12:34:56, ethmod=slirp, script={folder}/net-{pid}
speaker: enabled=0
clock: sync=none
log: {folder}/log-{pid}
"""
ISOLINUX = """DEFAULT linux
LABEL linux
 KERNEL /linux
 APPEND initrd=/initrd {options}
"""


class NestedVmx(Nested):
    """x86_64 with Intel's VMX. Not like a processor's in Bochs 2.7: a guest that masks interrupts and does not exit keeps them
    from the machine, too; and a step that had another exit first is reported before its instruction.
    """

    boot_seconds = 400

    def __init__(self, out, files):
        super().__init__("x86_64", out, files, "vmx")

    def write(self, name, text):
        path = self.folder / f"{name}-{os.getpid()}"
        path.write_text(text)
        return path

    def start(self, kernel, initrd, options):
        self.write("net", "# slirp config\n" + "".join(f"hostfwd = tcp:127.0.0.1:{here}-:{there}\n" for there, here in self.ports.items()))
        menu = self.write("menu", ISOLINUX.format(options=options))
        files = {"/linux": kernel, "/initrd": initrd, "/isolinux.cfg": menu, "/isolinux.bin": "/usr/lib/ISOLINUX/isolinux.bin",
                 "/ldlinux.c32": "/usr/lib/syslinux/modules/bios/ldlinux.c32"}
        subprocess.run(["xorriso", "-as", "mkisofs", "-quiet", "-o", self.folder / f"cd-{os.getpid()}", "-b", "isolinux.bin",
                        "-c", "boot.cat", "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table", "-graft-points",
                        *(f"{there}={here}" for there, here in files.items())], stderr=subprocess.DEVNULL, check=True)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(60)
            rc = self.write("rc", BOCHS.format(folder=self.folder, pid=os.getpid(), port=listener.getsockname()[1]))
            process = subprocess.Popen([*WITH_THIS, "bochs", "-q", "-f", rc, "-rc", self.write("commands", "c\n")], stdin=subprocess.PIPE,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "TERM": "vt100"})
            try:
                line, _ = listener.accept()
            except BaseException:
                process.kill()
                raise
        return process, line.makefile("rb", buffering=0), line.makefile("wb")
