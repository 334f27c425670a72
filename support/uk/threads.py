# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""uk threads, uk thread: the guest's threads."""

import contextlib

from uk import debugger
from uk.debugger import Error
from uk.guest import last_word, print_table, text_at, variable, words_at

FRAMES = 64  # looked at for a thread's place, at most
SCHEDULER = "uksched/sched.c"
MAIN = 1  # its number


def uk_threads():
    """(struct thread, struct uk_thread) of all threads, by id."""
    at = int(variable("uksched", SCHEDULER)["first"])
    last = 0
    while at:
        thread = debugger.at("struct thread", at)
        try:
            is_named = int(thread["pub"]["name"]) == int(thread["name"].address)
            is_next = int(thread["pub"]["id"]) > last
        except debugger.Unreadable:
            is_next = False
        if not is_next or not is_named:
            raise Error(f"The list of threads is damaged at {at:#x}.")
        last = int(thread["pub"]["id"])
        yield thread, thread["pub"]
        at = int(thread["pub"]["next"])


def find_thread(word):
    """(struct thread, struct uk_thread) by number or name, or None."""
    return next((t for t in uk_threads() if word in (str(int(t[1]["id"])), text_at(t[1]["name"]))), None)


def current(cpu=0):
    """The struct uk_thread on a CPU, by its pointer."""
    return variable("uk_percpus", "ukcore/core.c")[cpu]["thread"]


def is_running(thread):
    return int(thread.address) == int(current(int(thread["pub"]["cpu"])))


def thread_of(thread):
    """What the debugger calls a thread of the guest, or None."""
    cpu = int(thread["pub"]["cpu"]) if is_running(thread) else None
    return debugger.thread_of(int(thread["pub"]["id"]), cpu)


def saved_regs(thread):
    """The struct __regs of a thread that is not on the CPU."""
    trap = thread["trap"]
    return trap["regs"].dereference() if int(trap) else thread["ctx"]["regs"]


def unsigned(address):
    """A return address without the signature that an arm64 image may give it."""
    return address & (1 << 48) - 1 if not address >> 55 & 1 else address


def trail(regs):
    """The addresses of a call trace, by frame pointers."""
    is_arm = "x" in debugger.offsets("struct __regs")
    at, frame = (regs["pc"], regs["x"][29]) if is_arm else (regs["rip"], regs["rbp"])
    at, frame = int(at), int(frame)
    yield at
    for _ in range(FRAMES):
        try:
            older, at = words_at(frame, 2)
        except debugger.Unreadable:
            return
        if not at:
            return
        yield unsigned(at) - 1
        if older <= frame:
            return
        frame = older


def where(frames):
    """The first place that is not in a frame of the scheduler's own; of inlined functions the innermost."""
    frames = list(frames)
    inner = next((f for f in frames if f[-1][2] and not is_scheduler(f[-1])), frames[0] if frames else [("", 0, "")])
    name, line, file = next((p for p in inner if not is_scheduler(p)), inner[-1])
    text = f"{name} ({file}{f':{line}' if line else ''})" if file else name
    return text if name == inner[-1][0] else f"{text} in {inner[-1][0]}"


def is_scheduler(place):
    return "lib/uksched/" in place[2]


def where_thread(thread, state):
    if state == "exited":
        return ""
    known = thread_of(thread)
    if known:
        return where(debugger.frames_of(known, FRAMES))
    if is_running(thread):
        return ""
    return where(map(debugger.frame_at, trail(saved_regs(thread))))


def has_several_cpus():
    """Whether the image can have; a CPU then has a thread to idle."""
    cpus = variable("uk_percpus", "ukcore/core.c")
    return cpus.type.sizeof > cpus[0].type.sizeof


def uses_cpu(thread):
    """Whether it is on a CPU; the only one's halts on its thread."""
    return is_running(thread) and (has_several_cpus() or not int(variable("uksched", SCHEDULER)["cpus"][0]["idle"]))


def state_of(thread):
    if not int(thread["block"]) and int(thread["pub"]["id"]) != MAIN:
        return "idle"  # a CPU's idle thread
    state = last_word(thread["pub"]["state"])
    return "running" if state == "ready" and uses_cpu(thread) else state


def cpu_text(thread):
    return f" on CPU {int(thread['pub']['cpu'])}" if has_several_cpus() and is_running(thread) else ""


def cpu_time(thread):
    """Up to now where the guest's clock stands: at its own stub, and in a crash. Elsewhere
    that of a thread on a CPU is more, by an unknown time."""
    clock = variable("plat_clock_line", "common/clock.c")
    ns, more = int(thread["pub"]["cpu_time"]), ""
    if uses_cpu(thread) and int(clock["stopped"]):
        ns += int(clock["base"]) - int(thread["since"])
    elif uses_cpu(thread):
        more = "over "
    return f"{more}{ns // 10**6}.{ns % 10**6 // 1000:03} ms"


WAITS = {"queue": "for wait queue", "mutex": "for mutex", "semaphore": "for semaphore",
         "condition": "for condition", "join": "for the end of", "input": "for input of"}
FOR_EVER = 2**64 - 1


class Names:
    """Of threads by address, while a command looks at many: each would go through the list."""
    known = None

    def __enter__(self):
        self.known = {}
        with contextlib.suppress(*debugger.Failures):  # a damaged list
            for thread, pub in uk_threads():
                self.known[int(thread.address)] = f"thread {int(pub['id'])} {text_at(pub['name'])}"

    def __exit__(self, *_):
        self.known = None


thread_names = Names()


def thread_named(address):
    if thread_names.known is None:
        with thread_names:
            return thread_named(address)
    return thread_names.known.get(address, "a thread that is not listed")


def object_named(address):
    """A variable of the program; what is on a stack has no name."""
    name = debugger.symbol_at(address)
    if name.startswith("No symbol") or "stack" in name:
        return f"{address:#x}"
    return f"{name.replace(' + ', '+')} ({address:#x})"


def place_of_lock(at):
    """Where a mutex was locked, if the image remembers that."""
    if "place" not in debugger.offsets("struct uk_mutex"):
        return ""
    place = unsigned(int(debugger.at("struct uk_mutex", at)["place"]))
    if not place:
        return ""
    name, line, file = debugger.frame_at(place - 1)[-1]
    return f", locked in {name} ({file.removeprefix('./')}:{line})" if line else f", locked in {name}"


def wait_of(pub):
    """What a thread waits for, in the words of lib/uksched/wait_text.c."""
    wait = pub["wait"]
    kind = last_word(wait["kind"])
    until, at = int(wait["until"]), int(wait["object"])
    words = [WAITS[kind]] if kind in WAITS else []
    if kind == "join":
        words.append(thread_named(at))
    elif kind == "input":
        words.append(text_at(at))
    elif words:
        words.append(object_named(at))
    if kind == "mutex":
        owner = int(debugger.at("struct uk_mutex", at)["owner"])
        words[-1] += f", held by {thread_named(owner)}{place_of_lock(at)}"
    if until != FOR_EVER and kind != "input":
        if words:
            words[-1] += ","
        words.append(f"until {until // 10**9}.{until % 10**9 // 1000:06} s")
    return " ".join(words)


@debugger.command("threads")
def list_threads(_):
    """uk threads
List the guest's threads: number, name, state and what they wait for, time on
the CPU, place.

The time of a running thread is up to now at the image's own stub and in a core
file; elsewhere it is more than what it had when it last left the CPU. The place is the innermost
function that is not the scheduler's, and what it is inlined in. Of several CPUs the state names the one."""
    rows = [("Id", "Name", "State", "CPU time", "Place")]
    try:
        with thread_names:
            for thread, pub in uk_threads():
                rows.append((str(int(pub["id"])), text_at(pub["name"]), *row_of(thread, pub)))
        if len(rows) == 1:
            print("There are no threads yet.")
    finally:  # of a damaged list what was read
        if len(rows) > 1:
            print_table(rows)


def row_of(thread, pub):
    """State, time and place; of a damaged thread why not."""
    try:
        state = state_of(thread)
        waits = state in ("waiting", "sleeping")
        return (f"{state} {wait_of(pub)}" if waits else state + cpu_text(thread), cpu_time(thread), where_thread(thread, state))
    except debugger.Failures as e:
        return "damaged", "", str(e)


@debugger.command("thread")
def select_thread(argument):
    """uk thread ID|NAME
Select a thread of the guest, and print its call trace.

A target that shows the CPU only, such as QEMU's own stub, knows no other
thread than the one that runs. In gdb the frames of the selected one then begin
at #1; select the running thread again before a step, `continue` does it. In lldb the
call trace is printed, and the running thread stays selected."""
    word = argument.strip()
    if not word:
        raise Error("usage: uk thread ID|NAME")
    thread, _ = find_thread(word) or (None, None)
    if thread is None:
        raise Error(f"No thread {word}; uk threads lists them.")
    known = thread_of(thread)
    if known:
        debugger.select(known)
    elif state_of(thread) == "exited":
        print("The thread has exited.")
    else:
        regs = saved_regs(thread)
        debugger.select_saved(regs, trail(regs))
