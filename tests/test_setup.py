# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""support/setup, with dpkg-query, apt-get, sudo and id played by scripts."""

import os
import shutil
import subprocess
import textwrap
from pathlib import Path

import pytest

pytestmark = pytest.mark.one_cpu("no guest")

ROOT = Path(__file__).resolve().parent.parent
SETUP = ROOT / "support" / "setup"
HOST_TOOLS = ["sh", "cut", "sort", "grep", "cat", "env", "touch"]


class Host:
    """A PATH with a few real tools, and fakes that log what they are asked."""

    def __init__(self, folder):
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.log = folder / "log"
        self.log.touch()
        self.installed = folder / "installed"
        self.installed.touch()
        for tool in HOST_TOOLS:
            real = next(p for p in map(Path, ("/usr/bin/" + tool, "/bin/" + tool))
                        if p.exists())
            (self.bin / tool).symlink_to(real)

    def command(self, name, script):
        path = self.bin / name
        path.write_text("#!/bin/sh\n" + textwrap.dedent(script))
        path.chmod(0o755)

    def debian(self, uid=0, apt=""):
        self.command("id", f"echo {uid}\n")
        self.command("dpkg-query", f"""
            shift 3
            for p; do grep -x "installed $p" {self.installed}; done
            """)
        self.command("apt-get", f"""
            echo "apt-get $*" >> {self.log}
            {apt}
            case " $* " in *" -s "* | *" update "*) exit 0 ;; esac
            for p; do echo "installed $p" >> {self.installed}; done
            """)
        return self

    def install(self, *packages):
        self.installed.write_text("".join(f"installed {p}\n" for p in packages))

    def run(self, *args, **env):
        return subprocess.run([SETUP, *args], env={"PATH": str(self.bin), **env},
                              capture_output=True, text=True, timeout=30)

    def asked(self):
        return self.log.read_text()


@pytest.fixture
def host(tmp_path):
    return Host(tmp_path)


def all_packages():
    listing = subprocess.run([SETUP, "--list"], capture_output=True, text=True,
                             check=True)
    return [line.split()[0] for line in listing.stdout.splitlines()]


def test_nothing_missing_is_silent(host):
    host.debian().install(*all_packages())
    done = host.run("test", "lint")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert host.asked() == ""


def test_missing_is_named_and_installed_by_root(host):
    host.debian().install(*[p for p in all_packages() if p != "newlib-source"])
    done = host.run("build")
    assert done.returncode == 0
    assert "newlib-source" in done.stderr
    last = host.asked().splitlines()[-1]
    assert last.split()[-3:] == ["-y", "--no-install-recommends", "newlib-source"]
    assert host.run("build").stderr == ""


def test_lists_are_fetched_once_when_a_package_is_unknown(host):
    host.debian(apt='case " $* " in *" -s "*) exit 100 ;; esac')
    done = host.run("run")
    assert done.returncode == 0
    assert host.asked().count(" update") == 1


def test_stale_lists_are_fetched_and_the_install_repeated(host, tmp_path):
    mark = tmp_path / "updated"
    host.debian(apt=f"""
            case " $* " in
            *" update "*) touch {mark} ;;
            *" -y "*) [ -e {mark} ] || exit 100 ;;
            esac""")
    assert host.run("run").returncode == 0
    assert host.asked().count(" update") == 1


def test_not_root_goes_through_sudo(host):
    host.debian(uid=1000)
    host.command("sudo", f'echo "sudo $1" >> {host.log}\nexec "$@"\n')
    assert host.run("run").returncode == 0
    assert "sudo env\n" in host.asked()


def test_neither_root_nor_sudo_names_the_line(host):
    host.debian(uid=1000)
    done = host.run("run")
    assert done.returncode == 1
    assert "as root: apt-get install" in done.stderr
    assert host.asked() == ""


def test_setup_no_only_names(host):
    host.debian()
    done = host.run("run", SETUP="no")
    assert done.returncode == 1
    assert "apt-get install --no-install-recommends" in done.stderr
    assert "qemu-system-x86" in done.stderr and "boots x86_64" in done.stderr
    assert host.asked() == ""


def test_apt_failure_is_reported(host):
    host.debian(apt='case " $* " in *" -y "*) exit 100 ;; esac')
    done = host.run("run")
    assert done.returncode == 1
    assert "apt-get failed" in done.stderr


def test_groups_include_what_they_stand_on(host):
    host.debian()
    named = host.run("test", SETUP="no").stderr
    for package in ("python3-pytest", "qemu-system-arm", "newlib-source"):
        assert package in named
    assert "shellcheck" not in named


def test_cxx_is_installed_where_it_is_needed(host):
    host.debian()
    assert "g++" not in host.run("build", "run", SETUP="no").stderr
    named = host.run("cxx", SETUP="no").stderr
    assert "  g++ " in named and "  g++-aarch64-linux-gnu " in named


def test_host_without_dpkg_names_the_commands(host):
    host.command("gcc", "")
    done = host.run("build")
    assert done.returncode == 1
    assert "aarch64-linux-gnu-gcc" in done.stderr
    assert "  gcc " not in done.stderr


@pytest.mark.parametrize("args", [[], ["frobnicate"], ["build", "--fast"]])
def test_wrong_usage(host, args):
    done = host.debian().run(*args)
    assert done.returncode == 2
    assert "usage: " in done.stderr


def test_quick_when_nothing_is_missing(tmp_path):
    """Every make runs it: it says nothing and asks dpkg once."""
    asked = tmp_path / "asked"
    for tool in ("dpkg-query", "apt-get"):
        wrapper = tmp_path / tool
        wrapper.write_text(f'#!/bin/sh\necho {tool} >> {asked}\nexec {shutil.which(tool)} "$@"\n')
        wrapper.chmod(0o755)
    done = subprocess.run([SETUP, "build"], check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT,
                          env={**os.environ, "SETUP": "no",
                               "PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert not done.stdout
    assert asked.read_text() == "dpkg-query\n"
