# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""A running guest whose metrics are at a TCP port, and clients of it."""

import http.client
import json
import os
import subprocess

from guest import Guest, free_port
from vitrine import ON_MACHINES

SECONDS = 300 + 30 * int(os.environ.get("VITRINE_HTTP_TIMES", "1"))  # a guest's life at most
PATIENCE = 60  # s, for an answer on a host that is busy otherwise

PORTS = [(a, m) for a, m in ON_MACHINES if m != "q35"]  # with a virtio-console


def split(reply):
    """(status, {field: value}, body) of a whole reply."""
    head, _, body = reply.partition(b"\r\n\r\n")
    first, *fields = head.decode("latin-1").split("\r\n")
    version, status, _ = first.split(" ", 2)
    assert version == "HTTP/1.1"
    return int(status), {k.lower(): v for k, v in (f.split(": ", 1) for f in fields)}, body


class HttpGuest(Guest):
    """A guest with a server at a TCP port, with support/run's proxy or without."""

    def __init__(self, image, machine, *args, options=(), port=None, stdin=False, raw=True):
        self.machine = machine
        port = port or free_port()
        super().__init__(image, *args, at=port, stdin=stdin, life=SECONDS, options=[
            "--machine", machine, "--metrics-raw" if raw else "--metrics", port, *options])

    def ask(self, path, method="GET", body=None, **fields):
        """(status, fields, body) by Python's own client."""
        connection = http.client.HTTPConnection("127.0.0.1", self.at, timeout=PATIENCE)
        try:
            connection.request(method, path, body, fields)
            reply = connection.getresponse()
            return reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read()
        except ConnectionError as gone:
            raise type(gone)(f"{gone}; the guest:\n{self.text}") from gone
        finally:
            connection.close()

    def get(self, path, **fields):
        status, _, body = self.ask(path, **fields)
        assert status == 200, body
        return body.decode()

    def send(self, request):
        """The first whole reply to raw bytes."""
        with self.connect() as client:
            client.sendall(request)
            return split(receive_reply(client))

    def curl(self, path, *options):
        return subprocess.run(
            ["curl", "-sS", "--max-time", str(PATIENCE), *options,
             f"http://127.0.0.1:{self.at}{path}"],
            check=True, stdout=subprocess.PIPE).stdout


def receive_reply(client, data=b"", bodiless=False):
    """One reply, as long as its header says; what came behind it stays."""
    while b"\r\n\r\n" not in data:
        got = client.recv(65536)
        assert got, f"the connection ended behind {data!r}"
        data += got
    status, fields, body = split(data)
    length = 0 if bodiless or status == 204 else int(fields["content-length"])
    whole = len(data) - len(body) + length
    while len(data) < whole:
        got = client.recv(1 << 20)
        assert got, f"the connection ended after {len(data)} of {whole} bytes"
        data += got
    assert len(data) == whole, data[whole:]
    return data


def chromium(profile, url, *options):
    """A browser without a window, for as long as its own clock runs 8 s."""
    done = subprocess.run(
        ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
         "--disable-background-networking", "--disable-extensions", "--hide-scrollbars",
         "--window-size=1400,1000", "--virtual-time-budget=8000", f"--user-data-dir={profile}",
         *options, url],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=180,
        env={**os.environ, "HOME": str(profile)})
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout.decode()


def browser_waits(net_log, url):
    """[(path, seconds)] of a browser's requests below url that ended, as the
    browser has written them down (chromium --log-net-log)."""
    log = json.loads(net_log.read_text())
    kinds, phases = log["constants"]["logEventTypes"], log["constants"]["logEventPhase"]
    begun, paths, waits = {}, {}, []
    for event in log["events"]:
        source, at = event["source"]["id"], float(event["time"])
        if event["type"] == kinds["REQUEST_ALIVE"] and event["phase"] == phases["PHASE_BEGIN"]:
            begun[source] = at
        elif event["type"] == kinds["URL_REQUEST_START_JOB"] and "url" in event.get("params", {}):
            paths[source] = event["params"]["url"]
        elif event["type"] == kinds["REQUEST_ALIVE"] and event["phase"] == phases["PHASE_END"] \
                and paths.get(source, "").startswith(url):
            waits.append((paths[source][len(url):], (at - begun[source]) / 1000))
    return waits
