# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""gdb, as debugger.py describes it."""

import contextlib
import re

import gdb  # pylint: disable=import-error

from uk import chosen

Error, Unreadable = gdb.GdbError, gdb.MemoryError
Failures = (gdb.GdbError, gdb.error)
split = gdb.string_to_argv


def image_path():
    return gdb.current_progspace().filename


def variable(name, source=None):
    if source:
        with contextlib.suppress(gdb.error):
            return gdb.parse_and_eval(f"'{source}'::{name}")
        return None
    symbol = gdb.lookup_static_symbol(name)
    return symbol.value() if symbol else None


def type_of(name):
    symbol = gdb.lookup_static_symbol(name) or gdb.lookup_global_symbol(name)
    return symbol.type if symbol else None


def at(kind, address):
    kind = gdb.lookup_type(kind) if isinstance(kind, str) else kind
    return gdb.Value(address).cast(kind.pointer()).dereference()


def array_of(name, count):
    return gdb.lookup_type(name).array(count - 1)


def element_of(kind):
    return kind.target().unqualified()


name_of = str

KINDS = {gdb.TYPE_CODE_STRUCT: "struct", gdb.TYPE_CODE_UNION: "struct", gdb.TYPE_CODE_ARRAY: "array",
         gdb.TYPE_CODE_PTR: "pointer", gdb.TYPE_CODE_INT: "integer", gdb.TYPE_CODE_CHAR: "integer"}


def kind_of(value):
    kind = value.type.strip_typedefs()
    if kind.code == gdb.TYPE_CODE_PTR and str(kind.target().strip_typedefs()) == "const char":
        return "text"
    return KINDS.get(kind.code, "other")


def parts_of(value):
    kind = value.type.strip_typedefs()
    if kind.code == gdb.TYPE_CODE_ARRAY:
        return [("", value[i]) for i in range(kind.range()[1] + 1)]
    return [(f.name, value[f]) for f in kind.fields()]


def offsets(name):
    return {f.name: f.bitpos // 8 for f in gdb.lookup_type(name).fields()}


def enumerators(name):
    return {f.name: f.enumval for f in gdb.lookup_type(name).fields()}


def read(address, size):
    return bytes(gdb.selected_inferior().read_memory(address, size))


# --- places -----------------------------------------------------------------------

def functions_at(address):
    """The symbols of the functions at an address, inlined ones first."""
    block = gdb.block_for_pc(address)
    while block:
        if block.function:
            yield block.function
        block = block.superblock


def symbol_at(address):
    return gdb.execute(f"info symbol {address:#x}", to_string=True).split(" in ")[0].strip()


def path_of(symtab):
    """As gcc writes it: clang begins with ./"""
    return symtab.filename.removeprefix("./") if symtab else ""


def definition(function):
    """(file, line) of a function. gcc may give one the header that declares it; the line of its first
    instruction is in its file then, if it is not inlined."""
    file, line = path_of(function.symtab), function.line
    if file.endswith(".h"):
        first = gdb.find_pc_line(int(function.value().address))
        file, line = (path_of(first.symtab), first.line) if first.symtab else (file, line)
    return file, line


def function_at(address):
    function = list(functions_at(address))[-1:]
    return "{} ({}:{})".format(function[0].name, *definition(function[0])) if function else symbol_at(address)


def frame_at(address):
    """gdb gives an inlined function the line and file that it is called in. At the first instruction
    of one it does not name it yet, but has its line."""
    functions = list(functions_at(address))
    if not functions:
        return [(symbol_at(address), 0, "")]
    place = gdb.find_pc_line(address)
    lines = [(place.line, path_of(place.symtab))] + [(f.line, path_of(f.symtab)) for f in functions[:-1]]
    return [(f.name, *line) for f, line in zip(functions[:-1], lines)] + [own_place(functions[-1], *lines[-1])]


def own_place(function, line, path):
    """Of a function that is not inlined."""
    file = definition(function)[0]
    return function.name, line if path == file else 0, file


def place_of(frame):
    """The same of one of gdb's frames; an inlined function has one of its own."""
    place, function = frame.find_sal(), frame.function()
    if function is None:
        return symbol_at(frame.pc()), place.line, path_of(place.symtab)
    if frame.type() == gdb.INLINE_FRAME:
        return function.name, place.line, path_of(place.symtab)
    return own_place(function, place.line, path_of(place.symtab))


# --- threads ----------------------------------------------------------------------

def thread_of(number, cpu):
    threads = gdb.selected_inferior().threads()
    if len(threads) == 1:
        return threads[0] if cpu == 0 else None
    if "(CPU#0 " in gdb.execute("info threads", to_string=True):  # QEMU's words
        number = None if cpu is None else cpu + 1
    return next((t for t in threads if number in t.ptid[1:]), None)


def frames_of(thread, most):
    selected, frame_then = gdb.selected_thread(), gdb.selected_frame()
    frames, inlined = [], []
    try:
        thread.switch()
        frame = gdb.newest_frame()
        while frame is not None and len(frames) < most:
            inlined.append(place_of(frame))
            if frame.type() != gdb.INLINE_FRAME:
                frames.append(inlined)
                inlined = []
            frame = frame.older()
    finally:
        selected.switch()
        frame_then.select()
    return frames


def registers(thread):
    selected, frame_then = gdb.selected_thread(), gdb.selected_frame()
    try:
        thread.switch()
        frame = gdb.newest_frame()
        values = [frame.read_register(r) for r in frame.architecture().registers("general")]
        return (int(frame.read_register("sp")) & (1 << 64) - 1,
                [int(v) & (1 << 64) - 1 for v in values if v.type.sizeof == 8])
    finally:
        selected.switch()
        frame_then.select()


def select(thread):
    chosen.thread.choose(None)
    thread.switch()
    gdb.execute("backtrace")


def select_saved(regs, _):
    chosen.thread.choose(regs)
    gdb.execute("backtrace")


def saved_trace(regs, _):
    chosen.thread.choose(regs)
    text = gdb.execute("backtrace", to_string=True)
    above = int(re.match("#([0-9]+)", text)[1]) if text.startswith("#") else 0
    return re.sub("^#([0-9]+) *", lambda n: f"#{int(n[1]) - above:<3}", text, flags=re.M)


@contextlib.contextmanager
def kept():
    selected, frame_then = gdb.selected_thread(), gdb.selected_frame()
    try:
        yield
    finally:
        chosen.thread.choose(None)
        selected.switch()
        frame_then.select()


def masks_interrupts(thread):
    """Selects it; registers that were chosen before would be in the way."""
    chosen.thread.choose(None)
    thread.switch()
    frame = gdb.newest_frame()
    if frame.architecture().name().startswith("aarch64"):
        return bool(int(frame.read_register("cpsr")) & 0x80)
    return not int(frame.read_register("eflags")) & 0x200


def selected_number():
    """Where gdb has no register for the thread pointer it shows the CPU only."""
    return None


def thread_pointer():
    frame = gdb.newest_frame()
    for register in ("fs_base", "tpidr", "tpidr_el0", "TPIDR_EL0"):
        with contextlib.suppress(ValueError):
            return int(frame.read_register(register)) & (1 << 64) - 1
    return None


# --- commands ---------------------------------------------------------------------

def has_guest():
    return gdb.selected_inferior().pid != 0


def is_core():
    return getattr(gdb.selected_inferior().connection, "type", "") == "core"


def monitor(text):
    try:
        return gdb.execute(f"monitor {text}", to_string=True)
    except gdb.error as e:
        return str(e)


def number(text):
    return int(gdb.parse_and_eval(text))


class Command(gdb.Command):
    """uk NAME"""

    def __init__(self, name, function, words):
        self.__doc__, self.function, self.words = function.__doc__, function, words
        super().__init__(f"uk {name}", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        try:
            self.function(argument)
        except gdb.error as e:
            raise gdb.GdbError(str(e)) from e

    def complete(self, _, word):
        with contextlib.suppress(gdb.GdbError, gdb.error, OSError):
            return [w for w in self.words() if w.startswith(word)] if self.words else gdb.COMPLETE_NONE
        return []


class Uk(gdb.Command):
    """Commands about a Vitrine guest."""

    def __init__(self):
        super().__init__("uk", gdb.COMMAND_STATUS, gdb.COMPLETE_NONE, True)


Uk()


def command(name, complete=None):
    def add(function):
        Command(name, function, complete)
        return function
    return add
