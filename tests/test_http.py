# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""ukhttp and ukmetrics as clients see them: curl, Python, Debian's promtool and
the OpenMetrics parser of Prometheus' own client library, a browser, and
clients that no server would wish for.

VITRINE_HTTP_TIMES: 1 (default), or by how much more often things are done; the
nightly run does 10 times as much.
"""

import html
import http.client
import http.server
import json
import math
import os
import random
import re
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest
from guest import until
from http_guest import PATIENCE, PORTS, HttpGuest, chromium, receive_reply, split
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as prometheus
from screen import plain_name
from vitrine import CPUS, ON_MACHINES, OUT, ROOT, build

pytestmark = pytest.mark.any_arch

TIMES = int(os.environ.get("VITRINE_HTTP_TIMES", "1"))
APP = "http"
OBJECTS = 100  # of ten values each

# What Prometheus 2.42 sends.
ACCEPT = ("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"
          "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1")

H = b"Host: 127.0.0.1\r\n"


@pytest.fixture(scope="module", params=ON_MACHINES, ids=lambda p: p[1])
def any_guest(request):
    arch, machine = request.param
    with HttpGuest(build(APP, arch), machine, 3) as g:
        g.wait_for("ready")
        yield g


@pytest.fixture(scope="module", params=PORTS, ids=lambda p: p[1])
def port_guest(request):
    arch, machine = request.param
    with HttpGuest(build(APP, arch), machine, OBJECTS) as g:
        g.wait_for("ready")
        yield g


def samples(families):
    """{(name, labels): value}"""
    return {(s.name, tuple(sorted(s.labels.items()))): s.value
            for family in families for s in family.samples}


def promtool(text):
    """Debian's linter has nothing to say."""
    done = subprocess.run(["promtool", "check", "metrics"], input=text, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout


# --- what is served ---------------------------------------------------------------

def test_metrics_text(any_guest):
    any_guest.curl("/metrics")  # conflicts are those of the scrape before
    text = any_guest.curl("/metrics").decode()
    promtool(text)
    found = samples(prometheus(text))

    def value(name, **labels):
        return found["vitrine_apphttp_" + name, tuple(sorted(labels.items()))]
    assert value("most_u64") == 2.0 ** 64
    assert "vitrine_apphttp_most_u64 18446744073709551615\n" in text
    assert value("least_s64") == -2.0 ** 63
    assert value("least_s8") == -128
    assert math.isnan(value("nan"))
    assert value("infinite") == -math.inf
    assert math.copysign(1, value("minus_zero")) == -1
    assert value("tenth") == 0.1 and value("third") == 1 / 3
    assert value("least_dbl") == 5e-324 and value("most_dbl") == 1.7976931348623157e308
    assert value("text_info",
                 text='quote " backslash \\ newline \n byte \ufffd umlaut \u00e4') == 1
    assert value("empty_info", empty="") == 1
    assert value("knob") == 0
    labels = {"object": "object2", "colour": 'light "blue"', "weird_name": "1", "label_le": "x"}
    assert value("alpha_total", **labels) == value("kappa_total", **labels) == 2
    assert [value("sizes_bytes_bucket", le=le) for le in ("1", "10", "100", "1000000", "+Inf")] \
        == [1, 1, 2, 5, 5]
    assert value("sizes_bytes_count") == 5 and value("sizes_bytes_sum") == 0x11111
    names = {name for name, _ in found}
    for left_out in ("failing", "faulting", "hidden"):
        assert "vitrine_apphttp_" + left_out not in names
    assert found["vitrine_ukmetrics_scrapes_total", ()] >= 1
    assert value("alpha_total", object="object0", label_object="x", label_le="z", label___x="1") == 0
    assert found["vitrine_ukmetrics_conflicts", ()] == 3  # object0's label_object, clashing's label_le and note
    assert value("spread_bucket", object="clashing", label_le="x", note="z", le="10") == 1
    assert "vitrine_apphttp_note_info" not in names


def test_openmetrics(any_guest):
    """The parser checks what the standard demands: order, units, suffixes."""
    before = samples(prometheus(any_guest.get("/metrics")))
    status, fields, body = any_guest.ask("/metrics", Accept=ACCEPT)
    assert status == 200
    assert fields["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    families = {f.name: f for f in openmetrics(body.decode())}
    assert families["vitrine_apphttp_sizes_bytes"].unit == "bytes"
    assert families["vitrine_ukinit_uptime_seconds"].unit == "seconds"
    assert families["vitrine_apphttp_text"].type == "info"
    assert families["vitrine_apphttp_alpha"].type == "counter"
    assert families["vitrine_apphttp_text"].documentation == 'say "\\"\nand more'
    after = samples(families.values())
    # The same values under the same names, but for what goes on; a bound is written 1.0 there.
    same = [key for key in before if key[0].startswith("vitrine_apphttp_")
            and "_bucket" not in key[0] and "object100" not in str(key)]
    assert len(same) > 40
    for key in same:
        assert repr(float(before[key])) == repr(float(after[key]))
    # Values that cannot be read are counted, each time.
    key = "vitrine_ukmetrics_unreadable_total", ()
    assert after[key] > before[key] and (after[key] - before[key]) % 2 == 0
    assert after["vitrine_ukinit_uptime_seconds", ()] > before["vitrine_ukinit_uptime_seconds", ()]


@pytest.mark.parametrize("accept, expected", [
    ("*/*", "text/plain; version=0.0.4; charset=utf-8"),
    ("text/plain", "text/plain; version=0.0.4; charset=utf-8"),
    ("text/html", "text/plain; version=0.0.4; charset=utf-8"),
    ("application/openmetrics-text; version=0.0.1", "text/plain; version=0.0.4; charset=utf-8"),
    ("application/openmetrics-text", "application/openmetrics-text; version=1.0.0; charset=utf-8"),
    (ACCEPT.replace("q=0.5", "q=0"), "application/openmetrics-text; version=1.0.0; charset=utf-8"),
])
def test_formats(any_guest, accept, expected):
    status, fields, _ = any_guest.ask("/metrics", Accept=accept)
    assert (status, fields["content-type"]) == (200, expected)


def test_store(any_guest):
    status, fields, body = any_guest.ask("/store")
    assert (status, fields["content-type"]) == (200, "application/json")
    found = {e["path"]: e for e in json.loads(body)}
    assert found["apphttp/most_u64"]["value"] == 2 ** 64 - 1
    assert found["apphttp/least_s64"]["value"] == -2 ** 63
    assert found["apphttp/third"]["value"] == 1 / 3
    assert found["apphttp/nan"]["value"] == "NaN"
    assert found["apphttp/infinite"]["value"] == "-Inf"
    assert found["apphttp/text"]["value"] == \
        'quote " backslash \\ newline \n byte \ufffd umlaut \u00e4'
    assert found["apphttp/text"]["help"] == 'say "\\"\nand more'
    assert "value" not in found["apphttp/faulting"] and found["apphttp/faulting"]["error"] == "EFAULT"
    assert found["apphttp/failing"]["error"] == "EIO"
    assert "apphttp/hidden" not in found
    assert found["apphttp/object1/alpha"] == {
        "path": "apphttp/object1/alpha", "kind": "counter", "help": "counts", "value": 1,
        "labels": {"colour": 'light "blue"', "weird-name": "1", "le": "x"}}
    assert found["apphttp/sizes"]["value"]["buckets"][2] == {"le": 100, "count": 2}
    assert json.loads(any_guest.get("/store/apphttp/object1/alpha")) == \
        found["apphttp/object1/alpha"]
    assert json.loads(any_guest.get("/store/apphttp/text")) == found["apphttp/text"]
    assert any_guest.get("/store/apphttp/third", Accept="text/plain") == "0.3333333333333333\n"
    assert any_guest.ask("/store/apphttp/nothing")[0] == 404
    some = {p: e for p, e in found.items() if p.startswith("apphttp/object1/")}
    assert {e["path"]: e for e in json.loads(any_guest.get("/store/apphttp/object1/"))} == some
    assert len(some) == 10
    assert any_guest.ask("/store/apphttp/failing", Accept="text/plain")[0] == 503
    status, fields, _ = any_guest.ask("/store/apphttp/hidden")
    assert (status, fields["allow"]) == (405, "OPTIONS, PUT")
    status, _, body = any_guest.ask("/store/apphttp/knob", "PUT", "5")
    assert (status, body) == (403, b"this image was built without LIBUKMETRICS_SET\n")


def test_log(any_guest):
    """What the console showed, of which the application's own line is one."""
    shown = [line for line in any_guest.text.splitlines() if line.startswith("[")]
    assert any(line.endswith("] WARN: a line for /log") for line in shown), shown
    served = any_guest.get("/log").splitlines()
    assert served[:len(shown)] == shown


def test_threads(any_guest):
    """Traces agree with the debug information; CPU time grows."""
    until(lambda: '"wait":"for mutex door' in any_guest.get("/threads"))
    before = json.loads(any_guest.get("/threads"))
    after = json.loads(any_guest.get("/threads"))
    threads = {t["name"]: t for t in after["threads"] if t["state"] != "idle"}
    assert set(threads) == {"main", "http", "waiter"}
    assert re.fullmatch(r"for mutex door \(0x\w+\), held by thread \d+ main", threads["waiter"]["wait"]), threads
    assert {"knocks", "uk_mutex_lock"} <= {f["function"] for f in threads["waiter"]["trace"]}
    assert threads["http"]["state"] == "running"
    assert ("cpu" in threads["http"]) == (CPUS > 1) >= ("cpu" in threads["main"])
    assert threads["main"]["state"] in ("sleeping", "ready", *(["running"] if CPUS > 1 else []))
    assert after["uptime_ns"] > before["uptime_ns"] and after["idle_ns"] >= before["idle_ns"]
    assert [t["cpu_ns"] for t in after["threads"]] > [t["cpu_ns"] for t in before["threads"]]
    names = [f["function"] for f in threads["http"]["trace"]]
    assert "get_threads" in names and "server" in names
    # of a thread on another CPU there is none
    assert ("main" in [f["function"] for f in threads["main"]["trace"]]) == ("cpu" not in threads["main"])
    # Behind the innermost frame stand return addresses.
    for thread in threads.values():
        frames = {}
        for f in thread["trace"]:
            if f["pc"] != thread["trace"][0]["pc"]:
                frames.setdefault(int(f["pc"], 16), []).append(f)
        for address, chain in zip(frames, any_guest.image.addr2line_all([a - 1 for a in frames])):
            shown = [(plain_name(f["function"]), f["file"], str(f["line"])) for f in frames[address]]
            assert shown == chain and all(map(all, chain)), (hex(address), shown, chain)


def test_page(any_guest):
    status, fields, body = any_guest.ask("/")
    assert (status, fields["content-type"]) == (200, "text/html; charset=utf-8")
    assert body == (ROOT / "lib/ukhttp/page.html").read_bytes()
    # Nothing is fetched from elsewhere.
    assert not re.findall(rb"""(?:src|href)=["']?(?!data:)[a-z/]|@import|url\(""", body)


def test_methods(any_guest):
    whole = any_guest.ask("/echo", "POST", "abc")
    assert (whole[0], whole[2]) == (200, b"abc")
    status, fields, body = any_guest.ask("/", "HEAD")
    assert (status, body) == (200, b"")
    assert int(fields["content-length"]) == (ROOT / "lib/ukhttp/page.html").stat().st_size
    assert fields["connection"] == "close" and "date" in fields
    status, fields, _ = any_guest.ask("/metrics", "DELETE")
    assert (status, fields["allow"]) == (405, "OPTIONS, GET, HEAD")
    status, fields, body = any_guest.ask("/echo", "OPTIONS")
    assert (status, fields["allow"], body) == (204, "OPTIONS, PUT, POST", b"")
    status, _, body = any_guest.ask("/nothing/here")
    assert status == 404 and b"/nothing/here not found" in body and b"/metrics\n" in body
    status, _, body = any_guest.ask("/big?9000000")
    assert status == 500 and b"LIBUKHTTP_REPLY_KB" in body


# --- requests, good and bad ---------------------------------------------------------

REQUESTS = [
    (b"GET /echo HTTP/1.1\r\n" + H + b"\r\n", 405),
    (b"GET /big?5 HTTP/1.1\r\n" + H + b"\r\n", 200),
    (b"GET /big?5 HTTP/1.0\r\n\r\n", 200),
    (b"\r\nGET /b%69g?5 HTTP/1.1\n" + H + b"\n", 200),
    (b"GET http://somewhere/big?5 HTTP/1.1\r\n" + H + b"\r\n", 200),
    (b"PUT /echo HTTP/1.1\r\n" + H + b"Content-Length: 4\r\n\r\n\r\n\r\n", 200),
    (b"GET /big?5 HTTP/1.1\r\n\r\n", 400),
    (b"GET /big?5\r\n\r\n", 400),
    (b"GET /%zz HTTP/1.1\r\n" + H + b"\r\n", 400),
    (b"GET /big HTTP/1.1\r\n" + H + b"a b: c\r\n\r\n", 400),
    (b"hello\r\n\r\n", 400),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    (b"GET /%2e%2e/x HTTP/1.1\r\n" + H + b"\r\n", 404),
    (b"PUT /echo HTTP/1.1\r\n" + H + b"Transfer-Encoding: chunked\r\n\r\n", 411),
    (b"PUT /echo HTTP/1.1\r\n" + H + b"Content-Length: 99999999\r\n\r\n", 413),
    (b"GET /" + 9000 * b"a", 414),
    (b"GET / HTTP/1.1\r\n" + H + b"Expect: miracles\r\n\r\n", 417),
    (b"GET / HTTP/1.1\r\n" + H + b"a: " + 9000 * b"a", 431),
    (b"GET / HTTP/1.1\r\n" + H + 70 * b"a: b\r\n" + b"\r\n", 431),
    (b"BREW / HTTP/1.1\r\n" + H + b"\r\n", 501),
    (b"PRI * HTTP/2.0\r\n\r\n", 505),
]


def good_answer(g, number):
    """Its own answer, whole and nothing else."""
    status, _, body = g.ask(f"/big?{number}")
    assert (status, len(body)) == (200, number), body


def test_requests(any_guest):
    """What the standard says, and the next client is served."""
    for number, (request, expected) in enumerate(REQUESTS):
        with any_guest.connect() as client:
            client.sendall(request)
            status, fields, _ = split(receive_reply(client))
            if any_guest.machine == "q35" and expected in (414, 431):
                client.sendall(b"\r\n\r\n")  # that line knows no end of a client
        assert status == expected, request
        assert fields["connection"] == "close"
        good_answer(any_guest, number)


def test_continue(any_guest):
    """A client that waits before it sends its body."""
    with any_guest.connect() as client:
        client.sendall(b"PUT /echo HTTP/1.1\r\n" + H +
                       b"Content-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        data = b""
        while not data.endswith(b"\r\n\r\n"):
            data += client.recv(1)
        assert data == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"abc")
        assert split(receive_reply(client))[2] == b"abc"


def test_pipelining(any_guest):
    """All are answered in order; all but the last without an end."""
    count = 5
    with any_guest.connect() as client:
        client.sendall(b"".join(b"GET /big?%d HTTP/1.1\r\n" % n + H + b"\r\n"
                                for n in range(count)))
        data = bytearray()
        while data.count(b"HTTP/1.1 200") < count or not data.endswith(b"\r\n\r\n0123"):
            got = client.recv(65536)
            assert got
            data += got
    replies = [split(b"HTTP/1.1" + r) for r in bytes(data).split(b"HTTP/1.1")[1:]]
    assert [len(body) for _, _, body in replies] == list(range(count))
    if any_guest.machine != "q35":
        assert ["connection" in fields for _, fields, _ in replies] == [False] * 4 + [True]
    good_answer(any_guest, 77)


def test_slow_client(any_guest):
    """One that sends byte by byte, and one that reads so."""
    with any_guest.connect(window=4096) as client:
        for byte in b"GET /big?3000 HTTP/1.1\r\n" + H + b"\r\n":
            client.sendall(bytes([byte]))
            time.sleep(0.001)
        data = b""
        while not data.endswith(b"\r\n\r\n"):
            data += client.recv(1)
        left = int(split(data)[1]["content-length"])
        assert left == 3000
        while left:
            got = client.recv(100)
            assert got
            left -= len(got)
    good_answer(any_guest, 78)


# --- clients that die ---------------------------------------------------------------

def die(g, chance):
    """Does some of what a client does, and is gone."""
    request = b"GET /big?%d HTTP/1.1\r\n" % chance.randrange(100000) + H + b"\r\n"
    kind = chance.randrange(6)
    with g.connect() as client:
        if kind == 0:
            return
        if kind == 1:
            client.sendall(request[:chance.randrange(len(request))])
        elif kind == 2:
            client.sendall(b"PUT /echo HTTP/1.1\r\n" + H + b"Content-Length: 500\r\n\r\nabc")
        else:
            client.sendall(request)
        if kind >= 4:
            client.recv(chance.randrange(1, 5000))
        if kind == 5:  # ends with a reset
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")


class Next:
    """Who comes behind one that died. Where the guest's last look and QEMU's
    sending have a close and an open between them, the next one gets bytes of
    the other's reply (CAVEATS.md); on a host that has more to do than it can
    this happens now and then. It asks again, and there must be few of them."""

    def __init__(self, g):
        self.guest = g
        self.deaths = self.spoilt = 0

    def asks(self, number):
        self.deaths += 1
        for _ in range(2):
            try:
                status, _, body = self.guest.ask(f"/big?{number}")
                if (status, len(body)) == (200, number):
                    return
            except (http.client.HTTPException, ConnectionError, TimeoutError):
                pass
            self.spoilt += 1
        good_answer(self.guest, number)

    def finish(self):
        assert self.spoilt <= 1 + self.deaths // 20, f"{self.spoilt} of {self.deaths}"


def test_clients_that_die(port_guest):
    """The next one gets its answer, whole, and nothing of another's."""
    chance = random.Random(5)
    after = Next(port_guest)
    for number in range(15 * TIMES):
        die(port_guest, chance)
        if chance.randrange(2):
            time.sleep(chance.random() / 100)
        after.asks(2000000 + number)
    after.finish()


def quiet(client):
    """All that comes until nothing does for a while."""
    client.settimeout(0.5)
    data = bytearray()
    try:
        while got := client.recv(65536):
            data += got
    except TimeoutError:
        pass
    return bytes(data)


def test_clients_that_die_on_a_line():
    """A serial line cannot know that they died. The rest of their reply reaches
    the next one, and what they began to ask stands in front of its request;
    the one behind is served."""
    if ("x86_64", "q35") not in ON_MACHINES:
        return  # the other architecture's run has it
    chance = random.Random(6)
    with HttpGuest(build(APP, "x86_64"), "q35") as g:
        g.wait_for("ready")
        for number in range(500, 506 + 6 * (TIMES - 1)):
            die(g, chance)
            end = time.monotonic() + PATIENCE
            while True:
                with g.connect() as client:
                    client.sendall(b"GET /big?%d HTTP/1.1\r\n" % number + H + b"\r\n")
                    reply = quiet(client)
                if reply.startswith(b"HTTP/1.1 200 ") and len(split(reply)[2]) == number:
                    break
                assert time.monotonic() < end, (number, reply)


def test_clients_that_die_in_a_large_reply(port_guest):
    """More than sockets take: the guest stands in the middle of it."""
    size = 8 << 20
    chance = random.Random(7)
    before = samples(prometheus(port_guest.get("/metrics")))["vitrine_ukhttp_gone_total", ()]
    follower = Next(port_guest)
    for number in range(6 * TIMES):
        with port_guest.connect(window=4096) as client:
            client.sendall(b"GET /big?%d HTTP/1.1\r\n" % (size - 1000) + H + b"\r\n")
            client.recv(1 + chance.randrange(100000))
            time.sleep(0.05 * chance.random())
        follower.asks(3000000 + number)
    follower.finish()
    after = samples(prometheus(port_guest.get("/metrics")))["vitrine_ukhttp_gone_total", ()]
    # The driver may count what one lost when it sends to the next; and a host
    # whose sockets take all of it has no client disconnect in the middle.
    most = int(Path("/proc/sys/net/ipv4/tcp_wmem").read_text().split()[2])
    assert after <= before + 18 * TIMES
    assert after >= before + 6 * TIMES or most > size // 2


# --- load ---------------------------------------------------------------------------

@pytest.mark.slow
def test_many_scrapes(port_guest):
    """A store of a thousand values loses and leaks nothing, the guest says."""
    scrapes = 30 * TIMES

    def numbers():
        text = port_guest.get("/metrics")
        found = samples(prometheus(text))
        assert len([1 for name, labels in found if ("object", "object99") in labels]) == 10
        return {name: value for (name, labels), value in found.items()
                if not labels or labels in ((("heap", "heap"),), (("console", "vport1"),))}

    numbers()
    before = numbers()
    sent = received = 0
    for _ in range(scrapes):
        status, fields, body = port_guest.ask("/metrics", Accept=ACCEPT)
        assert status == 200 and body.endswith(b"# EOF\n")
        assert len(body) == int(fields["content-length"])
        assert body.count(b"vitrine_apphttp_alpha_total{") >= OBJECTS
        received += len(body)
        sent += 1
    after = numbers()

    def grew(name):
        return after[name] - before[name]
    # A Prometheus beside the tests (support/fleet finds every guest) may ask, too.
    total = grew("vitrine_ukmetrics_scrapes_total")
    assert sent == scrapes and total >= scrapes + 1
    assert grew("vitrine_ukhttp_replies_total") == total
    assert grew("vitrine_ukmetrics_duration_seconds_count") == total
    for zero in ("ukhttp_failed_total", "ukhttp_refused_total", "ukhttp_gone_total",
                 "ukmetrics_errors_total", "ukconsole_out_dropped_bytes_total",
                 "ukconsole_in_overruns_bytes_total"):
        assert grew(f"vitrine_{zero}") == 0, zero
    assert grew("vitrine_ukconsole_out_bytes_total") > received
    # One object comes and goes meanwhile, and may be there or not.
    assert abs(grew("vitrine_ukalloc_in_use_bytes")) < 4096
    assert abs(grew("vitrine_ukalloc_blocks")) < 10


# --- the application that shows it ----------------------------------------------------

@pytest.fixture(scope="module", params=PORTS, ids=lambda p: p[1])
def demo(request):
    arch, machine = request.param
    with HttpGuest(build("metrics", arch), machine, options=["-p", "http.token=letmein"]) as g:
        g.wait_for("a page is at /")
        yield g


def test_demo_metrics(demo):
    text = demo.get("/metrics")
    promtool(text)
    list(openmetrics(demo.get("/metrics", Accept=ACCEPT)))
    found = samples(prometheus(text))
    notes = demo.image.tool("readelf", "-n", demo.image.path)
    build_id = re.search(r"Build ID: ([0-9a-f]+)", notes).group(1)
    (name, labels), = [key for key in found if "build" in key[0]]
    labels = dict(labels)
    assert name == "vitrine_build_info" and found[name, tuple(sorted(labels.items()))] == 1
    assert labels.pop("version") in demo.image.path.read_bytes().decode("latin-1")
    assert labels == {"application": "metrics", "architecture": demo.image.arch, "build_id": build_id}
    # What an object is stands as its label, where a library has several: never as `object`.
    of = {}
    for name, labels in found:
        for key, value in labels:
            of.setdefault(key, {}).setdefault(value, set()).add(name)
    assert "object" not in of
    assert set(of["level"]) == {"crit", "err", "warn", "info", "debug"}
    assert {"page_fault", "debug", "math"} < set(of["event"])
    assert "vitrine_ukalloc_in_use_bytes" in of["heap"]["heap"]
    assert "vitrine_ukconsole_in_bytes_total" in of["console"]["vport1"]
    assert all(line.isdigit() for line in of["line"])
    assert of["worker"].keys() >= {"worker1"} <= of["name"].keys() and "1" in of["thread"]


def test_demo_set(demo):
    path, right = "/store/appmetrics/rate", {"Authorization": "Bearer letmein"}
    for fields, status in (({}, 401), ({"Authorization": "Bearer letmeout"}, 403)):
        assert demo.ask(path, "PUT", "77\n", **fields)[0] == status
    assert demo.ask(path, "PUT", "55\n", **right)[0] == 204
    assert demo.get(path, Accept="text/plain") == "55\n"
    for wrong in ("2001", "x", "", "1\0", "-1", "99999999999999999999", 300 * "1"):
        status, _, body = demo.ask(path, "PUT", wrong, **right)
        assert status == 422 and body, wrong
    status, _, body = demo.ask(path + "?value=77", "PUT", "77\n", **right)
    assert (status, body) == (400, f"{path} takes no parameters: leave out ?value=77\n".encode())
    assert demo.get(path, Accept="text/plain") == "55\n"
    status, fields, body = demo.ask("/store/appmetrics/load", "PUT", "1", **right)
    assert (status, fields["allow"]) == (405, "OPTIONS, GET, HEAD")
    assert body == b"appmetrics/load cannot be set\n"
    assert demo.ask("/store/appmetrics/nothing", "PUT", "1", **right)[0] == 404


@pytest.mark.one_cpu("has its own number of CPUs")
@pytest.mark.parametrize("arch, machine", PORTS)
def test_threads_of_other_cpus(arch, machine):
    """A thread that runs on another CPU than the server's has its call trace, too."""
    with HttpGuest(build("prof", arch), machine, "work", "forever", options=["--smp", "2"]) as g:
        def main():
            return next(t for t in json.loads(g.get("/threads"))["threads"] if t["name"] == "main")
        g.wait_for("work: ")
        until(lambda: (t := main())["state"] == "running" and {"work", "main"} <= {f.get("function", "").partition(".")[0] for f in t["trace"]})


def test_page_in_a_browser(demo, tmp_path):
    """It shows values that change; a picture of it is kept."""
    url = f"http://127.0.0.1:{demo.at}/"
    picture = OUT / f"page-{demo.image.arch}.png"
    picture.unlink(missing_ok=True)
    chromium(tmp_path, url, f"--screenshot={picture}")
    assert picture.read_bytes().startswith(b"\x89PNG") and picture.stat().st_size > 20000
    dom = chromium(tmp_path, url, "--dump-dom")
    assert 'id="dot" class="up"' in dom
    assert re.search(r'<div id="tip" role="status"></div>', dom)

    def points(path):
        line = re.search(rf'data-path="{path}">.*?<path d="M([^"]*)"', dom, re.S).group(1)
        return [float(p.split(",")[1]) for p in line.split("L")]
    rising = points("ukinit/uptime")
    assert len(rising) >= 3 and sorted(rising, reverse=True) == rising and rising[0] > rising[-1]
    assert "worker1" in dom and "worker3" in dom and "http" in dom
    assert dom.count("<details") == 5 + (CPUS if CPUS > 1 else 0)  # a thread each, idle ones too
    assert 'id="log"' in dom and "vport1" in dom


EVENTS = """[    1.000000000] cpu 0 thread 1 sched_switch previous=1 next=65538 name=worker
[    1.100000000] cpu 0 thread 2 irq_enter line=4
[    1.120000000] cpu 0 thread 2 spin_wait lock=0x30 heap_lock behind=1
[    1.150000000] cpu 0 thread 2 spin_got lock=0x30 heap_lock
[    1.200000000] cpu 0 thread 2 irq_leave line=4
[    1.250000000] cpu 0 thread 2 spin_got lock=0x30 heap_lock
[    1.300000000] cpu 0 thread 2 sched_switch previous=65538 next=1 name=main
[    1.300000500] cpu 0 thread 1 log level=6 text=<b>&amp;
[    1.400000000] cpu 2 thread 4 sched_idle idle=1
[    1.500000000] cpu 2 thread 4 sched_idle idle=0
[    1.610000000] cpu 2 thread 4 sched_switch previous=4 next=5 name=idle 2
[    1.700000000] cpu 2 thread 5 sched_switch previous=5 next=6 name=a worker
[    2.000000000] cpu 1 thread 3 heap_alloc bytes=1 block=0x10 main+1c by=0x20
"""
STACKS = """cpu 0;thread 1 main;main;work;fifty 500000
cpu 0;thread 1 main;main;work;<thirty> 300000
cpu 0;thread 1 main;main 200000
cpu 1;(idle) 1000000
"""
WAITS = """thread 1 main;main;sleep;for a time 300000
thread 2 worker;lock;for mutex m 100000
"""
TRY = """<script>setTimeout(()=>{const out={},bars=(box="#flame")=>[...document.querySelectorAll(box+" b")].map(b=>[b.textContent,parseFloat(b.style.left),
parseFloat(b.style.width),parseFloat(b.style.top)/18]),titles=()=>[...document.querySelectorAll("#time title")].map(t=>t.textContent);
out.bars=bars();out.waits=bars("#waits");out.sums=[...document.querySelectorAll("h2:has(+.flame) span")].map(s=>s.textContent);const press=name=>[...document.querySelectorAll("#flame b")].find(b=>b.textContent===name).click();
press("work");out.work=bars();press("all");out.all=bars();out.titles=titles();
const box=$("time").getBoundingClientRect(),at=box.left+120+(box.width-130)*.3,event=()=>({deltaY:-100,clientX:at,bubbles:true,cancelable:true});
for(let i=0;i<12;i++)$("time").dispatchEvent(new WheelEvent("wheel",event()));out.near=titles();out.range=$("range").textContent;
$("time").dispatchEvent(new PointerEvent("pointermove",{buttons:1,movementX:1000}));out.moved=$("range").textContent;$("sample").click();
$("time").dispatchEvent(new MouseEvent("dblclick"));out.again=titles();document.body.dataset.out=JSON.stringify(out)},3000)</script>"""


class Canned(http.server.BaseHTTPRequestHandler):
    """A guest's page and what it asks for, always the same."""

    asked = []

    def do_GET(self):
        self.asked.append(self.path)
        page = (ROOT / "lib/ukhttp/page.html").read_text()
        body = {"/": page + TRY, "/store": "[]", "/trace.txt": EVENTS, "/debug/pprof/folded": STACKS, "/debug/pprof/waits": WAITS,
                "/debug/pprof/profile?seconds=5": "a profile"}.get(self.path)
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Type", "text/html; charset=utf-8" if self.path == "/" else "text/plain")
        self.end_headers()
        self.wfile.write((body or "").encode())

    def log_message(self, *_):
        pass


@pytest.mark.one_cpu("no guest")
def test_flame_graph_and_timeline(tmp_path):
    """What the page draws of stacks and events that are known, and where a click, a wheel and a double click lead."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Canned) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        dom = chromium(tmp_path, f"http://127.0.0.1:{server.server_port}/", "--dump-dom")
        server.shutdown()
    out = json.loads(html.unescape(re.search(r'data-out="([^"]*)"', dom)[1]))
    bars = {name: where for name, *where in out["bars"]}
    assert bars["all"] == [0, 100, 0] and bars["cpu 0"] == [0, 50, 1] and bars["(idle)"] == [50, 50, 2]
    assert bars["main"] == [0, 50, 3] and bars["work"] == [0, 40, 4]
    assert bars["fifty"] == [0, 25, 5] and bars["<thirty>"] == [25, 15, 5]
    work = {name: where for name, *where in out["work"]}
    assert work["work"] == [0, 100, 4] and work["fifty"] == [0, 62.5, 5] and work["main"] == [0, 100, 3]
    assert "(idle)" not in work and out["all"] == out["bars"]
    assert {"worker 2, 300 ms", "line 4, 100 ms", "spins for heap_lock, 30.0 ms", "main 1, 700 ms"} <= set(out["titles"])
    spans = {title for title in out["titles"] if not re.match(r"\d", title)}
    assert spans - {"worker 2, 300 ms", "line 4, 100 ms", "spins for heap_lock, 30.0 ms", "main 1, 700 ms"} == {  # idle is a gap, of both kinds
        "main 1, 0 ns", "thread 4, 400 ms", "thread 4, 110 ms", "a worker 6, 300 ms"}
    assert "1.300000500 s log level=6 text=<b>&amp;" in out["titles"] and out["again"] == out["titles"]
    assert sum(" s " in title and not title.startswith(("worker", "main", "line", "spins")) for title in out["titles"]) == 13
    assert {title.split()[2] for title in out["near"] if re.match(r"\d", title)} == {"sched_switch", "log"}, out["near"]
    first = {where: float(re.search(r"from ([\d.]+) s;", out[where])[1]) for where in ("range", "moved")}
    assert 0.005 < first["range"] - first["moved"] < 0.02, first  # a drag to the right
    asked = [path for path in Canned.asked if path.startswith("/debug")]
    graphs = ["/debug/pprof/folded", "/debug/pprof/waits"]
    assert asked == [*graphs, "/debug/pprof/profile?seconds=5", *graphs]
    waits = {name: where for name, *where in out["waits"]}
    assert waits["thread 2 worker"] == [75, 25, 1] and waits["for a time"] == [0, 75, 4]
    assert out["sums"] == ["2.0 s of CPU time, idle included", "400 ms of waiting threads"]
    assert re.match(r"13[.]\d ms from 1[.]29\d+ s;", out["range"]), out["range"]


# --- consoles -------------------------------------------------------------------------

def test_console_of_another(arch):
    name = "com1" if arch == "x86_64" else "pl011"
    result = build(APP, arch).run(options=["-p", f"metrics.console={name}"])
    assert result.status == 71
    assert f"metrics.console={name}: this console is already used by log, stdio or the debugger" in result.text


def test_no_console(arch):
    """No client can connect; the program runs all the same."""
    result = build("metrics", arch).run("1")
    assert result.status == 0, result.text


VALUES = ("CONFIG_LIBUKTRACE=y", "CONFIG_LIBUKWATCHDOG=y", "CONFIG_LIBUKPROBE=y", "CONFIG_LIBUKPROF=y", "CONFIG_UKPLAT_LCPU_MAXCOUNT=4")


@pytest.mark.parametrize("arch, machine", PORTS)
def test_values_of_each_library(arch, machine):
    """Those that have some are in one image, with several CPUs; the linter has nothing to say."""
    with HttpGuest(build("metrics", arch, config=VALUES), machine, options=["--smp", "4"]) as g:
        g.wait_for("a page is at /")
        text = g.get("/metrics")
        promtool(text)
        list(openmetrics(g.get("/metrics", Accept=ACCEPT)))
    libraries = {path.parent.name for path in (ROOT / "lib").glob("*/store.c") if re.search("UK_STORE_(STATIC_)?ENTRY(_INFO)?[(]", path.read_text())}
    libraries -= {"apictimer"} if arch == "arm64" else set()
    names = {family.name for family in prometheus(text)}
    missing = {library for library in libraries if not any(name.startswith(f"vitrine_{library}_") for name in names)}
    assert len(libraries) > 10 and not missing, (missing, text)
