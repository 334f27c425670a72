# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""ukprof: the shares of functions whose shares are known (tests/apps/prof), what a sample
costs, and profile.proto as Google's decoder reads it by the published description."""

import concurrent.futures
import json
import os
import re
import subprocess
import sys

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from http_guest import PATIENCE, PORTS, HttpGuest, chromium
from vitrine import ARCHS, CPUS, ORDERED, ROOT, build

sys.path.insert(0, str(ROOT / "support"))
import pprof_file  # noqa: E402  pylint: disable=wrong-import-position
import stacks as stacks_of_support  # noqa: E402  pylint: disable=wrong-import-position

SHARES = {"fifty": 50, "thirty": 30, "irq_off_twenty": 20}
NS_OF_AN_INSTRUCTION = {"x86_64": 1, "arm64": 16}  # under --icount
# github.com/google/pprof, proto/profile.proto: fields by message; repeated ones end with *, and what is
# no other message is an int64, but for texts and flags.
PROFILE = {
    "Profile": {"sample_type*": (1, "ValueType"), "sample*": (2, "Sample"), "mapping*": (3, "Mapping"),
                "location*": (4, "Location"), "function*": (5, "Function"), "string_table*": (6, "string"),
                "drop_frames": 7, "keep_frames": 8, "time_nanos": 9, "duration_nanos": 10,
                "period_type": (11, "ValueType"), "period": 12, "comment*": 13, "default_sample_type": 14},
    "ValueType": {"type": 1, "unit": 2},
    "Sample": {"location_id*": (1, "uint64"), "value*": 2, "label*": (3, "Label")},
    "Label": {"key": 1, "str": 2, "num": 3, "num_unit": 4},
    "Mapping": {"id": (1, "uint64"), "memory_start": (2, "uint64"), "memory_limit": (3, "uint64"),
                "file_offset": (4, "uint64"), "filename": 5, "build_id": 6, "has_functions": (7, "bool"),
                "has_filenames": (8, "bool"), "has_line_numbers": (9, "bool"), "has_inline_frames": (10, "bool")},
    "Location": {"id": (1, "uint64"), "mapping_id": (2, "uint64"), "address": (3, "uint64"), "line*": (4, "Line"),
                 "is_folded": (5, "bool")},
    "Line": {"function_id": (1, "uint64"), "line": 2},
    "Function": {"id": (1, "uint64"), "name": 2, "system_name": 3, "filename": 4, "start_line": 5},
}


def profile_class():
    file = descriptor_pb2.FileDescriptorProto(name="profile.proto", package="p", syntax="proto3")
    kinds = descriptor_pb2.FieldDescriptorProto
    for name, fields in PROFILE.items():
        message = file.message_type.add(name=name)
        for field, what in fields.items():
            number, kind = what if isinstance(what, tuple) else (what, "int64")
            new = message.field.add(name=field.rstrip("*"), number=number)
            new.label = kinds.LABEL_REPEATED if field.endswith("*") else kinds.LABEL_OPTIONAL
            if kind in PROFILE:
                new.type, new.type_name = kinds.TYPE_MESSAGE, f".p.{kind}"
            else:
                new.type = getattr(kinds, f"TYPE_{kind.upper()}")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.MessageFactory(pool).GetPrototype(pool.FindMessageTypeByName("p.Profile"))


def run(arch, *words, options=("--icount", *ORDERED), config=()):
    image = build("prof", arch, config=config)
    done = image.run(*words, options=list(options))
    assert done.status == 0, done.text
    return image, done.text


def top(text):
    """{function: (share of its own, with what it calls)}, without the compiler's suffixes."""
    lines = re.findall(r"^ *([\d.]+) % +([\d.]+) %  ([^\s.]+)\S*$", text, re.M)
    return {name: (float(own), float(with_callees)) for own, with_callees, name in lines}


def folded(text):
    """{(functions from the outermost on): us} of all threads and CPUs, and {(cpu, thread): us}."""
    stacks, owners = {}, {}
    lines = [line for line, _ in re.findall(r"^((?:cpu|thread) \d+.*) (\d+)$", text, re.M)]
    assert len(lines) == len(set(lines)), text
    for line, time in re.findall(r"^(cpu \d+;.*) (\d+)$", text, re.M):
        cpu, *rest = line.split(";")
        thread = rest.pop(0) if rest[0].startswith("thread ") else rest[-1]
        names = tuple(name.partition(".")[0] for name in rest)
        stacks[names] = stacks.get(names, 0) + int(time)
        owners[cpu, thread] = owners.get((cpu, thread), 0) + int(time)
    return stacks, owners


def decode(text):
    return profile_class().FromString(bytes.fromhex(re.search(r"^((?:[0-9a-f]{2}){100,})$", text, re.M)[1]))


SCENE = ("prof start 2000", "work", "sleep", "prof stop", "prof top", "prof folded", "write")


@pytest.mark.any_arch
@pytest.mark.one_cpu("instructions are counted on one CPU")
def test_beside_the_watchdog(arch):
    """The other user of the periodic NMI, at another rate: it finds no hang, and the shares are right."""
    _, text = run(arch, "prof start 2000", "work", "prof stop", "prof top", config=("CONFIG_LIBUKWATCHDOG=y",),
                  options=("--icount", *ORDERED, "-p", "watchdog.ms=300"))
    shares = top(text)
    assert all(abs(shares[name][0] - share) < 3 for name, share in SHARES.items()) and "watchdog:" not in text, text


@pytest.mark.one_cpu("instructions are counted on one CPU")
def test_known_shares(arch, tmp_path):
    """By function, by call trace and in profile.proto; interrupts are off in one of them; idle is separate."""
    image, text = run(arch, *SCENE)
    shares = top(text)
    for name, share in SHARES.items():
        assert abs(shares[name][0] - share) < 3, text
    assert shares["work"][0] < 1 and shares["main"][1] > 97, text
    samples, busy, idle = map(int, re.search(r"^(\d+) samples in .*: busy (\d+) ms, idle (\d+) ms$", text, re.M).groups())
    assert 190 <= idle <= 210 and samples >= 400, text
    stacks, owners = folded(text)
    assert set(owners) == {("cpu 0", "thread 1 main"), ("cpu 0", "(idle)")}
    assert abs(stacks["(idle)",] / 1000 - idle) < 2
    assert all(trace[-3:-1] == ("main", "work") for trace in stacks if trace[-1] in SHARES), text
    check_profile(image, decode(text), busy, idle)
    if os.environ.get("VITRINE_ALL"):
        profile = pprof_file.decode(decode(text).SerializeToString())
        (tmp_path / "profile").write_bytes(stacks_of_support.pprof(
            profile, stacks_of_support.chains(image.path, stacks_of_support.pcs_of(profile)), str(image.path)))
        shares = go_top(tmp_path)
        assert all(abs(sum(s for f, s in shares.items() if f.startswith(name)) - share) < 3 for name, share in SHARES.items()), shares


def go(folder, *words):
    """Debian's golang-go."""
    return subprocess.run(["go", "tool", "pprof", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder,
                          env={**os.environ, "PPROF_TMPDIR": str(folder)}, timeout=PATIENCE, check=True).stdout


def go_top(folder):
    """{function: share of the busy time} of the file profile."""
    busy = go(folder, "-top", "-tagignore=kind=idle", "-relative_percentages", "profile")
    shares = {name: float(share) for share, name in re.findall(r"([\d.]+)% +[\d.]+% +\S+ +[\d.]+% +(\S+)(?: \(inline\))?$", busy, re.M)}
    assert "(idle)" not in shares and "matched no samples" not in busy and sum(shares.values()) > 95, busy
    assert re.search(r"^Showing nodes accounting for .*, (100|9\d\.?\d*)% of", busy, re.M), busy
    return shares


def check_profile(image, profile, busy, idle):
    strings = profile.string_table
    assert strings[0] == ""
    assert [(strings[t.type], strings[t.unit]) for t in profile.sample_type] == [("samples", "count"), ("cpu", "nanoseconds")]
    (mapping,) = profile.mapping
    assert strings[mapping.build_id] in image.tool("readelf", "-n", image.path)
    locations = {loc.id: loc for loc in profile.location}
    assert len(locations) == len(profile.location) and 0 not in locations
    assert all(mapping.memory_start <= loc.address < mapping.memory_limit and loc.mapping_id == mapping.id
               for loc in profile.location)
    own, kinds = {}, {}
    lines = dict(zip(locations, image.addr2line_all([loc.address for loc in profile.location])))
    for sample in profile.sample:
        count, time = sample.value
        labels = {strings[label.key]: strings[label.str] if label.str else label.num for label in sample.label}
        assert count > 0 and labels["cpu"] == 0
        name = lines[sample.location_id[0]][-1][0] if sample.location_id else labels["kind"]
        assert labels.get("thread", "main") == "main"
        own[name] = own.get(name, 0) + time
        kinds[bool(sample.location_id)] = kinds.get(bool(sample.location_id), 0) + time
    for name, share in SHARES.items():
        found = sum(time for function, time in own.items() if function.startswith(name))
        assert abs(100 * found / kinds[True] - share) < 3, own
    assert abs(kinds[True] / 1e6 - busy) <= 1 and abs(own["idle"] / 1e6 - idle) <= 1
    assert 0 <= profile.duration_nanos - sum(kinds.values()) < 2e6


@pytest.mark.one_cpu("instructions are counted on one CPU")
def test_repeatable(arch):
    """Under --icount two profiles are equal, byte for byte."""
    once, again = (run(arch, *SCENE, "prof waits")[1] for _ in range(2))
    assert once == again and decode(once).sample


@pytest.mark.one_cpu("instructions are counted on one CPU")
def test_cost(arch):
    """Instructions of a sample of 16 frames, interrupt included, where its places are known,
    and those of a rule for any function of the image, new and known."""
    deep = ("deep",) * 3
    _, text = run(arch, "rules", *deep, "prof start 2000", *deep, "prof folded", "prof stop", "work", "work", "prof start 100", "work",
                  options=("--icount", "-p", "prof.waits=n", *ORDERED))
    times = [int(ns) for ns in re.findall(r"^deep: (\d+) ns$", text, re.M)]
    samples = times[-1] * 2000 / 1e9
    cost = (times[-1] - times[2]) / samples / NS_OF_AN_INSTRUCTION[arch]
    assert 500 < cost <= 1500, (cost, times)
    new, known = (int(ns) / NS_OF_AN_INSTRUCTION[arch]
                  for ns in re.search(r"^rules: at most (\d+) ns, again (\d+) ns$", text, re.M).groups())
    assert new <= 7000 and known <= 150, (new, known)
    # 100 samples a second, of 10**9 instructions a second
    _, without, sampled = (int(ns) for ns in re.findall(r"^work: (\d+) ns$", text, re.M))
    assert 0 < (sampled - without) / without / NS_OF_AN_INSTRUCTION[arch] < 0.001, (without, sampled)
    stacks, _ = folded(text)
    assert {len(trace) for trace in stacks if trace[-1] == "thirty"} == {16}, text


@pytest.mark.one_cpu("has its own number of CPUs")
def test_two_cpus(arch):
    """Each CPU has a table of its own, and its thread's name."""
    _, text = run(arch, "prof start 1000", "second", "prof stop", "prof folded", "prof top", options=["--icount", "--smp", "2"])
    _, owners = folded(text)
    second = [time for (cpu, thread), time in owners.items() if cpu == "cpu 1" and thread.endswith(("second", "exited"))]
    assert second and sum(second) > 10000 and owners["cpu 0", "(idle)"] > sum(second) / 4, text
    assert top(text)["fifty"][0] > top(text)["irq_off_twenty"][0] > 0, text


ON_PORTS = PORTS[:1] + [port for port in PORTS if port[0] == "arm64"][:1]
TOKEN = ("-p", "http.token=secret")


def names_of(profile, sample):
    """Functions of a sample, innermost first, and their files."""
    locations = {loc.id: loc for loc in profile.location}
    functions = {function.id: function for function in profile.function}
    return [(profile.string_table[functions[line.function_id].name].partition(".")[0],
             profile.string_table[functions[line.function_id].filename])
            for pc in sample.location_id for line in locations[pc].line]


@pytest.mark.any_arch
@pytest.mark.parametrize("arch, machine", ON_PORTS)
def test_http(arch, machine):
    """What curl gets, from a profile that goes on; it has the thread of the server, too. Profiles are started with
    the token alone."""
    with HttpGuest(build("prof", arch), machine, "prof start 1000", "work", "serve", options=TOKEN) as guest:
        guest.wait_for("work: ")
        status, fields, body = guest.ask("/debug/pprof/profile")
        assert status == 200 and fields["content-type"] == "application/octet-stream"
        profile = profile_class().FromString(body)
        assert "main" in profile.string_table and profile.sample
        lines = guest.image.addr2line_all([sample.location_id[0] for sample in profile.sample if sample.location_id])
        assert SHARES.keys() <= {frames[-1][0].partition(".")[0] for frames in lines}
        block = profile_class().FromString(guest.ask("/debug/pprof/block")[2])
        waits = [{block.string_table[label.key]: block.string_table[label.str] for label in sample.label}
                 for sample in block.sample if sample.value[1]]
        assert {"thread": "main", "wait": "for a time"} in waits, waits
        text = guest.ask("/debug/pprof/waits")[2].decode()
        assert re.search(r"^thread 1 main;.*;for a time [1-9]\d*$", text, re.M), text
        stacks, _ = folded(guest.get("/debug/pprof/folded"))
        assert {names[-2:] for names in stacks} >= {("work", name) for name in SHARES}, stacks
        again = profile_class().FromString(guest.ask("/debug/pprof/profile")[2])
        assert again.duration_nanos > profile.duration_nanos

        def start(hz, **fields):
            return guest.ask(f"/debug/pprof/profile?{hz}", "POST", **fields)[0]
        bearer = {"Authorization": "Bearer secret"}
        assert start("hz=100") == 401 and start("hz=100", Authorization="Bearer secre") == 403
        assert [start(hz, **bearer) for hz in ("hz=", "hz=10001", "hz=1x", "h=1", "hz=99999999999")] == [400] * 5
        assert start("hz=0", **bearer) == 200
        stopped = [profile_class().FromString(guest.ask("/debug/pprof/profile")[2]).duration_nanos for _ in range(2)]
        assert stopped[0] == stopped[1] > again.duration_nanos
        assert start("hz=100", **bearer) == 200
        assert profile_class().FromString(guest.ask("/debug/pprof/profile")[2]).duration_nanos < stopped[0]


@pytest.mark.any_arch
@pytest.mark.parametrize("arch, machine", ON_PORTS)
def test_in_a_browser(arch, machine, tmp_path):
    """The page's flame graph has the functions of /debug/pprof/folded, and its timeline the events of a live guest."""
    image = build("prof", arch, config=("CONFIG_LIBUKTRACE=y",))
    with HttpGuest(image, machine, "prof start 1000", "work", "serve", options=[*TOKEN, "-p", "trace.on=sched_*"]) as guest:
        guest.wait_for("work: ")
        dom = chromium(tmp_path, f"http://127.0.0.1:{guest.at}/", "--dump-dom")
    bars = [name.partition(".")[0] for name in re.findall(r"<b [^>]*>([^<]*)</b>", dom)]
    assert SHARES.keys() <= set(bars) and {"all", "main", "work", "for a time"} <= set(bars), bars
    titles = re.findall(r"<title>([^<]*)</title>", dom)
    assert any(re.fullmatch(r"http \d+, [\d.]+ [mnµ]?s", title) for title in titles), titles


@pytest.mark.any_arch
@pytest.mark.parametrize("arch, machine", ON_PORTS)
def test_pprof(arch, machine, tmp_path):
    """Through support/run's proxy: seconds=, names and lines, the heap; by `go tool pprof` at night."""
    image = build("prof", arch)
    with HttpGuest(image, machine, "keep", "forever", options=TOKEN, raw=False) as guest:
        guest.wait_for("keep: ")
        status, _, body = guest.ask("/debug/pprof/profile?seconds=2")
        assert status == 200, body
        profile = profile_class().FromString(body)
        assert profile.duration_nanos >= 2e9 and profile.string_table[profile.mapping[0].filename] == str(image.path)
        found = {frames[0] for frames in (names_of(profile, sample) for sample in profile.sample)}
        idle = [sample for sample in profile.sample if names_of(profile, sample) == [("(idle)", "")]]
        labels = [{profile.string_table[label.key]: profile.string_table[label.str] for label in sample.label} for sample in idle]
        assert idle and all(label["kind"] == "idle" for label in labels)
        assert len({pc for sample in idle for pc in sample.location_id}) == 1  # and no sample is without a frame
        assert {(name, "tests/apps/prof/main.c") for name in SHARES} <= found
        assert guest.ask("/debug/pprof/profile?seconds=0")[0] == 400
        heap = profile_class().FromString(guest.ask("/debug/pprof/heap")[2])
        assert [heap.string_table[t.type] for t in heap.sample_type] == ["inuse_objects", "inuse_space"]
        kept = [sample.value for sample in heap.sample if ("keep", "tests/apps/prof/main.c") in names_of(heap, sample)]
        assert [sum(value) for value in zip(*kept)] == [3, 3000]
        url = f"http://127.0.0.1:{guest.at}"
        stacks = folds(support_prof("--seconds", "1", url, image.path))
        assert ("cpu 0", "(idle)") in stacks, stacks
        assert any(stack[-2:] == ("work", "fifty") and stack[1] == "thread main" and (stack[0] == "cpu 0" or CPUS > 1) for stack in stacks), stacks
        heap = folds(support_prof("--heap", str(guest.at), image.path))
        assert {stack[-1]: size for stack, size in heap.items()}["keep"] == 3000
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            pending, others = pool.submit(guest.ask, "/debug/pprof/profile?seconds=1"), 0
            while not pending.done():  # it is the proxy that waits
                assert guest.ask("/threads")[0] == 200
                others += not pending.done()
            assert pending.result()[0] == 200 and others > 3, others
        if os.environ.get("VITRINE_ALL"):
            check_go(guest, body, tmp_path)


def support_prof(*words, status=0):
    done = subprocess.run([ROOT / "support" / "prof", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=PATIENCE)
    assert done.returncode == status, done.stderr
    return done.stdout if status == 0 else done.stderr


def folds(text):
    """{(owner, functions from the outermost on): value} of collapsed stacks."""
    found = {}
    for stack, value in re.findall(r"^(cpu .*|\D.*;.*|\(.*|\w+) (\d+)$", text, re.M):
        names = tuple(name.partition(".")[0] for name in stack.split(";"))
        found[names] = found.get(names, 0) + int(value)
    return found


@pytest.mark.one_cpu("has its own number of CPUs")
def test_by_the_stub(arch, tmp_path):
    """A guest that takes no profile of its own, by QEMU's stub, in all formats: two CPUs, one idle."""
    image = build("prof", arch)
    alone = support_prof("--hz=200", image.path, "work", "work")  # what the guest prints is elsewhere
    assert folds(alone) and all(re.fullmatch(r"cpu 0;.* \d+", line) for line in alone.splitlines()), alone
    files = {name: tmp_path / name for name in ("folded", "speedscope", "pprof")}
    support_prof(*(f"--{name}={path}" for name, path in files.items()), "--seconds=3", "--hz=200", "--run=--smp 2",
                 image.path, "forever")
    stacks = folds(files["folded"].read_text())
    profile = profile_class().FromString(files["pprof"].read_bytes())
    # samples, not their time: where the host stands, one has all of it
    counts = [([name for name, _ in names_of(profile, sample)][:2], sample.value[0]) for sample in profile.sample]
    idle = sum(count for names, count in counts if names == ["(idle)"])
    work = {name: sum(count for names, count in counts if names == [name, "work"]) for name in SHARES}
    assert idle > sum(work.values()) / 2 and 35 < 100 * work["fifty"] / sum(work.values()) < 65, stacks
    assert all(work.values()), stacks
    scope = json.loads(files["speedscope"].read_text())
    (shown,) = scope["profiles"]
    assert scope["$schema"] == "https://www.speedscope.app/file-format-schema.json" and shown["type"] == "sampled"
    assert len(shown["samples"]) == len(shown["weights"]) and sum(shown["weights"]) == shown["endValue"]
    names = [frame["name"] for frame in scope["shared"]["frames"]]
    assert {tuple(names[i].partition(".")[0] for i in sample) for sample in shown["samples"]} == set(stacks)
    assert abs(sum(sample.value[1] for sample in profile.sample) / 1000 - sum(stacks.values())) <= len(stacks)
    assert {"fifty", "thirty"} <= {name for sample in profile.sample for name, _ in names_of(profile, sample)}


def test_of_an_image_without_the_library(arch):
    image = build("debuggee", arch)
    assert not [name for _, _, name in image.symbols() if "uk_prof" in name]
    stacks = folds(support_prof("--hz=200", "--seconds=1", image.path, "spin"))
    spins = sum(weight for names, weight in stacks.items() if names[-1] == "debuggee_spin" and "main" in names)
    assert spins > 0.8 * sum(stacks.values()), stacks


def test_prof_refuses(tmp_path):
    image = build("prof", ARCHS[0]).path
    assert "name an image" in support_prof(status=2)
    assert "use a whole number from 1 to 1000" in support_prof("--hz=0", image, status=2)
    assert "does not answer" in support_prof("http://127.0.0.1:1", image, status=1)
    assert re.search(r"does not answer: Connection refused; a guest that support/run --metrics PORT ", support_prof("1", image, status=1))
    for wrong in ("65536", "0", "localhost:1", "https://localhost:1", "http://", "http://localhost:x", "http://localhost:1/?q"):
        assert f"{wrong} is no address of a guest; write PORT, " in support_prof(wrong, image, status=2)
    for words, why in ((("--heap", image), "--heap needs a guest"), (("--waits", image), "--waits needs a guest"),
                       (("--hz=5", "1", image), "--hz is not for a guest"), (("--run=-v", "1", image), "--run is not for a guest"),
                       (("--heap", "--waits", "1", image), "leave out --waits"),
                       (("--heap", "--seconds=1", "1", image), "leave out --waits and --seconds")):
        assert why in support_prof(*words, status=2), words
    assert "not" in support_prof(tmp_path / "missing", status=1)


def check_go(guest, profile, folder):
    """As lib/ukprof/README.md has it."""
    (folder / "profile").write_bytes(profile)
    for what, words in (("profile?seconds=2", ["fifty", "thirty"]), ("heap", ["keep"])):
        text = go(folder, "-top", f"http://127.0.0.1:{guest.at}/debug/pprof/{what}")
        assert all(word in text for word in words), text
    assert re.search(r" \(idle\)$", go(folder, "-top", "profile"), re.M)
    go_top(folder)
    idle = go(folder, "-top", "-tagfocus=kind=idle", "profile")
    assert re.findall(r"% +(\S+)$", idle, re.M)[-1:] == ["(idle)"] and "fifty" not in idle, idle
    assert "could not find file tests/apps/prof/main.c" in go(folder, "-list=fifty", "profile")
    assert re.search(r"\dm?s .*:WORK\(fifty\)$", go(folder, "-list=fifty", f"-source_path={ROOT}", "profile"), re.M)


@pytest.mark.parametrize("arch, machine", ON_PORTS[:1])
def test_pprof_without_a_token(arch, machine):
    with HttpGuest(build("prof", arch), machine, "keep", "serve", raw=False) as guest:
        guest.wait_for("keep: ")
        status, _, body = guest.ask("/debug/pprof/profile?seconds=1")
        assert (status, body) == (403, b"changes are refused: boot with http.token=TEXT\n")
        said = support_prof("--seconds=1", str(guest.at), guest.image.path, status=1)
        assert "changes are refused: boot with http.token=TEXT (support/run sends the token" in said


@pytest.mark.any_arch
@pytest.mark.one_cpu("time is counted on one CPU")
@pytest.mark.parametrize("config", [(), *([("CONFIG_UKPLAT_LCPU_MAXCOUNT=1",)] if os.environ.get("VITRINE_ALL") else [])])
def test_waits(arch, config):
    """How long threads wait, where, and for what; what is left out without them."""
    _, text = run(arch, "prof start 2000", "waits", "prof stop", "prof waits", config=config)

    def waited(pattern):
        found = [int(time) for time in re.findall(rf"^{pattern} (\d+)$", text, re.M)]
        return sum(found) / 1000
    lines = re.findall(r"^(thread \d+ .*;for.*) \d+$", text, re.M)
    assert lines and len(lines) == len(set(lines)), text
    assert 190 <= waited(r"thread \d+ exited;(?:.*;)?enter;(?:.*;)?for mutex gate \(0x[0-9a-f]+\)") <= 210, text
    assert 190 <= waited(r"thread 1 main;.*;main;(?:.*;)?waits;.*;for a time") <= 210, text
    _, text = run(arch, "prof start 2000", "waits", "prof stop", "prof waits",
                  options=("--icount", "-p", "prof.waits=n", *ORDERED))
    assert ";for" not in text


@pytest.mark.any_arch
@pytest.mark.one_cpu("instructions are counted on one CPU")
def test_more_stacks_than_fit(arch):
    """What the table has no room for is (other), and no time is lost."""
    hz = {"x86_64": 10000, "arm64": 1000}[arch]
    _, text = run(arch, f"prof start {hz}", "many", "prof stop", "prof folded", "prof top 3", "write")
    stacks, _ = folded(text)
    kept = [sample for sample in decode(text).sample if len(sample.location_id) > 5]
    assert 200 < len(kept) <= 256
    assert len(re.findall(r"^cpu 0;.*;way\S* \d+$", text, re.M)) < 20  # the same functions, at other addresses, are one line
    samples, busy, idle = map(int, re.search(r"^(\d+) samples in .*: busy (\d+) ms, idle (\d+) ms$", text, re.M).groups())
    other = stacks["(other)",] / 1000
    assert samples > 1024 and other > busy / 2 and abs(sum(stacks.values()) / 1000 - busy - idle) < 2, text
    assert abs(top(text.replace("(other)", "other"))["other"][0] - 100 * other / busy) < 1, text
    profile = decode(text)
    (sample,) = [sample for sample in profile.sample if not sample.location_id and
                 any(profile.string_table[label.str] == "other" for label in sample.label)]
    assert abs(sample.value[1] / 1e6 - other) < 1


@pytest.mark.any_arch
def test_commands(arch):
    """What is refused, and a profile from the start."""
    _, text = run(arch, "prof start 0", "prof start 10001", "prof go", "prof top 1 2", *["work"] * 5,
                  "prof stop", "prof top 50", "prof top 1", options=["-p", "prof.hz=2000", *ORDERED])
    assert len(re.findall(r"^give 1 to 10000 samples a second$", text, re.M)) == 2, text
    assert len(re.findall(r"^usage: prof start ", text, re.M)) == 2, text
    *_, many, one = (re.findall(r"^ *([\d.]+) % .*$", part, re.M) for part in text.split("   self     all  function\n"))
    assert len(one) == 1 and one == many[:1] and many == sorted(many, key=float, reverse=True), text
    assert {*SHARES, "main"} <= top(text).keys(), text


@pytest.mark.any_arch
def test_wrong_parameter(arch):
    done = build("prof", arch).run(options=["-p", "prof.hz=10001"])
    assert done.status == 71 and "prof.hz=10001: give 1 to 10000 samples a second, or 0" in done.text


@pytest.mark.any_arch
def test_nothing_without_the_library():
    for arch in ARCHS:
        assert not [name for _, _, name in build("threads", arch).symbols() if "prof" in name]
