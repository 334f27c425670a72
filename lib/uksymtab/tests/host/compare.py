#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Compares the tables of mksymtab, as the guest's decoders read them, with what
binutils say about the same image.

    compare.py MKSYMTAB QUERY IMAGE...

Symbols: every one that readelf knows. Lines and inlined chains: addr2line at
every row of the line table, and in the middle between two; where it differs
llvm-symbolizer must agree. Unwind rules: every row of readelf's interpretation
of the frame information. Output is TAP; exit status 1: something differs.
"""

import collections
import os
import re
import subprocess
import sys
import tempfile

SHOW = 10


def tool(name, image):
    """binutils read every machine that they were built for: try the plain
    name, then the one of the machine."""
    with open(image, 'rb') as f:
        machine = f.read(20)[18]
    return 'aarch64-linux-gnu-' + name if machine == 183 else name


def run(*command, text=''):
    return subprocess.run(command, input=text, stdout=subprocess.PIPE,
                          check=True, universal_newlines=True).stdout


class Query:
    """The decoders of the guest, asked in batches."""

    def __init__(self, program, blob):
        self.command = (program, blob)

    def ask(self, kind, addrs):
        text = ''.join('%s %x\n' % (kind, a) for a in addrs)
        return run(*self.command, text=text).splitlines()

    def all_symbols(self):
        lines = run(*self.command, text='a\n').splitlines()
        assert lines.pop() == '0', 'the walk over all symbols failed'
        return lines


class Differences:
    """Counts what was compared, shows the first differences."""

    def __init__(self, image):
        self.image = image
        self.total = 0
        self.compared = collections.Counter()
        self.allowed = collections.Counter()

    def check(self, what, good, *details):
        self.compared[what] += 1
        if good:
            return
        self.total += 1
        if self.total <= SHOW:
            print('# %s: %s:' % (self.image, what), *details)

    def allow(self, why):
        self.allowed[why] += 1


def nm_symbols(image):
    """{address: [(size or None, type, name)]} of code and data."""
    out = collections.defaultdict(list)
    limit = None
    for line in run(tool('readelf', image), '-sW', image).splitlines():
        f = line.split()
        if len(f) < 8 or not f[0].endswith(':') or f[6] in ('UND', 'ABS'):
            continue
        if f[3] not in ('NOTYPE', 'FUNC', 'OBJECT') or f[7][0] == '$':
            continue
        addr, size = int(f[1], 16), int(f[2], 0)
        out[addr].append((size, f[4], f[7]))
        if f[7] == 'uk_symtab_start':
            limit = addr
    return {a: v for a, v in out.items() if limit is None or a < limit}


def cut(name):
    return name if len(name) < 64 else name[:60] + '...'


def compare_symbols(image, query, diff):
    known = nm_symbols(image)
    ours = [line.split(' ', 2) for line in query.all_symbols()]
    ours = {int(a, 16): (int(s, 16), n) for a, s, n in ours}
    for addr, names in known.items():
        sized = [n for n in names if n[0]]
        if not sized:
            continue
        best = min(['GLOBAL', 'WEAK', 'LOCAL'].index(n[1]) for n in sized)
        best = ['GLOBAL', 'WEAK', 'LOCAL'][best]
        want = [(n[0], cut(n[2])) for n in sized if n[1] == best]
        diff.check('symbol', ours.get(addr) in want, hex(addr),
                   ours.get(addr), want)
    starts = sorted(ours)
    for addr, following in zip(starts, starts[1:] + [None]):
        size, name = ours[addr]
        names = {cut(n[2]) for n in known.get(addr, ())}
        diff.check('name', name in names, hex(addr), name, names)
        if following and not any(n[0] for n in known[addr]):
            diff.check('label', addr + size <= following, hex(addr), name)
    probes = [(a, a) for a in starts]
    probes += [(a + ours[a][0] - 1, a) for a in starts]
    probes += [(a + ours[a][0] // 2, a) for a in starts]
    for (addr, start), got in zip(probes, query.ask('s', [p[0] for p in
                                                          probes])):
        got = got.split(' ', 2)
        good = len(got) == 3 and int(got[0], 16) == start
        if not good and len(got) == 3:
            inner = int(got[0], 16)
            good = start < inner <= addr < inner + int(got[1], 16)
        diff.check('lookup', good, hex(addr), got, hex(start))
    gaps = [a + ours[a][0] for a in starts]
    for addr, got in zip(gaps, query.ask('s', gaps)):
        inside = any(a <= addr < a + ours[a][0] for a in starts)
        diff.check('gap', inside == (got != '-2'), hex(addr), got)


def line_rows(image):
    """Addresses of all rows of the line table inside the text."""
    text = []
    for line in run(tool('readelf', image), '-SW', image).splitlines():
        m = re.match(r'\s*\[ *\d+\] \S+ +PROGBITS +(\S+) \S+ (\S+) \S+ +(\S+)',
                     line)
        if m and 'X' in m.group(3):
            start = int(m.group(1), 16)
            text.append((start, start + int(m.group(2), 16)))
    addrs = set()
    for line in run(tool('objdump', image), '--dwarf=decodedline',
                    image).splitlines():
        m = re.match(r'\S+ +(\d+|-) +(?:0x)?([0-9a-f]+)\b', line)
        if m and m.group(1) != '-':
            addrs.add(int(m.group(2), 16))
    return sorted(a for a in addrs if any(s <= a < e for s, e in text))


def addr2line(image, addrs):
    """For each address its chain [(function, file, line)]."""
    text = ''.join('0x%x\n' % a for a in addrs)
    out = run(tool('addr2line', image), '-a', '-i', '-f', '-e', image,
              text=text)
    chains, lines = [], out.splitlines()
    i = 0
    while i < len(lines):
        if re.match(r'0x[0-9a-f]+$', lines[i]):
            chains.append([])
            i += 1
            continue
        place = re.sub(r' \(discriminator.*', '', lines[i + 1])
        path, number = place.rsplit(':', 1)
        chains[-1].append((lines[i], os.path.normpath(path), number))
        i += 2
    return chains


def llvm_symbolizer(image, addrs):
    """The same by a second tool. addr2line 2.40 does not see what clang
    inlined with more than one range, and takes the wrong file for DWARF 5
    sequences that never set theirs."""
    text = ''.join('0x%x\n' % a for a in addrs)
    out = run('llvm-symbolizer', '-f', '-i', '-e', image, text=text)
    chains = []
    for block in out.rstrip('\n').split('\n\n'):
        lines = block.splitlines()
        chains.append([])
        for function, place in zip(lines[::2], lines[1::2]):
            path, line, _ = place.rsplit(':', 2)
            chains[-1].append((function, os.path.normpath(path), line))
    return chains


def same_path(ours, theirs):
    return theirs == ours or theirs.endswith('/' + ours.lstrip('/')) or \
        (ours.startswith('...') and theirs.endswith(ours[3:]))


def same_place(got, path, number):
    if got in ('-2', ':0'):
        return path == '??' or number in ('?', '0')
    file, line = got.rsplit(':', 1)
    if line == '0':
        return number in ('?', '0')
    return line == number and same_path(file, path)


class Names:
    """Which names of DWARF may stand for which symbols."""

    def __init__(self, image):
        self.same = collections.defaultdict(set)
        self.around = []
        for addr, names in nm_symbols(image).items():
            for size, _, name in names:
                self.same[name] |= {n[2] for n in names}
                self.around.append((addr, addr + size, name))

    def match(self, addr, ours, theirs):
        """foo.part.0 is foo to DWARF; an alias may be what nm shows; and
        clang knows a function inside a function of assembly as a label."""
        return theirs == '??' or ours == cut(theirs) or \
            ours.split('.')[0] == theirs or ours in self.same[theirs] or \
            any(s <= addr < e and n == theirs for s, e, n in self.around)


def chain_difference(names, addr, line, frames, chain):
    """What is not the same in our answers and theirs, None if nothing is."""
    if not same_place(line, *chain[0][1:]):
        return 'line'
    if frames[-1] != '-2' or len(frames) - 1 != len(chain):
        return 'length of the chain'
    for mine, theirs in zip(frames, chain):
        m = re.match(r'(\S+) (.*:\d+)( inlined)?$', mine)
        if not m or not names.match(addr, m.group(1), theirs[0]):
            return 'function'
        if not same_place(m.group(2), *theirs[1:]):
            return 'place'
    return None


def compare_lines(image, query, diff):
    addrs = line_rows(image)
    addrs = sorted(set(addrs) | {(a + b) // 2 & ~3 if b - a < 64 else a + 4
                                 for a, b in zip(addrs, addrs[1:])})
    symbols = query.ask('s', addrs)
    names = Names(image)
    again = []
    for addr, chain, line, frames, symbol in zip(
            addrs, addr2line(image, addrs), query.ask('l', addrs),
            query.ask('i', addrs), symbols):
        if symbol == '-2':
            diff.allow('padding')
            continue
        frames = frames.split('\t')
        if chain_difference(names, addr, line, frames, chain):
            again.append((addr, line, frames, chain))
        else:
            diff.check('chain', True)
    if not again:
        return
    for (addr, line, frames, chain), second in zip(
            again, llvm_symbolizer(image, [a[0] for a in again])):
        what = chain_difference(names, addr, line, frames, second)
        diff.check('chain', not what, what, hex(addr), line, frames,
                   'addr2line:', chain, 'llvm-symbolizer:', second)
        if not what:
            diff.allow('addr2line differs from llvm-symbolizer')


def frame_rows(image):
    """[(address, rule as query prints it, or None: no idea)]"""
    arm = tool('', image) != ''
    sp, fp, ra = ('sp', 'x29', 'ra') if arm else ('rsp', 'rbp', 'ra')
    out = run(tool('readelf', image), '-wF', image)
    columns, header = [], False
    for line in out.splitlines():
        f = line.split()
        if len(f) > 2 and f[0] == 'LOC':
            columns = f[1:]
            continue
        if not re.match(r'[0-9a-f]{16} \S+ *', line) or 'FDE' in line or \
                'CIE' in line:
            header = ' FDE ' in line
            continue
        if not header:
            continue
        # Columns are as wide as their names: "u" and "c-16" fit
        row = dict(zip(columns, f[1:]))
        yield int(f[0], 16), row.get('CFA'), row.get(fp, 'u'), \
            row.get(ra, 'u'), sp, fp


def expected_rule(cfa, fp, ra, sp, fpname):
    m = re.match(r'(\w+)\+(\d+)$', cfa)
    if not m or m.group(1) not in (sp, fpname, 'x31'):
        return None
    base = 'fp' if m.group(1) == fpname else 'sp'
    where = 'ra=reg' if ra in ('u', 's') else 'ra=' + ra
    saved = 'fp=u' if fp in ('u', 's') else 'fp=' + fp
    return 'cfa=%s+%s %s %s' % (base, m.group(2), where, saved)


def is_record(rule):
    m = re.match(r'cfa=(\w+)\+\d+ ra=c-(\d+) fp=c-(\d+)$', rule)
    return m and int(m.group(3)) == int(m.group(2)) + 8


def compare_unwind(image, query, diff):
    text = set()
    arm = tool('', image) != ''
    rows = [r for r in frame_rows(image)]
    symbols = query.ask('s', [r[0] for r in rows])
    answers = query.ask('u', [r[0] for r in rows])
    for row, symbol, got in zip(rows, symbols, answers):
        if symbol == '-2' or row[0] in text:
            continue            # code that the linker dropped
        want = expected_rule(*row[1:])
        if want is None:
            diff.allow('CFA beyond a rule')
        elif got == '-2' and arm:
            # The standard frame: a saved pair that x29 points to
            diff.check('frame', is_record(want), hex(row[0]), got, want)
        elif got == '-2':
            diff.check('frame', want == 'cfa=fp+16 ra=c-8 fp=c-16',
                       hex(row[0]), got, want)
        elif got == 'end':
            diff.check('frame', row[3] == 'u', hex(row[0]), got, want)
        else:
            diff.check('rule', got == want, hex(row[0]), got, want)


def compare(mksymtab, program, image):
    diff = Differences(image)
    with tempfile.TemporaryDirectory() as folder:
        blob = os.path.join(folder, 'blob')
        run(mksymtab, '--lines', '--inlines', '--unwind', '-o', blob, image)
        query = Query(program, blob)
        compare_symbols(image, query, diff)
        compare_lines(image, query, diff)
        compare_unwind(image, query, diff)
    return diff


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    total = 0
    for number, image in enumerate(sys.argv[3:], 1):
        diff = compare(sys.argv[1], sys.argv[2], image)
        total += diff.total
        print('%s %d - %s: %s; allowed: %s' % (
            'not ok' if diff.total else 'ok', number, os.path.basename(image),
            dict(diff.compared), dict(diff.allowed)))
    sys.exit(total != 0)


if __name__ == '__main__':
    main()
