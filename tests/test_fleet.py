# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""support/fleet: which guests it knows, and what is stale. What Prometheus
makes of its list is in test_prometheus.py."""

import json
import os
import signal
import socket
import subprocess

import pytest
from guest import Guest, free_port, until
from vitrine import ARCHS, ROOT, build

pytestmark = pytest.mark.one_cpu("lists of guests")

SECONDS = 60
FLEET = ROOT / "support/fleet"
STAND_IN = "import sys, time; sys.stdin.read()"


@pytest.fixture
def env(tmp_path):
    return {**os.environ, "VITRINE_RUN_DIR": str(tmp_path / "run")}


def fleet(env, *words):
    return subprocess.run([FLEET, *words], env=env, text=True, timeout=SECONDS, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def listed(env):
    done = fleet(env)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return json.loads(done.stdout)


def start_time(pid):
    """Field 22 of proc(5), of a process with a plain name."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        return int(f.read().split()[21])


def record(folder, name, **more):
    """A record of this process, but for what is given."""
    what = {"app": "x", "arch": "arm64", "build_id": "00", "metrics": "127.0.0.1:1",
            "pid": os.getpid(), "start": start_time(os.getpid()), **more}
    (folder / name).write_text(json.dumps(what))
    return what


def test_guest_comes_and_goes(env, tmp_path):
    """A real one: listed from its start to its end, with the image's labels."""
    image = build("metrics", ARCHS[0])
    with socket.create_server(("127.0.0.1", 0)) as taken:
        # the port is refused, and there is no record
        done = subprocess.run(
            [ROOT / "support/run", "--metrics", str(taken.getsockname()[1]), image.path], env=env,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            timeout=SECONDS, check=False)
    assert done.returncode == 2
    assert listed(env) == [] and not list(tmp_path.glob("run/*"))

    port = free_port()
    with Guest(image, options=["--metrics", port, "--qemu=-S"], env=env) as guest:
        one, = until(lambda: listed(env))
        assert one["labels"] == {
            "app": "metrics", "arch": image.arch, "pid": str(guest.process.pid)}
        assert one["targets"] == [f"127.0.0.1:{port}"]
    assert listed(env) == [] and not os.listdir(tmp_path / "run")


def test_no_target_at_a_path(env, tmp_path):
    """Prometheus cannot ask there."""
    path = tmp_path / "socket"
    with Guest(build("metrics", ARCHS[0]), at=path, env=env,
               options=["--metrics", path, "--qemu=-S"]) as guest:
        guest.listening()
        assert listed(env) == []


def test_stale_records(env, tmp_path):
    """A number that is another process' by now; one without a process; one that
    ended and was not waited for. Files that are no records stay."""
    run = tmp_path / "run"
    run.mkdir()
    zombie = subprocess.Popen(["/usr/bin/python3", "-c", STAND_IN], stdin=subprocess.PIPE)
    zombie_start = start_time(zombie.pid)
    record(run, "good.json")
    record(run, "other.json", start=start_time(os.getpid()) + 1)
    record(run, "zombie.json", pid=zombie.pid, start=zombie_start)
    assert len(listed(env)) == 2
    assert sorted(os.listdir(run)) == ["good.json", "zombie.json"]
    zombie.stdin.close()
    assert until(lambda: len(listed(env)) == 1)
    assert os.listdir(run) == ["good.json"]
    zombie.wait()
    record(run, "gone.json", pid=zombie.pid, start=zombie_start)
    for name, text in {"empty.json": "", "list.json": "[]", "half.json": '{"pid": 1',
                       "types.json": '{"pid": "1"}', "note.txt": "x", ".new": "{}"}.items():
        (run / name).write_text(text)
    assert len(listed(env)) == 1
    assert "gone.json" not in os.listdir(run) and len(os.listdir(run)) == 7


def test_watch(env, tmp_path):
    """The file is whole at any instant, and follows."""
    run, out = tmp_path / "run", tmp_path / "targets.json"
    run.mkdir()
    watcher = subprocess.Popen([FLEET, "--watch", "--output", out], env=env)
    try:
        assert until(lambda: out.exists() and out.read_text() == "[]\n")
        for count in (1, 2):
            record(run, f"{count}.json", metrics=f"127.0.0.1:{count}")
            until(lambda n=count: len(json.loads(out.read_text())) == n)
        out.unlink()
        assert until(out.exists) and len(json.loads(out.read_text())) == 2
        (run / "1.json").unlink()
        until(lambda: len(json.loads(out.read_text())) == 1)
        assert json.loads(out.read_text())[0]["targets"] == ["127.0.0.1:2"]
    finally:
        watcher.send_signal(signal.SIGTERM)
        assert watcher.wait(SECONDS) == 0
    assert sorted(os.listdir(tmp_path)) == ["run", "targets.json"]


def test_usage(env, tmp_path):
    assert fleet(env, "--help").stdout.startswith("usage: support/fleet")
    for words, status, says in [(["x"], 2, "unknown word x"), (["--watch"], 2, "needs --output"),
                                (["--wrong"], 2, "not recognized"),
                                (["-o", tmp_path / "no/where"], 1, "cannot write")]:
        done = fleet(env, *words)
        assert done.returncode == status and says in done.stderr, done.stderr


def test_folder_of_another_user(env, tmp_path):
    """What is no folder of the user's own is not believed, and no obstacle."""
    (tmp_path / "run").symlink_to("/")
    assert listed(env) == []
    image = build("metrics", ARCHS[0])
    done = subprocess.run([ROOT / "support/run", "--metrics", str(free_port()), image.path, "1"],
                          env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          timeout=SECONDS, check=False)
    assert done.returncode == 0 and b"exit 0" in done.stdout
