# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""A QEMU, or another monitor, from its start to its end, for support/run: what goes in
and out, the time limit, signals, what is said and kept of a crash."""

import contextlib
import fcntl
import os
import select
import signal
import subprocess
import termios
import threading
import time

import guest_report
import vmm_command
from archs import ARCHS
from messages import shown
from qemu_status import CRASHED, QEMU_FAILED, status_of

TIMED_OUT = 124
PACE = 0.003  # seconds a byte, while QEMU records
PORT_SECONDS = 10  # until a guest has a port, on a busy host
STEP, STEP_SECONDS = 200, 2  # instructions in which a guest takes a byte, and how long it has for them
TICK = 0.05  # seconds
GRACE = 2.0  # seconds between SIGTERM and SIGKILL


class Signalled(Exception):
    """This process received a signal to end."""

    def __init__(self, number):
        super().__init__(number)
        self.number = number


def say(text):
    os.write(2, f"support/run: {shown(text)}\n".encode())


def on_signals(what):
    for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(n, what)


def on_signal(number, _frame):
    # The first one counts; while QEMU is being ended there is nothing to add.
    on_signals(signal.SIG_IGN)
    raise Signalled(number)


def terminal_state():
    """A function that puts the terminal back to how it is now."""
    if not os.isatty(0):
        return lambda: None
    attributes = termios.tcgetattr(0)
    blocking = os.get_blocking(0)

    def restore():
        termios.tcsetattr(0, termios.TCSANOW, attributes)
        os.set_blocking(0, blocking)
    return restore


def write_all(fd, data):
    """Unbuffered. QEMU makes a terminal non-blocking, for us as well."""
    while data:
        try:
            data = data[os.write(fd, data):]
        except BlockingIOError:
            select.select([], [fd], [])


def until(condition, seconds):
    """A guest may have no port, or halt for ever: then it does not matter."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(PACE)


class SlowLine:
    """Input of a run that is recorded, as on a slow line. QEMU queues it, and drops what
    the port has no room for by then. So a byte waits until the guest has gone on behind
    the byte before."""

    def __init__(self, pipe, monitor):
        self.pipe, self.monitor = pipe, monitor

    def taken(self):
        return not any(fcntl.ioctl(self.pipe, termios.FIONREAD, bytes(4)))

    def instructions(self):
        return int(self.monitor("info replay").split()[-1])

    def write(self, data):
        for byte in data:
            write_all(self.pipe, bytes([byte]))
            while not self.taken():
                time.sleep(PACE)
            end = self.instructions() + STEP
            time.sleep(PACE)
            until(lambda: self.instructions() >= end, STEP_SECONDS)  # pylint: disable=cell-var-from-loop


def feed(pipe, exact, paced, monitor, receives, printed):
    """Copies stdin to the guest, and its end as Ctrl-D: twice behind a line that
    has not ended. Not if that is all, and time is exact: an interrupt would come.
    It waits until the guest's driver has set its port up, as a port that is switched
    on drops what came before. monitor: QEMU's, or None; printed: the guest has."""
    def wait():
        question, answer = receives.split(" = ")
        with contextlib.suppress(OSError, guest_report.Failure):
            until(lambda: printed.is_set() or monitor(question).strip().endswith(answer), PORT_SECONDS)
    try:
        write = SlowLine(pipe, monitor).write if paced else lambda data: write_all(pipe, data)
        copy_input(write, exact, wait if monitor else lambda: None)
    except (OSError, ValueError, LookupError, guest_report.Failure):
        pass  # QEMU has ended


def copy_input(write, exact, wait):
    last = b""
    while data := os.read(0, 65536):
        if not last:
            wait()
        write(data)
        last = data[-1:]
    if last or not exact:
        write(b"\x04" if last in b"\r\n" else b"\x04\x04")


class Output:
    """What QEMU prints goes out here, and to a log. printed: the guest has."""

    def __init__(self, process, log):
        self.fds = {process.stdout.fileno(): 1, process.stderr.fileno(): 2}
        self.tails = {1: b"", 2: b""}
        self.log = log
        self.printed = threading.Event()

    def relay(self, deadline):
        """Until it ends: the last bytes of stdout and of stderr. Raises TimeoutError."""
        while self.fds:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise TimeoutError
            for fd in select.select(list(self.fds), [], [], left)[0]:
                self.copy(fd)
        return self.tails[1], self.tails[2]

    def copy(self, fd):
        data = os.read(fd, 65536)
        if not data:
            del self.fds[fd]
            return
        out = self.fds[fd]
        self.log(data)
        if out == 1:
            self.printed.set()
        write_all(out, data)
        self.tails[out] = (self.tails[out] + data)[-4096:]


def end(process):
    """No QEMU stays behind, whatever happened."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Asker:
    """Prints what the guest does, beside its output."""

    def __init__(self, image, arch):
        self.reporter = guest_report.Reporter(image)
        self.can = arch is not None
        self.thread = None
        signal.signal(signal.SIGQUIT, signal.SIG_IGN)  # for QEMU: it is for this process

    def started(self):
        self.reporter.started()
        signal.signal(signal.SIGQUIT, lambda *_: self.ask())

    def ask(self):
        if not self.asks():
            self.thread = threading.Thread(target=self.print, daemon=True)
            self.thread.start()

    def asks(self):
        return self.thread is not None and self.thread.is_alive()

    def finish(self):
        """QEMU has ended, so that the debugger does, and leaves nothing behind."""
        if self.thread:
            self.thread.join(GRACE)

    def print(self):
        try:
            if not self.can:
                raise guest_report.Failure("support/vmm has no monitor; attach a debugger, --gdb PORT")
            text = self.reporter.text()
        except guest_report.Failure as e:
            say(f"no report of what the guest does: {e}")
            return
        write_all(2, "".join(f"{shown(line)}\n" for line in text.splitlines()).encode())


def after_crash(status, remark, core, reporter):
    if reporter:
        on_signals(signal.SIG_IGN)  # it takes a second, and cannot be repeated
        say(reporter.report(status, remark, core))
    elif core and status == CRASHED and not report(core):
        say("no core file: the guest crashed before it could write one")


def last_report(asker, output):
    """What the guest does where its time is up; its output goes on."""
    asker.ask()
    while asker.asks():
        with contextlib.suppress(TimeoutError):
            output.relay(time.monotonic() + TICK)
            return


def is_program(name):
    folders = [""] if "/" in name else os.get_exec_path()
    return any(os.access(os.path.join(folder, name), os.X_OK) for folder in folders)


def supervise(command, arch, image, timeout, exact, paced, core, reporter):
    """arch: that of QEMU's machine, or None for support/vmm."""
    deadline = None if timeout is None else time.monotonic() + timeout
    asker = Asker(image, arch)
    if not is_program(command[0]):
        say(f"cannot start {command[0]}: there is no such program (support/setup run installs it)")
        return QEMU_FAILED
    # setpriv, as a preexec_fn would cost a fork of this process: 20 ms where page faults are dear.
    process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command, *(asker.reporter.options if arch else ())],
                               stdin=None if os.isatty(0) else subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0,
                               pass_fds=[asker.reporter.fd, *([core.spool.fileno()] if core else [])])
    asker.started()
    output = Output(process, reporter.log.add if reporter else lambda data: None)
    if process.stdin:
        monitor, receives = (asker.reporter.monitor, ARCHS[arch].receives) if arch else (None, None)
        threading.Thread(target=feed, args=(process.stdin.fileno(), exact, paced, monitor, receives, output.printed),
                         daemon=True).start()
    try:
        out, err = output.relay(deadline)
        status, crashed, remark = status_of(arch, process.wait(), out, err) if arch else \
            vmm_command.status_of(process.wait())
        if remark:
            say(remark)
        if crashed:
            after_crash(status, remark, core, reporter)
        return status
    except TimeoutError:
        say(f"time limit of {timeout:g} s reached")
        last_report(asker, output)
        return TIMED_OUT
    except BrokenPipeError:
        return 128 + signal.SIGPIPE
    except Signalled as e:
        return 128 + e.number
    finally:
        end(process)
        asker.finish()
        if core and not reporter:
            report(core)


def report(core):
    """Says what became of core files; the number of messages."""
    messages = core.end()
    for text in messages:
        say(text)
    return len(messages)
