# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Profiles with names, as other programs read them: collapsed stacks (flamegraph.pl and its
like) and the JSON of speedscope.app; and for pprof, with functions and lines."""

import json
import re

import places
import pprof_file
from archs import ARCHS
from elf import Elf


def chains(image, pcs):
    """{address: [(function, file, line)]}, innermost first. OSError, ElfError, PlacesError."""
    tools = next((a.tools for a in ARCHS.values() if a.elf == Elf(image).machine), "")
    return {pc: [(name, *split(place)) for name, place in chain]
            for pc, chain in places.chains(image, tools, pcs).items()}


def split(place):
    """(file, line) of "file:line:column"; one that is not known is "", 0."""
    found = re.match(r"(.*?):(\d+)(:\d+)?$", place)
    return (found[1], int(found[2])) if found and "?" not in found[1] else ("", 0)


def pcs_of(profile):
    return {pc for sample in profile.samples for pc in sample.pcs}


def owner(sample):
    """The names under which a sample's stack stands: its CPU and thread, or what it is."""
    labels = sample.labels
    return [*([f"cpu {labels['cpu']}"] if "cpu" in labels else []),
            *([f"thread {labels['thread']}"] if "thread" in labels else []),
            *([f"({labels['kind']})"] if "kind" in labels else [])]


def named(profile, found):
    """[(names, outermost first, value)]: the last of its values, time or bytes."""
    stacks = {}
    for sample in profile.samples:
        names = owner(sample)
        for pc in reversed(sample.pcs):
            names += [name for name, _, _ in reversed(found.get(pc) or [(f"{pc:#x}", "", 0)])]
        names += [sample.labels["wait"]] if "wait" in sample.labels else []
        stacks[tuple(names)] = stacks.get(tuple(names), 0) + sample.values[-1]
    return sorted(stacks.items())


def folded(profile, found):
    """Text, a stack a line; times in microseconds."""
    by = 1000 if profile.types[-1][1] == "nanoseconds" else 1
    return "".join(f"{';'.join(names)} {value // by}\n" for names, value in named(profile, found))


def speedscope(profile, found, name):
    """Text: https://www.speedscope.app/file-format-schema.json"""
    unit = {"nanoseconds": "nanoseconds", "bytes": "bytes"}.get(profile.types[-1][1], "none")
    frames, samples, weights = {}, [], []
    for names, value in named(profile, found):
        samples.append([frames.setdefault(frame, len(frames)) for frame in names])
        weights.append(value)
    return json.dumps({
        "$schema": "https://www.speedscope.app/file-format-schema.json",
        "name": name, "activeProfileIndex": 0, "exporter": "vitrine",
        "shared": {"frames": [{"name": frame} for frame in frames]},
        "profiles": [{"type": "sampled", "name": name, "unit": unit, "startValue": 0, "endValue": sum(weights),
                      "samples": samples, "weights": weights}]}) + "\n"


def pprof(profile, found, image):
    return pprof_file.encode(profile, found, image)
