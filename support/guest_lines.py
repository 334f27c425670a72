# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""The guest's lines beside its serial console, for support/run: what the user asked
for, whether that can be, and what stands between QEMU and the clients."""

import errno
import os
import socket
import stat

import qemu_command

STREAMS = ("gdb", "metrics", "metrics-raw", "shell")


def port_number(name, text):
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise qemu_command.UsageError(f"{name} {text}: not a TCP port (1 to 65535)")
    return int(text)


def check(options):
    """Refuses a port or path at which QEMU cannot listen, before it starts."""
    taken = {}
    for name in STREAMS:
        where = options.get(name)
        if where is None:
            continue
        if where in taken:
            raise qemu_command.UsageError(
                f"--{taken[where]} and --{name} both name {where}; choose another for one of them")
        taken[where] = name
        if isinstance(where, str):
            if not os.path.isdir(os.path.dirname(where)):
                raise qemu_command.UsageError(
                    f"--{name} {where}: the folder {os.path.dirname(where)} does not exist")
            # QEMU removes what is there.
            if os.path.lexists(where) and not stat.S_ISSOCK(os.lstat(where).st_mode):
                raise qemu_command.UsageError(f"--{name} {where}: a file is there that is no socket; choose another path")
            continue
        with socket.socket() as probe:
            # As QEMU does: connections of the past do not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", where))
            except OSError as e:
                why = "is in use" if e.errno == errno.EADDRINUSE else f"is refused ({e.strerror})"
                raise qemu_command.UsageError(
                    f"port {where} {why}; choose another with --{name} PORT") from e


def answered(options, image, elsewhere=()):
    """The options without what the image lacks: a shell, whose port would take a client
    and be silent, core files, whose parameters it does not know, and CPUs that would not start; and what to
    say of such; not of those that something else than the image answers. The other lines stay, for a program's own use."""
    options, problems = dict(options), []
    for option in list(options):
        server = option.removesuffix("-raw")
        problem = server in qemu_command.SERVERS and server not in elsewhere and qemu_command.without_server(image, server)
        if problem:
            problems.append(problem)
            if server in ("shell", "core", "smp"):
                del options[option]
    return options, problems


def token(options):
    """That of -p http.token=TEXT; the last one counts."""
    return ([""] + [text.partition("=")[2] for text in options.get("params", ()) if text.startswith("http.token=")])[-1]


def proxied(stack, options, image):
    """The options of QEMU: behind --metrics there is a proxy, at a socket that
    only it knows."""
    options = dict(options)
    where = options.pop("metrics", None)
    if "metrics-raw" in options:
        options["metrics"] = options.pop("metrics-raw")
    elif where is not None:
        import tempfile  # pylint: disable=import-outside-toplevel
        import metrics_proxy  # pylint: disable=import-outside-toplevel
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="vitrine"))
        options["metrics"] = os.path.join(folder, "guest")
        try:
            stack.enter_context(metrics_proxy.Proxy(where, options["metrics"], token(options), image))
        except OSError as e:
            raise qemu_command.UsageError(f"--metrics {where}: {e.strerror}") from e
    return options


def crash_reporter(stack, options, image, arch):
    """What reports a crash, and the options of QEMU with a place for its core file."""
    options = dict(options)
    where, given = options.pop("on-crash", None), {n for n in ("keep", "report-size") if n in options}
    if where is None and not {"core", "record"} & set(options):
        where = os.environ.get("VITRINE_CRASH_DIR")
    keep, size = options.pop("keep", None), options.pop("report-size", None)
    if not where:
        if given:
            raise qemu_command.UsageError(f"--{min(given)} goes with --on-crash DIR")
        return None, options
    for other, why in (("core", "both take the guest's core file"),
                       ("record", "a recording repeats the run itself")):
        if other in options:
            raise qemu_command.UsageError(f"--on-crash does not go with --{other}: {why}; give one of them")
    import crash_report  # pylint: disable=import-outside-toplevel
    reporter = stack.enter_context(crash_report.Reporter(
        where, image, arch, keep=keep or crash_report.KEEP,
        size=qemu_command.memory_bytes(size or crash_report.SIZE)))
    if not reporter.no_core:
        options["core"] = reporter.core
    return reporter, options


def core_file(stack, options, reporter):
    """What takes core files, and the options of QEMU with its place."""
    if "core" not in options:
        return None, options
    import core_receiver  # pylint: disable=import-outside-toplevel
    path = options["core"]
    folder = os.path.dirname(os.path.abspath(path))
    if os.path.exists(path) and not os.path.isfile(path) or not os.access(folder, os.W_OK | os.X_OK):
        raise qemu_command.UsageError(f"--core {path}: cannot be written; name a file in a folder "
                                      "that exists and is yours")
    receiver = stack.enter_context(core_receiver.Receiver(path, numbered=not reporter))
    return receiver, {**options, "core": f"/dev/fd/{receiver.spool.fileno()}"}
