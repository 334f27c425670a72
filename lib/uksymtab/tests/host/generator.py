#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""What mksymtab does besides tables: exit statuses and messages, the same bytes
each time, and a --verify that notices what changed.

    generator.py MKSYMTAB FOLDER      (FOLDER: fixtures of the Makefile)
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

TABLES = ('--lines', '--inlines', '--unwind')


def run(*command):
    p = subprocess.run(command, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, universal_newlines=True)
    return p.returncode, p.stdout, p.stderr


def expect(got, status, message=''):
    code, _, err = got
    assert code == status and message in err, (got, status, message)


def section(image, name):
    """File offset and size of a section."""
    _, out, _ = run('readelf', '-SW', image)
    m = re.search(r'\] %s +\S+ +\S+ (\S+) (\S+)' % re.escape(name), out)
    return int(m.group(1), 16), int(m.group(2), 16)


def patch(image, offset, data):
    with open(image, 'r+b') as f:
        f.seek(offset)
        f.write(data)


def test_usage(mksymtab, image, folder):
    expect(run(mksymtab), 2, 'usage:')
    expect(run(mksymtab, image), 2, 'usage:')
    expect(run(mksymtab, '--verify', '-o', folder + '/x', image), 2, 'usage:')
    expect(run(mksymtab, '--inlines', '-o', folder + '/x', image), 2, 'usage:')
    expect(run(mksymtab, '--nonsense', '--verify', image), 2, 'nonsense')


def test_errors(mksymtab, image, folder):
    expect(run(mksymtab, '-o', folder + '/x', folder + '/none'), 1,
           'none: cannot be opened')
    text = os.path.join(folder, 'text')
    with open(text, 'w') as f:
        f.write('no ELF\n')
    expect(run(mksymtab, '-o', folder + '/x', text), 1, 'not an ELF file')
    stripped = os.path.join(folder, 'stripped')
    shutil.copy(image, stripped)
    run('strip', stripped)
    expect(run(mksymtab, '-o', folder + '/x', stripped), 1, 'no symbols')
    expect(run(mksymtab, '-o', folder + '/no/x', image), 1,
           'cannot be written')


def test_same_bytes(mksymtab, image, folder):
    blobs = []
    for name in ('a', 'b'):
        path = os.path.join(folder, name)
        expect(run(mksymtab, *TABLES, '-o', path, image), 0)
        with open(path, 'rb') as f:
            blobs.append(f.read())
    assert blobs[0] == blobs[1]
    assert len(blobs[0]) > 1000


def test_verify(mksymtab, image, folder):
    expect(run(mksymtab, *TABLES, '--verify', image), 0)
    expect(run(mksymtab, '--lines', '--verify', image), 1,
           'table "unwind" has')
    copy = os.path.join(folder, 'copy')
    shutil.copy(image, copy)
    offset, size = section(copy, '.uk_symtab')
    with open(copy, 'rb') as f:
        f.seek(offset + size - 1)
        last = f.read(1)[0]
    patch(copy, offset + size - 1, bytes([last ^ 1]))
    expect(run(mksymtab, *TABLES, '--verify', copy), 1,
           'table "unwind" differs')
    patch(copy, offset, b'nothing')
    expect(run(mksymtab, *TABLES, '--verify', copy), 1, 'something else')
    # A symbol that changed between the links
    shutil.copy(image, copy)
    run('objcopy', '--redefine-sym', 'outside=elsewhere', copy)
    expect(run(mksymtab, *TABLES, '--verify', copy), 1, 'does not describe')
    run('objcopy', '--remove-section', '.uk_symtab', copy)
    expect(run(mksymtab, *TABLES, '--verify', copy), 1, 'missing or empty')


def test_stats(mksymtab, image, folder):
    code, out, _ = run(mksymtab, *TABLES, '--stats', '--verify', image)
    assert code == 0 and 'symbols' in out and 'bytes each' in out


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    image = os.path.join(sys.argv[2], 'x86_64-gcc-dwarf5-O2.elf')
    tests = [f for n, f in sorted(globals().items()) if n.startswith('test_')]
    for number, test in enumerate(tests, 1):
        with tempfile.TemporaryDirectory() as folder:
            test(sys.argv[1], image, folder)
        print('ok %d - generator: %s' % (number, test.__name__))


if __name__ == '__main__':
    main()
