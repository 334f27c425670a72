# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""Functions and lines of addresses, inlined functions included, by the image's debug
information: llvm-symbolizer (Debian package llvm), else the image's addr2line."""

import os
import re
import shutil
import subprocess


class PlacesError(ValueError):
    """A tool is missing or has failed; the text says which."""


def output(*command, text=None):
    try:
        return subprocess.run(command, input=text, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=True,
                              universal_newlines=True).stdout
    except FileNotFoundError as e:
        raise PlacesError(f'{command[0]} is missing') from e
    except subprocess.CalledProcessError as e:
        raise PlacesError(f'{command[0]}: {e.stderr.strip()}') from e


def tidy(place):
    """One spelling for a path, no "discriminator", no unknown column; newlib's
    without the folder in which it was compiled, which is joined in front."""
    place = re.sub(r' \(discriminator.*', '', place)
    place = re.sub(r'^newlib/obj/\S*?/(newlib/lib[cm]/)', r'\1', place)
    place = re.sub(r':0$', '', place)
    path, sep, rest = place.partition(':')
    return os.path.normpath(path) + sep + rest


def chains(path, tools, addrs):
    """{address: [(function, "file:line:column")]}, innermost first. tools: prefix of the
    image's binutils. PlacesError."""
    addrs = sorted(set(addrs))
    if not addrs:
        return {}
    text = ''.join(f'{a:#x}\n' for a in addrs)
    if shutil.which('llvm-symbolizer'):
        out = output('llvm-symbolizer', '-f', '-i', '-e', path, text=text)
        blocks = [b.splitlines() for b in out.rstrip('\n').split('\n\n')]
    else:
        out = output(tools + 'addr2line', '-a', '-f', '-i', '-C', '-e', path, text=text)
        blocks = [b.splitlines()[1:] for b in re.split(r'^(?=0x)', out, flags=re.M)[1:]]
    return {a: [(f, tidy(p)) for f, p in zip(b[::2], b[1::2])]
            for a, b in zip(addrs, blocks)}
