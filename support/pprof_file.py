# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Profiles as pprof has them: profile.proto (github.com/google/pprof), messages in the
encoding of protocol buffers. Read as a guest writes them (lib/ukprof/pprof.c), with
addresses alone; written with functions and lines as well."""

import dataclasses

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
# Fields of Profile, and of the messages in it.
SAMPLE_TYPE, SAMPLE, MAPPING, LOCATION, FUNCTION, STRING, DURATION = 1, 2, 3, 4, 5, 6, 10


class ProfileError(ValueError):
    """No profile; the text says why."""


@dataclasses.dataclass
class Sample:
    pcs: list  # to look up, innermost first
    values: list  # in the order of the profile's types
    labels: dict  # {name: text or number}


@dataclasses.dataclass
class Profile:
    types: list  # (name, unit) of each value
    samples: list
    duration: int = 0  # ns
    start: int = 0  # of the code, to limit
    limit: int = 0
    build_id: str = ""


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 128:
            return value, at


def fields(data):
    """(field, number or bytes) of a message. IndexError."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == VARINT:
            value, at = varint(data, at)
        elif key & 7 == BYTES:
            size, at = varint(data, at)
            if size > len(data) - at:
                raise IndexError
            value, at = data[at:at + size], at + size
        else:
            raise ProfileError("the profile has a field of a kind that it should not have")
        yield key >> 3, value


def numbers(value):
    """Those of a repeated field: one, or several packed."""
    if isinstance(value, int):
        return [value]
    found, at = [], 0
    while at < len(value):
        number, at = varint(value, at)
        found.append(number)
    return found


def decode(data):
    """ProfileError."""
    try:
        return decode_fields(list(fields(data)))
    except (IndexError, KeyError, TypeError) as e:
        raise ProfileError("the profile is damaged") from e


def decode_fields(found):
    strings = [value.decode(errors="replace") for field, value in found if field == STRING]
    addresses = {}
    for field, value in found:
        if field == LOCATION:
            of = dict(fields(value))
            addresses[of[1]] = of.get(3)
    profile = Profile([], [])
    for field, value in found:
        if field == SAMPLE_TYPE:
            of = dict(fields(value))
            profile.types.append((strings[of[1]], strings[of[2]]))
        elif field == SAMPLE:
            profile.samples.append(decode_sample(value, strings, addresses))
        elif field == MAPPING:
            of = dict(fields(value))
            profile.start, profile.limit = of.get(2, 0), of.get(3, 0)
            profile.build_id = strings[of.get(6, 0)]
        elif field == DURATION:
            profile.duration = value
    return profile


def decode_sample(data, strings, addresses):
    sample = Sample([], [], {})
    for field, value in fields(data):
        if field == 1:
            sample.pcs += [pc for pc in (addresses[number] for number in numbers(value)) if pc]
        elif field == 2:
            sample.values += numbers(value)
        else:
            label = dict(fields(value))
            sample.labels[strings[label[1]]] = strings[label[2]] if 2 in label else label.get(3, 0)
    return sample


def encoded(number):
    data = bytearray()
    while number > 127:
        data.append(number & 127 | 128)
        number >>= 7
    data.append(number)
    return bytes(data)


def message(*parts):
    """Of (field, number or bytes), without those that are 0."""
    data = bytearray()
    for field, value in parts:
        if isinstance(value, int):
            data += encoded(field << 3 | VARINT) + encoded(value) if value else b""
        else:
            data += encoded(field << 3 | BYTES) + encoded(len(value)) + value
    return bytes(data)


class Writer:
    def __init__(self):
        self.strings, self.functions, self.parts = {"": 0}, {}, []
        self.stands_for = {}  # location of each name that stands for a call trace

    def string(self, text):
        return self.strings.setdefault(text, len(self.strings))

    def add(self, field, *parts):
        self.parts.append((field, message(*parts)))

    def function(self, name, file):
        key = name, file
        if key not in self.functions:
            self.functions[key] = len(self.functions) + 1
            self.add(FUNCTION, (1, self.functions[key]), (2, self.string(name)), (3, self.string(name)),
                     (4, self.string(file)))
        return self.functions[key]

    def without_trace(self, sample):
        """The location of a sample that has no call trace: pprof's filters drop one without."""
        name = f"({sample.labels.get('kind', 'no call trace')})"
        if name not in self.stands_for:
            self.stands_for[name] = len(self.stands_for) + 1  # no address of code
            self.add(LOCATION, (1, self.stands_for[name]), (4, message((1, self.function(name, "")))))
        return self.stands_for[name]

    def sample(self, sample):
        labels = [(3, message((1, self.string(name)), *([(3, value)] if isinstance(value, int) else
                                                         [(2, self.string(value))])))
                  for name, value in sample.labels.items()]
        self.add(SAMPLE, *((1, pc) for pc in sample.pcs or [self.without_trace(sample)]), (2, b"".join(map(encoded, sample.values))), *labels)

    def location(self, pc, chain):
        lines = [(4, message((1, self.function(name, file)), (2, line))) for name, file, line in chain]
        self.add(LOCATION, (1, pc), (2, 1), (3, pc), *lines)


def encode(profile, chains, image=""):
    """chains: {address: [(function, file, line)]}, innermost first; image: its path."""
    w = Writer()
    for name, unit in profile.types:
        w.add(SAMPLE_TYPE, (1, w.string(name)), (2, w.string(unit)))
    for sample in profile.samples:
        w.sample(sample)
    known = bool(chains)
    w.add(MAPPING, (1, 1), (2, profile.start), (3, profile.limit), (5, w.string(image)),
          (6, w.string(profile.build_id)), (7, known), (8, known), (9, known), (10, known))
    for pc in sorted({pc for sample in profile.samples for pc in sample.pcs}):
        w.location(pc, chains.get(pc, ()))
    return message(*w.parts, *((STRING, text.encode()) for text in w.strings), (DURATION, profile.duration))
