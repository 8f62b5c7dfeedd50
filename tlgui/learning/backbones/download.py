"""Published weights, downloaded on first use into the cache folder of Keras, with their checksums checked.

A file that exists is used if it is the published one; another file of that name is left alone and reported. A download
that broke off, or was stopped, is resumed, in another session too, unless the file on the server has changed.
"""

import errno
import hashlib
import http.client
import json
import os
import shutil
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from tlgui.errors import StorageError, WeightsError
from tlgui.files import open_regular, storage_error, why_unreadable, write_text
from tlgui.learning.backbones.catalog import BACKBONE_TITLES
from tlgui.learning.backbones.http_stream import (
    TIMEOUT_SECONDS,
    Answer,
    Connection,
    failure_words,
    is_offline,
    refusal_words,
)
from tlgui.learning.backbones.published_weights import Published, keras_models_folder
from tlgui.learning.recipes.fields import Fields
from tlgui.learning.recipes.recipe import EMBEDDED_BACKBONE
from tlgui.progress import Countdown, JobContext, Progress, Stage

_MOST_TRIES = 4
# The most that a server without a Content-Length may send.
_MOST_BYTES = 2 * 2**30
_MOST_NOTE_BYTES = 2**16
_LARGEST_TOTAL = 2**40
_HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_MD5_DIGITS = 32
_HASHED_BYTES = 2**20
_MEGABYTE = 10**6


class _BrokenOffError(Exception):
    """The connection ended too early; another try can resume the download."""


class _RefusedError(Exception):
    """Another try would fail too."""


class _OfflineError(Exception):
    """There is no connection to the internet."""


def file_digest(path: Path, algorithm: str, context: JobContext) -> str:
    """Return the checksum of a file.

    Args:
        path: The file.
        algorithm: `"sha256"` or `"md5"`.
        context: Its checkpoint is called for each MiB.

    Returns:
        The checksum in hexadecimal.

    Raises:
        OSError: The file cannot be read.
        Cancelled: The user pressed Stop.
    """
    # Keras publishes MD5 for most files: it detects damage, and is used for nothing else.
    hashed = hashlib.new(algorithm, usedforsecurity=False)
    with open_regular(path) as stream:
        while chunk := stream.read(_HASHED_BYTES):
            context.checkpoint()
            hashed.update(chunk)
    return hashed.hexdigest()


def fetch(published: Published, title: str, context: JobContext, timeout_seconds: float = TIMEOUT_SECONDS) -> Path:
    """Return the file of published weights, which is downloaded if it does not exist.

    Args:
        published: The file's address and checksum.
        title: The backbone's name in messages.
        context: Receives the progress in bytes; its checkpoint is called at least 20 times a second.
        timeout_seconds: The longest time without a byte from the server.

    Returns:
        The file in the cache folder of Keras.

    Raises:
        WeightsError: The file of that name is not the published one, or the download failed.
        Cancelled: The user pressed Stop; the part that was downloaded is kept for the next download.
    """
    target = keras_models_folder() / published.name
    if target.exists():
        _check_found(target, published, title, context)
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _download(_Part(target), published, context, timeout_seconds)
    except (OSError, StorageError) as error:
        said = error if isinstance(error, StorageError) else storage_error(error, target)
        raise WeightsError(said.message, f"{said.hint} {_way_out(title)}") from error
    except _OfflineError as error:
        message = f"No internet connection: the weights of {title} could not be downloaded."
        raise WeightsError(message, f"Connect this computer and try again. {_way_out(title)}") from error
    except _RefusedError as error:
        message = f"“{published.name}” could not be downloaded from {urlsplit(published.url).netloc}: {error}."
        raise WeightsError(message, f"Check the network and try again. {_way_out(title)}") from error
    context.report(Progress(Stage.LOADING))
    return target


def _way_out(title: str) -> str:
    embedded = BACKBONE_TITLES[EMBEDDED_BACKBONE].title
    return (
        f"Or choose a weights file for {title} without its classifier (“notop”) that you have, "
        f"or the embedded backbone {embedded}, which needs no network."
    )


def _check_found(path: Path, published: Published, title: str, context: JobContext) -> None:
    try:
        problem = _difference(path, published, context)
    except OSError as error:
        why = why_unreadable(error)
        raise WeightsError(f"“{path.name}” in {path.parent} cannot be read: {why}.", _way_out(title)) from error
    if problem:
        raise WeightsError(
            f"“{path.name}” in {path.parent} is not the published weights file of {title}: {problem}.",
            f"Delete or rename it, and it is downloaded anew. {_way_out(title)}",
        )


def _difference(path: Path, published: Published, context: JobContext) -> str:
    """Return how a file differs from the published one; empty where it does not."""
    if not published.checksum:
        size = path.stat().st_size
        return "" if size == published.size else f"it is {size} bytes long, not {published.size}"
    algorithm = "md5" if len(published.checksum) == _MD5_DIGITS else "sha256"
    found = file_digest(path, algorithm, context)
    return "" if found == published.checksum else f"its checksum is {found}, not {published.checksum}"


@dataclass(frozen=True, slots=True)
class _Kept:
    """The part of a file that an earlier download left.

    Args:
        size: Its bytes.
        version: The server's identifier of this version of the file; empty where unknown.
        total: Bytes of the whole file; 0 where unknown.
    """

    size: int = 0
    version: str = ""
    total: int = 0


class _Part:
    """A partial download, and a note beside it with the version of the file."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.path = target.with_name(f"{target.name}.part")
        self._note = target.with_name(f"{target.name}.part.json")

    def kept(self) -> _Kept:
        """Return the part of an earlier download; an empty one where its version is unknown."""
        try:
            note = Fields.read(self._note, _MOST_NOTE_BYTES, "download")
            kept = _Kept(self.path.stat().st_size, note.text("version"), note.whole("total", 0, _LARGEST_TOTAL))
        except (OSError, ValueError):
            return _Kept()
        return kept if _fits_header(kept.version) else _Kept()

    def size(self) -> int:
        """Return the bytes on the disk, of any version."""
        return self.path.stat().st_size if self.path.exists() else 0

    def begin(self, version: str, total: int) -> None:
        """Start with another version; in this order, a kill mixes no two of them."""
        self.discard()
        write_text(self._note, json.dumps({"version": version, "total": total}))

    def discard(self) -> None:
        """Delete the partial download."""
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def put_in_place(self) -> None:
        """Rename the complete file to its target."""
        with self.path.open("rb+") as stream:
            os.fsync(stream.fileno())
        self.path.replace(self.target)
        self._note.unlink(missing_ok=True)


def _download(part: _Part, published: Published, context: JobContext, timeout_seconds: float) -> None:
    for tried in range(1, _MOST_TRIES + 1):
        try:
            _receive(part, published, context, timeout_seconds)
            break
        except _BrokenOffError as error:
            if tried == _MOST_TRIES:
                raise _RefusedError(_broken_words(part, error)) from error
    if problem := _difference(part.path, published, context):
        part.discard()
        raise _RefusedError(f"what arrived is not the published file, {problem}")
    part.put_in_place()


def _broken_words(part: _Part, error: Exception) -> str:
    kept = part.kept()
    words = f"the connection broke off {_MOST_TRIES} times ({error})"
    if not kept.size:
        return words
    of = f" of {kept.total / _MEGABYTE:.1f}" if kept.total else ""
    return f"{words}; {kept.size / _MEGABYTE:.1f}{of} MB are kept, and the next try goes on from there"


def _receive(part: _Part, published: Published, context: JobContext, timeout_seconds: float) -> None:
    """Download the missing part with one request."""
    kept = part.kept()
    if kept.size and kept.size == kept.total:
        return
    # A compressed transfer could not be resumed.
    headers = {"Accept-Encoding": "identity"}
    if kept.size and kept.total and kept.version:
        # A server with another version sends all of it.
        headers |= {"Range": f"bytes={kept.size}-", "If-Range": kept.version}
    with closing(Connection(published.url, headers, timeout_seconds)) as connection:
        try:
            answer = connection.answer(context)
        except ConnectionResetError as error:
            raise _BrokenOffError(failure_words(error)) from error
        except (OSError, http.client.HTTPException) as error:
            raise (_OfflineError if is_offline(error) else _RefusedError)(failure_words(error)) from error
        total = _begin(part, kept, answer)
        _check_room(part, total)
        with part.path.open("ab") as stream:
            _copy(connection, stream, total, context)


def _begin(part: _Part, kept: _Kept, answer: Answer) -> int:
    """Check the head of an answer; return the length of the whole file, 0 where the server does not send it."""
    if answer.status == HTTPStatus.PARTIAL_CONTENT:
        if answer.headers.get("Content-Range", "") == f"bytes {kept.size}-{kept.total - 1}/{kept.total}":
            return kept.total
        part.discard()
        raise _BrokenOffError("the server sent another part of the file")
    if answer.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        part.discard()
        raise _BrokenOffError("the server has another file by now")
    if answer.status != HTTPStatus.OK:
        raise _RefusedError(refusal_words(answer.status))
    if answer.headers.get_content_type() == "text/html":
        raise _RefusedError("a web page arrived in its place, as from a network that asks for a login first")
    announced = answer.headers.get("Content-Length", "")
    total = int(announced) if announced.isdecimal() else 0
    part.begin(_version(answer), total)
    return total


def _check_room(part: _Part, total: int) -> None:
    """Refuse a file that the disk has no room for before it is downloaded."""
    missing = total - part.size()
    if shutil.disk_usage(part.path.parent).free < missing:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _copy(connection: Connection, stream: BinaryIO, total: int, context: JobContext) -> None:
    """Append the body of the answer to the file."""
    done = stream.tell()
    countdown = Countdown(total)
    context.report(Progress(Stage.DOWNLOADING, done, total or None))
    while chunk := _next_chunk(connection, context):
        if not done and not chunk.startswith(_HDF5_SIGNATURE):
            raise _RefusedError("something else than weights arrived, as from a network that asks for a login first")
        done += len(chunk)
        if done > (total or _MOST_BYTES):
            raise _RefusedError("far more arrived than a weights file holds")
        stream.write(chunk)
        context.report(
            Progress(Stage.DOWNLOADING, done, total or None, countdown.seconds_left(done) if total else None)
        )
    if done < total:
        raise _BrokenOffError("it ended too early")


def _next_chunk(connection: Connection, context: JobContext) -> bytes:
    try:
        return connection.read(context)
    except (OSError, http.client.HTTPException) as error:
        raise _BrokenOffError(failure_words(error)) from error


def _fits_header(version: str) -> bool:
    """Return whether a version can be sent in a header."""
    return version.isascii() and (version.isprintable() or not version)


def _version(answer: Answer) -> str:
    """Return the server's identifier of exactly this version of the file; empty where it sends none."""
    tag = str(answer.headers.get("ETag", ""))
    return tag if tag and not tag.startswith("W/") else str(answer.headers.get("Last-Modified", ""))
