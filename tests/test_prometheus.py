# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Debian's Prometheus scrapes a guest of each architecture, which it knows by
support/fleet and the configuration that is shipped: values against curl, rates
against the samples, several clients at a time, a restart, and every expression of
the dashboard.

VITRINE_PROMETHEUS_SECONDS: how long curl asks beside it, 6 by default.
"""

import contextlib
import json
import math
import os
import re
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest
from guest import Guest, free_port, until
from http_guest import browser_waits, chromium
from vitrine import ARCHS, CPUS, ROOT, build

TOGETHER = float(os.environ.get("VITRINE_PROMETHEUS_SECONDS", "6"))
PATIENCE = 60  # s, for what takes a moment
LIFE = 600 + TOGETHER  # s, of what is started
SHIPPED = ROOT / "support/fleet.d"
SAMPLE = re.compile(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
INTERVAL = 1  # s, between two scrapes; configuration()
STALL = 0.25  # s that this process did not run: then no process may have


def label_set(pairs):
    """Prometheus asks for OpenMetrics, which writes bounds with a point."""
    return frozenset((k, str(float(v)) if k == "le" else v) for k, v in pairs)


def configuration():
    """The one that is shipped, with a scrape each second."""
    text = (SHIPPED / "prometheus.yml").read_text()
    for what, value in (("scrape_interval", "1s"), ("scrape_timeout", "1s"),
                        ("refresh_interval", "1s")):
        text, count = re.subn(rf"{what}: \d+s", f"{what}: {value}", text)
        assert count == 1, what
    return text


class Scraped(Guest):
    """apps/metrics, at a port that it keeps when it is started again."""

    def __init__(self, arch, env):
        port = free_port()
        super().__init__(build("metrics", arch), at=port, env=env, life=LIFE,
                         options=["--metrics", port])

    @property
    def instance(self):
        return f"127.0.0.1:{self.at}"

    def start(self):
        """Another program may have the port for a moment: then again."""
        end = time.monotonic() + PATIENCE
        while True:
            super().start()
            until(lambda: self.ended or "metrics are at /metrics" in self.text)
            if not self.ended:
                return
            assert self.end().status in (2, 125) and time.monotonic() < end, self.text

    def curl(self):
        """{(name, labels): value} of a scrape that failed in no way."""
        text = subprocess.run(
            ["curl", "-sS", "--fail", "--max-time", str(PATIENCE),
             f"http://{self.instance}/metrics"],
            check=True, stdout=subprocess.PIPE).stdout.decode()
        assert text.endswith("\n")
        found = {}
        for line in text.splitlines():
            if not line.startswith("#"):
                name, labels, value = SAMPLE.match(line).groups()
                found[name, label_set(LABEL.findall(labels or ""))] = float(value)
        return found


class Prometheus:
    """A server of its own, in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "prometheus.yml").write_text(configuration())
        self.log = open(folder / "log", "wb")  # pylint: disable=consider-using-with
        self.start()

    def start(self):
        """Another program may take the port in between: then another one."""
        end = time.monotonic() + PATIENCE
        while True:
            self.port = free_port()
            self.process = subprocess.Popen(
                ["prometheus", f"--config.file={self.folder}/prometheus.yml",
                 f"--storage.tsdb.path={self.folder}/data", "--log.level=warn",
                 f"--web.listen-address=127.0.0.1:{self.port}"],
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
            while self.process.poll() is None:
                with contextlib.suppress(OSError):
                    if b"Ready" in self.get("/-/ready"):
                        return
                assert time.monotonic() < end, (self.folder / "log").read_text()
                time.sleep(0.05)
            assert time.monotonic() < end, (self.folder / "log").read_text()

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}",
                                    timeout=PATIENCE) as reply:
            return reply.read()

    def query(self, expr, at=None):
        """The result of an instant query; an error shows what is wrong."""
        words = {"query": expr, **({"time": f"{at:.3f}"} if at is not None else {})}
        try:
            reply = json.loads(self.get("/api/v1/query?" + urllib.parse.urlencode(words)))
        except urllib.error.HTTPError as e:
            raise AssertionError(f"{expr}: {e.read().decode()}") from e
        assert reply["status"] == "success", reply
        return reply["data"]["result"]

    def number(self, expr, at=None):
        result, = self.query(expr, at)
        return float(result["value"][1])

    def samples(self, selector, seconds):
        """[(time, value)] of one series."""
        result = self.query(f"{selector}[{math.ceil(seconds)}s]")
        assert len(result) == 1, (selector, result)
        return [(t, float(v)) for t, v in result[0]["values"]]

    def end(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


class Stalls(threading.Thread):
    """When this machine ran no process for a while."""

    def __init__(self):
        super().__init__(daemon=True)
        self.times = []
        self.over = threading.Event()

    def run(self):
        last = time.time()
        while not self.over.wait(0.05):
            now = time.time()
            if now - last > STALL:
                self.times.append((last, now))
            last = now

    def excuse(self, at):
        """Whether a scrape that began then may have taken too long for it."""
        return any(start - 1.5 < at < end + 0.5 for start, end in self.times)


class Browser(threading.Thread):
    """The page of a guest, which asks for values, threads and log in turn."""

    def __init__(self, guest, folder):
        super().__init__(daemon=True)
        self.url, self.folder = f"http://{guest.instance}/", folder
        self.dom, self.failed, self.waits = None, None, []

    def run(self):
        log = self.folder / "net.json"
        try:
            self.dom = chromium(self.folder, self.url, "--dump-dom", f"--log-net-log={log}")
            self.waits = browser_waits(log, self.url)
        except (subprocess.SubprocessError, AssertionError) as e:
            self.failed = e


class Curls(threading.Thread):
    """Another client that asks the same guest repeatedly."""

    def __init__(self, guest, over):
        super().__init__(daemon=True)
        self.guest, self.over = guest, over
        self.failed = None
        self.waits = []  # (when, s)

    def run(self):
        while not self.over.wait(0.1) and not self.failed:
            try:
                begin = time.time(), time.monotonic()
                assert len(self.guest.curl()) > 50
                self.waits.append((begin[0], time.monotonic() - begin[1]))
            except (subprocess.CalledProcessError, AssertionError) as e:
                self.failed = e


def check_labels(prometheus, guests):
    """As the images say; the process is no label of a series."""
    up = {r["metric"]["instance"]: r["metric"] for r in prometheus.query('up{job="vitrine"}')}
    for guest in guests:
        notes = guest.image.tool("readelf", "-n", guest.image.path)
        build_id = re.search(r"Build ID: ([0-9a-f]+)", notes).group(1)
        assert up[guest.instance] == {
            "__name__": "up", "job": "vitrine", "instance": guest.instance, "app": "metrics",
            "arch": guest.image.arch}
        info, = prometheus.query(f'vitrine_build_info{{instance="{guest.instance}"}}')
        assert info["metric"]["build_id"] == build_id
        assert info["metric"]["application"] == "metrics" and info["metric"]["version"]
        assert info["metric"]["architecture"] == guest.image.arch


def check_waits(prometheus, guest, curl, browser, begin, stalls):
    """Each client was answered within one scrape interval, 1 s here, though an idle
    one is connected; unless the machine itself stood still."""
    where = f'{{instance="{guest.instance}"}}'
    slow = [(t, s) for t, s in curl.waits +
            prometheus.samples(f"scrape_duration_seconds{where}", time.time() - begin)
            if s >= INTERVAL and not stalls.excuse(t)]
    assert not slow, (slow, stalls.times)
    if browser:
        assert browser.failed is None and 'id="dot" class="up"' in browser.dom, browser.failed
        paths = [path for path, _ in browser.waits]
        assert min(paths.count(path) for path in ("store", "threads", "log")) >= 3, paths
        slow = [wait for wait in browser.waits if wait[1] >= INTERVAL]
        assert not slow or stalls.times, slow
        assert len(slow) <= len(stalls.times), (slow, stalls.times)


def several_clients(prometheus, guests, stalls, folder):
    """Prometheus, curl and, at the first guest (VITRINE_ALL=1: the last), the page in a browser at once: each
    is always answered, and soon."""
    watched = guests[-1 if os.environ.get("VITRINE_ALL") else 0]
    over = threading.Event()
    curls = [Curls(guest, over) for guest in guests]
    browser = Browser(watched, folder)
    begin = time.time()
    for thread in (*curls, browser):
        thread.start()
    over.wait(TOGETHER)
    browser.join()
    over.set()
    for thread in curls:
        thread.join()
    for curl in curls:
        assert curl.failed is None and len(curl.waits) > TOGETHER / 2, curl.failed
    for guest in guests:
        up = prometheus.samples(f'up{{instance="{guest.instance}"}}', time.time() - begin)
        assert len(up) >= TOGETHER / 2, up
        down = [t for t, value in up if value != 1]
        assert all(stalls.excuse(t) for t in down), (down, stalls.times)
        assert len(down) <= len(up) / 4
    for guest, curl in zip(guests, curls):
        check_waits(prometheus, guest, curl, browser if guest is watched else None, begin, stalls)


def check_values(prometheus, guest):
    """Between two of curl's scrapes no counter is less than in the first or
    more than in the second, and what stays, stays."""
    selector = f'{{job="vitrine",instance="{guest.instance}"}}'
    first = guest.curl()
    now = time.time()
    until(lambda: prometheus.number(f"timestamp(vitrine_ukmetrics_scrapes_total{selector})") > now)
    result = prometheus.query(selector)
    last = guest.curl()
    ours = {"job", "instance", "app", "arch", "__name__"}
    seen = 0
    for one in result:
        labels = one["metric"]
        key = (labels["__name__"], label_set((k, v) for k, v in labels.items() if k not in ours))
        if key not in first:
            assert not labels["__name__"].startswith("vitrine_"), key  # Prometheus' own, such as up
            continue
        value = float(one["value"][1])
        if re.search("_(total|count|bucket|sum)$", key[0]):
            seen += 1
            assert first[key] <= value <= last[key], key
        elif first[key] == last[key] and key[0].endswith(("_info", "_total_bytes")):
            assert value == first[key], key
    assert seen > 50


def check_rates(prometheus, guest):
    """PromQL's rate over whole samples; two clocks; where the time went."""
    where = f'{{instance="{guest.instance}"}}'

    def growth(name):
        samples = prometheus.samples(name + where, TOGETHER)
        (t0, v0), (t1, v1) = samples[0], samples[-1]
        return t0, t1, v1 - v0

    for name in ("vitrine_uksched_switches_total", "vitrine_appmetrics_arrived_total",
                 "vitrine_ukvirtio_interrupts_total"):
        t0, t1, grown = growth(name)
        assert grown > 0
        rate = prometheus.number(f"rate({name}{where}[{round((t1 - t0) * 1000) + 1}ms])", t1)
        assert math.isclose(rate, grown / (t1 - t0), rel_tol=0.02), name
    t0, t1, grown = growth("vitrine_ukinit_uptime_seconds")
    assert abs(grown - (t1 - t0)) < 0.05 * (t1 - t0) + 1.5
    at = prometheus.number(f"timestamp(vitrine_ukinit_uptime_seconds{where})")
    run, idle, uptime = (prometheus.number(name + where, at) for name in (
        "vitrine_uksched_run_time_seconds_total", "vitrine_uksched_idle_time_seconds_total",
        "vitrine_ukinit_uptime_seconds"))
    assert CPUS * uptime - 1 < run + idle <= CPUS * (uptime + 0.5), (run, idle, uptime)


def check_scrapes_are_counted(prometheus, guest):
    """No other client: each sample is one more than the one before."""
    where = f'{{instance="{guest.instance}"}}'
    begin = time.time()

    def counted():
        """The last of at least four, if none was given up in between."""
        values = [v for t, v in prometheus.samples(
            f"vitrine_ukmetrics_scrapes_total{where}", time.time() - begin + 1) if t > begin][-4:]
        return len(values) == 4 and values == [values[0] + i for i in range(4)]

    until(counted)


def check_dashboard(prometheus):
    """Each expression is one, and has data."""
    board = json.loads((SHIPPED / "fleet.json").read_text())
    exprs = [t["expr"] for panel in board["panels"] for t in panel["targets"]]
    assert len(exprs) > 15
    for expr in exprs:
        for name, value in {"__rate_interval": "30s", "app": ".*", "arch": ".*",
                            "instance": ".*"}.items():
            expr = expr.replace(f"${name}", value)
        assert "$" not in expr
        assert prometheus.query(expr), f"no data: {expr}"
    for variable in board["templating"]["list"][1:]:
        name, = re.match(r'label_values\(up\{job="vitrine"\}, (\w+)\)',
                         variable["query"]["query"]).groups()
        assert name == variable["name"]
        assert prometheus.query(f'count by ({name}) (up{{job="vitrine"}})')[0]["metric"][name]


CRASH = {"format": "vitrine-crash-report", "version": 1, "application": "a\"b\\c", "architecture": "arm64",
         "build_id": "00", "image_time": "2026-01-01T00:00:00Z", "time": "2026-01-02T00:00:01Z", "status": 70,
         "fingerprint": "0123", "command": [], "missing": {}}


def check_crashes(prometheus, folder):
    """The numbers of crash reports, which are not the guests'."""
    def labelled(value):
        one, = prometheus.query(f"vitrine_crash_reports == {value}") or [None]
        return one and one["metric"]

    for count in (1, 2):
        report = folder / f"r{count}" / "report.json"
        report.parent.mkdir()
        report.write_text(json.dumps(CRASH))
        found = until(lambda n=count: labelled(n))
        assert found["application"] == CRASH["application"] and found["fingerprint"] == "0123"
        assert found["job"] == "vitrine-fleet" and found["function"] == "?"
    assert prometheus.number("vitrine_crash_last_seen_timestamp_seconds") == 1767312001


def check_restart(prometheus, guest, stalls):
    """It is up at every scrape from its first word on, and one reset is seen."""
    where = f'{{instance="{guest.instance}"}}'
    assert prometheus.number(f"resets(vitrine_ukmetrics_scrapes_total{where}[1h])") == 0
    guest.stop()
    guest.start()
    begin = time.time()

    def later():
        found = prometheus.query(f"up{where}[{math.ceil(time.time() - begin) + 1}s]")
        assert len(found) < 2
        return [v for t, v in (found[0]["values"] if found else [])
                if t > begin and (v == "1" or not stalls.excuse(t))]

    until(lambda: len(later()) >= 3)
    assert set(later()) == {"1"}
    until(lambda: prometheus.number(f"resets(vitrine_ukmetrics_scrapes_total{where}[1h])") == 1)
    until(lambda: 0 < prometheus.number(f"vitrine_ukinit_uptime_seconds{where}")
          < time.time() - begin + 5)


@pytest.mark.slow
def test_a_fleet_is_scraped(tmp_path):
    crashes = tmp_path / "crashes"
    env = {**os.environ, "VITRINE_RUN_DIR": str(tmp_path / "run")}
    with contextlib.ExitStack() as stack:
        stalls = Stalls()
        stalls.start()
        stack.callback(stalls.over.set)
        guests = [Scraped(arch, env) for arch in ARCHS]
        for guest in guests:
            stack.callback(guest.stop)
            guest.start()
            # One that connects and sends nothing keeps no other out.
            stack.enter_context(socket.create_connection(("127.0.0.1", guest.at)))
        watcher = stack.enter_context(subprocess.Popen(
            [ROOT / "support/fleet", "--watch", "--output", tmp_path / "targets.json",
             "--crashes", crashes, "--serve", str(free_port())], env=env))
        stack.callback(watcher.terminate)
        until((tmp_path / "targets.json").exists)
        prometheus = Prometheus(tmp_path)
        stack.callback(prometheus.end)
        until(lambda: len(prometheus.query('up{job="vitrine"} == 1')) == len(guests))
        check_labels(prometheus, guests)
        several_clients(prometheus, guests, stalls, tmp_path)
        for guest in guests:
            check_values(prometheus, guest)
            check_rates(prometheus, guest)
        check_scrapes_are_counted(prometheus, guests[-1])
        check_crashes(prometheus, crashes)
        check_dashboard(prometheus)
        check_restart(prometheus, guests[0], stalls)


@pytest.mark.parametrize("targets", ["[]", '[{"targets": ["127.0.0.1:1"], '
                                     '"labels": {"app": "x", "pid": "1"}}]'])
def test_promtool_takes_the_configuration(tmp_path, targets):
    for text in ((SHIPPED / "prometheus.yml").read_text(), configuration()):
        (tmp_path / "prometheus.yml").write_text(text)
        (tmp_path / "targets.json").write_text(targets)
        done = subprocess.run(["promtool", "check", "config", tmp_path / "prometheus.yml"],
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              check=False)
        assert done.returncode == 0 and "is valid prometheus config" in done.stdout, done.stdout
