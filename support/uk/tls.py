# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""uk tls: thread-local variables."""

from archs import ARCHS
from elf import STT_TLS
from uk import debugger
from uk.debugger import Error
from uk.guest import elf, value_text
from uk.threads import current, find_thread


def tls_symbols():
    """The linker's own, and what marks data on arm64, have no size."""
    return [s for s in elf().symbols if s[1] == STT_TLS and s[3]]


def tls_names():
    return sorted({s[0] for s in tls_symbols()})


def tls_symbol(name):
    found = [s for s in tls_symbols() if s[0] == name]
    if not found:
        raise Error(f"No thread-local variable {name}; there are: {', '.join(tls_names()) or 'none'}.")
    return found[0]


def tls_type(name, size):
    """What is not described is a number, or bytes."""
    kind = debugger.type_of(name)
    if kind is not None and kind.sizeof == size:
        return kind
    word = {4: "unsigned int", 8: "unsigned long"}.get(size)
    return word or debugger.array_of("unsigned char", size)


def thread_pointer(which):
    """The register of the selected thread; another one's is in its uk_thread."""
    if which is None:
        pointer = debugger.thread_pointer()
        if pointer is not None:
            return pointer
        which = debugger.selected_number()
        if which is None:
            return int(current().dereference()["tls"])
    found = find_thread(str(which))
    if found is None:
        raise Error(f"No thread {which}; see uk threads.")
    return int(found[1]["tls"])


def tls_variable(name, which=None):
    """x86_64: variables stand below the thread pointer; arm64: behind the
    two words that it points to. ELF Handling for Thread-Local Storage."""
    _, _, offset, size = tls_symbol(name)
    whole, align = elf().tls
    pointer = thread_pointer(which)
    if not pointer:
        raise Error("The thread has no thread-local variables (yet).")
    distance = -whole // align * align if elf().machine == ARCHS["x86_64"].elf \
        else -(-16 // align * align)
    return debugger.at(tls_type(name, size), pointer + distance + offset)


@debugger.command("tls", tls_names)
def print_tls(argument):
    """uk tls NAME [THREAD]
Print a thread-local variable of the selected thread, or of another one.

THREAD is a number or a name as uk threads lists them: the guest's, which gdb
shows as the second part of "Thread 1.2", not as its own Id. In gdb the function
$uk_tls("name") stands for the variable in expressions; it can be set."""
    words = debugger.split(argument)
    if len(words) not in (1, 2):
        raise Error("usage: uk tls NAME [THREAD]")
    value = tls_variable(*words)
    print(f"{words[0]} at {int(value.address):#x} = {value_text(value)}")
