# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""In a gdb that support/gdb --replay has started: goes to the crash of the
recorded run, and adds `uk rewind`."""

import contextlib
import linecache
import re

import gdb

ENDS = ("uk_crash_trap", "uk_crash_regs", "ukplat_poweroff")
start = None  # where the recording begins
fault = None  # the address that the crash is about
FRAMES = 8  # looked at for the bad pointer, at most
MOST = 65536  # bytes of what uk rewind looks for, at most: gdb's max-value-size
OBJECT = 4096  # bytes: how far behind a bad pointer a member may be


def readable(address):
    try:
        return bool(gdb.selected_inferior().read_memory(address, 1))
    except gdb.MemoryError:
        return False


def pointers(frame):
    """What the source line of a frame names that points to the address which cannot be read."""
    frame.select()
    place = frame.find_sal()
    line = linecache.getline(place.symtab.fullname(), place.line) if place.symtab else ""
    for word in dict.fromkeys(re.findall(r"[A-Za-z_]\w*(?:(?:->|\.)\w+)*", line)):
        parts = re.split(r"(->|\.)", word)
        for end in range(1, len(parts) + 1, 2):
            name = "".join(parts[:end])
            try:
                value = gdb.parse_and_eval(name)
                if value.type.strip_typedefs().code == gdb.TYPE_CODE_PTR and value.address is not None and \
                        int(value) <= fault < int(value) + OBJECT:
                    yield name
            except gdb.error:
                break  # not a variable, or it has no value here


def no_address():
    """Why `uk rewind` alone goes nowhere."""
    if fault is None:
        return "There is no crash about memory. Name what holds a bad value: uk rewind EXPRESSION"
    return f"There is no memory at {fault:#x}, which the crash is about. {advice()}"


def advice():
    """Of the frames, innermost first, the first that names what points there, which stays selected:
    a function of the C library was given it, and where a bad address was called that is the caller."""
    then = gdb.selected_frame()
    frame = gdb.newest_frame()
    for level in range(FRAMES):
        names = list(dict.fromkeys(pointers(frame)))
        if names:
            where = f" in frame {level}, which is selected now" if level else ""
            return f"{' and '.join(names)} points there{where}: uk rewind {names[-1]}"
        frame = frame.older()
        if frame is None:
            break
    then.select()
    return "Name what holds the bad pointer: uk rewind EXPRESSION"


def until(places, command):
    """Runs, in the command's direction, to one of the places (in hardware: there are no
    page tables at first)."""
    points = [gdb.Breakpoint(place, type=gdb.BP_HARDWARE_BREAKPOINT, internal=True)
              for place in places]
    for point in points:
        point.silent = True
    try:
        gdb.execute(command, to_string=True)
    finally:
        for point in points:
            point.delete()


def faulting_pc():
    """Where the trap interrupted the program, from uk_crash_trap()."""
    frame = gdb.newest_frame()
    while frame and frame.type() != gdb.SIGTRAMP_FRAME:
        frame = frame.older()
    return frame and frame.older() and frame.older().pc()


class Milestone(gdb.Breakpoint):
    """Where gdb stops on its way, and says what that is."""

    def __init__(self, place, text):
        super().__init__(place, type=gdb.BP_HARDWARE_BREAKPOINT, internal=True)
        self.silent, self.text = True, text

    def stop(self):
        print(self.text)
        return True


def arrive():
    """From the start of the recording to the crash; the reason if gdb does not get there."""
    try:
        go_to_crash()
    except (gdb.error, gdb.GdbError) as e:
        print(f"The recording cannot be repeated to its end: {e}")


HEAP = re.compile(r"block (0x[0-9a-f]+) of \d+ bytes was .*?(?:at offset (-?\d+)|(?=underrun))")


def damaged_byte():
    """The first one that the heap complains of, if that is why the guest crashed; lib/ukalloc/misuse.c."""
    try:
        found = HEAP.match(gdb.parse_and_eval("'ukalloc/misuse.c'::reason").string(errors="replace"))
    except gdb.error:
        return None
    return int(found[1], 16) + int(found[2] or -1) if found else None


def go_to_crash():
    """To the instruction that faulted, or the call that reported it. Without a crash, to
    the end."""
    global fault, start  # pylint: disable=global-statement
    start = gdb.newest_frame().pc()
    stops = []
    gdb.events.stop.connect(stops.append)
    until([place for place in ENDS if gdb.lookup_global_symbol(place)], "continue")
    gdb.events.stop.disconnect(stops.append)
    if not gdb.selected_inferior().pid:
        raise gdb.GdbError("QEMU has ended; record the run again.")
    Milestone("ukplat_poweroff", "This is the end of the recording.")
    name = gdb.newest_frame().name()
    if stops and getattr(stops[-1], "stop_signal", "") == "SIGQUIT":
        print("The run was ended here, by a time limit or a signal.")
    if name == "uk_crash_trap":
        ctx = gdb.parse_and_eval("ctx")
        if int(ctx["addr_valid"]):
            fault = int(ctx["fault_address"])
        pc = faulting_pc()
        if pc is not None:
            until([f"*{pc:#x}"], "reverse-continue")
            Milestone(name, f"This is the crash, behind the instruction that faulted: thbreak *{pc:#x} and "
                              "reverse-continue go back to it.")
    elif name == "uk_crash_regs" and gdb.newest_frame().older().name() == "uk_crash_here":
        fault = damaged_byte()
        until(["uk_crash_here"], "reverse-continue")
        gdb.execute("reverse-stepi", to_string=True)
        Milestone(name, "This is the crash: thbreak uk_crash_here and reverse-continue go back to its report.")
    elif name == "ukplat_poweroff":
        print("The guest ended without a crash; this is its end.")
    gdb.execute("frame")


def quietly(command):
    """Without the place where it stops; why, gdb prints all the same."""
    gdb.execute(f"with suppress-cli-notifications on -- {command}", to_string=True)


def registers():
    frame = gdb.newest_frame()
    return [str(frame.read_register(name)) for name in ("pc", "sp")]


def instructions():
    """How many QEMU has executed."""
    said = gdb.execute("monitor info replay", to_string=True)
    return int(re.search(r"instruction count = (\d+)", said).group(1))


@contextlib.contextmanager
def past(points):
    """gdb does not stop at these breakpoints."""
    points = [point for point in points if point.enabled]
    for point in points:
        point.enabled = False
    try:
        yield
    finally:
        for point in points:
            point.enabled = True


def go_to(count, place):
    """Forward to where registers() were `place`, past the user's breakpoints. An exception counts
    as no instruction, and QEMU stops on either side of it: the last instruction is a step."""
    with past(gdb.breakpoints()):
        gdb.execute(f"monitor replay_break {count - 1}", to_string=True)
        quietly("continue")
        while registers() != place and instructions() <= count:
            quietly("stepi")


def went_back():
    """reverse-continue; false if Ctrl-C has ended it."""
    stops = []
    gdb.events.stop.connect(stops.append)
    try:
        quietly("reverse-continue")
    finally:
        gdb.events.stop.disconnect(stops.append)
    return not stops or getattr(stops[-1], "stop_signal", "") != "SIGINT"


def is_bit_field(what):
    """Whether its address is that of bits of others as well."""
    parent = re.fullmatch(r"(.*?)(?:\.|->)(\w+)", what)
    with contextlib.suppress(gdb.error, KeyError):
        kind = gdb.parse_and_eval(parent[1]).type.strip_typedefs() if parent else None
        if kind and kind.code == gdb.TYPE_CODE_PTR:
            kind = kind.target().strip_typedefs()
        return bool(kind and kind[parent[2]].bitsize)
    return False


def before(what, address, kind, is_field):
    """The value now, as text; "" for bits of a word that has no name here."""
    if not is_field:
        return gdb.Value(int(address)).cast(kind.pointer()).dereference().format_string(max_elements=8)
    with contextlib.suppress(gdb.error):
        value = gdb.parse_and_eval(what)
        if value.address == address:
            return value.format_string(max_elements=8)
    return ""


class UkRewind(gdb.Command):
    """uk rewind [EXPRESSION]
Go back to the last change of a variable, or of what an expression such as
*pointer stands for.

Without an expression: of the address that the faulting instruction used, or of the
first damaged byte of the heap if that is the reason of the crash. The instruction that changed it is the next to be executed. A write of the value that
is there already is no change. If no instruction changed it, gdb stays where it is."""

    def __init__(self):
        super().__init__("uk rewind", gdb.COMMAND_RUNNING)

    def invoke(self, argument, from_tty):
        if not gdb.selected_inferior().pid:
            raise gdb.GdbError("The replay has ended: start support/gdb --replay again.")
        if not argument and (fault is None or not readable(fault)):
            raise gdb.GdbError(no_address())
        what = argument or f"*(unsigned char *){fault:#x}"
        try:
            with gdb.with_parameter("may-call-functions", False):  # a call, or the place for a string, would run it
                value = gdb.parse_and_eval(what)
                value.fetch_lazy()
                address = value.address
        except gdb.error as e:
            raise gdb.GdbError(f"{what}: {e}") from e
        if value.is_optimized_out:
            raise gdb.GdbError(f"{what} is optimized out here; go to where it is used, or give *ADDRESS.")
        if address is None or not value.type.sizeof:
            raise gdb.GdbError(f"{what} is not in memory: give a variable or *ADDRESS.")
        if value.type.sizeof > MOST:
            raise gdb.GdbError(f"{what} has {value.type.sizeof} bytes: give a part of it, of {MOST} at most.")
        if gdb.newest_frame().pc() == start:
            raise gdb.GdbError("This is the start of the recording: there is nothing before it.")
        others = gdb.breakpoints()  # milestones, too
        point = gdb.Breakpoint(f"*(char (*)[{value.type.sizeof}]){int(address):#x}", type=gdb.BP_WATCHPOINT,
                               wp_class=gdb.WP_WRITE, internal=True)
        point.silent = True
        new, is_field = value.format_string(max_elements=8), is_bit_field(what)
        here, level = (instructions(), registers()), gdb.selected_frame().level()
        with past(others):
            try:
                while True:
                    if not went_back():
                        if (instructions(), registers()) != here:
                            go_to(*here)
                        raise gdb.GdbError("Interrupted: gdb is where it was.")
                    old = before(what, address, value.type, is_field)
                    if not is_field or old != new or gdb.newest_frame().pc() == start:
                        break
            finally:
                point.delete()
            if gdb.newest_frame().pc() == start:
                go_to(*here)
                print(f"No instruction changed {what} between the start of the recording and here, where gdb has come "
                      f"back to: it was {new} at the start, and a write of the same value is no change.")
                gdb.execute(f"frame {level}")
                return
        print(f"{what} changes here{f' from {old}' if old else ''} to {new}")
        gdb.execute("frame")


UkRewind()
