# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""The commands `uk …` of gdb, and the function $uk_tls().

support/gdb loads this; gdb itself finds it beside an image as
IMAGE-gdb.py, if its auto-load safe-path allows. All of it reads memory and
registers only, so that it works at the image's own stub, at QEMU's, and on a
core file. Types come from the image's debug information.
"""

import bisect
import contextlib
import os
import re
import struct
import sys

import gdb  # pylint: disable=import-error
import gdb.unwinder  # pylint: disable=import-error

# __file__ is that of the first script, if one sources another.
SUPPORT = os.path.dirname(os.path.realpath(sys._getframe().f_code.co_filename))
sys.path.insert(0, SUPPORT)
# pylint: disable=wrong-import-position
from archs import ARCHS
from elf import PT_TLS, STT_OBJECT, STT_TLS, Elf

LEVELS = ("CRIT", "ERR", "WARN", "INFO", "DBG")
FRAMES = 64  # looked at for a thread's place, at most


# --- sources --------------------------------------------------------------------

TREE = os.path.dirname(SUPPORT)


def quoted(text):
    """One word of gdb's."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def find_sources(path):
    """Names in debug information are the same wherever an image was built. The
    build has written beside it what they stand for; the rest is in the tree."""
    try:
        with open(os.path.join(os.path.dirname(path), ".sources"), encoding="utf-8") as f:
            rules = f.read().split()
    except OSError:
        return
    for rule in rules:
        name, _, folder = rule.partition("=")
        gdb.execute(f"set substitute-path {quoted(name)} {quoted(folder)}")


def find_sources_of(objfile):
    with contextlib.suppress(UnicodeDecodeError):  # gdb gives no such path
        find_sources(objfile.filename)


gdb.execute(f"directory {quoted(TREE)}", to_string=True)
for _objfile in gdb.objfiles():
    find_sources_of(_objfile)
gdb.events.new_objfile.connect(lambda event: find_sources_of(event.new_objfile))


# --- the image ------------------------------------------------------------------

class Image:
    """Symbols and the segment of thread-local variables of an image."""

    def __init__(self, path):
        file = Elf(path)
        self.machine = file.machine
        self.tls = next(((s.memsz, max(s.align, 1)) for s in file.segments if s.type == PT_TLS), None)
        self.symbols = list(file.symbols())
        self.objects = sorted((s.value, s.size, s.name) for s in self.symbols
                              if s.type == STT_OBJECT)

    def object_at(self, address, size):
        """The name of the variable that is there."""
        at = bisect.bisect_left(self.objects, (address, size, ""))
        if at < len(self.objects) and self.objects[at][:2] == (address, size):
            return self.objects[at][2]
        return "?"


_elf = {}


def elf():
    """The image that gdb was given."""
    path = gdb.current_progspace().filename
    if not path:
        raise gdb.GdbError("No image: use support/gdb IMAGE, or the command file.")
    if path not in _elf:
        _elf.clear()
        _elf[path] = Image(path)
    return _elf[path]


def variable(name, source):
    """Of a library, by its source: a program may have one of the same name."""
    try:
        return gdb.parse_and_eval(f"'{source}'::{name}")
    except gdb.error as e:
        raise gdb.GdbError(f"The image has no {source.split('/')[0]} (no variable {name}), "
                           "or no debug information.") from e


def functions_at(address):
    """The symbols of the functions at an address, inlined ones first."""
    block = gdb.block_for_pc(address)
    while block:
        if block.function:
            yield block.function
        block = block.superblock


def symbol_at(address):
    """What the ELF symbols say."""
    return gdb.execute(f"info symbol {address:#x}", to_string=True).split(" in ")[0].strip()


def function_at(address):
    """A function with the place where it is defined."""
    function = list(functions_at(address))[-1:]
    return f"{function[0].name} ({function[0].symtab}:{function[0].line})" if function \
        else symbol_at(address)


def place_at(address):
    """(function, line or 0, file) of an address, for a frame that gdb does not
    know. gdb gives an inlined function the line that it is called in."""
    functions = list(functions_at(address))
    if not functions:
        return symbol_at(address), 0, ""
    outer = functions[-1]
    line = functions[-2].line if len(functions) > 1 else gdb.find_pc_line(address).line
    return outer.name, line, outer.symtab.filename


def place_of(frame):
    """The same of a frame of gdb's; of one with functions inlined, where they
    are. At the first instruction of such a one gdb has no frame for it yet."""
    place, function = frame.find_sal(), frame.function()
    if function is None:
        return symbol_at(frame.pc()), place.line, place.symtab.filename if place.symtab else ""
    own = place.symtab and place.symtab.filename == function.symtab.filename
    return function.name, place.line if own else 0, function.symtab.filename


def read(address, size):
    return bytes(gdb.selected_inferior().read_memory(address, size))


def words_at(address, count):
    return struct.unpack(f"<{count}Q", read(address, 8 * count))


def print_table(rows):
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        print("  ".join(cell.ljust(w) for cell, w in zip(row, widths)).rstrip())


# --- threads --------------------------------------------------------------------

def uk_threads():
    """(struct thread, struct uk_thread) of all threads, by id."""
    whole = gdb.lookup_type("struct thread").pointer()
    at = variable("uksched", "uksched/sched.c")["first"]
    last = 0
    while int(at):
        thread = at.cast(whole).dereference()
        if int(thread["pub"]["id"]) <= last:
            raise gdb.GdbError(f"The list of threads is damaged at {int(at):#x}.")
        last = int(thread["pub"]["id"])
        yield thread, thread["pub"]
        at = thread["pub"]["next"]


def running_thread():
    """The address of the thread on the CPU."""
    return int(variable("uk_percpu_boot", "ukcore/core.c")["thread"])


def gdb_thread_of(number):
    """What gdb calls a thread of the guest; of a target that shows one CPU, that."""
    threads = gdb.selected_inferior().threads()
    if len(threads) == 1:
        return threads[0]
    return next((t for t in threads if number in t.ptid[1:]), None)


def trail(regs):
    """The addresses of a call trace, by frame pointers."""
    fields = [f.name for f in regs.type.fields()]
    pc, fp = (("rip", "rbp") if "rip" in fields else ("pc", None))
    at = int(regs[pc])
    frame = int(regs[fp]) if fp else int(regs["x"][29])
    yield at
    for _ in range(FRAMES):
        try:
            older, at = words_at(frame, 2)
        except gdb.MemoryError:
            return
        if not at:
            return
        yield at - 1
        if older <= frame:
            return
        frame = older


def places_of(thread):
    """The places of a thread that gdb knows, innermost first; inlined functions
    are part of the one that they are in."""
    selected, chosen = gdb.selected_thread(), gdb.selected_frame()
    places = []
    try:
        thread.switch()
        frame = gdb.newest_frame()
        while frame is not None and len(places) < FRAMES:
            if frame.type() != gdb.INLINE_FRAME:
                places.append(place_of(frame))
            frame = frame.older()
    finally:
        selected.switch()
        chosen.select()
    return places


def where(places):
    """The first place that is not the scheduler's own."""
    places = list(places)
    own = (p for p in places if p[2] and "lib/uksched/" not in p[2])
    name, line, file = next(own, places[0] if places else ("", 0, ""))
    return f"{name} ({file}{f':{line}' if line else ''})" if file else name


def where_thread(thread, state):
    if state == "exited":
        return ""
    known = gdb_thread_of(int(thread["pub"]["id"]))
    running = int(thread.address) == running_thread()
    if known and (running or len(gdb.selected_inferior().threads()) > 1):
        return where(places_of(known))
    if running:
        return ""
    return where(place_at(address) for address in saved_trail(thread))


def state_of(thread):
    if int(thread.address) == running_thread() and not variable("uksched", "uksched/sched.c")["idle"]:
        return "running"
    return str(thread["pub"]["state"]).rsplit("_", maxsplit=1)[-1].lower()


WAITS = {"QUEUE": "for wait queue", "MUTEX": "for mutex", "SEMAPHORE": "for semaphore",
         "CONDITION": "for condition", "JOIN": "for the end of", "INPUT": "for input of"}
FOR_EVER = 2**64 - 1


def thread_named(address):
    for thread, pub in uk_threads():
        if int(thread.address) == address:
            return f"thread {int(pub['id'])} {pub['name'].string(errors='replace')}"
    return "a thread that is not listed"


def object_named(address):
    """A variable of the program; what is on a stack has no name."""
    name = symbol_at(address)
    if name.startswith("No symbol") or "stack" in name:
        return f"{address:#x}"
    return f"{name.replace(' + ', '+')} ({address:#x})"


def wait_of(pub):
    """What a thread waits for, in the words of lib/uksched/wait_text.c."""
    wait = pub["wait"]
    kind = str(wait["kind"]).rsplit("_", maxsplit=1)[-1]
    until, at = int(wait["until"]), int(wait["object"])
    words = [WAITS[kind]] if kind in WAITS else []
    if kind == "JOIN":
        words.append(thread_named(at))
    elif kind == "INPUT":
        words.append(wait["object"].cast(gdb.lookup_type("char").pointer()).string())
    elif words:
        words.append(object_named(at))
    if kind == "MUTEX":
        mutex = wait["object"].cast(gdb.lookup_type("struct uk_mutex").pointer())
        words[-1] += f", held by {thread_named(int(mutex['owner']))}"
    if until != FOR_EVER and kind != "INPUT":
        if words:
            words[-1] += ","
        words.append(f"until {until // 10**9}.{until % 10**9 // 1000:06} s")
    return " ".join(words)


def name_threads():
    """Gives gdb's threads the guest's names, which a core file does not hold."""
    try:
        for _, pub in uk_threads():
            known = gdb_thread_of(int(pub["id"]))
            if known and known.ptid[1] == int(pub["id"]):
                known.name = pub["name"].string(errors="replace")
    except gdb.error:
        pass  # a damaged list, or no threads


class UkThreads(gdb.Command):
    """uk threads
List the guest's threads: number, name, state and what they wait for, time on
the CPU, place.

The time is up to when the thread last left the CPU. The place is the
innermost function that is not the scheduler's."""

    def __init__(self):
        super().__init__("uk threads", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        rows = [("Id", "Name", "State", "CPU time", "Place")]
        for thread, pub in uk_threads():
            state = state_of(thread)
            waits = state in ("waiting", "sleeping")
            rows.append((str(int(pub["id"])), pub["name"].string(errors="replace"),
                         f"{state} {wait_of(pub)}" if waits else state,
                         f"{int(pub['cpu_time']) / 1e6:.3f} ms", where_thread(thread, state)))
        if len(rows) == 1:
            print("There are no threads yet.")
        else:
            print_table(rows)


def saved_trail(thread):
    """The call trace of a thread that is not on the CPU."""
    trap = thread["trap"]
    return trail(trap["regs"].dereference() if int(trap) else thread["ctx"]["regs"])


class FrameId:  # pylint: disable=too-few-public-methods
    """The key by which gdb distinguishes frames."""

    def __init__(self, sp, pc):
        self.sp, self.pc = sp, pc


class Chosen(gdb.unwinder.Unwinder):
    """A thread that is not on the CPU, at a target that shows the CPU only: the
    frames of its call trace follow those where the CPU is, as if called from
    there, and are the only ones that a backtrace shows."""

    def __init__(self):
        super().__init__("uk thread")
        self.name, self.priority, self.enabled = "uk thread", 100, True
        self.cpu = self.regs = None

    def choose(self, thread):
        """None: what the CPU runs."""
        self.cpu = None
        gdb.invalidate_cached_frames()
        if thread is None:
            return
        trap = thread["trap"]
        regs = trap["regs"].dereference() if int(trap) else thread["ctx"]["regs"]
        frame = gdb.newest_frame()
        self.regs = dict(registers_of(regs))
        cpu = int(frame.read_register("sp")), frame.pc()
        self.cpu = cpu
        gdb.invalidate_cached_frames()
        first = gdb.newest_frame()
        while self.covers(first):
            first = first.older()
        first.select()

    def covers(self, frame):
        """Whether this is a frame of the CPU's, inlined functions included."""
        return self.cpu is not None and (int(frame.read_register("sp")), frame.pc()) == self.cpu

    def __call__(self, pending):
        if self.cpu is None or (int(pending.read_register("sp")),
                                int(pending.read_register("pc"))) != self.cpu:
            return None
        # Below every stack: a caller's frame is above it.
        info = pending.create_unwind_info(FrameId(gdb.Value(0), gdb.Value(self.cpu[1])))
        for name, value in self.regs.items():
            kind = pending.read_register(name).type
            info.add_saved_register(name, gdb.Value(value.to_bytes(kind.sizeof, "little"), kind))
        return info

    def filter(self, frames):
        return (f for f in frames if not self.covers(f.inferior_frame()))


def registers_of(regs):
    """(name in gdb, value) of what is in a struct __regs."""
    names = [f.name for f in regs.type.fields()]
    if "rip" in names:
        return [(n, int(regs[n])) for n in names
                if n in ("rbx", "rbp", "rsp", "rip") or re.fullmatch("r[0-9]+", n)]
    return [*((f"x{i}", int(regs["x"][i])) for i in range(30)), ("x30", int(regs["lr"])),
            ("sp", int(regs["sp"])), ("pc", int(regs["pc"]))]


chosen_thread = Chosen()
gdb.unwinder.register_unwinder(None, chosen_thread, replace=True)
gdb.frame_filters["uk thread"] = chosen_thread
gdb.events.cont.connect(lambda event: chosen_thread.choose(None))


class UkThread(gdb.Command):
    """uk thread ID|NAME
Select a thread of the guest, and print its call trace.

A target that shows the CPU only, such as QEMU's own stub, knows no other
thread than the one that runs: the frames of the selected one then begin at
#1. Select the running thread again before a step; `continue` does it."""

    def __init__(self):
        super().__init__("uk thread", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        word = argument.strip()
        if not word:
            raise gdb.GdbError("usage: uk thread ID|NAME")
        thread = next((t for t, pub in uk_threads() if word in
                       (str(int(pub["id"])), pub["name"].string(errors="replace"))), None)
        if thread is None:
            raise gdb.GdbError(f"No thread {word}; uk threads lists them.")
        known = gdb_thread_of(int(thread["pub"]["id"]))
        running = int(thread.address) == running_thread()
        if known and (running or len(gdb.selected_inferior().threads()) > 1):
            chosen_thread.choose(None)
            known.switch()
            gdb.execute("backtrace")
        elif state_of(thread) == "exited":
            print("The thread has exited.")
        else:
            chosen_thread.choose(thread)
            gdb.execute("backtrace")


# --- thread-local variables -------------------------------------------------------

def tls_symbols():
    """The linker's own, and what marks data on arm64, have no size."""
    return [s for s in elf().symbols if s[1] == STT_TLS and s[3]]


def tls_symbol(name):
    found = [s for s in tls_symbols() if s[0] == name]
    if not found:
        names = sorted({s[0] for s in tls_symbols()})
        raise gdb.GdbError(f"No thread-local variable {name}; there are: "
                           f"{', '.join(names) or 'none'}.")
    return found[0]


def tls_type(name, size):
    symbol = gdb.lookup_static_symbol(name) or gdb.lookup_global_symbol(name)
    if symbol is not None and symbol.type.sizeof == size:
        return symbol.type
    return gdb.lookup_type("unsigned char").array(size - 1)


def thread_pointer(which):
    """The register of the selected thread; another one's is in its uk_thread."""
    if which is None:
        frame = gdb.newest_frame()
        for register in ("fs_base", "tpidr", "tpidr_el0", "TPIDR_EL0"):
            try:
                return int(frame.read_register(register)) & (1 << 64) - 1
            except ValueError:
                pass
        return int(variable("uk_percpu_boot", "ukcore/core.c")["thread"].dereference()["tls"])
    for _, pub in uk_threads():
        if which in (str(int(pub["id"])), pub["name"].string(errors="replace")):
            return int(pub["tls"])
    raise gdb.GdbError(f"No thread {which}; see uk threads.")


def tls_variable(name, which=None):
    """x86_64: variables stand below the thread pointer; arm64: behind the
    two words that it points to. ELF Handling for Thread-Local Storage."""
    _, _, offset, size = tls_symbol(name)
    whole, align = elf().tls
    pointer = thread_pointer(which)
    if not pointer:
        raise gdb.GdbError("The thread has no thread-local variables (yet).")
    distance = -whole // align * align if elf().machine == ARCHS["x86_64"].elf \
        else -(-16 // align * align)
    return gdb.Value(pointer + distance + offset).cast(
        tls_type(name, size).pointer()).dereference()


class UkTls(gdb.Command):
    """uk tls NAME [THREAD]
Print a thread-local variable of the selected thread, or of another one.

THREAD is a number or a name as uk threads lists them: the guest's, which gdb
shows as the second part of "Thread 1.2", not as its own Id. The function $uk_tls("name")
stands for the variable in expressions; it can be set."""

    def __init__(self):
        super().__init__("uk tls", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        words = gdb.string_to_argv(argument)
        if len(words) not in (1, 2):
            raise gdb.GdbError("usage: uk tls NAME [THREAD]")
        value = tls_variable(*words)
        print(f"{words[0]} at {int(value.address):#x} = {value.format_string()}")

    def complete(self, text, word):
        try:
            return [s[0] for s in tls_symbols() if s[0].startswith(word)]
        except (gdb.GdbError, OSError):
            return []


class TlsFunction(gdb.Function):
    """$uk_tls("NAME" [, THREAD])
The thread-local variable of the selected thread, or of another one: its
number or name in uk threads."""

    def __init__(self):
        super().__init__("uk_tls")

    def invoke(self, name, thread=None):  # pylint: disable=arguments-differ
        if thread is not None:
            is_number = thread.type.strip_typedefs().code == gdb.TYPE_CODE_INT
            thread = str(int(thread)) if is_number else thread.string()
        return tls_variable(name.string(), thread)


# --- the log ----------------------------------------------------------------------

def log_records():
    """(time, level, text) of the messages in the ring, oldest first; the
    layout is lib/ukprint/ring.h."""
    ring = variable("uk_print_ring", "ukprint/ring.c")
    size = ring.type.sizeof
    data = read(int(ring.address), size)
    head = int(variable("uk_print_head", "ukprint/ring.c"))
    record = gdb.lookup_type("struct ring_rec")
    offset = {f.name: f.bitpos // 8 for f in record.fields()}
    at = max(head - size, size) + 7 & ~7
    while at < head:
        place = at % size
        tag, = struct.unpack_from("<Q", data, place)
        if tag & ~7 != at or tag & 7 not in (2, 3):
            at += 8
            continue
        if tag & 7 == 3:  # a pad, up to the end of the ring
            at += size - place
            continue
        time, = struct.unpack_from("<Q", data, place + offset["time"])
        step, length = struct.unpack_from("<HH", data, place + offset["size"])
        text = data[place + offset["text"]:place + offset["text"] + length]
        yield time, data[place + offset["level"]], text.decode(errors="replace")
        at += max(step, 8)


class UkLog(gdb.Command):
    """uk log [N]
Print the last N messages of the guest's log; without N, all that are kept."""

    def __init__(self):
        super().__init__("uk log", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        count = int(gdb.parse_and_eval(argument)) if argument else 0
        records = list(log_records())
        for time, level, text in records[-count if count > 0 else 0:]:
            word = LEVELS[min(level, len(LEVELS) - 1)]
            for line in text.rstrip("\n").split("\n"):
                print(f"[{time // 10**9:5}.{time // 1000 % 10**6:06}] {word}: {line}")


# --- events and tables ------------------------------------------------------------

def table_bounds():
    """{name: [start, end]} of the link-time tables."""
    tables = {}
    for name, _, value, _ in elf().symbols:
        for i, end in enumerate(("_start", "_end")):
            if name.startswith("uk_tab_") and name.endswith(end):
                tables.setdefault(name[7:-len(end)], [0, 0])[i] = value
    return tables


class UkEvents(gdb.Command):
    """uk events [NAME]
List events with their handlers, in the order in which they are asked."""

    def __init__(self):
        super().__init__("uk events", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        bounds = table_bounds().get("events")
        if bounds is None:
            raise gdb.GdbError("The image has no ukevent.")
        known = gdb.lookup_type("struct uk_event").pointer()
        shown = 0
        for pointer in words_at(bounds[0], (bounds[1] - bounds[0]) // 8):
            event = gdb.Value(pointer).cast(known).dereference()
            name = event["name"].string()
            if argument and name != argument:
                continue
            shown += 1
            print(name)
            start, end = int(event["start"]), int(event["end"])
            for handler in words_at(start, (end - start) // 8) if end > start else ():
                print(f"    {function_at(handler)}")
        if argument and not shown:
            raise gdb.GdbError(f"No event {argument}; see uk events.")


class UkTables(gdb.Command):
    """uk tables [NAME]
List the link-time tables with the addresses and symbols of their records;
of one table, the records too."""

    def __init__(self):
        super().__init__("uk tables", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        tables = table_bounds()
        if argument and argument not in tables:
            raise gdb.GdbError(f"No table {argument}; see uk tables.")
        for name in [argument] if argument else sorted(tables):
            start, end = tables[name]
            symbol = gdb.lookup_global_symbol(f"uk_tab_{name}_start")
            kind = symbol.type.target().unqualified() if symbol else None
            size = kind.sizeof if kind else end - start or 8
            print(f"{name}: {(end - start) // size} of {kind or 'an unknown type'}")
            for address in range(start, end, size):
                print(f"    {address:#x} {elf().object_at(address, size)}", end="")
                print(f" = {gdb.Value(address).cast(kind.pointer()).dereference()}"
                      if argument and kind else "")

    def complete(self, text, word):
        try:
            return [name for name in sorted(table_bounds()) if name.startswith(word)]
        except (gdb.GdbError, OSError):
            return []


# --- the store ----------------------------------------------------------------------

def store_paths():
    """(path, struct uk_store_entry) of all values: static ones, then objects'."""
    bounds = table_bounds().get("store")
    if bounds is None:
        raise gdb.GdbError("The image has no ukstore.")
    kind = gdb.lookup_type("struct uk_store_entry")
    for address in range(*bounds, kind.sizeof):
        entry = gdb.Value(address).cast(kind.pointer()).dereference()
        yield f"{entry['library'].string().removeprefix('lib')}/{entry['name'].string()}", entry
    objects = gdb.lookup_static_symbol("uk_store_objects")
    objects = objects.value() if objects else None
    for i in range(int(objects["count"]) if objects else 0):
        one = objects["objects"][i].dereference()
        name = f"{one['library'].string().removeprefix('lib')}/{one['name'].string()}"
        for at in range(int(one["count"])):
            entry = one["entries"][at]["e"]
            yield f"{name}/{entry['name'].string()}", entry


def text_at(pointer):
    return pointer.string(errors="replace") if int(pointer) else ""


def store_values(prefix):
    """What the guest's own command says: its getters run there."""
    try:
        said = gdb.execute(f"monitor store ls {prefix}", to_string=True)
    except gdb.error as e:
        said = str(e)
    if not re.match(r"\w+/|no value's path", said):
        raise gdb.GdbError("Values come from the image's own stub only, while it is "
                           f"connected: {said.strip() or 'it has no command store'}")
    return said


class UkStore(gdb.Command):
    """uk store [-v] [PREFIX]
List the values of the store whose paths begin with PREFIX: type, kind, unit
and what they are.

This reads memory alone. With -v the values are shown, which has the guest's
getters run: by the image's own stub (monitor store ls)."""

    def __init__(self):
        super().__init__("uk store", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        words = gdb.string_to_argv(argument)
        values = words[:1] == ["-v"]
        words = words[values:]
        if len(words) > 1:
            raise gdb.GdbError("usage: uk store [-v] [PREFIX]")
        prefix = words[0] if words else ""
        if values:
            print(store_values(prefix), end="")
            return
        kinds = {v: k.rsplit("_", maxsplit=1)[-1].lower() for k, v in (
            (f.name, f.enumval) for f in gdb.lookup_type("enum uk_store_kind").fields())}
        rows = [("Path", "Type", "Kind", "Unit", "Set", "What it is")]
        for path, entry in store_paths():
            if path.startswith(prefix):
                rows.append((path, str(entry["type"]).rsplit("_", maxsplit=1)[-1],
                             kinds.get(int(entry["kind"]), "?"), text_at(entry["unit"]),
                             "yes" if int(entry["set"]["u64"]) else "",
                             text_at(entry["help"])))
        if len(rows) == 1:
            raise gdb.GdbError(f"No value's path begins with {prefix}.")
        print_table(rows)

    def complete(self, text, word):
        try:
            return [path for path, _ in store_paths() if path.startswith(word)]
        except (gdb.GdbError, OSError):
            return []


class Uk(gdb.Command):
    """Commands about a Vitrine guest."""

    def __init__(self):
        super().__init__("uk", gdb.COMMAND_STATUS, gdb.COMPLETE_NONE, True)


for _command in (Uk, UkThreads, UkThread, UkTls, TlsFunction, UkLog, UkEvents,
                 UkTables, UkStore):
    _command()
