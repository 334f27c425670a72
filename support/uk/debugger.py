# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""What the commands need of the debugger that they run in: in_gdb.py, in_lldb.py.

Values are gdb's, or like them: value["member"], value[index], int(value), str(value),
value.dereference(), value.address, value.type.sizeof.

  Error                 what a command raises: its text is for the user
  Unreadable            there is no memory
  Failures              these, and the debugger's own: exceptions for `except`
  image_path()          of the image that was opened, or None
  variable(name, source=None)     a value, or None; of a file of that path's end
  type_of(name)         the type of a variable that may have no place, or None
  at(type, address)     the value there; type: a name in C, or a type
  array_of(type, count), element_of(type), name_of(type)
  kind_of(value)        struct (or union), array, pointer, text (const char *), integer, or other
  parts_of(value)       (name, value) of the members of a struct; ("", value) of an array
  offsets(name)         {member: bytes from the start} of a struct
  enumerators(name)     {enumerator: number}
  read(address, size)   bytes
  symbol_at(address)    NAME + DISTANCE, or "No symbol …"
  function_at(address)  NAME (FILE:LINE) of its definition
  frame_at(address)     places of it: (function, line or 0, file), inlined functions first
  thread_of(number, cpu)          the debugger's thread, or None; at a target that shows
                        CPUs, such as QEMU's own stub, that of the CPU, if it is not None
  frames_of(thread, most)         such lists of its frames, innermost first
  registers(thread)     (its stack pointer, the values of its general registers)
  select(thread), select_saved(regs, addresses)     and print the call trace; the second
                        is of a struct __regs, where the debugger knows no thread
  saved_trace(regs, addresses)    that call trace as text, numbered from 0
  kept()                a context after which the thread is selected that was before
  masks_interrupts(thread)        whether its CPU has them off
  selected_number()     the guest's number of the selected thread, or None
  thread_pointer()      its register, or None
  has_guest()           whether it is connected to one, or has a core file
  is_core()             whether it has a core file
  monitor(command)      what the guest's stub says, or why there is none
  split(text)           words of an argument
  number(text)          the value of an expression
  command(name, complete=None)    makes a function of the argument a command `uk NAME`;
                        complete() gives the words that can follow; the first line of its
                        description is the usage
"""

import functools
import sys

from uk import NO_GUEST

if "gdb" in sys.modules:
    from uk.in_gdb import *  # pylint: disable=wildcard-import,unused-wildcard-import
else:
    from uk.in_lldb import *  # pylint: disable=wildcard-import,unused-wildcard-import

_command = command


def command(name, complete=None, of_image=False):  # pylint: disable=function-redefined
    """The debugger's own, which refuses words behind a command that takes none, and, if the command is
    not of an image alone, to say what is in one that does not run."""
    def add(function):
        usage = function.__doc__.partition("\n")[0]

        @functools.wraps(function)
        def checked(argument):
            if argument.strip() and usage == f"uk {name}":
                raise Error(f"{usage} takes nothing behind it: leave out {argument.strip()}")
            if not of_image and not has_guest():
                raise Error(NO_GUEST)
            function(argument)
        return _command(name, complete)(checked)
    return add
