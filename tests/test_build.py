# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""make: what is remade when, what it says about mistakes, and that the bytes
of an image depend on nothing but the sources. A copy of the tree is built, so
that touching files does not disturb other tests. Nothing here is timed."""

import fcntl
import itertools
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pairs
import pexpect
import pytest
from vitrine import (ARCHS, BUILD_SECONDS, COMPILERS, NEWLIB_SECONDS, ONE_COMPILER, ROOT, RUN_SECONDS, SHARED, TARGETS, Image, build,
                     in_pairs, make)

pytestmark = pytest.mark.one_cpu("builds")

COMPILED = re.compile(r"^  CC      (\S+)$", re.M)
LINKED = re.compile(r"^  LD      (\S+)$", re.M)
COPIED = ["Config.uk", "Makefile", "Makefile.uk", "apps", "arch", "lib", "plat", "support"]


def copy_tree(folder):
    """The sources, without what was built from them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, symlinks=True, dirs_exist_ok=True,
                            ignore=shutil.ignore_patterns("__pycache__", "*.corpus"))
        else:
            shutil.copy2(source, folder / name)
    return folder


class Tree:
    """A copy of the tree and a build of one application in it."""

    def __init__(self, folder, arch, app="hello"):
        self.root = copy_tree(folder / "tree")
        self.words = [f"O={folder / 'build'}", f"APP={app}", f"ARCH={arch}",
                      f"NEWLIB_DIR={SHARED}/newlib-{arch}"]
        self.build_dir = folder / "build" / f"{app.rsplit('/', 1)[-1]}-{arch}"
        self.image = Image(self.build_dir / f"{app.rsplit('/', 1)[-1]}.elf", arch, app)

    def make(self, *words, check=True, **env):
        # Without the cache: what it returns names another image's config.h as needed.
        return make(*words, *self.words, check=check, cwd=self.root, CCACHE_DISABLE="1", **env)

    def compiled(self, *words):
        """The objects that make compiles."""
        return COMPILED.findall(self.make(*words).stdout)

    def set(self, *lines):
        """Options on top of what .config says."""
        with open(self.build_dir / ".config", "a", encoding="utf-8") as f:
            f.write("".join(line + "\n" for line in lines))


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A built tree; tests leave it built."""
    build("hello", "x86_64")  # newlib, under the lock
    tree = Tree(tmp_path_factory.mktemp("build"), "x86_64")
    tree.make("-j2")
    return tree


# --- what is remade ----------------------------------------------------------

def test_nothing_to_do(tree):
    done = tree.make()
    assert "Nothing to be done" in done.stdout
    assert not COMPILED.search(done.stdout) and not LINKED.search(done.stdout)


def test_touched_source_is_the_only_one_compiled(tree):
    os.utime(tree.root / "lib/ukevent/event.c")
    done = tree.make()
    assert COMPILED.findall(done.stdout) == ["libukevent/event.o"]
    assert LINKED.findall(done.stdout)[-1] == "hello.elf"


def test_another_newlib(tmp_path):
    """All objects are compiled anew where its headers are newer; its stamp alone is not enough."""
    shutil.copytree(SHARED / "newlib-x86_64", tmp_path / "newlib")
    words = ["-j2", "APP=hello", "ARCH=x86_64", f"O={tmp_path}/o", f"NEWLIB_DIR={tmp_path}/newlib"]
    all_of_them = set(COMPILED.findall(make(*words).stdout))
    os.utime(tmp_path / "newlib/stamp")
    assert not COMPILED.search(make(*words).stdout)
    os.utime(tmp_path / "newlib/include/newlib.h")
    assert set(COMPILED.findall(make(*words).stdout)) == all_of_them and len(all_of_them) > 50
    assert not COMPILED.search(make(*words).stdout)


def preprocessed(tree, *options):
    """{object: what the preprocessor prints with these options}, of each source."""
    out = {}
    for entry in json.loads((tree.build_dir / "compile_commands.json").read_text()):
        words = shlex.split(entry["command"])
        at = words.index("-c")
        library = re.search(r"__LIBNAME__=\W*(\w+)", entry["command"])[1]
        out[f"{library}/{Path(entry['file']).stem}.o"] = subprocess.run(
            [*words[:at], *options, *words[at + 1:]], cwd=entry["directory"], check=True, text=True,
            stdout=subprocess.PIPE).stdout
    return out


def test_touched_header_reaches_who_includes_it(tree):
    """All that include it according to the compiler, and no other."""
    wanted = {obj for obj, rule in preprocessed(tree, "-M").items() if "/console_internal.h" in rule}
    assert wanted
    os.utime(tree.root / "lib/ukconsole/console_internal.h")
    assert set(tree.compiled()) == wanted


def test_changed_option_reaches_who_uses_it(tree):
    """All that use it according to the compiler, and no other."""
    name = "CONFIG_LIBUKCRASH_TRACE_DEPTH"
    users = [obj for obj, used in preprocessed(tree, "-E", "-dU").items()
             if re.search(rf"^#define {name} ", used, re.M)]
    assert users
    tree.set(f"{name}=32")
    assert tree.compiled() == users
    assert tree.compiled() == []


def test_moved_folder_stays_built(tree):
    """Names of the folder are in no object and in nothing that decides what is compiled."""
    moved, image = tree.build_dir.parent.with_name("moved"), tree.image.path.read_bytes()
    tree.build_dir.parent.rename(moved)
    done = make(f"O={moved}", *tree.words[1:], cwd=tree.root, CCACHE_DISABLE="1")
    assert not COMPILED.search(done.stdout), done.stdout
    assert (moved / tree.image.path.relative_to(tree.build_dir.parent)).read_bytes() == image
    moved.rename(tree.build_dir.parent)
    assert tree.compiled() == []


def test_changed_flag_reaches_its_library(tree):
    makefile = tree.root / "lib/ukevent/Makefile.uk"
    before = makefile.read_text()
    makefile.write_text(before + "LIBUKEVENT_CFLAGS-y += -DSOMETHING\n")
    assert tree.compiled() == ["libukevent/event.o"]
    makefile.write_text(before)
    assert tree.compiled() == ["libukevent/event.o"]


def test_further_app_reuses_newlib(tree):
    words = [w for w in tree.words if not w.startswith("APP=")]
    stamp = next(w for w in words if w.startswith("NEWLIB_DIR=")).partition("=")[2] + "/stamp"
    before = os.stat(stamp).st_mtime_ns
    done = make("APP=crash", *words, cwd=tree.root)
    assert len(COMPILED.findall(done.stdout)) > 20
    assert os.stat(stamp).st_mtime_ns == before


def newlib_dir(root, out):
    """Where newlib is looked for; make -n builds nothing."""
    done = make("-np", f"O={out}", cwd=root)
    return re.search(r"^NEWLIB_DIR :?= (.*)$", done.stdout, re.M)[1]


def test_all_build_folders_share_newlib(tree, tmp_path):
    assert newlib_dir(tree.root, tmp_path) == f"{tree.root}/build/newlib-x86_64"
    aside = (tree.root / "build").rename(tree.root / "aside")
    (tree.root / "build").touch()  # stands for a tree that cannot be written
    assert newlib_dir(tree.root, tmp_path) == f"{tmp_path}/newlib-x86_64"
    (tree.root / "build").unlink()
    aside.rename(tree.root / "build")


def test_only_selected_libraries_are_compiled(tree):
    assert not (tree.build_dir / "libuktest").exists()
    assert not (tree.build_dir / "libpl011").exists()


def test_verbose_prints_the_commands(tree):
    os.utime(tree.root / "lib/ukevent/event.c")
    out = tree.make("V=1").stdout
    assert re.search(r"x86_64-linux-gnu-gcc .* -c .*lib/ukevent/event\.c", out)
    assert "x86_64-linux-gnu-ld" in out


def test_clean_keeps_newlib_and_other_images(tree):
    other = tree.build_dir.parent / "crash-x86_64"
    other.mkdir(exist_ok=True)
    tree.make("clean")
    assert not tree.build_dir.exists()
    assert other.exists()
    tree.make("-j2")


# --- compile_commands.json ---------------------------------------------------

def test_compile_commands_cover_every_source(tree):
    entries = json.loads((tree.build_dir / "compile_commands.json").read_text())
    objects = {path.relative_to(tree.build_dir).with_suffix("").as_posix()
               for path in tree.build_dir.glob("*/**/*.o")}
    stems = {path.rsplit("/", 1)[-1] for path in objects}
    assert {os.path.splitext(os.path.basename(e["file"]))[0] for e in entries} == stems
    entry = next(e for e in entries if e["file"].endswith("ukevent/event.c"))
    words = entry["command"] + " -fsyntax-only"
    subprocess.run(words, shell=True, cwd=entry["directory"], check=True)


# --- what it says ------------------------------------------------------------

def test_help_names_every_target(tree):
    out = tree.make("help").stdout
    for target in ("image", "run", "demo", "test", "size", "menuconfig", "defconfig",
                   "olddefconfig", "savedefconfig", "allnoconfig", "allyesconfig",
                   "randconfig", "clean", "lint", "bench", "help"):
        assert re.search(rf"^  {target} +\S", out, re.M), target
    for target in re.findall(r"^  ([a-z-]+) +[A-Z]", out, re.M):
        done = make("-n", "SETUP=no", target, *tree.words, check=False, cwd=tree.root)
        assert done.returncode == 0, target + done.stdout


def test_size_adds_up(tree):
    out = tree.make("size").stdout
    rows = {line.split()[0]: [int(n) for n in line.split()[-5:]]
            for line in out.splitlines()[1:]}
    sections = dict(re.findall(r"^(\.\w+) +(\d+)", tree.image.tool("size", "-A",
                                                                   tree.image.path), re.M))
    total = rows.pop("total")
    assert total[0] == int(sections[".text"])
    assert total[2] == int(sections[".data"])
    assert total[3] == int(sections[".bss"])
    assert "libukprint" in rows and "apphello" in rows
    found = json.loads(subprocess.run(
        [tree.root / "support/build/size.py", "--json", tree.image.path,
         tree.image.path.with_suffix(".map")], check=True, stdout=subprocess.PIPE).stdout)
    assert found["libukprint"]["text"] == rows["libukprint"][0]


@pytest.mark.parametrize("words, says", [
    (["APP=nonesuch"], ['unknown APP "nonesuch"', "hello", "crash"]),
    (["APP=/nonexistent/app"], ['unknown APP "/nonexistent/app"', "Makefile.uk"]),
    (["ARCH=sparc"], ['unknown ARCH "sparc"', "x86_64", "arm64"]),
    (["frobnicate"], ['unknown target "frobnicate"', "make help"]),
    (["menuconfg"], ['unknown target "menuconfg" (did you mean menuconfig?)']),
    (["hello"], ["make APP=hello"]),
    (["APPP=hello"], ["unknown variable APPP (did you mean APP?)"]),
    (["ARGS=a b=c", "MACHIN=q35"], ["unknown variable MACHIN (did you mean MACHINE?)"]),
    (["CONFIG_LIBUKCRASH=n"], ["CONFIG_LIBUKCRASH=", "menuconfig"]),
    (["APP="], ["APP is empty"]),
    (["O="], ["O is empty"]),
    (["O=a b"], ['O="a b": the path of a build folder must not contain blanks']),
    (["O=~/b"], ['O="~/b": the path of a build folder']),
    (["O=a$$b"], ['O="a$$b": the path of a build folder']),
    (["distclean", "O=/nowhere;x"], ['O="/nowhere;x": the path of a build folder']),
    (["APP=/nowhere/a#b"], ['APP="/nowhere/a#b": the path of an application must not']),
    (["O=/proc/nowhere"], ["cannot write to the build folder /proc/nowhere", "O=FOLDER"]),
    (["run", "MEM=lots"], ["--mem lots", "64M"]),
    (["run", "METRICS=http"], ["--metrics http", "TCP port"]),
    (["run", "MACHINE=pc"], ["'pc'", "microvm or q35"]),
    (["run", 'ARGS="a'], ['"a', "no closing quotation"]),
    (["run", "ARGS='a\nb'"], ["ARGS= has more than one line; support/run IMAGE ARG..."]),
])
def test_mistakes_are_named(tree, words, says):
    mine = [w for w in tree.words if w.split("=")[0] not in
            {word.split("=")[0] for word in words}] if words[0] != "ARCH=sparc" else []
    done = make(*words, *mine, check=False, cwd=tree.root)
    assert done.returncode == 2
    for text in says:
        assert text in done.stdout


def test_run_takes_variables(tree, tmp_path):
    """They become options of support/run, which names those that the image has no use for."""
    text = tree.make("run", f"METRICS={tmp_path}/m", f"SHELL_PORT={tmp_path}/s", f"GDB={tmp_path}/g", "SMP=2").stdout
    for option, library in (("metrics", "LIBUKMETRICS"), ("shell", "LIBUKSHELL"), ("gdb", "LIBUKGDB")):
        assert f"--{option} has no effect: switch {library} on" in text, text
    assert "--smp has no effect" in text, text


@pytest.mark.parametrize("line, says", [
    ("CONFIG_LIBUKCRASHH=y", ["CONFIG_LIBUKCRASHH", "did you mean CONFIG_LIBUKCRASH?",
                              "defconfig:1"]),
    ("LIBUKCRASH=y", ["defconfig:1", "CONFIG_NAME=value"]),
    ("CONFIG_LIBUKPRINT_RING_KB=lots", ["LIBUKPRINT_RING_KB", "lots"]),
    ("CONFIG_LIBNS16550=n\nCONFIG_LIBUKEVENT=n", ["CONFIG_LIBUKEVENT"]),
    ("CONFIG_STACK_SIZE_KB=16\n\nCONFIG_STACK_SIZE_KB=32", ["defconfig:3", "set in line 1, too"]),
    ("# \udcff", ["defconfig:1", "0xff is not UTF-8"]),
    ("\ufeffCONFIG_STACK_SIZE_KB=16", ["defconfig:1: begins with a byte order mark"]),
])
def test_mistakes_in_a_defconfig(tmp_path, line, says):
    app = tmp_path / "app"
    shutil.copytree(ROOT / "apps/hello", app)
    (app / "defconfig").write_text(line + "\n", encoding="utf-8", errors="surrogateescape")
    done = make(f"APP={app}", "ARCH=x86_64", f"O={tmp_path}/o", check=False)
    assert done.returncode == 2 and "Traceback" not in done.stdout
    for text in says:
        assert text in done.stdout


def new_app(folder, makefile, source="int main(void) { return 0; }\n", config=""):
    """An application of one source; its name is app."""
    app = folder / "app"
    app.mkdir(exist_ok=True)
    (app / "Config.uk").write_text(config)
    (app / "Makefile.uk").write_text(makefile)
    (app / "main.c").write_text(source)
    return [f"APP={app}", "ARCH=x86_64", f"O={folder}/o", f"NEWLIB_DIR={SHARED}/newlib-x86_64"]


APP_MAKEFILE = "$(eval $(call addlib,appapp))\nAPPAPP_SRCS-y += $(APPAPP_BASE)/main.c\n"


@pytest.mark.parametrize("makefile, says", [
    (APP_MAKEFILE.replace("APPAPP_SRCS", "APPAP_SRCS"),
     "app/Makefile.uk: APPAP_SRCS-y belongs to no library (did you mean APPAPP_SRCS-y?)"),
    (APP_MAKEFILE + "LIBUKPRNT_SRCS-$(CONFIG_LIBUKPRINT) += x.c\n",
     "LIBUKPRNT_SRCS-y belongs to no library (did you mean LIBUKPRINT_SRCS-y?)"),
    (APP_MAKEFILE + "APPAPP_CFALGS-y += -DX\n",
     "app/Makefile.uk: APPAPP_CFALGS-y has no effect (did you mean APPAPP_CFLAGS-y?)"),
    (APP_MAKEFILE + "APPAPP_MIAN_FLAGS-y += -DX\n",
     "app/Makefile.uk: APPAPP_MIAN_FLAGS-y has no effect (did you mean APPAPP_MAIN_FLAGS-y?)"),
    (APP_MAKEFILE + "APPAPP_SRC-y += x.c\n",
     "app/Makefile.uk: APPAPP_SRC-y has no effect (did you mean APPAPP_SRCS-y?)"),
    (APP_MAKEFILE + "$(eval $(call import_lib,$(APPAPP_BASE)/nolib))\n",
     "app/nolib/Makefile.uk does not exist; named in"),
    (APP_MAKEFILE.splitlines(True)[1], "$(eval $(call addlib,appapp))"),
    (APP_MAKEFILE.splitlines(True)[0], "names no sources: it needs a line such as APPAPP_SRCS-y"),
])
def test_lines_without_effect_are_named(tmp_path, makefile, says):
    done = make(*new_app(tmp_path, makefile), check=False)
    assert done.returncode == 2 and says in done.stdout, done.stdout
    assert not COMPILED.search(done.stdout)


def test_names_of_ones_own_are_not_misspelt(tmp_path):
    """What the Makefile.uk reads itself, and flags of a file that is left out."""
    done = make(*new_app(tmp_path, APP_MAKEFILE.replace("$(APPAPP_BASE)/main.c", "$(APPAPP_SOURCES-y)") +
                         "APPAPP_SOURCES-y := $(APPAPP_BASE)/main.c\n"
                         "APPAPP_SRCS-$(CONFIG_NONE) += $(APPAPP_BASE)/mine.c\n"
                         "APPAPP_MINE_FLAGS-y += -DX\nAPPAPP_MAIN_FLAGS-y += -DX\n"))
    assert "LD      app.elf" in done.stdout


def test_a_source_that_does_not_exist(tmp_path):
    done = make(*new_app(tmp_path, APP_MAKEFILE.replace("main.c", "mian.c")), check=False)
    assert done.returncode == 2
    assert "app/mian.c does not exist; APPAPP_SRCS-y names it (did you mean main.c?)" in done.stdout


def test_a_second_build_of_an_image_waits(tmp_path):
    with open(tmp_path / "hello-x86_64.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = subprocess.Popen(["make", "olddefconfig", "ARCH=x86_64", f"O={tmp_path}"], cwd=ROOT,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE, text=True)
        try:
            assert "waiting until it ends" in second.stderr.readline()
            assert not (tmp_path / "hello-x86_64" / ".config").exists()
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)
            second.communicate(timeout=RUN_SECONDS)
    assert second.returncode == 0
    assert (tmp_path / "hello-x86_64" / ".config").exists()


def test_two_builds_of_an_image(tmp_path):
    """Started at once: each object is made once, and what comes out boots."""
    words = ["make", "-j2", f"O={tmp_path}", "ARCH=x86_64", f"NEWLIB_DIR={SHARED}/newlib-x86_64"]
    both = [subprocess.Popen(words, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             text=True, env={**os.environ, "MAKEFLAGS": ""}) for _ in range(2)]
    texts = [one.communicate(timeout=BUILD_SECONDS)[0] for one in both]
    assert [one.returncode for one in both] == [0, 0], texts
    made = [name for text in texts for name in COMPILED.findall(text)]
    assert len(made) == len(set(made)) > 50, texts
    assert Image(tmp_path / "hello-x86_64" / "hello.elf", "x86_64", "hello").run().status == 0


def test_a_select_of_nothing_is_named(tmp_path):
    app = tmp_path / "app"
    shutil.copytree(ROOT / "apps/hello", app)
    (app / "Config.uk").write_text("config APPHELLO\n\tbool\n\tdefault y\n\tselect LIBUKCRASHH\n")
    done = make(f"APP={app}", "ARCH=x86_64", f"O={tmp_path}/o", check=False)
    assert done.returncode == 2
    assert "app/Config.uk:1: undefined symbol LIBUKCRASHH; did you mean LIBUKCRASH?" in done.stdout


def test_what_a_source_lacks_is_named(tmp_path):
    words = new_app(tmp_path, APP_MAKEFILE, "int x;\n")
    done = make(*words, check=False)
    assert done.returncode == 2
    assert "no source in APPAPP_SRCS-y of Makefile.uk defines main" in done.stdout, done.stdout
    new_app(tmp_path, APP_MAKEFILE, "#include <pthread.h>\nint main(void) { return 0; }\n")
    done = make(*words, check=False)
    assert done.returncode == 2 and "select LIBUKPTHREAD" in done.stdout, done.stdout


@pytest.mark.parametrize("arch, cc", ONE_COMPILER)
def test_a_large_frame_is_named(tmp_path, arch, cc):
    """FRAME_WARN."""
    source = 'int main(void) { char large[9000]; __asm__ volatile("" : : "r"(large) : "memory"); return large[0]; }\n'
    words = [word for word in new_app(tmp_path, APP_MAKEFILE, source) if not word.startswith(("ARCH=", "NEWLIB_DIR="))]
    done = make(*words, f"ARCH={arch}", f"CC={cc}", f"NEWLIB_DIR={SHARED}/newlib-{arch}")
    assert re.search(r"main\.c:1:.* warning: .*\b(frame size|stack frame).*9\d+.*8192", done.stdout), done.stdout


def test_a_private_name_of_a_library(tmp_path):
    """Another uses only what its public headers declare, or what it offers by name."""
    lib = tmp_path / "app/lib"
    words = new_app(tmp_path, APP_MAKEFILE + "$(eval $(call import_lib,$(APPAPP_BASE)/lib))\n",
                    "int twice(int n);\nint main(void) { return twice(0); }\n")
    lib.mkdir()
    makefile = "$(eval $(call addlib,libtwice))\nLIBTWICE_SRCS-y += $(LIBTWICE_BASE)/twice.c\n"
    (lib / "twice.c").write_text('#include "twice.h"\nint twice(int n) { return 2 * n; }\n')
    (lib / "twice.h").write_text("/* The double */ int twice(int n);\n")
    (lib / "Makefile.uk").write_text(makefile)
    done = make(*words, check=False)
    assert done.returncode == 2 and "\nlibtwice: twice is private: " in done.stdout, done.stdout
    for line in ("LIBTWICE_EXPORTS-y += twice", "CINCLUDES-y += -I$(LIBTWICE_BASE)",
                 "LIBTWICE_EXPORTS-y += $(LIBTWICE_BASE)/twice.h"):
        (lib / "Makefile.uk").write_text(f"{makefile}{line}\n")
        make(*words)
    (lib / "Makefile.uk").write_text(makefile)
    assert make(*words, check=False).returncode == 2


STORE_MAIN = """#include <uk/store.h>
static int get(void *cookie, __u64 *out)
{
	*out = 1;
	return 0;
}
UK_STORE_STATIC_ENTRY(0x10, first, u64, get, NULL);
UK_STORE_STATIC_ENTRY(17, third, u64, get, NULL);
int main(void) { return 0; }
"""


@pytest.mark.parametrize("cc", ["gcc", "clang"])
def test_entries_of_one_id_or_name_are_named(tmp_path, cc):
    words = new_app(tmp_path, APP_MAKEFILE + "APPAPP_SRCS-y += $(APPAPP_BASE)/other.c\n", STORE_MAIN)
    (tmp_path / "app/defconfig").write_text("CONFIG_LIBUKSTORE=y\n")
    other = STORE_MAIN.replace("int main(void) { return 0; }\n", "")
    (tmp_path / "app/other.c").write_text(
        other.replace("0x10, first", "8 + 8, second").replace("17, third", "18, third"))
    done = make(*words, f"CC={cc}", check=False)
    assert done.returncode == 2
    wrong = re.findall(r"\bapp/(\w+\.c:\d+): entry (\w+) of appapp has the (\w+ \w+), as (\w+) at "
                       r"app/(\w+\.c:\d+) has; give it another (\w+)\n", done.stdout)
    assert sorted((*sorted([w[:2], (w[4], w[3])]), w[2], w[5]) for w in wrong) == [
        (("main.c:7", "first"), ("other.c:7", "second"), "id 16", "id"),
        (("main.c:8", "third"), ("other.c:8", "third"), "name third", "name")], done.stdout


@pytest.mark.parametrize("cc", ["gcc", "clang"])
def test_exceptions_are_named(tmp_path, cc):
    words = new_app(tmp_path, APP_MAKEFILE.replace("main.c", "main.cc"))
    (tmp_path / "app" / "main.cc").write_text("int main() { throw 1; }\n")
    done = make(*words, f"CC={cc}", check=False)
    assert done.returncode == 2
    assert re.search("main.cc:1:.*error: .*exception.*disabled", done.stdout), done.stdout
    (tmp_path / "app" / "Makefile.uk").write_text(
        APP_MAKEFILE.replace("main.c", "main.cc") + "APPAPP_CXXFLAGS-y += -fexceptions\n")
    done = make(*words, f"CC={cc}", check=False)
    assert done.returncode == 2
    assert "there are no C++ exceptions: do not compile with -fexceptions" in done.stdout


def test_missing_packages_are_named(tree):
    """Without them and with SETUP=no nothing is installed and nothing built."""
    tools = [tree.root / "bin"]
    tools[0].mkdir(exist_ok=True)
    for name in ("make", "sh", "bash", "dirname", "awk", "sed", "env", "cat", "tr", "sort", "mkdir",
                 "flock"):
        link = tools[0] / name
        if not link.exists():
            link.symlink_to(shutil.which(name))
    done = subprocess.run(["make", "SETUP=no", *tree.words], cwd=tree.root, text=True,
                          env={"PATH": str(tools[0])}, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    assert done.returncode == 2
    assert "gcc" in done.stdout and "set-up is not complete" in done.stdout


# --- configuration -----------------------------------------------------------

def test_savedefconfig_and_back(tree, tmp_path):
    app = tmp_path / "app"
    shutil.copytree(ROOT / "apps/hello", app)
    words = [f"APP={app}", "ARCH=x86_64", f"O={tmp_path}/o"]
    dotconfig = tmp_path / "o" / "app-x86_64" / ".config"
    make("defconfig", *words)
    before = dotconfig.read_text()
    with open(dotconfig, "a", encoding="utf-8") as f:
        f.write("CONFIG_LIBUKPRINT_RING_KB=64\n")
    make("olddefconfig", *words)
    changed = dotconfig.read_text()
    assert changed != before
    make("savedefconfig", *words)
    assert (app / "defconfig").read_text() == "CONFIG_LIBUKPRINT_RING_KB=64\n"
    dotconfig.unlink()
    make("defconfig", *words)
    assert dotconfig.read_text() == changed


def test_defconfig_and_a_changed_config(tmp_path):
    """savedefconfig leaves both in step; later edits of defconfig take effect, or are reported.
    make -n brings .config up to date and builds nothing."""
    words = new_app(tmp_path, APP_MAKEFILE)
    app, dotconfig = tmp_path / "app", tmp_path / "o/app-x86_64/.config"
    make("defconfig", *words)

    def edit(path, kib, mode="w"):
        with open(path, mode) as f:
            f.write(f"CONFIG_STACK_SIZE_KB={kib}\n")
        return make("-n", *words).stdout

    edit(dotconfig, 128, "a")
    make("savedefconfig", *words)
    assert "STACK_SIZE_KB=128" in (app / "defconfig").read_text()
    assert "does not follow" not in edit(app / "defconfig", 256)
    assert "STACK_SIZE_KB=256" in dotconfig.read_text()
    assert "does not follow" not in edit(dotconfig, 128, "a")
    said = edit(app / "defconfig", 512)
    assert re.search(rf"^kconfig: {dotconfig} .*does not follow {app}/defconfig", said, re.M), said
    assert "STACK_SIZE_KB=128" in dotconfig.read_text()


def test_values_that_cannot_be(tmp_path):
    """The message names the file, the option, and what may be."""
    words = new_app(tmp_path, APP_MAKEFILE)
    for value, says in (("1", r"app/defconfig: CONFIG_STACK_SIZE_KB=1 cannot take effect, it would be \d+: values are 16 to 8192$"),
                        ("two", r"app/defconfig: the value 'two' is invalid for STACK_SIZE_KB .*, which has type int$")):
        (tmp_path / "app" / "defconfig").write_text(f"CONFIG_STACK_SIZE_KB={value}\n")
        done = make("defconfig", *words, check=False)
        assert done.returncode and re.search(says, done.stdout, re.M) and "warning" not in done.stdout, done.stdout


def test_randconfig_repeats_a_seed(tmp_path):
    texts = []
    for name in ("one", "two"):
        make("randconfig", "SEED=7", "ARCH=arm64", f"O={tmp_path}/{name}")
        texts.append((tmp_path / name / "hello-arm64" / ".config").read_text())
    assert texts[0] == texts[1]


def test_menuconfig_without_a_terminal(tmp_path):
    done = make("menuconfig", f"O={tmp_path}", check=False)
    assert done.returncode and "menuconfig needs a terminal" in done.stdout
    assert "Traceback" not in done.stdout, done.stdout


def test_menuconfig_opens_and_quits(tmp_path):
    child = pexpect.spawn("make", ["menuconfig", "ARCH=arm64", f"O={tmp_path}"],
                          cwd=str(ROOT), timeout=60, dimensions=(24, 80),
                          env={**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8"})
    child.expect("Vitrine: hello for arm64")
    for heading in ("Core", "C library", "Threads", "Memory", "Drivers", "Debugging", "Monitoring"):
        child.expect(heading)
    child.send("q")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert (tmp_path / "hello-arm64" / ".config").exists()


@pytest.mark.any_arch
def test_prompts(arch):
    """An option stands below its library, if that has a prompt; its line, in the menu that it is in, fits 80 columns."""
    prompted = [node for node in pairs.kconfig(arch)[1].node_iter() if node.prompt]
    libraries = {node.item.name for node in prompted if getattr(node.item, "name", "") and node.item.name.startswith("LIB")}
    assert len(libraries) > 40
    for node in prompted:
        text, own, above = node.prompt[0], f"LIB{node.filename.split('/')[1]}".replace("-", "_").upper(), set()
        assert len("    [*] ") + len(text) + len(" (NEW)  --->") <= 80 and not text.endswith("."), text
        up = node
        while up.parent:
            above.add(getattr(up.item, "name", None))
            up = up.parent
        assert node.filename.split("/")[0] != "lib" or own not in libraries or own in above, (node.filename, text)


# --- applications outside the tree -------------------------------------------

def greeter(app, says, functions):
    """Writes an application that prints something, and calls functions of its own."""
    (app / "include").mkdir(parents=True)
    (app / "Config.uk").write_text(
        'config APPGREETER_NAME\n\tstring "Whom to greet"\n\tdefault "no name"\n')
    (app / "Makefile.uk").write_text(
        "$(eval $(call addlib,appgreeter))\n\n"
        "APPGREETER_SRCS-y += $(APPGREETER_BASE)/main.c\n"
        "APPGREETER_CINCLUDES-y += -I$(APPGREETER_BASE)/include\n")
    (app / "defconfig").write_text('CONFIG_APPGREETER_NAME="the world"\n')
    (app / "include/say.h").write_text(f'#define SAY "{says}"\n')
    (app / "main.c").write_text(
        '#include <stdio.h>\n#include "say.h"\n'
        + "".join(f"int {name}(int n) {{ return n + 1; }}\n" for name in functions) +
        "int main(void)\n{\n\tvolatile int n = 0;\n\tputs(SAY CONFIG_APPGREETER_NAME);\n"
        + "".join(f"\tn = {name}(n);\n" for name in functions) +
        f"\treturn n == {len(functions)} ? 5 : 6;\n}}\n")
    return str(app)


def private_names(image):
    """Names that a library's objects share, and no one else: global in one of them,
    not in the library's."""
    def names(objects):
        return set(re.findall(r" [A-TX-Z] (\w+)$", image.tool("nm", "--defined-only", *objects), re.M))
    libraries = image.libraries()
    return sorted(names(sum(libraries.values(), [])) - names(libraries))


@pytest.mark.any_arch
def test_app_outside_the_tree(arch, tmp_path):
    """A folder of its own with the grammar of Makefile.uk; it may move. It may have
    functions with the names that libraries use inside. Both compilers name its sources."""
    private = []
    for folder, says, cc in (("here", "good day, ", "gcc"), ("there", "good night, ", "clang")):
        app = greeter(tmp_path / folder / "greeter", says, private)
        image = build.__wrapped__(app, arch, cc)
        private = private or private_names(image)
        assert {"ring_head", "words_next"} <= set(private) and len(private) > 50
        result = image.run()
        assert result.status == 5
        assert says + "the world" in result.lines
        check_sources(image, app, tmp_path)
        shutil.rmtree(app)


def check_sources(image, app, cwd):
    """gdb finds the application's, newlib's and those of the tree, wherever it
    was started: by support/gdb, and by what lies beside the image."""
    words = ["-batch", "-ex", "list main", "-ex", "info source", "-ex", "list puts",
             "-ex", "list uk_boot"]
    for start in ([ROOT / "support" / "gdb", image.path],
                  ["gdb-multiarch", "-nx", "-iex", "set auto-load safe-path /", image.path]):
        done = subprocess.run([*start, *words], cwd=cwd, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=RUN_SECONDS, check=False)
        for text in ("puts(SAY CONFIG", f"Located in {app}/main.c", "_puts_r", "uk_boot(void)"):
            assert text in done.stdout, done.stdout
        assert "No such file" not in done.stdout, done.stdout
    done = subprocess.run(["lldb", "--no-lldbinit", "--batch", "-s", f"{image.path}.lldb",
                           image.path, "-o", "source list -n main", "-o", "source list -n uk_boot"],
                          cwd=cwd, stdin=subprocess.DEVNULL, text=True, timeout=RUN_SECONDS,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert "puts(SAY CONFIG" in done.stdout and "uk_boot(void)" in done.stdout, done.stdout


# --- reproducible ------------------------------------------------------------

@pytest.mark.slow
@pytest.mark.parametrize("arch", ARCHS if os.environ.get("VITRINE_ALL") else ARCHS[-1:])
def test_two_checkouts_give_the_same_bytes(arch, tmp_path):
    """This tree, and a copy with other folders for sources and build that
    shares nothing with it but what came from Debian. newlib is a copy, too;
    with VITRINE_NEWLIB=1 it is built once more."""
    here = build.__wrapped__("crash", arch).path
    root = copy_tree(tmp_path / "somewhere" / "else")
    for name in ("libfdt", *([] if os.environ.get("VITRINE_NEWLIB") else [f"newlib-{arch}"])):
        if (SHARED / name).exists():
            shutil.copytree(SHARED / name, root / "build" / name, symlinks=True)
    said = make("-j2", f"O={tmp_path}/out", "APP=crash", f"ARCH={arch}", cwd=root, seconds=NEWLIB_SECONDS, CCACHE_DISABLE="1").stdout
    if os.environ.get("VITRINE_NEWLIB"):
        assert re.findall(rf"^  NEWLIB  {arch}: step (\d) of 4, \w+", said, re.M) == [*"1234"], said
    there = tmp_path / "out" / f"crash-{arch}" / "crash.elf"
    assert here.read_bytes() == there.read_bytes()


@pytest.mark.parametrize("name", ["bench", "bench-gdb"])
@pytest.mark.parametrize("word, status", [("--help", 0), ("--frobnicate", 2)])
def test_bench_without_a_measurement(tmp_path, name, word, status):
    """What was measured before stays."""
    results = tmp_path / f"{name}.json"
    results.write_text("{}")
    done = subprocess.run([ROOT / "support" / name, f"O={tmp_path}", word], text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=RUN_SECONDS, check=False)
    assert done.returncode == status and "usage" in done.stdout.lower(), done.stdout
    assert "Traceback" not in done.stdout and results.read_text() == "{}"


def test_nightly_is_test_for_longer():
    """The same command with more time, then with two CPUs, and nothing else."""
    test, nightly = (make("-n", target, "SETUP=no").stdout.replace("\\\n", " ").splitlines()[-1]
                     for target in ("test", "nightly"))
    longer, again, rest = nightly.split(test)
    assert re.fullmatch(r"failed=; (\s*[A-Z_]+=\d+)+\s*", longer), nightly
    assert "FUZZ_SECONDS=60" in longer and "VITRINE_VIRTIO_MIB=256" in longer
    assert again.split() == ["||", "failed=y;"]
    assert rest.split(";")[0].split() == ["--smp", "2", "||", "failed=y"] and '-z "$failed"' in rest, nightly


def collected(folder, **env):
    """The names of the tests in a folder, as conftest.py leaves them."""
    done = subprocess.run([sys.executable, "-m", "pytest", "-p", "conftest", "-p", "no:cacheprovider", "--collect-only", "-q", "--rootdir", folder, folder],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=RUN_SECONDS, check=False, cwd=folder,
                          env={**{k: v for k, v in os.environ.items() if k not in ("VITRINE_ANY_ARCH", "VITRINE_ALL", "VITRINE_ARCH")},
                               "PYTHONPATH": str(ROOT / "tests"), "VITRINE_OUT": str(folder / "out"), "PYTEST_ADDOPTS": "", **env})
    return re.findall(r"^test_it\.py::(\S+)$", done.stdout, re.M)


def test_any_arch_is_one_and_each(tmp_path):
    """Of a test that is the same on each architecture all of one, in `make test`; of many such tests some on each."""
    marked = "".join(f"@pytest.mark.any_arch\n@pytest.mark.parametrize('n', [1, 2])\ndef test_any{i}(arch, n):\n    pass\n"
                     for i in range(20))
    (tmp_path / "test_it.py").write_text("import pytest\nfrom vitrine import ON_MACHINES\n"
                                         f"def test_both(arch):\n    pass\n{marked}"
                                         "@pytest.mark.any_arch\n@pytest.mark.parametrize('where', ON_MACHINES, ids='-'.join)\n"
                                         "def test_machines(where):\n    pass\n"
                                         "@pytest.mark.any_arch\ndef test_none():\n    pass\n")
    every = collected(tmp_path)
    assert every == collected(tmp_path, VITRINE_ANY_ARCH="1", VITRINE_ALL="1") and len(every) == len(set(every))
    some = collected(tmp_path, VITRINE_ANY_ARCH="1")
    assert set(some) < set(every)
    by_test = {}
    for name in some:
        by_test.setdefault(name.partition("[")[0], []).append(next((a for a in TARGETS if a in name), None))
    assert {frozenset(by_test[f"test_any{i}"]) for i in range(20)} == {frozenset([a]) for a in TARGETS}
    assert all(len(by_test[f"test_any{i}"]) == 2 for i in range(20)), some
    assert sorted(by_test["test_both"]) == sorted(TARGETS) and by_test["test_none"] == [None]
    assert len(set(by_test["test_machines"])) == 1, some


def test_only_arch_is_not_there_for_another(tmp_path):
    (tmp_path / "test_it.py").write_text("import pytest\n"
                                         "@pytest.mark.only_arch('arm64')\ndef test_each(arch):\n    pass\n"
                                         "@pytest.mark.only_arch('arm64')\ndef test_none():\n    pass\n"
                                         "def test_other(arch):\n    pass\n")
    assert sorted(collected(tmp_path)) == ["test_each[arm64]", "test_none", "test_other[arm64]", "test_other[x86_64]"]
    assert collected(tmp_path, VITRINE_ARCH="x86_64") == ["test_other[x86_64]"]


def test_in_pairs_each_two_meet(monkeypatch):
    """Half of the cases, and each two of a name, an architecture and a compiler in one of them."""
    lists = ["one", "two", "three"], list(TARGETS), COMPILERS
    cases = list(itertools.product(*lists))
    monkeypatch.setattr("vitrine.ARCHS", lists[1])
    monkeypatch.delenv("VITRINE_ALL", raising=False)
    some = in_pairs(cases)
    assert len(some) == len(cases) // 2
    for a, b in (0, 1), (0, 2), (1, 2):
        assert {(case[a], case[b]) for case in some} == set(itertools.product(lists[a], lists[b]))
    assert in_pairs(cases[1:])[:3] == cases[1:4]
    monkeypatch.setenv("VITRINE_ALL", "1")
    assert in_pairs(cases) == cases


def test_a_failing_test_names_its_command(tmp_path):
    """And make hands that test, with its parameters, to pytest."""
    (tmp_path / "test_it.py").write_text("import pytest\n@pytest.mark.parametrize('n', [1, 2])\n"
                                         "def test_one(n):\n    assert n == 1\n")
    done = subprocess.run([sys.executable, "-m", "pytest", "-p", "conftest", "-p", "no:cacheprovider", "-n", "0", "--rootdir", tmp_path, tmp_path],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=RUN_SECONDS, check=False, cwd=tmp_path,
                          env={**os.environ, "PYTHONPATH": str(ROOT / "tests"), "VITRINE_OUT": str(tmp_path / "out"), "VITRINE_SMP": "1",
                               "PYTEST_ADDOPTS": ""})
    command = "make test T='test_it.py::test_one[2]'"
    assert re.findall("^make test .*", done.stdout, re.M) == [command], done.stdout
    run = make("-n", *shlex.split(command)[1:], "SETUP=no").stdout
    assert "tests/run-all --only 'test_it.py::test_one[2]' " in run, run
