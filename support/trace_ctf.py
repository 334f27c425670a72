# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Events as a folder of the Common Trace Format, version 1.8 (diamon.org/ctf/v1.8.3):
`metadata`, and a file of packets for each CPU."""

import struct
import uuid
from pathlib import Path

import trace_events as te

MAGIC = 0xc1fc1fc1
PACKET = struct.Struct("<I16sIQQQQQQI")  # header and context
HEADER = struct.Struct("<QHH")  # of an event, and its thread
PACKET_BYTES = 1 << 16  # at most; each is as long as its events

METADATA = """/* CTF 1.8 */

typealias integer {{ size = 8; align = 8; signed = false; }} := uint8_t;
typealias integer {{ size = 16; align = 8; signed = false; }} := uint16_t;
typealias integer {{ size = 32; align = 8; signed = false; }} := uint32_t;
typealias integer {{ size = 64; align = 8; signed = false; }} := uint64_t;

trace {{
	major = 1;
	minor = 8;
	uuid = "{uuid}";
	byte_order = le;
	packet.header := struct {{
		uint32_t magic;
		uint8_t uuid[16];
		uint32_t stream_id;
	}};
}};

env {{
	domain = "kernel";
	tracer_name = "vitrine";
	image = "{image}";
	build_id = "{build_id}";
	architecture = "{arch}";
}};

clock {{
	name = "monotonic";
	description = "nanoseconds since the guest's boot";
	freq = 1000000000;
	offset = 0;
}};

typealias integer {{
	size = 64; align = 8; signed = false; map = clock.monotonic.value;
}} := time_t;

stream {{
	id = 0;
	packet.context := struct {{
		time_t timestamp_begin;
		time_t timestamp_end;
		uint64_t content_size;
		uint64_t packet_size;
		uint64_t packet_seq_num;
		uint64_t events_discarded;
		uint32_t cpu_id;
	}};
	event.header := struct {{
		time_t timestamp;
		uint16_t id;
	}};
	event.context := struct {{
		uint16_t thread;
	}};
}};
"""


def field_type(field):
    if field.kind == te.TEXT:
        return "string { encoding = UTF8; }"
    if field.kind == te.FLOAT:
        exponent, mantissa = (11, 53) if field.size == 8 else (8, 24)
        return f"floating_point {{ exp_dig = {exponent}; mant_dig = {mantissa}; align = 8; }}"
    return (f"integer {{ size = {8 * field.size}; align = 8; signed = {str(field.kind == te.SIGNED).lower()}; "
            f"base = {16 if field.kind == te.POINTER else 10}; }}")


def declaration(point):
    """Readers take one underscore from a field's name, which keeps it from being a keyword."""
    fields = "".join(f"\t\t{field_type(f)} _{f.name};\n" for f in point.fields)
    return (f'\nevent {{\n\tname = "{point.name}";\n\tid = {point.id};\n\tstream_id = 0;\n'
            f"\tfields := struct {{\n{fields}\t}};\n}};\n")


def packed(field, value):
    if field.kind == te.TEXT:
        return value.encode() + b"\0"
    if field.kind == te.FLOAT:
        return struct.pack("<d" if field.size == 8 else "<f", value)
    return value.to_bytes(field.size, "little", signed=field.kind == te.SIGNED)


def record(event):
    return HEADER.pack(event.time, event.point.id, event.thread) + b"".join(
        map(packed, event.point.fields, event.values))


def packets(cpu, ring, trace_uuid):
    """The packets of a CPU. What was discarded is in the last one's count."""
    parts, number, begin = [], 0, 0
    records = [record(event) for event in ring.events]
    while begin < len(records):
        end, size = begin, 0
        while end < len(records) and (end == begin or size + len(records[end]) <= PACKET_BYTES):
            size += len(records[end])
            end += 1
        bits = 8 * (PACKET.size + size)
        lost = ring.discarded if end == len(records) else 0
        parts += [PACKET.pack(MAGIC, trace_uuid.bytes, 0, ring.events[begin].time, ring.events[end - 1].time,
                              bits, bits, number, lost, cpu), *records[begin:end]]
        number, begin = number + 1, end
    return b"".join(parts)


def write(folder, image, rings, name, arch):
    """Writes a trace to a new or an empty folder. OSError."""
    folder = Path(folder)
    folder.mkdir(exist_ok=True)
    trace_uuid = uuid.uuid4()
    for cpu, ring in enumerate(rings):
        if ring.events:
            (folder / f"cpu{cpu}").write_bytes(packets(cpu, ring, trace_uuid))
    text = METADATA.format(uuid=trace_uuid, image=name.replace("\\", "\\\\").replace('"', '\\"'),
                           build_id=image.file.build_id, arch=arch)
    (folder / "metadata").write_text(text + "".join(map(declaration, image.points.values())), encoding="utf-8")
