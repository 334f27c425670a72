# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""uk report: what a guest does."""

from uk import debugger
from uk.cpus import id_on, thread_on, uk_cpus
from uk.guest import last_word, text_at
from uk.threads import (FOR_EVER, cpu_text, is_running, object_named, place_of_lock, saved_regs, state_of, thread_names,
                        thread_of, trail, uk_threads, wait_of)


def blocker(pub):
    """The address of the thread that alone can end a thread's wait, or 0: lib/uksched/deadlock.c."""
    wait = pub["wait"]
    if last_word(pub["state"]) != "waiting" or int(wait["until"]) != FOR_EVER:
        return 0
    kind = last_word(wait["kind"])
    if kind == "mutex":
        return int(debugger.at("struct uk_mutex", int(wait["object"]))["owner"])
    return int(wait["object"]) if kind == "join" else 0


def wait_in_words(pub, name):
    """"main waits for mutex m2 held by worker", of a thread in a cycle; name: of the other."""
    at = int(pub["wait"]["object"])
    if last_word(pub["wait"]["kind"]) == "mutex":
        of = f"mutex {object_named(at).split(' (')[0]} held by {name}{place_of_lock(at)}"
    else:
        of = f"the end of {name}"
    return f"{text_at(pub['name'])} waits for {of}"


def deadlocks(pubs):
    """The cycles of threads that wait for each other, each in words."""
    blockers = {at: blocker(pub) for at, pub in pubs.items()}
    done = set()
    for start in pubs:
        chain, at = [], start
        while at in pubs and at not in chain and at not in done:
            chain.append(at)
            at = blockers[at]
        done.update(chain)
        if at in chain:
            cycle = chain[chain.index(at):]
            first = min(range(len(cycle)), key=lambda i: int(pubs[cycle[i]]["id"]))
            cycle = cycle[first:] + cycle[:first]
            yield "; ".join(wait_in_words(pubs[at], text_at(pubs[blockers[at]]["name"])) for at in cycle)


def print_trace(thread, state):
    known = thread_of(thread)
    if known:
        debugger.select(known)
    elif state == "exited":
        print("The thread has exited.")
    elif is_running(thread):
        print("It runs on a CPU that the debugger does not show.")
    else:
        regs = saved_regs(thread)
        print(debugger.saved_trace(regs, trail(regs)), end="")


def interrupts(known):
    return ", interrupts off" if known and debugger.masks_interrupts(known) else ""


def report_thread(thread, pub):
    state = state_of(thread)
    waits = f" {wait_of(pub)}" if state in ("waiting", "sleeping") else cpu_text(thread)
    off = interrupts(thread_of(thread)) if state == "running" else ""
    print(f"Thread {int(pub['id'])}: {text_at(pub['name'])}, {state}{waits}{off}")
    print_trace(thread, state)


def report_cpu(number, cpu):
    """Of a CPU without a thread."""
    known = debugger.thread_of(id_on(number, cpu), number)
    print(f"CPU {number}: no thread{interrupts(known)}")
    if known:
        debugger.select(known)


@debugger.command("report")
def report(_):
    """uk report
Print what the guest does: its threads, each with its state, what it waits for and
its call trace; CPUs without a thread; cycles of threads that wait for each other.

support/run prints the same for Ctrl-\\\\, for a SIGQUIT, and when the time limit is
reached."""
    with debugger.kept():
        for number, cpu in uk_cpus():
            if thread_on(cpu) is None:
                report_cpu(number, cpu)
        if debugger.variable("uksched", "uksched/sched.c") is None:
            return
        with thread_names:
            pubs = report_threads()
    for text in deadlocks(pubs):
        print(f"Deadlock: {text}")


def report_threads():
    """{address: struct uk_thread} of them. Each at once: the list may be damaged behind it."""
    pubs = {}
    try:
        for thread, pub in uk_threads():
            try:
                report_thread(thread, pub)
                pubs[int(thread.address)] = pub
            except debugger.Failures as e:
                print(f"  damaged: {e}")
    except debugger.Error as e:
        print(f"{e} Threads behind that are unknown.")
    return pubs
