# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""ukprobe and support/probe: what probes count is compared with the program's own numbers
(tests/apps/probe), where they are with objdump, their metrics by promtool."""

import http.client
import json
import os
import re
import subprocess

import pytest
from elftools.elf.constants import P_FLAGS
from elftools.elf.elffile import ELFFile
from gdb_guest import play
from guest import free_port
from http_guest import HttpGuest
from screen import read_screen
from vitrine import ARCHS, ROOT, build

SCENES = ROOT / "tests/gdb/probe_scenes.py"
TOKEN = "se-cret"
RIGHT = {"Authorization": f"Bearer {TOKEN}"}
MACHINES = {"x86_64": "microvm", "arm64": "virt"}
STUB = ("CONFIG_LIBUKGDB=y",)
# Of each architecture one image, with the debugger's stub or without; VITRINE_ALL=1: both.
IMAGES = [(arch, stub) for arch in ARCHS for stub in ((), STUB)
          if os.environ.get("VITRINE_ALL") or (arch == "x86_64") == bool(stub)]
IDS = [f"{arch}{'-gdb' if stub else ''}" for arch, stub in IMAGES]
STACK_POINTER = {"x86_64": "$rsp", "arm64": "$sp"}
FALSE_CONDITION = 100  # instructions, at most


class Probed(HttpGuest):
    """A guest of tests/apps/probe."""

    def __init__(self, arch, stub, *options):
        self.stub, self.gdb_port = bool(stub), free_port()
        super().__init__(build("probe", arch, config=stub), MACHINES[arch], options=[
            "-p", f"http.token={TOKEN}", *(["--gdb", self.gdb_port] if stub else []), *options])

    def __enter__(self):
        super().__enter__()
        self.wait_for("ready")
        return self

    def probe(self, *words, status=0):
        """support/probe with the guest's port and token."""
        done = subprocess.run([ROOT / "support/probe", *words], check=False, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, env={**os.environ, "VITRINE_TOKEN": TOKEN})
        assert done.returncode == status, done.stdout
        return done.stdout

    def insert(self, *probes):
        return self.probe(self.image.path, str(self.at), *probes)

    def values(self, name):
        """{entry: value} of a probe in the store."""
        return {entry["path"].rpartition("/")[2]: entry["value"] for entry in
                json.loads(self.get(f"/store/ukprobe/{name}/"))}

    def remove(self, *names):
        for name in names:
            self.probe("--remove", name, str(self.at))


@pytest.fixture(scope="module", params=IMAGES, ids=IDS)
def g(request):
    with Probed(*request.param, "--smp", "2") as guest:
        yield guest


@pytest.fixture
def clean(g):
    yield g
    g.remove(*re.findall(r"^(\w+) at ", g.get("/probes"), re.M))
    assert g.get("/probes") == ""


def test_counts(clean):
    g = clean
    printed = g.insert("work arg > 3 : count, hist(arg, 4, 6), w=sum(item->weight)",
                       "work : min(item->weight), max(item->next ? item->next->weight : -1), last(arg)")
    assert re.fullmatch(r"work at 0x[0-9a-f]+, work \S+main\.c:\d+\nwork_2 at .*\n", printed), printed
    called, heavy, _ = map(int, g.get("/work?1000").split())
    args = [i % 10 for i in range(1000)]
    over = [a for a in args if a > 3]
    assert (called, heavy) == (len(args), len(over))
    assert g.values("work") == {
        "hits": heavy, "errors": 0, "missed": 0, "w": sum(100 * a for a in over),
        "hist": {"buckets": [{"le": 4, "count": over.count(4)}, {"le": 6, "count": len([a for a in over if a <= 6])}],
                 "count": len(over), "sum": sum(over)}}
    assert g.values("work_2") == {"hits": called, "errors": 0, "missed": 0, "min": 0, "max": 800, "last": 9}

    text = g.get("/metrics")
    subprocess.run(["promtool", "check", "metrics"], input=text, text=True, check=True, stdout=subprocess.DEVNULL)
    assert f'vitrine_ukprobe_hits_total{{probe="work"}} {heavy}\n' in text
    assert f'vitrine_ukprobe_hist_bucket{{probe="work",le="6"}} {len([a for a in over if a <= 6])}\n' in text
    listed = g.probe(str(g.at))
    assert f": hits {heavy} errors 0 missed 0\n  hist: hist count {heavy} sum {sum(over)}\n" in listed, listed
    assert listed == g.ask("/command", "POST", "probe")[2].decode()


@pytest.mark.any_arch
def test_one_type_a_metric(clean):
    """A value's name in two probes is of one type, wherever the second one comes from; else it is refused with the first one."""
    g = clean
    g.insert("work : w=last(arg), other=hist(arg)")
    for value, holder in (("w=hist(arg)", "work has w=last"), ("other=min(arg)", "work has other=hist"),
                          ("other_sum=last(arg)", "work has other=hist")):
        done = g.probe(g.image.path, str(g.at), f"work : {value}", status=1)
        assert holder in done and "a metric has one type" in done, done
    status, _, body = g.ask("/command", "POST", "probe add second work w=hist,2229")
    assert b"w: probe work has w=last, and a metric has one type" in body, (status, body)
    assert g.ask("/probes?name=second", "POST", "second work", **RIGHT)[::2] == (
        400, b"/probes takes no parameters: leave out ?name=second\n")
    status, _, body = g.ask("/probes", "POST", "second work hits_total=last,2229", **RIGHT)
    assert status == 409 and b"each probe has that metric" in body, (status, body)
    assert g.ask("/probes", "POST", "second work x=hist,2229 x_count=last,2229", **RIGHT)[0] == 409
    g.insert("work : w=max(arg), other=hist(arg, 3)")  # of the same types
    g.get("/work?10")
    text = g.get("/metrics")
    subprocess.run(["promtool", "check", "metrics"], input=text, text=True, check=True, stdout=subprocess.DEVNULL)
    assert text.count("\nvitrine_ukprobe_w{") == 2 and "vitrine_ukmetrics_conflicts 0\n" in text


def test_faults_are_counted(clean):
    g = clean
    g.insert("work : last(item->weight)", "work 12 / (arg - 5) > 100", "work : hist(arg - 5)", "work : hist(arg)")
    g.get("/nothing?100")  # every second item is NULL
    assert g.values("work") == {"hits": 50, "errors": 50, "missed": 0, "last": 1000}
    assert g.values("work_2") == {"hits": 0, "errors": 10, "missed": 0}
    assert g.values("work_3")["errors"] == 50
    powers = g.values("work_4")["hist"]
    assert [b["le"] for b in powers["buckets"]] == [1 << i for i in range(32)]
    assert [b["count"] for b in powers["buckets"][:4]] == [20, 30, 50, 90]
    listed = g.get("/probes")
    assert "last error: memory refused at 0x0\n" in listed and "last error: division by zero\n" in listed
    assert "last error: negative value of a histogram\n" in listed


@pytest.mark.one_cpu("has two")
def test_two_cpus(clean):
    """Both CPUs are at one probe at the same time, and no hit is lost."""
    g = clean
    g.insert("work arg == 3 : sum(item->weight), max(arg)", "work : sum(arg)")
    g.get("/cpus?5000")
    assert g.values("work") == {"hits": 1000, "errors": 0, "missed": 0, "max": 3,
                                "sum": 500 * 300 + 500 * 600}
    assert g.values("work_2") == {"hits": 10000, "errors": 0, "missed": 0, "sum": 45000}


def test_on_the_way_of_a_hit(clean):
    """A function that hits use themselves counts the program's calls only."""
    g = clean
    g.insert("work : last(item->weight / 1)", "uk_nofault_memcpy")  # a division is interpreted
    before = g.values("uk_nofault_memcpy")
    g.get("/work?100")
    after = g.values("uk_nofault_memcpy")
    assert g.values("work")["hits"] == 100
    assert after["missed"] - before["missed"] == 100


def test_each_instruction(clean):
    """A function with a probe at each of its instructions does what it did."""
    g = clean
    symbols = g.image.tool("nm", "-S", g.image.path)
    at, size = (int(n, 16) for n in re.search(r"^(\w+) (\w+) . work$", symbols, re.M).groups())
    dump = g.image.tool("objdump", "-dw", f"--start-address={at}", f"--stop-address={at + size}", g.image.path)
    places = [int(a, 16) for a in re.findall(r"^ *([0-9a-f]+):\t", dump, re.M)]
    plain = g.get("/work?50")
    for i in range(0, len(places), 4):
        for k, place in enumerate(places[i:i + 4]):
            status, _, body = g.ask("/probes", "POST", f"p{k} {place:#x}", **RIGHT)
            assert status == 200, (hex(place), body, dump)
        assert g.get("/work?50") == plain
        if not i:
            assert g.values("p0")["hits"] == 50
        g.remove(*(f"p{k}" for k in range(len(places[i:i + 4]))))
    if g.image.arch == "x86_64":  # there are no others on arm64
        inside = min(set(range(at, at + size)) - set(places))
        status, _, body = g.ask("/probes", "POST", f"p {inside:#x}", **RIGHT)
        assert (status, body) == (400, f"p at {inside:#x}: no instruction begins there\n".encode())


def instructions(image, function):
    """The addresses of a function's instructions, by objdump."""
    dump = image.tool("objdump", "-dw", f"--disassemble={function}", image.path)
    return re.findall(r"^ *([0-9a-f]+):\t", dump, re.M)


NEWLIB = ("_svfprintf_r", "_dtoa_r", "__ssprint_r", "qsort", "memcpy", "memmove", "memset", "strlen", "_strtod_l",
          "_strtol_l", "strcmp", "__multiply", "__lshift", "quorem")


EVERYWHERE = bool(os.environ.get("VITRINE_ALL"))


def test_jumps_in_newlib(clean):
    """With a false condition at each instruction of newlib's functions, 60 at a time, they answer the same. A jump is
    at each that may have one, and no hit of it is a trap. VITRINE_ALL=1: at each instruction of the image, with those
    that stop CPUs, change breakpoints and serve the request; there a trap may be what is interrupted."""
    g = clean
    status, _, plain = g.ask("/pads", "POST", "-")
    assert (status, plain[:8]) == (200, b"0 0 0 0 ")  # and nothing that a pad changed
    listed = set(re.findall(r" (?:t|T) (\S+)$", g.image.tool("nm", g.image.path), re.M))
    places = [a for f in ("probe_kinds", "probe_kept", "probe_kept_passes", *NEWLIB) if f in listed for a in instructions(g.image, f)]
    if EVERYWHERE:
        places = re.findall(r"^ *([0-9a-f]+):\t[0-9a-f ]+\t(?!\.)", g.image.tool("objdump", "-dw", "-j", ".text", g.image.path), re.M)
    inserted = jumps = 0
    for i in range(0, len(places), 60):
        chunk = places[i:i + 60]
        status, _, body = g.ask("/pads", "POST", " ".join(chunk))
        n, jumped, trapped, *_ = map(int, body.split()[:3])
        answers = body.split(b" ", 3)[3]
        assert (status, answers) == (200, plain.split(b" ", 3)[3]), (chunk[0], chunk[-1], body)
        assert not trapped or EVERYWHERE, (chunk[0], chunk[-1], body)
        inserted += n
        jumps += jumped
    print(f"{g.image.arch}: {jumps} jumps at {inserted} of {len(places)} instructions")
    assert len(places) > 1000 and inserted > (0.9 if EVERYWHERE else 0.99) * len(places)
    assert jumps > (0.97 if g.image.arch == "arm64" else 0.2) * inserted


@pytest.mark.only_arch("arm64")
def test_exclusive_sequences():
    """Between the load and the store nothing may come: a probe there is refused."""
    with Probed(*next(one for one in IMAGES if one[0] == "arm64")) as g:
        code = re.findall(r"^ *([0-9a-f]+):\t[0-9a-f ]+\t(\S+)", g.image.tool("objdump", "-dw", "--disassemble=uk_lcpu_stop_others", g.image.path), re.M)
        load = next(i for i, (_, name) in enumerate(code) if name == "ldaxr")
        store = next(i for i, (_, name) in enumerate(code[load:], load) if name == "stlxr")
        for i in (load, load + 1, store, store + 1):
            status, _, body = g.ask("/probes", "POST", f"p{i} 0x{code[i][0]}", **RIGHT)
            assert (status == 200) == (i in (load, store + 1)), (code[load:store + 2], body)
            assert status == 200 or b"choose the one before or after it" in body, body


def test_breakpoints_that_overlap(clean):
    """In the middle of an instruction that has a jump (arm64: behind it), beside a breakpoint that is gone, too."""
    g = clean
    step, size = (1, 7) if g.image.arch == "x86_64" else (4, 4)
    places = [int(a, 16) for a in instructions(g.image, "_svfprintf_r")]
    first = next(a for a, after in zip(places, places[1:]) if after - a >= size)
    _, _, plain = g.ask("/pads", "POST", "-")
    for inside in ([step], [3 * step], [step, 3 * step]):
        g.ask("/pads", "POST", f"{first + step:x}")
        _, _, body = g.ask("/pads", "POST", " ".join(f"{first + n:x}" for n in [0, *inside]))
        assert body.split(b" ", 3)[3] == plain.split(b" ", 3)[3], (hex(first), inside, body)


def test_on_the_way_of_each_hit(clean):
    """A probe in what each hit calls, or each NMI, is refused."""
    g = clean
    symbols = g.image.tool("nm", g.image.path)
    places = re.findall(r"^(\w+) t on_hit$", symbols, re.M)
    assert len(places) == 2  # ukprobe's and the application's
    # and what it executes or reads for the place: a pad and its data, a slot, a condition
    own = re.findall(r"^(\w+) . (?:break_pads|uk_break_slots|uk_ax_pool)$", symbols, re.M)
    own = [f"{int(at, 16) + n:#x}" for at in own for n in (0, 16)]
    assert len(own) == 6
    for place in [f"0x{p}" for p in places] + own + ["uk_break_leave_slot", "uk_break_is_nmi"]:
        status, _, body = g.ask("/probes", "POST", f"p {place}", **RIGHT)
        assert status == 409 and body.endswith(b"this code is on the way of each hit\n"), (place, body)


def test_where_samples_run(clean):
    """A profile goes on while a probe comes and goes in what its samples use: they interrupt a CPU that stands
    for the change, and each other's traps."""
    g = clean
    assert g.ask("/command", "POST", "prof start 2000")[0] == 200
    hits = rounds = 0
    while rounds < 15 or hits <= 100 and rounds < 150:
        rounds += 1
        status, _, body = g.ask("/probes", "POST", "q uk_symtab_unwind_rule", **RIGHT)
        assert status == 200, body
        g.get("/cpus?1000")
        hits += g.values("q")["hits"]
        g.ask("/probes/q", "DELETE", **RIGHT)
    assert g.ask("/command", "POST", "prof stop")[0] == 200
    assert hits > 100


@pytest.mark.parametrize("arch, stub", IMAGES, ids=IDS)
def test_samples_on_the_way(arch, stub):
    """NMIs that find the program in a pad, or in a trap on its way to one, take it back to the instruction: work does what
    it did, and has the time that pads took. Under --icount, as a sample has the host's time since the last one, too."""
    with Probed(arch, stub, "--icount", "--smp", "1") as g:
        plain = g.get("/work?100000")

        def profiled(condition):
            """{function that is the innermost of samples: their time}, the names of pads' code in one."""
            for at in by_length(g.image, "work").values():
                g.insert(f"*{at:#x} {STACK_POINTER[arch]} {condition}")
            assert g.ask("/command", "POST", "prof start 5000")[0] == 200
            assert g.get("/work?100000") == plain
            assert g.ask("/command", "POST", "prof stop")[0] == 200
            stacks = re.findall(r"^(cpu .*) (\d+)$", g.ask("/command", "POST", "prof folded")[2].decode(), re.M)
            g.remove(*re.findall(r"^(\w+) at ", g.get("/probes"), re.M))
            return {name: sum(int(us) for stack, us in stacks if re.search(rf";{name}[^;]*$", stack))
                    for name in ("work", "break_pad", "break_trap", "scene_work")}

        share = profiled("== 0")
        print(share)
        assert share["work"] > 3 * share["scene_work"], share
        for share in (share, profiled("!= 0")):  # a true one traps in its pad
            assert not share["break_pad"] and not share["break_trap"], share


def loaded(path, address, length):
    """Bytes of an ELF file that are at an address."""
    with open(path, "rb") as f:
        for segment in ELFFile(f).iter_segments("PT_LOAD"):
            if segment["p_vaddr"] <= address < segment["p_vaddr"] + segment["p_filesz"]:
                return segment.data()[address - segment["p_vaddr"]:][:length]
    return b""


@pytest.mark.parametrize("arch, stub", IMAGES, ids=IDS)
def test_fault_in_a_slot(arch, stub):
    """It is of the instruction's own place, with the registers that it has there, by jump and by trap."""
    seen = []
    for probe in ("", "*{} {} == 0", "*{}"):
        with Probed(arch, stub) as g:
            at = re.search(r"^(\w+) t fault_here$", g.image.tool("nm", g.image.path), re.M)[1]
            if probe:
                g.insert(probe.format(f"0x{at}", STACK_POINTER[arch]))
            with pytest.raises((ConnectionError, http.client.HTTPException)):
                g.get("/fault")
            screen = read_screen(g.end())
        assert screen.registers[{"x86_64": "rip", "arm64": "pc"}[arch]] == int(at, 16), g.text
        seen.append((screen.reason, screen.registers[STACK_POINTER[arch][1:]], screen.functions))
    assert seen[1:] == seen[:1] * 2, seen


@pytest.mark.parametrize("arch", ARCHS)
def test_after_a_crash(arch, tmp_path):
    """The screen's code and a core file's text are the program's, not what is there for probes; no page is both
    writable and executable."""
    core = tmp_path / "core"
    with Probed(arch, (), "--core", core) as g:
        # a jump if it may be one, a trap, and jumps and slots elsewhere
        g.insert("work arg > 100", "*scene_crash", f"*strtol {STACK_POINTER[arch]} == 0", "*strtod")
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            g.get("/crash")
        g.end()
    shown = re.findall(r"CRIT:   ([0-9a-f]{16}):((?: <?[0-9a-f]{2,8}>?)+)$", g.text, re.M)
    assert len(shown) == 4, g.text
    order = {"x86_64": "big", "arm64": "little"}[arch]
    for at, units in shown:
        code = b"".join(int(u, 16).to_bytes(len(u) // 2, order) for u in re.findall(r"[0-9a-f]+", units))
        assert code == loaded(g.image.path, int(at, 16), len(code)), (at, units)
    with open(g.image.path, "rb") as f:
        text = ELFFile(f).get_section_by_name(".text")
        assert loaded(core, text["sh_addr"], text["sh_size"]) == text.data()
    with open(core, "rb") as f:
        flags = [segment["p_flags"] for segment in ELFFile(f).iter_segments("PT_LOAD")]
    assert {flag & (P_FLAGS.PF_W | P_FLAGS.PF_X) for flag in flags} == {0, P_FLAGS.PF_W, P_FLAGS.PF_X}, flags


@pytest.mark.any_arch
@pytest.mark.parametrize("definition, status, why", [
    ("p uk_trap_raise", 409, "this code is on the way of each hit"),
    ("p 0x10", 409, "no code is there"),
    ("p nothing_here", 400, "nothing_here: the image has no such function"),
    ("p", 400, "write a name and an address"),
    ("probe add p work", 400, "leave out `probe add`: a definition begins with the probe's name"),
    ("probe add p work image=0 if=27 a=last,27 b=last,27 c=last,27", 400, "a definition has 8 words at most, without `probe add`"),
    ("p/q work", 400, "p/q: names are letters, digits and _"),
    ("p work image=00", 409, "it is for another image: the guest runs build-id "),
    ("p work if=2", 400, "2: an expression is pairs of hexadecimal digits"),
    ("p work if=27 if=27", 400, "there are two conditions"),
    ("p work hits=last,27", 400, "hits: each probe has that"),
    ("p work v=mean,27", 400, "v=mean,27: write last, sum, min, max or hist"),
    ("p work v=last,27,1", 400, "v: only a histogram has bounds"),
    ("p work v=hist,27,5,5", 400, "v: bounds are numbers that ascend"),
    ("p work v=last,27 v=sum,27", 400, "v: two values have that name"),
    ("p work a=last,27 b=last,27 c=last,27 d=last,27", 400, "a probe has 3 values at most"),
    ("p work if=" + "27" * 513, 400, "the expressions have more than 512 bytes"),
    ("p 1 2 3 4 5 6 7 8", 400, "a definition has 8 words at most"),
])
def test_refused(clean, definition, status, why):
    got, _, body = clean.ask("/probes", "POST", definition, **RIGHT)
    said = re.sub(r"^p at 0x[0-9a-f]+: ", "", body.decode())
    assert (got, said[:len(why)]) == (status, why)
    assert clean.get("/probes") == ""


@pytest.mark.any_arch
def test_one_of_a_name_and_no_more_than_fit(clean):
    g = clean
    for i in range(4):
        assert g.ask("/probes", "POST", f"p{i} work", **RIGHT)[0] == 200
    assert g.ask("/probes", "POST", "p0 work", **RIGHT)[0] == 507
    g.remove("p3")
    assert g.ask("/probes", "POST", "p0 work", **RIGHT)[2] == \
        f"p0 at {int(re.search('p0 at (0x[0-9a-f]+)', g.get('/probes'))[1], 16):#x}: there is a probe of that " \
        "name; remove it first\n".encode()
    assert g.ask("/probes/p9", "DELETE", **RIGHT)[0] == 404
    assert g.ask("/probes/p0", "DELETE")[0] == g.ask("/probes", "POST", "p4 work")[0] == 401
    assert g.ask("/command", "POST", "probe add q work+0 v=last,2207 27")[2] == \
        b"27: write if=CODE or VALUE=KIND,CODE\n"


@pytest.mark.any_arch
def test_support_probe(clean):
    """What it prints for the shell, any instruction, and what it refuses."""
    g = clean
    printed = g.probe("--name", "mine", "--print", g.image.path, "*work arg > 3 : v=last(arg)")
    assert g.ask("/command?look", "POST", printed.strip())[2] == b"only look\n"
    assert g.ask("/command", "POST", printed.strip())[2] == b"", printed
    g.get("/work?10")
    assert g.values("mine") == {"hits": 6, "errors": 0, "missed": 0, "v": 9}
    for probe, why in (("work fred > 1", 'No symbol "fred" in current context.'),
                       ("nowhere", 'Function "nowhere" not defined.'),
                       ("work : mean(arg)", "mean(arg): an action is count"),
                       ("work arg > 1.5", "support/probe: work: ")):
        assert why in g.probe(g.image.path, str(g.at), probe, status=1), probe
    assert "it is for another image" in g.probe(
        build("hello", g.image.arch).path, str(g.at), "main", status=1)
    assert "is no address of a guest; write PORT, " in g.probe(g.image.path, status=2)
    assert "--help" in g.probe(status=2)
    at, url = str(g.at), f"http://127.0.0.1:{g.at}/"
    assert g.probe(at) == g.probe(url)
    for words, why in ((("--name", "n", at), "--name does nothing without a probe"),
                       (("--remove", "mine", "--print", at), "--print does nothing with --remove"),
                       (("--remove", "mine", "--name", "n", at), "--name does nothing with --remove"),
                       ((g.image.path, "localhost:1", "work"), "localhost:1 is no address of a guest; write PORT, ")):
        assert why in g.probe(*words, status=2), words
    for words in (("--remove", "mine", at), (g.image.path, at, "work")):
        for token, why in (("", "it wants a token; "), ("wrong", "wrong token (")):
            said = g.probe("--token", token, *words, status=1)
            assert f"{why}give by --token TEXT or VITRINE_TOKEN what the guest has" in said, said


def readme_example():
    """The shell's line of lib/ukprobe/README.md that sends a definition with curl."""
    text = (ROOT / "lib/ukprobe/README.md").read_text()
    return re.search(r"^    (support/probe --print.*\|\n.*curl.*)\n", text, re.M)[1]


@pytest.mark.any_arch
def test_by_hand(clean):
    """The README's example of --print and POST /probes; the shell says what is wrong with `probe add` twice."""
    g = clean
    line = readme_example().replace("build/…/myapp.elf", str(g.image.path)).replace(":9100/", f":{g.at}/")
    done = subprocess.run(["sh", "-c", line], cwd=ROOT, env={**os.environ, "VITRINE_TOKEN": TOKEN}, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=True)
    assert done.stdout == "big\n"
    g.get("/work?10")
    assert g.values("big") == {"hits": 6, "errors": 0, "missed": 0, "last": 9}
    assert g.ask("/command", "POST", "probe add probe add q work")[2] == \
        b"leave out `probe add`: a definition begins with the probe's name\n"


def line_of(file, text):
    """The only line of a source that has a text."""
    (found,) = [i for i, line in enumerate((ROOT / file).read_text().splitlines(), 1) if text in line]
    return found


def printed(image, *probes):
    """The probes that support/probe would insert, without a guest: [words]."""
    done = subprocess.run([ROOT / "support/probe", "--print", image.path, *probes], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    return done.returncode, [line.split()[2:] for line in done.stdout.splitlines()] if not done.returncode else done.stdout


@pytest.mark.any_arch
@pytest.mark.parametrize("arch, stub", IMAGES, ids=IDS)
def test_names(arch, stub):
    """A probe has the name of the function that was named, or has the line, also where others are inlined."""
    image = build("probe", arch, config=stub)
    sched = "lib/uksched/sched.c"
    charge = line_of(sched, "charge(from, now);")
    inside = line_of(sched, "cpu_time += now - t->since")
    at = printed(image, "switch_to")[1][0][1]
    status, probes = printed(image, "switch_to", f"sched.c:{charge}", f"sched.c:{inside}", f"*{at}", "*work", "uk_time_add")
    assert status == 0, probes
    names = [words[0] for words in probes]
    assert names[:5] == ["switch_to", "switch_to_2", "charge", "sched_switch", "work"], probes
    assert len(names) > 6 and all(re.fullmatch(r"uk_time_add(_\d+)?", name) for name in names[5:]), names
    frames = [frame[0] for frame in image.addr2line_all([int(at, 16)])[0]]
    assert "switch_to" in frames[1:-1] and frames[-1] == "sched_switch", frames  # what it is about


@pytest.mark.any_arch
@pytest.mark.parametrize("arch, stub", IMAGES, ids=IDS)
def test_colons_and_hints(arch, stub):
    """A colon of ?: separates nothing; what gdb says is explained."""
    image = build("probe", arch, config=stub)
    one, other = "arg ? arg > 3 ? 1 : 2 : 0", "arg > 3"
    status, probes = printed(image, f"work {one} : count", f"work ({one})", f"work {one}: last({one}), v=sum({other})", f"work {other} : count")
    assert status == 0, probes
    condition = probes[1][3]
    assert [p[3] for p in probes[:3]] == [condition] * 3 and len(probes[0]) == 4 and condition != probes[3][3], probes
    assert [word.partition("=")[0] for word in probes[2][3:]] == ["if", "last", "v"] and probes[2][4].endswith(condition[3:])
    rip = {"x86_64": "$rip", "arm64": "$x29"}[arch]
    for probe, why in (("work arg : count : max(arg)", "one : separates condition and actions"),
                       ("work *(double *)item > 1", "floating point and structures are not supported"),
                       ("work arg > 1.5", "floating point and structures are not supported"),
                       (f"work {'$pc' if arch == 'x86_64' else '$fp'} == 0", f"name the machine's whole register, {rip} for example"),
                       ("work strlen(0) == 1", "a probe calls no function"), ("work arg = 1", "a probe changes nothing"),
                       ("work $nothing", "the machine has no such register")):
        status, said = printed(image, probe)
        assert status == 1 and why in said, (probe, said)
    assert printed(image, f"work {rip} == 0")[0] == 0


def test_beside_a_debugger(clean):
    """gdb stops at the same instruction, sees the program's own code, and changes no count."""
    g = clean
    if not g.stub:
        return
    g.insert("work : sum(arg)")
    play(g.image, f"127.0.0.1:{g.gdb_port}", "beside_a_probe", f"http://127.0.0.1:{g.at}", more=[SCENES])
    assert g.values("work") == {"hits": 20, "errors": 0, "missed": 0, "sum": 90}
    g.get("/work?10")
    assert g.values("work")["hits"] == 30


def test_steps_beside_a_condition(clean):
    """No step of gdb stays with a thread that has lost the CPU, or waits for a CPU that stands."""
    g = clean
    if g.stub:
        play(g.image, f"127.0.0.1:{g.gdb_port}", "steps_in_a_crowd", f"http://127.0.0.1:{g.at}", more=[SCENES])
        assert g.get("/work?10")


@pytest.mark.any_arch
def test_closed_page(clean):
    """A fault in a compiled expression: the page of ukpaging's window is closed while it is unused."""
    g = clean
    g.insert("work : last(*(char *)&windows)", "work *(long *)&items == 0 : count")
    g.get("/work?10")
    assert g.values("work") == {"hits": 0, "errors": 10, "missed": 0, "last": 0}
    assert g.values("work_2")["hits"] == 10
    assert re.search("last error: memory refused at 0x[0-9a-f]+000\n", g.get("/probes")), g.get("/probes")


@pytest.mark.any_arch
def test_more_than_is_compiled(clean):
    """What the interpreter does: divisions, more than five values; what does not fit in the pool."""
    g = clean
    deep = "1+(arg+(1+(arg+(1+(arg+(1+arg))))))"
    g.insert(f"work ({deep}) > 9 : last({deep}), max(arg / 2), min(arg % 4 << 3)")
    g.get("/work?10")
    assert g.values("work") == {"hits": 8, "errors": 0, "missed": 0, "last": 40, "max": 4, "min": 0}
    sums = "+".join(["item->weight"] * 12)
    for _ in range(3):
        g.insert(f"work : sum({sums})")
    g.get("/work?10")
    assert [g.values(f"work{n}")["sum"] for n in ("_2", "_3", "_4")] == [12 * 4500] * 3


@pytest.mark.any_arch
def test_nothing_of_it_is_in_an_image_without(arch):
    functions = build("hello", arch).functions()
    assert not [f for f in functions if f.startswith(("uk_probe", "probe_", "uk_ax", "ax_", "uk_break", "gdb_"))]


LINE = re.compile(r"^ *([0-9a-f]+):\t((?:[0-9a-f]{2,8} )+) *\t?(.*)$", re.M)


def by_length(image, function):
    """{bytes: the address of the first instruction of so many}, of those that each call executes: up to a jump."""
    dump = image.tool("objdump", "-dw", f"--disassemble={function}", image.path)
    code = [(int(at, 16), len(bytes.fromhex(insn)), text) for at, insn, text in LINE.findall(dump)]
    first = next(i for i, (_, _, text) in enumerate(code) if re.match(r"j|b[. ]|[ct]bn?z|ret|call|bl", text))
    return {length: at for at, length, _ in reversed(code[:first + 1])}


@pytest.mark.parametrize("arch, stub", IMAGES, ids=IDS)
def test_cost(arch, stub):
    """A false condition, of a probe and of a breakpoint, in instructions, beside a call without."""
    with Probed(arch, stub, "--icount", "--smp", "1") as g:
        def cost():
            return int(g.get("/cost?1000"))
        plain = cost()
        for at in by_length(g.image, "work").values():  # x86_64: too short for a jump, too
            g.insert(f"*{at:#x} {STACK_POINTER[arch]} == 0")
            probed = cost() - plain
            print(f"at {at:#x}: {probed} instructions")
            assert 0 < probed <= FALSE_CONDITION
            g.remove(*re.findall(r"^(\w+) at ", g.get("/probes"), re.M))
        for condition in ("arg > 3", "item->weight == 7"):
            g.insert(f"work {condition}")
            probed = cost() - plain
            print(f"{condition}, a probe: {probed} instructions")
            assert 0 < probed <= FALSE_CONDITION
            g.remove("work")
            assert cost() == plain
            if not stub:
                continue
            printed = play(g.image, f"127.0.0.1:{g.gdb_port}", "false_condition", f"http://127.0.0.1:{g.at}",
                           condition, more=[SCENES])
            broken = int(re.search(r"^cost (\d+)$", printed, re.M)[1]) - plain
            print(f"{condition}, a breakpoint: {broken} instructions")
            assert 0 < broken <= FALSE_CONDITION


# Slots, without a guest.

SLOTS = 0x40380000


def disassembly(text, tool_order):
    """[(address, bytes, instruction)] of objdump's listing; the names of addresses are left out, and the
    displacement from rip, whose address objdump shows."""
    found = []
    for at, code, text in LINE.findall(text):
        code = bytes.fromhex(code)[::-1] if tool_order else bytes.fromhex(code)
        text = re.sub(r"-?0x[0-9a-f]+\(%rip\)(.*?) *# ([0-9a-f]+|0x[0-9a-f]+)\b.*", r"[\2]\1", text)
        text = re.sub(r" *(<[^>]*>|//.*)", "", text).replace("0x", "").strip()
        found.append((int(at, 16), code, re.sub(r"\s+", " ", text)))
    return found


def moved_x86_64(insn, after):
    """What a slot has for an instruction after which `after` comes."""
    name, *operands = insn.split(" ", 1)
    if name == "call":
        return [f"push ${after:x}", f"jmp {operands[0]}"]
    if name == "jmp" and not operands[0].startswith("*"):
        return [insn]
    return [insn, f"jmp {after:x}"]


def address_arm64(insns, register):
    """Takes movz and movk from a list: the value."""
    value = 0
    while insns and (m := re.fullmatch(rf"mov(k)? {register}, #([0-9a-f]+)(?:, lsl #(\d+))?", insns[0])):
        part = int(m[2], 16)
        value = value | part << int(m[3]) if m[1] else part
        insns.pop(0)
    return value


def is_moved_arm64(insn, at, slot, insns):
    """1 if `insns`, at `slot`, do what an instruction does at its place."""
    name, _, operands = insn.partition(" ")
    last = operands.split(", ")[-1]
    back = f"b {at + 4:x}"
    if name in ("bl", "blr"):
        return address_arm64(insns, "x30") == at + 4 and insns[0] == f"{name.replace('l', '', 1)} {operands}"
    if name in ("b", "br", "ret"):
        return insns[0] == insn
    if name.startswith("b.") or name in ("cbz", "cbnz", "tbz", "tbnz"):
        return insns[:3] == [insn.replace(last, f"{slot + 8:x}"), back, f"b {last}"]
    if name in ("adr", "adrp"):
        return address_arm64(insns, operands.split(",")[0]) == int(last, 16) and insns[0] == back
    if name in ("ldr", "ldrsw") and "[" not in insn:
        register = operands.split(",")[0]
        wide = register.replace("w", "x")
        return address_arm64(insns, wide) == int(last, 16) and insns[:2] == [f"{name} {register}, [{wide}]", back]
    if name == "prfm" and "[" not in insn:
        return insns[:2] == ["nop", back]
    return insns[:2] == [insn, back]


def test_slots(arch, tmp_path):
    """The copy of each instruction of an image does what it does at its place, by objdump."""
    image = build("probe", arch, config=STUB if arch == "x86_64" else ())
    sources = [ROOT / "lib/ukbreak/tests/host/slots.c", ROOT / f"lib/ukbreak/arch/{arch}/ool.c",
               *([ROOT / "arch/x86_64/insn.c"] if arch == "x86_64" else [])]
    symbols = image.tool("nm", image.path)
    start, end = (int(re.search(rf"^(\w+) . {name}$", symbols, re.M)[1], 16) for name in ("_text", "_end"))
    subprocess.run(["gcc", "-std=gnu11", "-O1", "-fno-pie", "-no-pie", "-w", "-D__LIBNAME__=\"slots\"",
                    "-DCONFIG_UKPLAT_LCPU_MAXCOUNT=1", "-DCONFIG_LIBUKBREAK_MAX=64",
                    f"-Wl,--defsym=_text={start},--defsym=_end={end}",
                    *(f"-I{folder}" for folder in ROOT.glob("lib/*/include")),
                    *(f"-I{ROOT / folder}" for folder in ("arch/include", f"arch/{arch}/include", "plat/include")),
                    "-o", tmp_path / "slots", *sources], check=True)
    dump = image.tool("objdump", "-dw", "-j.text", image.path)
    # pads begin with an address; the code of the boot has data in it
    dump = re.sub(r"^\w+ <break_pads>:\n(.+\n)+", "", dump, flags=re.M)
    begin = dump.index("<ukarch_trap_")
    code = [line for line in disassembly(dump[begin:], arch == "arm64") if not line[2].startswith(".")]
    done = subprocess.run([tmp_path / "slots", f"{SLOTS:x}"], check=True, capture_output=True,
                          input="".join(f"{at:x} {insn.hex()}\n" for at, insn, _ in code).encode())
    (tmp_path / "bin").write_bytes(done.stdout)
    places = [int(line, 16) for line in done.stderr.split()]
    assert len(places) == len(code)
    machine = {"x86_64": "i386:x86-64", "arm64": "aarch64"}[arch]
    moved = {at: insn for at, _, insn in disassembly(image.tool(
        "objdump", "-Dwz", "-bbinary", f"-m{machine}", f"--adjust-vma={SLOTS}", tmp_path / "bin"), arch == "arm64")}
    addresses = {at: i for i, at in enumerate(moved)}
    insns = list(moved.values())
    left, wrong = {}, []
    for place, (at, insn, text) in zip(places, code):
        if not place:
            left.setdefault(text.split(" ")[0], []).append(text)
            continue
        first = addresses.get(place)
        slot = insns[first:first + 8] if first is not None else []
        if arch == "arm64":
            right = is_moved_arm64(text, at, place, slot[:])
        else:
            moved_here = moved_x86_64(text, at + len(insn))
            right = slot[:len(moved_here)] == moved_here
        if not right:
            wrong.append((hex(at), text, slot))
    print(f"{arch}: {len(code)} instructions, no slot: { {name: len(list_) for name, list_ in left.items()} }")
    assert not wrong, (len(wrong), wrong[:10])
    assert len(code) > 10000 and sum(map(len, left.values())) < 0.01 * len(code), left
