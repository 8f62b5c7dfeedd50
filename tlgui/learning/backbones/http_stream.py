"""One request to a web server, read by a thread of its own, so that Stop is heard while the network keeps silent."""

import http.client
import queue
import socket
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus

from tlgui import __version__
from tlgui.progress import JobContext

# How long a server may keep silent.
TIMEOUT_SECONDS = 20.0

_CHUNK_BYTES = 64 * 2**10
_CHUNKS_AHEAD = 16
# How long Stop may go unheard, on either side of the queue.
_PATIENCE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server says before it sends anything.

    Args:
        status: The number of its kind, such as 200.
        headers: Its headers, whatever their case.
    """

    status: int
    headers: Message


class Connection:
    """One request, under way as soon as it is made. Close it in any case.

    Args:
        url: What to ask for; proxies are those that the system or the environment names.
        headers: Sent along.
        timeout_seconds: How long the server may keep silent.
    """

    def __init__(self, url: str, headers: Mapping[str, str], timeout_seconds: float) -> None:
        self._timeout_seconds = timeout_seconds
        self._waiting: queue.Queue[Answer | bytes | BaseException] = queue.Queue(_CHUNKS_AHEAD)
        self._closed = threading.Event()
        request = urllib.request.Request(url, headers={"User-Agent": f"tlgui/{__version__}", **headers})
        # A name that is being looked up cannot be interrupted; it must not keep the process from ending.
        threading.Thread(target=self._run, args=(request,), name="download", daemon=True).start()

    def close(self) -> None:
        """End the request; its thread ends with the next thing that arrives, or with the timeout."""
        self._closed.set()

    def answer(self, context: JobContext) -> Answer:
        """Return what the server says first, also where that is a refusal.

        Raises:
            OSError: There is no connection, or it broke off.
            http.client.HTTPException: What answered does not speak HTTP.
            Cancelled: The user pressed Stop.
        """
        answer = self._next(context)
        assert isinstance(answer, Answer)
        return answer

    def read(self, context: JobContext) -> bytes:
        """Return the next bytes; none at the end.

        Raises:
            OSError: The connection broke off.
            http.client.HTTPException: It broke off within what the server had announced.
            Cancelled: The user pressed Stop.
        """
        chunk = self._next(context)
        assert isinstance(chunk, bytes)
        return chunk

    def _next(self, context: JobContext) -> Answer | bytes:
        while True:
            context.checkpoint()
            try:
                item = self._waiting.get(timeout=_PATIENCE_SECONDS)
            except queue.Empty:
                continue
            if isinstance(item, BaseException):
                raise item
            return item

    def _run(self, request: urllib.request.Request) -> None:
        try:
            self._read(request)
        except BaseException as error:  # noqa: BLE001 - it is raised again where the answer is waited for
            self._put(error)

    def _read(self, request: urllib.request.Request) -> None:
        try:
            response = urllib.request.urlopen(request, timeout=self._timeout_seconds)
        except urllib.error.HTTPError as refusal:
            with refusal:
                self._put(Answer(refusal.code, refusal.headers))
            return
        with response:
            self._put(Answer(response.status, response.headers))
            while not self._closed.is_set():
                chunk = response.read(_CHUNK_BYTES)
                self._put(chunk)
                if not chunk:
                    return

    def _put(self, item: Answer | bytes | BaseException) -> None:
        while not self._closed.is_set():
            try:
                self._waiting.put(item, timeout=_PATIENCE_SECONDS)
            except queue.Full:
                continue
            return


def refusal_words(status: int) -> str:
    """Return what a server's refusal means."""
    try:
        phrase = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        phrase = str(status)
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return f"the server has no such file any more ({phrase})"
    if status in {HTTPStatus.PROXY_AUTHENTICATION_REQUIRED, HTTPStatus.NETWORK_AUTHENTICATION_REQUIRED}:
        return f"the network asks for a login first ({phrase})"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return f"the server is in trouble ({phrase})"
    return f"the server refuses ({phrase})"


def failure_words(error: OSError | http.client.HTTPException) -> str:
    """Return why there was no answer at all."""
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, socket.gaierror):
        return "its name cannot be looked up, as without a network"
    if isinstance(reason, ConnectionRefusedError):
        return "it takes no connections"
    if isinstance(reason, ConnectionResetError):
        return "it ended the connection"
    if isinstance(reason, TimeoutError):
        return "it does not answer"
    if isinstance(reason, ssl.SSLError):
        return f"the connection is not secure, as behind a proxy that reads along ({reason})"
    if isinstance(reason, http.client.HTTPException):
        return f"what answers is no web server ({type(reason).__name__})"
    return f"there is no connection to it ({getattr(reason, 'strerror', None) or reason})"
