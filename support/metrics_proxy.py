# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""The proxy of support/run --metrics: many clients, one guest.

The guest's line carries one client at a time, and one that sends nothing keeps
the others out. Here a client's request is read first, whole; then it has the
guest to itself for one request and its reply (RFC 9112). Clients wait in turn.

One request is more than that: GET /debug/pprof/profile?seconds=N of `go tool pprof`
starts a profile in the guest, with the token that the guest was given, and asks for it N
seconds later, while others have the guest. Profiles get functions and lines here.

A page of the internet in a browser of this host reaches the port, too: by its own name, if that
leads to 127.0.0.1, or by a form or a picture. So a request at the port names an address or
localhost as its host, and one that changes something or takes the token comes from no other page.
"""

import asyncio
import contextlib
import ipaddress
import os
import re
import socket
import threading

HEAD_MAX = 16 << 10  # bytes of a request's or reply's first line and fields
BODY_MAX = 1 << 20
CLIENTS = 256  # at a time
IDLE_SECONDS = 60  # between a client's requests
REQUEST_SECONDS = 10  # from the first byte of a request to its last one
GUEST_SECONDS = 10  # from a request to its reply, of which the guest's turn is a part
SEND_SECONDS = 60  # for a client to take a reply
LINGER_SECONDS = 2  # for one that was refused to end
LAST_WORDS = 0.5  # seconds, for clients of a guest that has ended
PPROF, PROFILE = b"/debug/pprof/", b"/debug/pprof/profile"
PROFILE_HZ = 100
PROFILE_SECONDS = 3600  # at most
REASONS = {400: "Bad Request", 403: "Forbidden", 408: "Request Timeout", 409: "Conflict", 411: "Length Required",
           413: "Content Too Large", 421: "Misdirected Request", 431: "Request Header Fields Too Large",
           502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}


class Refused(Exception):
    """A request that the guest does not get, or that it does not answer."""

    def __init__(self, status, text):
        super().__init__(text)
        self.status = status

    def reply(self):
        body = f"support/run: {self}\n".encode()
        return (f"HTTP/1.1 {self.status} {REASONS[self.status]}\r\nContent-Type: text/plain\r\n"
                f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n").encode() + body


class Message:
    """The head of a request or a reply, and its body."""

    def __init__(self, head):
        first, *rest = head.lstrip(b"\r\n").split(b"\r\n")
        self.first = first
        self.fields = [line for line in rest if line]
        self.body = b""

    def values(self, name):
        """What the fields of a name say, in lower case."""
        found = (line.partition(b":") for line in self.fields)
        return [value.strip().lower() for key, _, value in found if key.lower() == name]

    def without(self, name):
        self.fields = [line for line in self.fields
                       if line.partition(b":")[0].lower() != name]

    def length(self):
        """Of the body; None if that is not sure."""
        given = self.values(b"content-length")
        if not given:
            return 0
        if len(given) > 1 or not re.fullmatch(rb"[0-9]{1,18}", given[0]):
            return None
        return int(given[0])

    def asks_for(self):
        """(path, query) of a GET; else nothing."""
        words = self.first.split(b" ")
        path, _, query = words[1].partition(b"?") if len(words) == 3 and words[0] == b"GET" else (b"", b"", b"")
        return path, query

    def encode(self):
        return b"\r\n".join([self.first, *self.fields, b"", self.body])


async def read_request(reader, writer):
    """A client's next request; None at its end."""
    first = await asyncio.wait_for(reader.read(1), IDLE_SECONDS)
    if not first:
        return None
    try:
        return await asyncio.wait_for(rest_of_request(first, reader, writer), REQUEST_SECONDS)
    except asyncio.TimeoutError:
        raise Refused(408, f"no whole request within {REQUEST_SECONDS} s") from None
    except asyncio.LimitOverrunError:
        raise Refused(431, f"a request has {HEAD_MAX} bytes in front of its body at most") from None
    except asyncio.IncompleteReadError:
        raise Refused(400, "the request ends before its end") from None


async def rest_of_request(first, reader, writer):
    request = Message(first + await reader.readuntil(b"\r\n\r\n"))
    if request.values(b"transfer-encoding"):
        raise Refused(411, "a body in pieces; send it with Content-Length")
    length = request.length()
    if length is None:
        raise Refused(400, "Content-Length is not one number")
    if length > BODY_MAX:
        raise Refused(413, f"a body has {BODY_MAX} bytes at most")
    if b"100-continue" in request.values(b"expect"):
        request.without(b"expect")
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    request.body = await reader.readexactly(length)
    return request


async def read_reply(reader, request):
    """The guest's final reply to a request."""
    while True:
        reply = Message(await reader.readuntil(b"\r\n\r\n"))
        status = re.match(rb"HTTP/1\.\d (\d{3})", reply.first)
        length = reply.length()
        if not status or length is None:
            raise Refused(502, "what the guest sent is no HTTP reply")
        if status.group(1)[:1] != b"1":
            break
    if not request.first.startswith(b"HEAD "):
        reply.body = await reader.readexactly(length)
    return reply


async def ask_guest(path, request):
    """One connection, one request. The line exists as soon as QEMU listens."""
    while True:
        try:
            reader, writer = await asyncio.open_unix_connection(path, limit=HEAD_MAX)
            break
        except (ConnectionRefusedError, FileNotFoundError, BlockingIOError):
            await asyncio.sleep(0.02)
    try:
        writer.write(request.encode())
        await writer.drain()
        return await read_reply(reader, request)
    except (asyncio.IncompleteReadError, ConnectionError):
        raise Refused(502, "the guest has ended") from None
    except asyncio.LimitOverrunError:
        raise Refused(502, "what the guest sent is no HTTP reply") from None
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


def profile_seconds(request):
    """How long a profile is to take that a request asks for; 0: it asks for none."""
    path, query = request.asks_for()
    given = re.findall(rb"(?:^|&)seconds=([^&]*)", query)
    if path != PROFILE or not given:
        return 0
    if not re.fullmatch(rb"0*[1-9][0-9]{0,3}", given[0]) or int(given[0]) > PROFILE_SECONDS:
        raise Refused(400, f"seconds={given[0].decode(errors='replace')}: use 1 to {PROFILE_SECONDS}")
    return int(given[0])


def is_here(host):
    """Whether a Host names an address or localhost, which no other can have lead here."""
    name = re.sub(rb":[0-9]*$", b"", host).decode(errors="replace")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(name[1:-1] if name.startswith("[") and name.endswith("]") else name)
    except ValueError:
        return False
    return True


def refuse_foreign(request):
    """Refuses what a page of another place has a browser send."""
    hosts = request.values(b"host")
    for host in hosts:
        if not is_here(host):
            raise Refused(421, f"Host: {host.decode(errors='replace')} is another host; use http://127.0.0.1:PORT or localhost")
    if request.first.split(b" ")[0] in (b"GET", b"HEAD", b"OPTIONS") and not profile_seconds(request):
        return
    own = [b"http://" + host for host in hosts]
    if any(origin not in own for origin in request.values(b"origin")) or \
            any(site not in (b"same-origin", b"none") for site in request.values(b"sec-fetch-site")):
        raise Refused(403, "the request comes from a page of another place; open the guest's own page, or use curl")


def with_names(reply, image):
    """A profile with what the image's debug information says; as it is if that cannot be had."""
    import pprof_file  # pylint: disable=import-outside-toplevel
    import stacks  # pylint: disable=import-outside-toplevel
    try:
        profile = pprof_file.decode(reply.body)
        reply.body = stacks.pprof(profile, stacks.chains(image, stacks.pcs_of(profile)), os.path.abspath(image))
    except (OSError, ValueError):
        return
    reply.without(b"content-length")
    reply.fields.append(b"Content-Length: %d" % len(reply.body))


class Proxy:
    """Between clients at a TCP port of 127.0.0.1, or a Unix socket, and a guest
    at another Unix socket. token: what the guest lets start profiles; image: that it runs.
    Listens when made: OSError if it cannot."""

    def __init__(self, where, guest, token="", image=None):
        self.guest, self.token, self.image, self.profiling = guest, token, image, False
        self.path = where if isinstance(where, str) else None
        if self.path:
            self.socket = socket.socket(socket.AF_UNIX)
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.path)  # as QEMU does
            self.socket.bind(self.path)
        else:
            self.socket = socket.create_server(("127.0.0.1", where))
        self.clients = set()  # their tasks
        self.turn, self.stopped = asyncio.Lock(), asyncio.Event()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_until_complete, args=(self.serve(),),
                                       daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.stopped.set)
        self.thread.join(2 * LAST_WORDS)
        self.socket.close()
        if self.path:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.path)

    async def serve(self):
        listen = {"sock": self.socket, "limit": HEAD_MAX, "backlog": CLIENTS}
        server = await (asyncio.start_unix_server(self.client, **listen) if self.path
                        else asyncio.start_server(self.client, **listen))
        await self.stopped.wait()
        server.close()
        for _ in range(2):  # they get a last reply, and are left then
            tasks = set(self.clients)
            for task in tasks:
                task.cancel()
            if tasks:
                await asyncio.wait(tasks, timeout=LAST_WORDS)

    async def client(self, reader, writer):
        self.clients.add(asyncio.current_task())
        try:
            if len(self.clients) > CLIENTS:
                raise Refused(503, f"there are {CLIENTS} clients already")
            while await self.exchange(reader, writer):
                pass
        except Refused as e:
            with contextlib.suppress(ConnectionError, asyncio.TimeoutError):
                await self.send(writer, e.reply())
                await asyncio.wait_for(self.drop(reader, writer), LINGER_SECONDS)
        except (ConnectionError, asyncio.TimeoutError, asyncio.CancelledError):
            pass
        finally:
            self.clients.remove(asyncio.current_task())
            writer.close()

    async def exchange(self, reader, writer):
        """A request and its reply; false if the connection ends then."""
        request = await read_request(reader, writer)
        if not request:
            return False
        said = b",".join(request.values(b"connection"))
        stays = b"close" not in said and (not request.first.endswith(b"HTTP/1.0")
                                          or b"keep-alive" in said)
        request.without(b"connection")
        if not self.path:
            refuse_foreign(request)
        seconds = profile_seconds(request)
        try:
            reply = await (self.profile(request, seconds) if seconds else self.ask(request))
        except asyncio.CancelledError:
            raise Refused(502, "the guest has ended") from None
        if request.asks_for()[0].startswith(PPROF) and b"application/octet-stream" in reply.values(b"content-type"):
            await self.loop.run_in_executor(None, with_names, reply, self.image)
        reply.without(b"connection")
        reply.fields.append(b"Connection: " + (b"keep-alive" if stays else b"close"))
        await self.send(writer, reply.encode())
        return stays

    async def ask(self, request):
        """The guest's reply, in the client's turn."""
        try:
            return await asyncio.wait_for(self.turn_of(request), GUEST_SECONDS)
        except asyncio.TimeoutError:
            raise Refused(504, f"the guest does not reply within {GUEST_SECONDS} s; is it stopped "
                               "by a debugger, or has it no HTTP server?") from None

    async def turn_of(self, request):
        async with self.turn:
            return await ask_guest(self.guest, request)

    async def profile(self, request, seconds):
        """A profile of so long, or why there is none."""
        if self.profiling:
            raise Refused(409, "another client has a profile taken; try again when it has it")
        self.profiling = True
        try:
            reply = await self.sample(PROFILE_HZ)
            if b" 200 " not in reply.first:
                return reply
            await asyncio.sleep(seconds)
            await self.sample(0)
        finally:
            self.profiling = False
        return await self.ask(request)

    async def sample(self, hz):
        """Has the guest start a profile, or end it."""
        return await self.ask(Message(b"POST %s?hz=%d HTTP/1.1\r\nHost: guest\r\nAuthorization: Bearer %s"
                                      % (PROFILE, hz, self.token.encode())))

    @staticmethod
    async def drop(reader, writer):
        """The rest of what was refused, so that the reply is not lost with it."""
        writer.write_eof()
        while await reader.read(HEAD_MAX):
            pass

    @staticmethod
    async def send(writer, data):
        writer.write(data)
        await asyncio.wait_for(writer.drain(), SEND_SECONDS)
