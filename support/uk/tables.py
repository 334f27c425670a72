# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""uk events, uk tables, uk store: what is in link-time tables."""

import re

from uk import debugger
from uk.debugger import Error
from uk.guest import elf, last_word, print_table, text_at, value_text, words_at


@debugger.command("events", of_image=True)
def list_events(argument):
    """uk events [NAME]
List events with their handlers, in the order in which they are asked."""
    bounds = elf().table_bounds().get("events")
    if bounds is None:
        raise Error("The image has no ukevent.")
    shown = 0
    for pointer in words_at(bounds[0], (bounds[1] - bounds[0]) // 8):
        event = debugger.at("struct uk_event", pointer)
        name = text_at(event["name"])
        if argument and name != argument:
            continue
        shown += 1
        print(name)
        start, end = int(event["start"]), int(event["end"])
        for handler in words_at(start, (end - start) // 8) if end > start else ():
            print(f"    {debugger.function_at(handler)}")
    if argument and not shown:
        raise Error(f"No event {argument}; see uk events.")


def table_names():
    return sorted(elf().table_bounds())


@debugger.command("tables", table_names, of_image=True)
def list_tables(argument):
    """uk tables [NAME]
List the link-time tables with the addresses and symbols of their records;
of one table, the records too."""
    tables = elf().table_bounds()
    if argument and argument not in tables:
        raise Error(f"No table {argument}; see uk tables.")
    for name in [argument] if argument else sorted(tables):
        start, end = tables[name]
        whole = debugger.type_of(f"uk_tab_{name}_start")
        kind = debugger.element_of(whole) if whole else None
        size = kind.sizeof if kind else end - start or 8
        print(f"{name}: {(end - start) // size} of {debugger.name_of(kind) if kind else 'an unknown type'}")
        for address in range(start, end, size):
            print(f"    {address:#x} {elf().object_at(address, size)}", end="")
            print(f" = {value_text(debugger.at(kind, address), '    ')}" if argument and kind else "")


def path_of(library, name):
    return f"{text_at(library).removeprefix('lib')}/{text_at(name)}"


def store_paths():
    """(path, struct uk_store_entry) of all values: static ones, then objects'."""
    bounds = elf().table_bounds().get("store")
    if bounds is None:
        raise Error("The image has no ukstore.")
    size = debugger.at("struct uk_store_entry", bounds[0]).type.sizeof
    for address in range(*bounds, size):
        entry = debugger.at("struct uk_store_entry", address)
        yield path_of(entry["library"], entry["name"]), entry
    objects = debugger.variable("uk_store_objects")
    for i in range(int(objects["count"]) if objects is not None else 0):
        one = objects["objects"][i].dereference()
        name = path_of(one["library"], one["name"])
        for at in range(int(one["count"])):
            entry = one["entries"][at]["e"]
            yield f"{name}/{text_at(entry['name'])}", entry


def store_values(prefix):
    """What the guest's own command says: its getters run there."""
    instead = "uk store lists what there is without them"
    if debugger.is_core():
        raise Error("A core file has no values: the guest's getters give them. "
                    f"Use -v at the image's own stub (support/run --gdb PORT); {instead}.")
    said = debugger.monitor(f"store ls {prefix}")
    if not re.match(r"\w+/|no value's path", said):
        raise Error("The stub gives no values: it is not the image's own (support/run --gdb PORT), or the image lacks "
                    f"the command store (LIBUKSTORE); {instead}.")
    return said


@debugger.command("store", lambda: [path for path, _ in store_paths()], of_image=True)
def list_store(argument):
    """uk store [-v] [PREFIX]
List the values of the store whose paths begin with PREFIX: type, kind, unit
and what they are.

This reads memory alone. With -v the values are shown, which has the guest's
getters run: by the image's own stub (monitor store ls)."""
    words = debugger.split(argument)
    values = words[:1] == ["-v"]
    words = words[values:]
    if len(words) > 1:
        raise Error("usage: uk store [-v] [PREFIX]")
    prefix = words[0] if words else ""
    if values:
        print(store_values(prefix), end="")
        return
    listed = [(path, entry) for path, entry in store_paths() if path.startswith(prefix)]
    if not listed:
        raise Error(f"No value's path begins with {prefix}.")
    kinds = {v: last_word(k) for k, v in debugger.enumerators("enum uk_store_kind").items()}
    print_table([("Path", "Type", "Kind", "Unit", "Set", "What it is")] + [
        (path, str(entry["type"]).rsplit("_", maxsplit=1)[-1], kinds.get(int(entry["kind"]), "?"), text_at(entry["unit"]),
         "yes" if int(entry["set"]["u64"]) else "", text_at(entry["help"])) for path, entry in listed])
