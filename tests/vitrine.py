# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""What the black-box tests share: build an image, boot it, read its log.

Images are built with make as a user would, each configuration once, under a
lock, so that tests may run in several processes at a time. Everything is made
below $VITRINE_OUT (default: build/tests in the tree); newlib, beside that, is shared.
"""

import collections
import fcntl
import functools
import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "support"))
import archs  # noqa: E402  pylint: disable=wrong-import-position

TARGETS = archs.ARCHS  # {name: its properties}
OUT = Path(os.environ.get("VITRINE_OUT", ROOT / "build" / "tests"))
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID")  # of all processes of a run
SHARED = OUT.parent  # newlib and libfdt, as `make` has them
ARCHS = [a for a in TARGETS if os.environ.get("VITRINE_ARCH", a) == a]
COMPILERS = ("gcc", "clang")
# Each architecture with one compiler, for images whose like others build with
# both; VITRINE_ALL=1: with both.
ITS_COMPILER = {a: "gcc" if a == "x86_64" else "clang" for a in ARCHS}
ONE_COMPILER = [(a, c) for a in ARCHS for c in COMPILERS
                if os.environ.get("VITRINE_ALL") or c == ITS_COMPILER[a]]
# With gcc, for images that other tests have with it anyway; VITRINE_ALL=1: with both.
WITH_GCC = [(a, c) for a in ARCHS for c in COMPILERS
                if os.environ.get("VITRINE_ALL") or c == "gcc"]


def in_pairs(cases):
    """Of cases (name, architecture, compiler) those in which each two of the three still meet: half. A name that
    lacks one keeps what it has. VITRINE_ALL=1: all."""
    names = [name for name, _, _ in cases]
    order = {name: i for i, name in enumerate(dict.fromkeys(names))}
    return [(name, arch, cc) for name, arch, cc in cases
            if os.environ.get("VITRINE_ALL") or names.count(name) < len(ARCHS) * len(COMPILERS)
            or (order[name] + list(TARGETS).index(arch) + COMPILERS.index(cc)) % 2]


# What an image boots on: name: (architecture, options of support/run). First the
# machines, then controllers and CPUs on the default one.
MACHINES = {
    **{name: (arch, ["--machine", name]) for arch in ARCHS for name in TARGETS[arch].machines},
    **{name: (arch, options) for name, arch, *options in (
        ("no-avx", "x86_64", "--cpu", "qemu64"),
        ("gicv2", "arm64", "--qemu", "-machine gic-version=2"),
        ("gicv3", "arm64", "--qemu", "-machine gic-version=3"),
        ("gicv3-el2", "arm64", "--qemu", "-machine gic-version=3,virtualization=on"),
        ("cpu-max", "arm64", "--cpu", "max")) if arch in ARCHS},
}
ON_MACHINES = [(arch, name) for arch in ARCHS for name in TARGETS[arch].machines]

# CPUs of images and guests where a test gives no number of its own: `make nightly` runs the
# tests with 2 as well, but those that are marked one_cpu("reason").
CPUS = int(os.environ.get("VITRINE_SMP", "1"))
SUPPORT_RUN = [str(ROOT / "support" / "run"), *(["--smp", str(CPUS)] if CPUS > 1 else [])]
ORDERED = ["--smp", "1"] if CPUS > 1 else []  # where the order counts in which threads take turns

# An image for several CPUs: one number for all, as most objects depend on it.
SEVERAL = ("CONFIG_UKPLAT_LCPU_MAXCOUNT=8",)

BUILD_SECONDS = 600
NEWLIB_SECONDS = 3600  # one that builds newlib too, beside others
RUN_SECONDS = 60

LOG_LINE = re.compile(r"^\[ *(\d+\.\d+)\] (\w+): ?(.*)$")


# Variables of the make that runs the tests are not meant for the makes that they run.
NOT_OURS = {"MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MFLAGS", "V", "O", "APP", "ARCH", "PLAT", "CC",
            "ARGS", "PARAMS", "MACHINE", "MEM", "ACCEL", "GDB", "METRICS", "SHELL_PORT", "CORE", "ON_CRASH", "VMM", "STATIC", "SEED",
            "NEWLIB_DIR", "T"}


# The compilers are ccache's.
CACHED = (ROOT / "tests" / "cache" / "run",)


def make(*words, check=True, cwd=ROOT, seconds=BUILD_SECONDS, **env):
    """Runs make; an error shows what it printed."""
    inherited = {k: v for k, v in os.environ.items() if k not in NOT_OURS}
    done = subprocess.run([*CACHED, "make", *words], cwd=cwd, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, timeout=seconds,
                          env={**inherited, "VITRINE_OUT": str(OUT), **env})
    if check and done.returncode:
        raise AssertionError(f"make {' '.join(map(str, words))}: exit status "
                             f"{done.returncode}\n{done.stdout}")
    return done


def printed(words, seconds, blame=lambda: ""):
    """A debugger's or another program's status and all that it prints. One that does not end in time is a failure
    that shows it."""
    try:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=seconds, check=False)
    except subprocess.TimeoutExpired as late:
        raise AssertionError(f"no end in {seconds} s:\n{(late.output or b'').decode(errors='replace')}{blame()}") from None
    return done.returncode, done.stdout.decode(errors="replace")


@dataclass
class Result:
    """How a guest ended and what it printed."""
    status: int
    text: str

    @property
    def lines(self):
        return self.text.splitlines()

    def log(self, level=None):
        """The texts of the log lines, of one level or all."""
        found = (LOG_LINE.match(line) for line in self.lines)
        return [m.group(3) for m in found if m and level in (None, m.group(2))]


@dataclass
class Image:
    """A built image."""
    path: Path
    arch: str
    app: str

    @property
    def target(self):
        """The properties of its architecture."""
        return TARGETS[self.arch]

    def run(self, *args, options=(), seconds=RUN_SECONDS, stdin=None):
        """Boots it under support/run."""
        done = subprocess.run(
            [*SUPPORT_RUN, "--timeout", str(seconds), *options, self.path, *args],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds + 30,
            **({"input": stdin.encode()} if stdin is not None
               else {"stdin": subprocess.DEVNULL}))
        return Result(done.returncode, done.stdout.decode(errors="replace").replace("\r", ""))

    def libraries(self):
        """{joined object of a library: its objects}, of what was linked. The folder may have others: those of
        the image from which it was copied."""
        folder = self.path.parent
        return {Path(whole): [folder / part for part in
                              (Path(whole).with_suffix("") / ".parts").read_text().split() if part.endswith(".o")]
                for whole in (folder / ".link").read_text().split() if re.search(r"/lib\w+\.o$", whole)}

    def tool(self, name, *args):
        """The output of a binutils program of the image's architecture."""
        return subprocess.run([self.target.tools + name, *args], check=True,
                              text=True, stdout=subprocess.PIPE).stdout

    def functions(self):
        """{name: address} of the functions, by binutils."""
        fields = (line.split() for line in self.tool("readelf", "-sW", self.path).splitlines())
        return {f[7]: int(f[1], 16) for f in fields if len(f) == 8 and f[3] == "FUNC"}

    def symbols(self):
        """[(address, size, name)] of everything with an address, by binutils."""
        fields = (line.split() for line in self.tool("readelf", "-sW", self.path).splitlines())
        return [(int(f[1], 16), int(f[2], 0), f[7]) for f in fields
                if len(f) == 8 and f[3] in ("FUNC", "OBJECT", "NOTYPE") and f[6] != "ABS"
                and f[0] != "Num:"]

    def addr2line(self, address):
        """[(function, file, line)] at an address, innermost first, by binutils.
        What it does not know is "" there."""
        return self.addr2line_all([address])[0]

    def addr2line_all(self, addresses, llvm=False):
        """For each address what addr2line() gives, in one go; or LLVM's opinion."""
        words = ["-a", "-i", "-f", "-e", self.path, *(f"{a:#x}" for a in addresses)]
        out = (subprocess.run(["llvm-addr2line", *words], check=True, text=True,
                              stdout=subprocess.PIPE).stdout
               if llvm else self.tool("addr2line", *words))
        chains = []
        lines = iter(out.splitlines())
        for line in lines:
            if line.startswith("0x"):
                chains.append([])
                continue
            file, _, number = next(lines).partition(" ")[0].rpartition(":")
            chains[-1].append((line.strip("?"), os.path.normpath(file).strip("?"),
                               "" if number in ("?", "0") else number))
        return chains


def app_folder(app):
    """The folder of an application of the tree by its name, or of any by its path."""
    return next((f for f in (ROOT / "apps" / app, ROOT / "tests" / "apps" / app) if f.is_dir()),
                Path(app))


def write_config(folder, app, config):
    """The application's defconfig with other lines in place of some of its own,
    if it is not there."""
    defconfig = app / "defconfig"
    lines = [f"CONFIG_UKPLAT_LCPU_MAXCOUNT={CPUS}", *(defconfig.read_text().splitlines() if defconfig.exists() else ()), *config]
    text = "".join(line + "\n" for line in
                   {re.search(r"CONFIG_\w+", line).group(): line for line in lines
                    if "CONFIG_" in line}.values())
    wanted = folder / "wanted"
    if not wanted.exists() or wanted.read_text() != text:
        folder.mkdir(exist_ok=True)
        (folder / ".config").write_text(text)
        wanted.write_text(text)


def options_of(app, config):
    """What decides most about an image: the options that its application sets and selects."""
    texts = (path.read_text() for path in (app / "Config.uk", app / "defconfig") if path.exists())
    return {*re.findall(r"^\s*(select \w+|CONFIG_\w+=.*)", "\n".join(texts), re.M), *config}


def start_from_another(folder, cc, options):
    """Copies the objects of this run's most similar image. make compiles again what other options
    change: that is known from the folder alone (support/build/lib.mk)."""
    found = []
    for note in OUT.glob(f"{cc}*/*-{folder.name.rpartition('-')[2]}/options"):
        run, *had = note.read_text().splitlines()
        if run == RUN:
            found.append((len(options.symmetric_difference(had)), note.parent))
    if not found or folder.exists():
        return
    other = min(found)[1]
    shutil.copytree(other, folder, symlinks=True, ignore=lambda where, names: [
        name for name in names if where == str(other) and (
            name.startswith("app") or not name.startswith(("lib", ".names", ".headers", "include")))])


@functools.lru_cache(maxsize=None)
def build(app, arch, cc="gcc", config=()):
    """Builds an application with options set on top of its defconfig, once.

    config: a tuple of lines such as "CONFIG_LIBUKCRASH=n".
    """
    app = app_folder(app)
    name = app.name
    cpus = f"-smp{CPUS}" if CPUS > 1 else ""
    key = hashlib.sha1("\n".join([str(app), cc, *config]).encode()).hexdigest()[:8]
    out = OUT / (f"{cc}{cpus}" if not config else f"{cc}{cpus}-{key}")
    out.mkdir(parents=True, exist_ok=True)
    words = [f"O={out}", f"APP={app}", f"ARCH={arch}", f"CC={cc}",
             f"NEWLIB_DIR={SHARED}/newlib-{arch}"]
    image = Image(out / f"{name}-{arch}" / f"{name}.elf", arch, name)
    with open(OUT / f"lock-{out.name}-{name}-{arch}", "a+", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.seek(0)
        built = f"{RUN} {app}"
        if RUN and lock.read() == built:
            return image
        options = options_of(app, config)
        if RUN:
            start_from_another(image.path.parent, f"{cc}{cpus}", options)
        if config or CPUS > 1:
            write_config(image.path.parent, app, config)
        # The others wait for it: all processors, then.
        make(f"-j{os.cpu_count()}", *words)
        (image.path.parent / "options").write_text("\n".join([str(RUN), *options]))
        lock.truncate(0)
        lock.write(built)
    return image


def check_most_are_the_same(image, *args, options, status=0):
    """Of five runs under icount with several CPUs, whose guest does not go by the host's clock. QEMU's main loop may come
    first to a timer that ends the turn of a CPU; the next turns then differ: 3 of 100 runs on arm64, 12 where its monitor
    is written to all the time."""
    results = [image.run(*args, options=options) for _ in range(5)]
    assert all(result.status == status for result in results), results[0].text
    (text, times), = collections.Counter(result.text for result in results).most_common(1)
    assert times >= 3
    return text


def check_all_pass(result):
    """Every test that the KTAP report announces ran and passed."""
    assert result.status == 0, result.text
    assert not re.search(r"^ *not ok", result.text, re.M), result.text
    planned = int(re.search(r"^1\.\.(\d+)$", result.text, re.M).group(1))
    assert len(re.findall(r"^ok \d+ ", result.text, re.M)) == planned
    plans = [int(n) for n in re.findall(r"^    1\.\.(\d+)$", result.text, re.M)]
    assert len(re.findall(r"^    ok \d+ ", result.text, re.M)) == sum(plans)
