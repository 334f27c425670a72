# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""lldb, as debugger.py describes it. Of lldb 14."""

import contextlib
import io
import os
import re
import shlex
from pathlib import Path

import lldb  # pylint: disable=import-error

from uk import NO_GUEST

context = None  # lldb.SBExecutionContext of the command that runs
commands = {}   # name: function of lldb's

TREE = Path(__file__).resolve().parents[2]
RUNS = "The guest runs: interrupt it first (process interrupt)."

split = shlex.split


class Error(Exception):
    """The text is for the user."""


class Unreadable(Error):
    """There is no memory."""


Failures = (Error,)


class Type:
    """As gdb.Type."""

    def __init__(self, own):
        self.own, self.sizeof = own, own.GetByteSize()


class Value:
    """As gdb.Value."""

    def __init__(self, own):
        if not own.IsValid():
            raise Error("The debug information of the image does not have this.")
        self.own = own

    def __getitem__(self, key):
        return Value(self.own.GetChildAtIndex(key, lldb.eDynamicDontRunTarget, True)
                     if isinstance(key, int) else self.own.GetChildMemberWithName(key))

    def __int__(self):
        error = lldb.SBError()
        signed = self.own.GetType().GetCanonicalType().GetBasicType() in SIGNED
        value = (self.own.GetValueAsSigned if signed else self.own.GetValueAsUnsigned)(error)
        if error.Fail():
            raise Unreadable(f"Cannot read {self.own.GetName()}: {error.GetCString() or 'no memory'}."
                             if has_guest() else NO_GUEST)
        return value

    def __str__(self):
        return self.own.GetValue() or ""

    def dereference(self):
        return Value(self.own.Dereference())

    @property
    def address(self):
        return self.own.GetLoadAddress()

    @property
    def type(self):
        return Type(self.own.GetType())


BASIC = {"unsigned char": lldb.eBasicTypeUnsignedChar, "unsigned int": lldb.eBasicTypeUnsignedInt,
         "unsigned long": lldb.eBasicTypeUnsignedLong}
SIGNED = (lldb.eBasicTypeInt, lldb.eBasicTypeLong, lldb.eBasicTypeLongLong, lldb.eBasicTypeShort,
          lldb.eBasicTypeSignedChar)


def target():
    return context.GetTarget()


def process():
    return target().GetProcess()


def image_path():
    file = target().GetExecutable()
    return str(file) if file.IsValid() else None


def find(name, source=None):
    """An SBValue, or None."""
    return next((v for v in target().FindGlobalVariables(name, 1000) if source is None or
                 str(v.GetDeclaration().GetFileSpec()).endswith(source)), None)


def variable(name, source=None):
    found = find(name, source)
    return Value(found) if found else None


def type_of(name):
    found = find(name)
    return Type(found.GetType()) if found else None


def type_named(name):
    found = target().GetBasicType(BASIC[name]) if name in BASIC else \
        target().FindFirstType(name.removeprefix("struct ").removeprefix("enum "))
    if not found.IsValid():
        raise Error(f"The image has no type {name}, or no debug information.")
    return found


def at(kind, address):
    kind = type_named(kind) if isinstance(kind, str) else kind.own
    return Value(target().CreateValueFromAddress("it", lldb.SBAddress(address, target()), kind))


def array_of(name, count):
    return Type(type_named(name).GetArrayType(count))


def element_of(kind):
    return Type(kind.own.GetArrayElementType())


def name_of(kind):
    """In C."""
    tag = {lldb.eTypeClassStruct: "struct ", lldb.eTypeClassUnion: "union "}
    return tag.get(kind.own.GetTypeClass(), "") + kind.own.GetName().removeprefix("const ")


KINDS = {lldb.eTypeClassStruct: "struct", lldb.eTypeClassUnion: "struct", lldb.eTypeClassArray: "array",
         lldb.eTypeClassPointer: "pointer"}
OTHERS = (lldb.eBasicTypeBool, lldb.eBasicTypeFloat, lldb.eBasicTypeDouble, lldb.eBasicTypeLongDouble)


def kind_of(value):
    kind = value.own.GetType().GetCanonicalType()
    if kind.GetName() == "const char *":
        return "text"
    is_integer = kind.GetTypeClass() == lldb.eTypeClassBuiltin and kind.GetBasicType() not in OTHERS
    return "integer" if is_integer else KINDS.get(kind.GetTypeClass(), "other")


def parts_of(value):
    is_array = kind_of(value) == "array"
    return [("" if is_array else part.GetName(), Value(part)) for part in
            (value.own.GetChildAtIndex(i) for i in range(value.own.GetNumChildren()))]


def offsets(name):
    return {f.GetName(): f.GetOffsetInBytes() for f in type_named(name).fields}


def enumerators(name):
    return {m.GetName(): m.GetValueAsUnsigned() for m in type_named(name).GetEnumMembers()}


def read(address, size):
    error = lldb.SBError()
    data = process().ReadMemory(address, size, error)
    if error.Fail():
        raise Unreadable(f"Cannot access memory at address {address:#x}." if has_guest() else NO_GUEST)
    return data


# --- places -----------------------------------------------------------------------

def as_built(file):
    """A path as the debug information has it: `settings` may map the tree's root to a folder."""
    return str(file).removeprefix("./").removeprefix(f"{TREE}/")


def path_of(part):
    """Of a line or a compile unit."""
    return as_built(part.GetFileSpec()) if part.IsValid() else ""


def definition(function):
    """(file, line) of a function. Its first instruction may be an inlined one's; the line of its
    own is in lldb's description only, with the name of the file."""
    start, text = function.GetStartAddress(), lldb.SBStream()
    scope = start.GetSymbolContext(lldb.eSymbolContextCompUnit | lldb.eSymbolContextFunction)
    scope.GetDescription(text)
    unit, line = scope.GetCompileUnit(), start.GetLineEntry()
    own = re.search(r"FuncType: .* decl = (.+?):(\d+)", text.GetData())
    if own and own[1] == unit.GetFileSpec().GetFilename():
        return path_of(unit), own[2]
    return path_of(line), line.GetLine()


def symbol_at(address):
    place = target().ResolveLoadAddress(address)
    symbol = place.GetSymbol()
    if not symbol.IsValid():
        return f"No symbol matches {address:#x}."
    distance = address - symbol.GetStartAddress().GetLoadAddress(target())
    return symbol.GetName() + (f" + {distance}" if distance else "")


def function_at(address):
    function = target().ResolveLoadAddress(address).GetFunction()
    if not function.IsValid():
        return symbol_at(address)
    file, line = definition(function)
    return f"{function.GetName()} ({file}:{line})"


def frame_at(address):
    place = target().ResolveLoadAddress(address)
    function, block, line = place.GetFunction(), place.GetBlock(), place.GetLineEntry()
    if not function.IsValid():
        return [(symbol_at(address), 0, "")]
    at, inlined = (line.GetLine(), path_of(line)), []
    while block.IsValid():
        if block.IsInlined():
            inlined.append((block.GetInlinedName(), *at))
            at = block.GetInlinedCallSiteLine(), as_built(block.GetInlinedCallSiteFile())
        block = block.GetParent()
    return inlined + [own_place(function, *at)]


def own_place(function, line, path):
    """Of a function that is not inlined."""
    file = definition(function)[0]
    return function.GetName(), line if os.path.basename(path) == os.path.basename(file) else 0, file


def place_of(frame):
    function, line = frame.GetFunction(), frame.GetLineEntry()
    if not function.IsValid():
        return symbol_at(frame.GetPC()), line.GetLine() if line.IsValid() else 0, path_of(frame.GetCompileUnit())
    if frame.IsInlined():
        return frame.GetFunctionName(), line.GetLine(), path_of(line)
    return own_place(function, line.GetLine(), path_of(line))


# --- threads ----------------------------------------------------------------------

def thread_of(number, cpu):
    threads = list(process())
    if len(threads) == 1:
        return threads[0] if cpu == 0 else None
    return next((t for t in threads if t.GetThreadID() == number), None)


def frames_of(thread, most):
    frames, inlined = [], []
    for frame in map(thread.GetFrameAtIndex, range(min(thread.GetNumFrames(), most))):
        inlined.append(place_of(frame))
        if not frame.IsInlined():
            frames.append(inlined)
            inlined = []
    return frames


def registers(thread):
    frame = thread.GetFrameAtIndex(0)
    general = frame.GetRegisters()[0]
    return frame.GetSP(), [r.GetValueAsUnsigned() for r in general if r.GetByteSize() == 8]


def execute(text):
    result = lldb.SBCommandReturnObject()
    target().GetDebugger().GetCommandInterpreter().HandleCommand(text, result)
    if not result.Succeeded():
        raise Error(result.GetError().strip().removeprefix("error: "))
    return result.GetOutput() or ""


def select(thread):
    process().SetSelectedThread(thread)
    print(execute(f"thread backtrace {thread.GetIndexID()}"), end="")


def saved_trace(_, addresses):
    places = ((address, *frame_at(address)[-1]) for address in addresses)
    return "".join(f"    frame #{i}: {address:#018x} {name}{f' at {file}:{line}' if file else ''}\n"
                   for i, (address, name, line, file) in enumerate(places))


def select_saved(regs, addresses):
    print(saved_trace(regs, addresses), end="")


@contextlib.contextmanager
def kept():
    selected = process().GetSelectedThread()
    try:
        yield
    finally:
        process().SetSelectedThread(selected)


def masks_interrupts(thread):
    frame = thread.GetFrameAtIndex(0)
    flags = frame.FindRegister("rflags")
    if flags.IsValid():
        return not flags.GetValueAsUnsigned() & 0x200
    return bool(frame.FindRegister("cpsr").GetValueAsUnsigned() & 0x80)


def selected_number():
    return process().GetSelectedThread().GetThreadID() if process().GetNumThreads() > 1 else None


def thread_pointer():
    frame = process().GetSelectedThread().GetFrameAtIndex(0)
    for register in ("fs_base", "tpidr", "tpidr_el0", "TPIDR_EL0"):
        value = frame.FindRegister(register)
        if value.IsValid():
            return value.GetValueAsUnsigned()
    return None


# --- commands ---------------------------------------------------------------------

def has_guest():
    return process().IsValid()


def is_core():
    return process().GetPluginName() == "elf-core"


def monitor(text):
    try:
        said = execute(f"process plugin packet monitor {text}")
        return re.sub(r"^ *packet: .*\nresponse: .*\n?", "", said, flags=re.M)
    except Error as e:
        return str(e)


def number(text):
    value = target().EvaluateExpression(text)
    if value.GetError().Fail():
        raise Error(f"{text}: not a number")
    return value.GetValueAsSigned()


def command(name, complete=None):  # pylint: disable=unused-argument
    """lldb 14 has no completion of commands in Python."""
    def add(function):
        def called(_debugger, argument, now, result, _dictionary):
            global context  # pylint: disable=global-statement
            context, out = now, io.StringIO()
            try:
                if process().GetState() == lldb.eStateRunning:
                    raise Error(RUNS)
                with contextlib.redirect_stdout(out):
                    function(argument)
            except (Error, ValueError, OSError) as e:
                result.SetError(str(e))
            result.PutCString(out.getvalue().rstrip("\n"))
        called.__doc__ = function.__doc__
        commands[name] = called
        return function
    return add
