# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""The numbers of crash reports over HTTP, for support/fleet --serve."""

import contextlib
import http.server
import os
import threading

import crash_folder


class Crashes(http.server.ThreadingHTTPServer):
    """Serves the numbers of crash reports of a folder."""

    class Handler(http.server.BaseHTTPRequestHandler):
        """GET /metrics."""
        timeout = 10  # seconds

        def do_GET(self):  # pylint: disable=invalid-name
            status, kind, body = 404, "text/plain", b"see /metrics\n"
            if self.path.partition("?")[0] == "/metrics":
                status, kind = 200, "text/plain; version=0.0.4; charset=utf-8"
                try:
                    body = crash_folder.metrics(self.server.folder)
                except FileNotFoundError:  # the user has removed all reports; the next crash makes it again
                    body = b""
                except OSError as e:
                    status, kind, body = 500, "text/plain", f"support/fleet: {e.strerror}\n".encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):  # pylint: disable=arguments-differ
            pass

    def __init__(self, port, folder):
        self.folder = folder
        super().__init__(("127.0.0.1", port), self.Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        """A client that is gone."""


def serve(port, folder):
    """Serves the crashes of a folder, which is made if need be; returns the targets that this is.
    Their job keeps them out of the guests'. ValueError: what cannot be, and why."""
    try:
        with contextlib.suppress(FileExistsError):
            os.mkdir(folder, 0o700)
        os.listdir(folder)
    except OSError as e:
        raise ValueError(f"--crashes {folder}: {e.strerror}; name a folder that is yours") from e
    try:
        Crashes(port, folder)
    except OSError as e:
        raise ValueError(f"--serve {port}: {e.strerror}; choose another port") from e
    return [{"targets": [f"127.0.0.1:{port}"], "labels": {"app": "fleet", "job": "vitrine-fleet"}}]
