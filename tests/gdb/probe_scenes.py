# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""gdb at an instruction that has a probe, which a client of the guest makes it hit; see scenes.py."""

import threading
import urllib.request

# pylint: disable=undefined-variable


@scene
def beside_a_probe(url):
    attach()
    code = run("x/2i work")
    run("break work if arg == 7")
    done = []
    client = threading.Thread(target=lambda: done.append(urllib.request.urlopen(f"{url}/work?20").read()))
    client.start()
    for _ in range(2):
        go()
        assert number("arg") == 7 and run("x/2i work").replace("=> ", "   ") == code
        run("stepi")
    run("delete")
    run("detach")
    client.join()
    assert done == [b"20 12 9000\n"], done


@scene
def steps_in_a_crowd(url):
    """Threads that lose the CPU at any instruction, on two CPUs, at a breakpoint that each hits all the time."""
    attach()
    run("break work if arg == 100")
    done = []
    client = threading.Thread(target=lambda: done.append(urllib.request.urlopen(f"{url}/crowd").read()))
    client.start()
    for place in ("uk_sched_yield", "work if called % 50 == 49") * 12:
        run(f"tbreak {place}")
        go()
        assert function() == place.split()[0], function()
        for _ in range(4):
            stop = go("stepi")
            assert stop.get("signal", "SIGTRAP") == "SIGTRAP", stop
    run("delete")
    run("set var crowd_ends = 1")
    run("detach")
    client.join()
    assert done == [b"done\n"], done


@scene
def false_condition(url, condition):
    """Prints what a call of work() costs with it."""
    attach()
    run(f"break work if {condition}")
    run("tbreak scene_nothing")
    answers = []

    def client():
        answers.append(urllib.request.urlopen(f"{url}/cost?1000").read().decode())
        urllib.request.urlopen(f"{url}/nothing?1").read()

    thread = threading.Thread(target=client)
    thread.start()
    go()
    assert function() == "scene_nothing"
    run("delete")
    run("detach")
    thread.join()
    print("cost", answers[0], end="")
