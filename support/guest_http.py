# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""What support/prof, probe and trace share: the address of a guest's HTTP server (support/run
--metrics PORT), a request to it, and in words why it is refused."""

import http.client
import re
import urllib.error
import urllib.parse
import urllib.request

SECONDS = 20  # for a guest to answer
FORMS = "write PORT, that of support/run --metrics, or http://HOST:PORT"
PORTS = range(1, 65536)
# Of a guest that knows no such path (lib/ukhttp/reply.c), or not this method of it.
NOT_THERE = re.compile(r"\S+ not found; available paths:")


class AddressError(ValueError):
    """A word is no address of a guest; the text says what to write."""


class GuestError(Exception):
    """A guest does not answer, or refuses; the text says why."""


def is_url(word):
    try:
        parts = urllib.parse.urlsplit(word)
        return (parts.scheme == "http" and bool(parts.hostname) and "@" not in parts.netloc and
                not parts.query and not parts.fragment and (parts.port is None or parts.port in PORTS))
    except ValueError:
        return False


def address(word):
    """The URL of PORT or http://HOST:PORT, None for a word that does not look like an address. AddressError."""
    if word.isdecimal() and int(word) in PORTS:
        return f"http://127.0.0.1:{int(word)}"
    if is_url(word):
        return word.rstrip("/")
    if word.isdecimal() or re.match(r"\w+://|(?:[\w.-]+|\[[\da-fA-F:]+\]):\d*/*$", word):
        raise AddressError(f"{word} is no address of a guest; {FORMS}")
    return None


def refusal(error, asked, option, token):
    """Why, from an answer that is an error."""
    text = error.read().decode(errors="replace").strip()
    if error.code == 404 and NOT_THERE.match(text) or error.code == 405:
        return f"the guest does not serve {asked}; build the image with {option}"
    if error.code == 401:
        return f"it wants a token; {token}"
    if error.code == 403:
        return f"{text or error.reason} ({token})"
    return text.partition("\n")[0] or f"it answers {error.code} {error.reason}"


def ask(url, path, option, method="GET", body=None, token=None, token_by="", seconds=SECONDS):
    """The bytes of the answer. option: without which an image does not serve this; token_by: how this
    program's user gives the token. GuestError."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(url + path, body and body.encode(), headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=seconds) as reply:
            return reply.read()
    except urllib.error.HTTPError as e:
        raise GuestError(f"{url}: {refusal(e, f'{method} {path}', option, token_by)}") from e
    except (OSError, ValueError, http.client.HTTPException) as e:
        why = getattr(e, "reason", e)
        hint = "; a guest that support/run --metrics PORT (or make run METRICS=PORT) starts is there" \
            if isinstance(why, ConnectionRefusedError) else ""
        raise GuestError(f"{url} does not answer: {getattr(why, 'strerror', None) or why}{hint}") from e
