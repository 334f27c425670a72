# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""What gdb knows of a crash from its core file: reason, frames, threads and values
of a crash report (doc/crash-reports.md), as JSON in the file VITRINE_REPORT names.
support/crash_report.py has support/gdb read this behind gdb_commands.py."""

import json
import os

import gdb  # pylint: disable=import-error

# pylint: disable=undefined-variable

WALKED = 10000  # frames at most, and of them
LISTED = 64     # in the report


incomplete = {}  # part: what it lacks


class Earlier(Exception):
    """The guest had not crashed yet."""


def text_or_none(pointer):
    return text_at(pointer) or None


def word(value, prefix):
    """An enumerator without its prefix."""
    return str(value).removeprefix(prefix).lower()


def crash_info():
    """The guest's record of the crash."""
    info = gdb.parse_and_eval("'ukassert/crash.c'::crash")["info"]
    if not int(info):
        raise Earlier("the core file is not of the crash: it was written before")
    return info.dereference()


def trap_of(trap):
    address = f"{int(trap['fault_address']):#x}" if int(trap["addr_valid"]) else None
    return {"event": text_at(trap["event_name"]), "vector": int(trap["trapnr"]),
            "error_code": int(trap["error_code"]), "address": address,
            "access": word(trap["access"], "UKARCH_ACCESS_"), "why": word(trap["why"], "UKARCH_WHY_")}


def trap_words(trap):
    """The screen's words, if the image has a screen."""
    symbol = gdb.lookup_static_symbol("ukcrash_reason")
    return symbol.value().string(errors="replace") if symbol else text_at(trap["event_name"])


def reason():
    info = crash_info()
    if not int(info["what"]):
        trap = info["trap"].dereference()
        return {"text": trap_words(trap), "kind": "trap", "detail": None, "file": None, "line": None,
                "trap": trap_of(trap)}
    kind, detail, file, line = (text_at(info["what"]), text_or_none(info["detail"]),
                                text_or_none(info["file"]), int(info["line"]))
    first = f": {detail.splitlines()[0]}" if detail else ""
    place = f" ({file}:{line})" if detail and file else ""
    return {"text": kind + first + place, "kind": kind, "detail": detail, "file": file,
            "line": line if file else None, "trap": None}


def frame_of(frame):
    place = frame.find_sal()
    return {"pc": f"{frame.pc():#x}", "function": frame.name(),
            "file": os.path.normpath(place.symtab.filename) if place.symtab else None, "line": place.line or None,
            "inlined": frame.type() == gdb.INLINE_FRAME, "repeats": 0}


def frames_of(thread):
    """Of a thread, innermost first; one that calls itself from one place is listed once."""
    thread.switch()
    frames, frame, walked = [], gdb.newest_frame(), 0
    while frame is not None and walked < WALKED:
        one = frame_of(frame)
        if frames and {**frames[-1], "repeats": 0} == one:
            frames[-1]["repeats"] += 1
        elif len(frames) == LISTED:
            break
        else:
            frames.append(one)
        walked += 1
        try:
            frame = frame.older()
        except gdb.error:  # a damaged stack
            break
    return frames


def cpus():
    """Of the machine, with the numbers of what they ran."""
    known = {t.ptid[1] for t in gdb.selected_inferior().threads()}
    result = []
    for number, cpu in uk.cpus.found_cpus():
        state = uk.cpus.state_of(number).replace(uk.cpus.ALONE, "crashed")
        tid = uk.cpus.id_on(number, cpu)
        result.append({"id": number, "state": state, "crashed_as_well": uk.cpus.event_of(number) or None,
                       "thread": tid if state != uk.cpus.OFF and tid in known else None, "registers": None})
    return result


def threads():
    """Of the guest; one that it does not know yet has gdb's number."""
    first = gdb.selected_thread()
    known = {}
    try:
        for thread, pub in uk.threads.uk_threads():
            known[int(pub["id"])] = thread, pub
    except (gdb.GdbError, gdb.error) as e:
        if uk.debugger.variable("uksched", uk.threads.SCHEDULER) is not None:  # else the image has no threads
            incomplete["threads"] = f"those behind thread {max(known, default=0)} have no names: {e}"
    on = {cpu["thread"]: cpu["id"] for cpu in cpus()}
    result = []
    for thread in sorted(gdb.selected_inferior().threads(), key=lambda t: t.ptid[1]):
        one = {"id": thread.ptid[1], "name": None, "state": None, "wait": None, "cpu": on.get(thread.ptid[1]),
               "crashed": thread.num == first.num}
        if thread.ptid[1] in known:
            whole, pub = known[thread.ptid[1]]
            state = uk.threads.state_of(whole)
            one |= {"name": text_at(pub["name"]), "state": state,
                    "wait": uk.threads.wait_of(pub) if state in ("waiting", "sleeping") else None}
        result.append({**one, "frames": frames_of(thread)})
    first.switch()
    return result


NUMBERS = {"S8", "U8", "S16", "U16", "S32", "U32", "S64", "U64", "UPTR"}


def values():
    """Those that the screen shows."""
    symbol = gdb.lookup_static_symbol("ukcrash_values")
    if symbol is None:
        raise gdb.GdbError("the image has no crash screen with values (LIBUKCRASH, LIBUKSTORE)")
    array, result = symbol.value(), []
    for at in range(array.type.range()[1]):
        if not int(array[at]["entry"]):
            break
        entry, text = array[at]["entry"].dereference(), array[at]["text"].string(errors="replace")
        kind = str(entry["type"]).rsplit("_", maxsplit=1)[-1].upper()
        result.append({"path": f"{text_at(entry['library']).removeprefix('lib')}/{text_at(entry['name'])}",
                       "value": int(text) if kind in NUMBERS else text, "unit": text_or_none(entry["unit"])})
    return result


def write_report():
    """Each part by itself: a part that fails says why. Of a core file that was written
    before the crash there is none."""
    report, missing = {}, {}
    for part in (reason, cpus, threads, values):
        try:
            report[part.__name__] = part()
        except Earlier as e:
            report, missing = {}, {"core": str(e)}
            break
        except Exception as e:  # pylint: disable=broad-except
            missing[part.__name__] = str(e)
    missing |= incomplete
    with open(os.environ["VITRINE_REPORT"], "w", encoding="utf-8") as f:
        json.dump({"report": report, "missing": missing}, f)


write_report()
