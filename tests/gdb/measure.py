# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""What gdb does for support/bench-gdb, with one stub: `socket` is
set before. Each function prints one line, MEASURED and a number."""

import time

import gdb

# pylint: disable=undefined-variable


def quiet(command):
    return gdb.execute(command, to_string=True)


def measured(number):
    print(f"\nMEASURED {number}")


def attach():
    for setting in ("pagination off", "confirm off", "width 0", "remotetimeout 60"):
        quiet(f"set {setting}")
    start = time.perf_counter()
    quiet(f"target remote {socket}")
    return time.perf_counter() - start


def to_main():
    attach()
    # QEMU's stub starts before there are page tables: breakpoints in hardware
    quiet("thbreak main")
    quiet("continue")


def attaching():
    """Milliseconds."""
    measured(attach() * 1000)
    quiet("kill")


def rate(count, work):
    start = time.perf_counter()
    work()
    return count / (time.perf_counter() - start)


def memory(size, writing, repeat):
    """KiB/s."""
    to_main()
    inferior = gdb.selected_inferior()
    at = int(gdb.parse_and_eval("(unsigned long)&big[0]"))
    data = bytes((i * 37 + (i >> 8)) & 0xff for i in range(size))
    inferior.write_memory(at, data)

    def work():
        for _ in range(repeat):
            if writing:
                inferior.write_memory(at, data)
            else:
                assert bytes(inferior.read_memory(at, size)) == data
    measured(rate(repeat * size / 1024, work))
    quiet("kill")


def stepi(count):
    to_main()
    quiet("break debuggee_loop")
    quiet("continue")
    quiet("delete")
    measured(rate(count, lambda: [quiet("stepi") for _ in range(count)]))
    quiet("kill")


def next_line(function, count):
    """Lines a second."""
    to_main()
    quiet(f"break {function}")
    quiet("continue")
    quiet("delete")
    measured(rate(count, lambda: [quiet("next") for _ in range(count)]))
    quiet("kill")


def condition(count):
    """Evaluations a second of a condition that holds at the last hit."""
    to_main()
    quiet(f"break debuggee_add if a == {count}")
    measured(rate(count, lambda: quiet("continue")))
    assert int(gdb.parse_and_eval("a")) == count
    quiet("kill")


def watch(count):
    """Stops a second."""
    to_main()
    quiet("break debuggee_loop")
    quiet("continue")
    quiet("delete")
    quiet("watch counter")
    measured(rate(count, lambda: [quiet("continue") for _ in range(count)]))
    quiet("kill")


def backtrace(count):
    """Backtraces of 50 frames a second, each read anew."""
    to_main()
    quiet("break debuggee_add if a == 0")
    quiet("continue")

    def work():
        for _ in range(count):
            quiet("maint flush register-cache")
            quiet("maint flush dcache")
            assert quiet("bt").count("debuggee_depth") >= 50
    measured(rate(count, work))
    quiet("kill")
