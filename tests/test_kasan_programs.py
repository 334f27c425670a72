# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""LIBUKKASAN reports nothing in programs that are right: Lua, SQLite and zlib of Debian's source packages.
With VITRINE_PROGRAMS=1 (conftest.py), as in nightly; the sources are downloaded once."""

import fcntl
import shutil
import sqlite3
import subprocess
import zlib

import pytest
from vitrine import ARCHS, OUT, ROOT, SHARED, build

# package, tarball, its SHA-256
PACKAGES = {
    "lua": ("lua5.4", "lua5.4_5.4.4.orig.tar.gz", "164c7849653b80ae67bec4b7473b884bf5cc8d2dca05653475ec2ed27b9ebf61"),
    "sqlite": ("sqlite3", "sqlite3_3.40.1.orig.tar.xz",
               "aaa776260ab4dc976db34aa7891819484c8676b5b2783123ebc6301e2ca5d655"),
    "zlib": ("zlib", "zlib_1.2.13.dfsg.orig.tar.bz2",
             "71feb7947e3c00ef125f83b79a4e529bde31171e5babe48b391f06758d1ab0a1"),
}
FLAGS = {
    "lua": "",
    "sqlite": "-DSQLITE_OS_OTHER=1 -DSQLITE_THREADSAFE=0 -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_TEMP_STORE=3 "
              "-DSQLITE_OMIT_WAL",
    "zlib": "-DZ_SOLO",
}
NOT_LUA = {"lua.c", "luac.c", "linit.c", "loslib.c", "liolib.c", "loadlib.c"}
ZLIB = ("adler32", "crc32", "deflate", "inflate", "inffast", "inftrees", "trees", "zutil")
SQL = """
create table words (id integer primary key, word text, length int);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000) insert into words select i, \
printf('w%d', i * 7919 % 2003), i % 17 from n;
create index by_word on words (word);
select count(*), sum(length), min(word), max(word) from words;
select length, count(*), group_concat(word) from words where id < 100 group by length order by length;
select a.word, b.word from words a join words b on b.id = a.id * 3 where a.length = 5 order by a.word desc limit 12;
begin;
update words set word = upper(word) || substr('a long suffix that moves the row', 1, id % 30) where id % 3 = 0;
delete from words where id % 7 = 0;
select count(*), sum(length(word)) from words;
rollback;
select count(*), sum(length(word)), avg(length) from words;
select word, rank() over (partition by length order by word) from words where id between 40 and 60 order by id;
drop table words;
select hex('done'), null;
"""


def sources(name):
    """Where the unpacked sources are."""
    package, tarball, digest = PACKAGES[name]
    folder = SHARED / "programs" / name
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run([ROOT / "support/fetch", folder, package, "bookworm", tarball, digest, "a test of ukkasan"],
                       check=True)
        tree = folder / "src"
        if not tree.exists():
            (folder / "tmp").mkdir(exist_ok=True)
            subprocess.run(["tar", "xf", folder / tarball, "--strip-components=1", "-C", folder / "tmp"], check=True)
            if name == "sqlite":
                for words in (["./configure", "-q", "--disable-tcl", "--disable-shared"], ["make", "-s", "sqlite3.c"]):
                    subprocess.run(words, cwd=folder / "tmp", check=True, stdout=subprocess.DEVNULL)
            (folder / "tmp").rename(tree)
    return {"lua": tree / "src"}.get(name, tree)


def program(name, arch, cc):
    """Its image, with the address sanitizer."""
    tree, app = sources(name), OUT / f"app-{arch}" / f"kasan_{name}"
    shutil.rmtree(app, ignore_errors=True)
    app.mkdir(parents=True)
    shutil.copy(ROOT / f"tests/programs/{name}.c", app / "main.c")
    files = {"lua": [f for f in sorted(tree.glob("*.c")) if f.name not in NOT_LUA],
             "sqlite": [tree / "sqlite3.c"], "zlib": [tree / f"{part}.c" for part in ZLIB]}[name]
    for file in [*files, *tree.glob("*.h")]:
        shutil.copy(file, app)
    lib = f"APPKASAN_{name.upper()}"
    (app / "Config.uk").write_text(f"config {lib}\n\tdef_bool y\n" + "".join(
        f"\tselect LIB{x}\n" for x in ("NEWLIB", "UKCRASH", "UKKASAN", "UKTIME")))
    (app / "Makefile.uk").write_text(
        f"$(eval $(call addlib,appkasan_{name}))\n{lib}_CFLAGS-y += -w {FLAGS[name]}\n"
        f"{lib}_SRCS-y += $(addprefix $({lib}_BASE)/,main.c {' '.join(f.name for f in files)})\n")
    return build(str(app), arch, cc)


# Each architecture with one compiler, whatever VITRINE_ALL says: SQLite compiles for minutes.
EACH = pytest.mark.parametrize("arch, cc", [(a, "gcc" if a == "x86_64" else "clang") for a in ARCHS])


def lines(result):
    """What the program printed."""
    assert result.status == 0 and "kasan:" not in result.text, result.text
    return [line for line in result.text.splitlines() if not line.startswith("[")]


@EACH
def test_lua(arch, cc):
    words = sorted(f"w{i * 7919 % 2003}" for i in range(1, 2001))
    text = ",".join(words)
    total = sum(int(w[1:]) for w in words)
    assert lines(program("lua", arch, cc).run()) == [
        f"2000\t{words[0]}\t{words[999]}\t{words[1999]}", f"{total}\t{len(text)}\t{text.replace('w1', 'x')[:20]}",
        "4200", "6765", "0\tinteger\t2", "232\t3\t0\t0"]


@EACH
def test_zlib(arch, cc):
    seed, data = 1, bytearray()
    for i in range(200000):
        seed = (seed * 1103515245 + 12345) & 0xffffffff
        data.append(b"abcdefgh"[seed >> 29] + i // 1000 % 5)
    assert lines(program("zlib", arch, cc).run()) == [
        f"crc {zlib.crc32(data):x} adler {zlib.adler32(data):x}", *(f"level {n}: same" for n in range(10))]


@EACH
def test_sqlite(arch, cc):
    db = sqlite3.connect(":memory:", isolation_level=None)
    expected = ["|".join(map(str, row)) for line in SQL.strip().splitlines() for row in db.execute(line)]
    assert len(expected) > 50
    result = program("sqlite", arch, cc).run(stdin=SQL.lstrip() + "end\n")
    assert lines(result) == expected
