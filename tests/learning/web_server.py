"""A web server on this machine alone, which sends one file as well or as badly as a test wants."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from typing_extensions import override


@dataclass
class WebServer:
    """What the server does; tests set it between requests.

    Args:
        content: The file.
        version: Its ETag; empty for none.
        status: Anything but 200 refuses.
        content_type: What it says the file is.
        hangs_up: How many requests to come it does not answer at all.
        breaks: For each request to come, after how many bytes it breaks off.
        holds_after: Bytes after which it keeps silent until it is released; 0 is before the first header.
        knows_ranges: Whether it sends parts.
        says_length: Whether it says how long the file is.
    """

    content: bytes
    version: str = '"1"'
    status: int = HTTPStatus.OK
    content_type: str = "application/octet-stream"
    hangs_up: int = 0
    breaks: list[int] = field(default_factory=list)
    holds_after: int | None = None
    knows_ranges: bool = True
    says_length: bool = True
    url: str = ""
    requests: list[dict[str, str]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def start_of(self, headers: Any) -> int:  # noqa: ANN401 - an e-mail message, near enough
        """Return from which byte on a request wants the file."""
        wanted = headers.get("Range", "")
        is_same = headers.get("If-Range") == self.version
        return int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and is_same and self.knows_ranges else 0


class _Handler(BaseHTTPRequestHandler):
    """Answers one request as the script says."""

    def __init__(self, script: WebServer, *args: Any) -> None:  # noqa: ANN401 - what the library hands on
        self._script = script
        super().__init__(*args)

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        script = self._script
        script.requests.append(dict(self.headers))
        if script.holds_after == 0:
            script.released.wait()
            return
        if script.hangs_up:
            script.hangs_up -= 1
            return
        start = script.start_of(self.headers)
        body = script.content[start:]
        self.send_response(HTTPStatus.PARTIAL_CONTENT if start else script.status)
        self.send_header("Content-Type", script.content_type)
        if script.version:
            self.send_header("ETag", script.version)
        if script.says_length:
            self.send_header("Content-Length", str(len(body)))
        if start:
            end = len(script.content)
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{end}")
        self.end_headers()
        self._send(body)

    def _send(self, body: bytes) -> None:
        script = self._script
        if script.breaks:
            self.wfile.write(body[: script.breaks.pop(0)])
        elif script.holds_after is not None:
            self.wfile.write(body[: script.holds_after])
            self.wfile.flush()
            script.released.wait()
        else:
            self.wfile.write(body)


@contextmanager
def serving(content: bytes) -> Iterator[WebServer]:
    """Run a server that sends `content`, whatever is asked for."""
    script = WebServer(content)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, script)) as server:
        script.url = f"http://127.0.0.1:{server.server_port}/weights.h5"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield script
        finally:
            script.released.set()
            server.shutdown()
            thread.join()
