"""One request to a web server, read in a separate thread, so that Stop does not wait for the network."""

import errno
import http.client
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
from tlgui.cancellation import Channel
from tlgui.progress import JobContext

# The longest time without a byte from the server.
TIMEOUT_SECONDS = 20.0

_UNREACHABLE = {errno.ENETDOWN, errno.ENETUNREACH, errno.EHOSTUNREACH}
_CHUNK_BYTES = 64 * 2**10
_CHUNKS_AHEAD = 16


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of a server's answer.

    Args:
        status: The status code, such as 200.
        headers: The headers; their names are not case-sensitive.
    """

    status: int
    headers: Message


class Connection:
    """One request, sent when it is created; it must be closed.

    Args:
        url: The address; proxies are those that the system or the environment names.
        headers: Headers of the request.
        timeout_seconds: The longest time without a byte from the server.
    """

    def __init__(self, url: str, headers: Mapping[str, str], timeout_seconds: float) -> None:
        self._timeout_seconds = timeout_seconds
        self._received: Channel[Answer | bytes] = Channel(_CHUNKS_AHEAD)
        request = urllib.request.Request(url, headers={"User-Agent": f"tlgui/{__version__}", **headers})
        # As a daemon: the lookup of a name cannot be interrupted, and must not keep the process from ending.
        threading.Thread(target=self._run, args=(request,), name="download", daemon=True).start()

    def close(self) -> None:
        """End the request; its thread ends with the next bytes that arrive, or with the timeout."""
        self._received.close()

    def answer(self, context: JobContext) -> Answer:
        """Return the head of the answer, of a refusal too; call it once, before `read`.

        Args:
            context: Its checkpoint is called 20 times a second.

        Returns:
            The head.

        Raises:
            OSError: There is no connection, or it broke off.
            http.client.HTTPException: The answer is not HTTP.
            Cancelled: The user pressed Stop.
        """
        answer = self._received.receive(context)
        assert isinstance(answer, Answer)
        return answer

    def read(self, context: JobContext) -> bytes:
        """Return the next bytes of the answer's body.

        Args:
            context: Its checkpoint is called 20 times a second.

        Returns:
            At most 64 KiB; nothing at the end.

        Raises:
            OSError: The connection broke off.
            http.client.HTTPException: It broke off before the announced length.
            Cancelled: The user pressed Stop.
        """
        chunk = self._received.receive(context)
        assert isinstance(chunk, bytes)
        return chunk

    def _run(self, request: urllib.request.Request) -> None:
        try:
            self._read(request)
        except BaseException as error:  # noqa: BLE001 - `receive` raises it
            self._received.fail(error)

    def _read(self, request: urllib.request.Request) -> None:
        try:
            response = urllib.request.urlopen(request, timeout=self._timeout_seconds)
        except urllib.error.HTTPError as refusal:
            with refusal:
                self._received.send(Answer(refusal.code, refusal.headers))
            return
        with response:
            goes_on = self._received.send(Answer(response.status, response.headers))
            while goes_on:
                chunk = response.read(_CHUNK_BYTES)
                goes_on = self._received.send(chunk) and bool(chunk)


def refusal_words(status: int) -> str:
    """Return the meaning of a status code that is no success, as the end of a sentence."""
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


def is_offline(error: OSError | http.client.HTTPException) -> bool:
    """Return whether there was no answer because this computer has no connection to the internet."""
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    return isinstance(reason, socket.gaierror) or (isinstance(reason, OSError) and reason.errno in _UNREACHABLE)


def failure_words(error: OSError | http.client.HTTPException) -> str:
    """Return why there was no answer, as the end of a sentence."""
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if is_offline(error):
        return "there is no internet connection"
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
