# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""support/run --metrics: many clients at a guest's one line. What a guest can do
wrong is done by a server here; a real guest has idle clients beside scrapes."""

import concurrent.futures
import contextlib
import http.client
import http.server
import socket
import socketserver
import sys
import threading

import pytest
from guest import Guest, free_port, until
from vitrine import ROOT, build

sys.path.insert(0, str(ROOT / "support"))
import metrics_proxy  # noqa: E402  pylint: disable=wrong-import-position

pytestmark = [pytest.mark.any_arch, pytest.mark.one_cpu("no guest")]

PATIENCE = 60


class Handler(http.server.BaseHTTPRequestHandler):
    """A guest that answers, and by path does not."""

    protocol_version = "HTTP/1.1"
    asked = []

    def do_GET(self):
        self.asked.append(self.path)
        if self.path == "/silent":
            self.server.ended.wait()
        elif self.path == "/dies":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        elif self.path == "/nonsense":
            self.wfile.write(b"\x1b[0m what a log says\r\n\r\n")
        else:
            self.server.now += 1
            self.server.most = max(self.server.most, self.server.now)
            length = int(self.headers.get("Content-Length", 0))
            body = self.path.encode() + b" " + self.rfile.read(length)
            self.server.now -= 1
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
        self.close_connection = True

    do_HEAD = do_PUT = do_POST = do_GET

    def address_string(self):
        return "proxy"

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    most = now = 0  # requests at a time


@pytest.fixture
def proxy(tmp_path, monkeypatch):
    """(port, server): a proxy whose time limits are short."""
    for name, seconds in (("GUEST", 1), ("REQUEST", 1), ("LINGER", 0.2)):
        monkeypatch.setattr(metrics_proxy, name + "_SECONDS", seconds)
    port, path = free_port(), str(tmp_path / "guest")
    with Server(path, Handler) as server, metrics_proxy.Proxy(port, path):
        server.ended = threading.Event()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield port, server
        server.ended.set()
        server.shutdown()


def ask(port, path="/", method="GET", body=None, headers=()):
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    with contextlib.closing(client):
        client.request(method, path, body, dict(headers))
        reply = client.getresponse()
        return reply.status, reply.read()


def raw(port, data, half_close=False):
    """Everything that comes for some bytes, to the end."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        client.sendall(data)
        if half_close:
            client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(65536), b""))


def test_requests_and_replies(proxy):
    port, _ = proxy
    assert ask(port, "/x") == (200, b"/x ")
    assert ask(port, "/x", "PUT", b"body" * 50000) == (200, b"/x " + b"body" * 50000)
    assert ask(port, "/x", "HEAD") == (200, b"")
    expects = raw(port, b"PUT /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nConnection: close\r\n"
                        b"Expect: 100-continue\r\n\r\nhi", half_close=True)
    assert expects.startswith(b"HTTP/1.1 100 ") and expects.endswith(b"/x hi")


def test_connection_stays_until_a_side_closes_it(proxy):
    port, _ = proxy
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    for number in range(3):
        client.request("GET", f"/{number}")
        assert client.getresponse().read() == f"/{number} ".encode()
    client.close()
    two = raw(port, b"GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert two.count(b"HTTP/1.1 200") == 2 and two.endswith(b"/2 ")
    assert raw(port, b"GET /old HTTP/1.0\r\n\r\n").endswith(b"/old ")
    assert raw(port, b"GET /half HTTP/1.1\r\n\r\n", half_close=True).endswith(b"/half ")


def test_one_guest_connection(proxy):
    port, server = proxy
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        found = list(pool.map(lambda n: ask(port, f"/{n}"), range(100)))
    assert found == [(200, f"/{n} ".encode()) for n in range(100)]
    assert server.most == 1


def test_for_this_host_only(proxy):
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", proxy[0]), timeout=PATIENCE)


def test_others_are_served_while_a_profile_is_taken(proxy):
    port, _ = proxy
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        profile = pool.submit(ask, port, "/debug/pprof/profile?seconds=2")
        served = 0
        while not profile.done():
            assert ask(port, "/x") == (200, b"/x ")
            served += not profile.done()
        assert profile.result()[0] == 200 and served > 10


def test_guest_ends_while_a_profile_is_taken(tmp_path, capfd):
    """Clients that wait get a 502; those that do not read are left."""
    port, path = free_port(), str(tmp_path / "guest")
    with Server(path, Handler) as server, concurrent.futures.ThreadPoolExecutor(1) as pool:
        server.ended = threading.Event()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with metrics_proxy.Proxy(port, path) as proxy, socket.create_connection(("127.0.0.1", port)) as idle:
            profile = pool.submit(ask, port, "/debug/pprof/profile?seconds=60")
            until(lambda: proxy.profiling and len(proxy.clients) == 2)
        assert profile.result() == (502, b"support/run: the guest has ended\n")
        server.ended.set()
        server.shutdown()
    assert "pending" not in capfd.readouterr().err


PROFILE = "/debug/pprof/profile?seconds=1"


@pytest.mark.parametrize("method, path, fields, status", [
    ("GET", "/x", {"Host": "evil.com"}, 421), ("GET", "/x", {"Host": "evil.com:9100"}, 421), ("GET", PROFILE, {"Host": "evil.com"}, 421),
    ("GET", "/x", {"Host": "127.0.0.1.evil.com"}, 421), ("GET", "/x", {"Host": "localhost.evil.com"}, 421),
    ("GET", "/x", {"Host": "[evil.com]"}, 421), ("PUT", "/x", {"Host": "evil.com", "Origin": "http://evil.com"}, 421),
    ("PUT", "/x", {"Host": "127.0.0.1:1", "Origin": "http://evil.com"}, 403), ("PUT", "/x", {"Host": "127.0.0.1:1", "Origin": "null"}, 403),
    ("PUT", "/x", {"Host": "127.0.0.1:1", "Origin": "http://127.0.0.1:2"}, 403),
    ("GET", PROFILE, {"Origin": "http://evil.com"}, 403), ("GET", PROFILE, {"Sec-Fetch-Site": "cross-site"}, 403),
    ("PUT", "/x", {"Host": "127.0.0.1:1", "Origin": "http://127.0.0.1:1", "Sec-Fetch-Site": "same-origin"}, 200),
    ("GET", "/x", {"Host": "LocalHost:1"}, 200), ("GET", "/x", {"Host": "192.0.2.7"}, 200), ("GET", "/x", {"Host": "[::1]:9100"}, 200),
    ("GET", "/x", {"Host": "a.localhost"}, 200), ("GET", "/x", {"Origin": "http://evil.com"}, 200),
])
def test_other_pages(proxy, method, path, fields, status):
    """What a web page has the browser of this host send does not reach the guest, if it could read the reply, or change
    something, or use the token."""
    port, _ = proxy
    Handler.asked.clear()
    found, body = ask(port, path, method, headers=fields)
    assert found == status and (status == 200) == bool(Handler.asked), body
    assert status == 200 or body.startswith(b"support/run: "), body


@pytest.mark.parametrize("path, status", [("/silent", 504), ("/dies", 502), ("/nonsense", 502)])
def test_guest_that_fails(proxy, path, status):
    """The client learns it in time, and the next one is served."""
    port, _ = proxy
    assert ask(port, path)[0] == status
    assert ask(port, "/next") == (200, b"/next ")


@pytest.mark.parametrize("data, status", [
    (b"GET / HTTP/1.1\r\nX: " + b"x" * (1 << 20), 431),
    (b"GET / HTTP/1.1\r\n", 408),
    (b"PUT / HTTP/1.1\r\nContent-Length: 5\r\n\r\nfour", 408),
    (b"PUT / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", 400),
    (b"PUT / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
    (b"PUT / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", 413),
    (b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
])
def test_refused(proxy, data, status):
    """Before the guest hears of it."""
    port, _ = proxy
    Handler.asked.clear()
    assert raw(port, data).startswith(f"HTTP/1.1 {status} ".encode())
    assert not Handler.asked


def test_cut_request(proxy):
    port, _ = proxy
    assert raw(port, b"GET / HT", half_close=True).startswith(b"HTTP/1.1 400 ")


def test_scrapes_beside_idle_clients(arch):
    """Of a real guest: clients that send nothing, half a request, or do not read
    what they asked for, and scrapes beside them."""
    port = free_port()
    with contextlib.ExitStack() as stack:
        guest = stack.enter_context(Guest(build("metrics", arch), at=port,
                                          options=["--metrics", port]))
        guest.wait_for("metrics are at /metrics")
        for data in (b"", b"GET /metr", b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"):
            for _ in range(5):
                client = stack.enter_context(guest.connect())
                client.sendall(data)
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda _: ask(port, "/metrics"), range(12)))
        assert all(status == 200 and b"vitrine_" in body for status, body in found)
