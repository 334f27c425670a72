# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""doc/guide.md: its files are written, its commands run, and what it expects
is in what they print. The relative links of all documents lead somewhere."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from http_guest import HttpGuest
from vitrine import ARCHS, CACHED, ONE_COMPILER, OUT, ROOT, SHARED, TARGETS, build

pytestmark = pytest.mark.one_cpu("the guide says what is run")

BLOCK = re.compile(r"^```(\w+)((?: \S+)*)\n(.*?)^```$", re.M | re.S)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")
SECONDS = 600


def test_guide(tmp_path):
    for name in os.listdir(ROOT):
        if name not in (".git", "build"):
            (tmp_path / name).symlink_to(ROOT / name)
    env = {**os.environ, "VITRINE_OUT": str(OUT), "MAKEFLAGS": "", "O": str(tmp_path / "build"),
           "NEWLIB_DIR": f"{SHARED}/newlib-$(ARCH)"}

    printed, ran = "", 0
    for kind, info, text in BLOCK.findall((ROOT / "doc/guide.md").read_text()):
        words = dict(w.partition("=")[::2] for w in info.split())
        if words.get("arch", ARCHS[0]) not in ARCHS:
            continue
        if "file" in words:
            path = tmp_path / words["file"]
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        elif "run" in words:
            done = subprocess.run([*CACHED, "sh", "-ec", text], cwd=tmp_path, env=env, text=True,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=SECONDS)
            printed = done.stdout
            assert done.returncode == int(words.get("status", 0)), printed
            ran += 1
        elif "expect" in words:
            at = 0
            for line in text.splitlines():
                found = printed.find(line, at)
                assert found >= 0, f"{line!r} is not (in order) in\n{printed}"
                at = found + len(line)
    assert ran >= 3


# What calls the examples of the READMEs, and what they print then.
README_MAIN = r"""
#ifdef CONFIG_ARCH_X86_64
#define CONSOLE_IRQ 4 /* of COM1 */
#else
#define CONSOLE_IRQ 33 /* of the pl011 on virt */
#endif
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <uk/alloc.h>
#include <uk/console.h>
#include <uk/crash.h>
#include <uk/time.h>

const char *first_greeting(void);
char *copy_of(struct uk_alloc *a, const char *text);
extern unsigned long bytes_logged;
unsigned int worker_count(void), run_once(void), beats_in_5_ms(void), messages_in_the_ring(void);
int open_door(void), peek(const unsigned long *addr, unsigned long *word), double_it(int x),
	value_of(const char *path, char *text, __sz size);
unsigned int ticks_with_interrupts_off(void);
void check(int balance), answer(const char *path, __u32 bytes), take_order(unsigned int pieces, const char *customer), work(void);
int profile_of_work(void);
void water(int litres), show_callers(void), say_where(unsigned long pc),
	report(unsigned int count, unsigned long bytes), *from_a_thread(void *arg),
	run_line(struct uk_console *con, const char *line, __sz len), greet(void);
__ssz reply_to(struct uk_console *con);
char next_byte(struct uk_console *con);
int map_stack(__vaddr_t base), random_bytes(void *to, unsigned int len);
unsigned long *count_interrupts(unsigned int irq);

static unsigned char noise[32];

void work(void)
{
	for (__nsec end = uk_time_monotonic() + 200000000; uk_time_monotonic() < end;)
		for (volatile int i = 0; i < 100000; i++)
			;
}

int main(void)
{
	struct uk_alloc *a = uk_alloc_get_default();
	unsigned long word = 7, got = 0;
	char text[64] = "", *copy = copy_of(a, "pepper");
	int none = value_of("appreadmes/salt", text, sizeof(text));
	unsigned long *interrupts = count_interrupts(CONSOLE_IRQ);
	unsigned int messages;
	int bits = 0;

	printf("%s %d\n", first_greeting(), open_door());
	printf("%d %d", peek(NULL, &got), peek(&word, &got));
	printf(" %lu\n", got);
	printf("%d\n", double_it(21));
	printf("%s %d workers\n", copy, worker_count());
	uk_free(a, copy);
	run_line(uk_console_get(UK_CONSOLE_STDIO), "hello you", 9);
	messages = messages_in_the_ring();
	report(3, 4096);
	printf("%u more\n", messages_in_the_ring() - messages);
	printf("%s\n", bytes_logged > strlen("3 regions, 4096 bytes") ? "counted" : "");
	printf("%u run, %s\n", run_once(), from_a_thread(&word) == &word ? "joined" : "");
	check(-1);
	answer("/door", 7);
	take_order(3, "Ada");
	run_line(uk_console_get(UK_CONSOLE_STDIO), "tracepoints last 2", 18);
	profile_of_work();
	run_line(uk_console_get(UK_CONSOLE_STDIO), "prof top 2", 10);
	printf("%s\n", beats_in_5_ms() ? "beats" : "");
	printf("%s\n", ticks_with_interrupts_off() ? "ticks" : "");
	greet();
	read(0, text, 1); /* other threads run: the server answers */
	printf("byte %c\n", next_byte(uk_console_get(UK_CONSOLE_STDIO)));
	while (reply_to(uk_console_get(UK_CONSOLE_STDIO)) < 1)
		;
	printf("%s\n", interrupts && *interrupts ? "interrupted" : "");
	printf("%d random bytes, ", random_bytes(noise, sizeof(noise)));
	for (int i = 0; i < 8 * (int)sizeof(noise); i++)
		bits += noise[i / 8] >> i % 8 & 1;
	printf("%s\n", bits > 64 && bits < 192 ? "mixed" : "");
	printf("%d ", map_stack(0x700000000000));
	printf("%d ", peek((unsigned long *)0x700000000000, &got));
	printf("%d\n", peek((unsigned long *)0x700000001000, &got));
	value_of("appreadmes/level", text, sizeof(text));
	printf("level %s, %s\n", text, none ? "no salt" : "");
	say_where((unsigned long)main);
	water(200);
	show_callers();
#ifdef CONFIG_ARCH_X86_64
	__asm__ volatile("int3");
#else
	__asm__ volatile("brk #0");
#endif
	puts("after the breakpoint");
	UK_CRASH("goodbye");
}
"""
README_SAYS = (
    "salve 1", "0 1 7", "42", "pepper 9 workers", "hello you", "3 regions, 4096 bytes",
    "no device at 0x1000", "2 more", "counted", "1 run, joined", "core file: ", "web_request path=/door bytes=7", "order pieces=3 customer=Ada", " % ", "  work", "beats", "ticks", "good day", "byte a", "b", "interrupted", "32 random bytes, mixed", "0 0 1", "level 10, no salt",
    "main+0 (", "litres > 100", "after the breakpoint", "goodbye", "Weather: bad for crash")
# All but those of images of their own: ukcxx, ukkasan, uktest (test_cxx.py, test_kasan.py, test_uktest.py).
README_LIBS = ("ukalloc", "ukassert", "ukcmd", "ukconsole", "ukcore", "ukcrash", "ukdump", "ukevent", "ukhttp", "ukinit",
               "ukintctlr", "uknmi", "uknofault", "ukpaging", "ukparam", "ukprint", "ukprof", "ukpthread", "uksched", "ukstore",
               "uksymtab", "uktime", "uktrace", "uktrap", "ukubsan", "ukunwind", "ukvirtio")


@pytest.mark.parametrize("arch, cc", ONE_COMPILER)
def test_readme_examples_run(arch, cc, tmp_path):
    """In one image, with those of the guide that no file of it has."""
    app = OUT / f"app-{arch}-{cc}" / "readmes"
    app.mkdir(parents=True, exist_ok=True)
    (app / "Config.uk").write_text("config APPREADMES\n\tdef_bool y\n" + "".join(
        f"\tselect LIB{lib}\n" for lib in (
        "UKALLOC", "UKCMD", "UKCONSOLE_RX_IRQ", "UKCRASH", "UKDUMP", "UKHTTP", "UKNMI", "UKPAGING", "UKPROF", "UKPTHREAD", "UKSTORE", "UKTRACE",
        "UKVIRTIO")))
    (app / "main.c").write_text(README_MAIN)
    names = ["main.c"]  # an earlier run may have left others
    for document in (*(ROOT / f"lib/{lib}/README.md" for lib in README_LIBS), ROOT / "doc/guide.md"):
        blocks = re.findall(r"^```c\n(.*?)^```$", document.read_text(), re.M | re.S)
        assert blocks, document
        for number, block in enumerate(blocks):
            names.append(f"{document.parent.name}{number}.c")
            (app / names[-1]).write_text(block)
    (app / "Makefile.uk").write_text(
        "$(eval $(call addlib,appreadmes))\nAPPREADMES_CFLAGS-y += -mgeneral-regs-only\n"
        f"APPREADMES_SRCS-y += $(addprefix $(APPREADMES_BASE)/,{' '.join(names)})\n")
    with HttpGuest(build(str(app), arch, cc), next(iter(TARGETS[arch].machines)), stdin=True, options=[
            "-p", "web.workers=9", "-p", "trace.on=web_request,order", "--core", tmp_path / "core", "--qemu", "-device virtio-rng-device"]) as guest:
        guest.wait_for("good day")
        assert guest.get("/hello?you") == "hello you\n"
        result = guest.end(b"xab")
    assert result.status == 70 and (tmp_path / "core").exists(), result.text
    at = 0
    for text in README_SAYS:
        assert text in result.text[at:], f"{text!r} is not (in order) in\n{result.text}"
        at = result.text.index(text, at)


@pytest.mark.parametrize("document", sorted(
    str(p.relative_to(ROOT)) for p in [*ROOT.glob("*.md"), *ROOT.glob("doc/**/*.md"),
                                       *ROOT.glob("lib/*/README.md")]))
def test_links(document):
    path = ROOT / document
    for target in LINK.findall(path.read_text()):
        assert (path.parent / target).exists(), f"{document}: {target} does not exist"


def test_targets_are_documented():
    """Every target of `make help` is in the guide."""
    done = subprocess.run(["make", "help"], cwd=ROOT, text=True, check=True,
                          stdout=subprocess.PIPE)
    guide = Path(ROOT / "doc/guide.md").read_text()
    for target in re.findall(r"^  ([a-z-]+) {2,}", done.stdout, re.M):
        assert f"`{target}" in guide, f"{target} is not in doc/guide.md"
